//! The quality of a file, put together from those of its chunks in their order.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::chunk::{ChunkQuality, FURTHER};
use super::clock::FrameTimes;
use super::peers::Peers;
use super::{CaptureQuality, InterfaceQuality, TcpDirections, UnreadFrames};
use crate::capture::container::only_interface;
use crate::capture::packet::{LinkType, Unread};
use crate::model::time::Timestamp;

/// Interfaces that are told apart in one file, and kinds of frames that could not be read.
const MAX_INTERFACES: usize = 1 << 10;
const MAX_UNREAD: usize = 1 << 8;

/// The quality of a file so far.
#[derive(Debug, Default)]
pub(crate) struct FileQuality {
    clock: FrameTimes,
    interfaces: BTreeMap<u32, InterfaceQuality>,
    unread: Vec<UnreadFrames>,
}

impl FileQuality {
    /// Takes the next chunk, before which there are so many frames.
    pub(crate) fn take(&mut self, mut chunk: ChunkQuality, before: u64, peers: &mut Peers) {
        self.clock.add(&chunk.clock);
        let counts = chunk.counts();
        for (number, described) in chunk.described {
            self.interface(number).described = described;
        }
        for (number, counts) in counts {
            self.interface(number).frames.add(&counts);
        }
        for (number, statistics) in chunk.statistics {
            self.interface(number).statistics = Some(statistics);
        }
        for (number, dropped) in chunk.dropped {
            let known = &mut self.interface(number).dropped_between;
            *known = Some(known.unwrap_or(0).saturating_add(dropped));
        }
        for (at, (frames, first)) in chunk.unread {
            if let Some(known) = self.unread.iter_mut().find(|known| known.at == at) {
                known.frames += frames;
            } else if self.unread.len() < MAX_UNREAD {
                self.unread.push(UnreadFrames { at, frames, first_frame: before + u64::from(first) });
            }
        }
        peers.merge(chunk.peers);
    }

    fn interface(&mut self, number: u32) -> &mut InterfaceQuality {
        let room = self.interfaces.len() < MAX_INTERFACES || self.interfaces.contains_key(&number);
        let number = if room { number } else { FURTHER };
        self.interfaces.entry(number).or_insert_with(|| InterfaceQuality { number, ..InterfaceQuality::default() })
    }

    /// Returns the times of the earliest and the latest frame.
    pub(crate) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.clock.span()
    }

    /// Returns the quality of the file, now that all of it was read.
    pub(crate) fn finish(mut self, input: usize, bytes: &[u8], directions: TcpDirections) -> CaptureQuality {
        if let Some(described) = only_interface(bytes) {
            self.interface(0).described = described;
        }
        let mut unread = self.unread;
        // An interface that is not described has no link type; that is said apart.
        unread.retain(|unread| unread.at != Unread::Link(LinkType::UNDESCRIBED));
        unread.sort_by_key(|unread| (Reverse(unread.frames), unread.first_frame));
        let interfaces: Vec<InterfaceQuality> = self.interfaces.into_values().collect();
        let mut quality = CaptureQuality { input, unread, directions, order: self.clock.order(), ..Default::default() };
        for interface in &interfaces {
            quality.frames.add(&interface.frames);
        }
        quality.interfaces = interfaces;
        quality
    }
}
