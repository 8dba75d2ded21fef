//! Frames to packets: the layers from the link up to TCP, UDP and ICMP, through tunnels.

mod decode;
mod fragments;
mod glance;
mod link;

pub(super) use decode::{Body, Icmp, Packet, Segment, decode, decode_payload};
pub(super) use fragments::Fragments;
pub(super) use glance::{Ends, Glance, address, glance, number};
pub(super) use link::is_known;
