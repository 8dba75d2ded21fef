//! One attempt as it is put together, record by record.

use std::sync::Arc;

use super::attempt_state::{Ended, OpeningMethods, Results};
use super::endpoint::{self, LoggedUrl};
use super::event::{Quote, What};
use super::facts::{
    CauseKind, CitationRole, CitationText, Contradiction, ContradictionKind, LineRef, LogAnswer, LogAttempt, LogCause,
    LogCitation, LogTry, Trail,
};
use super::intern::Interner;
use super::neighbours::{Neighbour, NeighbourKind};
use super::steps::distance;
use super::tries::{Tries, named, status_of};
use crate::model::mdm::RequestKind;
use crate::model::time::{LocalTime, MILLISECOND, SECOND};

const MINUTE: i64 = 60 * SECOND;
/// Without a record that says so, records belong together only if they follow each other at once.
const AT_ONCE: i64 = 2 * SECOND;
/// A method and the one that calls it both write that a request is over, one behind the other.
const SAME_STEP: i64 = 10 * MILLISECOND;
/// How far a clock that is set back a little, and records that are written out of turn, may go.
const DISORDER: i64 = 2 * MINUTE;
/// What daylight saving time does to the clock in the middle of an attempt.
const CLOCK_CHANGES: [i64; 5] = [0, 60 * MINUTE, -60 * MINUTE, 30 * MINUTE, -30 * MINUTE];
/// Beyond these, an attempt is no attempt; the last citation is kept.
const MAX_CITATIONS: usize = 100;

/// An attempt that may go on.
#[derive(Default)]
pub(super) struct AttemptBuilder {
    number: usize,
    attempt: LogAttempt,
    tries: Tries,
    opening: OpeningMethods,
    /// Whether it is part of a Test Connection, in which requests of the same kind are tries of one attempt.
    in_call: bool,
    ended: Ended,
    /// A request behind it left its end alone.
    misses_request: bool,
    /// When the last record was written.
    last: Option<LocalTime>,
    /// Records around it that should not be there.
    suspicion: Option<Box<Contradiction>>,
}

impl AttemptBuilder {
    /// Begins the attempt with this number, of which this is the first record.
    pub(super) fn new(number: usize, thread: Arc<str>, at: LineRef, kind: RequestKind, in_call: bool) -> Self {
        let attempt = LogAttempt { thread, kind, begin: Some(at), ..LogAttempt::default() };
        Self { number, attempt, in_call, last: at.time, ..Self::default() }
    }

    /// Returns the attempt as far as it was seen, with its number; `None` when what was seen need not be an attempt.
    pub(super) fn finish(self) -> Option<(usize, LogAttempt)> {
        let trail = self.trail();
        let Self { number, mut attempt, .. } = self;
        let (tries, contradiction) = self.tries.finish();
        (attempt.trail, attempt.tries) = (trail, tries);
        attempt.contradiction = contradiction.map(Box::new).or(self.suspicion);
        attempt.citations.shrink_to_fit();
        let failed = attempt.verdict.is_some();
        let last = attempt.tries.last();
        attempt.verdict = attempt.verdict.filter(|verdict| last.is_none_or(|last| says_more(&verdict.1, last)));
        let seen = attempt.begin_seen || !attempt.tries.is_empty() || attempt.answer.is_some() || failed;
        seen.then_some((number, attempt))
    }

    /// Notes a strange record beside the one at this place. Another component's matters before the attempt's first record alone.
    pub(super) fn suspect(&mut self, at: LineRef, neighbour: Neighbour) {
        let kind = match neighbour.kind {
            NeighbourKind::OtherComponent if self.attempt.begin == Some(at) => ContradictionKind::BehindOther,
            NeighbourKind::OtherComponent => return,
            NeighbourKind::OtherTime => ContradictionKind::OutOfTime,
        };
        let first = LineRef { line: at.line.saturating_add_signed(-neighbour.lines_before), ..at };
        self.suspicion.get_or_insert(Box::new(Contradiction { first, second: at, kind }));
    }

    /// Returns how much of it was seen, as if the level had let everything through.
    fn trail(&self) -> Trail {
        let ends = self.has_ended() || self.attempt.verdict.is_some();
        let complete = self.tries.last().is_some_and(|last| last.get.is_some() && last.result.is_some());
        match complete {
            _ if self.misses_request => Trail::Broken,
            true if ends => Trail::Whole,
            true => Trail::Coarse,
            // What is asked by other means than HTTP, and some tokens, leave no request.
            false if self.ended == Ended::Call && !self.tries.has_request() => Trail::Whole,
            false if self.attempt.verdict.is_some() => Trail::Coarse,
            false => Trail::Broken,
        }
    }

    /// Returns whether it is over: what comes now can only add to its end, or contradict it.
    pub(super) fn has_ended(&self) -> bool {
        self.ended != Ended::Not
    }

    /// Returns whether it is complete enough for another one to follow.
    pub(super) fn has_result(&self) -> bool {
        self.has_ended() || self.tries.results() != Results::Outstanding
    }

    /// Returns whether a record of this time may belong to the attempt.
    pub(super) fn continues(&self, at: LineRef, limit: i64) -> bool {
        let Some((last, now)) = self.last.zip(at.time) else { return true };
        let gap = distance(last, now);
        CLOCK_CHANGES.iter().any(|change| (-DISORDER..=limit).contains(&gap.saturating_sub(*change)))
    }

    /// Returns whether a record is not of the same step as the last one.
    fn is_apart(&self, at: LineRef) -> bool {
        self.last.zip(at.time).is_some_and(|(last, now)| distance(last, now) >= SAME_STEP)
    }

    fn is_later(&self, at: LineRef) -> bool {
        self.last.zip(at.time).is_some_and(|(last, now)| distance(last, now) > AT_ONCE)
    }

    /// Returns whether a record that opens a Test Connection, or is a step of one, is of another one.
    pub(super) fn is_over(&self, what: &What, at: LineRef) -> bool {
        let requested = !self.tries.is_empty();
        match what {
            // What seemed to be a request by itself was one of a Test Connection whose beginning is missing.
            What::Retry(_) => self.ended == Ended::Call || self.has_ended() && self.is_later(at),
            _ if self.has_ended() => true,
            What::Begin => requested || self.opening.is_called() || self.is_later(at),
            What::Verify => requested || self.opening.is_verified(),
            What::Connecting => requested,
            _ => false,
        }
    }

    /// Returns whether a request is another try of the attempt.
    pub(super) fn takes_request(&self, url: &LoggedUrl, kind: RequestKind, at: LineRef) -> bool {
        let Some(last) = self.tries.last().filter(|_| !self.has_ended()) else {
            return self.in_call && !self.has_ended();
        };
        let cut_off = url.host.is_none() || last.host.is_none();
        let same_port = url.port.zip(last.port).is_none_or(|(port, last)| port == last);
        let same_server = cut_off || url.host.as_deref() == last.host.as_deref() && same_port;
        let same_kind = cut_off || kind == self.attempt.kind;
        if self.in_call {
            return same_server && same_kind;
        }
        // At the level INFO nothing announces the retry with another API version. The result of the try before may be
        // written behind it.
        let may_retry = !matches!(self.tries.results(), Results::Response) && !self.is_later(at);
        may_retry && same_server && last.url.as_deref().is_some_and(|last| endpoint::is_other_version(last, &url.text))
    }

    /// Returns whether a result, or what follows a result, is of this attempt.
    pub(super) fn belongs(&self, what: &What, at: LineRef) -> bool {
        let (later, concluded) = (self.is_later(at), self.attempt.verdict.is_some());
        let last = self.tries.last();
        if self.has_ended() {
            let failed = self.tries.has_failed() || self.ended == Ended::Call;
            return match what {
                What::Exception(cause) | What::Complaint(cause) => !later && (failed || cause.kind != CauseKind::Other),
                What::Error(_) => !later && !concluded,
                What::Response(_) | What::Verdict(_) | What::Answer(_) => !later,
                What::RequestEnd => self.ended == Ended::Request && !later && self.is_apart(at),
                _ => false,
            };
        }
        if self.in_call || self.tries.results() == Results::Outstanding || self.tries.owes_result() {
            return true;
        }
        match what {
            What::Body(_) | What::RequestEnd => true,
            What::Verdict(_) => !later || !concluded && self.tries.results().has_error(),
            What::Error(failure) => {
                let hosts = failure.host.as_deref().zip(last.and_then(|last| last.host.as_deref()));
                !later && !concluded && hosts.is_none_or(|(host, last)| host == last)
            }
            _ => !later,
        }
    }

    /// Takes in the next record.
    pub(super) fn add(&mut self, what: What, quote: Option<(CitationRole, Quote)>, at: LineRef, texts: &mut Interner) {
        self.last = at.time.or(self.last);
        if self.take(what, at, texts) {
            self.quote(quote, at, texts);
        }
    }

    /// Begins a request of this kind, a try of the attempt.
    pub(super) fn request(
        &mut self,
        url: LoggedUrl,
        kind: RequestKind,
        quote: Option<(CitationRole, Quote)>,
        at: LineRef,
        texts: &mut Interner,
    ) {
        self.last = at.time.or(self.last);
        self.attempt.kind = kind;
        // Each device has a URL of its own.
        let text = if kind == RequestKind::DeviceQuery { url.text.into() } else { texts.share(&url.text) };
        let host = url.host.as_deref().map(|host| texts.share(host));
        self.tries.begin(LogTry { get: Some(at), url: Some(text), host, port: url.port, ..LogTry::default() });
        self.quote(quote, at, texts);
    }

    /// Takes in what a record tells; returns whether it is worth a quotation.
    fn take(&mut self, what: What, at: LineRef, texts: &mut Interner) -> bool {
        match what {
            What::Begin | What::Verify => {
                let first = self.opening == OpeningMethods::Unseen;
                if matches!(what, What::Begin) {
                    self.opening.call()
                } else {
                    self.opening.verify()
                }
                self.attempt.begin_seen = true;
                first
            }
            What::ApiVersion(version) => {
                let version = version.map(|version| texts.share(&version));
                self.attempt.api_version = version.or(self.attempt.api_version.take());
                true
            }
            What::Connecting | What::ServerStatus => true,
            What::Request | What::Query(_) | What::Get(_) => false,
            What::RequestEnd => {
                // The end of another request, which may have been a try of this attempt, and of which nothing else is there.
                self.misses_request |= self.has_ended();
                if !self.in_call && !self.has_ended() {
                    (self.ended, self.attempt.end) = (Ended::Request, Some(at));
                }
                false
            }
            What::Retry(version) => {
                self.tries.announce(version.map(|version| texts.share(&version)));
                (self.in_call, self.ended, self.attempt.end) = (true, Ended::Not, None);
                true
            }
            What::Proxy(proxy) => {
                self.tries.proxy(proxy);
                true
            }
            What::Response(status) => {
                self.tries.respond(status, at);
                true
            }
            What::Body(body) => {
                self.tries.body(body.looks, body.length);
                true
            }
            What::Error(failure) => {
                self.tries.fail(failure, at);
                self.exclude_success(at);
                true
            }
            What::Exception(cause) | What::Complaint(cause) => {
                self.exclude_success(at);
                self.tries.complain(cause, at)
            }
            What::Verdict(cause) => {
                self.conclude(cause, at);
                true
            }
            What::Answer(answer) => {
                self.answer(LogAnswer { at: Some(at), ..*answer }, at);
                true
            }
        }
    }

    /// Excludes a success, as an error behind a return without one does.
    fn exclude_success(&mut self, at: LineRef) {
        let returned = self.attempt.answer.as_ref().filter(|answer| answer.error_occurred == Some(false));
        if let Some(returned) = returned {
            self.tries.contradict(returned.at, at);
        }
    }

    /// Takes in MdmClient's last word. The first of two counts, unless only the second names a failure.
    fn conclude(&mut self, cause: LogCause, at: LineRef) {
        self.exclude_success(at);
        let last = self.tries.last();
        let cause = last.map_or(cause.clone(), |last| named(cause, last));
        let status = status_of(&cause).zip(last.and_then(|last| last.http_status));
        if status.is_some_and(|(said, known)| said != known) {
            self.tries.contradict(last.and_then(|last| last.result), at);
        }
        let known = self.attempt.verdict.as_ref();
        if known.is_none_or(|known| known.1.kind == CauseKind::Other && cause.kind != CauseKind::Other) {
            self.attempt.verdict = Some(Box::new((at, cause)));
        }
    }

    /// Takes in what `callMdmServerInfo` returns. An error is believed before a success that is told beside it.
    fn answer(&mut self, answer: LogAnswer, at: LineRef) {
        (self.ended, self.attempt.end) = (Ended::Call, Some(at));
        let known = self.attempt.answer.as_ref();
        if let Some(known) = known.filter(|known| known.error_occurred != answer.error_occurred) {
            self.tries.contradict(known.at, at);
        }
        if answer.error_occurred == Some(false) && self.tries.has_failed() {
            self.tries.contradict(self.tries.last().and_then(|last| last.result), at);
        }
        if known.is_none_or(|known| known.error_occurred != Some(true)) {
            self.attempt.answer = Some(Box::new(answer));
        }
    }

    fn quote(&mut self, quote: Option<(CitationRole, Quote)>, at: LineRef, texts: &mut Interner) {
        let Some((role, quote)) = quote else { return };
        let text = match (quote, self.tries.last().and_then(|last| last.url.clone())) {
            (Quote::Words(words), _) => CitationText::Whole(texts.share(&words)),
            (Quote::Sentence(sentence), _) => CitationText::Whole(sentence),
            (Quote::Request(method), Some(url)) => CitationText::Request { method, url },
            (Quote::Request(method), None) => CitationText::Whole(texts.share(method.as_str())),
        };
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
        (_, None, _) => true,
        (SomeTimeout, Some(ConnectTimedOut | HandshakeTimedOut | ReadTimedOut), _) => false,
        (verdict, Some(known), _) => verdict != known && verdict != Other,
    }
}
