//! Finds attempts that somebody else has written into the log.
//!
//! Bodies and exceptions are the other side's words, written into the log as they came. One that holds whole records of a
//! log looks like attempts on any thread. It gives itself away: between a record with such words and its thread's next record lie
//! milliseconds, in which no other thread can begin a request and end it.

use super::event::What;
use super::facts::{Contradiction, ContradictionKind, LineRef, LogAttempt};
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
    open: Option<Open<'a>>,
    found: Vec<Found>,
}

/// A record with foreign words whose thread has not gone on.
struct Open<'a> {
    thread: &'a [u8],
    at: LineRef,
    /// How many attempts had begun.
    begun: usize,
    /// The last record that was seen.
    last: LineRef,
    /// How many have begun by then.
    begun_since: usize,
}

/// Foreign words with the attempts that begin inside of them.
struct Found {
    at: LineRef,
    /// The last line that may be part of them.
    end: LineRef,
    /// Numbers of the first attempt and of the one behind the last.
    attempts: (usize, usize),
}

impl<'a> Quotations<'a> {
    /// Takes in the next record, before which so many attempts have begun.
    pub(super) fn see(&mut self, thread: &'a [u8], at: LineRef, what: &What, begun: usize) {
        if let Some(open) = &mut self.open {
            if open.thread == thread {
                self.end(at, begun);
            } else if is_soon(open.at, at) {
                (open.last, open.begun_since) = (at, begun + 1);
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
            self.open = Some(Open { thread, at, begun, last: at, begun_since: begun });
        }
    }

    /// The log, or a part of it, is over.
    pub(super) fn close(&mut self) {
        if let Some(open) = &self.open {
            let (last, begun) = (open.last, open.begun_since);
            self.end(LineRef { line: last.line + 1, ..last }, begun);
        }
    }

    fn end(&mut self, end: LineRef, begun: usize) {
        let Some(open) = self.open.take() else { return };
        if begun > open.begun && is_soon(open.at, end) && self.found.len() < MAX_FOUND {
            self.found.push(Found { at: open.at, end, attempts: (open.begun + 1, begun + 1) });
        }
    }

    /// Marks the attempts, in order of their numbers, that lie wholly inside of foreign words.
    pub(super) fn mark(&self, attempts: &mut [(usize, LogAttempt)]) {
        for found in &self.found {
            let first = attempts.partition_point(|(number, _)| *number < found.attempts.0);
            let inside = attempts.get_mut(first..).unwrap_or_default().iter_mut();
            for (_, attempt) in inside.take_while(|(number, _)| *number < found.attempts.1) {
                let last = attempt.citations.last().map(|citation| citation.at).max(attempt.end);
                let complete =
                    attempt.tries.iter().any(|attempted| attempted.get.is_some() && attempted.result.is_some());
                if let Some(last) =
                    last.filter(|last| complete && last.input == found.at.input && last.line < found.end.line)
                {
                    let quoted = Contradiction { first: found.at, second: last, kind: ContradictionKind::Quoted };
                    attempt.contradiction.get_or_insert(Box::new(quoted));
                }
            }
        }
    }
}

/// Returns whether a record follows another one so soon that its thread can have waited for nothing.
fn is_soon(first: LineRef, next: LineRef) -> bool {
    first.time.zip(next.time).is_none_or(|(first, next)| distance(first, next) <= NEXT_RECORD)
}
