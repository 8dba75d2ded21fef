//! When something happened: a request by its records, a place by its packets.

use super::clock::LineTime;
use crate::model::time::Timestamp;

/// A request of the log that could be on the wire.
#[derive(Clone, Copy, Debug)]
pub struct LogInterval {
    /// When the request was logged.
    pub start: LineTime,
    /// When its result was.
    pub result: Option<LineTime>,
}

/// A place on the wire that could be a request's.
#[derive(Clone, Copy, Debug)]
pub struct WireInterval {
    /// First packet.
    pub start: Timestamp,
    /// The packet that told the client.
    pub end: Option<Timestamp>,
    /// The first packet that can have told the client its result; `None` for silence, which no packet tells.
    pub told: Option<Timestamp>,
    /// The last packet in which the client still waited.
    pub last: Timestamp,
}
