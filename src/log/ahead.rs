//! Reads a log piece by piece while it is unpacked, so that its bytes need not be kept: what is found and counted of a piece is
//! what is found of the same lines in a file that is there as a whole.

use std::any::Any;
use std::borrow::Cow;
use std::ops::Range;

use super::event::LogEvent;
use super::neighbours::{MAX_BYTES, Neighbour};
use super::record::MAX_HEADER;
use super::scan::{self, Chunk, MAX_RECORD, Record, Totals};
use super::{LogPart, decode};
use crate::input::{AheadFacts, PieceReader};
use crate::model::fast_map::FastMap;
use crate::model::time::LocalTime;

/// Reads pieces of a log. A record looks back for the one before it and forward for the one behind it, each with its header.
pub(crate) const LOG_PIECES: PieceReader = PieceReader {
    suits: decode::is_as_it_stands,
    before: MAX_BYTES + MAX_HEADER,
    behind: MAX_RECORD + 2 * MAX_HEADER,
    read: |seen, piece| Box::new(LogAhead::read(seen, piece)),
};

/// Bytes that the texts of a record take at most.
const MAX_TEXTS: usize = 4 << 10;

/// All that was found in the pieces of a log so far.
#[derive(Debug, Default)]
pub(crate) struct LogAhead {
    totals: Totals,
    pieces: Vec<PieceRecords>,
    held: usize,
}

/// The records of a piece.
#[derive(Debug)]
struct PieceRecords {
    /// Lines of the log before it.
    lines: u64,
    /// Names of threads.
    threads: Vec<Box<[u8]>>,
    found: Vec<OwnRecord>,
}

/// A record that needs its text no more.
#[derive(Debug)]
struct OwnRecord {
    line: u64,
    time: Option<LocalTime>,
    /// Index of the thread's name.
    thread: usize,
    event: LogEvent,
    strange: Option<Neighbour>,
}

impl LogAhead {
    fn read(seen: &[u8], range: Range<usize>) -> Self {
        let Chunk { totals, found, .. } = Chunk::read(seen, range, &scan::finder());
        let mut names: FastMap<&[u8], usize> = FastMap::default();
        let mut threads: Vec<Box<[u8]>> = Vec::new();
        let mut held = size_of::<Totals>();
        let mut own = Vec::with_capacity(found.len());
        for Record { line, time, thread, event, strange, length } in found {
            let thread = *names.entry(thread).or_insert_with(|| {
                held += thread.len() + size_of::<Box<[u8]>>();
                threads.push(thread.into());
                threads.len() - 1
            });
            held += size_of::<OwnRecord>() + length.min(MAX_TEXTS);
            own.push(OwnRecord { line, time, thread, event, strange });
        }
        let pieces = if own.is_empty() { Vec::new() } else { vec![PieceRecords { lines: 0, threads, found: own }] };
        Self { totals, pieces, held }
    }

    /// Hands on the records in their order, and returns what was counted besides.
    pub(super) fn hand_on<'a>(&'a self, mut each: impl FnMut(Record<'a>)) -> Totals {
        for piece in &self.pieces {
            for record in &piece.found {
                let OwnRecord { line, time, thread, ref event, strange } = *record;
                let thread = piece.threads.get(thread).map(Box::as_ref).unwrap_or_default();
                each(Record { line: line + piece.lines, time, thread, event: event.clone(), strange, length: 0 });
            }
        }
        self.totals.clone()
    }
}

impl AheadFacts for LogAhead {
    fn append(&mut self, next: Box<dyn AheadFacts>) {
        let next: Box<dyn Any> = next;
        let Ok(next) = next.downcast::<Self>() else { return };
        let lines = self.totals.lines;
        self.pieces.extend(next.pieces.into_iter().map(|piece| PieceRecords { lines: piece.lines + lines, ..piece }));
        self.totals.append(next.totals);
        self.held += next.held;
    }

    fn held(&self) -> u64 {
        self.held as u64
    }
}

/// One file of a node's log, as far as it is there: its beginning may have been read while it was unpacked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogSource<'a> {
    pub(crate) input: usize,
    pub(crate) bytes: &'a [u8],
    /// Where in the bytes begins what was not read.
    pub(crate) from: usize,
    pub(crate) ahead: Option<&'a LogAhead>,
}

impl<'a> LogSource<'a> {
    /// Returns a file of which nothing was read.
    pub(crate) fn of(part: LogPart<'a>) -> Self {
        Self { input: part.input, bytes: part.bytes, from: 0, ahead: None }
    }

    /// Returns its text, as far as it is there.
    pub(super) fn text(&self) -> Cow<'a, [u8]> {
        if self.ahead.is_some() { Cow::Borrowed(self.bytes) } else { decode::as_utf8(self.bytes) }
    }

    /// Returns the time of the first record that has one, of a file with this text.
    pub(super) fn first_time(&self, text: &[u8]) -> Option<LocalTime> {
        self.ahead.and_then(|ahead| ahead.totals.clock.first()).or_else(|| scan::first_time(text, self.from))
    }
}
