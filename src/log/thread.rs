//! One thread of the node. It carries one request at a time, alone or within a Test Connection, and its name comes again
//! for the next.
//!
//! Where records are missing, because the log begins late, a level hides them or somebody filtered them, what is left is
//! taken as far as it can only belong to an attempt. What the component calls an error is never lost.

use std::sync::Arc;

use super::attempt_builder::AttemptBuilder;
use super::endpoint::LoggedUrl;
use super::event::{LogEvent, Quote, What};
use super::facts::{CauseKind, CitationRole, LineRef};
use super::intern::Interner;
use super::neighbours::Neighbour;
use super::shelf::Shelf;
use crate::model::mdm::RequestKind;
use crate::model::time::SECOND;
use crate::model::url;

/// Records of one attempt follow each other within this time, but for the wait for a result.
const PAUSE: i64 = 600 * SECOND;
/// The longest wait for a result: many addresses, each with the operating system's own timeout.
const WAIT: i64 = 7200 * SECOND;

/// The state of one thread.
pub(super) struct Thread {
    name: Arc<str>,
    /// The latest attempt; one that is over stays here until another begins, since more may be said of it.
    open: Option<AttemptBuilder>,
    /// Whether a Test Connection has begun and not returned.
    in_call: bool,
    upcoming: Upcoming,
    /// The part of the log in which the thread was last seen.
    part: usize,
}

/// The next request, as far as records before it tell.
#[derive(Clone, Copy, Debug, Default)]
struct Upcoming {
    /// The first of them.
    first: Option<LineRef>,
    query: QueryType,
}

/// The words behind `QueryType is`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum QueryType {
    /// There are none.
    #[default]
    Unsaid,
    /// They are not known.
    Unknown,
    Known(RequestKind),
}

impl Thread {
    /// Makes a thread of this name that was not seen before.
    pub(super) fn new(name: Arc<str>) -> Self {
        Self { name, open: None, in_call: false, upcoming: Upcoming::default(), part: 0 }
    }

    /// Takes in the thread's next record, which stands in this part of the log.
    pub(super) fn add(&mut self, at: LineRef, event: LogEvent, part: usize, shelf: &mut Shelf, texts: &mut Interner) {
        let LogEvent { what, quote } = event;
        let known = std::mem::replace(&mut self.part, part) == part;
        let limit = if is_result(&what) { WAIT } else { PAUSE };
        if self.open.as_ref().is_some_and(|open| !open.continues(at, limit)) {
            self.close(shelf);
        }
        match what {
            What::Begin | What::Verify | What::ApiVersion(_) | What::Connecting | What::Retry(_) => {
                self.call(what, quote, at, shelf, texts);
            }
            What::Request => self.prepare(None, at, shelf),
            What::Query(kind) => self.prepare(Some(kind.map_or(QueryType::Unknown, QueryType::Known)), at, shelf),
            What::Get(url) => self.request(url, quote, at, shelf, texts),
            What::Proxy(_) | What::ServerStatus => {
                if let Some(open) = self.open.as_mut().filter(|open| !open.has_ended()) {
                    open.add(what, quote, at, texts);
                }
            }
            _ => self.result(what, quote, at, known, shelf, texts),
        }
    }

    /// Notes that the record at this place, the last that was added, has a strange one beside it.
    pub(super) fn suspect(&mut self, at: LineRef, neighbour: Neighbour) {
        if let Some(open) = &mut self.open {
            open.suspect(at, neighbour);
        }
    }

    /// Puts away what is open at the end of the log.
    pub(super) fn finish(mut self, shelf: &mut Shelf) {
        self.close(shelf);
    }

    fn close(&mut self, shelf: &mut Shelf) {
        shelf.close(self.open.take());
        self.in_call = false;
    }

    /// Begins a Test Connection, or goes on with it.
    fn call(
        &mut self,
        what: What,
        quote: Option<(CitationRole, Quote)>,
        at: LineRef,
        shelf: &mut Shelf,
        texts: &mut Interner,
    ) {
        if self.open.as_ref().is_some_and(|open| {
            open.is_over(&what, at) || !self.in_call && open.has_result() && !matches!(what, What::Retry(_))
        }) {
            self.close(shelf);
        }
        self.in_call = true;
        if self.open.is_none() {
            self.open = shelf.begin(&self.name, at, RequestKind::ServerInfo, true);
            self.upcoming = Upcoming::default();
        }
        if let Some(open) = &mut self.open {
            open.add(what, quote, at, texts);
        }
    }

    /// Prepares a request: outside of a Test Connection the one before is over.
    fn prepare(&mut self, query: Option<QueryType>, at: LineRef, shelf: &mut Shelf) {
        if !self.in_call && self.open.as_ref().is_some_and(|open| open.has_ended()) {
            self.close(shelf);
        }
        self.upcoming.first.get_or_insert(at);
        self.upcoming.query = query.unwrap_or(self.upcoming.query);
    }

    /// Begins a request: another try of the attempt under way, or another attempt.
    fn request(
        &mut self,
        url: LoggedUrl,
        quote: Option<(CitationRole, Quote)>,
        at: LineRef,
        shelf: &mut Shelf,
        texts: &mut Interner,
    ) {
        let kind = self.kind_of(&url);
        let upcoming = std::mem::take(&mut self.upcoming);
        if self.open.as_ref().is_some_and(|open| !open.takes_request(&url, kind, at)) {
            shelf.close(self.open.take());
        }
        if self.open.is_none() {
            let first = upcoming.first.filter(|first| first.input == at.input).unwrap_or(at);
            self.open = shelf.begin(&self.name, first, kind, self.in_call);
        }
        if let Some(open) = &mut self.open {
            open.request(url, kind, quote, at, texts);
        }
    }

    /// Takes a result, or what is said behind one. Without a request that it can be of, it opens an attempt where it is an error,
    /// or where the log begins late.
    fn result(
        &mut self,
        what: What,
        quote: Option<(CitationRole, Quote)>,
        at: LineRef,
        known: bool,
        shelf: &mut Shelf,
        texts: &mut Interner,
    ) {
        let belongs = self.open.as_ref().map(|open| open.belongs(&what, at));
        if belongs != Some(true) {
            let names_failure = |cause: CauseKind| cause != CauseKind::Other;
            let opens = match &what {
                What::Error(_) | What::Verdict(_) => true,
                What::Exception(cause) | What::Complaint(cause) => names_failure(cause.kind),
                What::Response(_) | What::Answer(_) => true,
                _ => !known,
            };
            let adds = self.open.as_ref().is_some_and(|open| open.has_ended() && open.continues(at, 2 * SECOND));
            if !opens || adds && !matches!(what, What::Error(_)) {
                return;
            }
            self.close(shelf);
            let kind = match (&what, self.upcoming.query) {
                (What::Answer(_), _) => RequestKind::ServerInfo,
                (_, QueryType::Known(kind)) => kind,
                (What::Complaint(cause) | What::Verdict(cause), _) if cause.kind == CauseKind::TokenRefused => {
                    RequestKind::Token
                }
                _ => RequestKind::Other,
            };
            let first = std::mem::take(&mut self.upcoming).first.filter(|first| first.input == at.input).unwrap_or(at);
            self.open = shelf.begin(&self.name, first, kind, false);
        }
        let returns = matches!(what, What::Answer(_));
        if let Some(open) = &mut self.open {
            open.add(what, quote, at, texts);
        }
        if returns {
            self.in_call = false;
        }
    }

    /// Returns the kind of a request: by its URL, by what the log calls it, or by the call that it is part of.
    fn kind_of(&self, url: &LoggedUrl) -> RequestKind {
        let by_url = RequestKind::of_target(url.host.as_deref(), &url.text);
        let has_target = url.host.is_some() && url::Url::split(&url.text).path().len() > 1;
        match (by_url, self.upcoming.query) {
            (Some(kind), _) | (None, QueryType::Known(kind)) => kind,
            (None, QueryType::Unsaid) if self.in_call && !has_target => RequestKind::ServerInfo,
            (None, _) => RequestKind::Other,
        }
    }
}

fn is_result(what: &What) -> bool {
    matches!(
        what,
        What::Response(_)
            | What::Error(_)
            | What::Exception(_)
            | What::Complaint(_)
            | What::Verdict(_)
            | What::Answer(_)
    )
}
