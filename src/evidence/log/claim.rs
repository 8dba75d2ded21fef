//! What the log alone says of a request: a status, or a Java exception's words, each with the outcome that it stands for.

use crate::evidence::claim::{Answer, Claim, Weight, at_proxy};
use crate::log::{CauseKind, LogAnswer, LogAttempt, LogCause, LogTry, ResponseBody};
use crate::model::mdm::RequestKind;
use crate::model::outcome::{OtherDetail, Outcome, ProxyDetail, ResetDetail, TlsDetail, UnreachableDetail};

/// The log's account of a request.
#[derive(Clone, Copy, Debug)]
pub struct LogEvidence<'a> {
    /// What it stands for; `None` when it says nothing, or no more than that it failed.
    pub outcome: Option<Outcome>,
    /// The log calls it an error, in words that no rule knows.
    pub failed: bool,
    /// How much its words are worth.
    pub weight: Weight,
    /// The HTTP status that it tells.
    pub status: Option<u16>,
    /// The exception's words.
    pub words: Option<&'a str>,
}

impl<'a> LogEvidence<'a> {
    /// Returns the evidence of a try. `attempt` is given for the last one, which the attempt's verdict and answer speak of.
    pub fn of(attempted: Option<&'a LogTry>, attempt: Option<&'a LogAttempt>) -> Self {
        let answer = attempt.and_then(|attempt| attempt.answer.as_deref());
        let verdict = attempt.and_then(|attempt| attempt.verdict.as_deref()).map(|(_, cause)| cause);
        let own = attempted.and_then(|attempted| attempted.cause.as_deref());
        let cause = most_telling(own, verdict);
        let status =
            attempted.and_then(|attempted| attempted.http_status).or(cause.and_then(|cause| status_of(cause.kind)));
        let words = cause.map(|cause| cause.words.as_str());
        let kind = attempt.map(|attempt| attempt.kind);
        let answered = || of_answer(attempted, answer, kind);
        let (outcome, weight) = match (status, cause) {
            // The identity provider's reason tells more than the status that it comes with.
            (_, Some(cause)) if cause.kind == CauseKind::TokenRefused => of_cause(cause, attempted),
            (Some(407), _) => (Some(Outcome::ProxyError(Some(ProxyDetail::Status(407)))), Weight::Proof),
            (Some(200), Some(cause)) if !is_success(answer) => match of_cause(cause, attempted) {
                // The status came, and the rest of the answer did not.
                (Some(Outcome::ConnectionReset(_)), weight) => {
                    (Some(Outcome::ConnectionReset(Some(ResetDetail::AfterRequest))), weight)
                }
                (None, _) => weighed(answered().filter(|(outcome, _)| *outcome != Outcome::Success)),
                other => other,
            },
            (Some(200), _) => weighed(answered()),
            (Some(status), _) => (Outcome::of_status(status), of_foreign_status(status, attempted)),
            (None, Some(cause)) if !is_success(answer) => of_cause(cause, attempted),
            (None, _) => weighed(answered()),
        };
        let failed = cause.is_some() || answer.is_some_and(|answer| answer.error_occurred == Some(true));
        Self { outcome, failed: failed && outcome.is_none(), weight, status, words }
    }
}

impl LogEvidence<'_> {
    /// Returns whether the log alone decides.
    pub fn is_proof(&self) -> bool {
        self.outcome.is_some() && self.weight == Weight::Proof
    }
}

/// Returns the try's own exception, unless it is in words that nothing knows and the verdict's are better.
fn most_telling<'a>(own: Option<&'a LogCause>, verdict: Option<&'a LogCause>) -> Option<&'a LogCause> {
    let telling = |cause: &&LogCause| !matches!(cause.kind, CauseKind::Other | CauseKind::SomeTimeout);
    own.filter(telling).or_else(|| verdict.filter(telling)).or(own).or(verdict)
}

fn status_of(kind: CauseKind) -> Option<u16> {
    match kind {
        CauseKind::HttpStatus(status) => Some(status),
        _ => None,
    }
}

/// Returns whether ISE says that it could read the answer.
fn is_success(answer: Option<&LogAnswer>) -> bool {
    answer.is_some_and(|answer| answer.error_occurred == Some(false))
}

/// Success takes an answer that ISE could read: it says so itself, or the body is what the request asks for. Where the level
/// hides the body, the status alone tells.
fn of_answer(
    attempted: Option<&LogTry>,
    answer: Option<&LogAnswer>,
    kind: Option<RequestKind>,
) -> Option<(Outcome, Weight)> {
    let status = attempted.and_then(|attempted| attempted.http_status);
    let body = attempted.and_then(|attempted| attempted.body);
    let unexpected = Outcome::OtherFailure(Some(OtherDetail::UnexpectedAnswer));
    let expected = match (kind, body) {
        (_, None) => None,
        (Some(RequestKind::Token | RequestKind::Discovery), Some(body)) => Some(body == ResponseBody::Json),
        (Some(RequestKind::Other), Some(body)) => (body == ResponseBody::IseApi).then_some(true),
        (_, Some(body)) => Some(body == ResponseBody::IseApi),
    };
    match (answer.and_then(|answer| answer.error_occurred), status, expected) {
        (Some(false), ..) => Some((Outcome::Success, Weight::Proof)),
        (_, Some(200), Some(false)) => Some((unexpected, Weight::Proof)),
        (Some(true), ..) => None,
        (None, Some(200), Some(true)) => Some((Outcome::Success, Weight::Proof)),
        (None, Some(200), None) if body.is_none() => Some((Outcome::Success, Weight::Words)),
        _ => None,
    }
}

fn weighed(found: Option<(Outcome, Weight)>) -> (Option<Outcome>, Weight) {
    found.map_or((None, Weight::Vague), |(outcome, weight)| (Some(outcome), weight))
}

/// Weighs statuses that may be a proxy's own answers to CONNECT; the log words both alike.
fn of_foreign_status(status: u16, attempted: Option<&LogTry>) -> Weight {
    match attempted.and_then(LogTry::is_proxied) {
        Some(true) if matches!(status, 403 | 500..) => Weight::Vague,
        None if matches!(status, 403 | 500..) => Weight::Words,
        _ => Weight::Proof,
    }
}

/// Returns the outcome that an exception's words stand for where no proxy is in the way, and what they are worth.
fn of_kind(kind: CauseKind) -> (Option<Outcome>, Weight) {
    use CauseKind as Cause;
    let tls = |detail| Outcome::TlsFailure(Some(detail));
    let outcome = match kind {
        Cause::UnknownHost => Outcome::DnsFailure(None),
        Cause::ConnectTimedOut => Outcome::SynTimeout,
        Cause::Refused => Outcome::ConnectionRefused,
        Cause::NoRouteToHost => Outcome::Unreachable(Some(UnreachableDetail::Host)),
        Cause::NetworkUnreachable => Outcome::Unreachable(Some(UnreachableDetail::Network)),
        Cause::Reset => Outcome::ConnectionReset(None),
        Cause::HandshakeTerminated => Outcome::ConnectionReset(Some(ResetDetail::DuringHandshake)),
        Cause::ClosedWithoutAnswer => Outcome::ConnectionReset(Some(ResetDetail::AfterRequest)),
        Cause::ReadTimedOut => Outcome::ReadTimeout,
        Cause::HandshakeTimedOut => tls(TlsDetail::HandshakeTimeout),
        Cause::UntrustedCertificate => tls(TlsDetail::UntrustedCertificate),
        Cause::HostnameMismatch => tls(TlsDetail::HostnameMismatch),
        Cause::ExpiredCertificate => tls(TlsDetail::ExpiredCertificate),
        Cause::RevokedCertificate => tls(TlsDetail::RevokedCertificate),
        Cause::RevocationUnknown => tls(TlsDetail::RevocationUnknown),
        Cause::WeakCertificate => tls(TlsDetail::WeakCertificate),
        Cause::UnrecognizedName => tls(TlsDetail::UnrecognizedName),
        Cause::ClientCertificate => tls(TlsDetail::ClientCertificate),
        Cause::NotTls => tls(TlsDetail::NotTls),
        Cause::ProtocolVersion => tls(TlsDetail::ProtocolVersion),
        Cause::HandshakeFailure => tls(TlsDetail::HandshakeFailure),
        Cause::ProxyRefusedConnect(status) => Outcome::ProxyError(status.map(ProxyDetail::Status)),
        Cause::ConnectionPool => Outcome::OtherFailure(Some(OtherDetail::ConnectionPool)),
        Cause::Redirect => Outcome::OtherFailure(Some(OtherDetail::Redirect)),
        Cause::UnexpectedAnswer => Outcome::OtherFailure(Some(OtherDetail::UnexpectedAnswer)),
        Cause::TokenRefused => Outcome::OtherFailure(Some(OtherDetail::TokenRefused)),
        Cause::Local => Outcome::OtherFailure(Some(OtherDetail::Local)),
        Cause::SomeTimeout => return (Some(Outcome::SynTimeout), Weight::Vague),
        Cause::HttpStatus(_) | Cause::Other => return (None, Weight::Vague),
    };
    (Some(outcome), Weight::Words)
}

fn of_cause(cause: &LogCause, attempted: Option<&LogTry>) -> (Option<Outcome>, Weight) {
    let (outcome, weight) = of_kind(cause.kind);
    // Words for any timeout do not tell with whom.
    let to_proxy = weight != Weight::Vague && connects_to_proxy(cause, attempted);
    (outcome.map(|outcome| if to_proxy { at_proxy(outcome) } else { outcome }), weight)
}

/// Returns what the log claims of a request. `verdict` is how the attempt failed in the end, for its last request.
pub fn claim(attempted: Option<&LogTry>, verdict: Option<CauseKind>) -> Claim {
    let own = attempted.and_then(|attempted| attempted.cause.as_ref()).map(|cause| cause.kind);
    let cause = own.filter(|kind| *kind != CauseKind::Other).or(verdict);
    let status = attempted.and_then(|attempted| attempted.http_status);
    match (status, cause) {
        // The status came, and the rest of the answer did not.
        (Some(200), Some(_)) if attempted.is_none_or(|attempted| attempted.body.is_none()) => Claim::NOTHING,
        (Some(status), _) | (None, Some(CauseKind::HttpStatus(status))) => Claim {
            outcome: Outcome::of_status(status).unwrap_or(Outcome::Unknown(None)),
            weight: Weight::Proof,
            answer: Answer::Came(Some(status)),
        },
        (None, Some(kind)) => {
            let (outcome, weight) = of_kind(kind);
            // It failed, in words that no rule knows.
            Claim { outcome: outcome.unwrap_or(Outcome::OtherFailure(None)), weight, answer: Answer::None }
        }
        (None, None) => Claim::NOTHING,
    }
}

/// Returns whether the exception names another endpoint than the server that was asked for.
fn connects_to_proxy(cause: &LogCause, attempted: Option<&LogTry>) -> bool {
    let host = attempted.and_then(|attempted| attempted.host.as_deref());
    match (&cause.target, host) {
        (Some(target), Some(host)) => !target.host.eq_ignore_ascii_case(host),
        // `proxy.example.com: Name or service not known` names whom it could not resolve.
        (None, Some(host)) if cause.kind == CauseKind::UnknownHost => {
            let named = cause.words.split(':').next().unwrap_or_default().trim();
            let proxied = attempted.and_then(LogTry::is_proxied) == Some(true);
            proxied && named.contains('.') && !named.contains(' ') && !named.eq_ignore_ascii_case(host)
        }
        _ => false,
    }
}
