//! The link layers (LINKTYPE numbers of tcpdump.org) that ISE nodes, tcpdump and switches capture on: where the network layer
//! begins. A few fields at fixed places, read by hand since most of them no crate knows.

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

const ETHERNET: u16 = 1;

/// Whether packets of this link type can be read.
pub(crate) fn is_known(link: u16) -> bool {
    matches!(link, 0 | ETHERNET | 12 | 14 | 101 | 108 | 113 | 228 | 229 | 276)
}

/// The EtherType and the packet of a frame; `None` when it holds no IP.
#[inline]
pub(super) fn network(link: u16, frame: &[u8]) -> Option<(u16, &[u8])> {
    match link {
        ETHERNET => ethernet(frame),
        // Linux cooked, version 1 and 2.
        113 => tagged(u16_at(frame, 14)?, frame.get(16..)?),
        276 => tagged(u16_at(frame, 0)?, frame.get(20..)?),
        12 | 14 | 101 => by_version(frame),
        228 => Some((IPV4, frame)),
        229 => Some((IPV6, frame)),
        // BSD loopback: the address family in the byte order of whoever wrote it.
        0 | 108 => by_version(frame.get(4..)?),
        _ => None,
    }
}

/// The same for Ethernet, which also comes out of tunnels.
#[inline]
pub(super) fn ethernet(frame: &[u8]) -> Option<(u16, &[u8])> {
    tagged(u16_at(frame, 12)?, frame.get(14..)?)
}

/// The packet behind VLAN tags, MPLS labels and PPPoE.
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

/// MPLS does not say what it carries: IP begins with its version, and a pseudowire with a control word of zeros or with an
/// Ethernet address (RFC 4928).
fn behind_labels(rest: &[u8]) -> Option<(u16, &[u8])> {
    match rest.first()? >> 4 {
        0 => match rest.get(4..).and_then(ethernet) {
            Some(found) => Some(found),
            None => ethernet(rest),
        },
        _ => by_version(rest).or_else(|| ethernet(rest)),
    }
}

/// IP of whichever version its first bits say.
#[inline]
pub(super) fn by_version(packet: &[u8]) -> Option<(u16, &[u8])> {
    match packet.first()? >> 4 {
        4 => Some((IPV4, packet)),
        6 => Some((IPV6, packet)),
        _ => None,
    }
}

/// A number in network byte order.
#[inline]
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk::<2>().map(|field| u16::from_be_bytes(*field))
}

/// A number in network byte order.
#[inline]
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|field| u32::from_be_bytes(*field))
}
