//! How much an input may cost: an archive of a few kilobytes can claim to hold more than the disk does.
//!
//! A limit that is reached ends the member that reached it with an error of its own kind, which the walk turns into a
//! warning; whatever else there is goes on.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::progress::Progress;

/// Bounds on unpacking; nothing of it touches files that lie there uncompressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of unpacked members that are held in memory, all together; more goes to temporary files.
    pub memory: u64,
    /// Bytes that are unpacked in all, kept or not.
    pub total: u64,
    /// Times its packed size that a member may unpack to, once it is past [`Limits::RATIO_FLOOR`].
    pub ratio: u64,
    /// Depth to which archives may lie in each other.
    pub depth: usize,
    /// Members and files that are looked at in all; one whose path is longer than 256 bytes counts for several.
    pub members: u64,
}

impl Limits {
    /// Unpacked size below which no ratio is looked at: a short log of equal lines shrinks to almost nothing.
    pub const RATIO_FLOOR: u64 = 256 << 20;

    /// Blocks of 64 bytes that are hashed to make keys of a passphrase, for all encrypted archives together: some 10
    /// seconds. 7-Zip takes 2^19 for a key and `gpg` up to 2^20, but an archive may ask for many keys of 2^24 each.
    pub const KEY_BLOCKS: u64 = 1 << 28;
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 32 << 20, total: 200 << 30, ratio: 500, depth: 8, members: 200_000 }
    }
}

/// The limit that was reached, as the payload of an I/O error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reached {
    Total(u64),
    Ratio(u64),
    Depth(usize),
    Members(u64),
    Keys,
}

impl Reached {
    /// Returns the limit behind an error, if it is one.
    pub(super) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Total(limit) => write!(f, "more than {limit} bytes were unpacked in all (limit on the total)"),
            Self::Ratio(limit) => write!(f, "it unpacks to more than {limit} times its size (limit on the ratio)"),
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

/// Counts packed bytes whose number is known from the start.
pub(super) fn packed(bytes: u64) -> Arc<AtomicU64> {
    Arc::new(AtomicU64::new(bytes))
}

/// Counts what has been used of the limits that all members share.
#[derive(Debug, Default)]
pub(super) struct Used {
    total: AtomicU64,
    members: AtomicU64,
    key_blocks: AtomicU64,
    /// True when one of them was reached; which member hits it first depends on the order of the threads.
    exhausted: AtomicBool,
}

impl Used {
    /// Counts unpacked bytes.
    pub(super) fn unpack(&self, bytes: u64, limits: &Limits) -> Result<(), Reached> {
        let used = self.total.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if used > limits.total {
            self.exhausted.store(true, Ordering::Relaxed);
            return Err(Reached::Total(limits.total));
        }
        Ok(())
    }

    /// Counts members.
    pub(super) fn members(&self, count: u64, limits: &Limits) -> Result<(), Reached> {
        if self.members.fetch_add(count, Ordering::Relaxed).saturating_add(count) > limits.members {
            self.exhausted.store(true, Ordering::Relaxed);
            return Err(Reached::Members(limits.members));
        }
        Ok(())
    }

    /// Counts blocks that are to be hashed for a key; an error when they are too many.
    pub(super) fn key(&self, blocks: u64) -> Result<(), Reached> {
        let blocks = blocks.min(Limits::KEY_BLOCKS + 1);
        if self.key_blocks.fetch_add(blocks, Ordering::Relaxed).saturating_add(blocks) > Limits::KEY_BLOCKS {
            self.exhausted.store(true, Ordering::Relaxed);
            return Err(Reached::Keys);
        }
        Ok(())
    }

    /// Tells whether a shared limit was reached.
    pub(super) fn exhausted(&self) -> bool {
        self.exhausted.load(Ordering::Relaxed)
    }

    /// Returns the state, to come back to.
    pub(super) fn save(&self) -> [u64; 3] {
        [&self.total, &self.members, &self.key_blocks].map(|used| used.load(Ordering::Relaxed))
    }

    /// Goes back to a saved state.
    pub(super) fn restore(&self, [total, members, key_blocks]: [u64; 3]) {
        self.total.store(total, Ordering::Relaxed);
        self.members.store(members, Ordering::Relaxed);
        self.key_blocks.store(key_blocks, Ordering::Relaxed);
        self.exhausted.store(false, Ordering::Relaxed);
    }
}

/// Counts the packed bytes that a decoder takes.
pub(super) struct CountedReader<'a, R> {
    inner: R,
    taken: Arc<AtomicU64>,
    progress: Option<&'a Progress>,
}

impl<'a, R> CountedReader<'a, R> {
    /// Counts what is read from `inner`; a progress is told of each chunk.
    pub(super) fn new(inner: R, progress: Option<&'a Progress>) -> (Self, Arc<AtomicU64>) {
        let taken = Arc::new(AtomicU64::new(0));
        (Self { inner, taken: Arc::clone(&taken), progress }, taken)
    }
}

impl<R: Read> Read for CountedReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)? as u64;
        self.taken.fetch_add(read, Ordering::Relaxed);
        if let Some(progress) = self.progress {
            progress.advance(read);
        }
        Ok(read as usize)
    }
}

/// Holds what a decoder yields to the limits.
pub(super) struct MeteredReader<'a, R> {
    inner: R,
    packed: Arc<AtomicU64>,
    produced: u64,
    failed: bool,
    used: &'a Used,
    limits: &'a Limits,
}

impl<'a, R> MeteredReader<'a, R> {
    /// Holds `inner` to the limits; `packed` is what the decoder has taken so far.
    pub(super) fn new(inner: R, packed: Arc<AtomicU64>, used: &'a Used, limits: &'a Limits) -> Self {
        Self { inner, packed, produced: 0, failed: false, used, limits }
    }
}

impl<R: Read> Read for MeteredReader<'_, R> {
    /// Yields nothing more after an error: a decoder in a broken state is not asked again.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.failed {
            return Ok(0);
        }
        let result = self.read_on(buffer);
        self.failed = result.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        result
    }
}

impl<R: Read> MeteredReader<'_, R> {
    fn read_on(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)? as u64;
        self.produced += read;
        self.used.unpack(read, self.limits)?;
        let packed = self.packed.load(Ordering::Relaxed).max(1);
        if self.produced > Limits::RATIO_FLOOR && self.produced / packed > self.limits.ratio {
            return Err(Reached::Ratio(self.limits.ratio).into());
        }
        Ok(read as usize)
    }
}
