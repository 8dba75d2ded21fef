//! A test for each rule, with what engineers meet in the field.

use super::*;
use crate::model::outcome::{ResetDetail, TlsDetail, UnreachableDetail};

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
fn rule_2_what_ise_made_of_an_answer_stands_beside_its_status() {
    let read = |status, outcome| Some(WireEvidence { status: Some(status), ..wire(outcome) });
    let page = read(200, Outcome::Success);
    let made = |detail| words(Outcome::OtherFailure(Some(detail)));
    assert_eq!(of(&made(OtherDetail::UnexpectedAnswer), page.clone()), "other_failure/unexpected_answer high");
    let refused = LogEvidence { status: Some(401), ..made(OtherDetail::TokenRefused) };
    assert_eq!(of(&refused, read(401, Outcome::Http401)), "other_failure/token_refused high");
    let redirected = read(302, Outcome::HttpError(Some(302)));
    assert_eq!(of(&made(OtherDetail::Redirect), redirected.clone()), "other_failure/redirect high");
    // Nobody refuses a token with a redirect, finds no end of redirects in a page, or waits in vain for what was read.
    assert_eq!(of(&made(OtherDetail::TokenRefused), redirected.clone()), "http_error/302 low *");
    assert_eq!(of(&made(OtherDetail::UnexpectedAnswer), redirected), "http_error/302 low *");
    assert_eq!(of(&made(OtherDetail::Redirect), page.clone()), "success low *");
    assert_eq!(of(&words(Outcome::ReadTimeout), page.clone()), "success low *");
    // An error in words that nobody knows is one of ISE, whatever the server said.
    let failed = LogEvidence { failed: true, ..SILENT };
    assert_eq!(of(&failed, page), "other_failure high");
    assert_eq!(of(&failed, read(404, Outcome::Http404)), "http_404 high");
}

#[test]
fn rule_2_a_200_is_sure_when_somebody_saw_what_came_with_it() {
    let read = |doubts| Some(WireEvidence { status: Some(200), doubts, ..wire(Outcome::Success) });
    let hidden = LogEvidence { status: Some(200), ..SILENT };
    assert_eq!(of(&hidden, read(Vec::new())), "success medium");
    // The log read the answer, whatever the capture lacks of it.
    let parsed = log(Outcome::Success, Weight::Proof, Some(200));
    assert_eq!(of(&parsed, read(vec![Doubt::BodyNotCaptured])), "success high");
    assert_eq!(of(&SILENT, read(vec![Doubt::BodyNotCaptured])), "success medium");
    let denied = WireEvidence { status: Some(401), ..wire(Outcome::Http401) };
    assert_eq!(of(&SILENT, Some(denied)), "http_401 high");
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
fn rule_3_an_answer_inside_of_tls_is_no_proxys_and_a_hidden_body_stays_hidden() {
    let bad_gateway = log(Outcome::HttpError(Some(502)), Weight::Vague, Some(502));
    assert_eq!(of(&bad_gateway, Some(wire(ENCRYPTED))), "http_error/502 high");
    let cut = wire(Outcome::Unknown(Some(UnknownDetail::Incomplete)));
    assert_eq!(of(&bad_gateway, Some(cut)), "http_error/502 low");
    let hidden = log(Outcome::Success, Weight::Words, Some(200));
    assert_eq!(of(&hidden, Some(wire(ENCRYPTED))), "success medium");
    assert_eq!(rule(&hidden, None, SEEN).reasons, [Doubt::BodyNotLogged]);
}

#[test]
fn rule_3_says_of_a_status_whose_it_may_be_and_of_a_broken_answer_that_only_the_log_has_it() {
    let reasons = |log: &LogEvidence<'_>| rule(log, None, SEEN).reasons;
    assert_eq!(reasons(&log(Outcome::HttpError(Some(502)), Weight::Words, Some(502))), [Doubt::MayBeOfProxy]);
    let broken = Outcome::ConnectionReset(Some(ResetDetail::AfterRequest));
    assert_eq!(reasons(&log(broken, Weight::Words, Some(200))), [Doubt::OnlyInLog]);
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
fn rule_7_the_log_takes_the_doubts_about_what_followed_and_leaves_the_others() {
    let unknown_host = words(Outcome::DnsFailure(None));
    let shown = |detail, doubt| Some(WireEvidence { doubts: vec![doubt], ..wire(Outcome::DnsFailure(Some(detail))) });
    // The client's repetitions say that nothing came; with one question, the answer may have been missed.
    assert_eq!(of(&unknown_host, shown(DnsDetail::NoAnswer, Doubt::LostPackets)), "dns_failure/no_answer high");
    assert_eq!(of(&unknown_host, shown(DnsDetail::NoAnswer, Doubt::AskedOnce)), "dns_failure/no_answer medium");
    assert_eq!(of(&unknown_host, shown(DnsDetail::NoData, Doubt::OneFamily)), "dns_failure/no_data medium");
    // The log shows that nothing came behind it.
    assert_eq!(of(&unknown_host, shown(DnsDetail::NxDomain, Doubt::MayBeRepeated)), "dns_failure/nxdomain high");
}

#[test]
fn rule_8_the_wire_says_where_the_silence_was() {
    let handshake = Outcome::TlsFailure(Some(TlsDetail::HandshakeTimeout));
    assert_eq!(of(&words(Outcome::ReadTimeout), Some(wire(handshake))), "tls_failure/handshake_timeout high");
    let vague = log(Outcome::SynTimeout, Weight::Vague, None);
    assert_eq!(of(&vague, Some(wire(Outcome::ReadTimeout))), "read_timeout high");
}

#[test]
fn rule_8_takes_a_timeout_for_a_silence_that_it_can_be_and_for_nothing_else() {
    let handshake = Outcome::TlsFailure(Some(TlsDetail::HandshakeTimeout));
    // The client believed the handshake begun, the capture shows it done.
    assert_eq!(of(&words(handshake), Some(wire(Outcome::ReadTimeout))), "read_timeout high");
    assert_eq!(of(&words(Outcome::ReadTimeout), Some(wire(Outcome::ProxyError(None)))), "proxy_error high");
    // Java says which of the two timed out: who read had connected, and who could not connect did not read.
    assert_eq!(of(&words(Outcome::SynTimeout), Some(wire(Outcome::ReadTimeout))), "read_timeout low *");
    assert_eq!(of(&words(Outcome::ReadTimeout), Some(wire(Outcome::SynTimeout))), "syn_timeout low *");
    // Vague words are for a timeout all the same.
    let vague = |outcome| log(outcome, Weight::Vague, None);
    assert_eq!(of(&vague(Outcome::SynTimeout), Some(wire(Outcome::ConnectionRefused))), "connection_refused low *");
    assert_eq!(of(&vague(Outcome::ConnectionRefused), Some(wire(Outcome::ReadTimeout))), "read_timeout low *");
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
fn rule_10_is_for_two_failures_of_tls() {
    let untrusted = Outcome::TlsFailure(Some(TlsDetail::UntrustedCertificate));
    assert_eq!(of(&words(untrusted), Some(wire(Outcome::ReadTimeout))), "read_timeout low *");
    assert_eq!(of(&words(Outcome::ReadTimeout), Some(wire(untrusted))), "tls_failure/untrusted_certificate low *");
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

#[test]
fn a_doubt_that_leaves_what_there_is_adds_no_reason() {
    let doubtful = WireEvidence { doubts: vec![Doubt::LostInFlow], ..wire(Outcome::ConnectionRefused) };
    let mut ruling = rule(&SILENT, Some(&doubtful), SEEN);
    ruling.lower(Doubt::BrokenTrail);
    assert_eq!((ruling.confidence, ruling.reasons), (Confidence::Medium, vec![Doubt::LostInFlow]));
}
