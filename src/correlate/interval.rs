//! When something happened: a request by its records, a place by its packets.

/// A request of the log that could be on the wire.
#[derive(Clone, Copy, Debug)]
pub struct LogInterval {
    /// When the request was logged, in nanoseconds on the log's line of time.
    pub start: i64,
    /// When its result was.
    pub result: Option<i64>,
}

/// A place on the wire that could be a request's.
#[derive(Clone, Copy, Debug)]
pub struct WireInterval {
    /// First packet, in nanoseconds of UTC.
    pub start: i64,
    /// The packet that told the client.
    pub end: Option<i64>,
    /// The first packet that can have told the client its result; `None` for silence, which no packet tells.
    pub told: Option<i64>,
    /// The last packet in which the client still waited.
    pub last: i64,
}
