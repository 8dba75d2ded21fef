//! The fast reject: what a packet is, from a few raw bytes. A capture holds millions of packets that cannot matter, and
//! reading them with care would take several times as long as walking over them; so plain TCP over IP is told here by
//! four or five loads, other traffic that cannot matter is dropped, and all the rest goes to [`decode`](super::decode).

use super::five_tuple::FiveTuple;
use super::link::{self, u16_at, u32_at};
use super::skipped::Skipped;
use super::transport::of_protocol;
use super::tunnel;
use super::{EtherType, LinkType};

/// A frame as its first bytes show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FastPath<'a> {
    /// It cannot matter, or cannot be read.
    Skip(Skipped),
    /// TCP without fragments or tunnels.
    Tcp(TcpFields<'a>),
    /// It must be read with care.
    Decode,
}

/// The fields of TCP that tell whether a segment can matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TcpFields<'a> {
    pub(crate) tuple: FiveTuple,
    pub(crate) flags: u8,
    /// From the TCP header to the end of the packet, as far as it was captured.
    header: &'a [u8],
}

impl<'a> TcpFields<'a> {
    pub(crate) fn sequence(&self) -> u32 {
        u32_at(self.header, 4).unwrap_or_default()
    }

    pub(crate) fn acknowledgment(&self) -> u32 {
        u32_at(self.header, 8).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn payload(&self) -> &'a [u8] {
        let offset = self.header.get(12).map_or(0, |byte| usize::from(byte >> 4) * 4);
        self.header.get(offset..).unwrap_or_default()
    }
}

/// Looks at a frame.
#[inline]
pub(crate) fn fast_path(link: LinkType, frame: &[u8]) -> FastPath<'_> {
    match link::network(link, frame) {
        Ok((EtherType::IPV4, packet)) => v4(packet).unwrap_or(FastPath::Skip(Skipped::Short)),
        Ok((_, packet)) => v6(packet).unwrap_or(FastPath::Skip(Skipped::Short)),
        Err(skipped) => FastPath::Skip(skipped),
    }
}

#[inline]
fn v4(packet: &[u8]) -> Option<FastPath<'_>> {
    let header = packet.first_chunk::<20>()?;
    let length = usize::from(header[0] & 15) * 4;
    let fragment = u16::from_be_bytes([header[6], header[7]]) & 0x3fff;
    if header[0] >> 4 != 4 || length < 20 || fragment != 0 {
        return Some(FastPath::Decode);
    }
    let mapped = |bytes: [u8; 4]| 0xffff_0000_0000 | u128::from(u32::from_be_bytes(bytes));
    let total = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let payload = packet.get(length..if total < length { packet.len() } else { total.min(packet.len()) })?;
    let source = mapped([header[12], header[13], header[14], header[15]]);
    let destination = mapped([header[16], header[17], header[18], header[19]]);
    transport(header[9], source, destination, payload)
}

#[inline]
fn v6(packet: &[u8]) -> Option<FastPath<'_>> {
    let header = packet.first_chunk::<40>()?;
    if header[0] >> 4 != 6 {
        return Some(FastPath::Decode);
    }
    let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
    let rest = packet.get(40..)?;
    let payload = if length == 0 { rest } else { rest.get(..length).unwrap_or(rest) };
    let source = u128::from_be_bytes(*header.get(8..)?.first_chunk()?);
    let destination = u128::from_be_bytes(*header.get(24..)?.first_chunk()?);
    transport(header[6], source, destination, payload)
}

#[inline]
fn transport(protocol: u8, source: u128, destination: u128, payload: &[u8]) -> Option<FastPath<'_>> {
    const DNS: u16 = 53;
    let ports = || Some((u16_at(payload, 0)?, u16_at(payload, 2)?));
    Some(match protocol {
        6 => {
            let (source_port, destination_port) = ports()?;
            let flags = *payload.get(13)?;
            let tuple = FiveTuple { source, destination, source_port, destination_port };
            FastPath::Tcp(TcpFields { tuple, flags, header: payload })
        }
        17 => match ports()? {
            (DNS, _) | (_, DNS) => FastPath::Decode,
            (_, port) if tunnel::is_tunnel(port) => FastPath::Decode,
            _ => FastPath::Skip(Skipped::Udp),
        },
        // ICMP and ICMPv6, when they are errors.
        1 if matches!(payload.first()?, 3 | 4 | 11 | 12) => FastPath::Decode,
        58 if (1..=4).contains(payload.first()?) => FastPath::Decode,
        1 | 58 => FastPath::Skip(Skipped::Icmp),
        // Extension headers, IP in IP, GRE and AH.
        0 | 4 | 41 | 43 | 44 | 47 | 51 | 60 | 135 | 139 | 140 => FastPath::Decode,
        other => FastPath::Skip(of_protocol(other)),
    })
}
