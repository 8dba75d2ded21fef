//! Packets that the capture itself holds twice: both sides of a router, or of a bridge. They are told from retransmissions by
//! their time, their IP identification and their TCP time stamp.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::FixedState;

use crate::capture::FrameRef;
use crate::model::time::MILLISECOND;

/// The same packet within this time is a duplicate; a retransmission takes longer, or differs.
const DUPLICATE: i64 = 150 * MILLISECOND;
/// Packets among which duplicates are looked for.
const REMEMBERED: usize = 1 << 13;

/// The latest packets, by hashes of what a duplicate has in common with its original. The seed is the same in each run, so
/// that the outcome is, too; whoever finds packets that drive others out makes us count a duplicate as a retransmission.
#[derive(Debug)]
pub(super) struct Duplicates {
    packets: Vec<(u64, i64)>,
}

impl Duplicates {
    pub(super) fn new() -> Self {
        Self { packets: vec![(0, 0); REMEMBERED] }
    }

    /// Returns whether a packet with these fields was just seen.
    pub(super) fn is_one(&mut self, fields: impl Hash, at: FrameRef) -> bool {
        let hash = FixedState::default().hash_one(fields);
        let now = at.time.nanos();
        let Some(slot) = self.packets.get_mut(hash as usize % REMEMBERED) else { return false };
        let repeated = slot.0 == hash && now.saturating_sub(slot.1).abs() < DUPLICATE;
        if !repeated {
            *slot = (hash, now);
        }
        repeated
    }
}
