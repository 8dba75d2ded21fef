//! Capture files: pcap and pcapng, from bytes to frames. What is damaged is passed by, and said.
//!
//! Both containers are walked by hand over the mapped bytes: a frame costs one header, nothing is copied and nothing is
//! allocated, and a walk can begin at any frame, so that the chunks of a large file are read side by side. The blocks of
//! pcapng that are not frames are rare, and pcap-parser reads them.

mod interface;
mod magic;
mod pcap;
mod pcapng;

use std::fmt;
use std::net::IpAddr;

pub use interface::{InterfaceDescription, InterfaceStatistics};
pub use magic::{looks_like_pcap, looks_like_pcapng};

use super::packet::LinkType;
use crate::model::redacted_debug::RedactedInDebug;
use crate::model::time::Timestamp;

/// Frames longer than this are not believed; Wireshark has the same limit for most link types.
const MAX_FRAME: u32 = 262_144;

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

/// A frame as the file holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    /// The interface's number in the file; `u32::MAX` for one that the file does not describe.
    pub(crate) interface: u32,
    pub(crate) time: Timestamp,
    pub(crate) link: LinkType,
    /// Limit of the interface; 0 when there is none.
    pub(crate) snap_length: u32,
    pub(crate) bytes: &'a [u8],
    /// Length on the wire.
    pub(crate) length: u32,
}

/// Takes the content of a file, in its order.
pub(crate) trait Sink<'a> {
    /// A frame.
    fn frame(&mut self, frame: Frame<'a>);
    /// TLS secrets in key log format.
    fn key_log(&mut self, _text: &'a [u8]) {}
    /// A name that belongs to an address.
    fn name(&mut self, _address: IpAddr, _name: &'a [u8]) {}
    /// Takes the description of an interface, which frames behind it are of.
    fn interface(&mut self, _number: u32, _described: InterfaceDescription) {}
    /// Takes what was counted on an interface; what comes later counts for more time.
    fn statistics(&mut self, _interface: u32, _statistics: InterfaceStatistics) {}
    /// Takes the number of packets that an interface dropped before the next frame.
    fn dropped(&mut self, _interface: u32, _packets: u64) {}
    /// Something that cannot be read.
    fn damage(&mut self, _damage: Damage) {}
}

/// Something in a file that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// The file ends inside a frame or block that begins at this byte.
    Cut(usize),
    /// No frame or block stands at this byte.
    Garbage(usize),
    /// Frames of an interface that the file does not describe, the first at this byte.
    UnknownInterface(usize),
}

/// All that must be known to read on from a frame in the middle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReaderState {
    Pcap(pcap::PcapHeader),
    Pcapng(pcapng::Section),
}

/// The place where a walk stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// A frame or block begins here, or the file tuple.
    At(usize),
    /// Behind garbage, looking from here for the next frame.
    Lost(usize),
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

/// Returns a number of four bytes in the byte order of the file.
#[inline]
fn word(bytes: &[u8], at: usize, big_endian: bool) -> Option<u32> {
    let field = bytes.get(at..)?.first_chunk::<4>()?;
    Some(if big_endian { u32::from_be_bytes(*field) } else { u32::from_le_bytes(*field) })
}

/// Returns a number of two bytes in the byte order of the file.
#[inline]
fn half(bytes: &[u8], at: usize, big_endian: bool) -> Option<u16> {
    let field = bytes.get(at..)?.first_chunk::<2>()?;
    Some(if big_endian { u16::from_be_bytes(*field) } else { u16::from_le_bytes(*field) })
}
