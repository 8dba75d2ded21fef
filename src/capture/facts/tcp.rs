//! A connection as its segments show it: how it began, what went either way, who closed it, and which ICMP errors it met.

use std::net::{IpAddr, SocketAddr};

use super::frame::{FlowSide, FrameRef};
use super::http::{HttpExchange, ProxyConnect};
use super::tls::TlsSession;

/// A TCP connection, or the attempt at one.
#[derive(Clone, Debug)]
pub struct TcpFlow {
    /// `tcp.stream` of Wireshark in the file of the first frame; `None` when counting them all would cost too much.
    pub stream: Option<u64>,
    /// Who opened it.
    pub client: SocketAddr,
    /// To whom.
    pub server: SocketAddr,
    /// SYN or SYN-ACK was seen; else the roles are guessed from ports and content, and the start is missing.
    pub start_seen: bool,
    /// First frame.
    pub first: FrameRef,
    /// Last frame.
    pub last: FrameRef,
    /// SYNs of the client: the first, and each retransmission (duplicates of the capture itself taken out).
    pub syns: Vec<FrameRef>,
    /// The first SYN-ACK.
    pub syn_ack: Option<FrameRef>,
    /// An ACK of the server that answers a SYN and acknowledges something else: it believes in an older connection from the
    /// client's port (RFC 5961, section 4).
    pub challenge_ack: Option<FrameRef>,
    /// FIN and RST, the first of each kind from each side, in order of time.
    pub closes: Vec<Close>,
    /// ICMP errors that quote packets of the client to the server.
    pub icmp: Vec<IcmpError>,
    /// Payload from client to server.
    pub to_server: DirectionFacts,
    /// Payload from server to client.
    pub to_client: DirectionFacts,
    /// What of it was captured.
    pub visibility: FlowVisibility,
    /// CONNECT to a proxy, with what it answered.
    pub connect: Option<ProxyConnect>,
    /// The TLS session, direct or inside the tunnel.
    pub tls: Option<TlsSession>,
    /// HTTP requests with their answers, in the clear or decrypted.
    pub http: Vec<HttpExchange>,
}

/// What of a connection was captured: silence proves something only where an answer would have been.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlowVisibility {
    /// Packets of the client that were captured; those that the capture holds twice count once.
    pub from_client: u64,
    /// Packets of the server that were captured, counted likewise.
    pub from_server: u64,
    /// Packets that the capture holds a second time.
    pub duplicates: u64,
    /// Packets whose payload the snap length cut.
    pub cut: u64,
    /// RSTs and ICMP errors that no stack would believe, by their numbers or since the connection went on.
    pub disbelieved: u64,
    /// Neither SYN nor SYN-ACK was captured: the connection is older than the capture, or both were lost.
    pub begins_before: bool,
    /// The SYN-ACK was captured, and the SYN that it answers was not.
    pub syn_missing: bool,
    /// The SYN was captured, and the connection went on although the SYN-ACK was not: the client acknowledged it.
    pub syn_ack_missing: bool,
}

impl FlowVisibility {
    /// Returns whether packets of both sides were captured.
    pub const fn both_sides(&self) -> bool {
        self.from_client > 0 && self.from_server > 0
    }
}

impl TcpFlow {
    /// Returns whether the server took the connection: its SYN-ACK was captured, or what went on behind it.
    pub const fn stood(&self) -> bool {
        self.syn_ack.is_some()
            || self.visibility.syn_ack_missing
            || self.to_client.bytes > 0
            || self.to_server.bytes > 0
    }
}

/// The payload of one direction, each byte counted once.
#[derive(Clone, Copy, Debug, Default)]
pub struct DirectionFacts {
    /// Bytes of payload, retransmissions not counted twice; by sequence numbers, so that cut packets count whole.
    pub bytes: u64,
    /// The sequence number of its SYN, when that was captured (RFC 9293, section 3.4.1).
    pub initial_sequence: Option<u32>,
    /// Bytes that the capture lost.
    pub missing: u64,
    /// Those of them that the other side acknowledged, so that they were sent and arrived.
    pub missing_acknowledged: u64,
    /// Segments that brought nothing new.
    pub retransmissions: u64,
    /// First frame with payload.
    pub first_data: Option<FrameRef>,
    /// Last frame with new payload.
    pub last_data: Option<FrameRef>,
    /// The last frame in which the other side acknowledged payload of this direction.
    pub last_acked: Option<FrameRef>,
}

/// The end of a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Close {
    /// The frame.
    pub at: FrameRef,
    /// Who sent it.
    pub by: FlowSide,
    /// RST, else FIN.
    pub reset: bool,
}

/// An ICMP or ICMPv6 error that quotes one of our packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IcmpError {
    /// The frame.
    pub at: FrameRef,
    /// Who sent it.
    pub from: IpAddr,
    /// ICMPv6 instead of ICMP.
    pub v6: bool,
    /// Type.
    pub icmp_type: u8,
    /// Code.
    pub code: u8,
}

impl IcmpError {
    /// Returns whether it says that there is no way to the destination: not source quench (RFC 6633), nor that a packet is too
    /// big, on which a stack tries again with smaller ones.
    pub const fn is_unreachable(&self) -> bool {
        match (self.v6, self.icmp_type) {
            (false, 3) => self.code != 4,
            (false, 11 | 12) | (true, 1 | 3 | 4) => true,
            _ => false,
        }
    }
}
