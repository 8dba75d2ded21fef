//! Tells failures apart by the words of Java's exceptions.
//!
//! The client's own words come first; the lines below them and the stack trace are asked where they name no failure.

use std::sync::LazyLock;

use CauseKind::*;
use aho_corasick::AhoCorasick;

use super::endpoint;
use super::exception_patterns::{PatternWeight, TABLE};
use super::facts::{CauseKind, LogCause};
use crate::model::any_case::lower_case;
use crate::model::sanitize;

/// Longest text in which a cause is looked for.
const MAX_WORDS: usize = 2048;
/// Longest line below that is read: more than is kept of it, so that no secret is cut in two.
const MAX_LINE: usize = 4096;
/// Most lines below the words that are looked at, frames of the stack trace aside.
const MAX_LINES: usize = 32;
/// So much of a phrase must be there for one that the right edge of a screen cut off.
const LEAST_OF_PHRASE: usize = 8;
/// An HTTP status follows these, in lower case, behind blanks, a colon or the like.
const BEFORE_STATUS: [&str; 8] = [
    "connection failed:",
    "response code",
    "status code",
    "error code",
    "http status",
    "http error",
    "http/1.",
    "http/2",
];

static PHRASES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| lower_case(TABLE.iter().map(|(words, ..)| words)));

/// Builds the search for the phrases, which takes as long as to read a small log.
pub(super) fn prepare() {
    LazyLock::force(&PHRASES);
}

/// Returns what failed, by the client's own words and, where these are vague, by the lines and the stack trace below them.
pub(super) fn of(words: &str, below: &[u8]) -> LogCause {
    let (mut kind, mut weight) = kind(words);
    let mut cause = LogCause { kind, words: sanitize::line(words), target: endpoint::connect_target(words) };
    let mut dated = is_dated(words);
    for line in telling_lines(below) {
        if weight == PatternWeight::Failure && (kind != ExpiredCertificate || dated) {
            break;
        }
        let (found, says) = self::kind(&line);
        if says > weight || kind == ExpiredCertificate && found == kind && is_dated(&line) {
            // What was read while connecting was the server's part of the handshake.
            let connecting = cause.target.is_some() || matches!(kind, ConnectTimedOut | HandshakeFailure);
            kind = if found == ReadTimedOut && connecting { HandshakeTimedOut } else { found };
            weight = says;
            dated = is_dated(&line);
            let target = cause.target.take().or_else(|| endpoint::connect_target(&line));
            cause = LogCause { kind, words: sanitize::line(&line), target };
        } else if cause.words.is_empty() {
            cause.words = sanitize::line(&line);
        }
    }
    cause
}

/// Returns the lines of the message, and behind them those of the stack trace that name exceptions, without what stands in
/// front of them.
fn telling_lines(below: &[u8]) -> impl Iterator<Item = String> {
    let mut in_trace = false;
    let lines = below.split(|byte| *byte == b'\n').map(|line| line.trim_ascii()).filter(|line| !line.is_empty());
    let told = lines.filter_map(move |line| {
        let frame = line.starts_with(b"at ") || line.starts_with(b"... ");
        in_trace |= frame;
        let text = String::from_utf8_lossy(line.get(..MAX_LINE).unwrap_or(line));
        match text.split_once("Caused by:") {
            _ if frame => None,
            Some((_, cause)) => Some(cause.trim().to_owned()),
            None if in_trace && !text.contains("Exception") => None,
            None => Some(text.into_owned()),
        }
    });
    told.take(MAX_LINES)
}

/// Returns whether the words say until or from when a certificate is valid.
fn is_dated(words: &str) -> bool {
    words.contains("NotAfter") || words.contains("NotBefore")
}

fn kind(words: &str) -> (CauseKind, PatternWeight) {
    let words = &*words.split_at(words.floor_char_boundary(MAX_WORDS)).0.to_ascii_lowercase();
    let Some(phrases) = &*PHRASES else { return (Other, PatternWeight::Nothing) };
    let first = phrases.find_overlapping_iter(words).map(|found| found.pattern().as_usize()).min();
    let (kind, weight) = match first.and_then(|first| TABLE.get(first)) {
        Some((_, ProxyRefusedConnect(_), weight)) => return (ProxyRefusedConnect(status(words)), *weight),
        // The identity provider says it with 400 or 401, and the reason behind the status tells more.
        Some((_, TokenRefused, weight)) => return (TokenRefused, *weight),
        Some((_, ReadTimedOut, weight)) if is_connecting(words) => (HandshakeTimedOut, *weight),
        Some(("timed out", ..)) if words.contains("connect to ") => (ConnectTimedOut, PatternWeight::Failure),
        Some((_, kind, weight)) => (*kind, *weight),
        None => (Other, PatternWeight::Nothing),
    };
    if let Some(status) = status(words) {
        return (HttpStatus(status), PatternWeight::Failure);
    }
    match cut_off(words).filter(|_| weight < PatternWeight::Failure) {
        Some(kind) => (kind, PatternWeight::Failure),
        None => (kind, weight),
    }
}

/// Returns whether words in lower case are `Connect to HOST:PORT [...] failed: ...`, or the exception's name that stands for it.
fn is_connecting(words: &str) -> bool {
    words.contains("connecttimeoutexception") || words.contains("connect to ") && words.contains(" failed:")
}

/// Returns the failure whose words the end of a text in lower case begins, if that can be one only.
fn cut_off(words: &str) -> Option<CauseKind> {
    let text = words.trim_end();
    let mut kinds =
        TABLE.iter().filter(|(_, _, weight)| *weight == PatternWeight::Failure).filter_map(|(phrase, kind, _)| {
            let least = LEAST_OF_PHRASE.max(phrase.len() * 3 / 5);
            let cut = (least..phrase.len()).any(|length| phrase.get(..length).is_some_and(|part| text.ends_with(part)));
            cut.then_some(*kind)
        });
    let kind = kinds.next()?;
    kinds.all(|other| other == kind).then_some(kind)
}

/// Reads the HTTP status in `404:Not Found: ...`, `Connection Failed: 401:Unauthorized: ...`, `HTTP/1.1 407 ...` or
/// `Server returned HTTP response code: 404 for URL: ...`.
pub(super) fn status(words: &str) -> Option<u16> {
    let lower = words.to_ascii_lowercase();
    let behind =
        |marker: &&str| lower.match_indices(*marker).find_map(|(at, _)| number(lower.get(at + marker.len()..)?));
    let leading = number(&lower).filter(|_| lower.starts_with(|c: char| c.is_ascii_digit()));
    leading.or_else(|| BEFORE_STATUS.iter().find_map(behind))
}

/// Reads a status that a text begins with, as a word of its own; the rest of a version of HTTP may stand before it.
fn number(text: &str) -> Option<u16> {
    let text = match text.split_once(' ') {
        Some((version, rest)) if version.len() <= 1 => rest,
        _ => text,
    };
    let text = text.trim_start_matches([' ', ':', '=', '-']);
    let (digits, rest) = text.split_at_checked(3)?;
    let ends = rest.chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '.');
    digits.parse().ok().filter(|status| (100..600).contains(status) && ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_java_and_http_client_are_known() {
        let cases = [
            ("tf3e0.example.com: Name or service not known", UnknownHost),
            ("java.net.UnknownHostException: tf3e0.example.com", UnknownHost),
            ("t.example.com: Temporary failure in name resolution", UnknownHost),
            ("t.example.com: No address associated with hostname", UnknownHost),
            ("Connect to h:443 [h/198.51.100.7] failed: Connection timed out (Connection timed out)", ConnectTimedOut),
            ("Connect to h:443 [h/198.51.100.7] failed: connect timed out", ConnectTimedOut),
            ("connect timed out", ConnectTimedOut),
            ("Connect to h:443 [h/198.51.100.7] timed out", ConnectTimedOut),
            (
                "org.apache.http.conn.ConnectTimeoutException: Connect to h:443 failed: Read timed out",
                HandshakeTimedOut,
            ),
            ("A connection timeout occurred. Check the connection settings", SomeTimeout),
            ("Read timed out", ReadTimedOut),
            ("java.net.SocketTimeoutException: Read timed out", ReadTimedOut),
            ("Connection timed out (Read failed)", ReadTimedOut),
            ("Connect to h:8443 [h/198.51.100.7] failed: Connection refused (Connection refused)", Refused),
            ("No route to host (Host unreachable)", NoRouteToHost),
            ("Network is unreachable (connect failed)", NetworkUnreachable),
            ("Connection reset", Reset),
            ("javax.net.ssl.SSLException: java.net.SocketException: Broken pipe (Write failed)", Reset),
            ("Remote host terminated the handshake", HandshakeTerminated),
            ("Remote host closed connection during handshake", HandshakeTerminated),
            ("t.example.com:443 failed to respond", ClosedWithoutAnswer),
            ("Premature end of Content-Length delimited message body (expected: 9; received: 1)", ClosedWithoutAnswer),
            ("sun.security.validator.ValidatorException: PKIX path building failed: x", UntrustedCertificate),
            ("Received fatal alert: unknown_ca", ClientCertificate),
            ("Received fatal alert: bad_certificate", ClientCertificate),
            ("Received fatal alert: certificate_required", ClientCertificate),
            ("Certificate for <h> doesn't match any of the subject alternative names: [x]", HostnameMismatch),
            ("No subject alternative DNS name matching h found.", HostnameMismatch),
            ("java.security.cert.CertificateException: No name matching h found", HostnameMismatch),
            ("PKIX path validation failed: x.CertPathValidatorException: validity check failed", ExpiredCertificate),
            ("PKIX path validation failed: x.CertPathValidatorException: timestamp check failed", ExpiredCertificate),
            ("NotAfter: Wed Nov 04 10:39:36 UTC 2026", ExpiredCertificate),
            ("javax.net.ssl.SSLHandshakeException: Received fatal alert: protocol_version", ProtocolVersion),
            ("No appropriate protocol (protocol is disabled or cipher suites are inappropriate)", ProtocolVersion),
            (
                "The server selected protocol version TLS10 is not accepted by client preferences [TLS12]",
                ProtocolVersion,
            ),
            ("Received fatal alert: handshake_failure", HandshakeFailure),
            ("Unsupported or unrecognized SSL message", NotTls),
            ("Unrecognized SSL message, plaintext connection?", NotTls),
            ("javax.net.ssl.SSLException: Unsupported record version Unknown-72.84", NotTls),
            ("handshake alert:  unrecognized_name", UnrecognizedName),
            ("Received fatal alert: unrecognized_name", UnrecognizedName),
            (
                "x.CertPathValidatorException: Unable to determine revocation status due to network error",
                RevocationUnknown,
            ),
            (
                "PKIX path validation failed: x.CertPathValidatorException: OCSP response error: TRY_LATER",
                RevocationUnknown,
            ),
            ("x.CertPathValidatorException: Certificate has been revoked, reason: KEY_COMPROMISE", RevokedCertificate),
            ("PKIX path validation failed: x: Algorithm constraints check failed on SHA1withRSA", WeakCertificate),
            ("Extended key usage does not permit use for TLS server authentication", WeakCertificate),
            ("Certificates do not conform to algorithm constraints", WeakCertificate),
            (
                "x.InvalidAlgorithmParameterException: the trustAnchors parameter must be non-empty",
                UntrustedCertificate,
            ),
            ("There is a problem with the server Certificates or ISE trust store.", UntrustedCertificate),
            ("Received fatal alert: internal_error", HandshakeFailure),
            ("CONNECT refused by proxy: HTTP/1.1 407 Proxy Authentication Required", ProxyRefusedConnect(Some(407))),
            (
                "Unable to tunnel through proxy. Proxy returns \"HTTP/1.0 403 Forbidden\"",
                ProxyRefusedConnect(Some(403)),
            ),
            ("404:Not Found: the MDM server is not reachable", HttpStatus(404)),
            ("Connection Failed: 401:: the MDM server is not reachable", HttpStatus(401)),
            ("Server returned HTTP response code: 503 for URL: https://h/", HttpStatus(503)),
            ("407:Proxy Authentication Required: the MDM server is not reachable", HttpStatus(407)),
            ("MDM Server API error : Connection Failed: 401:Unauthorized: the MDM server", HttpStatus(401)),
            ("HTTP Status 500 - Internal Server Error", HttpStatus(500)),
            ("400:Bad Request: {\"error\":\"invalid_client\"}", TokenRefused),
            ("Failed to acquire auth token from Azure AD, AADSTS700027: The certificate", TokenRefused),
            ("Timeout waiting for connection from pool", ConnectionPool),
            ("java.lang.IllegalStateException: Connection pool shut down", ConnectionPool),
            ("org.apache.http.client.CircularRedirectException: Circular redirect to 'https://h/'", Redirect),
            ("Maximum redirects (50) exceeded", Redirect),
            ("org.xml.sax.SAXParseException; lineNumber: 1; Content is not allowed in prolog.", UnexpectedAnswer),
            ("Premature end of file.", UnexpectedAnswer),
            (
                "org.apache.http.TruncatedChunkException: Truncated chunk (expected size: 8,192; actual size: 1)",
                ClosedWithoutAnswer,
            ),
            ("Premature end of chunk coded message body: closing chunk expected", ClosedWithoutAnswer),
            ("Connect to h:443 [h/198.51.100.7] failed: Permission denied (connect failed)", Local),
            ("Cannot assign requested address (connect failed)", Local),
            ("No buffer space available (maximum connections reached?)", Local),
            ("Access is denied, please check whether the [domain-username-password] are correct", Other),
            ("404.example.com is a strange name", Other),
            ("", Other),
        ];
        for (words, expected) in cases {
            assert_eq!(of(words, b"").kind, expected, "{words}");
        }
    }

    #[test]
    fn upper_and_lower_case_mean_the_same() {
        assert_eq!(of("CONNECT TO H:443 [H/192.0.2.1] FAILED: READ TIMED OUT", b"").kind, HandshakeTimedOut);
        assert_eq!(of("404:not found: THE MDM SERVER", b"").kind, HttpStatus(404));
        assert_eq!(of("pkix PATH building failed", b"").kind, UntrustedCertificate);
    }

    #[test]
    fn phrases_are_in_lower_case_as_texts_are_when_they_are_looked_for() {
        assert!(TABLE.iter().all(|(phrase, ..)| phrase.bytes().all(|byte| !byte.is_ascii_uppercase())));
        assert_eq!(kind("java.net.SocketException: CONNECTION RESET").0, kind("connection reset").0);
        assert_ne!(kind("CONNECTION RESET").0, Other);
    }

    #[test]
    fn words_that_a_screen_cut_off_are_known_when_they_can_be_one_thing_only() {
        assert_eq!(of("Connection time", b"").kind, ConnectTimedOut);
        assert_eq!(of("h.example.com: Name or service no", b"").kind, UnknownHost);
        assert_eq!(of("javax.net.ssl.SSLHandshakeException: PKIX path build", b"").kind, UntrustedCertificate);
        assert_eq!(of("Connection re", b"").kind, Other);
        assert_eq!(of("Connect", b"").kind, Other);
    }

    #[test]
    fn the_trace_below_is_asked_where_the_words_are_vague() {
        let trace =
            b"java.lang.Exception: x\n\tat a.B.c(B.java:1)\nCaused by: java.net.ConnectException: Connection refused\n";
        let cause = of("Exception occurred", trace);
        assert_eq!((cause.kind, &*cause.words), (Refused, "java.net.ConnectException: Connection refused"));
        assert_eq!(of("Read timed out", trace).kind, ReadTimedOut);

        let trace =
            b"Caused by: java.security.cert.CertificateExpiredException: NotAfter: Wed Nov 04 10:39:36 UTC 2026\r\n";
        let cause = of("PKIX path validation failed: x.CertPathValidatorException: validity check failed", trace);
        assert_eq!(
            cause.words,
            "java.security.cert.CertificateExpiredException: NotAfter: Wed Nov 04 10:39:36 UTC 2026"
        );

        let trace = b"Caused by: java.net.SocketTimeoutException: Read timed out";
        assert_eq!(of("Connect to h:443 [h/198.51.100.12]", trace).kind, HandshakeTimedOut);
        assert_eq!(of("Connect to h:443 [h/198.51.100.12] failed: Read timed out", trace).kind, HandshakeTimedOut);
    }
}
