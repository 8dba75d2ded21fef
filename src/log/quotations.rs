//! Finds attempts that somebody else has written into the log.
//!
//! Bodies and exceptions are the other side's words, written into the log as they came. One that holds whole records of a
//! log looks like attempts on any thread. It gives itself away: between a record with such words and its thread's next record lie
//! milliseconds, in which no other thread can begin a request and end it.

use super::event::What;
use super::facts::{CitationRole, Contradiction, ContradictionKind, LineRef, LogAttempt};
use super::steps::distance;
use crate::model::time::MILLISECOND;

/// A thread that goes on writes its next record within this time. No request is answered as fast, but for one in a
/// thousand on a connection that is kept alive.
const NEXT_RECORD: i64 = 10 * MILLISECOND;
/// More than these, and nobody reads them.
const MAX_FOUND: usize = 1 << 12;

/// Records with foreign words, as far as attempts begin behind them.
#[derive(Default)]
pub(super) struct Quotations<'a> {
    open: Option<OpenQuotation<'a>>,
    found: Vec<Quotation>,
}

/// A record with foreign words whose thread has not gone on.
struct OpenQuotation<'a> {
    thread: &'a [u8],
    at: LineRef,
    /// How many attempts had begun.
    begun: usize,
    /// The last record that was seen, and how many have begun by then.
    last: (LineRef, usize),
}

/// Foreign words, from the record that begins them up to the one that is none of them.
#[derive(Clone, Copy)]
struct Quotation {
    at: LineRef,
    end: LineRef,
}

impl<'a> Quotations<'a> {
    /// Takes in the next record, before which so many attempts have begun.
    pub(super) fn see(&mut self, thread: &'a [u8], at: LineRef, what: &What, begun: usize) {
        if let Some(open) = &mut self.open {
            if open.thread == thread {
                self.end(at, begun);
            } else if is_soon(open.at, at) {
                open.last = (at, begun + 1);
            } else {
                self.open = None;
            }
        }
        let foreign = match what {
            What::Body(body) => !body.is_closed,
            What::Error(_) | What::Exception(_) | What::Complaint(_) | What::Verdict(_) => true,
            _ => false,
        };
        if foreign && self.open.is_none() {
            self.open = Some(OpenQuotation { thread, at, begun, last: (at, begun) });
        }
    }

    /// Ends what is open, as the log, or a part of it, is over.
    pub(super) fn close(&mut self) {
        if let Some((last, begun)) = self.open.as_ref().map(|open| open.last) {
            self.end(LineRef { line: last.line + 1, ..last }, begun);
        }
    }

    fn end(&mut self, end: LineRef, begun: usize) {
        if let Some(open) = self.open.take().filter(|open| begun > open.begun) {
            self.keep(Quotation { at: open.at, end });
        }
    }

    fn keep(&mut self, found: Quotation) {
        if is_soon(found.at, found.end) && self.found.len() < MAX_FOUND {
            self.found.push(found);
        }
    }

    /// Marks the attempts that lie wholly inside of foreign words. They are in order of their first records.
    pub(super) fn mark(&mut self, attempts: &mut [LogAttempt]) {
        // Foreign words may pretend to be records of the same thread, which its own next record then excludes.
        attempts.iter().filter_map(quotation_in).for_each(|found| self.keep(found));
        let input = |attempt: &LogAttempt| attempt.begin.map(|begin| begin.input);
        let line = |attempt: &LogAttempt| attempt.begin.map_or(0, |begin| begin.line);
        let mut rest = attempts;
        while let Some(of) = rest.first().map(input) {
            let (own, others) = rest.split_at_mut(rest.partition_point(|attempt| input(attempt) == of).max(1));
            rest = others;
            for Quotation { at, end } in self.found.iter().filter(|found| Some(found.at.input) == of).copied() {
                let first = own.partition_point(|attempt| line(attempt) <= at.line);
                let inside = own.get_mut(first..).unwrap_or_default().iter_mut();
                inside.take_while(|attempt| line(attempt) < end.line).for_each(|attempt| mark(attempt, at, end));
            }
        }
    }
}

/// Marks an attempt whose records all stand between these.
fn mark(attempt: &mut LogAttempt, at: LineRef, end: LineRef) {
    let last = attempt.citations.last().map(|citation| citation.at).max(attempt.end);
    let complete = attempt.tries.iter().any(|seen| seen.get.is_some() && seen.result.is_some());
    if let Some(last) = last.filter(|last| complete && last.input == at.input && last.line < end.line) {
        let quoted = Contradiction { first: at, second: last, kind: ContradictionKind::Quoted };
        if attempt.contradiction.as_ref().is_none_or(|known| known.kind != ContradictionKind::Results) {
            attempt.contradiction = Some(Box::new(quoted));
        }
    }
}

/// Returns the foreign words in an attempt whose records exclude each other: between those that may have brought them and the
/// record that excludes them.
fn quotation_in(attempt: &LogAttempt) -> Option<Quotation> {
    let contradiction = attempt.contradiction.as_ref().filter(|found| found.kind == ContradictionKind::Results)?;
    let foreign = |role| matches!(role, CitationRole::Body | CitationRole::Error | CitationRole::Verdict);
    let mut citations = attempt.citations.iter().filter(|citation| foreign(citation.role));
    let brought = citations.find(|citation| is_soon(citation.at, contradiction.second))?;
    Some(Quotation { at: brought.at, end: contradiction.second })
}

/// Returns whether a record follows another one so soon that its thread can have waited for nothing.
fn is_soon(first: LineRef, next: LineRef) -> bool {
    first.time.zip(next.time).is_none_or(|(first, next)| distance(first, next) <= NEXT_RECORD)
}
