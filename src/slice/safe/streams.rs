//! The two directions of TCP connections, put together from their segments as far as what is said in clear goes, disguised, and cut up
//! again where the segments were.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use super::{http, tls};
use crate::capture::{begins_request, begins_response};
use crate::redact::StandIns;

/// So much of a direction is put together; handshakes and plain answers are shorter.
const LONGEST: usize = 256 << 10;
/// So much of all directions together.
const MOST: usize = 256 << 20;

/// Source and destination of a direction.
pub(super) type Ends = (IpAddr, u16, IpAddr, u16);

/// All directions of a capture.
#[derive(Default)]
pub(super) struct Streams {
    by_ends: HashMap<Ends, Vec<Stream>>,
    kept: usize,
}

/// One direction of one connection.
#[derive(Default)]
struct Stream {
    /// The sequence number of its first byte.
    base: u32,
    /// What is there without a gap from its beginning on.
    bytes: Vec<u8>,
    waiting: BTreeMap<usize, Vec<u8>>,
    /// Whether all behind these bytes is encrypted and can stay.
    then_encrypted: bool,
    is_tls: bool,
    /// From where on all is encrypted, as a segment tells that begins with such a record, be it behind a gap.
    encrypted_from: Option<usize>,
}

impl Streams {
    /// Takes in a segment.
    pub(super) fn add(&mut self, ends: Ends, sequence: u32, is_syn: bool, payload: &[u8]) {
        let streams = self.by_ends.entry(ends).or_default();
        if is_syn {
            let base = sequence.wrapping_add(1);
            if streams.last().is_none_or(|last| last.base != base) {
                streams.push(Stream { base, ..Stream::default() });
            }
        }
        if payload.is_empty() || self.kept > MOST {
            return;
        }
        // The data of a SYN is rare, and lies behind it.
        let sequence = if is_syn { sequence.wrapping_add(1) } else { sequence };
        if streams.is_empty() {
            streams.push(Stream { base: sequence, ..Stream::default() });
        }
        let Some(stream) = streams.last_mut() else { return };
        let before = stream.size();
        stream.add(sequence.wrapping_sub(stream.base), payload);
        self.kept += stream.size() - before.min(stream.size());
    }

    /// Puts other names into all that was taken in.
    pub(super) fn disguise(&mut self, stand_ins: &StandIns<'_>) {
        for stream in self.by_ends.values_mut().flatten() {
            stream.disguise(stand_ins);
        }
    }

    /// Returns what stands for the payload of a segment: shorter than it where what follows can't be shown.
    pub(super) fn payload(
        &self,
        ends: Ends,
        sequence: u32,
        is_syn: bool,
        payload: &[u8],
        stand_ins: &StandIns<'_>,
    ) -> Vec<u8> {
        let sequence = if is_syn { sequence.wrapping_add(1) } else { sequence };
        let streams = self.by_ends.get(&ends).map(Vec::as_slice).unwrap_or_default();
        let near = |stream: &&Stream| sequence.wrapping_sub(stream.base) < 1 << 31;
        match streams.iter().filter(near).min_by_key(|stream| sequence.wrapping_sub(stream.base)) {
            Some(stream) => stream.payload(sequence.wrapping_sub(stream.base), payload, stand_ins),
            None => Vec::new(),
        }
    }
}

impl Stream {
    fn size(&self) -> usize {
        self.bytes.len() + self.waiting.values().map(Vec::len).sum::<usize>()
    }

    fn add(&mut self, at: u32, payload: &[u8]) {
        let at = at as usize;
        if matches!(payload, [0x17, 3, 0..=4, ..]) {
            self.encrypted_from = Some(self.encrypted_from.map_or(at, |from| from.min(at)));
        }
        if at >= LONGEST {
            return;
        }
        let payload = payload.get(..LONGEST - at).unwrap_or(payload);
        if at > self.bytes.len() {
            if self.waiting.len() < 256 {
                self.waiting.entry(at).or_insert_with(|| payload.to_vec());
            }
            return;
        }
        self.bytes.extend(payload.get(self.bytes.len() - at..).unwrap_or_default());
        while let Some(next) = self.waiting.first_entry().filter(|next| *next.key() <= self.bytes.len()) {
            let (at, payload) = next.remove_entry();
            self.bytes.extend(payload.get(self.bytes.len() - at..).unwrap_or_default());
        }
    }

    fn disguise(&mut self, stand_ins: &StandIns<'_>) {
        self.waiting.clear();
        let mut at = 0;
        while let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            if tls::begins_record(rest) {
                self.is_tls = true;
                let (end, encrypted) = tls::disguise(&mut self.bytes, at, stand_ins);
                self.then_encrypted = encrypted && end == self.bytes.len();
                at = end.max(at + 1);
            } else if begins_request(rest) || begins_response(rest) {
                at = http::disguise(&mut self.bytes, at, stand_ins).max(at + 1);
            } else {
                break;
            }
        }
        self.bytes.truncate(at);
    }

    fn payload(&self, at: u32, payload: &[u8], stand_ins: &StandIns<'_>) -> Vec<u8> {
        let at = at as usize;
        let known = self.bytes.get(at..).unwrap_or_default();
        let known = known.get(..payload.len()).unwrap_or(known);
        let mut out = known.to_vec();
        let rest = payload.get(known.len()..).unwrap_or_default();
        if self.then_encrypted || self.is_tls && self.encrypted_from.is_some_and(|from| from <= at + known.len()) {
            out.extend(rest);
        } else if self.is_tls && tls::begins_record(rest) {
            // Behind a gap, a segment that begins with a record can be read by itself.
            let mut rest = rest.to_vec();
            let (end, encrypted) = tls::disguise(&mut rest, 0, stand_ins);
            rest.truncate(if encrypted { rest.len() } else { end });
            out.extend(rest);
        }
        out
    }
}
