//! The part of a chunk of a file in what the file could see. Kept for each chunk apart, so that chunks are read side by side.

use super::clock::FrameTimes;
use super::counts::{FrameCounts, FrameKind};
use super::peers::Peers;
use crate::capture::container::{Frame, InterfaceDescription, InterfaceStatistics};
use crate::capture::packet::Unread;

/// Descriptions, counters and kinds of unread frames that are taken from one chunk.
const MAX_NOTES: usize = 1 << 10;
/// The number under which the frames of interfaces that are not described, or too many, are counted.
pub(super) const FURTHER: u32 = u32::MAX;

/// What a chunk adds to the quality of its file.
#[derive(Debug)]
pub(crate) struct ChunkQuality {
    pub(super) clock: FrameTimes,
    /// The interface of the latest frame with its count, and the other ones.
    interface: u32,
    counts: FrameCounts,
    others: Vec<(u32, FrameCounts)>,
    pub(super) described: Vec<(u32, InterfaceDescription)>,
    pub(super) statistics: Vec<(u32, InterfaceStatistics)>,
    pub(super) dropped: Vec<(u32, u64)>,
    /// How many frames of each kind, and the number of the first in the chunk.
    pub(super) unread: Vec<(Unread, (u64, u32))>,
    pub(crate) peers: Peers,
}

impl ChunkQuality {
    pub(crate) fn new() -> Self {
        Self {
            clock: FrameTimes::default(),
            interface: 0,
            counts: FrameCounts::default(),
            others: Vec::new(),
            described: Vec::new(),
            statistics: Vec::new(),
            dropped: Vec::new(),
            unread: Vec::new(),
            peers: Peers::default(),
        }
    }

    /// Takes a frame of this kind.
    #[inline]
    pub(crate) fn note(&mut self, frame: &Frame<'_>, kind: FrameKind) {
        self.clock.note(frame.time);
        if frame.interface != self.interface {
            self.change_interface(frame.interface);
        }
        self.counts.note(frame, kind);
    }

    #[cold]
    fn change_interface(&mut self, interface: u32) {
        let counts = std::mem::take(&mut self.counts);
        if counts != FrameCounts::default() {
            let number = if self.others.len() < MAX_NOTES - 1 { self.interface } else { FURTHER };
            if let Some(known) = noted(&mut self.others, number, FrameCounts::default()) {
                known.add(&counts);
            }
        }
        self.interface = interface;
    }

    /// Takes a frame that could not be read, the chunk's with this number.
    #[cold]
    pub(crate) fn unread(&mut self, at: Unread, frame: u32) {
        if let Some((frames, _)) = noted(&mut self.unread, at, (0, frame)) {
            *frames += 1;
        }
    }

    /// Takes the description of an interface.
    pub(crate) fn interface(&mut self, number: u32, described: InterfaceDescription) {
        noted(&mut self.described, number, described);
    }

    /// Takes the counters of an interface; only the latest count.
    pub(crate) fn statistics(&mut self, interface: u32, statistics: InterfaceStatistics) {
        if let Some(known) = noted(&mut self.statistics, interface, statistics) {
            *known = statistics;
        }
    }

    /// Takes the number of packets that an interface dropped before a frame.
    pub(crate) fn dropped(&mut self, interface: u32, packets: u64) {
        if let Some(known) = noted(&mut self.dropped, interface, 0) {
            *known = known.saturating_add(packets);
        }
    }

    /// Returns the frames of each interface.
    pub(super) fn counts(&mut self) -> Vec<(u32, FrameCounts)> {
        self.change_interface(FURTHER);
        std::mem::take(&mut self.others)
    }
}

/// Returns what is noted under a key, after noting something when there is nothing yet; `None` when there is no room.
fn noted<K: PartialEq, V>(notes: &mut Vec<(K, V)>, key: K, first: V) -> Option<&mut V> {
    let index = match notes.iter().position(|(known, _)| *known == key) {
        Some(index) => index,
        None if notes.len() < MAX_NOTES => {
            notes.push((key, first));
            notes.len() - 1
        }
        None => return None,
    };
    notes.get_mut(index).map(|(_, note)| note)
}
