//! Whom of a connection the capture saw, and how well: silence, and who spoke first, prove something only where the other
//! would have been seen.

use crate::capture::{FlowSide, TcpFlow};

/// The sides of a connection of which nothing is missing, as far as the capture itself can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sight {
    /// The client was seen, and all bytes that it sent.
    pub(super) client: bool,
    /// The server was seen, and all bytes that it sent.
    pub(super) server: bool,
}

impl Sight {
    /// Tells whom of a connection the capture saw. Bytes that the other side acknowledged count as sent.
    pub(super) fn of(flow: &TcpFlow) -> Self {
        let closed = |side| flow.closes.iter().any(|close| close.by == side);
        let client = !flow.syns.is_empty() || flow.to_server.first_data.is_some() || closed(FlowSide::Client);
        let server = flow.syn_ack.is_some() || flow.to_client.first_data.is_some() || closed(FlowSide::Server);
        Self { client: client && flow.to_server.missing == 0, server: server && flow.to_client.missing == 0 }
    }

    /// Returns whether nothing of either side is missing.
    pub(super) fn is_whole(self) -> bool {
        self.client && self.server
    }
}
