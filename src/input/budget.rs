//! Counts what a run has used of its limits, over all inputs together.
//!
//! Nodes are opened beside each other, so which of them reaches a shared limit depends on the threads. The counts can
//! therefore be put back, and the nodes opened once more one after the other; until then nothing more is unpacked.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use super::limits::{Limits, Reached};

/// The file that a person gave or that lies in a folder, as an index; all that lies in it counts for it.
pub(super) type RootIndex = usize;

/// Of what is listed without being opened.
pub(super) const NO_ROOT: RootIndex = usize::MAX;

/// What has been used, and what may be.
#[derive(Debug)]
pub(super) struct Budget {
    pub(super) limits: Limits,
    /// Bytes that may be kept, and what is said when they are more.
    room: u64,
    no_room: Reached,
    kept: AtomicU64,
    unpacked: AtomicU64,
    /// Bytes that were unpacked beyond the ratio, of all roots.
    beyond: AtomicU64,
    members: AtomicU64,
    key_blocks: AtomicU64,
    roots: Vec<Root>,
    exhausted: AtomicBool,
    /// True while nodes are opened beside each other.
    beside: AtomicBool,
}

#[derive(Debug)]
struct Root {
    /// Of a pipe, what was read of it so far.
    size: Arc<AtomicU64>,
    unpacked: AtomicU64,
}

impl Budget {
    /// Makes a budget for files that are unpacked to this folder, or into memory alone.
    pub(super) fn new(limits: Limits, temporary: Option<&Path>) -> Self {
        let (room, no_room) = match limits.total {
            Some(total) => (total, Reached::Total(total)),
            None => {
                let free = temporary.and_then(free_space).map(|free| (free / 2).saturating_add(limits.memory));
                let room = free.unwrap_or(u64::MAX).min(Limits::UNPACKED);
                // As a number that a person can read.
                let room = if room > MIB { room / MIB * MIB } else { room };
                (room, Reached::Room(room))
            }
        };
        Self {
            limits,
            room,
            no_room,
            kept: AtomicU64::default(),
            unpacked: AtomicU64::default(),
            beyond: AtomicU64::default(),
            members: AtomicU64::default(),
            key_blocks: AtomicU64::default(),
            roots: Vec::new(),
            exhausted: AtomicBool::default(),
            beside: AtomicBool::default(),
        }
    }

    /// Adds a root of this size; of a pipe, none is known yet.
    pub(super) fn root(&mut self, size: u64) -> RootIndex {
        self.roots.push(Root { size: Arc::new(AtomicU64::new(size)), unpacked: AtomicU64::default() });
        self.roots.len() - 1
    }

    /// Returns the count of what is read of a root.
    pub(super) fn size_of(&self, root: RootIndex) -> Arc<AtomicU64> {
        self.roots.get(root).map(|root| Arc::clone(&root.size)).unwrap_or_default()
    }

    /// Counts bytes that were unpacked of what lies in a root.
    pub(super) fn unpack(&self, root: RootIndex, bytes: u64) -> Result<(), Reached> {
        // What the other nodes do is of no use any more, nor is it where nothing can be kept.
        if self.exhausted() && (self.beside.load(Relaxed) || self.kept.load(Relaxed) > self.room) {
            return Err(self.no_room);
        }
        let total = self.limits.total.unwrap_or(Limits::UNPACKED);
        if add(&self.unpacked, bytes) > total {
            return Err(self.reached(Reached::Total(total)));
        }
        let Some(root) = self.roots.get(root) else { return Ok(()) };
        let allowed = root.size.load(Relaxed).saturating_mul(self.limits.ratio);
        let beyond = add(&root.unpacked, bytes).saturating_sub(allowed).min(bytes);
        if beyond > 0 && add(&self.beyond, beyond) > self.limits.beyond_ratio {
            return Err(self.reached(Reached::RootRatio(self.limits.ratio)));
        }
        Ok(())
    }

    /// Counts bytes that are to be kept.
    pub(super) fn keep(&self, bytes: u64) -> Result<(), Reached> {
        if add(&self.kept, bytes) > self.room { Err(self.reached(self.no_room)) } else { Ok(()) }
    }

    /// Counts members.
    pub(super) fn members(&self, count: u64) -> Result<(), Reached> {
        let limit = self.limits.members;
        if add(&self.members, count) > limit { Err(self.reached(Reached::Members(limit))) } else { Ok(()) }
    }

    /// Counts blocks that are to be hashed for a key; an error when they are too many.
    pub(super) fn key(&self, blocks: u64) -> Result<(), Reached> {
        let blocks = blocks.min(Limits::KEY_BLOCKS + 1);
        if add(&self.key_blocks, blocks) > Limits::KEY_BLOCKS { Err(self.reached(Reached::Keys)) } else { Ok(()) }
    }

    fn reached(&self, reached: Reached) -> Reached {
        self.exhausted.store(true, Relaxed);
        reached
    }

    /// Tells whether a limit was reached that all share.
    pub(super) fn exhausted(&self) -> bool {
        self.exhausted.load(Relaxed)
    }

    /// Has `beside` done by threads beside each other, and where that exhausts the budget, `in_order` once more from the
    /// beginning, so that the same input gives the same result.
    pub(super) fn whatever_the_order<T>(&self, beside: impl FnOnce() -> T, in_order: impl FnOnce() -> T) -> T {
        let counts = || self.counts().map(|count| count.load(Relaxed));
        let before: Vec<u64> = counts().collect();
        self.beside.store(true, Relaxed);
        let done = beside();
        self.beside.store(false, Relaxed);
        if !self.exhausted() {
            return done;
        }
        drop(done);
        self.counts().zip(before).for_each(|(count, before)| count.store(before, Relaxed));
        self.exhausted.store(false, Relaxed);
        in_order()
    }

    fn counts(&self) -> impl Iterator<Item = &AtomicU64> {
        let shared = [&self.kept, &self.unpacked, &self.beyond, &self.members, &self.key_blocks];
        shared.into_iter().chain(self.roots.iter().map(|root| &root.unpacked))
    }
}

const MIB: u64 = 1 << 20;

/// Adds to a count and returns what it is then.
fn add(count: &AtomicU64, more: u64) -> u64 {
    count.fetch_add(more, Relaxed).saturating_add(more)
}

/// Returns the bytes that are free for this program in the file system of a folder; `None` when the system does not tell.
#[cfg(unix)]
fn free_space(folder: &Path) -> Option<u64> {
    let system = rustix::fs::statvfs(folder).ok()?;
    Some(system.f_bavail.saturating_mul(system.f_frsize))
}

/// Returns the bytes that are free for this program on the drive of a folder; `None` when the system does not tell.
#[cfg(windows)]
fn free_space(folder: &Path) -> Option<u64> {
    fs4::available_space(folder).ok()
}

/// Returns nothing: no way to ask is at hand.
#[cfg(not(any(unix, windows)))]
fn free_space(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(limits: Limits) -> Budget {
        Budget::new(limits, Some(&std::env::temp_dir()))
    }

    #[test]
    fn by_default_no_more_is_kept_than_half_of_what_is_free() {
        let free = free_space(&std::env::temp_dir()).unwrap();
        let budget = budget(Limits::default());
        assert!(budget.room <= (free / 2 + (1 << 30)).min(Limits::UNPACKED), "{} of {free}", budget.room);
        assert!(matches!(budget.keep(budget.room + 1), Err(Reached::Room(_))));
    }

    #[test]
    fn what_lies_in_a_file_is_held_to_its_size_and_all_share_what_may_be_beyond() {
        let mut budget = budget(Limits { ratio: 10, beyond_ratio: 500, ..Limits::default() });
        let small = budget.root(1000);
        let large = budget.root(1_000_000);
        assert_eq!(budget.unpack(small, 10_000 + 499), Ok(()));
        assert_eq!(budget.unpack(large, 10_000_000), Ok(()));
        assert_eq!(budget.unpack(large, 1), Ok(()));
        assert_eq!(budget.unpack(large, 1), Err(Reached::RootRatio(10)));
    }
}
