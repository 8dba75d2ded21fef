//! Events to attempts, thread by thread.
//!
//! A thread carries one attempt at a time, and its name comes again for the next. Where records are missing, because
//! the log begins late, a level hides them or somebody filtered them, what is left is taken as far as it can only
//! belong to an attempt.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::attempt_builder::AttemptBuilder;
use super::event::{Event, Query, What};
use super::facts::{LineRef, LogAttempt};
use super::scan::Record;
use crate::model::time::SECOND;

/// Records of one attempt follow each other within this time, but for the wait for a result.
const PAUSE: i64 = 600 * SECOND;
/// The longest wait for a result: many addresses, each with the operating system's own timeout.
const WAIT: i64 = 7200 * SECOND;
/// More attempts than a node can make in the years that a log may span; bounds memory where a log was made up.
const MAX_ATTEMPTS: usize = 1 << 20;
/// More threads than a node has.
const MAX_THREADS: usize = 1 << 16;

/// The attempts of one log as they are put together.
#[derive(Default)]
pub(super) struct Attempts<'a> {
    input: usize,
    /// How many parts of the log have begun.
    part: usize,
    threads: HashMap<&'a [u8], Thread, RandomState>,
    shelf: Shelf,
}

/// Attempts that are complete, each with its place in the order of their beginnings.
#[derive(Default)]
struct Shelf {
    next: usize,
    /// Whether there were more than are kept.
    overflowed: bool,
    done: Vec<(usize, LogAttempt)>,
}

/// What one thread is at.
#[derive(Default)]
struct Thread {
    open: Option<AttemptBuilder>,
    /// The request under way asks for devices and is part of no attempt.
    device: bool,
    /// The part of the log in which the thread was last seen.
    part: usize,
}

impl<'a> Attempts<'a> {
    /// The records that follow are from this input.
    pub(super) fn begin_part(&mut self, input: usize) {
        self.input = input;
        self.part += 1;
    }

    /// The next record.
    pub(super) fn add(&mut self, record: Record<'a>) {
        let at = LineRef { input: self.input, line: record.line, time: record.time };
        if self.threads.len() >= MAX_THREADS && !self.threads.contains_key(record.thread) {
            self.shelf.overflowed = true;
            return;
        }
        let thread = self.threads.entry(record.thread).or_default();
        let known = std::mem::replace(&mut thread.part, self.part) == self.part;
        thread.add(record.thread, at, record.event, known, &mut self.shelf);
    }

    /// All attempts, in the order of their first records, and whether there were more than are kept.
    pub(super) fn finish(mut self) -> (Vec<LogAttempt>, bool) {
        for thread in self.threads.values_mut() {
            self.shelf.close(thread.open.take());
        }
        self.shelf.done.sort_unstable_by_key(|(number, _)| *number);
        (self.shelf.done.into_iter().map(|(_, attempt)| attempt).collect(), self.shelf.overflowed)
    }
}

impl Shelf {
    fn open(&mut self, thread: &[u8], at: LineRef, begin_seen: bool) -> Option<AttemptBuilder> {
        let room = self.done.len() < MAX_ATTEMPTS;
        self.overflowed |= !room;
        self.next += 1;
        room.then(|| AttemptBuilder::new(self.next, thread, at, begin_seen))
    }

    fn close(&mut self, open: Option<AttemptBuilder>) {
        self.done.extend(open.and_then(AttemptBuilder::finish));
    }
}

impl Thread {
    fn add(&mut self, name: &[u8], at: LineRef, event: Event, known: bool, shelf: &mut Shelf) {
        let Event { what, quote } = event;
        let result = matches!(
            what,
            What::Response(_) | What::Error(_) | What::Exception(_) | What::Verdict(_) | What::Answer(_)
        );
        let limit = if result { WAIT } else { PAUSE };
        if self.open.as_ref().is_some_and(|open| !open.continues(at, limit)) {
            shelf.close(self.open.take());
        }
        self.follow_devices(&what, shelf);
        if self.device && part_of_request(&what) {
            return;
        }
        if self.open.as_ref().is_some_and(|open| open.is_over(&what, at)) {
            shelf.close(self.open.take());
        }
        if self.open.is_none() {
            let begin_seen = matches!(what, What::Begin | What::Verify);
            // Results belong to what came before; without it they are believed only where the log begins late.
            let opens = match what {
                What::ServerStatus => false,
                What::Query(query) => query == Query::Server,
                _ => begin_seen || !known || !(result || matches!(what, What::Body(_))),
            };
            self.open = if opens { shelf.open(name, at, begin_seen) } else { None };
        }
        let Some(open) = &mut self.open else { return };
        let ends = matches!(what, What::Answer(_));
        open.add(what, quote, at);
        if ends {
            shelf.close(self.open.take());
        }
    }

    /// Keeps track of requests that ask for devices instead of the server.
    fn follow_devices(&mut self, what: &What, shelf: &mut Shelf) {
        let begun = self.open.as_ref().is_some_and(|open| open.begin_seen());
        let device = match what {
            What::Begin | What::Verify | What::Connecting | What::Request | What::Query(Query::Server) => false,
            What::Query(Query::Device) => true,
            What::Query(Query::Unknown) => !begun,
            What::Get(url) => match asks_for(&url.text) {
                Query::Server => false,
                Query::Device => true,
                Query::Unknown => self.device,
            },
            _ => return,
        };
        if device && !begun {
            shelf.close(self.open.take());
        }
        self.device = device;
    }
}

/// Returns whether the record is about one request.
fn part_of_request(what: &What) -> bool {
    use What::{Body, Error, Exception, Get, Proxy, Query, Response, Verdict};
    matches!(what, Query(_) | Get(_) | Proxy(_) | Response(_) | Body(_) | Error(_) | Exception(_) | Verdict(_))
}

/// Returns what a URL asks for.
fn asks_for(url: &str) -> Query {
    let url = url.to_ascii_lowercase();
    if url.contains("mdminfo") || url.contains("serverinfo") {
        Query::Server
    } else if ["/device", "deviceinfo", "macaddress", "querystring="].iter().any(|word| url.contains(word)) {
        Query::Device
    } else {
        Query::Unknown
    }
}
