//! Names that IANA gives the numbers of TLS. A number without a name is shown as a number: unknown is a value.

use std::borrow::Cow;

use tls_parser::TlsCipherSuite;

use crate::capture::TlsVersion;

/// Name of a cipher suite, such as `TLS_AES_128_GCM_SHA256`, or its number in hexadecimal.
pub fn cipher_name(number: u16) -> Cow<'static, str> {
    match TlsCipherSuite::from_id(number) {
        Some(suite) => Cow::Borrowed(suite.name),
        None => Cow::Owned(format!("0x{number:04x}")),
    }
}

/// Name of a protocol version, such as `TLS 1.2`, or its number in hexadecimal.
pub fn version_name(version: TlsVersion) -> Cow<'static, str> {
    Cow::Borrowed(match version.0 {
        0x0002 => "SSL 2.0",
        0x0300 => "SSL 3.0",
        0x0301 => "TLS 1.0",
        0x0302 => "TLS 1.1",
        0x0303 => "TLS 1.2",
        0x0304 => "TLS 1.3",
        number => return Cow::Owned(format!("0x{number:04x}")),
    })
}

/// Name of an alert's description in the registry's words, such as `unknown_ca`, or its number.
///
/// <https://www.iana.org/assignments/tls-parameters/tls-parameters.xhtml#tls-parameters-6>
pub fn alert_name(description: u8) -> Cow<'static, str> {
    Cow::Borrowed(match description {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers_have_the_names_of_the_registry() {
        assert_eq!(cipher_name(0x1301), "TLS_AES_128_GCM_SHA256");
        assert_eq!(cipher_name(0xc030), "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
        assert_eq!(alert_name(46), "certificate_unknown");
        assert_eq!(version_name(TlsVersion(0x0303)), "TLS 1.2");
    }

    #[test]
    fn unknown_numbers_are_shown_as_numbers() {
        assert_eq!(cipher_name(0xfefe), "0xfefe");
        assert_eq!(alert_name(200), "200");
        assert_eq!(version_name(TlsVersion(0x7f1c)), "0x7f1c");
    }
}
