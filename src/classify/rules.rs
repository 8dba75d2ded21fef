#![doc = include_str!("rules.md")]

use crate::evidence::claim::Weight;
use crate::evidence::log::LogEvidence;
use crate::evidence::wire::WireEvidence;
use crate::model::doubt::Doubt;
use crate::model::outcome::{DnsDetail, OtherDetail, Outcome, OutcomeName, ProxyDetail, UnknownDetail};
use crate::model::report::Confidence;

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
    /// Number of the rule that decided.
    pub rule: u8,
    /// Why it is not sure.
    pub reasons: Vec<Doubt>,
}

impl Ruling {
    fn new(rule: u8, outcome: Outcome, confidence: Confidence) -> Self {
        Self { outcome, confidence, conflict: None, status: None, rule, reasons: Vec::new() }
    }

    /// Returns what the wire claims, as sure as it is.
    fn of_wire(rule: u8, wire: &WireEvidence) -> Self {
        let mut ruling = Self::new(rule, wire.outcome, Confidence::High);
        for doubt in &wire.doubts {
            ruling.confidence = Confidence::Medium;
            ruling.reasons.push(*doubt);
        }
        ruling
    }

    fn because(mut self, doubt: Doubt) -> Self {
        self.reasons.push(doubt);
        self
    }

    fn conflict(self, conflict: Option<String>) -> Self {
        Self { conflict, ..self }
    }

    fn status(self, status: Option<u16>) -> Self {
        Self { status, ..self }
    }

    /// Lowers the confidence to what this doubt leaves of it.
    pub(super) fn lower(&mut self, doubt: Doubt) {
        if self.confidence > doubt.most() {
            self.confidence = doubt.most();
            self.reasons.push(doubt);
        }
    }
}

/// What else bears on a verdict.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Coverage {
    /// The side that is silent covers the time, and should have seen it.
    pub(super) missed: bool,
    /// The log has records of the request.
    pub(super) in_log: bool,
}

/// Decides.
pub(super) fn rule(log: &LogEvidence<'_>, wire: Option<&WireEvidence>, around: Coverage) -> Ruling {
    let disagree =
        |log: &str, wire: &WireEvidence| Some(format!("The log says {log}; the capture shows {}.", wire.words));
    let log_status = log.status;

    if let (Some(said), Some(wire)) = (log_status, wire)
        && wire.outcome == Outcome::ProxyError(Some(ProxyDetail::Status(said)))
    {
        if log.outcome == Some(wire.outcome) {
            return Ruling::new(7, wire.outcome, Confidence::High);
        }
        let conflict = format!("The log's {said} is the proxy's answer to CONNECT, not the MDM server's.");
        return Ruling::new(1, wire.outcome, Confidence::Medium).conflict(Some(conflict)).because(Doubt::StatusOfProxy);
    }
    if let Some((wire, read)) = wire.and_then(|wire| Some((wire, wire.status?))) {
        // What ISE made of an answer that was read on the wire, only the log tells.
        let may_be = |said: Outcome| said == wire.outcome || is_untold(wire.outcome) || is_made_of(said, read);
        let agrees = log_status.is_none_or(|said| said == read) && log.outcome.is_none_or(may_be);
        if agrees {
            let parsed = log.outcome.is_some() || !around.in_log || log_status != Some(200);
            let failed = Outcome::OtherFailure(None);
            let outcome = log.outcome.unwrap_or(if log.failed && read == 200 { failed } else { wire.outcome });
            let ruling = match (is_untold(outcome), parsed) {
                (true, _) => Ruling::new(2, outcome, Confidence::Low).because(Doubt::PageOfOthers),
                (false, false) => Ruling::new(2, outcome, Confidence::Medium).because(Doubt::BodyNotLogged),
                (false, true) if log.outcome.is_none() && outcome == wire.outcome => Ruling::of_wire(2, wire),
                (false, true) => Ruling::new(2, outcome, Confidence::High),
            };
            return ruling.status(Some(read));
        }
        let conflict = disagree(&said(log), wire);
        return Ruling::new(2, wire.outcome, Confidence::Low)
            .conflict(conflict)
            .because(Doubt::Disagree)
            .status(Some(read));
    }
    if let Some(outcome) = log.outcome.filter(|_| log.weight == Weight::Proof || log_status.is_some()) {
        let status = log_status.filter(|_| outcome.name() != OutcomeName::ProxyError);
        if let Some(wire) = wire.filter(|wire| !is_untold(wire.outcome) && !wire.doubts.contains(&Doubt::MaybeAnswered))
        {
            let conflict = disagree(&said(log), wire);
            return Ruling::new(4, outcome, Confidence::Low).conflict(conflict).because(Doubt::Disagree).status(status);
        }
        let ruling = match wire {
            _ if outcome == Outcome::Success && log.weight != Weight::Proof => {
                Ruling::new(3, outcome, Confidence::Medium).because(Doubt::BodyNotLogged)
            }
            // An answer inside of TLS is the server's: a proxy's would stand before it, in the clear.
            wire if log.weight != Weight::Proof && !wire.is_some_and(|wire| is_encrypted(wire.outcome)) => {
                let confidence = if log.weight == Weight::Vague { Confidence::Low } else { Confidence::Medium };
                // Proxies that have an answer of their own do not say 200.
                let doubt = if log_status == Some(200) { Doubt::OnlyInLog } else { Doubt::MayBeOfProxy };
                Ruling::new(3, outcome, confidence).because(doubt)
            }
            None if around.missed => Ruling::new(3, outcome, Confidence::Medium).because(Doubt::NotInCapture),
            _ => Ruling::new(3, outcome, Confidence::High),
        };
        return ruling.status(status);
    }
    let told = wire.filter(|wire| !is_untold(wire.outcome));
    let Some(said_outcome) = log.outcome else {
        if let Some(wire) = told {
            let mut ruling = Ruling::of_wire(5, wire);
            if around.missed {
                ruling.lower(Doubt::NotInLog);
            }
            return ruling.status(log_status);
        }
        let outcome = match wire {
            _ if log.failed => Outcome::OtherFailure(None),
            _ if log_status.is_some() => Outcome::Unknown(None),
            Some(wire) => wire.outcome,
            None => Outcome::Unknown(Some(UnknownDetail::Incomplete)),
        };
        let reason = if log.failed {
            Doubt::UnknownWords
        } else if wire.is_some() {
            Doubt::NothingTells
        } else {
            Doubt::LogTellsNothing
        };
        return Ruling::new(12, outcome, Confidence::Low).because(reason).status(log_status);
    };
    let Some(wire) = told else {
        return match log.weight {
            Weight::Vague => Ruling::new(6, said_outcome, Confidence::Low).because(Doubt::VagueWords),
            _ => Ruling::new(6, said_outcome, Confidence::Medium).because(Doubt::OnlyInLog),
        };
    };
    if said_outcome == wire.outcome {
        return Ruling::new(7, wire.outcome, Confidence::High);
    }
    if said_outcome.name() == wire.outcome.name() {
        if said_outcome.detail().is_none() {
            // What the capture may have missed, the log tells; the client's own repetitions say that nothing came.
            let repeated = !wire.doubts.iter().any(|doubt| matches!(doubt, Doubt::AskedOnce | Doubt::MayMeanElse));
            let is_silence = wire.outcome == Outcome::DnsFailure(Some(DnsDetail::NoAnswer));
            return if repeated && is_silence {
                Ruling::new(7, wire.outcome, Confidence::High)
            } else {
                // The log tells that nothing came behind it.
                let doubts = wire.doubts.iter().copied().filter(|doubt| !doubt.is_of_what_followed()).collect();
                Ruling::of_wire(7, &WireEvidence { doubts, ..wire.clone() })
            };
        }
        if wire.outcome.detail().is_none() {
            return Ruling::new(7, said_outcome, Confidence::High);
        }
    }
    if is_timeout(said_outcome)
        && is_silence(wire.outcome)
        && (log.weight == Weight::Vague || is_read_of(said_outcome, wire.outcome))
    {
        return Ruling::new(8, wire.outcome, Confidence::High);
    }
    if wire.outcome.name() == OutcomeName::Unreachable {
        let conflict = || disagree(&said(log), wire);
        return match said_outcome.name() {
            OutcomeName::Unreachable => Ruling::new(9, wire.outcome, Confidence::High),
            OutcomeName::SynTimeout | OutcomeName::ConnectionRefused => {
                Ruling::new(9, wire.outcome, Confidence::Medium).conflict(conflict()).because(Doubt::Disagree)
            }
            _ => Ruling::new(9, wire.outcome, Confidence::Low).conflict(conflict()).because(Doubt::Disagree),
        };
    }
    if said_outcome.name() == OutcomeName::TlsFailure && wire.outcome.name() == OutcomeName::TlsFailure {
        let conflict = if wire.is_certain() { disagree(&said(log), wire) } else { None };
        return Ruling::new(10, said_outcome, Confidence::Medium).conflict(conflict).because(Doubt::OtherTlsFailure);
    }
    let outcome = if wire.is_certain() || log.weight == Weight::Vague { wire.outcome } else { said_outcome };
    Ruling::new(11, outcome, Confidence::Low).conflict(disagree(&said(log), wire)).because(Doubt::Disagree)
}

/// Returns the log's words, to follow `the log says`.
fn said(log: &LogEvidence<'_>) -> String {
    match (log.words, log.status, log.outcome) {
        (_, Some(status), _) => format!("status {status}"),
        (Some(words), None, _) => format!("`{words}`"),
        (None, None, Some(Outcome::Success)) => "that the answer was read".to_owned(),
        (None, None, _) => "nothing".to_owned(),
    }
}

/// Returns whether this failure is what ISE made of an answer with the status: of a body that it did not expect, of redirects
/// without an end, of an identity provider's refusal (400 or 401, RFC 6749, section 5.2).
const fn is_made_of(said: Outcome, read: u16) -> bool {
    match said {
        Outcome::OtherFailure(Some(OtherDetail::Redirect)) => matches!(read, 300..=399),
        Outcome::OtherFailure(Some(OtherDetail::TokenRefused)) => matches!(read, 400 | 401),
        Outcome::OtherFailure(_) => read == 200,
        _ => false,
    }
}

/// Returns whether the wire shows the request and can't tell how it ended.
fn is_untold(outcome: Outcome) -> bool {
    outcome.name() == OutcomeName::Unknown
}

fn is_encrypted(outcome: Outcome) -> bool {
    outcome == Outcome::Unknown(Some(UnknownDetail::Encrypted))
}

fn is_timeout(outcome: Outcome) -> bool {
    matches!(outcome.name(), OutcomeName::SynTimeout | OutcomeName::ReadTimeout) || is_handshake_timeout(outcome)
}

fn is_silence(outcome: Outcome) -> bool {
    is_timeout(outcome) || matches!(outcome, Outcome::ProxyError(None | Some(ProxyDetail::Unreachable)))
}

fn is_handshake_timeout(outcome: Outcome) -> bool {
    outcome == Outcome::TlsFailure(Some(crate::model::outcome::TlsDetail::HandshakeTimeout))
}

/// Returns whether both may be one silence: Java says `Read timed out` of it at any point behind the connect.
fn is_read_of(said: Outcome, wire: Outcome) -> bool {
    let waits_for_bytes = said == Outcome::ReadTimeout || is_handshake_timeout(said);
    waits_for_bytes && (wire == Outcome::ReadTimeout || is_handshake_timeout(wire) || wire == Outcome::ProxyError(None))
}

#[cfg(test)]
mod tests;
