//! Frames to packets: the layers from the link up to TCP, UDP and ICMP, through tunnels.

mod decode;
mod fast_path;
mod fragments;
mod link;
mod link_type;

pub(super) use decode::{IcmpMessage, Packet, PacketBody, Segment, decode, decode_payload};
pub(super) use fast_path::{FastPath, FiveTuple, address, fast_path, number};
pub(super) use fragments::IpFragments;
pub(super) use link::is_known;
pub use link_type::LinkType;
