//! Reads the messages of the MDM component.
//!
//! A message is known by how it begins, in upper or lower case; what stands behind varies between releases. A screen
//! may have cut it off, so the beginning of a known beginning counts too when it is long enough to be no other.

use std::borrow::Cow;
use std::sync::Arc;

use super::endpoint::{self, LoggedUrl};
use super::facts::{CauseKind, CitationRole, Level, LogAnswer, LogCause, Method, ProxyMention, ResponseBody};
use super::record::LogHeader;
use super::{answer, body, cause, repeated};
use crate::model::mdm::RequestKind;
use crate::model::sanitize;

/// Least that must be there of a known beginning that was cut off.
const LEAST: usize = 10;
/// Longest text of a message that is read, where it is not a list of lines.
const MAX_MESSAGE: usize = 4096;

/// A record's meaning, and how it is quoted.
#[derive(Clone, Debug)]
pub(super) struct LogEvent {
    pub(super) what: What,
    pub(super) quote: Option<(CitationRole, Quote)>,
}

/// The words of a quotation.
#[derive(Clone, Debug)]
pub(super) enum Quote {
    /// As they are.
    Words(String),
    /// As they stand in the log again and again.
    Sentence(Arc<str>),
    /// A request, whose URL the record names.
    Request(Method),
}

/// The meaning of a record.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// `callMdmServerInfo` begins.
    Begin,
    /// `verifyServer` begins.
    Verify,
    /// The API version that is configured.
    ApiVersion(Option<String>),
    /// The first try begins.
    Connecting,
    /// The next try will use this API version.
    Retry(Option<String>),
    /// A request is prepared, of whatever kind.
    Request,
    /// A request is over.
    RequestEnd,
    /// The kind of request; `None` for words that are not known.
    Query(Option<RequestKind>),
    /// The request itself.
    Get(LoggedUrl),
    /// The proxy in use.
    Proxy(ProxyMention),
    /// A response, with its status.
    Response(Option<u16>),
    /// What came in the response.
    Body(BodyRecord),
    /// The request failed.
    Error(LoggedFailure),
    /// `verifyServer` caught an exception whose stack trace tells why.
    Exception(LogCause),
    /// Another error of the component, in words that may name a failure.
    Complaint(LogCause),
    /// The last word of MdmClient.
    Verdict(LogCause),
    /// The cache's view of the server.
    ServerStatus,
    /// `callMdmServerInfo` returns.
    Answer(Box<LogAnswer>),
}

/// A response body as its record shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BodyRecord {
    pub(super) looks: ResponseBody,
    /// Whether the outermost element is closed in the record, so that nothing of the body can stand in the lines below.
    pub(super) is_closed: bool,
    /// Bytes; `None` where the body did not end in the record.
    pub(super) length: Option<u32>,
}

/// How a request failed.
#[derive(Clone, Debug, Default)]
pub(super) struct LoggedFailure {
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) cause: Option<LogCause>,
}

/// The beginnings of messages. Longer beginnings stand before those that they begin with.
const KNOWN: [(&str, Known); 25] = [
    ("sendGETRequestDom", Known::Bounds),
    ("sendPOSTRequest", Known::Bounds),
    ("sendPUTRequest", Known::Bounds),
    ("QueryType is", Known::Query),
    ("GET: MDM Server URL", Known::Request(Method::Get)),
    ("POST: MDM Server URL", Known::Request(Method::Post)),
    ("PUT: MDM Server URL", Known::Request(Method::Put)),
    ("DELETE: MDM Server URL", Known::Request(Method::Delete)),
    ("Proxy Config in request", Known::Proxy),
    ("MDM Server Response Code", Known::Response),
    ("Response data received", Known::Body),
    ("Error message while connecting", Known::Error),
    ("MDM Server API error", Known::Error),
    (FAILED_HOST, Known::Error),
    (FAILED, Known::Verdict),
    ("A connection timeout", Known::Verdict),
    ("MDM server - Status", Known::ServerStatus),
    ("inside the method", Known::Begin),
    ("Inside MDMVerifyServer", Known::Verify),
    ("apiVersionSb", Known::ApiVersion),
    ("1. Connecting", Known::Connecting),
    ("retry connecting", Known::Retry),
    ("2. On Error", Known::Retry),
    ("Exception occurred", Known::Exception),
    ("returning from the method", Known::Answer),
];

/// MdmClient's last word begins with these; in other records the reason stands behind them.
const FAILED: &str = "Connection Failed";
const FAILED_HOST: &str = "Connection Failed to the MDM server host";
/// The method whose calls are attempts.
const SERVER_INFO: &str = "callMdmServerInfo";

#[derive(Clone, Copy)]
enum Known {
    Request(Method),
    Query,
    Bounds,
    Proxy,
    Response,
    Body,
    Error,
    Verdict,
    ServerStatus,
    Begin,
    Verify,
    ApiVersion,
    Connecting,
    Retry,
    Exception,
    Answer,
}

/// Reads a message that begins in the header's line, and whatever of it stands in the lines below.
pub(super) fn read(header: &LogHeader<'_>, first: &[u8], more: &[u8]) -> Option<LogEvent> {
    let (first, more) = match first.trim_ascii() {
        [] => split_line(more.trim_ascii_start()),
        first => (first, more),
    };
    let whole_line = first;
    let first = first.get(..MAX_MESSAGE).unwrap_or(first).trim_ascii();
    let Some((known, rest)) = KNOWN.iter().find_map(|(words, known)| Some((*known, begins(first, words)?))) else {
        return unknown(header, first, more);
    };
    let whole = header.time.is_some();
    let (what, role) = match known {
        Known::Bounds if contains(rest, "start") => return Some(LogEvent { what: What::Request, quote: None }),
        Known::Bounds if contains(rest, "end ") => return Some(LogEvent { what: What::RequestEnd, quote: None }),
        Known::Bounds => return None,
        Known::Query => {
            return Some(LogEvent { what: What::Query(RequestKind::of_query_type(&text(rest))), quote: None });
        }
        Known::Request(method) => {
            let url = endpoint::url(text(rest).trim_start_matches([':', ' ']));
            return Some(LogEvent { what: What::Get(url), quote: Some((CitationRole::Get, Quote::Request(method))) });
        }
        Known::Body => return body(whole_line.get(first.len() - rest.len()..).unwrap_or(rest), more),
        Known::Error => return Some(error(first, more)),
        Known::Answer => return answer(rest, more),
        Known::Begin if !is_server_info(rest) => return None,
        Known::Begin => (What::Begin, CitationRole::Begin),
        Known::Verify => (What::Verify, CitationRole::Begin),
        Known::ApiVersion => (What::ApiVersion(version(rest)), CitationRole::ApiVersion),
        Known::Connecting => (What::Connecting, CitationRole::Connecting),
        Known::Retry => (What::Retry(version(rest)), CitationRole::Retry),
        Known::Proxy => (What::Proxy(endpoint::proxy(&text(rest), whole)?), CitationRole::Proxy),
        Known::Response => (What::Response(status(rest)), CitationRole::ResponseCode),
        Known::ServerStatus => (What::ServerStatus, CitationRole::ServerStatus),
        Known::Exception => (What::Exception(exception(first, rest, more)), CitationRole::Error),
        Known::Verdict => (What::Verdict(cause::of(&text(reason(first)), more)), CitationRole::Verdict),
    };
    Some(LogEvent { what, quote: Some((role, repeated::quote(first))) })
}

/// Reads a message that no beginning is known of. It counts as MdmClient's last word when it names a failure, and as a
/// complaint when the component calls it an error.
fn unknown(header: &LogHeader<'_>, first: &[u8], more: &[u8]) -> Option<LogEvent> {
    let client = header.logger.last_chunk::<10>().is_some_and(|end| end.eq_ignore_ascii_case(b".mdmclient"));
    let is_error = header.level.is_some_and(|level| level >= Level::Error);
    if !client && !is_error {
        return None;
    }
    let cause = cause::of(&text(first), more);
    let (what, role) = match cause.kind {
        CauseKind::Other if !is_error || cause.words.is_empty() => return None,
        CauseKind::Other => (What::Complaint(cause), CitationRole::Error),
        _ if client => (What::Verdict(cause), CitationRole::Verdict),
        _ => (What::Complaint(cause), CitationRole::Error),
    };
    Some(LogEvent { what, quote: Some((role, Quote::Words(sanitize::bytes(first)))) })
}

/// Reads `Exception occurred while ...`: the words in front tell something only where nothing else does.
fn exception(first: &[u8], rest: &[u8], more: &[u8]) -> LogCause {
    let cause = cause::of(&text(rest), more);
    match cause.kind {
        CauseKind::Other => LogCause { words: sanitize::bytes(first), ..cause },
        _ => cause,
    }
}

fn body(rest: &[u8], more: &[u8]) -> Option<LogEvent> {
    let start = memchr::memchr(b':', rest).map_or(rest.len(), |colon| colon + 1);
    let begun = rest.get(start..).unwrap_or_default().trim_ascii();
    let body = body::read(begun, more)?;
    let quote = repeated::quote(["Response data received from the MDM server : ", &body.beginning].concat().as_bytes());
    let length = u32::try_from(body.length).ok().filter(|_| body.is_closed);
    let record = BodyRecord { looks: body.looks, is_closed: body.is_closed, length };
    Some(LogEvent { what: What::Body(record), quote: Some((CitationRole::Body, quote)) })
}

fn answer(rest: &[u8], more: &[u8]) -> Option<LogEvent> {
    let answer = is_server_info(rest).then(|| answer::read(more))?;
    let quote = sanitize::line(&answer::quote(&answer));
    let quote = Some((CitationRole::Answer, Quote::Words(quote)));
    Some(LogEvent { what: What::Answer(Box::new(answer)), quote })
}

/// Reads `Error message while connecting to ...`, where the reason follows in the same line or behind the server's name in
/// one below.
fn error(first: &[u8], more: &[u8]) -> LogEvent {
    let (mut line, mut below) = (first, more);
    let named = loop {
        let at = if line.len() < FAILED_HOST.len() { None } else { find(line, FAILED_HOST) };
        if let Some(at) = at {
            break line.get(at + FAILED_HOST.len()..);
        }
        if below.is_empty() || below.len() + MAX_MESSAGE < more.len() {
            break None;
        }
        (line, below) = split_line(below);
        line = line.get(..MAX_MESSAGE).unwrap_or(line);
    };
    let Some(named) = named else {
        let cause = cause::of(text(reason(first)).trim(), more);
        let words = if cause.words.is_empty() { sanitize::bytes(first) } else { cause.words };
        let cause = Some(LogCause { words, ..cause });
        let quote = Some((CitationRole::Error, Quote::Words(sanitize::bytes(first))));
        return LogEvent { what: What::Error(LoggedFailure { host: None, port: None, cause }), quote };
    };
    let named = text(named);
    let (host, port, reason) = endpoint::failed_host(named.trim_start_matches([' ', '-']));
    let cause = cause::of(reason, below);
    let words = if cause.words.is_empty() { sanitize::bytes(line) } else { cause.words };
    let cause = Some(LogCause { words, ..cause });
    let (first, line) = (text(first), text(line));
    let quote = if first == line { line.into_owned() } else { format!("{first} {line}") };
    let quote = Quote::Words(sanitize::line(&quote));
    LogEvent { what: What::Error(LoggedFailure { host, port, cause }), quote: Some((CitationRole::Error, quote)) }
}

/// Returns the part of a line that says why: behind `Connection Failed:`, or behind the first colon; the whole line where
/// nothing stands there.
fn reason(line: &[u8]) -> &[u8] {
    let behind_failed = find(line, FAILED).and_then(|at| {
        let rest = line.get(at + FAILED.len()..)?;
        rest.get(memchr::memchr(b':', rest)? + 1..)
    });
    let behind = behind_failed.or_else(|| line.get(memchr::memchr(b':', line)? + 1..));
    behind.map(<[u8]>::trim_ascii).filter(|reason| !reason.is_empty()).unwrap_or(line)
}

/// Returns whether `: callMdmServerInfo` follows, or as much of it as a screen left.
fn is_server_info(rest: &[u8]) -> bool {
    let method = rest.trim_ascii_start().strip_prefix(b":").unwrap_or(rest).trim_ascii();
    method.iter().zip(SERVER_INFO.as_bytes()).all(|(byte, known)| byte.eq_ignore_ascii_case(known))
}

/// Reads `3` in ` : 3, mdmApiVersion : 1` and ` using api version : 3`.
fn version(rest: &[u8]) -> Option<String> {
    let rest = text(rest);
    let (_, value) = rest.split_once(':')?;
    let value = value.split(',').next()?.trim();
    value.trim_start_matches(['v', 'V']).starts_with(|c: char| c.is_ascii_digit()).then(|| sanitize::line(value))
}

/// Returns the status in ` : 200 OK`.
fn status(rest: &[u8]) -> Option<u16> {
    let digits = rest.iter().skip_while(|byte| !byte.is_ascii_digit()).take_while(|byte| byte.is_ascii_digit());
    let status = digits.take(4).fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    (100..600).contains(&status).then_some(status)
}

/// Returns what follows a known beginning; nothing when the text ends inside of it.
fn begins<'a>(text: &'a [u8], words: &str) -> Option<&'a [u8]> {
    // Most beginnings are told apart by their first letter.
    let (first, other) = (text.first()?, words.as_bytes().first()?);
    if !first.eq_ignore_ascii_case(other) {
        return None;
    }
    let length = text.len().min(words.len());
    let same = text.get(..length)?.eq_ignore_ascii_case(words.as_bytes().get(..length)?);
    text.get(length..).filter(|_| same && length >= LEAST.min(words.len()))
}

/// Finds words in a text, in upper or lower case.
fn find(text: &[u8], words: &str) -> Option<usize> {
    let words = words.as_bytes();
    let first = *words.first()?;
    memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text)
        .find(|at| text.get(*at..at + words.len()).is_some_and(|found| found.eq_ignore_ascii_case(words)))
}

fn contains(text: &[u8], words: &str) -> bool {
    find(text, words).is_some()
}

fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    let (line, rest) = text.split_at_checked(end).unwrap_or_default();
    (line, rest.get(1..).unwrap_or_default())
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
