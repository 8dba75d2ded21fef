//! The requests of one attempt, each with its results.
//!
//! A request has one result. Where the log tells two that exclude each other, the first one counts and the contradiction is
//! kept: what an MDM server answers, and what exceptions say of it, may hold whole records of a log.

use std::net::IpAddr;
use std::sync::Arc;

use super::attempt_state::{NextRequest, Results};
use super::event::LoggedFailure;
use super::facts::{
    CauseKind, Contradiction, ContradictionKind, LineRef, LogCause, LogTry, ProxyMention, ResponseBody,
};

/// Beyond these, an attempt is no attempt; the last try is kept.
const MAX_TRIES: usize = 64;

/// The requests of an attempt, in order.
#[derive(Default)]
pub(super) struct Tries {
    list: Vec<LogTry>,
    next: NextRequest,
    /// Of the last request.
    results: Results,
    contradiction: Option<Contradiction>,
}

impl Tries {
    /// Returns the last request.
    pub(super) fn last(&self) -> Option<&LogTry> {
        self.list.last()
    }

    /// Returns whether no request was seen, nor a result that implies one.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns whether a `GET:` record was seen.
    pub(super) fn has_request(&self) -> bool {
        self.list.iter().any(|seen| seen.get.is_some())
    }

    /// Returns which results of the last request were seen.
    pub(super) fn results(&self) -> Results {
        self.results
    }

    /// Returns whether the last request is known to have failed.
    pub(super) fn has_failed(&self) -> bool {
        let status = self.last().and_then(|last| last.http_status);
        self.results.has_error() || status.is_some_and(|status| status >= 300)
    }

    /// Returns whether the result of the request before the last one is missing.
    pub(super) fn owes_result(&self) -> bool {
        self.list.iter().nth_back(1).is_some_and(|before| before.result.is_none())
    }

    /// Returns the requests, and the first two records that exclude each other.
    pub(super) fn finish(mut self) -> (Vec<LogTry>, Option<Contradiction>) {
        // There may be hundreds of thousands of attempts; most have one try.
        self.list.shrink_to_fit();
        (self.list, self.contradiction)
    }

    /// Notes that the next request is a retry.
    pub(super) fn announce(&mut self, version: Option<Arc<str>>) {
        self.next.announce(version);
    }

    /// Returns whether the next request was announced as a retry.
    pub(super) fn announced(&self) -> bool {
        self.next.is_retry()
    }

    /// Begins a request.
    pub(super) fn begin(&mut self, begun: LogTry) {
        let api_version = self.next.begin();
        self.push(LogTry { api_version, ..begun });
    }

    fn push(&mut self, begun: LogTry) {
        self.results = Results::Outstanding;
        if self.list.len() == MAX_TRIES {
            self.list.pop();
        }
        self.list.push(begun);
    }

    /// Notes a response code.
    pub(super) fn respond(&mut self, status: Option<u16>, at: LineRef) {
        self.begin_unseen();
        if !self.results.has_response() && self.results.has_error()
            || self.results.has_response() && !self.owes_result()
        {
            let last = self.last_or_unseen();
            let (first, known) = (last.result, last.http_status);
            if status.is_some() && known != status {
                self.contradict(first, at);
            }
        } else {
            let last = self.of_result(self.results.has_response());
            last.http_status = status;
            last.result = last.result.or(Some(at));
        }
        self.results.respond();
    }

    /// Notes a response body of so many bytes.
    pub(super) fn body(&mut self, looks: ResponseBody, length: Option<u32>) {
        let last = self.last_or_unseen();
        (last.body, last.body_length) = (Some(looks), length);
    }

    /// Notes the proxy of the request under way.
    pub(super) fn proxy(&mut self, proxy: ProxyMention) {
        if let Some(last) = self.list.last_mut() {
            last.proxy = Some(proxy);
        }
    }

    /// Notes an error.
    pub(super) fn fail(&mut self, failure: LoggedFailure, at: LineRef) {
        self.begin_unseen();
        let last = self.of_result(self.results.has_error());
        last.host = last.host.take().or(failure.host.map(Arc::from));
        last.port = last.port.or(failure.port);
        let cause = failure.cause.map(|cause| named(cause, last));
        let status = cause.as_ref().and_then(status_of);
        let (first, excluded) =
            (last.result, status.is_some_and(|status| last.http_status.is_some_and(|known| known != status)));
        if excluded {
            self.contradict(first, at);
        } else if !last.cause.as_ref().is_some_and(|known| known.kind != CauseKind::Other) {
            last.http_status = last.http_status.or(status);
            last.cause = cause.map(Box::new).or(last.cause.take());
            last.result = last.result.or(Some(at));
        }
        self.results.fail();
    }

    /// Notes what another error record says of the request; returns whether that adds to what is known.
    pub(super) fn complain(&mut self, cause: LogCause, at: LineRef) -> bool {
        let last = self.last_or_unseen();
        let cause = named(cause, last);
        let sharper = match &last.cause {
            None => true,
            Some(known) => known.kind == CauseKind::Other && cause.kind != CauseKind::Other,
        };
        if sharper {
            last.cause = Some(Box::new(cause));
            last.result = last.result.or(Some(at));
        }
        sharper
    }

    /// Notes that two records exclude each other.
    pub(super) fn contradict(&mut self, first: Option<LineRef>, second: LineRef) {
        let first = first.unwrap_or(second);
        self.contradiction.get_or_insert(Contradiction { first, second, kind: ContradictionKind::Results });
    }

    /// Begins the retry that was announced and whose request is missing, when the result that comes can only be its own.
    fn begin_unseen(&mut self) {
        if self.results != Results::Outstanding && self.announced() && !self.owes_result() {
            self.begin(LogTry::default());
        }
    }

    /// Returns the request under way; one that was not seen where there is none.
    fn last_or_unseen(&mut self) -> &mut LogTry {
        let last = self.list.pop().unwrap_or_default();
        self.list.push_mut(last)
    }

    /// Returns the request that a result is for. A second result of a kind means that the first was of the request before,
    /// whose record was written late.
    fn of_result(&mut self, again: bool) -> &mut LogTry {
        if again && self.owes_result() {
            self.results = Results::Outstanding;
            if let [.., before, last] = self.list.as_mut_slice() {
                before.result = last.result.take();
                before.http_status = last.http_status.take();
                before.body = last.body.take();
                before.body_length = last.body_length.take();
                before.cause = last.cause.take();
            }
        }
        self.last_or_unseen()
    }
}

/// Returns the status that a cause tells.
pub(super) fn status_of(cause: &LogCause) -> Option<u16> {
    match cause.kind {
        CauseKind::HttpStatus(status) => Some(status),
        _ => None,
    }
}

/// Returns the cause with its kind: the host as the only word is what Java says of a name that it could not resolve, the
/// second time within ten seconds at the least (OpenJDK, InetAddress).
pub(super) fn named(cause: LogCause, attempted: &LogTry) -> LogCause {
    let words = cause.words.trim_end_matches('.');
    let proxy = match &attempted.proxy {
        Some(ProxyMention::Named { host, .. }) => Some(host),
        _ => None,
    };
    let mut hosts = attempted.host.iter().chain(proxy).filter(|host| host.parse::<IpAddr>().is_err());
    if cause.kind == CauseKind::Other && hosts.any(|host| host.eq_ignore_ascii_case(words)) {
        return LogCause { kind: CauseKind::UnknownHost, ..cause };
    }
    cause
}
