//! The rules that make one verdict of what the log says and what the wire shows. The first that fits decides.
//!
//! | # | log | wire | verdict | confidence |
//! |---|---|---|---|---|
//! | 1 | a status | the same status as the proxy's answer to CONNECT | the proxy's error; `conflict` says so | medium |
//! | 2 | any | a status, read in the clear or decrypted | that status; of 200 with a page of HTML, the log's | high when the log agrees or is silent; else low |
//! | 3 | a status or a parsed answer | an answer, or nothing against it | the log's | high; low when it may be a proxy's status |
//! | 4 | a status or a parsed answer | another ending | the log's; `conflict` says so | low |
//! | 5 | nothing | an ending | the wire's | high; medium when it may mean something else, or the log should have it |
//! | 6 | an exception | nothing, or an end that is cut or closed to the eye | the log's | medium; low when its words are vague |
//! | 7 | an exception | the same, one of them in more detail | the more detailed | high |
//! | 8 | a timeout | silence, wherever it was | the wire's | high |
//! | 9 | no route, refused or timeout | an ICMP error | the wire's; `conflict` says so when the names differ | high; medium with conflict |
//! | 10 | a TLS exception | a TLS failure of another kind | the log's; `conflict` says so | medium |
//! | 11 | an exception | another ending | the wire's when it can only mean that, else the log's; `conflict` says so | low |
//! | 12 | nothing | nothing that tells | unknown | low |

use super::log_says::{LogSays, Weight};
use super::wire_says::WireSays;
use crate::outcome::{Outcome, OutcomeName, ProxyDetail, UnknownDetail};
use crate::report::Confidence;

/// A verdict on one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// What it came to.
    pub outcome: Outcome,
    /// How sure that is.
    pub confidence: Confidence,
    /// Who disagrees.
    pub conflict: Option<String>,
    /// The MDM server's status.
    pub status: Option<u16>,
}

/// What else bears on a verdict.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Circumstances {
    /// The side that is silent covers the time, and should have seen it.
    pub(super) missed: bool,
    /// The log has records of the request.
    pub(super) in_log: bool,
}

/// Decides.
pub(super) fn rule(log: &LogSays<'_>, wire: Option<&WireSays>, around: Circumstances) -> Ruling {
    let ruling = |outcome, confidence| Ruling { outcome, confidence, conflict: None, status: None };
    let certain = |wire: &WireSays| if wire.certain { Confidence::High } else { Confidence::Medium };
    let disagree = |log: &str, wire: &WireSays| Some(format!("The log says {log}; the capture shows {}.", wire.words));
    let log_status = log.status;

    // 1
    if let (Some(said), Some(wire)) = (log_status, wire)
        && wire.outcome == Outcome::ProxyError(Some(ProxyDetail::Status(said)))
    {
        let conflict = format!("The log's {said} is the proxy's answer to CONNECT, not the MDM server's.");
        return Ruling { conflict: Some(conflict), ..ruling(wire.outcome, Confidence::Medium) };
    }
    // 2
    if let Some((wire, read)) = wire.and_then(|wire| Some((wire, wire.status?))) {
        let may_be = |said| said == wire.outcome || is_untold(wire.outcome);
        let agrees = log_status.is_none_or(|said| said == read) && log.outcome.is_none_or(may_be);
        if agrees {
            let parsed = log.outcome.is_some() || !around.in_log || log_status != Some(200);
            let confidence = if parsed { Confidence::High } else { Confidence::Medium };
            let outcome = log.outcome.unwrap_or(wire.outcome);
            let confidence = if is_untold(outcome) { Confidence::Low } else { confidence };
            return Ruling { status: Some(read), ..ruling(outcome, confidence) };
        }
        let said = said(log);
        return Ruling { conflict: disagree(&said, wire), status: Some(read), ..ruling(wire.outcome, Confidence::Low) };
    }
    // 3, 4
    if let Some(outcome) = log.outcome.filter(|_| log.weight == Weight::Proof || log_status.is_some()) {
        let status = log_status.filter(|_| outcome.name() != OutcomeName::ProxyError);
        let alone = if log.weight == Weight::Proof { Confidence::High } else { Confidence::Low };
        return match wire.filter(|wire| !is_untold(wire.outcome)) {
            Some(wire) => Ruling { conflict: disagree(&said(log), wire), status, ..ruling(outcome, Confidence::Low) },
            None if wire.is_some() => Ruling { status, ..ruling(outcome, Confidence::High) },
            None if around.missed => Ruling { status, ..ruling(outcome, alone.min(Confidence::Medium)) },
            None => Ruling { status, ..ruling(outcome, alone) },
        };
    }
    let told = wire.filter(|wire| !is_untold(wire.outcome));
    let Some(said_outcome) = log.outcome else {
        // 5
        if let Some(wire) = told {
            let confidence = if around.missed { certain(wire).min(Confidence::Medium) } else { certain(wire) };
            return Ruling { status: log_status, ..ruling(wire.outcome, confidence) };
        }
        // 12
        let outcome = match wire {
            Some(wire) if !around.in_log => wire.outcome,
            _ if log_status.is_some() => Outcome::Unknown(None),
            Some(wire) => wire.outcome,
            None => Outcome::Unknown(Some(UnknownDetail::Incomplete)),
        };
        return Ruling { status: log_status, ..ruling(outcome, Confidence::Low) };
    };
    // 6
    let Some(wire) = told else {
        let confidence = if log.weight == Weight::Vague { Confidence::Low } else { Confidence::Medium };
        return ruling(said_outcome, confidence);
    };
    // 7
    if said_outcome == wire.outcome {
        return ruling(wire.outcome, Confidence::High);
    }
    if said_outcome.name() == wire.outcome.name() {
        if said_outcome.detail().is_none() {
            return ruling(wire.outcome, if wire.certain { Confidence::High } else { Confidence::Medium });
        }
        if wire.outcome.detail().is_none() {
            return ruling(said_outcome, Confidence::High);
        }
    }
    // 8
    if is_timeout(said_outcome)
        && is_silence(wire.outcome)
        && (log.weight == Weight::Vague || is_read_of(said_outcome, wire.outcome))
    {
        return ruling(wire.outcome, Confidence::High);
    }
    // 9
    if wire.outcome.name() == OutcomeName::Unreachable {
        return match said_outcome.name() {
            OutcomeName::Unreachable => ruling(wire.outcome, Confidence::High),
            OutcomeName::SynTimeout | OutcomeName::ConnectionRefused => {
                Ruling { conflict: disagree(&said(log), wire), ..ruling(wire.outcome, Confidence::Medium) }
            }
            _ => Ruling { conflict: disagree(&said(log), wire), ..ruling(wire.outcome, Confidence::Low) },
        };
    }
    // 10
    if said_outcome.name() == OutcomeName::TlsFailure && wire.outcome.name() == OutcomeName::TlsFailure {
        let conflict = if wire.certain { disagree(&said(log), wire) } else { None };
        return Ruling { conflict, ..ruling(said_outcome, Confidence::Medium) };
    }
    // 11
    let outcome = if wire.certain || log.weight == Weight::Vague { wire.outcome } else { said_outcome };
    Ruling { conflict: disagree(&said(log), wire), ..ruling(outcome, Confidence::Low) }
}

/// The log's words, to follow `the log says`.
fn said(log: &LogSays<'_>) -> String {
    match (log.words, log.status, log.outcome) {
        (_, Some(status), _) => format!("status {status}"),
        (Some(words), None, _) => format!("`{words}`"),
        (None, None, Some(Outcome::Success)) => "that the answer was read".to_owned(),
        (None, None, _) => "nothing".to_owned(),
    }
}

/// Whether the wire shows the request and can't tell how it ended.
fn is_untold(outcome: Outcome) -> bool {
    outcome.name() == OutcomeName::Unknown
}

fn is_timeout(outcome: Outcome) -> bool {
    matches!(outcome.name(), OutcomeName::SynTimeout | OutcomeName::ReadTimeout) || is_handshake_timeout(outcome)
}

fn is_silence(outcome: Outcome) -> bool {
    is_timeout(outcome) || matches!(outcome, Outcome::ProxyError(None | Some(ProxyDetail::Unreachable)))
}

fn is_handshake_timeout(outcome: Outcome) -> bool {
    outcome == Outcome::TlsFailure(Some(crate::outcome::TlsDetail::HandshakeTimeout))
}

/// Java says `Read timed out` of silence at any point behind the connect.
fn is_read_of(said: Outcome, wire: Outcome) -> bool {
    let waits_for_bytes = said == Outcome::ReadTimeout || is_handshake_timeout(said);
    waits_for_bytes && (wire == Outcome::ReadTimeout || is_handshake_timeout(wire) || wire == Outcome::ProxyError(None))
}
