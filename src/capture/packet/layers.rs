//! A packet as the rest of the capture stage sees it: addresses, and the few fields of TCP, UDP and ICMP that count.

use std::net::IpAddr;

use super::five_tuple::FiveTuple;
use super::link::u32_at;

/// A packet, out of its tunnels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packet<'a> {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    /// IP identification; 0 where there is none.
    pub(crate) ip_id: u16,
    pub(crate) body: PacketBody<'a>,
}

impl Packet<'_> {
    /// Returns the endpoints of the segment that this packet carries.
    pub(crate) fn tuple_of(&self, segment: &Segment<'_>) -> FiveTuple {
        FiveTuple::new(self.source, segment.source_port, self.destination, segment.destination_port)
    }
}

/// The layer above IP in a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PacketBody<'a> {
    Tcp(Segment<'a>),
    Udp { source_port: u16, destination_port: u16, payload: &'a [u8], sent: u32 },
    Icmp(IcmpMessage<'a>),
    Fragment(IpFragment<'a>),
}

/// A TCP segment, as far as it was captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Segment<'a> {
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
    pub(crate) sequence: u32,
    pub(crate) acknowledgment: u32,
    pub(crate) flags: u8,
    pub(crate) window: u16,
    /// TSval of the timestamps option.
    pub(crate) stamp: Option<u32>,
    /// The part of the payload that was captured.
    pub(crate) payload: &'a [u8],
    /// Length of the payload as it was sent.
    pub(crate) sent: u32,
}

impl Segment<'_> {
    pub(crate) const FIN: u8 = 1;
    pub(crate) const SYN: u8 = 2;
    pub(crate) const RST: u8 = 4;
    pub(crate) const ACK: u8 = 16;

    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// An ICMP or ICMPv6 error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IcmpMessage<'a> {
    pub(crate) v6: bool,
    pub(crate) icmp_type: u8,
    pub(crate) code: u8,
    pub(crate) quote: QuotedPacket<'a>,
}

/// The packet that an ICMP error quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QuotedPacket<'a> {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    pub(crate) tcp: bool,
    pub(crate) ip_id: u16,
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
    /// The transport header and what follows; at least eight bytes by the standards.
    pub(crate) transport: &'a [u8],
}

impl QuotedPacket<'_> {
    /// Returns the endpoints of the quoted packet.
    pub(crate) fn tuple(&self) -> FiveTuple {
        FiveTuple::new(self.source, self.source_port, self.destination, self.destination_port)
    }

    /// Returns sequence number and flags of TCP, 0 where the quote is too short for them.
    pub(crate) fn sequence_and_flags(&self) -> (u32, u8) {
        let flags = self.transport.get(13).copied().unwrap_or_default();
        (u32_at(self.transport, 4).unwrap_or_default(), flags)
    }
}

/// A part of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IpFragment<'a> {
    pub(crate) protocol: u8,
    pub(crate) id: u32,
    pub(crate) offset: u32,
    pub(crate) more: bool,
    pub(crate) payload: &'a [u8],
    pub(crate) sent: u32,
}
