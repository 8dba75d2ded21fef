//! One frame of a slice.

use std::fmt;

use bytes::Bytes;

use crate::model::redacted_debug::RedactedInDebug;
use crate::model::time::Timestamp;

/// A frame of a slice.
#[derive(Clone, PartialEq, Eq)]
pub struct SliceFrame {
    /// Index of the input that it comes from.
    pub input: usize,
    /// Its number there, as Wireshark shows it.
    pub frame: u64,
    /// Time.
    pub time: Timestamp,
    /// What was captured of it.
    pub bytes: Bytes,
    /// Length on the wire.
    pub original_length: u32,
    /// What it proves.
    pub comments: Vec<String>,
    /// The number of its interface in the slice.
    pub(super) interface: u32,
}

impl fmt::Debug for SliceFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SliceFrame")
            .field("input", &self.input)
            .field("frame", &self.frame)
            .field("time", &self.time)
            .field("bytes", &RedactedInDebug(&self.bytes))
            .field("original_length", &self.original_length)
            .field("comments", &self.comments)
            .field("interface", &self.interface)
            .finish()
    }
}
