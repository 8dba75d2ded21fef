//! When and where something was on the wire, and who of the two sent it.

use crate::model::time::Timestamp;

/// The place and the time at which something was seen on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FrameRef {
    /// Time of the frame.
    pub time: Timestamp,
    /// Index of the input.
    pub input: usize,
    /// Frame number from 1, as Wireshark shows it.
    pub frame: u64,
}

/// Who of the two sent something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlowSide {
    /// The one that opened the connection: the ISE node.
    Client,
    /// The MDM server, or the proxy in front of it.
    Server,
}
