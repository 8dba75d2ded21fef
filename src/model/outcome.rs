//! The table of outcomes: the names that other programs depend on, as types.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The first column of the table: what an attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeName {
    /// The server answered 200 with an answer that parsed.
    Success,
    /// The server answered 401.
    #[serde(rename = "http_401")]
    Http401,
    /// The server answered 404.
    #[serde(rename = "http_404")]
    Http404,
    /// The server answered another status of 300 or more.
    HttpError,
    /// The name did not resolve.
    DnsFailure,
    /// The SYN was never answered.
    SynTimeout,
    /// The SYN was answered by RST.
    ConnectionRefused,
    /// The network said that there is no way to the server.
    Unreachable,
    /// The connection broke after it stood.
    ConnectionReset,
    /// TLS did not come to an agreement.
    TlsFailure,
    /// The request was sent and no answer came.
    ReadTimeout,
    /// The proxy refused or was not there.
    ProxyError,
    /// It failed in another way, which the log tells.
    OtherFailure,
    /// Nothing proves how it ended.
    Unknown,
}

impl OutcomeName {
    /// Every outcome, in the order of the table.
    pub const ALL: [Self; 14] = [
        Self::Success,
        Self::Http401,
        Self::Http404,
        Self::HttpError,
        Self::DnsFailure,
        Self::SynTimeout,
        Self::ConnectionRefused,
        Self::Unreachable,
        Self::ConnectionReset,
        Self::TlsFailure,
        Self::ReadTimeout,
        Self::ProxyError,
        Self::OtherFailure,
        Self::Unknown,
    ];

    /// The name as the report and the command line spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Http401 => "http_401",
            Self::Http404 => "http_404",
            Self::HttpError => "http_error",
            Self::DnsFailure => "dns_failure",
            Self::SynTimeout => "syn_timeout",
            Self::ConnectionRefused => "connection_refused",
            Self::Unreachable => "unreachable",
            Self::ConnectionReset => "connection_reset",
            Self::TlsFailure => "tls_failure",
            Self::ReadTimeout => "read_timeout",
            Self::ProxyError => "proxy_error",
            Self::OtherFailure => "other_failure",
            Self::Unknown => "unknown",
        }
    }

    /// Returns whether the attempt is known to have failed: neither a success nor unknown.
    pub const fn is_failure(self) -> bool {
        !matches!(self, Self::Success | Self::Unknown)
    }
}

impl fmt::Display for OutcomeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for OutcomeName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|name| name.as_str() == text)
            .ok_or_else(|| format!("`{text}` is not an outcome; `mdmlog explain` lists them"))
    }
}

/// Why a name did not resolve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DnsDetail {
    /// RCODE 3: the name does not exist.
    NxDomain,
    /// RCODE 2.
    ServFail,
    /// RCODE 5.
    Refused,
    /// RCODE 0 and no address of either family (RFC 2308, section 2.2).
    NoData,
    /// No resolver answered.
    NoAnswer,
}

/// Who said that there is no way (ICMP or ICMPv6 code).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnreachableDetail {
    /// Host or address unreachable.
    Host,
    /// Network unreachable, no route.
    Network,
    /// A filter says no (RFC 1812, section 5.2.7.1; RFC 4443, section 3.1).
    AdminProhibited,
}

/// When the connection broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResetDetail {
    /// After the TCP handshake and before TLS was done.
    DuringHandshake,
    /// After the request went out.
    AfterRequest,
}

/// Why TLS failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TlsDetail {
    /// The client does not trust the issuer.
    UntrustedCertificate,
    /// The certificate is for other names.
    HostnameMismatch,
    /// The certificate's time is over, or has not begun.
    ExpiredCertificate,
    /// No version in common.
    ProtocolVersion,
    /// No parameters in common, or refused without a better reason.
    HandshakeFailure,
    /// Silence after the ClientHello.
    HandshakeTimeout,
    /// The issuer has revoked the certificate.
    RevokedCertificate,
    /// Neither OCSP nor CRL could tell whether it is revoked.
    RevocationUnknown,
    /// An algorithm, key or key usage that the client does not accept.
    WeakCertificate,
    /// The server does not know the name in the SNI (RFC 6066, section 3).
    UnrecognizedName,
    /// The server wants a client certificate, or does not accept the one it got.
    ClientCertificate,
    /// What listens on the port speaks no TLS.
    NotTls,
}

impl TlsDetail {
    /// Every detail, in the order of the table.
    pub const ALL: [Self; 12] = [
        Self::UntrustedCertificate,
        Self::HostnameMismatch,
        Self::ExpiredCertificate,
        Self::ProtocolVersion,
        Self::HandshakeFailure,
        Self::HandshakeTimeout,
        Self::RevokedCertificate,
        Self::RevocationUnknown,
        Self::WeakCertificate,
        Self::UnrecognizedName,
        Self::ClientCertificate,
        Self::NotTls,
    ];
}

/// How it failed besides the ways that have an outcome of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OtherDetail {
    /// The node's own pool of connections is used up or was shut down.
    ConnectionPool,
    /// Redirects that lead in a circle, or too many of them.
    Redirect,
    /// 200 with a body that is no answer of the API.
    UnexpectedAnswer,
    /// The identity provider gave no token.
    TokenRefused,
    /// The node itself: no address or port to be had, not permitted.
    Local,
}

impl OtherDetail {
    /// Every detail, in the order of the table.
    pub const ALL: [Self; 5] =
        [Self::ConnectionPool, Self::Redirect, Self::UnexpectedAnswer, Self::TokenRefused, Self::Local];
}

/// How the proxy failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProxyDetail {
    /// The proxy's status in answer to CONNECT.
    Status(u16),
    /// The proxy never answered, or there is no way to it.
    Unreachable,
    /// The proxy's port is closed.
    Refused,
}

/// Why nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnknownDetail {
    /// Data flowed both ways, inside TLS, and no one tells the status.
    Encrypted,
    /// The trail is cut.
    Incomplete,
}

/// An outcome with its detail; `None` where the inputs prove the outcome and not the detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is documented at its name and its detail")]
pub enum Outcome {
    Success,
    Http401,
    Http404,
    HttpError(Option<u16>),
    DnsFailure(Option<DnsDetail>),
    SynTimeout,
    ConnectionRefused,
    Unreachable(Option<UnreachableDetail>),
    ConnectionReset(Option<ResetDetail>),
    TlsFailure(Option<TlsDetail>),
    ReadTimeout,
    ProxyError(Option<ProxyDetail>),
    OtherFailure(Option<OtherDetail>),
    Unknown(Option<UnknownDetail>),
}

impl Outcome {
    /// The outcome that an HTTP status of the MDM server stands for; `None` for a status below 300 other than 200,
    /// which alone proves nothing.
    pub const fn of_status(status: u16) -> Option<Self> {
        match status {
            200 => Some(Self::Success),
            401 => Some(Self::Http401),
            404 => Some(Self::Http404),
            300.. => Some(Self::HttpError(Some(status))),
            _ => None,
        }
    }

    /// The first column of the table.
    pub const fn name(self) -> OutcomeName {
        match self {
            Self::Success => OutcomeName::Success,
            Self::Http401 => OutcomeName::Http401,
            Self::Http404 => OutcomeName::Http404,
            Self::HttpError(_) => OutcomeName::HttpError,
            Self::DnsFailure(_) => OutcomeName::DnsFailure,
            Self::SynTimeout => OutcomeName::SynTimeout,
            Self::ConnectionRefused => OutcomeName::ConnectionRefused,
            Self::Unreachable(_) => OutcomeName::Unreachable,
            Self::ConnectionReset(_) => OutcomeName::ConnectionReset,
            Self::TlsFailure(_) => OutcomeName::TlsFailure,
            Self::ReadTimeout => OutcomeName::ReadTimeout,
            Self::ProxyError(_) => OutcomeName::ProxyError,
            Self::OtherFailure(_) => OutcomeName::OtherFailure,
            Self::Unknown(_) => OutcomeName::Unknown,
        }
    }

    /// The second column of the table.
    pub fn detail(self) -> Option<Cow<'static, str>> {
        let word: &'static str = match self {
            Self::HttpError(status) => return status.map(|s| s.to_string().into()),
            Self::ProxyError(Some(ProxyDetail::Status(status))) => return Some(status.to_string().into()),
            Self::DnsFailure(Some(detail)) => match detail {
                DnsDetail::NxDomain => "nxdomain",
                DnsDetail::ServFail => "servfail",
                DnsDetail::Refused => "refused",
                DnsDetail::NoData => "no_data",
                DnsDetail::NoAnswer => "no_answer",
            },
            Self::Unreachable(Some(detail)) => match detail {
                UnreachableDetail::Host => "host",
                UnreachableDetail::Network => "network",
                UnreachableDetail::AdminProhibited => "admin_prohibited",
            },
            Self::ConnectionReset(Some(detail)) => match detail {
                ResetDetail::DuringHandshake => "during_handshake",
                ResetDetail::AfterRequest => "after_request",
            },
            Self::TlsFailure(Some(detail)) => match detail {
                TlsDetail::UntrustedCertificate => "untrusted_certificate",
                TlsDetail::HostnameMismatch => "hostname_mismatch",
                TlsDetail::ExpiredCertificate => "expired_certificate",
                TlsDetail::ProtocolVersion => "protocol_version",
                TlsDetail::HandshakeFailure => "handshake_failure",
                TlsDetail::HandshakeTimeout => "handshake_timeout",
                TlsDetail::RevokedCertificate => "revoked_certificate",
                TlsDetail::RevocationUnknown => "revocation_unknown",
                TlsDetail::WeakCertificate => "weak_certificate",
                TlsDetail::UnrecognizedName => "unrecognized_name",
                TlsDetail::ClientCertificate => "client_certificate",
                TlsDetail::NotTls => "not_tls",
            },
            Self::ProxyError(Some(ProxyDetail::Unreachable)) => "unreachable",
            Self::ProxyError(Some(ProxyDetail::Refused)) => "refused",
            Self::OtherFailure(Some(detail)) => match detail {
                OtherDetail::ConnectionPool => "connection_pool",
                OtherDetail::Redirect => "redirect",
                OtherDetail::UnexpectedAnswer => "unexpected_answer",
                OtherDetail::TokenRefused => "token_refused",
                OtherDetail::Local => "local",
            },
            Self::Unknown(Some(detail)) => match detail {
                UnknownDetail::Encrypted => "encrypted",
                UnknownDetail::Incomplete => "incomplete",
            },
            _ => return None,
        };
        Some(word.into())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.detail() {
            Some(detail) => write!(f, "{}/{detail}", self.name()),
            None => write!(f, "{}", self.name()),
        }
    }
}
