//! Frames to packets: the layers from the link up to TCP, UDP and ICMP, through tunnels.

mod decode;
mod ether_type;
mod fast_path;
mod five_tuple;
mod fragments;
mod ip;
mod layers;
mod link;
mod link_type;
mod skipped;
mod transport;
mod tunnel;

pub(super) use decode::decode;
pub use ether_type::EtherType;
pub(super) use fast_path::{FastPath, fast_path};
pub(super) use five_tuple::{FiveTuple, address, number};
pub(super) use fragments::IpFragments;
pub(super) use layers::{IcmpMessage, Packet, PacketBody, Segment};
pub(super) use link::vlan_tags;
pub use link_type::LinkType;
pub(super) use skipped::Skipped;
pub use skipped::{IpProtocol, Unread};
pub(super) use transport::decode_payload;

/// Returns where in a frame the packet of IP begins; `None` where there is none that is read.
pub(crate) fn network_layer(link: LinkType, frame: &[u8]) -> Option<usize> {
    let (_, packet) = link::network(link, frame).ok()?;
    frame.len().checked_sub(packet.len())
}
