//! Frames to packets: the layers from the link up to TCP, UDP and ICMP, through tunnels.

mod decode;
mod fast_path;
mod fragments;
mod link;

pub(super) use decode::{Body, Icmp, Packet, Segment, decode, decode_payload};
pub(super) use fast_path::{FastPath, FiveTuple, address, fast_path, number};
pub(super) use fragments::Fragments;
pub(super) use link::is_known;
