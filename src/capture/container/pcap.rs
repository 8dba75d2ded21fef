//! The pcap format (draft-ietf-opsawg-pcap) and the variants of it that are in use.

use super::ahead;
use super::frame::{Damage, Frame, MAX_FRAME, Position, Sink};
use super::interface::InterfaceDescription;
use super::numbers::word;
use crate::capture::packet::LinkType;
use crate::model::time::{SECOND, Timestamp};

/// The file header, and what tells a frame from garbage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PcapHeader {
    big_endian: bool,
    /// Fractions of a second.
    fractions: u32,
    snap_length: u32,
    link: LinkType,
    /// Length of the file header.
    length: usize,
    /// Length of a frame's header.
    frame_header: usize,
    /// Seconds of the first frame: where garbage is searched for frames, those of other decades are not believed.
    epoch: u32,
}

/// A frame's header that may be one.
struct NextFrame {
    seconds: u32,
    behind: usize,
}

impl PcapHeader {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let magic = bytes.first_chunk::<4>()?;
        let (big_endian, magic) = match u32::from_le_bytes(*magic) {
            magic @ (0xa1b2_c3d4 | 0xa1b2_3c4d | 0xa1b2_cd34 | 0x1c00_01ab | 0x1c00_01ac) => (false, magic),
            _ => (true, u32::from_be_bytes(*magic)),
        };
        let (fractions, length, frame_header) = match magic {
            0xa1b2_c3d4 => (1_000_000, 24, 16),
            0xa1b2_3c4d => (1_000_000_000, 24, 16),
            // Alexey Kuznetsov's: interface, protocol and packet type behind the usual header.
            0xa1b2_cd34 => (1_000_000, 24, 24),
            // IXIA's hardware and software: the size of all frames behind the file header.
            0x1c00_01ab | 0x1c00_01ac => (1_000_000_000, 28, 16),
            _ => return None,
        };
        // The upper bits of the field tell of frame check sequences.
        let link = word(bytes, 20, big_endian).map_or(0, |field| field as u16);
        let link = LinkType(link);
        let snap_length = word(bytes, 16, big_endian)?;
        Some(Self { big_endian, fractions, snap_length, link, length, frame_header, epoch: 0 })
    }

    pub(super) fn interface(&self) -> InterfaceDescription {
        InterfaceDescription { link: Some(self.link), snap_length: self.snap_length, ..Default::default() }
    }

    pub(super) fn first_frame(&self) -> usize {
        self.length
    }

    pub(super) fn learn_epoch(&mut self, bytes: &[u8]) {
        self.epoch = word(bytes, self.length, self.big_endian).unwrap_or_default();
    }

    fn longest(&self) -> u32 {
        if self.snap_length <= 1 << 20 { self.snap_length.max(MAX_FRAME) } else { MAX_FRAME }
    }

    /// Hands the frames from `at` on to the sink, up to the first that is none.
    pub(super) fn run<'a>(&self, bytes: &'a [u8], at: usize, until: usize, sink: &mut impl Sink<'a>) -> Position {
        let length = |reader: &&Self, at| {
            let captured = word(bytes, at + 8, reader.big_endian)?;
            (captured <= reader.longest()).then_some(reader.frame_header + captured as usize)
        };
        ahead::walk(&mut &*self, bytes, at, until, length, |reader, at| reader.frame(bytes, at, sink))
    }

    /// Hands a frame on to the sink, and returns where it ends; where there is none, how to go on.
    #[inline]
    fn frame<'a>(&self, bytes: &'a [u8], at: usize, sink: &mut impl Sink<'a>) -> Result<usize, Position> {
        let Some(header) = bytes.get(at..).and_then(|rest| rest.get(..self.frame_header)) else {
            if at < bytes.len() {
                sink.damage(Damage::Cut(at));
            }
            return Err(Position::At(bytes.len()));
        };
        let (Some(seconds), Some(fraction), Some(captured), Some(length)) = (
            word(header, 0, self.big_endian),
            word(header, 4, self.big_endian),
            word(header, 8, self.big_endian),
            word(header, 12, self.big_endian),
        ) else {
            return Err(Position::At(bytes.len()));
        };
        if captured > self.longest() {
            sink.damage(Damage::Garbage(at));
            return Err(Position::Lost(at + 1));
        }
        let start = at + self.frame_header;
        let end = start + captured as usize;
        let Some(frame) = bytes.get(start..end) else {
            sink.damage(Damage::Cut(at));
            return Err(Position::At(bytes.len()));
        };
        let scale = if self.fractions == 1_000_000 { 1_000 } else { 1 };
        let time = Timestamp::from_nanos(i64::from(seconds) * SECOND + i64::from(fraction) * scale);
        sink.frame(Frame {
            interface: 0,
            time,
            link: self.link,
            snap_length: self.snap_length,
            bytes: frame,
            length: length.max(captured),
        });
        Ok(end)
    }

    /// Returns the first position in a range where a frame is believed to begin: others follow it, close in time, or the file
    /// ends behind it.
    pub(super) fn find(&self, bytes: &[u8], from: usize, until: usize) -> Option<usize> {
        const CHAIN: usize = 4;
        (from..until.min(bytes.len())).find(|&start| {
            let Some(mut next) = self.plausible(bytes, start) else { return false };
            for link in 1..CHAIN {
                if next.behind == bytes.len() {
                    return true;
                }
                // The last frame of a file may be cut; one frame alone is then no evidence.
                if next.behind.saturating_add(self.frame_header) > bytes.len() {
                    return link > 1;
                }
                match self.plausible(bytes, next.behind) {
                    Some(after) if after.seconds.abs_diff(next.seconds) < 30 * 86_400 => next = after,
                    _ => return false,
                }
            }
            true
        })
    }

    fn plausible(&self, bytes: &[u8], at: usize) -> Option<NextFrame> {
        let header = bytes.get(at..at.checked_add(self.frame_header)?)?;
        let captured = word(header, 8, self.big_endian)?;
        let length = word(header, 12, self.big_endian)?;
        if captured == 0 || captured > length || length > MAX_FRAME {
            return None;
        }
        let fraction = word(header, 4, self.big_endian)?;
        let seconds = word(header, 0, self.big_endian)?;
        // Ten years: a capture with a clock that was set in between is still one.
        if fraction >= self.fractions || seconds.abs_diff(self.epoch) > 10 * 366 * 86_400 {
            return None;
        }
        Some(NextFrame { seconds, behind: at + self.frame_header + captured as usize })
    }
}
