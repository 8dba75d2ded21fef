//! The clocks of logs and captures, and how a log's zone is known.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::confidence::Confidence;
use crate::model::time::Timestamp;

/// How a log's clock stands to a capture's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Clock {
    /// Indices of the inputs that make up the log.
    pub log_inputs: Vec<usize>,
    /// Indices of the inputs that make up the capture.
    pub capture_inputs: Vec<usize>,
    /// The appliance's zone as an offset, such as `-06:00`.
    pub log_utc_offset: String,
    /// Where the zone comes from.
    pub log_utc_offset_source: OffsetSource,
    /// The log's clock minus the capture's, the zone taken off, in milliseconds; null when nothing tells.
    pub log_minus_capture_ms: Option<f64>,
    /// Between which values cause and effect prove that to lie, in milliseconds: a request is logged before its first packet, a
    /// result after the packet that told it. Null when they leave nothing.
    #[serde(default)]
    pub log_minus_capture_ms_range: Option<[f64; 2]>,
    /// Attempts seen on both sides.
    pub matched_attempts: usize,
    /// How sure the zone and the skew are.
    pub confidence: Confidence,
    /// Later offsets of the log's clock when its zone changed inside the log (DST).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zone_changes: Vec<ZoneChange>,
}

/// The log's zone changed, as DST does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ZoneChange {
    /// From when on, in UTC.
    pub from: Timestamp,
    /// The offset from then on.
    pub log_utc_offset: String,
}

/// Where the zone comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OffsetSource {
    /// `--log-timezone`.
    Option,
    /// Another file of the same node states it.
    Bundle,
    /// From the attempts seen on both sides.
    Estimated,
    /// Nothing tells; UTC is assumed.
    Assumed,
}

impl OffsetSource {
    /// Returns the word in the report.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Option => "option",
            Self::Bundle => "bundle",
            Self::Estimated => "estimated",
            Self::Assumed => "assumed",
        }
    }
}
