//! What proves a verdict, record by record and frame by frame, and the steps that a ladder diagram shows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::time::Timestamp;

/// A record or frame that proves something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Log or capture.
    pub source: Source,
    /// Index of the input.
    pub input: usize,
    /// Line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Frame, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u64>,
    /// On the capture's clock where there is one.
    pub time: Option<Timestamp>,
    /// What it shows.
    pub what: String,
    /// Shows it in Wireshark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_filter: Option<String>,
}

/// Who saw something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Source {
    Log,
    Capture,
}

impl Source {
    /// Returns the word in the report.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Capture => "capture",
        }
    }
}

/// Who takes part in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Endpoint {
    Client,
    Resolver,
    Router,
    Proxy,
    Server,
}

impl Endpoint {
    /// Returns the word in the report.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Resolver => "resolver",
            Self::Router => "router",
            Self::Proxy => "proxy",
            Self::Server => "server",
        }
    }
}

/// One step of an attempt, as a ladder diagram shows it. A log record is a step of the client with itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// When; null in an excerpt without time stamps.
    pub time: Option<Timestamp>,
    /// From whom.
    pub from: Endpoint,
    /// To whom.
    pub to: Endpoint,
    /// What, in a few words: `SYN`, `A tenant.example?`, `ClientHello`.
    pub what: String,
    /// Whether this step is what the verdict rests on.
    pub decisive: bool,
    /// Log or capture.
    pub source: Source,
    /// Index of the input.
    pub input: usize,
    /// Line, for a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Frame, for a packet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u64>,
}
