//! The second column of the table of outcomes: for each outcome that has details, which there are and their words.

use std::borrow::Cow;

/// Defines the details of an outcome, so that the variant, the word and the meaning of each stand in one place.
macro_rules! details {
    ($(#[doc = $about:literal])+ $name:ident: $($(#[doc = $doc:literal])+ $detail:ident = $word:literal,)+) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[doc = $doc])+ $detail,)+
        }

        impl $name {
            /// Every detail, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$detail),+];

            /// Returns the word that the report has for it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$detail => $word,)+
                }
            }

            /// Returns the detail that has this word.
            pub(super) fn of_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|detail| detail.as_str() == word)
            }
        }
    };
}

details! {
    /// Why a name did not resolve.
    DnsDetail:
    /// RCODE 3: the name does not exist.
    NxDomain = "nxdomain",
    /// RCODE 2.
    ServFail = "servfail",
    /// RCODE 5.
    Refused = "refused",
    /// RCODE 0 and no address of either family (RFC 2308, section 2.2).
    NoData = "no_data",
    /// No resolver answered.
    NoAnswer = "no_answer",
}

details! {
    /// Who said that there is no way (ICMP or ICMPv6 code).
    UnreachableDetail:
    /// Host or address unreachable.
    Host = "host",
    /// Network unreachable, no route.
    Network = "network",
    /// A filter says no (RFC 1812, section 5.2.7.1; RFC 4443, section 3.1).
    AdminProhibited = "admin_prohibited",
}

details! {
    /// When the connection broke.
    ResetDetail:
    /// After the TCP handshake and before TLS was done.
    DuringHandshake = "during_handshake",
    /// After the request went out.
    AfterRequest = "after_request",
}

details! {
    /// Why TLS failed.
    TlsDetail:
    /// The client does not trust the issuer.
    UntrustedCertificate = "untrusted_certificate",
    /// The certificate is for other names.
    HostnameMismatch = "hostname_mismatch",
    /// The certificate's time is over, or has not begun.
    ExpiredCertificate = "expired_certificate",
    /// No version in common.
    ProtocolVersion = "protocol_version",
    /// No parameters in common, or refused without a better reason.
    HandshakeFailure = "handshake_failure",
    /// Silence after the ClientHello.
    HandshakeTimeout = "handshake_timeout",
    /// The issuer has revoked the certificate.
    RevokedCertificate = "revoked_certificate",
    /// Neither OCSP nor CRL could tell whether it is revoked.
    RevocationUnknown = "revocation_unknown",
    /// An algorithm, key or key usage that the client does not accept.
    WeakCertificate = "weak_certificate",
    /// The server does not know the name in the SNI (RFC 6066, section 3).
    UnrecognizedName = "unrecognized_name",
    /// The server wants a client certificate, or does not accept the one it got.
    ClientCertificate = "client_certificate",
    /// What listens on the port speaks no TLS.
    NotTls = "not_tls",
}

details! {
    /// How it failed besides the ways that have an outcome of their own.
    OtherDetail:
    /// The node's own pool of connections is used up or was shut down.
    ConnectionPool = "connection_pool",
    /// Redirects that lead in a circle, or too many of them.
    Redirect = "redirect",
    /// 200 with a body that is no answer of the API.
    UnexpectedAnswer = "unexpected_answer",
    /// The identity provider gave no token.
    TokenRefused = "token_refused",
    /// The node itself: no address or port to be had, not permitted.
    Local = "local",
}

details! {
    /// Why nothing can be said.
    UnknownDetail:
    /// Data flowed both ways, inside TLS, and no one tells the status.
    Encrypted = "encrypted",
    /// The trail is cut.
    Incomplete = "incomplete",
}

/// How the proxy failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProxyDetail {
    /// The proxy's status in answer to CONNECT.
    Status(u16),
    /// The proxy never answered, or there is no way to it.
    Unreachable,
    /// The proxy's port is closed.
    Refused,
}

impl ProxyDetail {
    /// Returns the word that the report has for it.
    pub(super) fn word(self) -> Cow<'static, str> {
        match self {
            Self::Status(status) => status.to_string().into(),
            Self::Unreachable => "unreachable".into(),
            Self::Refused => "refused".into(),
        }
    }

    /// Returns the detail that has this word.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        match word {
            "unreachable" => Some(Self::Unreachable),
            "refused" => Some(Self::Refused),
            status => status.parse().ok().map(Self::Status),
        }
    }
}
