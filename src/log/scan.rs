//! Finds the records of the MDM component in a log of gigabytes, and counts everything else in passing.
//!
//! The log is cut into chunks of whole lines that are read beside each other. In each, a substring search finds the MDM
//! loggers, and a walk from newline to newline counts lines and records; a record whose time stamp lies in the same ten
//! minutes as the one before costs one comparison. Only records of the MDM component are taken apart.

use std::ops::Range;

use memchr::arch::all::packedpair::HeuristicFrequencyRank;
use memchr::memmem::{Finder, FinderBuilder};

use super::event::{self, LogEvent};
use super::facts::Level;
use super::neighbours::{self, Neighbour};
use super::record::{self, KEY, MAX_HEADER};
use super::steps::RecordTimes;
use super::widths::Widths;
use crate::model::time::LocalTime;
use crate::ordered_parallel::ordered_parallel;
use crate::progress::Progress;

/// The part of the MDM component's loggers, which begin with `cpm.mdm.`, `cisco.cpm.mdm.` or `com.cisco.cpm.mdm.`, that
/// others have nothing of.
pub(super) const NEEDLE: &[u8] = b".mdm.";
/// Chunks are large enough that starting one costs nothing, and small enough that all cores end together.
pub(super) const CHUNK: usize = 1 << 20;
/// Two passes go over each block; the second one finds it in the processor's cache.
const BLOCK: usize = 64 << 10;
/// How many chunks a thread reads before what they hold is handed on: bounds memory.
const WAVE: usize = 8;
/// Bytes of a record that are looked at; longer ones are response bodies and stack traces.
pub(super) const MAX_RECORD: usize = 64 << 10;
/// The first [`KEY`] bytes of sixteen.
const KEY_MASK: u128 = u128::MAX >> (8 * (16 - KEY));

/// The search looks for two neighbouring letters first, and for the rest where they are. In these logs dots are everywhere
/// and `cpm` in most lines, but `md` is in few.
struct RareLetters;

impl HeuristicFrequencyRank for RareLetters {
    fn rank(&self, byte: u8) -> u8 {
        match byte {
            b'd' => 0,
            b'm' => 1,
            _ => u8::MAX,
        }
    }
}

/// A record of the MDM component that tells something.
#[derive(Clone, Debug)]
pub(super) struct Record<'a> {
    /// From 1.
    pub(super) line: u64,
    pub(super) time: Option<LocalTime>,
    pub(super) thread: &'a [u8],
    pub(super) event: LogEvent,
    /// A record beside it that should not be there.
    pub(super) strange: Option<Neighbour>,
    /// Bytes of its text.
    pub(super) length: usize,
}

/// All that is counted of one file besides its records of the MDM component.
#[derive(Clone, Debug, Default)]
pub(super) struct Totals {
    pub(super) lines: u64,
    pub(super) records: u64,
    pub(super) clock: RecordTimes,
    /// The finest level of the records of the MDM component.
    pub(super) level: Option<Level>,
    pub(super) widths: Widths,
}

impl Totals {
    /// Adds what was counted of the lines that follow.
    pub(super) fn append(&mut self, next: Self) {
        self.clock.append(next.clock, self.lines);
        self.lines += next.lines;
        self.records += next.records;
        self.level = finer(self.level, next.level);
        self.widths.append(&next.widths);
    }
}

/// Makes what finds the loggers of the MDM component.
pub(super) fn finder() -> Finder<'static> {
    FinderBuilder::new().build_forward_with_ranker(RareLetters, NEEDLE)
}

/// Reads one file from this byte on, up to which so much was counted: `each` is given the records of the MDM component in their
/// order.
pub(super) fn scan<'a>(
    bytes: &'a [u8],
    from: usize,
    mut totals: Totals,
    chunk_size: usize,
    progress: &Progress,
    mut each: impl FnMut(Record<'a>) + Send,
) -> Totals {
    let finder = finder();
    let chunks = WholeLines { bytes, range: from..bytes.len(), size: chunk_size };
    let read = |range: Range<usize>| {
        progress.advance(range.len() as u64);
        Chunk::read(bytes, range, &finder)
    };
    let hand_on = |chunk: Chunk<'a>| {
        for record in chunk.found {
            each(Record { line: record.line + totals.lines, ..record });
        }
        totals.append(chunk.totals);
    };
    ordered_parallel(chunks, WAVE * rayon::current_num_threads(), read, hand_on);
    totals
}

fn finer(one: Option<Level>, other: Option<Level>) -> Option<Level> {
    one.into_iter().chain(other).min()
}

/// Returns the time of the first record that has one.
pub(super) fn first_time(bytes: &[u8], from: usize) -> Option<LocalTime> {
    let mut lines = WholeLines { bytes, range: from..bytes.len(), size: 1 };
    lines.find_map(|line| record::time(bytes.get(line.start + record::start_at(bytes, line.start)?..)?))
}

/// Cuts a range into pieces of about a size that end where lines end.
struct WholeLines<'a> {
    bytes: &'a [u8],
    range: Range<usize>,
    size: usize,
}

impl Iterator for WholeLines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let Range { start, end } = self.range;
        if start >= end {
            return None;
        }
        let from = start.saturating_add(self.size.saturating_sub(1)).min(end);
        let next = memchr::memchr(b'\n', self.bytes.get(from..end)?).map_or(end, |newline| from + newline + 1);
        self.range.start = next;
        Some(start..next)
    }
}

/// A run of whole lines, numbered from 1.
#[derive(Default)]
pub(super) struct Chunk<'a> {
    pub(super) totals: Totals,
    pub(super) found: Vec<Record<'a>>,
    /// Where the time stamp of the latest record is.
    stamp: Option<usize>,
    /// The key of that time stamp where it is the first thing in its line.
    key: Option<u128>,
}

impl<'a> Chunk<'a> {
    pub(super) fn read(bytes: &'a [u8], range: Range<usize>, finder: &Finder<'_>) -> Self {
        let mut chunk = Self::default();
        for block in (WholeLines { bytes, range, size: BLOCK }) {
            let Some(text) = bytes.get(block.clone()) else { break };
            let mut marks = finder.find_iter(text).map(|at| block.start + at).peekable();
            let mut line = block.start;
            for newline in memchr::memchr_iter(b'\n', text) {
                chunk.line(bytes, line..block.start + newline, &mut marks);
                line = block.start + newline + 1;
            }
            if line < block.end {
                chunk.line(bytes, line..block.end, &mut marks);
            }
        }
        if let Some(time) = chunk.time_at(bytes) {
            chunk.totals.clock.end(time);
        }
        chunk
    }

    #[inline]
    fn line(
        &mut self,
        bytes: &'a [u8],
        line: Range<usize>,
        marks: &mut std::iter::Peekable<impl Iterator<Item = usize>>,
    ) {
        self.totals.lines += 1;
        self.totals.widths.add(bytes.get(line.clone()).unwrap_or_default());
        let head = bytes.get(line.start..).and_then(|rest| rest.first_chunk::<16>());
        let key = head.map(|head| u128::from_le_bytes(*head) & KEY_MASK);
        let start = if key.is_some() && key == self.key && bytes.len() - line.start >= record::SECONDS {
            self.stamp = Some(line.start);
            Some(0)
        } else {
            self.other_line(bytes, &line, key)
        };
        self.totals.records += u64::from(start.is_some());
        if marks.peek().is_some_and(|mark| *mark < line.end) {
            let first = marks.next();
            while marks.next_if(|mark| *mark < line.end).is_some() {}
            if let (Some(start), Some(true)) = (start, first.map(|mark| mark - line.start <= MAX_HEADER)) {
                self.mdm_record(bytes, line.start, line.start + start..line.end);
            }
        }
    }

    /// Takes a line that is no record of the same ten minutes as the one before.
    fn other_line(&mut self, bytes: &[u8], line: &Range<usize>, key: Option<u128>) -> Option<usize> {
        let start = record::start_at(bytes, line.start)?;
        let stamp = line.start + start;
        if let Some(time) = bytes.get(stamp..).and_then(record::time) {
            match self.time_at(bytes) {
                Some(before) => self.totals.clock.tick(before, time, self.totals.lines),
                None => self.totals.clock.begin(time, self.totals.lines),
            }
            self.stamp = Some(stamp);
            self.key = key.filter(|_| start == 0);
        }
        Some(start)
    }

    /// Returns the time of the latest record that has one.
    fn time_at(&self, bytes: &[u8]) -> Option<LocalTime> {
        self.stamp.and_then(|stamp| bytes.get(stamp..)).and_then(record::time)
    }

    /// Takes a record apart whose first line this is, and keeps it if it is of the MDM component and tells something.
    fn mdm_record(&mut self, bytes: &'a [u8], line: usize, first_line: Range<usize>) -> Option<()> {
        let (message, header) = record::header(bytes.get(first_line.clone())?).ok()?;
        if !header.is_mdm() {
            return None;
        }
        self.totals.level = finer(self.totals.level, header.level);
        let begin = bytes.len().min(first_line.end + 1);
        let limit = bytes.len().min(begin + MAX_RECORD);
        let next = (1..)
            .zip(WholeLines { bytes, range: begin..limit, size: 1 })
            .find(|(_, line)| record::start_at(bytes, line.start).is_some())
            .map(|(lines, line)| (line.start, lines));
        let more = bytes.get(begin..next.map_or(limit, |(line, _)| line))?;
        let event = event::read(&header, message, more)?;
        let strange = neighbours::strange(bytes, line, &header, &event.what, next);
        let length = first_line.len() + more.len();
        let (time, thread) = (header.time, header.thread);
        self.found.push(Record { line: self.totals.lines, time, thread, event, strange, length });
        Some(())
    }
}
