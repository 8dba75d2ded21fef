//! Kinds of file that can be read piece by piece while they are unpacked, and what is known of one that was: of a log of
//! gigabytes, what matters is a few thousandths, and the rest need not be kept to be seen again.

use std::any::Any;
use std::fmt;
use std::ops::Range;

use super::spool::Charge;

/// The facts of pieces that follow each other, as the stage that reads them holds them.
pub trait AheadFacts: Any + Send + Sync {
    /// Takes in those of the piece that follows, which are of the same type.
    fn append(&mut self, next: Box<dyn AheadFacts>);

    /// Returns how many bytes of memory they take, about.
    fn held(&self) -> u64;
}

/// A way to read a kind of file piece by piece.
#[derive(Clone, Copy)]
pub struct PieceReader {
    /// Tells by its first bytes whether a file can be read so.
    pub suits: fn(&[u8]) -> bool,
    /// Bytes that are to be seen before a piece, where the file has them.
    pub before: usize,
    /// Bytes that are to be seen behind a piece, where the file has them.
    pub behind: usize,
    /// Reads the piece, which is whole lines, at this place of what is seen. Depends on nothing else: pieces are read side by side.
    pub read: fn(&[u8], Range<usize>) -> Box<dyn AheadFacts>,
}

impl fmt::Debug for PieceReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PieceReader")
            .field("before", &self.before)
            .field("behind", &self.behind)
            .finish_non_exhaustive()
    }
}

/// The beginning of a file that was read while it was unpacked, and is not there any more.
pub struct ReadAhead {
    /// How many bytes it had.
    pub(super) bytes: u64,
    pub(super) facts: Box<dyn AheadFacts>,
    /// Bytes at the beginning of the rest that stand in the file before it: they were read, and are there to be seen.
    pub(super) overlap: usize,
    /// SHA-256 of the whole file, in hexadecimal, where it was asked for.
    pub(super) sha256: Option<String>,
    /// Tells the whole file from others in this run.
    pub(super) fingerprint: u128,
    /// The memory that the facts take, until they are let go of.
    pub(super) _charge: Charge,
}

impl ReadAhead {
    /// Returns where in the rest of the file stands what was not read.
    pub fn overlap(&self) -> usize {
        self.overlap
    }

    /// Returns the facts, for the stage that has read them.
    pub fn facts<T: Any>(&self) -> Option<&T> {
        let facts: &dyn Any = self.facts.as_ref();
        facts.downcast_ref()
    }
}

impl fmt::Debug for ReadAhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadAhead").field("bytes", &self.bytes).field("overlap", &self.overlap).finish_non_exhaustive()
    }
}
