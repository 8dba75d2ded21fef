//! The first column of the table of outcomes: the names alone, by which reports are counted and people ask.

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

    /// Returns the name as the report and the command line spell it.
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
