//! What was read: the files of a report, and what those that are captures could see.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::clock::{OffsetSource, ZoneChange};
pub use crate::model::input_kind::{InputKind, InputRole};
use crate::model::time::Timestamp;

/// A file that was read, or a member of an archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// Path as given; a member's name follows an exclamation mark: `bundle.tar!support/ise-psc.log`.
    pub path: String,
    /// What it is.
    pub kind: InputKind,
    /// Size in bytes, after decompression.
    pub bytes: u64,
    /// Log records or packets.
    pub records: Option<u64>,
    /// Time of the first record, in UTC.
    pub first_time: Option<Timestamp>,
    /// Time of the last record, in UTC.
    pub last_time: Option<Timestamp>,
    /// Messages of the warnings about this input.
    pub warnings: Vec<String>,
    /// Of a log: the offset of its clock from UTC at its first record, such as `+02:00`.
    #[serde(default)]
    pub utc_offset: Option<String>,
    /// Of a log: where that offset comes from.
    #[serde(default)]
    pub utc_offset_source: Option<OffsetSource>,
    /// Of a log: later offsets of its clock, when its zone changed inside it (DST).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zone_changes: Vec<ZoneChange>,
    /// Index into `nodes` of the node that wrote it.
    #[serde(default)]
    pub node: Option<usize>,
    /// Of a capture: what it could see.
    #[serde(default)]
    pub quality: Option<Quality>,
    /// SHA-256 of the file or member as it was read, in hexadecimal; null for one of more than 256 MiB unless all were wanted.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// What a capture could see, and what that weakens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quality {
    /// Which directions of the conversations were captured.
    pub directions: Directions,
    /// Packets that were lost while capturing, as the capture itself counts them; null when it does not.
    pub dropped_packets: Option<u64>,
    /// Bytes that the other side acknowledged and that were never captured.
    pub missing_bytes: u64,
    /// Packets that a snap length cut.
    pub cut_packets: u64,
    /// Packets that were captured twice.
    pub duplicate_packets: u64,
    /// Packets whose time lies before that of the packet in front of them.
    pub out_of_order_packets: u64,
    /// The capture filter, when the capture names it.
    pub capture_filter: Option<String>,
    /// Protocols of which the capture has no packet at all, such as `DNS` and `ICMP`.
    pub unseen_protocols: Vec<String>,
    /// Packets that were not read, by what they are.
    pub unread: BTreeMap<String, u64>,
    /// What verdicts these weaken, in sentences; empty when nothing does.
    pub weakens: Vec<String>,
}

/// Which directions a capture has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Directions {
    /// Nothing tells, since there is no conversation.
    #[default]
    Unknown,
    /// Questions and answers.
    Both,
    /// What one side sends, and never what comes back.
    One,
}
