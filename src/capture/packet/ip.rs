//! The header of IP with its extensions, read with etherparse in its lax form, so that a snap length may cut anywhere.

use std::net::IpAddr;

use etherparse::{IpNumber, LaxIpSlice, ip_number};

use super::link::{u16_at, u32_at};

/// A header of IP and what follows it.
pub(super) struct Ip<'a> {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) ip_id: u16,
    pub(super) protocol: IpNumber,
    /// Identification, offset, and whether more follow.
    pub(super) fragment: Option<(u32, u32, bool)>,
    pub(super) payload: &'a [u8],
    /// Length of the payload as it was sent.
    pub(super) sent: u32,
    /// Length of all as it was sent.
    pub(super) total: u32,
}

impl<'a> Ip<'a> {
    /// Reads the header at the beginning of a packet. `length` counts for packets that don't say how long they are, as
    /// segmentation offload leaves them.
    pub(super) fn read(packet: &'a [u8], length: u32) -> Option<Self> {
        let (ip, _) = LaxIpSlice::from_slice(packet).ok()?;
        let payload = ip.payload();
        let headers = match &ip {
            LaxIpSlice::Ipv4(v4) => {
                v4.header().slice().len() + v4.extensions().auth.map_or(0, |auth| auth.slice().len())
            }
            LaxIpSlice::Ipv6(v6) => v6.header().slice().len() + v6.extensions().slice().len(),
        };
        let total = match &ip {
            LaxIpSlice::Ipv4(v4) => u32::from(v4.header().total_len()),
            LaxIpSlice::Ipv6(v6) => match v6.header().payload_length() {
                0 => 0,
                length => u32::from(length) + v6.header().slice().len() as u32,
            },
        };
        let total = if (total as usize) < headers { length } else { total };
        let mut ip_id = 0;
        let mut fragment = None;
        match &ip {
            LaxIpSlice::Ipv4(v4) => {
                ip_id = v4.header().identification();
                if payload.fragmented {
                    let offset = v4.header().fragments_offset().byte_offset();
                    fragment = Some((ip_id.into(), offset.into(), v4.header().more_fragments()));
                }
            }
            LaxIpSlice::Ipv6(v6) if payload.fragmented => {
                let extensions = v6.extensions();
                fragment = extensions.first_header().and_then(|first| v6_fragment(first, extensions.slice()));
            }
            LaxIpSlice::Ipv6(_) => {}
        }
        // Ethernet's padding is no payload; what a header says beyond the frame was cut off.
        let captured = payload.payload.get(..(total as usize).saturating_sub(headers)).unwrap_or(payload.payload);
        (headers <= packet.len()).then(|| Self {
            source: ip.source_addr(),
            destination: ip.destination_addr(),
            ip_id,
            protocol: payload.ip_number,
            fragment,
            payload: captured,
            sent: total.saturating_sub(headers as u32),
            total,
        })
    }

    /// Returns whether a tunnel's header may stand at the beginning of the payload: not in a later fragment.
    pub(super) fn is_beginning(&self) -> bool {
        self.fragment.is_none_or(|(_, offset, _)| offset == 0)
    }
}

/// Returns the fields of the fragment header among IPv6's extension headers. Not with etherparse's iterator, which reads
/// beyond the end of headers that were cut.
fn v6_fragment(first: IpNumber, mut headers: &[u8]) -> Option<(u32, u32, bool)> {
    let mut kind = first;
    loop {
        let (&next, &length) = (headers.first()?, headers.get(1)?);
        if kind == ip_number::IPV6_FRAGMENTATION_HEADER {
            let offset = u16_at(headers, 2)?;
            return Some((u32_at(headers, 4)?, u32::from(offset & 0xfff8), offset & 1 != 0));
        }
        let length = match kind {
            ip_number::AUTHENTICATION_HEADER => (usize::from(length) + 2) * 4,
            _ => (usize::from(length) + 1) * 8,
        };
        headers = headers.get(length..)?;
        kind = IpNumber(next);
    }
}
