//! IP fragments put together (RFC 791, RFC 8200 section 4.5). Only slices of the file are kept until a packet is whole, and
//! of few packets at a time, so that fragments that never become whole cost next to nothing.

use std::collections::VecDeque;
use std::net::IpAddr;

use super::layers::{IpFragment, Packet, PacketBody};
use super::transport::decode_payload;
use crate::model::time::{SECOND, Timestamp};

/// Packets that are waited for at a time, and pieces of each.
const MAX_PACKETS: usize = 256;
const MAX_PIECES: usize = 64;
/// The longest packet that IP knows.
const MAX_LENGTH: u32 = 65_535;
/// Identifications come again: fragments this far apart are not of one packet (RFC 791 speaks of 15 seconds).
const MAX_AGE: i64 = 30 * SECOND;

/// Packets that are not whole yet.
#[derive(Debug, Default)]
pub(crate) struct IpFragments<'a> {
    waiting: VecDeque<PartialPacket<'a>>,
}

#[derive(Debug)]
struct PartialPacket<'a> {
    key: (IpAddr, IpAddr, u8, u32),
    since: Timestamp,
    pieces: Vec<IpFragment<'a>>,
    length: Option<u32>,
}

/// A packet that became whole, with the bytes that were captured of it up to the first that is missing.
#[derive(Debug)]
pub(crate) struct WholePacket {
    source: IpAddr,
    destination: IpAddr,
    ip_id: u16,
    protocol: u8,
    bytes: Vec<u8>,
    sent: u32,
}

impl WholePacket {
    /// Returns the packet.
    pub(crate) fn packet(&self) -> Option<Packet<'_>> {
        let body = decode_payload(self.protocol, &self.bytes, self.sent)?;
        Some(Packet { source: self.source, destination: self.destination, ip_id: self.ip_id, body })
    }
}

impl<'a> IpFragments<'a> {
    /// Takes the fragment that a packet is; returns the packet that it makes whole.
    pub(crate) fn add(&mut self, packet: &Packet<'a>, time: Timestamp) -> Option<WholePacket> {
        let PacketBody::Fragment(fragment) = packet.body else { return None };
        if fragment.offset + fragment.sent > MAX_LENGTH {
            return None;
        }
        let key = (packet.source, packet.destination, fragment.protocol, fragment.id);
        let index = match self.waiting.iter().position(|waiting| waiting.key == key) {
            Some(index) => index,
            None => {
                if self.waiting.len() >= MAX_PACKETS {
                    self.waiting.pop_front();
                }
                self.waiting.push_back(PartialPacket { key, since: time, pieces: Vec::new(), length: None });
                self.waiting.len() - 1
            }
        };
        let waiting = self.waiting.get_mut(index)?;
        if time.nanos().saturating_sub(waiting.since.nanos()) > MAX_AGE {
            *waiting = PartialPacket { key, since: time, pieces: Vec::new(), length: None };
        }
        // The first of two that overlap counts, as a capture's duplicates do.
        if waiting.pieces.len() < MAX_PIECES && waiting.pieces.iter().all(|known| known.offset != fragment.offset) {
            waiting.pieces.push(fragment);
        }
        if !fragment.more {
            waiting.length = Some(fragment.offset + fragment.sent);
        }
        let sent = waiting.length?;
        waiting.pieces.sort_unstable_by_key(|piece| piece.offset);
        let mut covered = 0;
        for piece in &waiting.pieces {
            if piece.offset > covered {
                return None;
            }
            covered = covered.max(piece.offset + piece.sent);
        }
        if covered < sent {
            return None;
        }
        let waiting = self.waiting.remove(index)?;
        let mut bytes: Vec<u8> = Vec::with_capacity(sent as usize);
        for piece in &waiting.pieces {
            // A snap length left a hole: what lies behind it cannot be given a place.
            if (piece.offset as usize) > bytes.len() {
                break;
            }
            let known = bytes.len() - piece.offset as usize;
            bytes.extend_from_slice(piece.payload.get(known..).unwrap_or_default());
        }
        let (source, destination, protocol, id) = waiting.key;
        Some(WholePacket { source, destination, ip_id: id as u16, protocol, bytes, sent })
    }
}
