//! The layer above IP. The few fields of TCP, UDP and ICMP that count are read here rather than with etherparse, which wants
//! these headers whole: a snap length of 54 bytes cuts the options off every SYN, and the SYN still counts.

use etherparse::{IpNumber, ip_number};

use super::ip::Ip;
use super::layers::{IcmpMessage, IpFragment, Packet, PacketBody, QuotedPacket, Segment};
use super::link::{u16_at, u32_at};
use super::skipped::{IpProtocol, Skipped, Unread};

/// The least that a frame of Ethernet carries, with a tag or without. What is shorter is padded, and there are senders that
/// count the padding as part of the packet.
const SHORTEST: std::ops::RangeInclusive<u32> = 41..=46;

/// Reads what an IP packet carries.
pub(super) fn packet<'a>(ip: &Ip<'a>) -> Result<Packet<'a>, Skipped> {
    let body = match ip.fragment {
        Some((id, offset, more)) => PacketBody::Fragment(IpFragment {
            protocol: ip.protocol.0,
            id,
            offset,
            more,
            payload: ip.payload,
            sent: ip.sent,
        }),
        None => match transport(ip.protocol, ip.payload, ip.sent)? {
            PacketBody::Tcp(segment) if is_padded(ip, &segment) => {
                PacketBody::Tcp(Segment { payload: &[], sent: 0, ..segment })
            }
            body => body,
        },
    };
    Ok(Packet { source: ip.source, destination: ip.destination, ip_id: ip.ip_id, body })
}

/// Returns whether the payload of a segment is padding that the packet's length counts: zeros behind an acknowledgment
/// that fill a frame up to the least that Ethernet carries. Data so short would be the end of what somebody wrote, and
/// bear the flag PSH.
fn is_padded(ip: &Ip<'_>, segment: &Segment<'_>) -> bool {
    ip.source.is_ipv4()
        && SHORTEST.contains(&ip.total)
        && segment.flags == Segment::ACK
        && segment.payload.iter().all(|byte| *byte == 0)
}

/// Reads the transport layer of a packet that was put together from fragments.
pub(crate) fn decode_payload(protocol: u8, payload: &[u8], sent: u32) -> Option<PacketBody<'_>> {
    transport(IpNumber(protocol), payload, sent).ok()
}

/// Reads the transport layer.
fn transport(protocol: IpNumber, payload: &[u8], sent: u32) -> Result<PacketBody<'_>, Skipped> {
    match protocol {
        ip_number::TCP => tcp(payload, sent).map(PacketBody::Tcp).ok_or(Skipped::Short),
        ip_number::UDP => udp(payload, sent).ok_or(Skipped::Short),
        ip_number::ICMP => icmp(payload, false).map(PacketBody::Icmp).ok_or(Skipped::Icmp),
        ip_number::IPV6_ICMP => icmp(payload, true).map(PacketBody::Icmp).ok_or(Skipped::Icmp),
        IpNumber(other) => Err(of_protocol(other)),
    }
}

/// Returns why a packet of a protocol that is not read is passed by.
pub(super) fn of_protocol(protocol: u8) -> Skipped {
    let protocol = IpProtocol(protocol);
    if protocol.never_holds_tcp() { Skipped::OtherIp } else { Skipped::Unread(Unread::Protocol(protocol)) }
}

fn udp(payload: &[u8], sent: u32) -> Option<PacketBody<'_>> {
    Some(PacketBody::Udp {
        source_port: u16_at(payload, 0)?,
        destination_port: u16_at(payload, 2)?,
        payload: payload.get(8..).unwrap_or_default(),
        sent: sent.saturating_sub(8),
    })
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
    let quoted = Ip::read(packet, packet.len() as u32)?;
    if !quoted.is_beginning() || !matches!(quoted.protocol, ip_number::TCP | ip_number::UDP) {
        return None;
    }
    Some(IcmpMessage {
        v6,
        icmp_type,
        code,
        quote: QuotedPacket {
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
