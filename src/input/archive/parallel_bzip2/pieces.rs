//! Finds where the blocks of bzip2 streams begin.

use std::io::{self, BufRead};

use super::bits::{Bits, number};
use super::magic::{BLOCK, CHECKSUM_BITS, END, MAGIC_BITS, MAGIC_MASK};

/// Bytes of a stream's header and of the magic number behind it.
const BEGINNING: usize = 4 + MAGIC_BITS / 8;
/// Bytes beyond which no block can go on: 900,000 symbols of 20 bits, and their codes.
const LONGEST: usize = 4 << 20;

const NO_STREAM: &str = "there is no bzip2 where another bzip2 stream should begin";

/// A part of bzip2 streams.
#[derive(Debug)]
pub(super) enum Piece {
    /// A block, from its magic number to the next.
    Block(Bits),
    /// What has no end, or is no block: nothing comes behind it.
    Cut(Bits),
    /// The end of a stream, with the checksum of all its blocks.
    End(u32),
    /// What stopped the reading: nothing comes behind it.
    Error(io::Error),
}

/// The parts of bzip2 streams that are joined end to end.
pub(super) struct Pieces<R> {
    packed: R,
    /// Bytes that were read and belong to no piece yet.
    held: Vec<u8>,
    state: State,
    /// For each value of a byte, whether a magic number that ends in the byte behind can have it.
    before_last: [bool; 256],
}

#[derive(Clone, Copy)]
enum State {
    /// Where a stream begins.
    Header {
        first: bool,
    },
    /// In a block that begins with this bit of what is held.
    Block {
        level: u8,
        from: usize,
    },
    /// At the magic number of a stream's end, which begins with this bit of what is held.
    End {
        from: usize,
    },
    Over,
}

impl<R: BufRead> Pieces<R> {
    pub(super) fn new(packed: R) -> Self {
        let mut before_last = [false; 256];
        for magic in [BLOCK, END] {
            for shift in 1..=8 {
                let byte = (magic >> shift) as u8;
                if let Some(can) = before_last.get_mut(usize::from(byte)) {
                    *can = true;
                }
            }
        }
        Self { packed, held: Vec::new(), state: State::Header { first: true }, before_last }
    }

    fn piece(&mut self) -> io::Result<Option<Piece>> {
        match self.state {
            State::Over => Ok(None),
            State::Header { first } => self.begin(first),
            State::Block { level, from } => self.block(level, from).map(Some),
            State::End { from } => self.end(from).map(Some),
        }
    }

    /// Reads the header of a stream, and goes on to what comes behind it.
    fn begin(&mut self, first: bool) -> io::Result<Option<Piece>> {
        self.held.clear();
        self.hold(BEGINNING)?;
        let (level, magic) = match self.held.as_slice() {
            [] if !first => return Ok(None),
            [b'B', b'Z', b'h', level @ b'1'..=b'9', magic @ ..] => (*level, magic),
            _ => return Err(io::Error::new(io::ErrorKind::InvalidData, NO_STREAM)),
        };
        self.state = match number(magic) {
            BLOCK => State::Block { level, from: 0 },
            END => State::End { from: 0 },
            _ => return Ok(Some(Piece::Cut(Bits::between(level, magic, 0, 8 * magic.len())))),
        };
        self.held.drain(..BEGINNING - MAGIC_BITS / 8);
        self.piece()
    }

    /// Reads to the end of a block.
    fn block(&mut self, level: u8, from: usize) -> io::Result<Piece> {
        // The next magic number comes behind this one and a checksum.
        let Some((magic, at)) = self.next_magic(from + MAGIC_BITS + CHECKSUM_BITS)? else {
            return Ok(Piece::Cut(Bits::between(level, &self.held, from, 8 * self.held.len())));
        };
        let block = Bits::between(level, &self.held, from, at);
        self.held.drain(..at / 8);
        let from = at % 8;
        self.state = if magic == END { State::End { from } } else { State::Block { level, from } };
        Ok(Piece::Block(block))
    }

    fn end(&mut self, from: usize) -> io::Result<Piece> {
        let checksum = from + MAGIC_BITS;
        let bytes = (checksum + CHECKSUM_BITS).div_ceil(8);
        self.hold(bytes)?;
        if self.held.len() < bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.state = State::Header { first: false };
        Ok(Piece::End(Bits::between(0, &self.held, checksum, checksum + CHECKSUM_BITS).number() as u32))
    }

    /// Reads on to the next magic number that does not begin before a bit of what is held, and returns it with the bit where it
    /// begins; `None` where there is none.
    fn next_magic(&mut self, least: usize) -> io::Result<Option<(u64, usize)>> {
        let (mut window, mut last) = (0, 0);
        while self.held.len() < LONGEST {
            let bytes = fill(&mut self.packed)?;
            if bytes.is_empty() {
                return Ok(None);
            }
            let found = bytes.iter().enumerate().find_map(|(index, byte)| {
                window = window << 8 | u64::from(*byte);
                let before = std::mem::replace(&mut last, *byte);
                if !*self.before_last.get(usize::from(before))? {
                    return None;
                }
                let end = 8 * (self.held.len() + index + 1);
                let ends = (0..8).map(|shift| (window >> shift & MAGIC_MASK, end.saturating_sub(shift + MAGIC_BITS)));
                let magic = ends.into_iter().find(|(bits, at)| [BLOCK, END].contains(bits) && *at >= least)?;
                Some((index, magic))
            });
            let taken = found.map_or(bytes.len(), |(index, _)| index + 1);
            self.held.extend(bytes.iter().take(taken));
            self.packed.consume(taken);
            if let Some((_, magic)) = found {
                return Ok(Some(magic));
            }
        }
        Ok(None)
    }

    /// Reads on until so many bytes are held, or all that there are.
    fn hold(&mut self, count: usize) -> io::Result<()> {
        while self.held.len() < count {
            let bytes = fill(&mut self.packed)?;
            let taken = bytes.len().min(count - self.held.len());
            if taken == 0 {
                break;
            }
            self.held.extend(bytes.iter().take(taken));
            self.packed.consume(taken);
        }
        Ok(())
    }
}

impl<R: BufRead> Iterator for Pieces<R> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let piece = self.piece().unwrap_or_else(|error| Some(Piece::Error(error)));
        if !matches!(piece, Some(Piece::Block(_) | Piece::End(_))) {
            self.state = State::Over;
        }
        piece
    }
}

/// Returns bytes that were read and not consumed; none at the end.
fn fill(packed: &mut impl BufRead) -> io::Result<&[u8]> {
    while let Err(error) = packed.fill_buf() {
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    packed.fill_buf()
}
