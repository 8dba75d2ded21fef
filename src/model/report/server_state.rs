//! The servers, each as it stood at the end of what was given.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::time::Timestamp;

/// A server as it stood at the end of what was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ServerState {
    /// Host name or address; null when no attempt names one.
    pub host: Option<String>,
    /// Port.
    pub port: Option<u16>,
    /// Whether the last attempt that tells went well.
    pub state: ServerHealth,
    /// Attempts that it was asked in.
    pub attempts: usize,
    /// Id of the last attempt that went well.
    pub last_success: Option<usize>,
    /// When that began.
    pub last_success_at: Option<Timestamp>,
    /// Id of the last attempt that failed.
    pub last_failure: Option<usize>,
    /// When that began.
    pub last_failure_at: Option<Timestamp>,
    /// Id of the incident that nothing has ended yet.
    pub open_incident: Option<usize>,
    /// Share of the attempts with a known end that went well, between 0 and 1; null when there is none.
    pub availability: Option<f64>,
    /// Time from the beginning of an attempt that went well to its answer: the median, in milliseconds.
    pub median_answer_ms: Option<f64>,
    /// The same: 95 of a hundred took no longer.
    pub p95_answer_ms: Option<f64>,
}

/// Whether a server could be used at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServerHealth {
    /// The last attempt that tells went well.
    Up,
    /// The last attempt that tells failed.
    Down,
    /// No attempt tells.
    Unknown,
}

impl ServerHealth {
    /// Returns the word in the report.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Unknown => "unknown",
        }
    }
}
