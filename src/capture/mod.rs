//! Packet captures: bytes to packets, packets to DNS exchanges and TCP flows, flows to TLS and HTTP facts.
//!
//! A capture is read twice. The first pass (`first_pass`) finds out who is worth following, from DNS and from what TCP
//! payload begins with; the second (`second_pass`) follows those, so that a flow is known from its first packet even when
//! what makes it matter comes later. Both go through a file in chunks on all cores (`chunks`), the second only through
//! those where somebody worth following may be (`address_bloom`), and both drop nearly all packets by a few of their bytes
//! (`packet::fast_path`).

mod address_bloom;
mod application;
mod byte_stream;
mod chunks;
mod contacts;
mod container;
mod content;
mod dns;
mod excerpt;
mod facts;
mod first_pass;
#[cfg(test)]
mod fixture;
mod flow;
mod flow_filter;
mod frame_hints;
pub mod http;
mod http2;
mod names;
mod packet;
mod quality;
mod read;
mod second_pass;
pub mod secrets;
mod share;
#[cfg(test)]
mod tests;
pub mod tls;

pub use contacts::Contact;
pub use container::{
    Container, InterfaceDescription, InterfaceStatistics, RawFrame, container_of, first_packet_time, looks_like_pcap,
    looks_like_pcapng,
};
pub(crate) use content::{Carries, FrameContent, TcpFlags, content};
pub use dns::{Rcode, RrType};
pub(crate) use excerpt::every_frame;
pub use excerpt::{Wanted, excerpt, key_logs};
pub use facts::*;
pub(crate) use http::{begins_request, begins_response};
pub(crate) use packet::network_layer;
pub use packet::{EtherType, IpProtocol, LinkType, Unread};
pub use quality::{
    CaptureQuality, Direction, FollowedPackets, FrameCounts, InterfaceQuality, PeerVisibility, TcpDirections,
    TimeOrder, UnreadFrames,
};
pub use read::{CapturePart, read_capture};
