//! What a single frame carries, for those who check what a report says of it.

use std::net::{IpAddr, SocketAddr};

use super::container::RawFrame;
use super::packet::{Packet, PacketBody, Segment, decode};

/// A packet in a frame, out of its tunnels.
pub(crate) struct FrameContent<'a> {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    pub(crate) carries: Carries<'a>,
    /// All of it was captured.
    pub(crate) whole: bool,
}

/// The layer above IP.
pub(crate) enum Carries<'a> {
    /// TCP; `sent` counts the payload as it was sent.
    Tcp { source_port: u16, destination_port: u16, flags: TcpFlags, payload: &'a [u8], sent: u32 },
    /// UDP.
    Udp { payload: &'a [u8] },
    /// An ICMP or ICMPv6 error about a packet to this end.
    Icmp { about: SocketAddr },
    /// A part of a packet, whose ports may lie in another part.
    Fragment,
}

/// The flags of a segment that begin and end connections.
#[derive(Clone, Copy)]
pub(crate) struct TcpFlags {
    pub(crate) syn: bool,
    pub(crate) ack: bool,
    pub(crate) fin: bool,
    pub(crate) rst: bool,
}

/// Reads a frame; `None` for what is no packet of IP.
pub(crate) fn content<'a>(frame: &RawFrame<'a>) -> Option<FrameContent<'a>> {
    let Packet { source, destination, body, .. } = decode(frame.link_type, frame.bytes, frame.original_length).ok()?;
    let carries = match body {
        PacketBody::Tcp(segment) => Carries::Tcp {
            source_port: segment.source_port,
            destination_port: segment.destination_port,
            flags: TcpFlags {
                syn: segment.has(Segment::SYN),
                ack: segment.has(Segment::ACK),
                fin: segment.has(Segment::FIN),
                rst: segment.has(Segment::RST),
            },
            payload: segment.payload,
            sent: segment.sent,
        },
        PacketBody::Udp { payload, .. } => Carries::Udp { payload },
        PacketBody::Icmp(icmp) => {
            Carries::Icmp { about: SocketAddr::new(icmp.quote.destination, icmp.quote.destination_port) }
        }
        PacketBody::Fragment(_) => Carries::Fragment,
    };
    let whole = frame.bytes.len() as u64 >= u64::from(frame.original_length);
    Some(FrameContent { source, destination, carries, whole })
}
