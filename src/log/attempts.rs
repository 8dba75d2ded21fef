//! Events to attempts, thread by thread.
//!
//! A thread carries one attempt at a time, and its name comes again for the next. Where records are missing, because
//! the log begins late, a level hides them or somebody filtered them, what is left is taken as far as it can only
//! belong to an attempt.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::event::{Event, Failure, Query, What};
use super::facts::{CauseKind, CitationRole, LineRef, LogAttempt, LogCause, LogCitation, LogTry};
use super::scan::Record;
use super::steps::distance;
use crate::time::{LocalTime, SECOND};

const MINUTE: i64 = 60 * SECOND;
/// Records of one attempt follow each other within this time, but for the wait for a result.
const PAUSE: i64 = 10 * MINUTE;
/// The longest wait for a result: many addresses, each with the operating system's own timeout.
const WAIT: i64 = 120 * MINUTE;
/// Without a record that says so, a request is a retry of the failed one before it only if it follows at once.
const AT_ONCE: i64 = 2 * SECOND;
/// How far a clock that is set back a little, and records that are written out of turn, may go.
const DISORDER: i64 = 2 * MINUTE;
/// What daylight saving time does to the clock in the middle of an attempt.
const CLOCK_CHANGES: [i64; 5] = [0, 60 * MINUTE, -60 * MINUTE, 30 * MINUTE, -30 * MINUTE];
/// Beyond these, an attempt is no attempt; the last try and the last citations are kept.
const MAX_TRIES: usize = 64;
const MAX_CITATIONS: usize = 100;

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
    done: Vec<(usize, LogAttempt)>,
}

/// What one thread is at.
#[derive(Default)]
struct Thread {
    open: Option<Open>,
    /// The request under way asks for devices and is part of no attempt.
    device: bool,
    /// The part of the log in which the thread was last seen.
    part: usize,
}

/// An attempt that has not ended.
#[derive(Default)]
struct Open {
    number: usize,
    attempt: LogAttempt,
    /// `callMdmServerInfo` was entered.
    called: bool,
    /// `verifyServer` was entered.
    verified: bool,
    /// A retry was announced, perhaps with its API version: the next request is one.
    retry: Option<Option<String>>,
    /// The last try's response code was seen.
    responded: bool,
    /// The last try's error was seen.
    failed: bool,
    /// When the last record was written.
    last: Option<LocalTime>,
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
        let thread = self.threads.entry(record.thread).or_default();
        let known = std::mem::replace(&mut thread.part, self.part) == self.part;
        thread.add(record.thread, at, record.event, known, &mut self.shelf);
    }

    /// All attempts, in the order of their first records.
    pub(super) fn finish(mut self) -> Vec<LogAttempt> {
        for thread in self.threads.values_mut() {
            self.shelf.close(thread.open.take());
        }
        self.shelf.done.sort_unstable_by_key(|(number, _)| *number);
        self.shelf.done.into_iter().map(|(_, attempt)| attempt).collect()
    }
}

impl Shelf {
    fn open(&mut self, thread: &[u8], at: LineRef, begin_seen: bool) -> Open {
        let number = self.next;
        self.next += 1;
        let thread = String::from_utf8_lossy(thread).into_owned();
        let attempt = LogAttempt { thread, begin: Some(at), begin_seen, ..LogAttempt::default() };
        Open { number, attempt, last: at.time, ..Open::default() }
    }

    fn close(&mut self, open: Option<Open>) {
        let Some(Open { number, mut attempt, .. }) = open else { return };
        if attempt.begin_seen || !attempt.tries.is_empty() || attempt.answer.is_some() {
            let last = attempt.tries.last();
            attempt.verdict = attempt.verdict.filter(|(_, verdict)| last.is_none_or(|last| says_more(verdict, last)));
            self.done.push((number, attempt));
        }
    }
}

/// Whether MdmClient's verdict adds to what is known of the last try.
fn says_more(verdict: &LogCause, last: &LogTry) -> bool {
    use CauseKind::{ConnectTimedOut, HandshakeTimedOut, HttpStatus, Other, ReadTimedOut, SomeTimeout};
    match (verdict.kind, last.cause.as_ref().map(|cause| cause.kind), last.http_status) {
        (HttpStatus(status), _, Some(known)) => status != known,
        (verdict, None, _) => verdict != Other,
        (SomeTimeout, Some(ConnectTimedOut | HandshakeTimedOut | ReadTimedOut), _) => false,
        (verdict, Some(known), _) => verdict != known && verdict != Other,
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
            self.open = opens.then(|| shelf.open(name, at, begin_seen));
        }
        let Some(open) = &mut self.open else { return };
        open.last = at.time.or(open.last);
        let ends = matches!(what, What::Answer(_));
        if open.take(what, at) {
            open.quote(quote, at);
        }
        if ends {
            shelf.close(self.open.take());
        }
    }

    /// Keeps track of requests that ask for devices instead of the server.
    fn follow_devices(&mut self, what: &What, shelf: &mut Shelf) {
        let begun = self.open.as_ref().is_some_and(|open| open.attempt.begin_seen);
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

/// Whether the record is about one request.
fn part_of_request(what: &What) -> bool {
    use What::{Body, Error, Exception, Get, Proxy, Query, Response, Verdict};
    matches!(what, Query(_) | Get(_) | Proxy(_) | Response(_) | Body(_) | Error(_) | Exception(_) | Verdict(_))
}

/// What a URL asks for.
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

impl Open {
    /// Whether a record of this time may belong to the attempt.
    fn continues(&self, at: LineRef, limit: i64) -> bool {
        let Some((last, now)) = self.last.zip(at.time) else { return true };
        let gap = distance(last, now);
        CLOCK_CHANGES.iter().any(|change| (-DISORDER..=limit).contains(&gap.saturating_sub(*change)))
    }

    /// Whether the record is the first of another attempt.
    fn is_over(&self, what: &What, at: LineRef) -> bool {
        let requested = !self.attempt.tries.is_empty();
        let later = self.last.zip(at.time).is_some_and(|(last, now)| distance(last, now) > AT_ONCE);
        let succeeded = self.responded && !self.failed;
        match what {
            What::Begin => requested || self.called || later,
            What::Verify => requested || self.verified,
            What::Connecting => requested,
            What::Get(_) => {
                let answered = self.responded || self.failed;
                !self.attempt.begin_seen && self.retry.is_none() && answered && (later || succeeded)
            }
            What::Error(_) => !self.attempt.begin_seen && self.failed && later && !self.owes_result(),
            _ => false,
        }
    }

    /// Whether the result of the try before the last one is missing.
    fn owes_result(&self) -> bool {
        self.attempt.tries.iter().nth_back(1).is_some_and(|before| before.result.is_none())
    }

    /// Takes in what a record tells; says whether it is worth a quotation.
    fn take(&mut self, what: What, at: LineRef) -> bool {
        match what {
            What::Begin => !std::mem::replace(&mut self.called, true) && !self.verified,
            What::Verify => !std::mem::replace(&mut self.verified, true) && !self.called,
            What::ApiVersion(version) => {
                self.attempt.api_version = version.or(self.attempt.api_version.take());
                true
            }
            What::Connecting | What::ServerStatus => true,
            What::Request | What::Query(_) => false,
            What::Retry(version) => {
                self.retry = Some(version.or(self.retry.take().flatten()));
                true
            }
            What::Get(url) => {
                let api_version = self.retry.take().flatten();
                let (host, port) = (url.host, url.port);
                self.begin_try(LogTry {
                    get: Some(at),
                    url: Some(url.text),
                    host,
                    port,
                    api_version,
                    ..LogTry::default()
                });
                true
            }
            What::Proxy(proxy) => {
                if let Some(last) = self.attempt.tries.last_mut() {
                    last.proxy = Some(proxy);
                }
                true
            }
            What::Response(status) => {
                let again = self.responded;
                let last = self.result(again);
                if !again || last.result.is_none() {
                    last.http_status = status;
                    last.result = last.result.or(Some(at));
                }
                self.responded = true;
                true
            }
            What::Body(body) => {
                self.last_try().body = Some(body);
                true
            }
            What::Error(failure) => {
                self.fail(failure, at);
                true
            }
            What::Exception(cause) => {
                let sharper = cause.kind != CauseKind::Other;
                let last =
                    self.attempt.tries.last_mut().filter(|last| {
                        sharper && last.cause.as_ref().is_none_or(|known| known.kind == CauseKind::Other)
                    });
                last.map(|last| last.cause = Some(cause)).is_some()
            }
            What::Verdict(cause) => {
                self.attempt.verdict = Some((at, cause));
                true
            }
            What::Answer(answer) => {
                self.attempt.answer = Some(super::LogAnswer { at: Some(at), ..*answer });
                self.attempt.end = Some(at);
                true
            }
        }
    }

    fn begin_try(&mut self, begun: LogTry) {
        (self.responded, self.failed) = (false, false);
        if self.attempt.tries.len() == MAX_TRIES {
            self.attempt.tries.pop();
        }
        self.attempt.tries.push(begun);
    }

    /// The try under way; one whose request was not seen where there is none.
    fn last_try(&mut self) -> &mut LogTry {
        if self.attempt.tries.is_empty() {
            self.attempt.tries.push(LogTry::default());
        }
        let last = self.attempt.tries.len() - 1;
        &mut self.attempt.tries[last]
    }

    /// The try that a result is for. A second result of a kind means that the first was of the try before, whose
    /// record was written late.
    fn result(&mut self, again: bool) -> &mut LogTry {
        if again && self.owes_result() {
            (self.responded, self.failed) = (false, false);
            if let [.., before, last] = &mut self.attempt.tries[..] {
                before.result = last.result.take();
                before.http_status = last.http_status.take();
                before.body = last.body.take();
                before.cause = last.cause.take();
            }
        }
        self.last_try()
    }

    fn fail(&mut self, failure: Failure, at: LineRef) {
        let again = self.failed;
        let last = self.result(again);
        let known = last.cause.as_ref().is_some_and(|cause| cause.kind != CauseKind::Other);
        if !known {
            last.http_status = match failure.cause.as_ref().map(|cause| cause.kind) {
                Some(CauseKind::HttpStatus(status)) => Some(status),
                _ => last.http_status,
            };
            last.cause = failure.cause.or(last.cause.take());
            last.result = last.result.or(Some(at));
        }
        last.host = last.host.take().or(failure.host);
        last.port = last.port.or(failure.port);
        self.failed = true;
    }

    fn quote(&mut self, quote: Option<(CitationRole, String)>, at: LineRef) {
        let Some((role, text)) = quote else { return };
        if self.attempt.citations.len() == MAX_CITATIONS {
            self.attempt.citations.pop();
        }
        self.attempt.citations.push(LogCitation { at, role, text });
    }
}
