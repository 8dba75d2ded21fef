//! The TLS session of a connection: what was agreed on, whose certificate it was, and how it ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::evidence::Endpoint;
use crate::model::time::Timestamp;

/// A TLS session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tls {
    /// Version, such as `TLS 1.2`.
    pub version: Option<String>,
    /// Server name.
    pub sni: Option<String>,
    /// Protocol agreed on.
    pub alpn: Option<String>,
    /// Cipher suite, by its IANA name.
    pub cipher: Option<String>,
    /// Abbreviated handshake.
    pub resumed: Option<bool>,
    /// From the ClientHello to the end of the handshake.
    pub handshake_ms: Option<f64>,
    /// The alert that ended it.
    pub alert: Option<Alert>,
    /// The server's certificate.
    pub certificate: Option<Certificate>,
    /// Whether secrets opened the session.
    pub decrypted: bool,
    /// Why secrets that were given for the session opened nothing of it; null when they did, or there are none.
    #[serde(default)]
    pub keys_in_vain: Option<KeysInVain>,
}

/// Why secrets of a session open nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeysInVain {
    /// The cipher suite is none that mdmlog opens.
    CipherSuite,
    /// No record opens with them: they are wrong, or too little was captured.
    NoRecord,
}

impl KeysInVain {
    /// Returns the words for a person, to follow the name of the cipher suite.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::CipherSuite => "which mdmlog cannot open with the keys that were given",
            Self::NoRecord => "which the keys that were given do not open",
        }
    }
}

/// A TLS alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Alert {
    pub from: Endpoint,
    pub level: String,
    pub description: String,
    pub frame: u64,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the names are those of X.509")]
pub struct Certificate {
    pub subject: String,
    pub issuer: String,
    pub names: Vec<String>,
    /// How many more names it has: a hundred are shown, and the one that is for the host.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_names: usize,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    pub serial: String,
    pub sha256: String,
    pub self_signed: bool,
    /// Whether the host (or SNI) is among the names; null when there is no host to compare.
    pub matches_host: Option<bool>,
    /// Whether it was valid at the time of the handshake.
    pub valid_at_handshake: bool,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}
