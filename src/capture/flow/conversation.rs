//! TCP connections counted as Wireshark counts them, so that a person finds `tcp.stream` of the report in Wireshark: one for
//! each new pair of endpoints, and another for a SYN that opens a known pair anew.
//!
//! Only the first packet of each side, SYN, FIN and RST can begin a connection or decide whether the next SYN does. Each
//! chunk of a file passes on no others, as far as its small memory goes; to pass on too many changes nothing.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use crate::capture::packet::{Ends, Segment};

/// Connections that are counted; in a file with more, the later ones get no number.
const MAX_CONVERSATIONS: usize = 1 << 18;
/// Connections that a chunk remembers.
const REMEMBERED: usize = 1 << 11;

/// What counting needs of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Hash of both endpoints. That two pairs have one hash of 64 bits is too rare to matter, and nobody can bring it about
    /// without knowing the seed, which is another in each run; so the pair itself need not be kept.
    pair: u64,
    /// Which side of the pair sent it.
    reversed: bool,
    sequence: u32,
    acknowledgment: u32,
    flags: u8,
}

impl Head {
    #[inline]
    pub(crate) fn new(hasher: &impl BuildHasher, ends: &Ends, flags: u8) -> Self {
        let (pair, reversed) = ends.canonical();
        Self { pair: hasher.hash_one(pair), reversed, sequence: 0, acknowledgment: 0, flags }
    }

    #[inline]
    pub(crate) fn numbered(self, sequence: u32, acknowledgment: u32) -> Self {
        Self { sequence, acknowledgment, ..self }
    }
}

/// What a chunk remembers, to pass on little.
#[derive(Debug)]
pub(crate) struct Recent {
    slots: Vec<(u64, u8)>,
}

const SEEN: [u8; 2] = [1, 2];
const CLOSED: u8 = 4;

impl Recent {
    pub(crate) fn new() -> Self {
        Self { slots: vec![(0, 0); REMEMBERED] }
    }

    /// Whether a packet must be passed on.
    #[inline]
    pub(crate) fn is_news(&mut self, head: &Head) -> bool {
        let Some(slot) = self.slots.get_mut(head.pair as usize % REMEMBERED) else { return true };
        if slot.0 != head.pair {
            *slot = (head.pair, 0);
        }
        let mut seen = slot.1 | SEEN[usize::from(head.reversed)];
        if head.flags & (Segment::FIN | Segment::RST) != 0 {
            seen |= CLOSED;
        }
        let news = seen != slot.1 || head.flags & Segment::SYN != 0;
        slot.1 = seen;
        news
    }
}

/// The connections of a file.
#[derive(Debug, Default)]
pub(crate) struct Conversations {
    known: HashMap<u64, Conversation, BuildHasherDefault<Prehashed>>,
    count: u64,
}

#[derive(Clone, Copy, Debug)]
struct Conversation {
    stream: u32,
    /// First sequence number of each side.
    base: [Option<u32>; 2],
    closed: bool,
}

impl Conversations {
    /// The number of the connection that a packet belongs to; `None` when there were too many to count.
    pub(crate) fn observe(&mut self, head: &Head) -> Option<u64> {
        let (own, other) = if head.reversed { (1, 0) } else { (0, 1) };
        let opens = head.flags & (Segment::SYN | Segment::ACK) == Segment::SYN;
        let known = self.known.get(&head.pair);
        let anew = known
            .is_none_or(|known| opens && known.base[own].is_some_and(|base| base != head.sequence || known.closed));
        if anew {
            if known.is_none() && self.known.len() >= MAX_CONVERSATIONS {
                return None;
            }
            let stream = u32::try_from(self.count).ok()?;
            self.count += 1;
            self.known.insert(head.pair, Conversation { stream, base: [None; 2], closed: false });
        }
        let full = self.known.len() >= MAX_CONVERSATIONS;
        let known = self.known.get_mut(&head.pair)?;
        let first = if head.flags & Segment::SYN != 0 { head.sequence } else { head.sequence.wrapping_sub(1) };
        known.base[own].get_or_insert(first);
        if head.flags & Segment::ACK != 0 {
            known.base[other].get_or_insert(head.acknowledgment.wrapping_sub(1));
        }
        known.closed |= head.flags & (Segment::FIN | Segment::RST) != 0;
        // Once one was left out, a connection that is opened anew can't be numbered either.
        (!(anew && full)).then_some(known.stream.into())
    }
}

/// The keys are hashes already.
#[derive(Debug, Default)]
struct Prehashed(u64);

impl Hasher for Prehashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
