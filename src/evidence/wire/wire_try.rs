//! What the wire shows of one request, with all that bears on its verdict.

use std::sync::Arc;

use super::ending::Ending;
use super::lookup::Lookup;
use super::request::Request;
use super::session::Session;
use super::visibility::Visibility;
use crate::capture::TcpFlow;
use crate::model::time::Timestamp;

/// What the wire shows of a request.
#[derive(Clone, Debug)]
pub struct WireTry<'a> {
    /// Index of the capture.
    pub capture: usize,
    /// The session.
    pub session: Arc<Session<'a>>,
    /// Lookups that belong to it, in order.
    pub lookups: Vec<Arc<Lookup<'a>>>,
    /// Connections that failed before the session, and were repeated by it without a word in the log.
    pub earlier: Vec<&'a TcpFlow>,
    /// Index of the request in the session.
    pub request: Option<usize>,
    /// How it ended; `None` for a lookup that led to no connection.
    pub ending: Option<Ending<'a>>,
    /// First packet.
    pub start: Timestamp,
    /// The packet that told the client.
    pub end: Option<Timestamp>,
    /// The last packet in which the client still waited.
    pub last: Timestamp,
    /// The capture's last frame.
    pub capture_end: Timestamp,
    /// The log tells that the client waited longer than the capture goes on.
    pub waited: bool,
    /// What the capture could see.
    pub visibility: Visibility,
}

impl<'a> WireTry<'a> {
    /// Returns the connection that counts.
    pub fn flow(&self) -> Option<&'a TcpFlow> {
        self.session.flow()
    }

    /// Returns the request, when it was seen.
    pub fn request(&self) -> Option<&Request<'a>> {
        self.request.and_then(|index| self.session.requests.get(index))
    }
}
