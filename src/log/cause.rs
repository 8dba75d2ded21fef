//! Tells failures apart by the words of Java's exceptions.
//!
//! The client's own words come first; the stack trace below them is asked where they name no failure.

use std::sync::LazyLock;

use CauseKind::*;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::Regex;

use super::endpoint;
use super::exception_patterns::{TABLE, Weight};
use super::facts::{CauseKind, LogCause};
use crate::model::sanitize;

/// Longest text in which a cause is looked for.
const MAX_WORDS: usize = 2048;
/// Most exceptions of a stack trace that are looked at.
const MAX_EXCEPTIONS: usize = 32;
/// So much of a phrase must be there for one that the right edge of a screen cut off.
const LEAST_OF_PHRASE: usize = 8;

static PHRASES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    // A DFA would search faster and take longer to build than most logs take to read.
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .ascii_case_insensitive(true)
        .build(TABLE.iter().map(|(words, ..)| words))
        .ok()
});

static STATUS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let leading = r"^(?:connection failed:\s*)?([1-5]\d\d)(?:[:\s]|$)";
    let behind = r"(?:(?:response|status) code:?|http/\d(?:\.\d)?)\s+([1-5]\d\d)\b";
    Regex::new(&format!("(?i-u){leading}|{behind}")).ok()
});

/// Returns what failed, by the client's own words and, where these are vague, by the stack trace below them.
pub(super) fn of(words: &str, trace: &[u8]) -> LogCause {
    let (mut kind, mut weight) = kind(words);
    let mut cause = LogCause { kind, words: sanitize::line(words), target: endpoint::connect_target(words) };
    let mut dated = is_dated(words);
    for line in exceptions(trace) {
        if weight == Weight::Failure && (kind != ExpiredCertificate || dated) {
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
        }
    }
    cause
}

/// Returns the lines of a stack trace that name exceptions, without what stands in front of them.
fn exceptions(trace: &[u8]) -> impl Iterator<Item = String> {
    let lines = trace.split(|byte| *byte == b'\n').map(|line| line.trim_ascii());
    let named = lines.filter(|line| !line.starts_with(b"at ") && !line.starts_with(b"... "));
    let text = named.map(|line| String::from_utf8_lossy(line.get(..MAX_WORDS).unwrap_or(line)).into_owned());
    let cause = text.filter_map(|line| match line.split_once("Caused by:") {
        Some((_, cause)) => Some(cause.trim().to_owned()),
        None => line.contains("Exception").then_some(line),
    });
    cause.take(MAX_EXCEPTIONS)
}

/// Returns whether the words say until or from when a certificate is valid.
fn is_dated(words: &str) -> bool {
    words.contains("NotAfter") || words.contains("NotBefore")
}

fn kind(words: &str) -> (CauseKind, Weight) {
    let words = words.split_at(words.floor_char_boundary(MAX_WORDS)).0;
    let Some(phrases) = &*PHRASES else { return (Other, Weight::Nothing) };
    let first = phrases.find_overlapping_iter(words).map(|found| found.pattern().as_usize()).min();
    let (kind, weight) = match first.and_then(|first| TABLE.get(first)) {
        Some((_, ProxyRefusedConnect(_), weight)) => return (ProxyRefusedConnect(status(words)), *weight),
        Some((_, ReadTimedOut, weight)) if is_connecting(words) => (HandshakeTimedOut, *weight),
        Some(("timed out", ..)) if contains(words, "connect to ") => (ConnectTimedOut, Weight::Failure),
        Some((_, kind, weight)) => (*kind, *weight),
        None => (Other, Weight::Nothing),
    };
    if let Some(status) = status(words) {
        return (HttpStatus(status), Weight::Failure);
    }
    match cut_off(words).filter(|_| weight < Weight::Failure) {
        Some(kind) => (kind, Weight::Failure),
        None => (kind, weight),
    }
}

/// `Connect to HOST:PORT [...] failed: ...`, or the exception's name that stands for it.
fn is_connecting(words: &str) -> bool {
    contains(words, "connecttimeoutexception") || contains(words, "connect to ") && contains(words, " failed:")
}

fn contains(words: &str, phrase: &str) -> bool {
    words.to_ascii_lowercase().contains(phrase)
}

/// Returns the failure whose words the end of the text begins, if that can be one only.
fn cut_off(words: &str) -> Option<CauseKind> {
    let text = words.trim_end().to_ascii_lowercase();
    let mut kinds = TABLE.iter().filter(|(_, _, weight)| *weight == Weight::Failure).filter_map(|(phrase, kind, _)| {
        let least = LEAST_OF_PHRASE.max(phrase.len() * 3 / 5);
        let cut = (least..phrase.len()).any(|length| phrase.get(..length).is_some_and(|part| text.ends_with(part)));
        cut.then_some(*kind)
    });
    let kind = kinds.next()?;
    kinds.all(|other| other == kind).then_some(kind)
}

/// Reads the HTTP status in `404:Not Found: ...`, `HTTP/1.1 407 ...` or
/// `Server returned HTTP response code: 404 for URL: ...`.
fn status(words: &str) -> Option<u16> {
    let found = STATUS.as_ref()?.captures(words)?;
    found.iter().skip(1).flatten().next()?.as_str().parse().ok()
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
            ("Received fatal alert: unknown_ca", UntrustedCertificate),
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
            ("Unsupported or unrecognized SSL message", HandshakeFailure),
            ("Unrecognized SSL message, plaintext connection?", HandshakeFailure),
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
            ("Timeout waiting for connection from pool", Other),
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
