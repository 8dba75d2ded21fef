//! One direction of a connection: which bytes were sent, which were lost or came twice, and those that are kept for the
//! application parsers. Only slices of the file are kept, and only of the beginning of what was sent.

use std::borrow::Cow;
use std::ops::Range;

use crate::capture::byte_stream::ByteStream;
use crate::capture::packet::Segment;
use crate::capture::{DirectionFacts, FrameRef};

/// Bytes and segments of a direction that are kept for reading. An MDM server's answers are a few kilobytes.
const MAX_KEPT: i64 = 4 << 20;
const MAX_PIECES: usize = 8192;
/// Holes that may still be filled at a time.
const MAX_HOLES: usize = 64;
/// The largest window (RFC 7323): nothing valid lies further away.
const MAX_WINDOW: i64 = 1 << 30;

/// One direction as it is put together. Positions count from the first byte of payload, or from the first that was seen.
#[derive(Debug, Default)]
pub(super) struct ReassembledDirection<'a> {
    base: Option<u32>,
    /// The base is that of a SYN, so that nothing lies before it.
    exact: bool,
    low: i64,
    high: i64,
    acknowledged: i64,
    holes: Vec<Range<i64>>,
    /// Bytes of holes that are not waited for any more, and those of them that were acknowledged.
    given_up: i64,
    given_up_acknowledged: i64,
    pieces: Vec<Piece<'a>>,
    /// Not all that came was kept.
    limited: bool,
    facts: DirectionFacts,
}

#[derive(Debug)]
struct Piece<'a> {
    start: i64,
    sent: u32,
    payload: Cow<'a, [u8]>,
    at: FrameRef,
}

impl<'a> ReassembledDirection<'a> {
    /// Notes that the side sent a SYN with this sequence number.
    pub(super) fn open(&mut self, sequence: u32) {
        let base = sequence.wrapping_add(1);
        if !self.exact || self.high == 0 {
            *self = Self { base: Some(base), exact: true, ..Self::default() };
        }
    }

    /// Returns the sequence number of its SYN, when that was seen.
    pub(super) fn initial(&self) -> Option<u32> {
        self.base.filter(|_| self.exact).map(|base| base.wrapping_sub(1))
    }

    fn position(&self, base: u32, number: u32) -> i64 {
        let from_high = number.wrapping_sub(base.wrapping_add(self.high as u32)) as i32;
        self.high + i64::from(from_high)
    }

    /// Returns where a number stands: 0 is the first byte, or the first that was seen; `None` when nothing was seen yet.
    pub(super) fn position_of(&self, number: u32) -> Option<i64> {
        self.base.map(|base| self.position(base, number))
    }

    /// Returns the position behind the last byte that was sent.
    pub(super) fn sent_up_to(&self) -> i64 {
        self.high
    }

    /// Returns the position up to which the other side acknowledged what was sent.
    pub(super) fn acknowledged_up_to(&self) -> i64 {
        self.acknowledged
    }

    /// Returns whether a sequence number is near what was sent so far.
    pub(super) fn fits(&self, sequence: u32) -> bool {
        const NEAR: i64 = 1 << 26;
        self.base.is_none_or(|base| (self.position(base, sequence) - self.high).abs() < NEAR)
    }

    /// Takes the payload of a segment; returns where it begins when it brings something new.
    pub(super) fn add(
        &mut self,
        segment: &Segment<'a>,
        payload: Cow<'a, [u8]>,
        at: FrameRef,
        keep: bool,
    ) -> Option<i64> {
        let first = segment.sequence.wrapping_add(u32::from(segment.has(Segment::SYN)));
        let base = *self.base.get_or_insert(first);
        let sent = i64::from(segment.sent);
        let mut start = self.position(base, first);
        let end = start + sent;
        if segment.has(Segment::FIN) && end > self.high && end - self.high < MAX_WINDOW && sent == 0 {
            // What came before the FIN was lost.
            self.lose(end);
        }
        let keep_alive = segment.sent <= 1 && start == self.high - 1;
        if sent == 0 || keep_alive || (start - self.high).abs() > MAX_WINDOW {
            return None;
        }
        let mut skipped = 0;
        if self.exact && start < 0 {
            skipped = -start;
            start = 0;
            if end <= 0 {
                return None;
            }
        }
        let new = self.cover(start, end);
        if new == 0 {
            self.facts.retransmissions += 1;
            return None;
        }
        self.facts.first_data.get_or_insert(at);
        self.facts.last_data = Some(at);
        if keep && start - self.low < MAX_KEPT && self.pieces.len() < MAX_PIECES {
            let payload = match payload {
                Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(skipped as usize..).unwrap_or_default()),
                Cow::Owned(bytes) => Cow::Owned(bytes.get(skipped as usize..).unwrap_or_default().to_vec()),
            };
            self.pieces.push(Piece { start, sent: (end - start) as u32, payload, at });
        } else {
            self.limited = true;
        }
        Some(start)
    }

    /// Marks a range as sent; returns how many bytes of it are new.
    fn cover(&mut self, start: i64, end: i64) -> i64 {
        let mut new = 0;
        let (low, high) = (self.low, self.high);
        if end > high {
            self.lose(start);
            new += end - start.max(high);
            self.high = end;
        }
        if start < low {
            if end < low {
                self.holes.insert(0, end..low);
            }
            new += end.min(low) - start;
            self.low = start;
        }
        if start < high && end > low && !self.holes.is_empty() {
            let mut left = Vec::with_capacity(self.holes.len() + 1);
            for hole in self.holes.drain(..) {
                let (from, to) = (hole.start.max(start), hole.end.min(end));
                // What lies outside of what was known is counted already.
                if from >= to || hole.start >= high || hole.end <= low {
                    left.push(hole);
                    continue;
                }
                new += to - from;
                left.extend([hole.start..from, to..hole.end].into_iter().filter(|part| !part.is_empty()));
            }
            self.holes = left;
        }
        self.give_up();
        new
    }

    /// Notes that everything up to a position must have been sent.
    fn lose(&mut self, position: i64) {
        if position > self.high {
            self.holes.push(self.high..position);
            self.high = position;
        }
    }

    /// Lets go of the first hole when there are too many.
    fn give_up(&mut self) {
        if self.holes.len() > MAX_HOLES {
            let hole = self.holes.remove(0);
            self.given_up += hole.end - hole.start;
            self.given_up_acknowledged += self.acknowledged_of(&hole);
        }
    }

    /// Returns how many bytes of a hole the other side acknowledged.
    fn acknowledged_of(&self, hole: &Range<i64>) -> i64 {
        (hole.end.min(self.acknowledged) - hole.start).max(0)
    }

    /// Notes that the other side acknowledged up to this number.
    pub(super) fn acknowledge(&mut self, number: u32, at: FrameRef) {
        let base = *self.base.get_or_insert(number);
        let position = self.position(base, number);
        // One byte beyond is the FIN.
        if position > self.high + 1 && position - self.high < MAX_WINDOW {
            self.lose(position);
            self.give_up();
        }
        let payload = position.min(self.high);
        if payload > self.acknowledged {
            self.acknowledged = payload;
            self.facts.last_acked = Some(at);
        }
    }

    /// Returns how many segments are kept.
    pub(super) fn kept(&self) -> usize {
        self.pieces.len()
    }

    /// Lets go of what is kept.
    pub(super) fn forget(&mut self) {
        self.pieces = Vec::new();
        self.limited = true;
    }

    /// Returns the facts about the direction.
    pub(super) fn facts(&self) -> DirectionFacts {
        let holes: i64 = self.holes.iter().map(|hole| hole.end - hole.start).sum();
        let acknowledged: i64 = self.holes.iter().map(|hole| self.acknowledged_of(hole)).sum();
        DirectionFacts {
            initial_sequence: self.initial(),
            bytes: (self.high - self.low).unsigned_abs(),
            missing: (holes + self.given_up).unsigned_abs(),
            missing_acknowledged: (acknowledged + self.given_up_acknowledged).unsigned_abs(),
            ..self.facts
        }
    }

    /// Puts the bytes that are kept into a buffer in their order.
    pub(super) fn byte_stream<'b>(&mut self, buffer: &'b mut Vec<u8>) -> ByteStream<'b> {
        self.pieces.sort_by_key(|piece| piece.start);
        let mut ranges: Vec<(u64, Range<usize>)> = Vec::new();
        let mut marks = Vec::new();
        let mut end = self.low;
        for piece in &self.pieces {
            let behind = piece.start + i64::from(piece.sent);
            if behind <= end {
                continue;
            }
            let from = piece.start.max(end);
            let new = piece.payload.get((from - piece.start) as usize..).unwrap_or_default();
            let place = (from - self.low).unsigned_abs();
            marks.push((place, piece.at));
            let filled = buffer.len()..buffer.len() + new.len();
            buffer.extend_from_slice(new);
            match ranges.last_mut() {
                Some((start, range)) if *start + range.len() as u64 == place => range.end = filled.end,
                _ => ranges.push((place, filled)),
            }
            end = behind;
        }
        let end = if self.limited { end } else { self.high };
        let buffer: &'b [u8] = buffer;
        let pieces = ranges.into_iter().filter_map(|(start, range)| Some((start, buffer.get(range)?)));
        ByteStream::new(pieces.filter(|(_, bytes)| !bytes.is_empty()).collect(), marks, (end - self.low).unsigned_abs())
    }
}
