//! Capture files: pcap and pcapng, from bytes to frames. What is damaged is passed by, and said.
//!
//! Both containers are walked by hand over the mapped bytes: a frame costs one header, nothing is copied and nothing is
//! allocated, and a walk can begin at any frame, so that the chunks of a large file are read side by side. The blocks of
//! pcapng that are not frames are rare, and pcap-parser reads them.

mod ahead;
mod frame;
mod interface;
mod magic;
mod numbers;
mod pcap;
mod pcapng;

use std::fmt;

pub(crate) use frame::{Damage, Frame, Position, Sink};
pub use interface::{InterfaceDescription, InterfaceStatistics};
pub use magic::{looks_like_pcap, looks_like_pcapng};

use super::packet::LinkType;
use crate::model::redacted_debug::RedactedInDebug;
use crate::model::time::Timestamp;

/// The kinds of capture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Container {
    /// The format of tcpdump, with micro- or nanoseconds in either byte order.
    Pcap,
    /// The format of Wireshark.
    Pcapng,
}

/// Returns the kind of a file that begins like this; `None` when it is no capture.
pub fn container_of(prefix: &[u8]) -> Option<Container> {
    if pcapng::begins(prefix) {
        Some(Container::Pcapng)
    } else {
        pcap::PcapHeader::read(prefix).map(|_| Container::Pcap)
    }
}

/// All that must be known to read on from a frame in the middle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReaderState {
    Pcap(pcap::PcapHeader),
    Pcapng(pcapng::Section),
}

impl ReaderState {
    /// Returns the state at the beginning of a file, and where its first frame or block is; `None` when it is no capture.
    pub(crate) fn open(bytes: &[u8]) -> Option<(Self, Position)> {
        if pcapng::begins(bytes) {
            return Some((Self::Pcapng(pcapng::Section::default()), Position::At(0)));
        }
        let mut header = pcap::PcapHeader::read(bytes)?;
        header.learn_epoch(bytes);
        let first = header.first_frame();
        Some((Self::Pcap(header), Position::At(first)))
    }

    /// Returns the first position in a range where a frame or block is believed to begin.
    pub(crate) fn find(&self, bytes: &[u8], from: usize, until: usize) -> Option<usize> {
        match self {
            Self::Pcap(header) => header.find(bytes, from, until),
            Self::Pcapng(section) => section.find(bytes, from, until),
        }
    }

    /// Hands all that begins before `until` to the sink, and what lies behind garbage as well; returns where the next walk
    /// goes on.
    pub(crate) fn walk<'a>(
        &mut self,
        bytes: &'a [u8],
        from: Position,
        until: usize,
        sink: &mut impl Sink<'a>,
    ) -> Position {
        let mut position = from;
        loop {
            let at = match position {
                Position::At(at) => at,
                Position::Lost(from) => match self.find(bytes, from, until) {
                    Some(found) => found,
                    None => return Position::Lost(until.max(from)),
                },
            };
            position = match self {
                Self::Pcap(header) => header.run(bytes, at, until, sink),
                Self::Pcapng(section) => section.run(bytes, at, until, sink),
            };
            if matches!(position, Position::At(_)) {
                return position;
            }
        }
    }
}

/// A frame with its number, for those who write frames out again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RawFrame<'a> {
    /// Frame number from 1.
    pub number: u64,
    /// Time.
    pub time: Timestamp,
    /// The kind of header that it begins with.
    pub link_type: LinkType,
    /// Snap length of the interface; 0 when it has none.
    pub snap_length: u32,
    /// The bytes that were captured.
    pub bytes: &'a [u8],
    /// Length on the wire.
    pub original_length: u32,
}

impl fmt::Debug for RawFrame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawFrame")
            .field("number", &self.number)
            .field("time", &self.time)
            .field("link_type", &self.link_type)
            .field("snap_length", &self.snap_length)
            .field("bytes", &RedactedInDebug(self.bytes))
            .field("original_length", &self.original_length)
            .finish()
    }
}

/// Returns the one interface of a file whose header describes it, as that of pcap does.
pub(crate) fn only_interface(bytes: &[u8]) -> Option<InterfaceDescription> {
    match ReaderState::open(bytes)?.0 {
        ReaderState::Pcap(header) => Some(header.interface()),
        ReaderState::Pcapng(_) => None,
    }
}

/// Returns the time of the first frame; `None` when there is none near the beginning.
pub fn first_packet_time(bytes: &[u8]) -> Option<Timestamp> {
    struct First(Option<Timestamp>);
    impl<'a> Sink<'a> for First {
        fn frame(&mut self, frame: Frame<'a>) {
            self.0.get_or_insert(frame.time);
        }
    }
    // Blocks that describe rather than capture may come first; steps grow so that a file without frames is walked once.
    const STEP: usize = 4096;
    let (mut state, mut position) = ReaderState::open(bytes)?;
    let mut first = First(None);
    let mut step = STEP;
    loop {
        let (Position::At(at) | Position::Lost(at)) = position;
        if first.0.is_some() || at >= bytes.len() {
            return first.0;
        }
        position = state.walk(bytes, position, at.saturating_add(step), &mut first);
        step = step.saturating_mul(2);
    }
}
