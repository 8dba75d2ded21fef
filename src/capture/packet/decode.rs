//! One packet read with care: IP with its extension headers (etherparse, in its lax form, so that a snap length may cut
//! anywhere), tunnels, and behind them TCP, UDP, ICMP or a fragment.
//!
//! The few fields of TCP, UDP and ICMP that count are read here rather than with etherparse, which wants these headers whole:
//! a snap length of 54 bytes cuts the options off every SYN, and the SYN still counts.

use std::net::IpAddr;

use etherparse::{IpNumber, LaxIpSlice, ip_number};

use super::LinkType;
use super::fast_path::FiveTuple;
use super::link::{self, u16_at, u32_at};

/// Tunnels in each other.
const MAX_DEPTH: usize = 6;

/// UDP port of VXLAN (RFC 7348).
const VXLAN: u16 = 4789;

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
    pub(crate) quote: Quote<'a>,
}

/// The packet that an ICMP error quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quote<'a> {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    pub(crate) tcp: bool,
    pub(crate) ip_id: u16,
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
    /// The transport header and what follows; at least eight bytes by the standards.
    pub(crate) transport: &'a [u8],
}

impl Quote<'_> {
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

/// Returns the packet of a frame of this link type; `None` when it is none that can matter.
pub(crate) fn decode(link: LinkType, frame: &[u8], length: u32) -> Option<Packet<'_>> {
    let (_, mut packet) = link::network(link, frame)?;
    let mut sent = behind(frame, packet, length);
    for _ in 0..MAX_DEPTH {
        let (ip, _) = LaxIpSlice::from_slice(packet).ok()?;
        let layer = Ip::read(&ip, packet, sent)?;
        let inner = match layer.protocol {
            ip_number::IPV4 | ip_number::IPV6 => link::by_version(layer.payload),
            ip_number::GRE => gre(layer.payload),
            ip_number::UDP if u16_at(layer.payload, 2) == Some(VXLAN) => {
                layer.payload.get(16..).and_then(link::ethernet)
            }
            _ => None,
        };
        // What a fragment leaves of a tunnelled packet is read like what a snap length leaves of it.
        match inner {
            Some((_, inner)) if layer.fragment.is_none_or(|(_, offset, _)| offset == 0) => {
                sent = behind(packet, inner, sent);
                packet = inner;
            }
            _ => return layer.packet(),
        }
    }
    None
}

/// Returns the length that was sent of what follows inside a slice.
fn behind(outer: &[u8], inner: &[u8], sent: u32) -> u32 {
    sent.saturating_sub((outer.len() - inner.len().min(outer.len())) as u32)
}

struct Ip<'a> {
    source: IpAddr,
    destination: IpAddr,
    ip_id: u16,
    protocol: IpNumber,
    /// Identification, offset, and whether more follow.
    fragment: Option<(u32, u32, bool)>,
    payload: &'a [u8],
    sent: u32,
}

impl<'a> Ip<'a> {
    /// `length` counts for packets that don't say how long they are, as segmentation offload leaves them.
    fn read(ip: &LaxIpSlice<'a>, packet: &[u8], length: u32) -> Option<Self> {
        let payload = ip.payload();
        let headers = match ip {
            LaxIpSlice::Ipv4(v4) => {
                v4.header().slice().len() + v4.extensions().auth.map_or(0, |auth| auth.slice().len())
            }
            LaxIpSlice::Ipv6(v6) => v6.header().slice().len() + v6.extensions().slice().len(),
        };
        let total = match ip {
            LaxIpSlice::Ipv4(v4) => u32::from(v4.header().total_len()),
            LaxIpSlice::Ipv6(v6) => match v6.header().payload_length() {
                0 => 0,
                length => u32::from(length) + v6.header().slice().len() as u32,
            },
        };
        let total = if (total as usize) < headers { length } else { total };
        let mut ip_id = 0;
        let mut fragment = None;
        match ip {
            LaxIpSlice::Ipv4(v4) => {
                ip_id = v4.header().identification();
                if payload.fragmented {
                    let offset = v4.header().fragments_offset().byte_offset();
                    fragment = Some((ip_id.into(), offset.into(), v4.header().more_fragments()));
                }
            }
            LaxIpSlice::Ipv6(v6) if payload.fragmented => {
                let extensions = v6.extensions();
                fragment = extensions.first_header().and_then(|first| v6_fragment(first, extensions.slice()));
            }
            LaxIpSlice::Ipv6(_) => {}
        }
        // Ethernet's padding is no payload; what a header says beyond the frame was cut off.
        let captured = payload.payload.get(..(total as usize).saturating_sub(headers)).unwrap_or(payload.payload);
        (headers <= packet.len()).then(|| Self {
            source: ip.source_addr(),
            destination: ip.destination_addr(),
            ip_id,
            protocol: payload.ip_number,
            fragment,
            payload: captured,
            sent: total.saturating_sub(headers as u32),
        })
    }

    fn packet(&self) -> Option<Packet<'a>> {
        let body = match self.fragment {
            Some((id, offset, more)) => PacketBody::Fragment(IpFragment {
                protocol: self.protocol.0,
                id,
                offset,
                more,
                payload: self.payload,
                sent: self.sent,
            }),
            None => transport(self.protocol, self.payload, self.sent)?,
        };
        Some(Packet { source: self.source, destination: self.destination, ip_id: self.ip_id, body })
    }
}

/// Returns the fields of the fragment header among IPv6's extension headers. Not with etherparse's iterator, which reads beyond the
/// end of headers that were cut.
fn v6_fragment(first: IpNumber, mut headers: &[u8]) -> Option<(u32, u32, bool)> {
    let mut kind = first;
    loop {
        let (&next, &length) = (headers.first()?, headers.get(1)?);
        if kind == ip_number::IPV6_FRAGMENTATION_HEADER {
            let offset = u16_at(headers, 2)?;
            return Some((u32_at(headers, 4)?, u32::from(offset & 0xfff8), offset & 1 != 0));
        }
        let length = match kind {
            ip_number::AUTHENTICATION_HEADER => (usize::from(length) + 2) * 4,
            _ => (usize::from(length) + 1) * 8,
        };
        headers = headers.get(length..)?;
        kind = IpNumber(next);
    }
}

/// Returns what lies behind a GRE header (RFC 2784, RFC 2890): IP, Ethernet, or the mirrored frame of ERSPAN I, II or III.
fn gre(packet: &[u8]) -> Option<(u16, &[u8])> {
    let flags = u16_at(packet, 0)?;
    let protocol = u16_at(packet, 2)?;
    // Version 0 without the source routing of RFC 1701.
    if flags & 0x4007 != 0 {
        return None;
    }
    let sequenced = flags & 0x1000 != 0;
    let options = [flags & 0x8000 != 0, flags & 0x2000 != 0, sequenced];
    let header = 4 + 4 * options.iter().filter(|present| **present).count();
    let payload = packet.get(header..)?;
    match protocol {
        link::IPV4 | link::IPV6 => link::by_version(payload),
        0x6558 => link::ethernet(payload),
        0x88be if !sequenced => link::ethernet(payload),
        0x88be => link::ethernet(payload.get(8..)?),
        0x22eb => {
            let optional = payload.get(11)? & 1 == 1;
            link::ethernet(payload.get(if optional { 20 } else { 12 }..)?)
        }
        _ => None,
    }
}

/// Reads the transport layer of a packet that was put together from fragments.
pub(crate) fn decode_payload(protocol: u8, payload: &[u8], sent: u32) -> Option<PacketBody<'_>> {
    transport(IpNumber(protocol), payload, sent)
}

fn transport(protocol: IpNumber, payload: &[u8], sent: u32) -> Option<PacketBody<'_>> {
    match protocol {
        ip_number::TCP => tcp(payload, sent).map(PacketBody::Tcp),
        ip_number::UDP => Some(PacketBody::Udp {
            source_port: u16_at(payload, 0)?,
            destination_port: u16_at(payload, 2)?,
            payload: payload.get(8..).unwrap_or_default(),
            sent: sent.saturating_sub(8),
        }),
        ip_number::ICMP => icmp(payload, false).map(PacketBody::Icmp),
        ip_number::IPV6_ICMP => icmp(payload, true).map(PacketBody::Icmp),
        _ => None,
    }
}

/// Reads a segment of which the fields up to the flags must be there; the rest may be cut.
fn tcp(header: &[u8], sent: u32) -> Option<Segment<'_>> {
    let offset = usize::from(header.get(12)? >> 4) * 4;
    if offset < 20 {
        return None;
    }
    Some(Segment {
        source_port: u16_at(header, 0)?,
        destination_port: u16_at(header, 2)?,
        sequence: u32_at(header, 4)?,
        acknowledgment: u32_at(header, 8)?,
        flags: *header.get(13)?,
        window: u16_at(header, 14).unwrap_or_default(),
        stamp: stamp(header.get(20..offset.min(header.len())).unwrap_or_default()),
        payload: header.get(offset..).unwrap_or_default(),
        sent: sent.saturating_sub(offset as u32),
    })
}

/// Returns TSval (RFC 7323).
fn stamp(mut options: &[u8]) -> Option<u32> {
    loop {
        match options {
            [1, rest @ ..] => options = rest,
            [8, 10, value @ ..] => return u32_at(value, 0),
            [0, ..] => return None,
            [_, length, ..] if *length >= 2 => options = options.get(usize::from(*length)..)?,
            _ => return None,
        }
    }
}

fn icmp(message: &[u8], v6: bool) -> Option<IcmpMessage<'_>> {
    let [icmp_type, code, ..] = *message else { return None };
    // Unreachable, source quench, time exceeded, parameter problem; packet too big in place of source quench.
    let is_error = if v6 { (1..=4).contains(&icmp_type) } else { matches!(icmp_type, 3 | 4 | 11 | 12) };
    if !is_error {
        return None;
    }
    let packet = message.get(8..)?;
    let (ip, _) = LaxIpSlice::from_slice(packet).ok()?;
    let quoted = Ip::read(&ip, packet, packet.len() as u32)?;
    let first = quoted.fragment.is_none_or(|(_, offset, _)| offset == 0);
    if !first || !matches!(quoted.protocol, ip_number::TCP | ip_number::UDP) {
        return None;
    }
    Some(IcmpMessage {
        v6,
        icmp_type,
        code,
        quote: Quote {
            source: quoted.source,
            destination: quoted.destination,
            tcp: quoted.protocol == ip_number::TCP,
            ip_id: quoted.ip_id,
            source_port: u16_at(quoted.payload, 0)?,
            destination_port: u16_at(quoted.payload, 2)?,
            transport: quoted.payload,
        },
    })
}
