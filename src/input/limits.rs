//! How much an input may cost: an archive of a few kilobytes can claim to hold more than the disk does.
//!
//! A limit that is reached ends the member that reached it with an error of its own kind, which becomes a warning; whatever
//! else there is goes on.

use std::fmt;
use std::io;

use super::temporary;

/// Bounds on unpacking; nothing of it touches files that lie there uncompressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of unpacked members that are held in memory, all together; more goes to temporary files.
    pub memory: u64,
    /// Bytes that are unpacked in all. By default half of what is free in the temporary folder may be kept, and 200 GiB at
    /// most; what passes by in an archive and is of no use may be [`Limits::UNPACKED`].
    pub total: Option<u64>,
    /// Times the size of the file that was given to which all that lies in it may unpack, and times its packed size to which
    /// a member may.
    pub ratio: u64,
    /// Bytes beyond the ratio that all files together may unpack to, and below which no ratio of a member is looked at: a
    /// short log of equal lines shrinks to almost nothing.
    pub beyond_ratio: u64,
    /// Depth to which archives may lie in each other.
    pub depth: usize,
    /// Members and files that are looked at in all; one whose path is longer than 256 bytes counts for several.
    pub members: u64,
}

impl Limits {
    /// Bytes that may be unpacked where no total is given.
    pub const UNPACKED: u64 = 200 << 30;

    /// Blocks of 64 bytes that are hashed to make keys of a passphrase, for all encrypted archives together: some 10
    /// seconds. 7-Zip takes 2^19 for a key and `gpg` up to 2^20, but an archive may ask for many keys of 2^24 each.
    pub const KEY_BLOCKS: u64 = 1 << 28;
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 32 << 20, total: None, ratio: 500, beyond_ratio: 256 << 20, depth: 8, members: 200_000 }
    }
}

/// The limit that was reached, as the payload of an I/O error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reached {
    /// On all that is unpacked.
    Total(u64),
    /// On all that is kept, where it comes of the room that there is.
    Room(u64),
    /// On what a member unpacks to.
    Ratio(u64),
    /// On what all that lies in a file unpacks to.
    RootRatio(u64),
    Depth(usize),
    Members(u64),
    Keys,
}

impl Reached {
    /// Returns the limit behind an error, if it is one.
    pub(super) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }

    /// Tells whether all members share it, so that those after the one that reached it reach it as well.
    pub(super) const fn is_shared(self) -> bool {
        matches!(self, Self::Total(_) | Self::Room(_) | Self::RootRatio(_) | Self::Keys)
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Total(limit) => write!(f, "more than {limit} bytes were unpacked in all (limit on the total)"),
            Self::Room(limit) => write!(
                f,
                "more than {limit} bytes would be kept, half of what was free in the temporary folder (limit on the \
                 total); set {} to a folder with more room, or another limit with `--max-total`",
                temporary::VARIABLE
            ),
            Self::Ratio(limit) => write!(f, "it unpacks to more than {limit} times its size (limit on the ratio)"),
            Self::RootRatio(limit) => write!(
                f,
                "what lies in the file that was given unpacks to more than {limit} times its size (limit on the ratio)"
            ),
            Self::Depth(limit) => write!(f, "archives lie more than {limit} deep in each other (limit on the depth)"),
            Self::Members(limit) => write!(f, "there are more than {limit} members in all (limit on their number)"),
            Self::Keys => {
                f.write_str("to make its keys of the passphrase takes more time than makes sense (limit on keys)")
            }
        }
    }
}

impl std::error::Error for Reached {}

impl From<Reached> for io::Error {
    fn from(reached: Reached) -> Self {
        Self::other(reached)
    }
}
