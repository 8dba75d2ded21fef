//! The link layers that ISE nodes, tcpdump and switches capture on: where the network layer begins. [`layer`] is the one
//! table of them. A few fields at fixed places, read by hand since most of them no crate knows.

use super::skipped::{Skipped, Unread};
use super::{EtherType, LinkType};

/// Tags and labels that may stand in front of a packet.
const MAX_TAGS: usize = 16;

/// An EtherType of IP with the packet, or why there is none to be read.
pub(super) type Network<'a> = Result<(EtherType, &'a [u8]), Skipped>;

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
    Only(EtherType),
    /// Apple's header, which names the link type of the frame behind it.
    Pktap,
}

/// Returns the layer of a link type that is read. A new one needs a row here, and a constant in [`LinkType`].
#[inline]
fn layer(link: LinkType) -> Option<Layer> {
    Some(match link {
        LinkType::ETHERNET => Layer::Ethernet,
        LinkType::LINUX_SLL => Layer::Typed { ether_type: 14, packet: 16 },
        LinkType::LINUX_SLL2 => Layer::Typed { ether_type: 0, packet: 20 },
        LinkType::DLT_RAW | LinkType::OPENBSD_RAW | LinkType::RAW => Layer::Ip(0),
        LinkType::IPV4 => Layer::Only(EtherType::IPV4),
        LinkType::IPV6 => Layer::Only(EtherType::IPV6),
        // The address family says less than the packet does: its numbers differ from system to system.
        LinkType::NULL | LinkType::LOOP => Layer::Ip(4),
        LinkType::PKTAP => Layer::Pktap,
        _ => return None,
    })
}

/// Returns the EtherType and the packet of a frame.
#[inline]
pub(super) fn network(link: LinkType, frame: &[u8]) -> Network<'_> {
    match layer(link) {
        Some(Layer::Pktap) => pktap(frame),
        Some(layer) => of_layer(layer, frame),
        None => Err(Skipped::Unread(Unread::Link(link))),
    }
}

#[inline]
fn of_layer(layer: Layer, frame: &[u8]) -> Network<'_> {
    match layer {
        Layer::Ethernet => ethernet(frame),
        Layer::Typed { ether_type, packet } => {
            let ether_type = u16_at(frame, ether_type).ok_or(Skipped::Short)?;
            tagged(EtherType(ether_type), frame.get(packet..).ok_or(Skipped::Short)?)
        }
        Layer::Ip(at) => by_version(frame.get(at..).ok_or(Skipped::Short)?),
        Layer::Only(ether_type) => Ok((ether_type, frame)),
        Layer::Pktap => Err(Skipped::Unread(Unread::Link(LinkType::PKTAP))),
    }
}

/// Returns the packet behind Apple's header: its length in the first field, the link type in the third, both in the byte
/// order of the machine, which is little-endian on all that still run (`bsd/net/pktap.h` of XNU).
fn pktap(frame: &[u8]) -> Network<'_> {
    let field = |at: usize| frame.get(at..)?.first_chunk::<4>().map(|field| u32::from_le_bytes(*field));
    let (length, link) = field(0).zip(field(8)).ok_or(Skipped::Short)?;
    let link = LinkType(u16::try_from(link).unwrap_or(u16::MAX));
    let inner = usize::try_from(length).ok().and_then(|length| frame.get(length..)).ok_or(Skipped::Short)?;
    of_layer(layer(link).ok_or(Skipped::Unread(Unread::Link(link)))?, inner)
}

/// Returns the packet of a frame of Ethernet, which also comes out of tunnels.
#[inline]
pub(super) fn ethernet(frame: &[u8]) -> Network<'_> {
    match (u16_at(frame, 12), frame.get(14..)) {
        (Some(ether_type), Some(rest)) => tagged(EtherType(ether_type), rest),
        _ => Err(Skipped::Short),
    }
}

/// Returns how many tags of VLANs a frame of Ethernet begins with, two at most.
#[inline]
pub(crate) fn vlan_tags(frame: &[u8]) -> usize {
    let is_tag = |at: usize| {
        u16_at(frame, at)
            .is_some_and(|found| matches!(EtherType(found), EtherType::VLAN | EtherType::QINQ | EtherType::OLD_QINQ))
    };
    if !is_tag(12) {
        return 0;
    }
    if is_tag(16) { 2 } else { 1 }
}

/// Returns the packet behind tags, labels and PPPoE.
#[inline]
pub(super) fn tagged<'a>(mut ether_type: EtherType, mut rest: &'a [u8]) -> Network<'a> {
    for _ in 0..MAX_TAGS {
        // Where the next EtherType is behind a tag, and what it stands for.
        let tag = match ether_type {
            EtherType::IPV4 | EtherType::IPV6 => return Ok((ether_type, rest)),
            EtherType::VLAN | EtherType::QINQ | EtherType::OLD_QINQ => 2,
            EtherType::VN_TAG => 4,
            EtherType::E_TAG => 6,
            // Version, length in words of four bytes, and so many words.
            EtherType::CISCO_METADATA => 2 + 4 * usize::from(*rest.get(1).ok_or(Skipped::Short)?),
            EtherType::MPLS | EtherType::MPLS_UPSTREAM => {
                let bottom = rest.get(2).ok_or(Skipped::Short)? & 1 == 1;
                rest = rest.get(4..).ok_or(Skipped::Short)?;
                if bottom {
                    return behind_labels(rest);
                }
                continue;
            }
            EtherType::PPPOE => return pppoe(rest),
            EtherType(length) if length < EtherType::FIRST => match rest {
                // A header of SNAP (RFC 1042) brings the EtherType after all.
                [0xaa, 0xaa, 3, 0, 0, 0, ..] => 6,
                _ => return Err(Skipped::NotIp),
            },
            other if other.never_holds_ip() => return Err(Skipped::NotIp),
            other => return Err(Skipped::Unread(Unread::Ether(other))),
        };
        ether_type = EtherType(u16_at(rest, tag).ok_or(Skipped::Short)?);
        rest = rest.get(tag + 2..).ok_or(Skipped::Short)?;
    }
    Err(Skipped::Unread(Unread::Nested))
}

/// Returns the packet of a session of PPPoE (RFC 2516, section 4), which says how long it is: what follows is padding.
fn pppoe(header: &[u8]) -> Network<'_> {
    let (length, protocol) = u16_at(header, 4).zip(u16_at(header, 6)).ok_or(Skipped::Short)?;
    let rest = header.get(8..).ok_or(Skipped::Short)?;
    let packet = rest.get(..usize::from(length).saturating_sub(2)).unwrap_or(rest);
    match protocol {
        0x0021 => Ok((EtherType::IPV4, packet)),
        0x0057 => Ok((EtherType::IPV6, packet)),
        // The protocols that set up a link, and those of its layers (RFC 1661, section 2).
        0x8000.. => Err(Skipped::NotIp),
        _ => Err(Skipped::Unread(Unread::Ether(EtherType::PPPOE))),
    }
}

/// Returns what MPLS carries, which it does not say: IP begins with its version, and a pseudowire with a control word of
/// zeros or with an Ethernet address (RFC 4928).
fn behind_labels(rest: &[u8]) -> Network<'_> {
    match rest.first().ok_or(Skipped::Short)? >> 4 {
        0 => rest.get(4..).ok_or(Skipped::Short).and_then(ethernet).or_else(|_| ethernet(rest)),
        _ => by_version(rest).or_else(|_| ethernet(rest)),
    }
}

/// Returns IP of whichever version its first bits say.
#[inline]
pub(super) fn by_version(packet: &[u8]) -> Network<'_> {
    match packet.first().map(|first| first >> 4) {
        Some(4) => Ok((EtherType::IPV4, packet)),
        Some(6) => Ok((EtherType::IPV6, packet)),
        Some(_) => Err(Skipped::NotIp),
        None => Err(Skipped::Short),
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
