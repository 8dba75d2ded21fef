//! What a walk over a capture file hands out, whichever format the file has.

use std::net::IpAddr;

use super::interface::{InterfaceDescription, InterfaceStatistics};
use crate::capture::packet::LinkType;
use crate::model::time::Timestamp;

/// Frames longer than this are not believed; Wireshark has the same limit for most link types.
pub(super) const MAX_FRAME: u32 = 262_144;

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
    /// Takes a frame.
    fn frame(&mut self, frame: Frame<'a>);
    /// Takes TLS secrets in key log format.
    fn key_log(&mut self, _text: &'a [u8]) {}
    /// Takes a name that belongs to an address.
    fn name(&mut self, _address: IpAddr, _name: &'a [u8]) {}
    /// Takes the description of an interface, which frames behind it are of.
    fn interface(&mut self, _number: u32, _described: InterfaceDescription) {}
    /// Takes what was counted on an interface; what comes later counts for more time.
    fn statistics(&mut self, _interface: u32, _statistics: InterfaceStatistics) {}
    /// Takes the number of packets that an interface dropped before the next frame.
    fn dropped(&mut self, _interface: u32, _packets: u64) {}
    /// Takes note of something that cannot be read.
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

/// The place where a walk stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// A frame or block begins here, or the file tuple.
    At(usize),
    /// Behind garbage, looking from here for the next frame.
    Lost(usize),
}
