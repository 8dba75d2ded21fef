//! Reads the messages of the MDM component.
//!
//! A message is known by how it begins, in upper or lower case; what stands behind varies between releases. A screen
//! may have cut it off, so the beginning of a known beginning counts too when it is long enough to be no other.

use std::borrow::Cow;

use super::endpoint::{self, Url};
use super::facts::{CauseKind, CitationRole, LogAnswer, LogCause, ProxyMention, ResponseBody};
use super::record::Header;
use super::{answer, body, cause};
use crate::model::sanitize;

/// Least that must be there of a known beginning that was cut off.
const LEAST: usize = 10;
/// Longest text of a message that is read, where it is not a list of lines.
const MAX_MESSAGE: usize = 4096;

/// What a record tells, and how it is quoted.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) what: What,
    pub(super) quote: Option<(CitationRole, String)>,
}

/// What a record tells.
#[derive(Debug)]
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
    /// A request begins, of whatever kind.
    Request,
    /// The kind of request.
    Query(Query),
    /// The request itself.
    Get(Url),
    /// The proxy in use.
    Proxy(ProxyMention),
    /// A response, with its status.
    Response(Option<u16>),
    /// What came in the response.
    Body(ResponseBody),
    /// The request failed.
    Error(Failure),
    /// `verifyServer` caught an exception whose stack trace tells why.
    Exception(LogCause),
    /// The last word of MdmClient.
    Verdict(LogCause),
    /// The cache's view of the server.
    ServerStatus,
    /// `callMdmServerInfo` returns.
    Answer(Box<LogAnswer>),
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Query {
    /// The server itself: what an attempt does.
    Server,
    /// Devices: no attempt.
    Device,
    /// Words that are not known.
    Unknown,
}

/// How a request failed.
#[derive(Debug, Default)]
pub(super) struct Failure {
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) cause: Option<LogCause>,
}

/// How messages begin. Longer beginnings stand before those that they begin with.
const KNOWN: [(&str, Known); 19] = [
    ("sendGETRequestDom", Known::Request),
    ("QueryType is", Known::Query),
    ("GET: MDM Server URL", Known::Get),
    ("Proxy Config in request", Known::Proxy),
    ("MDM Server Response Code", Known::Response),
    ("Response data received", Known::Body),
    ("Error message while connecting", Known::Error),
    (FAILED_HOST, Known::Error),
    ("Connection Failed", Known::Verdict),
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

const FAILED_HOST: &str = "Connection Failed to the MDM server host";
/// The method whose calls are attempts.
const SERVER_INFO: &str = "callMdmServerInfo";

#[derive(Clone, Copy)]
enum Known {
    Request,
    Query,
    Get,
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
pub(super) fn read(header: &Header<'_>, first: &[u8], more: &[u8]) -> Option<Event> {
    let (first, more) = match first.trim_ascii() {
        [] => split_line(more.trim_ascii_start()),
        first => (first, more),
    };
    let first = first.get(..MAX_MESSAGE).unwrap_or(first).trim_ascii();
    let Some((known, rest)) = KNOWN.iter().find_map(|(words, known)| Some((*known, begins(first, words)?))) else {
        return other_verdict(header, first, more);
    };
    let whole = header.time.is_some();
    let (what, role) = match known {
        Known::Request if contains(rest, "start") => return Some(Event { what: What::Request, quote: None }),
        Known::Request => return None,
        Known::Query => return Some(Event { what: What::Query(query(rest)), quote: None }),
        Known::Get => return Some(get(rest)),
        Known::Body => return body(rest, more),
        Known::Error => return Some(error(first, more)),
        Known::Answer => return answer(rest, more),
        Known::Begin if !is_server_info(rest) => return None,
        Known::Begin => (What::Begin, CitationRole::Begin),
        Known::Verify => (What::Verify, CitationRole::Begin),
        Known::ApiVersion => (What::ApiVersion(version(rest)), CitationRole::ApiVersion),
        Known::Connecting => (What::Connecting, CitationRole::Connecting),
        Known::Retry => (What::Retry(version(rest)), CitationRole::Retry),
        Known::Proxy => (What::Proxy(endpoint::proxy(&text(rest), whole)), CitationRole::Proxy),
        Known::Response => (What::Response(status(rest)), CitationRole::ResponseCode),
        Known::ServerStatus => (What::ServerStatus, CitationRole::ServerStatus),
        Known::Exception => (What::Exception(cause::of(&text(rest), more)), CitationRole::Error),
        Known::Verdict => {
            let words = begins(first, "Connection Failed:").unwrap_or(first);
            (What::Verdict(cause::of(text(words).trim(), more)), CitationRole::Verdict)
        }
    };
    Some(Event { what, quote: Some((role, sanitize::bytes(first))) })
}

/// Reads what MdmClient says in other words, which counts when it names a failure.
fn other_verdict(header: &Header<'_>, first: &[u8], more: &[u8]) -> Option<Event> {
    if !header.logger.to_ascii_lowercase().ends_with(b".mdmclient") {
        return None;
    }
    let cause = cause::of(&text(first), more);
    let quote = Some((CitationRole::Verdict, sanitize::bytes(first)));
    (cause.kind != CauseKind::Other).then_some(Event { what: What::Verdict(cause), quote })
}

fn get(rest: &[u8]) -> Event {
    let url = endpoint::url(text(rest).trim_start_matches([':', ' ']));
    let quote = sanitize::line(&format!("GET: MDM Server URL: {}", url.text));
    Event { what: What::Get(url), quote: Some((CitationRole::Get, quote)) }
}

fn body(rest: &[u8], more: &[u8]) -> Option<Event> {
    let start = memchr::memchr(b':', rest).map_or(rest.len(), |colon| colon + 1);
    let begun = rest.get(start..).unwrap_or_default().trim_ascii();
    let (body, beginning) = body::read(&[begun, more.get(..MAX_MESSAGE).unwrap_or(more)].concat())?;
    let quote = sanitize::line(&format!("Response data received from the MDM server : {beginning}"));
    Some(Event { what: What::Body(body), quote: Some((CitationRole::Body, quote)) })
}

fn answer(rest: &[u8], more: &[u8]) -> Option<Event> {
    let answer = is_server_info(rest).then(|| answer::read(more))?;
    let quote = sanitize::line(&answer::quote(&answer));
    Some(Event { what: What::Answer(Box::new(answer)), quote: Some((CitationRole::Answer, quote)) })
}

/// `Error message while connecting to ...`, where the reason follows in the same line or behind the server's name in
/// one below.
fn error(first: &[u8], more: &[u8]) -> Event {
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
        // The reason stands behind `Connection Failed:`, or behind the first colon.
        let words = match find(first, "Connection Failed:") {
            Some(at) => first.get(at + "Connection Failed:".len()..),
            None => memchr::memchr(b':', first).and_then(|at| first.get(at + 1..)),
        };
        let cause = cause::of(text(words.unwrap_or_default()).trim(), more);
        let cause = Some(cause).filter(|cause| !cause.words.is_empty());
        let quote = Some((CitationRole::Error, sanitize::bytes(first)));
        return Event { what: What::Error(Failure { host: None, port: None, cause }), quote };
    };
    let named = text(named);
    let (host, port, reason) = endpoint::failed_host(named.trim_start_matches([' ', '-']));
    let cause = Some(cause::of(reason, below)).filter(|cause| !cause.words.is_empty());
    let (first, line) = (text(first), text(line));
    let quote = if first == line { line.into_owned() } else { format!("{first} {line}") };
    Event {
        what: What::Error(Failure { host, port, cause }),
        quote: Some((CitationRole::Error, sanitize::line(&quote))),
    }
}

fn query(rest: &[u8]) -> Query {
    const SERVER: [&str; 3] = ["heartbeat", "serverinfo", "mdminfo"];
    const DEVICE: [&str; 9] = ["device", "mac", "compl", "serial", "udid", "imei", "guid", "user", "endpoint"];
    if SERVER.iter().any(|word| contains(rest, word)) {
        Query::Server
    } else if DEVICE.iter().any(|word| contains(rest, word)) {
        Query::Device
    } else {
        Query::Unknown
    }
}

/// Returns whether `: callMdmServerInfo` follows, or as much of it as a screen left.
fn is_server_info(rest: &[u8]) -> bool {
    let method = rest.trim_ascii_start().strip_prefix(b":").unwrap_or(rest).trim_ascii();
    method.iter().zip(SERVER_INFO.as_bytes()).all(|(byte, known)| byte.eq_ignore_ascii_case(known))
}

/// `3` in ` : 3, mdmApiVersion : 1` and ` using api version : 3`.
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

/// What follows a known beginning; nothing when the text ends inside of it.
fn begins<'a>(text: &'a [u8], words: &str) -> Option<&'a [u8]> {
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
