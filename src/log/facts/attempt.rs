//! An attempt as the log tells it.

use std::sync::Arc;

use super::cause::{CauseKind, LogCause};
use super::citation::LogCitation;
use super::line_ref::LineRef;
use crate::model::mdm::{DeviceCriterion, RequestKind};

/// One attempt: a request, or a Test Connection from `callMdmServerInfo` (or the first record seen of it) to its return, on
/// one thread. There may be hundreds of thousands, so what they share is kept once.
#[derive(Clone, Debug, Default)]
pub struct LogAttempt {
    /// The name of the thread, without its brackets.
    pub thread: Arc<str>,
    /// What is asked for.
    pub kind: RequestKind,
    /// Record that opens the attempt; the first one seen of it when the log begins in the middle.
    pub begin: Option<LineRef>,
    /// Record that ends it: `returning from the method`, or the end of the request; `None` when the log ends before,
    /// another attempt begins, or the level hides it.
    pub end: Option<LineRef>,
    /// Whether the opening record of a Test Connection was seen.
    pub begin_seen: bool,
    /// The requests, in order; never empty when a `GET:` record was seen.
    pub tries: Vec<LogTry>,
    /// The final verdict of MdmClient, when it says more than the tries do.
    pub verdict: Option<Box<(LineRef, LogCause)>>,
    /// `apiVersionSb`: the API version that is configured.
    pub api_version: Option<Arc<str>>,
    /// The answer that `callMdmServerInfo` returns.
    pub answer: Option<Box<LogAnswer>>,
    /// How much of it the log shows.
    pub trail: Trail,
    /// Results that exclude each other.
    pub contradiction: Option<Box<Contradiction>>,
    /// The records that a person would want to see, in order of the file.
    pub citations: Vec<LogCitation>,
}

impl LogAttempt {
    /// Returns which device the last request asks for, and by what; `None` for everything but device queries.
    pub fn query(&self) -> Option<DeviceCriterion> {
        let url = self.tries.iter().rev().find_map(|attempted| attempted.url.as_deref());
        url.filter(|_| self.kind == RequestKind::DeviceQuery).and_then(DeviceCriterion::of_target)
    }

    /// Returns the log's own words of the failure, in one line and without stack trace. Words of an earlier try stand for
    /// those of the last one where these say less of the same failure: Java's second lookup within ten seconds of a failed
    /// one says no more than the host (OpenJDK, InetAddress).
    pub fn reason(&self) -> Option<&str> {
        let words = |cause: &LogCause| !cause.words.is_empty();
        let last = self.tries.last().and_then(|last| last.cause.as_deref()).filter(|cause| words(cause));
        let verdict = self.verdict.as_ref().map(|verdict| &verdict.1).filter(|cause| words(cause));
        let named = |cause: &&LogCause| !matches!(cause.kind, CauseKind::Other | CauseKind::SomeTimeout);
        let cause = last.filter(named).or(verdict.filter(named)).or(last).or(verdict);
        let fuller = cause.filter(|cause| cause.is_bare()).and_then(|cause| {
            let mut others = self.tries.iter().rev().filter_map(|attempted| attempted.cause.as_deref());
            others.find(|other| other.kind == cause.kind && !other.is_bare())
        });
        let told = fuller.or(cause).map(|cause| cause.words.as_str());
        told.or_else(|| self.answer.as_ref()?.error_message.as_deref())
    }
}

/// How much of an attempt's records the log shows, as far as one can tell by what must stand there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trail {
    /// Records are missing that others of the attempt imply: the request of a result, the result of a request, the return
    /// of a call. What is missing may have been another try.
    #[default]
    Broken,
    /// All that the level lets through is there; beginning and end of a Test Connection are of a finer one, so there may
    /// have been tries before and after.
    Coarse,
    /// From its beginning over each request and its result to its end.
    Whole,
}

/// One HTTP request as the log tells it.
#[derive(Clone, Debug, Default)]
pub struct LogTry {
    /// The `GET:` record; `None` when only the records after it were seen.
    pub get: Option<LineRef>,
    /// Full URL as logged, without credentials.
    pub url: Option<Arc<str>>,
    /// Host of the URL in lower case, without brackets; from the `Connection Failed to the MDM server host` line when
    /// the URL is cut off.
    pub host: Option<Arc<str>>,
    /// Port of the URL, explicit or that of its scheme.
    pub port: Option<u16>,
    /// `2` of `retry connecting using api version : 2`.
    pub api_version: Option<Arc<str>>,
    /// What `Proxy Config in request` says; `None` when there is no such record.
    pub proxy: Option<ProxyMention>,
    /// The record that told the result: response code or error.
    pub result: Option<LineRef>,
    /// Status from `MDM Server Response Code` or from `404:Not Found` in the error's text.
    pub http_status: Option<u16>,
    /// What the response body looks like; `None` when there is no record of it, as the level TRACE alone has one.
    pub body: Option<ResponseBody>,
    /// Bytes of the response body; `None` when there is no record of all of it.
    pub body_length: Option<u32>,
    /// How it failed. [`CauseKind::Other`] is a failure too, in words that no rule knows.
    pub cause: Option<Box<LogCause>>,
}

impl LogTry {
    /// Returns whether a proxy was in use; `None` when the log does not say.
    pub fn is_proxied(&self) -> Option<bool> {
        self.proxy.as_ref().map(|proxy| *proxy != ProxyMention::None)
    }
}

/// What the log says of the response body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseBody {
    /// `<ise_api>` with content, or cut off while it still looked like that.
    IseApi,
    /// JSON, as identity providers and directories answer.
    Json,
    /// Something else, such as a login page.
    Other,
}

/// A proxy as far as the log names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyMention {
    /// A proxy is configured; the text does not say which.
    Unnamed,
    /// Host or address, and port when given.
    Named {
        /// Host name or address.
        host: Arc<str>,
        /// Port.
        port: Option<u16>,
    },
    /// The record says that there is none.
    None,
}

/// The fields of the answer (`name: value` lines); `null` and absence are both `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the log")]
pub struct LogAnswer {
    pub api_path: Option<String>,
    pub redirect_url: Option<String>,
    pub api_version: Option<String>,
    pub vendor: Option<String>,
    pub product_name: Option<String>,
    pub product_version: Option<String>,
    pub error_message: Option<String>,
    /// `errorOccurred`; `None` when the log does not reach that line.
    pub error_occurred: Option<bool>,
    /// The record.
    pub at: Option<LineRef>,
}

/// Two records that cannot both be true of one attempt. Bodies and exception texts are the other side's words and may hold
/// whole records of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The record that came first.
    pub first: LineRef,
    /// The record that excludes it.
    pub second: LineRef,
    /// In which way.
    pub kind: ContradictionKind,
}

/// In which way two records exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContradictionKind {
    /// They tell different results of the same request.
    Results,
    /// The attempt begins and ends inside of a text that the other side sent, which the first record begins.
    Quoted,
    /// The attempt begins right behind a record of another component on its thread, which may have brought it as text.
    BehindOther,
    /// A record beside it is of another time, as where somebody guessed it.
    OutOfTime,
}
