//! The facts that the log stage hands on: attempts as `ise-psc.log` tells them, each fact with the line that it was read from.

use std::net::IpAddr;

use crate::model::time::LocalTime;
use crate::model::warning::Warning;

/// All that the parts of one node's log say.
#[derive(Clone, Debug, Default)]
pub struct LogFacts {
    /// One entry for each part that was given, in the order in which the parts follow each other in time.
    pub parts: Vec<LogPartFacts>,
    /// The attempts, in order of their first record.
    pub attempts: Vec<LogAttempt>,
    /// What could not be read.
    pub warnings: Vec<Warning>,
}

/// What one file of the log holds.
#[derive(Clone, Debug)]
pub struct LogPartFacts {
    /// Index of the input.
    pub input: usize,
    /// How many records (not lines) the file holds.
    pub records: u64,
    /// The first and the last time stamp; `None` in an excerpt without any.
    pub span: Option<(LocalTime, LocalTime)>,
    /// Wall clock steps of 15 minutes or more between neighbouring records, as DST makes them. Every step back is one.
    /// A step forward may have been a pause: it counts where the log is otherwise never so quiet, and where it is of
    /// the size that DST makes and rare.
    pub steps: Vec<ClockStep>,
}

/// A jump of the log's wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockStep {
    /// The line of the first record after the jump.
    pub line: u64,
    /// The wall clock before.
    pub before: LocalTime,
    /// The wall clock after.
    pub after: LocalTime,
}

/// Where a fact stands in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineRef {
    /// Index of the input.
    pub input: usize,
    /// Line number from 1, as an editor shows it.
    pub line: u64,
    /// The record's time stamp; `None` in an excerpt without time stamps.
    pub time: Option<LocalTime>,
}

/// One attempt: from `callMdmServerInfo` (or the first record seen of it) to its return, on one thread.
#[derive(Clone, Debug, Default)]
pub struct LogAttempt {
    /// The name of the thread, without its brackets.
    pub thread: String,
    /// Record that opens the attempt; the first one seen of it when the log begins in the middle.
    pub begin: Option<LineRef>,
    /// Record that ends it (`returning from the method`); `None` when the log ends before, or another attempt begins.
    pub end: Option<LineRef>,
    /// Whether the opening record itself was seen.
    pub begin_seen: bool,
    /// The requests, in order; never empty when a `GET:` record was seen.
    pub tries: Vec<LogTry>,
    /// The final verdict of MdmClient, when it says more than the tries do.
    pub verdict: Option<(LineRef, LogCause)>,
    /// `apiVersionSb`: the API version that is configured.
    pub api_version: Option<String>,
    /// The answer that `callMdmServerInfo` returns.
    pub answer: Option<LogAnswer>,
    /// The records that a person would want to see, in order of the file.
    pub citations: Vec<LogCitation>,
}

/// One HTTP request as the log tells it.
#[derive(Clone, Debug, Default)]
pub struct LogTry {
    /// The `GET:` record; `None` when only the records after it were seen.
    pub get: Option<LineRef>,
    /// Full URL as logged, without credentials.
    pub url: Option<String>,
    /// Host of the URL in lower case, without brackets; from the `Connection Failed to the MDM server host` line when
    /// the URL is cut off.
    pub host: Option<String>,
    /// Port of the URL, explicit or that of its scheme.
    pub port: Option<u16>,
    /// `2` of `retry connecting using api version : 2`.
    pub api_version: Option<String>,
    /// What `Proxy Config in request` says; `None` when there is no such record.
    pub proxy: Option<ProxyMention>,
    /// The record that told the result: response code or error.
    pub result: Option<LineRef>,
    /// Status from `MDM Server Response Code` or from `404:Not Found` in the error's text.
    pub http_status: Option<u16>,
    /// Whether a response body was logged, and whether it looks like an answer of the MDM API.
    pub body: Option<ResponseBody>,
    /// How it failed.
    pub cause: Option<LogCause>,
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
        host: String,
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

/// How a request failed, in terms of the Java exception that the log quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogCause {
    /// What kind of failure the words stand for.
    pub kind: CauseKind,
    /// The words, shortened to a line.
    pub words: String,
    /// `Connect to HOST:PORT [HOST/ADDRESS, ...] failed`: whom the client was connecting to (server or proxy).
    pub target: Option<ConnectTarget>,
}

/// The endpoint in Apache HttpClient's `Connect to ...` message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectTarget {
    /// Host name, or address as text.
    pub host: String,
    /// Port.
    pub port: Option<u16>,
    /// Addresses between the square brackets.
    pub addresses: Vec<IpAddr>,
}

/// Kinds of failure that the words of Java's exceptions tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CauseKind {
    /// `Name or service not known`, UnknownHostException.
    UnknownHost,
    /// `Connect timed out`, `Connection timed out`, `A connection timeout occurred` (weak: MdmClient says it of every
    /// timeout).
    ConnectTimedOut,
    /// MdmClient's `A connection timeout occurred`: some timeout, of the connect or of the read.
    SomeTimeout,
    /// `Connection refused`.
    Refused,
    /// `No route to host`, `Host unreachable`.
    NoRouteToHost,
    /// `Network is unreachable`.
    NetworkUnreachable,
    /// `Connection reset`, `Broken pipe`.
    Reset,
    /// `Remote host terminated the handshake`, closed during the handshake.
    HandshakeTerminated,
    /// `NoHttpResponseException`, `failed to respond`, premature end: closed instead of an answer.
    ClosedWithoutAnswer,
    /// `Read timed out` after a request (SocketTimeoutException).
    ReadTimedOut,
    /// `ConnectTimeoutException: ... failed: Read timed out`: silence in the TLS handshake (or before the CONNECT's end).
    HandshakeTimedOut,
    /// `PKIX path building failed`, unknown or untrusted CA, self-signed.
    UntrustedCertificate,
    /// `Certificate for <...> doesn't match`, `No subject alternative`.
    HostnameMismatch,
    /// `validity check failed`, `NotAfter`, expired or not yet valid.
    ExpiredCertificate,
    /// `protocol_version`, `No appropriate protocol`.
    ProtocolVersion,
    /// `handshake_failure`, and other TLS words that say no more.
    HandshakeFailure,
    /// `CONNECT` refused by the proxy, with status when the words have one.
    ProxyRefusedConnect(Option<u16>),
    /// `404:Not Found`, an HTTP status (the server's or the proxy's; the log doesn't say whose).
    HttpStatus(u16),
    /// Words that none of the above knows.
    Other,
}

/// A record that proves or tells something, quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogCitation {
    /// Where.
    pub at: LineRef,
    /// What it tells.
    pub role: CitationRole,
    /// The message, in one line, shortened, without secrets.
    pub text: String,
}

/// What a cited record tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum CitationRole {
    Begin,
    ApiVersion,
    Connecting,
    Retry,
    Get,
    Proxy,
    ResponseCode,
    Body,
    Error,
    Verdict,
    ServerStatus,
    Answer,
}
