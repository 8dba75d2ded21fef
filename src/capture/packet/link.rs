//! The link layers that ISE nodes, tcpdump and switches capture on: where the network layer begins. [`layer`] is the one
//! table of them. A few fields at fixed places, read by hand since most of them no crate knows.

use super::LinkType;

/// EtherTypes (IANA).
pub(super) const IPV4: u16 = 0x0800;
pub(super) const IPV6: u16 = 0x86dd;
const VLAN: u16 = 0x8100;
const QINQ: u16 = 0x88a8;
const OLD_QINQ: u16 = 0x9100;
const MPLS: u16 = 0x8847;
const MPLS_MULTICAST: u16 = 0x8848;
const PPPOE: u16 = 0x8864;

/// Tags and labels that may stand in front of a packet.
const MAX_TAGS: usize = 16;

/// The form of a link type's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    /// A header of Ethernet.
    Ethernet,
    /// The EtherType at one place, what it stands for at another.
    Typed { ether_type: usize, packet: usize },
    /// Behind so many bytes, IP of the version that its first bits say.
    Ip(usize),
    /// IP of this EtherType.
    Only(u16),
}

/// The link types that are read. A new one needs a row here, and a constant in [`LinkType`].
#[inline]
fn layer(link: LinkType) -> Option<Layer> {
    Some(match link {
        LinkType::ETHERNET => Layer::Ethernet,
        LinkType::LINUX_SLL => Layer::Typed { ether_type: 14, packet: 16 },
        LinkType::LINUX_SLL2 => Layer::Typed { ether_type: 0, packet: 20 },
        LinkType::DLT_RAW | LinkType::OPENBSD_RAW | LinkType::RAW => Layer::Ip(0),
        LinkType::IPV4 => Layer::Only(IPV4),
        LinkType::IPV6 => Layer::Only(IPV6),
        // The address family says less than the packet does: its numbers differ from system to system.
        LinkType::NULL | LinkType::LOOP => Layer::Ip(4),
        _ => return None,
    })
}

/// Returns whether packets of this link type can be read.
pub(crate) fn is_known(link: LinkType) -> bool {
    layer(link).is_some()
}

/// Returns the EtherType and the packet of a frame; `None` when it holds no IP.
#[inline]
pub(super) fn network(link: LinkType, frame: &[u8]) -> Option<(u16, &[u8])> {
    match layer(link)? {
        Layer::Ethernet => ethernet(frame),
        Layer::Typed { ether_type, packet } => tagged(u16_at(frame, ether_type)?, frame.get(packet..)?),
        Layer::Ip(at) => by_version(frame.get(at..)?),
        Layer::Only(ether_type) => Some((ether_type, frame)),
    }
}

/// Does the same for Ethernet, which also comes out of tunnels.
#[inline]
pub(super) fn ethernet(frame: &[u8]) -> Option<(u16, &[u8])> {
    tagged(u16_at(frame, 12)?, frame.get(14..)?)
}

/// Returns the packet behind VLAN tags, MPLS labels and PPPoE.
#[inline]
fn tagged(mut ether_type: u16, mut rest: &[u8]) -> Option<(u16, &[u8])> {
    for _ in 0..MAX_TAGS {
        match ether_type {
            IPV4 | IPV6 => return Some((ether_type, rest)),
            VLAN | QINQ | OLD_QINQ => {
                ether_type = u16_at(rest, 2)?;
                rest = rest.get(4..)?;
            }
            MPLS | MPLS_MULTICAST => {
                let bottom = rest.get(2)? & 1 == 1;
                rest = rest.get(4..)?;
                if bottom {
                    return behind_labels(rest);
                }
            }
            PPPOE => {
                ether_type = match u16_at(rest, 6)? {
                    0x0021 => IPV4,
                    0x0057 => IPV6,
                    _ => return None,
                };
                rest = rest.get(8..)?;
            }
            _ => return None,
        }
    }
    None
}

/// Returns what MPLS carries, which it does not say: IP begins with its version, and a pseudowire with a control word of
/// zeros or with an Ethernet address (RFC 4928).
fn behind_labels(rest: &[u8]) -> Option<(u16, &[u8])> {
    match rest.first()? >> 4 {
        0 => match rest.get(4..).and_then(ethernet) {
            Some(found) => Some(found),
            None => ethernet(rest),
        },
        _ => by_version(rest).or_else(|| ethernet(rest)),
    }
}

/// Returns IP of whichever version its first bits say.
#[inline]
pub(super) fn by_version(packet: &[u8]) -> Option<(u16, &[u8])> {
    match packet.first()? >> 4 {
        4 => Some((IPV4, packet)),
        6 => Some((IPV6, packet)),
        _ => None,
    }
}

/// Returns a number in network byte order.
#[inline]
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk::<2>().map(|field| u16::from_be_bytes(*field))
}

/// Returns a number in network byte order.
#[inline]
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|field| u32::from_be_bytes(*field))
}
