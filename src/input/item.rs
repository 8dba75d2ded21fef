//! What is found: inputs with their bytes, the list of all that was looked at, and why nothing at a path is of use.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;

use super::ahead::ReadAhead;
use super::member_kind::MemberKind;
use crate::model::redacted_debug::RedactedInDebug;
use crate::model::report::InputKind;
use crate::model::warning::WarningCode;

/// A log, capture or another file that was found, with its bytes: mapped, or unpacked.
#[derive(Clone)]
pub struct Item {
    /// Path as the report shows it; a member's name follows an exclamation mark.
    pub path: String,
    /// Its kind, by its content.
    pub kind: InputKind,
    /// Its bytes; a slice of the memory map where the file or the member of a tar is not compressed. Where some of it was read
    /// while it was unpacked, the rest of it, behind what is to be seen of the bytes before.
    pub data: Bytes,
    /// What was read while it was unpacked.
    pub ahead: Option<Arc<ReadAhead>>,
}

impl Item {
    /// Returns its size in bytes.
    pub fn size(&self) -> u64 {
        let data = self.data.len() as u64;
        self.ahead.as_ref().map_or(data, |ahead| ahead.bytes + data.saturating_sub(ahead.overlap as u64))
    }

    /// Returns its SHA-256 in hexadecimal, where its bytes were hashed as they passed by.
    pub fn sha256(&self) -> Option<&str> {
        self.ahead.as_ref()?.sha256.as_deref()
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item")
            .field("path", &self.path)
            .field("kind", &self.kind)
            .field("data", &RedactedInDebug(&self.data))
            .field("ahead", &self.ahead)
            .finish()
    }
}

/// One file or member, used or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Path as the report shows it.
    pub path: String,
    /// Its kind, by its content.
    pub kind: MemberKind,
    /// The codecs that it was unpacked from without getting a path of its own, outermost first: a log may lie in `gzip`.
    pub wrapping: Vec<MemberKind>,
    /// Its size, unpacked where it was unpacked to its end.
    pub bytes: Option<u64>,
    /// Index into the items.
    pub item: Option<usize>,
    /// True when it, or something in it, is an item.
    pub used: bool,
    /// Anything else that is to be said: what an unknown file seems to be, why something was skipped.
    pub note: Option<String>,
}

/// Says why nothing at a path can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InputError {
    /// The path as it was given.
    pub path: String,
    /// The kind of what is wrong: not found, unreadable, a passphrase needed or wrong, content of no use, ...
    pub code: WarningCode,
    /// A sentence: what, where and what to do.
    pub message: String,
}

/// Names for a person what this program reads.
pub(super) const EXPECTED: &str = "an ISE log, a pcap or pcapng capture, a TLS key log, or an archive of them";
