//! Cuts what a reader yields into pieces of whole lines, each with what stands around it.

use std::io::{self, Read};
use std::ops::Range;

use super::terms::Terms;
use crate::input::ahead::PieceReader;
use crate::input::budget::Budget;

/// Longest line that is looked for; a longer one is kept, and what follows it.
pub(super) const MAX_LINE: usize = 2 << 20;

/// A piece with what is to be seen before and behind it.
pub(super) struct Window {
    /// From 0.
    pub(super) number: usize,
    pub(super) bytes: Vec<u8>,
    /// How many of the bytes are of the file.
    filled: usize,
    /// The piece, which ends where a line does.
    pub(super) piece: Range<usize>,
    /// Whether it is a part of a line that is too long to be looked at, or stands behind one.
    pub(super) too_long: bool,
}

impl Window {
    /// Returns all that is seen.
    pub(super) fn seen(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or_default()
    }

    /// Returns the piece alone.
    pub(super) fn piece(&self) -> &[u8] {
        self.bytes.get(self.piece.clone()).unwrap_or_default()
    }

    /// Returns what stands before the piece.
    pub(super) fn before(&self) -> &[u8] {
        self.bytes.get(..self.piece.start).unwrap_or_default()
    }
}

/// The windows of a file, one after the other.
pub(super) struct Windows<'s> {
    before: usize,
    behind: usize,
    size: usize,
    /// Set where what passes counts as kept.
    counts: Option<&'s Budget>,
    counted: u64,
    number: usize,
    /// What the next window begins with, and where in it the next piece begins.
    carried: Vec<u8>,
    start: usize,
    too_long: bool,
    ended: bool,
}

impl<'s> Windows<'s> {
    /// Begins with nothing; `piece` is about how large pieces are.
    pub(super) fn new(how: PieceReader, piece: usize, terms: Terms<'s>) -> Self {
        let PieceReader { before, behind, .. } = how;
        Self {
            before,
            behind,
            size: before + piece + behind,
            // Where a person has said how much may be kept, what is not kept counts as well: it is unpacked like the rest.
            counts: terms.budget.limits.total.map(|_| terms.budget),
            counted: terms.counted,
            number: 0,
            carried: Vec::new(),
            start: 0,
            too_long: false,
            ended: false,
        }
    }

    /// Reads the next window into a buffer that may have been used. An error is met once, with the last window; there is none
    /// where nothing is left.
    pub(super) fn next(&mut self, reader: &mut dyn Read, mut buffer: Vec<u8>) -> (Option<Window>, Option<io::Error>) {
        let mut filled = self.carried.len();
        let mut error = None;
        if buffer.len() < self.size {
            buffer.resize(self.size, 0);
        }
        if let Some(begin) = buffer.get_mut(..filled) {
            begin.copy_from_slice(&self.carried);
        }
        let end = loop {
            while !self.ended
                && let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty())
            {
                match self.read(reader, room) {
                    Ok(0) => self.ended = true,
                    Ok(read) => filled += read,
                    Err(met) if met.kind() == io::ErrorKind::Interrupted => {}
                    Err(met) => {
                        self.ended = true;
                        error = Some(met);
                    }
                }
            }
            if self.ended {
                break filled;
            }
            let reach = filled.saturating_sub(self.behind);
            if self.too_long {
                break reach;
            }
            if let Some(end) = last_line_end(&buffer, self.start..reach) {
                break end;
            }
            if buffer.len() >= MAX_LINE {
                self.too_long = true;
                break reach;
            }
            buffer.resize(buffer.len() * 2, 0);
        };
        let piece = self.start..end;
        if piece.is_empty() {
            return (None, error);
        }
        let carry = end.saturating_sub(self.before);
        self.carried.clear();
        self.carried.extend_from_slice(buffer.get(carry..filled).unwrap_or_default());
        self.start = end - carry;
        let window = Window { number: self.number, bytes: buffer, filled, piece, too_long: self.too_long };
        self.number += 1;
        (Some(window), error)
    }

    fn read(&mut self, reader: &mut dyn Read, room: &mut [u8]) -> io::Result<usize> {
        let read = reader.read(room)?;
        if let Some(budget) = self.counts {
            let new = (read as u64).saturating_sub(self.counted);
            self.counted = self.counted.saturating_sub(read as u64);
            budget.keep(new)?;
        }
        Ok(read)
    }
}

/// Returns the place of the last line's end in a range.
fn last_line_end(bytes: &[u8], range: Range<usize>) -> Option<usize> {
    let newline = memchr::memrchr(b'\n', bytes.get(range.clone())?)?;
    Some(range.start + newline + 1)
}
