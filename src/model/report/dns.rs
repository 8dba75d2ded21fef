//! The DNS exchanges of an attempt.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A DNS exchange.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the names are those of DNS")]
pub struct Dns {
    pub input: usize,
    pub name: String,
    #[serde(rename = "type")]
    pub qtype: String,
    pub resolver: String,
    /// RCODE by its IANA name; null when no answer came.
    pub rcode: Option<String>,
    pub answers: Vec<String>,
    pub cnames: Vec<String>,
    /// The query and its retransmissions.
    pub queries: usize,
    pub latency_ms: Option<f64>,
    pub first_frame: u64,
    pub answer_frame: Option<u64>,
}
