//! What a capture could see, as facts that are there before any verdict. Silence proves something only where an answer would
//! have been captured: a file that holds one direction, that dropped packets, or whose filter left a protocol out, shows
//! silence everywhere.
//!
//! Most of it is counted on the way through a file, where a packet has no more than a few additions to spare; what needs
//! connections is taken from those that are followed.

mod chunk;
mod clock;
mod counts;
mod file;
mod peers;
mod warnings;

pub(super) use chunk::ChunkQuality;
pub use clock::TimeOrder;
pub use counts::FrameCounts;
pub(super) use counts::FrameKind;
pub(super) use file::FileQuality;
pub use peers::PeerVisibility;
pub(super) use peers::{Activity, Peers};
pub(super) use warnings::warnings;

use super::packet::Unread;
use super::{InterfaceDescription, InterfaceStatistics, TcpFlow};

/// What one capture file could see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaptureQuality {
    /// Index of the input.
    pub input: usize,
    /// Frames of all interfaces together.
    pub frames: FrameCounts,
    /// The interfaces that the file describes or holds frames of, in the order of their numbers.
    pub interfaces: Vec<InterfaceQuality>,
    /// TCP connections, all and not only those that matter, by the directions that were captured.
    pub directions: TcpDirections,
    /// Frames that could not be read, by what stood in the way, the most frequent first.
    pub unread: Vec<UnreadFrames>,
    /// How the times of the frames agree with their order.
    pub order: TimeOrder,
    /// Packets that the connections which were followed show to be missing, or to be there twice.
    pub followed: FollowedPackets,
}

impl CaptureQuality {
    /// Returns how many packets were dropped by the count of the capturing program; `None` when it did not count.
    pub fn dropped(&self) -> Option<u64> {
        self.interfaces.iter().filter_map(InterfaceQuality::dropped).reduce(u64::saturating_add)
    }

    /// Returns the direction that alone was captured: connections went on without a packet of one side, and hardly any has
    /// both. `None` when both were, or when there is nothing to tell it by.
    pub fn one_direction(&self) -> Option<Direction> {
        let TcpDirections { both, only_client, only_server, .. } = self.directions;
        // At the edges of a capture, connections have a last packet of one side and nothing else.
        let hardly = both.saturating_mul(10);
        match (only_client > hardly, only_server > hardly) {
            (true, false) => Some(Direction::FromClients),
            (false, true) => Some(Direction::FromServers),
            (true, true) | (false, false) => None,
        }
    }
}

/// A direction of traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From those that open connections, such as the node.
    FromClients,
    /// From those that are connected to.
    FromServers,
}

/// An interface of a capture file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InterfaceQuality {
    /// Number of the interface in the file.
    pub number: u32,
    /// Its description.
    pub described: InterfaceDescription,
    /// The counters of the capturing program, when it wrote some.
    pub statistics: Option<InterfaceStatistics>,
    /// Packets that were dropped between frames, as the frames themselves say; `None` when none says so.
    pub dropped_between: Option<u64>,
    /// Its frames.
    pub frames: FrameCounts,
}

impl InterfaceQuality {
    /// Returns how many packets were dropped, by whichever count is the higher.
    pub fn dropped(&self) -> Option<u64> {
        self.statistics.and_then(|statistics| statistics.dropped()).max(self.dropped_between)
    }
}

/// Connections by the directions that were captured. A SYN that was not answered says nothing of the other direction, and
/// neither does a RST alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpDirections {
    /// Packets of both sides.
    pub both: u64,
    /// Packets of the client alone, which acknowledge what the server must have sent.
    pub only_client: u64,
    /// Packets of the server alone, which acknowledge what the client must have sent.
    pub only_server: u64,
    /// Packets of one side that acknowledge nothing: SYNs without an answer, for the most part.
    pub unanswered: u64,
}

/// Frames of a kind that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadFrames {
    /// The header at which reading ended.
    pub at: Unread,
    /// How many.
    pub frames: u64,
    /// Number of the first.
    pub first_frame: u64,
}

/// Packets of the connections that were followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FollowedPackets {
    /// Connections.
    pub connections: u64,
    /// Connections of which packets are proved to be missing.
    pub with_gaps: u64,
    /// Bytes that the other side acknowledged, and that were never captured.
    pub lost_bytes: u64,
    /// Handshakes that went on although their SYN or SYN-ACK was not captured.
    pub half_handshakes: u64,
    /// Packets that the capture holds a second time, as two taps or both sides of a router make them.
    pub duplicates: u64,
}

impl FollowedPackets {
    /// Adds a connection.
    pub(super) fn add(&mut self, flow: &TcpFlow) {
        let lost = flow.to_server.missing_acknowledged.saturating_add(flow.to_client.missing_acknowledged);
        let half = flow.visibility.syn_missing || flow.visibility.syn_ack_missing;
        self.connections += 1;
        self.with_gaps += u64::from(lost > 0 || half);
        self.lost_bytes = self.lost_bytes.saturating_add(lost);
        self.half_handshakes += u64::from(half);
        self.duplicates += flow.visibility.duplicates;
    }
}
