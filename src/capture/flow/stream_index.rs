//! TCP connections counted as Wireshark counts them, so that a person finds `tcp.stream` of the report in Wireshark: one for
//! each new pair of endpoints, and another for a SYN that opens a known pair anew.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::stream_head::{SYN_ACK, StreamHead};
use crate::capture::packet::Segment;
use crate::capture::quality::TcpDirections;

/// Connections that are counted; in a file with more, the later ones get no number.
const MAX_CONVERSATIONS: usize = 1 << 18;
/// The connections of a file as they come.
#[derive(Debug, Default)]
pub(crate) struct StreamIndex {
    known: HashMap<u64, KnownStream, BuildHasherDefault<Prehashed>>,
    numbers: StreamNumbers,
    /// Of connections that others of the same endpoints followed.
    directions: TcpDirections,
}

/// The numbers of the connections of a file, by the frames in which they begin: four bytes for each.
#[derive(Debug, Default)]
pub(crate) struct StreamNumbers {
    starts: Vec<u32>,
    /// The frame from which on there are too many.
    limit: Option<u64>,
}

impl StreamNumbers {
    /// Returns the number of the connection that begins with a frame.
    pub(crate) fn beginning_at(&self, frame: u64) -> Option<u64> {
        let frame = u32::try_from(frame).ok().filter(|_| self.count_to(frame))?;
        self.starts.binary_search(&frame).ok().map(|number| number as u64)
    }

    /// Returns whether connections were counted up to a frame.
    pub(crate) fn count_to(&self, frame: u64) -> bool {
        self.limit.is_none_or(|limit| frame < limit)
    }
}

/// First sequence number of each side.
#[derive(Clone, Copy, Debug, Default)]
struct KnownStream {
    forth: Option<u32>,
    back: Option<u32>,
    seen: SeenSides,
}

impl KnownStream {
    /// Returns the number of the side that sent a packet, and that of the other side.
    fn sides(&mut self, head: &StreamHead) -> (&mut Option<u32>, &mut Option<u32>) {
        if head.reversed { (&mut self.back, &mut self.forth) } else { (&mut self.forth, &mut self.back) }
    }
}

/// The sides of a connection that were seen. Only what the first packets of a side tell: those alone are sure to be passed
/// on, whatever the size of the chunks.
#[derive(Clone, Copy, Debug, Default)]
struct SeenSides {
    forth: bool,
    back: bool,
    /// Something was acknowledged, so that the side which did not send was there all the same.
    acknowledged: bool,
    /// The client is the side that sends forth.
    client_forth: bool,
    /// A SYN or SYN-ACK said so.
    opened: bool,
}

impl SeenSides {
    fn note(&mut self, head: &StreamHead) {
        *if head.reversed { &mut self.back } else { &mut self.forth } = true;
        self.acknowledged |= head.flags & Segment::ACK != 0;
        let by_client = match head.flags & SYN_ACK {
            Segment::SYN => true,
            SYN_ACK => false,
            _ if self.opened => return,
            _ => !head.to_higher_port,
        };
        self.opened = head.flags & Segment::SYN != 0;
        self.client_forth = by_client != head.reversed;
    }

    fn count(self, directions: &mut TcpDirections) {
        *match (self.forth, self.back) {
            (false, false) => return,
            (true, true) => &mut directions.both,
            _ if !self.acknowledged => &mut directions.unanswered,
            (forth, _) if forth == self.client_forth => &mut directions.only_client,
            _ => &mut directions.only_server,
        } += 1;
    }
}

impl StreamIndex {
    /// Takes a packet.
    pub(crate) fn observe(&mut self, head: &StreamHead, frame: u64) {
        if self.numbers.limit.is_some() {
            return;
        }
        let opens = head.flags & (Segment::SYN | Segment::ACK) == Segment::SYN;
        let known = self.known.get_mut(&head.pair);
        let anew = known.is_none_or(|known| opens && known.sides(head).0.is_some_and(|base| base != head.sequence));
        if anew {
            match u32::try_from(frame) {
                Ok(frame) if self.numbers.starts.len() < MAX_CONVERSATIONS => self.numbers.starts.push(frame),
                _ => {
                    self.numbers.limit = Some(frame);
                    return;
                }
            }
            if let Some(before) = self.known.insert(head.pair, KnownStream::default()) {
                before.seen.count(&mut self.directions);
            }
        }
        let Some(known) = self.known.get_mut(&head.pair).filter(|_| !head.quoted) else { return };
        known.seen.note(head);
        let (own, other) = known.sides(head);
        // A SYN-ACK says better than what was seen before it.
        match head.flags & (Segment::SYN | Segment::ACK) {
            0 | Segment::ACK => own.get_or_insert(head.sequence.wrapping_sub(1)),
            Segment::SYN => own.get_or_insert(head.sequence),
            _ => own.insert(head.sequence),
        };
        if head.flags & Segment::ACK != 0 {
            other.get_or_insert(head.acknowledgment.wrapping_sub(1));
        }
    }

    /// Returns the numbers, and the connections by the directions that were seen, when all packets were taken.
    pub(crate) fn finish(mut self) -> (StreamNumbers, TcpDirections) {
        for known in self.known.values() {
            known.seen.count(&mut self.directions);
        }
        (self.numbers, self.directions)
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
    use crate::capture::flow::recent_streams::RecentStreams;
    use crate::capture::packet::FiveTuple;

    const SYN: u8 = Segment::SYN;
    const ACK: u8 = Segment::ACK;

    fn tuple(port: u16) -> FiveTuple {
        FiveTuple { source: 10, destination: 7, source_port: port, destination_port: 443 }
    }

    /// Returns the frames of these packets that begin a connection: port, whether the client sent it, flags, sequence and
    /// acknowledgment.
    fn starts(packets: &[(u16, bool, u8, u32, u32)]) -> Vec<u32> {
        let hasher = foldhash::fast::FixedState::default();
        let mut conversations = StreamIndex::default();
        for (&(port, forth, flags, sequence, acknowledgment), frame) in packets.iter().zip(1..) {
            let tuple = if forth { tuple(port) } else { tuple(port).reversed() };
            conversations.observe(&StreamHead::new(&hasher, &tuple, flags).numbered(sequence, acknowledgment), frame);
        }
        conversations.finish().0.starts
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
        assert_eq!(starts(&packets), [1, 3, 6]);
    }

    #[test]
    fn a_quoted_packet_counts_and_leaves_no_number_behind() {
        let hasher = foldhash::fast::FixedState::default();
        let mut conversations = StreamIndex::default();
        let syn = |sequence| StreamHead::new(&hasher, &tuple(1), SYN).numbered(sequence, 0);
        let seen = [syn(1).quoted(), syn(2).quoted(), syn(3), syn(3).quoted(), syn(4).quoted()];
        for (head, frame) in seen.iter().zip(1..) {
            conversations.observe(head, frame);
        }
        let (numbers, _) = conversations.finish();
        assert_eq!(numbers.starts, [1, 5]);
        assert_eq!((numbers.beginning_at(5), numbers.beginning_at(4)), (Some(1), None));
    }

    #[test]
    fn too_many_connections_get_no_number() {
        let hasher = foldhash::fast::FixedState::default();
        let mut conversations = StreamIndex::default();
        let many = MAX_CONVERSATIONS as u64;
        for frame in 1..many + 10 {
            let tuple = FiveTuple { source: frame.into(), ..tuple(1) };
            conversations.observe(&StreamHead::new(&hasher, &tuple, SYN).numbered(1, 0), frame);
        }
        let (numbers, _) = conversations.finish();
        assert_eq!((numbers.beginning_at(many), numbers.beginning_at(many + 1)), (Some(many - 1), None));
        assert!(numbers.count_to(many) && !numbers.count_to(many + 1));
    }

    #[test]
    fn a_chunk_passes_on_what_can_open_a_connection() {
        let hasher = foldhash::fast::FixedState::default();
        let mut recent = RecentStreams::new();
        let mut news = |forth: bool, flags| {
            let tuple = if forth { tuple(1) } else { tuple(1).reversed() };
            recent.is_news(&StreamHead::new(&hasher, &tuple, flags))
        };
        let seen = [news(true, 0), news(true, ACK), news(true, ACK), news(false, ACK), news(false, ACK)];
        assert_eq!(seen, [true, true, false, true, false]);
        let seen = [news(true, SYN), news(true, ACK), news(false, ACK), news(true, ACK)];
        assert_eq!(seen, [true, true, true, false]);
    }
}
