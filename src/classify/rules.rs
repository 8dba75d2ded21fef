#![doc = include_str!("rules.md")]

use crate::evidence::claim::Weight;
use crate::evidence::log::LogEvidence;
use crate::evidence::wire::WireEvidence;
use crate::model::doubt::Doubt;
use crate::model::outcome::{DnsDetail, Outcome, OutcomeName, ProxyDetail, UnknownDetail};
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
        let may_be = |said: Outcome| {
            let of_body = read == 200 && said.name() == OutcomeName::OtherFailure;
            said == wire.outcome || is_untold(wire.outcome) || of_body
        };
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
            Some(wire) if !around.in_log => wire.outcome,
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
mod tests {
    use super::*;
    use crate::model::outcome::{TlsDetail, UnreachableDetail};

    const SEEN: Coverage = Coverage { missed: false, in_log: true };

    fn log(outcome: Outcome, weight: Weight, status: Option<u16>) -> LogEvidence<'static> {
        LogEvidence { outcome: Some(outcome), failed: false, weight, status, words: Some("the words") }
    }

    fn words(outcome: Outcome) -> LogEvidence<'static> {
        log(outcome, Weight::Words, None)
    }

    fn wire(outcome: Outcome) -> WireEvidence {
        WireEvidence { outcome, doubts: Vec::new(), status: None, words: "what was seen".to_owned() }
    }

    const SILENT: LogEvidence<'static> =
        LogEvidence { outcome: None, failed: false, weight: Weight::Vague, status: None, words: None };
    const ENCRYPTED: Outcome = Outcome::Unknown(Some(UnknownDetail::Encrypted));

    /// Returns outcome, confidence, and a star for a conflict.
    fn told(ruling: &Ruling) -> String {
        let star = if ruling.conflict.is_some() { " *" } else { "" };
        format!("{} {}{star}", ruling.outcome, ruling.confidence.as_str())
    }

    fn of(log: &LogEvidence<'_>, wire: Option<WireEvidence>) -> String {
        told(&rule(log, wire.as_ref(), SEEN))
    }

    #[test]
    fn rule_1_a_status_of_the_proxy_is_not_the_servers() {
        let forbidden = log(Outcome::HttpError(Some(403)), Weight::Vague, Some(403));
        let denied = wire(Outcome::ProxyError(Some(ProxyDetail::Status(403))));
        let ruling = rule(&forbidden, Some(&denied), SEEN);
        assert_eq!(told(&ruling), "proxy_error/403 medium *");
        assert_eq!(ruling.status, None);
    }

    #[test]
    fn rule_2_a_status_that_was_read_on_the_wire_decides() {
        let read = |status, outcome| WireEvidence { status: Some(status), ..wire(outcome) };
        let not_found = log(Outcome::Http404, Weight::Proof, Some(404));
        assert_eq!(of(&not_found, Some(read(404, Outcome::Http404))), "http_404 high");
        assert_eq!(of(&not_found, Some(read(200, Outcome::Success))), "success low *");
        let outside = Coverage { missed: false, in_log: false };
        assert_eq!(told(&rule(&SILENT, Some(&read(200, Outcome::Success)), outside)), "success high");
    }

    #[test]
    fn rules_3_and_4_the_log_decides_on_the_status() {
        let not_found = log(Outcome::Http404, Weight::Proof, Some(404));
        assert_eq!(of(&not_found, Some(wire(ENCRYPTED))), "http_404 high");
        assert_eq!(of(&not_found, None), "http_404 high");
        assert_eq!(of(&not_found, Some(wire(Outcome::SynTimeout))), "http_404 low *");
        assert_eq!(of(&log(Outcome::HttpError(Some(502)), Weight::Vague, Some(502)), None), "http_error/502 low");
        let missed = Coverage { missed: true, in_log: true };
        assert_eq!(told(&rule(&not_found, None, missed)), "http_404 medium");
    }

    #[test]
    fn rule_5_the_wire_decides_where_the_log_is_silent() {
        let outside = Coverage { missed: false, in_log: false };
        let refused = wire(Outcome::ConnectionRefused);
        assert_eq!(told(&rule(&SILENT, Some(&refused), outside)), "connection_refused high");
        let missed = Coverage { missed: true, in_log: false };
        assert_eq!(told(&rule(&SILENT, Some(&refused), missed)), "connection_refused medium");
    }

    #[test]
    fn rule_6_an_exception_alone_is_a_good_word_but_no_proof() {
        assert_eq!(of(&words(Outcome::SynTimeout), None), "syn_timeout medium");
        assert_eq!(of(&words(Outcome::ReadTimeout), Some(wire(ENCRYPTED))), "read_timeout medium");
        assert_eq!(of(&log(Outcome::SynTimeout, Weight::Vague, None), None), "syn_timeout low");
    }

    #[test]
    fn rule_7_the_more_detailed_account_counts() {
        let nxdomain = Outcome::DnsFailure(Some(DnsDetail::NxDomain));
        assert_eq!(of(&words(Outcome::DnsFailure(None)), Some(wire(nxdomain))), "dns_failure/nxdomain high");
        let untrusted = Outcome::TlsFailure(Some(TlsDetail::UntrustedCertificate));
        let encrypted_alert = wire(Outcome::TlsFailure(None));
        assert_eq!(of(&words(untrusted), Some(encrypted_alert)), "tls_failure/untrusted_certificate high");
    }

    #[test]
    fn rule_8_the_wire_says_where_the_silence_was() {
        let handshake = Outcome::TlsFailure(Some(TlsDetail::HandshakeTimeout));
        assert_eq!(of(&words(Outcome::ReadTimeout), Some(wire(handshake))), "tls_failure/handshake_timeout high");
        let vague = log(Outcome::SynTimeout, Weight::Vague, None);
        assert_eq!(of(&vague, Some(wire(Outcome::ReadTimeout))), "read_timeout high");
    }

    #[test]
    fn rule_9_an_icmp_error_explains_a_timeout() {
        let prohibited = wire(Outcome::Unreachable(Some(UnreachableDetail::AdminProhibited)));
        let no_route = words(Outcome::Unreachable(Some(UnreachableDetail::Host)));
        assert_eq!(of(&no_route, Some(prohibited.clone())), "unreachable/admin_prohibited high");
        assert_eq!(of(&words(Outcome::SynTimeout), Some(prohibited)), "unreachable/admin_prohibited medium *");
    }

    #[test]
    fn rule_10_java_knows_best_what_it_disliked_in_a_certificate() {
        let expired = words(Outcome::TlsFailure(Some(TlsDetail::ExpiredCertificate)));
        let untrusted = wire(Outcome::TlsFailure(Some(TlsDetail::UntrustedCertificate)));
        assert_eq!(of(&expired, Some(untrusted)), "tls_failure/expired_certificate medium *");
    }

    #[test]
    fn rule_11_accounts_that_exclude_each_other_are_told_both() {
        let refused = words(Outcome::ConnectionRefused);
        let ruling = rule(&refused, Some(&wire(Outcome::ReadTimeout)), SEEN);
        assert_eq!(told(&ruling), "read_timeout low *");
        let conflict = ruling.conflict.unwrap();
        assert!(conflict.contains("the words") && conflict.contains("what was seen"), "{conflict}");
        let doubtful = WireEvidence { doubts: vec![Doubt::MayMeanElse], ..wire(Outcome::ReadTimeout) };
        assert_eq!(of(&refused, Some(doubtful)), "connection_refused low *");
    }

    #[test]
    fn rule_12_nothing_is_made_of_nothing() {
        assert_eq!(of(&SILENT, None), "unknown/incomplete low");
        assert_eq!(of(&SILENT, Some(wire(ENCRYPTED))), "unknown/encrypted low");
        let fine = LogEvidence { status: Some(200), ..SILENT };
        assert_eq!(of(&fine, Some(wire(ENCRYPTED))), "unknown low");
    }
}
