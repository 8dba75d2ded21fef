//! A file that tells of a node, before and after it was read.

use std::fmt;

use crate::model::redacted_debug::RedactedInDebug;
use crate::model::report::InputKind;
use crate::model::time::Timestamp;

/// A file that tells of a node.
#[derive(Clone, Copy)]
pub struct NodeFile<'a> {
    /// Index of the input.
    pub input: usize,
    /// Path as the report shows it.
    pub path: &'a str,
    /// Its kind.
    pub kind: InputKind,
    /// The file.
    pub bytes: &'a [u8],
}

impl fmt::Debug for NodeFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeFile")
            .field("input", &self.input)
            .field("path", &self.path)
            .field("kind", &self.kind)
            .field("bytes", &RedactedInDebug(self.bytes))
            .finish()
    }
}

/// What one file holds, for a list of inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeFilePart {
    /// Index of the input.
    pub input: usize,
    /// Records, or lines.
    pub records: u64,
    /// The first and the last time.
    pub span: Option<(Timestamp, Timestamp)>,
}
