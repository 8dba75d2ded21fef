//! One packet read with care, out of its tunnels: IP with its extension headers, and behind it TCP, UDP, ICMP or a fragment.

use super::LinkType;
use super::ip::Ip;
use super::layers::Packet;
use super::link;
use super::skipped::{Skipped, Unread};
use super::{transport, tunnel};

/// Tunnels in each other.
const MAX_DEPTH: usize = 6;

/// Returns the packet of a frame of this link type, or why it is passed by.
pub(crate) fn decode(link: LinkType, frame: &[u8], length: u32) -> Result<Packet<'_>, Skipped> {
    let (_, mut packet) = link::network(link, frame)?;
    let mut sent = behind(frame, packet, length);
    for _ in 0..MAX_DEPTH {
        let layer = Ip::read(packet, sent).ok_or(Skipped::Short)?;
        let Some(inner) = tunnel::inside(&layer) else { return transport::packet(&layer) };
        let inner = inner?;
        // What a fragment leaves of a tunnelled packet is read like what a snap length leaves of it.
        sent = behind(packet, inner, sent);
        packet = inner;
    }
    Err(Skipped::Unread(Unread::Nested))
}

/// Returns the length that was sent of what follows inside a slice.
fn behind(outer: &[u8], inner: &[u8], sent: u32) -> u32 {
    sent.saturating_sub((outer.len() - inner.len().min(outer.len())) as u32)
}
