//! TCP connections counted as Wireshark counts them, so that a person finds `tcp.stream` of the report in Wireshark: one for
//! each new pair of endpoints, and another for a SYN that opens a known pair anew.
//!
//! Only the first packet of each side and SYN can begin a connection or decide whether the next SYN does. Each
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
    /// Not seen itself, but quoted by an ICMP error.
    quoted: bool,
}

impl Head {
    #[inline]
    pub(crate) fn new(hasher: &impl BuildHasher, ends: &Ends, flags: u8) -> Self {
        let (pair, reversed) = ends.canonical();
        Self { pair: hasher.hash_one(pair), reversed, sequence: 0, acknowledgment: 0, flags, quoted: false }
    }

    /// Of a packet that an ICMP error quotes: Wireshark counts its connection when it is new.
    pub(crate) fn quoted(self) -> Self {
        Self { quoted: true, ..self }
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
        let seen = slot.1 | SEEN[usize::from(head.reversed)];
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
}

impl Conversations {
    /// The number of the connection that a packet belongs to; `None` when there were too many to count.
    pub(crate) fn observe(&mut self, head: &Head) -> Option<u64> {
        let (own, other) = if head.reversed { (1, 0) } else { (0, 1) };
        let opens = head.flags & (Segment::SYN | Segment::ACK) == Segment::SYN;
        let known = self.known.get(&head.pair);
        let anew = known.is_none_or(|known| opens && known.base[own].is_some_and(|base| base != head.sequence));
        if anew {
            if known.is_none() && self.known.len() >= MAX_CONVERSATIONS {
                return None;
            }
            let stream = u32::try_from(self.count).ok()?;
            self.count += 1;
            self.known.insert(head.pair, Conversation { stream, base: [None; 2] });
        }
        let full = self.known.len() >= MAX_CONVERSATIONS;
        let known = self.known.get_mut(&head.pair)?;
        if head.quoted {
            return (!(anew && full)).then_some(known.stream.into());
        }
        // A SYN-ACK says better than what was seen before it.
        match head.flags & (Segment::SYN | Segment::ACK) {
            0 | Segment::ACK => known.base[own].get_or_insert(head.sequence.wrapping_sub(1)),
            Segment::SYN => known.base[own].get_or_insert(head.sequence),
            _ => known.base[own].insert(head.sequence),
        };
        if head.flags & Segment::ACK != 0 {
            known.base[other].get_or_insert(head.acknowledgment.wrapping_sub(1));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::packet::Ends;

    const SYN: u8 = Segment::SYN;
    const ACK: u8 = Segment::ACK;

    fn ends(port: u16) -> Ends {
        Ends { source: 10, destination: 7, source_port: port, destination_port: 443 }
    }

    /// The numbers that these packets get: port, whether the client sent it, flags, sequence and acknowledgment.
    fn streams(packets: &[(u16, bool, u8, u32, u32)]) -> Vec<Option<u64>> {
        let hasher = foldhash::fast::FixedState::default();
        let mut conversations = Conversations::default();
        let head = |&(port, forth, flags, sequence, acknowledgment): &(u16, bool, u8, u32, u32)| {
            let ends = if forth { ends(port) } else { ends(port).reversed() };
            Head::new(&hasher, &ends, flags).numbered(sequence, acknowledgment)
        };
        packets.iter().map(|packet| conversations.observe(&head(packet))).collect()
    }

    // What is expected here is what tshark says of the same packets.
    #[test]
    fn a_syn_with_another_number_opens_anew() {
        let packets = [
            (1, true, SYN, 1000, 0),
            (1, false, SYN | ACK, 5000, 1001),
            (2, false, ACK, 9, 3000),
            (1, true, SYN, 1000, 0),      // a retransmission, even after a reset
            (2, true, SYN, 2999, 0),      // the number that the other side had acknowledged
            (1, true, SYN, 7777, 0),      // another connection
            (2, true, SYN | ACK, 444, 1), // says what was wrong before
            (2, true, SYN, 444, 0),
            (1, false, ACK, 1, 2),
        ];
        assert_eq!(streams(&packets), [0, 0, 1, 0, 1, 2, 1, 1, 2].map(Some));
    }

    #[test]
    fn a_quoted_packet_counts_and_leaves_no_number_behind() {
        let hasher = foldhash::fast::FixedState::default();
        let mut conversations = Conversations::default();
        let syn = |sequence| Head::new(&hasher, &ends(1), SYN).numbered(sequence, 0);
        let seen = [syn(1).quoted(), syn(2).quoted(), syn(3), syn(3).quoted(), syn(4).quoted()];
        assert_eq!(seen.map(|head| conversations.observe(&head)), [0, 0, 0, 0, 1].map(Some));
    }

    #[test]
    fn too_many_connections_get_no_number() {
        let hasher = foldhash::fast::FixedState::default();
        let mut conversations = Conversations::default();
        let mut observe = |number: u32| {
            let ends = Ends { source: number.into(), ..ends(1) };
            conversations.observe(&Head::new(&hasher, &ends, SYN).numbered(1, 0))
        };
        for number in 0..MAX_CONVERSATIONS as u32 - 1 {
            assert_eq!(observe(number), Some(number.into()));
        }
        for number in MAX_CONVERSATIONS as u32..MAX_CONVERSATIONS as u32 + 10 {
            observe(number);
        }
        assert_eq!(observe(u32::MAX), None);
        assert_eq!(observe(5), Some(5));
    }

    #[test]
    fn a_chunk_passes_on_what_can_open_a_connection() {
        let hasher = foldhash::fast::FixedState::default();
        let mut recent = Recent::new();
        let mut news = |forth: bool, flags| {
            let ends = if forth { ends(1) } else { ends(1).reversed() };
            recent.is_news(&Head::new(&hasher, &ends, flags))
        };
        let seen = [news(true, ACK), news(true, ACK), news(false, ACK), news(false, ACK), news(true, SYN)];
        assert_eq!(seen, [true, false, true, false, true]);
    }
}
