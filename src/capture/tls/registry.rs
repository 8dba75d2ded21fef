//! The numbers of TLS that IANA registers, as types of their own with their names. A number without a name is shown as a
//! number: unknown is a value.
//!
//! <https://www.iana.org/assignments/tls-parameters/tls-parameters.xhtml>

use std::borrow::Cow;

use tls_parser::TlsCipherSuite;

/// A protocol version as on the wire (RFC 8446 section 4.2.1; RFC 5246 and its forerunners).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TlsVersion(pub u16);

impl TlsVersion {
    /// SSL 2.0.
    pub const SSL20: Self = Self(0x0002);
    /// SSL 3.0 (RFC 6101).
    pub const SSL30: Self = Self(0x0300);
    /// TLS 1.0 (RFC 2246).
    pub const TLS10: Self = Self(0x0301);
    /// TLS 1.1 (RFC 4346).
    pub const TLS11: Self = Self(0x0302);
    /// TLS 1.2 (RFC 5246).
    pub const TLS12: Self = Self(0x0303);
    /// TLS 1.3 (RFC 8446).
    pub const TLS13: Self = Self(0x0304);

    /// Returns the name, such as `TLS 1.2`, or the number in hexadecimal.
    pub fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::SSL20 => "SSL 2.0",
            Self::SSL30 => "SSL 3.0",
            Self::TLS10 => "TLS 1.0",
            Self::TLS11 => "TLS 1.1",
            Self::TLS12 => "TLS 1.2",
            Self::TLS13 => "TLS 1.3",
            Self(number) => return Cow::Owned(format!("0x{number:04x}")),
        })
    }

    /// Returns whether a client names this version only to see that servers bear what they do not know (RFC 8701).
    pub(super) fn is_grease(self) -> bool {
        self.0 & 0x0f0f == 0x0a0a
    }
}

/// A cipher suite (registry "TLS Cipher Suites").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CipherSuite(pub u16);

impl CipherSuite {
    /// `TLS_AES_128_GCM_SHA256` (RFC 8446).
    pub const AES_128_GCM_SHA256: Self = Self(0x1301);
    /// `TLS_AES_256_GCM_SHA384` (RFC 8446).
    pub const AES_256_GCM_SHA384: Self = Self(0x1302);
    /// `TLS_CHACHA20_POLY1305_SHA256` (RFC 8446).
    pub const CHACHA20_POLY1305_SHA256: Self = Self(0x1303);
    /// `TLS_AES_128_CCM_SHA256` (RFC 8446).
    pub const AES_128_CCM_SHA256: Self = Self(0x1304);
    /// `TLS_AES_128_CCM_8_SHA256` (RFC 8446).
    pub const AES_128_CCM_8_SHA256: Self = Self(0x1305);

    /// Returns the name, such as `TLS_AES_128_GCM_SHA256`, or the number in hexadecimal.
    pub fn name(self) -> Cow<'static, str> {
        match TlsCipherSuite::from_id(self.0) {
            Some(suite) => Cow::Borrowed(suite.name),
            None => Cow::Owned(format!("0x{:04x}", self.0)),
        }
    }
}

/// Level of an alert (RFC 5246 section 7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AlertLevel(pub u8);

impl AlertLevel {
    /// The session may go on.
    pub const WARNING: Self = Self(1);
    /// The session is over.
    pub const FATAL: Self = Self(2);
}

/// Description of an alert (registry "TLS Alerts").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AlertDescription(pub u8);

impl AlertDescription {
    /// The sender has nothing more to say (RFC 8446 section 6.1).
    pub const CLOSE_NOTIFY: Self = Self(0);
    /// No parameters in common, or refused without a better word.
    pub const HANDSHAKE_FAILURE: Self = Self(40);
    /// The client has no certificate to show (SSL 3.0, RFC 6101).
    pub const NO_CERTIFICATE: Self = Self(41);
    /// The certificate is corrupt, or its signature does not hold.
    pub const BAD_CERTIFICATE: Self = Self(42);
    /// The certificate is of a type that is not supported.
    pub const UNSUPPORTED_CERTIFICATE: Self = Self(43);
    /// Who issued the certificate revoked it.
    pub const CERTIFICATE_REVOKED: Self = Self(44);
    /// The certificate has expired or is not yet valid.
    pub const CERTIFICATE_EXPIRED: Self = Self(45);
    /// The certificate is unacceptable for some other reason.
    pub const CERTIFICATE_UNKNOWN: Self = Self(46);
    /// No trusted CA vouches for the certificate.
    pub const UNKNOWN_CA: Self = Self(48);
    /// The other side's certificate is valid and lets it do nothing.
    pub const ACCESS_DENIED: Self = Self(49);
    /// No version in common.
    pub const PROTOCOL_VERSION: Self = Self(70);
    /// The client tried again with a lower version than the server has (RFC 7507).
    pub const INAPPROPRIATE_FALLBACK: Self = Self(86);
    /// Whoever uses the sender broke the handshake off.
    pub const USER_CANCELED: Self = Self(90);
    /// The server knows no host of the name that the client asks for (RFC 6066 section 3).
    pub const UNRECOGNIZED_NAME: Self = Self(112);
    /// The OCSP response that came with the certificate is no good (RFC 6066 section 8).
    pub const BAD_CERTIFICATE_STATUS_RESPONSE: Self = Self(113);
    /// The server wants a certificate of the client (RFC 8446 section 6.2).
    pub const CERTIFICATE_REQUIRED: Self = Self(116);

    /// Returns the name in the registry's words, such as `unknown_ca`, or the number.
    pub fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self.0 {
            0 => "close_notify",
            10 => "unexpected_message",
            20 => "bad_record_mac",
            21 => "decryption_failed",
            22 => "record_overflow",
            30 => "decompression_failure",
            40 => "handshake_failure",
            41 => "no_certificate",
            42 => "bad_certificate",
            43 => "unsupported_certificate",
            44 => "certificate_revoked",
            45 => "certificate_expired",
            46 => "certificate_unknown",
            47 => "illegal_parameter",
            48 => "unknown_ca",
            49 => "access_denied",
            50 => "decode_error",
            51 => "decrypt_error",
            52 => "too_many_cids_requested",
            60 => "export_restriction",
            70 => "protocol_version",
            71 => "insufficient_security",
            80 => "internal_error",
            86 => "inappropriate_fallback",
            90 => "user_canceled",
            100 => "no_renegotiation",
            109 => "missing_extension",
            110 => "unsupported_extension",
            111 => "certificate_unobtainable",
            112 => "unrecognized_name",
            113 => "bad_certificate_status_response",
            114 => "bad_certificate_hash_value",
            115 => "unknown_psk_identity",
            116 => "certificate_required",
            117 => "general_error",
            120 => "no_application_protocol",
            121 => "ech_required",
            number => return Cow::Owned(number.to_string()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers_have_the_names_of_the_registry() {
        assert_eq!(CipherSuite::AES_128_GCM_SHA256.name(), "TLS_AES_128_GCM_SHA256");
        assert_eq!(CipherSuite(0xc030).name(), "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
        assert_eq!(AlertDescription::CERTIFICATE_UNKNOWN.name(), "certificate_unknown");
        assert_eq!(TlsVersion::TLS12.name(), "TLS 1.2");
    }

    #[test]
    fn unknown_numbers_are_shown_as_numbers() {
        assert_eq!(CipherSuite(0xfefe).name(), "0xfefe");
        assert_eq!(AlertDescription(200).name(), "200");
        assert_eq!(TlsVersion(0x7f1c).name(), "0x7f1c");
    }
}
