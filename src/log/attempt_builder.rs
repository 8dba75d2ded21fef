//! One attempt as it is put together, record by record.

use super::attempt_state::{NextRequest, Opening, Results};
use super::event::{Failure, What};
use super::facts::{CauseKind, CitationRole, LineRef, LogAnswer, LogAttempt, LogCause, LogCitation, LogTry};
use super::steps::distance;
use crate::model::time::{LocalTime, SECOND};

const MINUTE: i64 = 60 * SECOND;
/// Without a record that says so, a request is a retry of the failed one before it only if it follows at once.
const AT_ONCE: i64 = 2 * SECOND;
/// How far a clock that is set back a little, and records that are written out of turn, may go.
const DISORDER: i64 = 2 * MINUTE;
/// What daylight saving time does to the clock in the middle of an attempt.
const CLOCK_CHANGES: [i64; 5] = [0, 60 * MINUTE, -60 * MINUTE, 30 * MINUTE, -30 * MINUTE];
/// Beyond these, an attempt is no attempt; the last try and the last citation are kept.
const MAX_TRIES: usize = 64;
const MAX_CITATIONS: usize = 100;

/// An attempt that has not ended.
#[derive(Default)]
pub(super) struct AttemptBuilder {
    number: usize,
    attempt: LogAttempt,
    opening: Opening,
    next_request: NextRequest,
    /// Of the last try.
    results: Results,
    /// When the last record was written.
    last: Option<LocalTime>,
}

impl AttemptBuilder {
    /// The attempt with this number, of which this is the first record.
    pub(super) fn new(number: usize, thread: &[u8], at: LineRef, begin_seen: bool) -> Self {
        let thread = String::from_utf8_lossy(thread).into_owned();
        let attempt = LogAttempt { thread, begin: Some(at), begin_seen, ..LogAttempt::default() };
        Self { number, attempt, last: at.time, ..Self::default() }
    }

    /// Returns the attempt as far as it was seen, with its number; `None` when what was seen need not be an attempt.
    pub(super) fn finish(self) -> Option<(usize, LogAttempt)> {
        let Self { number, mut attempt, .. } = self;
        // There may be hundreds of thousands of attempts; most have one try.
        attempt.tries.shrink_to_fit();
        attempt.citations.shrink_to_fit();
        let last = attempt.tries.last();
        attempt.verdict = attempt.verdict.filter(|(_, verdict)| last.is_none_or(|last| says_more(verdict, last)));
        let seen = attempt.begin_seen || !attempt.tries.is_empty() || attempt.answer.is_some();
        seen.then_some((number, attempt))
    }

    /// Whether the record that opens an attempt was seen.
    pub(super) fn begin_seen(&self) -> bool {
        self.attempt.begin_seen
    }

    /// Takes in the next record.
    pub(super) fn add(&mut self, what: What, quote: Option<(CitationRole, String)>, at: LineRef) {
        self.last = at.time.or(self.last);
        if self.take(what, at) {
            self.quote(quote, at);
        }
    }

    /// Returns whether a record of this time may belong to the attempt.
    pub(super) fn continues(&self, at: LineRef, limit: i64) -> bool {
        let Some((last, now)) = self.last.zip(at.time) else { return true };
        let gap = distance(last, now);
        CLOCK_CHANGES.iter().any(|change| (-DISORDER..=limit).contains(&gap.saturating_sub(*change)))
    }

    /// Returns whether the record is the first of another attempt.
    pub(super) fn is_over(&self, what: &What, at: LineRef) -> bool {
        let requested = !self.attempt.tries.is_empty();
        let later = self.last.zip(at.time).is_some_and(|(last, now)| distance(last, now) > AT_ONCE);
        match what {
            What::Begin => requested || self.opening.is_called() || later,
            What::Verify => requested || self.opening.is_verified(),
            What::Connecting => requested,
            What::Get(_) => {
                let unannounced = !self.attempt.begin_seen && self.next_request == NextRequest::Unannounced;
                let ended = match self.results {
                    Results::Outstanding => false,
                    Results::Response => true,
                    Results::Error | Results::ResponseAndError => later,
                };
                unannounced && ended
            }
            What::Error(_) => !self.attempt.begin_seen && self.results.has_error() && later && !self.owes_result(),
            _ => false,
        }
    }

    /// Returns whether the result of the try before the last one is missing.
    fn owes_result(&self) -> bool {
        self.attempt.tries.iter().nth_back(1).is_some_and(|before| before.result.is_none())
    }

    /// Takes in what a record tells; says whether it is worth a quotation.
    fn take(&mut self, what: What, at: LineRef) -> bool {
        match what {
            What::Begin => {
                let first = self.opening == Opening::Unseen;
                self.opening.call();
                first
            }
            What::Verify => {
                let first = self.opening == Opening::Unseen;
                self.opening.verify();
                first
            }
            What::ApiVersion(version) => {
                self.attempt.api_version = version.or(self.attempt.api_version.take());
                true
            }
            What::Connecting | What::ServerStatus => true,
            What::Request | What::Query(_) => false,
            What::Retry(version) => {
                self.next_request.announce(version);
                true
            }
            What::Get(url) => {
                let api_version = self.next_request.begin();
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
                let again = self.results.has_response();
                let last = self.result(again);
                if !again || last.result.is_none() {
                    last.http_status = status;
                    last.result = last.result.or(Some(at));
                }
                self.results.respond();
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
                self.attempt.answer = Some(LogAnswer { at: Some(at), ..*answer });
                self.attempt.end = Some(at);
                true
            }
        }
    }

    fn begin_try(&mut self, begun: LogTry) {
        self.results = Results::Outstanding;
        if self.attempt.tries.len() == MAX_TRIES {
            self.attempt.tries.pop();
        }
        self.attempt.tries.push(begun);
    }

    /// Returns the try under way; one whose request was not seen where there is none.
    fn last_try(&mut self) -> &mut LogTry {
        let last = self.attempt.tries.pop().unwrap_or_default();
        self.attempt.tries.push_mut(last)
    }

    /// The try that a result is for. A second result of a kind means that the first was of the try before, whose
    /// record was written late.
    fn result(&mut self, again: bool) -> &mut LogTry {
        if again && self.owes_result() {
            self.results = Results::Outstanding;
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
        let again = self.results.has_error();
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
        self.results.fail();
    }

    fn quote(&mut self, quote: Option<(CitationRole, String)>, at: LineRef) {
        let Some((role, text)) = quote else { return };
        if self.attempt.citations.len() == MAX_CITATIONS {
            self.attempt.citations.pop();
        }
        self.attempt.citations.push(LogCitation { at, role, text });
    }
}

/// Returns whether MdmClient's verdict adds to what is known of the last try.
fn says_more(verdict: &LogCause, last: &LogTry) -> bool {
    use CauseKind::{ConnectTimedOut, HandshakeTimedOut, HttpStatus, Other, ReadTimedOut, SomeTimeout};
    match (verdict.kind, last.cause.as_ref().map(|cause| cause.kind), last.http_status) {
        (HttpStatus(status), _, Some(known)) => status != known,
        (verdict, None, _) => verdict != Other,
        (SomeTimeout, Some(ConnectTimedOut | HandshakeTimedOut | ReadTimedOut), _) => false,
        (verdict, Some(known), _) => verdict != known && verdict != Other,
    }
}
