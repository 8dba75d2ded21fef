//! Where the layers of a frame lie, and their addresses and checksums made anew.

use std::net::IpAddr;

use super::bytes::{address_at, put, put_address, u16_at};
use super::dns;
use crate::capture::{LinkType, network_layer};
use crate::redact::StandIns;

pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;
/// The port of DNS.
pub(super) const DNS: u16 = 53;
const ICMP: u8 = 1;
const ICMPV6: u8 = 58;

/// Where the layers of a frame lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layers {
    pub(super) ip: usize,
    pub(super) v6: bool,
    pub(super) protocol: u8,
    pub(super) transport: usize,
    /// Where the captured part of the packet ends.
    pub(super) end: usize,
    /// Whether all of it was captured.
    whole: bool,
}

impl Layers {
    /// Finds them; `None` for what is no packet of IP, or a fragment of one.
    pub(super) fn of(link: LinkType, frame: &[u8]) -> Option<Self> {
        let ip = network_layer(link, frame)?;
        Self::of_packet(frame, ip)
    }

    fn of_packet(frame: &[u8], ip: usize) -> Option<Self> {
        let first = *frame.get(ip)?;
        let rest = frame.len() - ip;
        let total = |length: usize| if length == 0 { rest } else { length };
        match first >> 4 {
            4 => {
                let length = total(usize::from(u16_at(frame, ip + 2)?));
                if u16_at(frame, ip + 6)? & 0x3fff != 0 {
                    return None;
                }
                let transport = ip + usize::from(first & 0x0f) * 4;
                let protocol = *frame.get(ip + 9)?;
                frame.get(ip + 19)?;
                Some(Self { ip, v6: false, protocol, transport, end: ip + length.min(rest), whole: length <= rest })
            }
            6 => {
                let length = usize::from(u16_at(frame, ip + 4)?);
                let length = if length == 0 { rest } else { length + 40 };
                let (mut protocol, mut transport) = (*frame.get(ip + 6)?, ip + 40);
                frame.get(ip + 39)?;
                // Hop-by-hop, routing and destination options (RFC 8200, section 4).
                while matches!(protocol, 0 | 43 | 60) {
                    protocol = *frame.get(transport)?;
                    transport += (usize::from(*frame.get(transport + 1)?) + 1) * 8;
                }
                Some(Self { ip, v6: true, protocol, transport, end: ip + length.min(rest), whole: length <= rest })
            }
            _ => None,
        }
    }

    /// Returns source and destination.
    pub(super) fn addresses(&self, frame: &[u8]) -> Option<(IpAddr, IpAddr)> {
        let (from, to) = self.places();
        Some((address_at(frame, from, self.v6)?, address_at(frame, to, self.v6)?))
    }

    pub(super) fn is_icmp(&self) -> bool {
        self.protocol == if self.v6 { ICMPV6 } else { ICMP }
    }

    fn places(&self) -> (usize, usize) {
        if self.v6 { (self.ip + 8, self.ip + 24) } else { (self.ip + 12, self.ip + 16) }
    }

    /// Puts other addresses in place, those of the link layer too.
    pub(super) fn disguise(&self, link: LinkType, frame: &mut [u8], stand_ins: &StandIns<'_>) {
        let macs: &[usize] = match link {
            LinkType::ETHERNET => &[0, 6],
            LinkType::LINUX_SLL => &[6],
            LinkType::LINUX_SLL2 => &[12],
            _ => &[],
        };
        for &at in macs {
            if let Some(mac) = frame.get_mut(at..).and_then(|rest| rest.first_chunk_mut::<6>()) {
                *mac = stand_ins.mac(*mac);
            }
        }
        let (from, to) = self.places();
        put_address(frame, from, self.v6, stand_ins);
        put_address(frame, to, self.v6, stand_ins);
    }

    /// Makes the checksums right. That of a transport layer can be made where all of it is there.
    pub(super) fn check(&self, frame: &mut [u8]) {
        if !self.v6 {
            put(frame, self.ip + 10, &[0, 0]);
            let sum = frame.get(self.ip..self.transport).map(|header| checksum(header, 0)).unwrap_or_default();
            put(frame, self.ip + 10, &sum.to_be_bytes());
        }
        let at = match self.protocol {
            TCP => 16,
            UDP => 6,
            _ if self.is_icmp() => 2,
            _ => return,
        };
        let field = self.transport + at;
        if !self.whole || frame.len() < self.end || self.protocol == UDP && frame.get(field..field + 2) == Some(&[0, 0])
        {
            return;
        }
        put(frame, field, &[0, 0]);
        let pseudo = if self.protocol == ICMP && !self.v6 { 0 } else { self.pseudo(frame) };
        let sum = frame.get(self.transport..self.end).map(|rest| checksum(rest, pseudo)).unwrap_or_default();
        let sum = if sum == 0 && self.protocol == UDP { 0xffff } else { sum };
        put(frame, field, &sum.to_be_bytes());
    }

    /// Returns the pseudo header's part of a sum (RFC 9293, section 3.1; RFC 8200, section 8.1).
    fn pseudo(&self, frame: &[u8]) -> u64 {
        let (from, to) = self.places();
        let end = to + if self.v6 { 16 } else { 4 };
        let addresses = frame.get(from..end).map(sum).unwrap_or_default();
        let length = self.end.saturating_sub(self.transport) as u64;
        addresses + u64::from(self.protocol) + (length >> 16) + (length & 0xffff)
    }
}

/// Disguises the packet that an ICMP error quotes, as far as it goes; what lies behind its transport header is taken out.
pub(super) fn disguise_quote(frame: &mut [u8], at: usize, end: usize, stand_ins: &StandIns<'_>) {
    let Some(quote) = frame.get(..end).and_then(|frame| Layers::of_packet(frame, at)) else {
        frame.get_mut(at..end).unwrap_or_default().fill(0);
        return;
    };
    // No link layer stands in front of it.
    quote.disguise(LinkType::RAW, frame, stand_ins);
    let header = match quote.protocol {
        TCP => frame.get(quote.transport + 12).map_or(20, |offset| usize::from(offset >> 4) * 4).max(20),
        _ => 8,
    };
    let behind = (quote.transport + header).min(end);
    let port = |frame: &[u8], at| u16_at(frame, quote.transport + at);
    let ports = (port(frame, 0), port(frame, 2));
    let payload_is_dns = quote.protocol == UDP && [ports.0, ports.1].contains(&Some(DNS));
    let payload = frame.get_mut(behind..end).unwrap_or_default();
    if payload_is_dns {
        dns::disguise(payload, stand_ins)
    } else {
        payload.fill(0)
    }
    if quote.protocol == UDP && !quote.v6 {
        // A sum that is not there can't be wrong (RFC 768): what it was made over may not be all there.
        put(frame, quote.transport + 6, &[0, 0]);
    }
    quote.check(frame);
}

fn sum(bytes: &[u8]) -> u64 {
    let (words, last) = bytes.as_chunks::<2>();
    let sum: u64 = words.iter().map(|word| u64::from(u16::from_be_bytes(*word))).sum();
    sum + last.first().map_or(0, |byte| u64::from(*byte) << 8)
}

/// Computes the Internet checksum (RFC 1071).
fn checksum(bytes: &[u8], pseudo: u64) -> u16 {
    let mut total = sum(bytes) + pseudo;
    while total > 0xffff {
        total = (total >> 16) + (total & 0xffff);
    }
    !(total as u16)
}
