//! Tunnels above IP, as switches and hypervisors send them: what a packet carries where that is a packet or a frame of its
//! own.

use etherparse::ip_number;

use super::EtherType;
use super::ip::Ip;
use super::link::{self, u16_at};
use super::skipped::{IpProtocol, Skipped, Unread};

/// UDP ports of VXLAN: IANA's (RFC 7348), and the one that Linux had before there was one.
const VXLAN: [u16; 2] = [4789, 8472];
/// UDP port of VXLAN with a field for the protocol (draft-ietf-nvo3-vxlan-gpe).
const VXLAN_GPE: u16 = 4790;
/// UDP port of resolvers.
const DNS: u16 = 53;
/// UDP port of GENEVE (RFC 8926).
const GENEVE: u16 = 6081;

/// A network packet with its EtherType, or why there is none to be read.
type Inner<'a> = Result<&'a [u8], Skipped>;

/// Returns whether packets to this UDP port may be a tunnel's.
#[inline]
pub(super) fn is_tunnel(port: u16) -> bool {
    VXLAN.contains(&port) || matches!(port, VXLAN_GPE | GENEVE)
}

/// Returns the packet that a packet carries; `None` when it is no tunnel's.
pub(super) fn inside<'a>(layer: &Ip<'a>) -> Option<Inner<'a>> {
    if !layer.is_beginning() {
        return None;
    }
    match layer.protocol {
        ip_number::IPV4 | ip_number::IPV6 => Some(link::by_version(layer.payload).map(|(_, packet)| packet)),
        ip_number::GRE => Some(gre(layer.payload)),
        // A client may have such a port by chance: what does not look like the tunnel is taken for UDP.
        ip_number::UDP => udp(layer.payload),
        _ => None,
    }
}

fn udp(datagram: &[u8]) -> Option<Inner<'_>> {
    let port = u16_at(datagram, 2)?;
    // The answer of a resolver to such a client.
    if u16_at(datagram, 0)? == DNS {
        return None;
    }
    let payload = datagram.get(8..)?;
    let flags = *payload.first()?;
    if VXLAN.contains(&port) {
        return (flags & 0x08 != 0).then(|| ethernet(payload.get(8..)));
    }
    match port {
        VXLAN_GPE if flags & 0x0c == 0x0c => Some(match payload.get(3)? {
            1 | 2 => ip(payload.get(8..)),
            3 => ethernet(payload.get(8..)),
            _ => Err(Skipped::NotIp),
        }),
        GENEVE if flags >> 6 == 0 => {
            let inner = payload.get(8 + usize::from(flags & 0x3f) * 4..);
            Some(of_type(EtherType(u16_at(payload, 2)?), inner))
        }
        _ => None,
    }
}

/// Returns what lies behind a GRE header (RFC 2784, RFC 2890): IP, Ethernet, or the mirrored frame of ERSPAN I, II or III.
fn gre(packet: &[u8]) -> Inner<'_> {
    let flags = u16_at(packet, 0).ok_or(Skipped::Short)?;
    let protocol = EtherType(u16_at(packet, 2).ok_or(Skipped::Short)?);
    // Version 0 without the source routing of RFC 1701.
    if flags & 0x4007 != 0 {
        return Err(Skipped::Unread(Unread::Protocol(IpProtocol(ip_number::GRE.0))));
    }
    let sequenced = flags & 0x1000 != 0;
    let options = [flags & 0x8000 != 0, flags & 0x2000 != 0, sequenced];
    let header = 4 + 4 * options.iter().filter(|present| **present).count();
    let payload = packet.get(header..);
    match protocol {
        EtherType::ERSPAN if !sequenced => ethernet(payload),
        EtherType::ERSPAN => ethernet(payload.and_then(|payload| payload.get(8..))),
        EtherType::ERSPAN_III => {
            let optional = payload.and_then(|payload| payload.get(11)).is_some_and(|flags| flags & 1 == 1);
            ethernet(payload.and_then(|payload| payload.get(if optional { 20 } else { 12 }..)))
        }
        // A keepalive carries nothing.
        EtherType(0) => Err(Skipped::OtherIp),
        other => of_type(other, payload),
    }
}

fn of_type(ether_type: EtherType, inner: Option<&[u8]>) -> Inner<'_> {
    match ether_type {
        EtherType::TRANSPARENT_BRIDGING => ethernet(inner),
        EtherType::IPV4 | EtherType::IPV6 => ip(inner),
        other => link::tagged(other, inner.ok_or(Skipped::Short)?).map(|(_, packet)| packet),
    }
}

fn ethernet(frame: Option<&[u8]>) -> Inner<'_> {
    link::ethernet(frame.ok_or(Skipped::Short)?).map(|(_, packet)| packet)
}

fn ip(packet: Option<&[u8]>) -> Inner<'_> {
    link::by_version(packet.ok_or(Skipped::Short)?).map(|(_, packet)| packet)
}
