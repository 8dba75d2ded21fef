//! Events to attempts: every thread of a log by itself.

use super::facts::{CitationRole, Level, LineRef, LogAttempt, Trail};
use super::intern::Interner;
use super::quotations::Quotations;
use super::scan::Record;
use super::shelf::Shelf;
use super::thread::Thread;
use crate::model::fast_map::FastMap;
use crate::model::sanitize;

/// More threads than a node has.
const MAX_THREADS: usize = 1 << 16;

/// The attempts of one log as they are put together.
pub(super) struct AttemptCollector<'a> {
    input: usize,
    /// How many parts of the log have begun.
    part: usize,
    threads: FastMap<&'a [u8], Thread>,
    shelf: Shelf,
    quotations: Quotations<'a>,
    texts: Interner,
}

/// All that was found in a log.
pub(super) struct FoundAttempts {
    /// In the order of their first records.
    pub(super) attempts: Vec<LogAttempt>,
    /// Whether there were more attempts or threads than are kept.
    pub(super) overflowed: bool,
}

impl<'a> AttemptCollector<'a> {
    /// Begins with none, of a log beside so many others.
    pub(super) fn new(beside: usize) -> Self {
        Self {
            input: 0,
            part: 0,
            threads: FastMap::default(),
            shelf: Shelf::new(beside),
            quotations: Quotations::default(),
            texts: Interner::default(),
        }
    }

    /// Takes the records that follow for those of this input.
    pub(super) fn begin_part(&mut self, input: usize) {
        self.quotations.close();
        self.input = input;
        self.part += 1;
    }

    /// Takes in the next record.
    pub(super) fn add(&mut self, record: Record<'a>) {
        let Record { line, time, thread: name, event, strange, .. } = record;
        let at = LineRef { input: self.input, line, time };
        if self.threads.len() >= MAX_THREADS && !self.threads.contains_key(name) {
            self.shelf.overflowed = true;
            return;
        }
        self.quotations.see(name, at, &event.what, self.shelf.begun);
        let thread = self.threads.entry(name).or_insert_with(|| Thread::new(self.texts.share(&sanitize::bytes(name))));
        thread.add(at, event, self.part, &mut self.shelf, &mut self.texts);
        if let Some(neighbour) = strange {
            thread.suspect(at, neighbour);
        }
    }

    /// Returns all attempts of a log whose MDM component wrote at this level.
    pub(super) fn finish(mut self, level: Option<Level>) -> FoundAttempts {
        self.quotations.close();
        for thread in self.threads.into_values() {
            thread.finish(&mut self.shelf);
        }
        let Shelf { overflowed, mut done, .. } = self.shelf;
        done.sort_unstable_by_key(|(number, _)| *number);
        let mut attempts: Vec<LogAttempt> = done.into_iter().map(|(_, attempt)| attempt).collect();
        self.quotations.mark(&mut attempts);
        // Where requests have their ends, one without has lost it.
        let ends = level.is_some_and(|level| level <= Level::Debug)
            && attempts.iter().any(|attempt| attempt.answer.is_none() && attempt.end.is_some());
        for attempt in attempts.iter_mut().filter(|attempt| attempt.trail == Trail::Coarse) {
            let is_call = attempt.citations.iter().any(|citation| is_of_call(citation.role));
            let hidden = if is_call { level.is_none_or(|level| level > Level::Debug) } else { !ends };
            if !hidden && attempt.verdict.is_none() {
                attempt.trail = Trail::Broken;
            }
        }
        FoundAttempts { attempts, overflowed }
    }
}

/// Returns whether a record is of a Test Connection.
fn is_of_call(role: CitationRole) -> bool {
    matches!(role, CitationRole::Begin | CitationRole::ApiVersion | CitationRole::Connecting | CitationRole::Retry)
}
