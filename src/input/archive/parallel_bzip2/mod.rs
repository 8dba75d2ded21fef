//! bzip2 unpacked by all threads: it is slow to unpack, but its blocks stand for themselves. They are found by the magic number
//! that each begins with, at any bit, and each is handed to the library as a stream of its own.

mod bits;
mod magic;
mod pieces;

use std::collections::VecDeque;
use std::io::{self, BufRead, Cursor, Read};

use bzip2::bufread::BzDecoder;
use rayon::prelude::*;

use self::bits::Bits;
use self::pieces::{Piece, Pieces};

/// Blocks for each thread that are unpacked before any of them is read.
const WAVE: usize = 2;
/// A block of text unpacks to no more than a megabyte; what one holds beyond this is unpacked when it is read.
const AHEAD: u64 = 2 << 20;

const CHECKSUM: &str = "the checksum of the whole bzip2 stream does not match its blocks";

/// Reads bzip2 streams that are joined end to end.
pub(super) struct ParallelBzip2<R> {
    pieces: Pieces<R>,
    wave: VecDeque<Unpacked>,
    reading: Option<Text>,
    /// What the checksums of the stream's blocks come to.
    checksum: u32,
    ended: bool,
}

/// A piece with what it unpacks to.
struct Unpacked {
    piece: Piece,
    text: Option<Text>,
}

/// What a block unpacks to.
struct Text {
    ahead: Cursor<Vec<u8>>,
    /// What unpacks the rest, where it is not all there.
    rest: Option<BzDecoder<Cursor<Vec<u8>>>>,
    error: Option<io::Error>,
}

impl<R: BufRead> ParallelBzip2<R> {
    pub(super) fn new(packed: R) -> Self {
        Self { pieces: Pieces::new(packed), wave: VecDeque::new(), reading: None, checksum: 0, ended: false }
    }

    /// Goes on to the next block; false where there is none.
    fn advance(&mut self) -> io::Result<bool> {
        loop {
            let Some(Unpacked { piece, text }) = self.next() else { return Ok(false) };
            match piece {
                Piece::Block(block) => {
                    let text = text.unwrap_or_else(|| Text::of(&block, true));
                    self.checksum = self.checksum.rotate_left(1) ^ block.checksum();
                    self.reading = Some(if text.is_broken() { self.joined(block).unwrap_or(text) } else { text });
                    return Ok(true);
                }
                Piece::Cut(block) => {
                    self.reading = Some(text.unwrap_or_else(|| Text::of(&block, false)));
                    return Ok(true);
                }
                Piece::End(checksum) if checksum == self.checksum => self.checksum = 0,
                Piece::End(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, CHECKSUM)),
                Piece::Error(error) => return Err(error),
            }
        }
    }

    fn next(&mut self) -> Option<Unpacked> {
        if self.wave.is_empty() {
            let pieces: Vec<Piece> = self.pieces.by_ref().take(WAVE * rayon::current_num_threads()).collect();
            let unpacked: Vec<Unpacked> = pieces.into_par_iter().map(Unpacked::of).collect();
            self.wave.extend(unpacked);
        }
        self.wave.pop_front()
    }

    /// Unpacks a block together with the piece behind it: the magic number may stand in the middle of a block by chance, once
    /// in 2^48 bits.
    fn joined(&mut self, mut block: Bits) -> Option<Text> {
        let Unpacked { piece: Piece::Block(behind), .. } = self.next()? else { return None };
        block.append(&behind);
        Some(Text::of(&block, true)).filter(|text| !text.is_broken())
    }
}

impl<R: BufRead> Read for ParallelBzip2<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while !self.ended {
            let read = match &mut self.reading {
                Some(text) => text.read(buffer),
                None => match self.advance() {
                    Ok(true) => continue,
                    Ok(false) => {
                        self.ended = true;
                        break;
                    }
                    Err(error) => Err(error),
                },
            };
            match read {
                Ok(0) => self.reading = None,
                Ok(read) => return Ok(read),
                Err(error) => {
                    self.ended = true;
                    return Err(error);
                }
            }
        }
        Ok(0)
    }
}

impl Unpacked {
    fn of(piece: Piece) -> Self {
        let text = match &piece {
            Piece::Block(block) => Some(Text::of(block, true)),
            Piece::Cut(block) => Some(Text::of(block, false)),
            Piece::End(_) | Piece::Error(_) => None,
        };
        Self { piece, text }
    }
}

impl Text {
    /// Unpacks a block; one that is not whole ends as its stream does.
    fn of(block: &Bits, whole: bool) -> Self {
        let mut decoder = BzDecoder::new(Cursor::new(block.stream(whole)));
        let mut text = Vec::new();
        let read = decoder.by_ref().take(AHEAD).read_to_end(&mut text);
        let full = text.len() as u64 == AHEAD;
        Self { ahead: Cursor::new(text), rest: full.then_some(decoder), error: read.err() }
    }

    /// Tells whether nothing came of the block but an error.
    fn is_broken(&self) -> bool {
        self.error.is_some() && self.ahead.get_ref().is_empty()
    }
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.ahead.read(buffer)?;
        if read > 0 {
            return Ok(read);
        }
        match (self.error.take(), &mut self.rest) {
            (Some(error), _) => Err(error),
            (None, Some(rest)) => rest.read(buffer),
            (None, None) => Ok(0),
        }
    }
}

#[cfg(test)]
mod tests;
