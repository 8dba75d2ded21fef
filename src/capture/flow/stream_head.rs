//! The fields of a packet that counting connections needs.

use std::hash::BuildHasher;

use crate::capture::packet::{FiveTuple, Segment};

/// The flags of an answer to a SYN.
pub(super) const SYN_ACK: u8 = Segment::SYN | Segment::ACK;

/// The fields of a packet that counting needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamHead {
    /// Hash of both endpoints. That two pairs have one hash of 64 bits is too rare to matter, and nobody can bring it about
    /// without knowing the seed, which is another in each run; so the pair itself need not be kept.
    pub(super) pair: u64,
    /// Which side of the pair sent it.
    pub(super) reversed: bool,
    pub(super) sequence: u32,
    pub(super) acknowledgment: u32,
    pub(super) flags: u8,
    /// Not seen itself, but quoted by an ICMP error.
    pub(super) quoted: bool,
    /// It goes to the higher of the two ports, as what a server sends does.
    pub(super) to_higher_port: bool,
}

impl StreamHead {
    #[inline]
    pub(crate) fn new(hasher: &impl BuildHasher, tuple: &FiveTuple, flags: u8) -> Self {
        let (pair, reversed) = tuple.canonical();
        let to_higher_port = tuple.destination_port > tuple.source_port;
        Self {
            pair: hasher.hash_one(pair),
            reversed,
            sequence: 0,
            acknowledgment: 0,
            flags,
            quoted: false,
            to_higher_port,
        }
    }

    /// Makes the one of a packet that an ICMP error quotes: Wireshark counts its connection when it is new.
    pub(crate) fn quoted(self) -> Self {
        Self { quoted: true, ..self }
    }

    /// Returns whether it is a SYN of a client.
    pub(crate) fn opens(&self) -> bool {
        self.flags & SYN_ACK == Segment::SYN
    }

    #[inline]
    pub(crate) fn numbered(self, sequence: u32, acknowledgment: u32) -> Self {
        Self { sequence, acknowledgment, ..self }
    }
}
