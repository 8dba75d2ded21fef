//! What the wire alone says of a request, and in which words.

use std::net::IpAddr;

use super::account::{WireEvidence, close_words, doubt_unless, side};
use super::answer::{of_answer, of_broken_answer, of_possible_answer};
use super::ending::LONG_WAIT;
use super::handshake::{of_handshake_closed, of_no_request, speaks_no_tls};
use super::icmp::{icmp_meaning, unreachable};
use super::visibility::lost;
use super::{Ending, LookupResult, WireTry, tls_failure as tls};
use crate::capture::{Close, FlowSide, FrameRef, TcpFlow};
use crate::evidence::claim::{Answer, Claim, Weight, at_proxy};
use crate::model::count::nouns;
use crate::model::doubt::Doubt;
use crate::model::outcome::{DnsDetail, Outcome, OutcomeName, ProxyDetail, ResetDetail, TlsDetail, UnknownDetail};

/// Returns what the end of a request claims by itself. Without an end it is a lookup that led to no connection, with this
/// result; `status` is what was read of the answer.
pub fn claim(ending: Option<&Ending<'_>>, lookup: Option<LookupResult>, status: Option<u16>) -> Claim {
    let says = |outcome, weight, answer| Claim { outcome, weight, answer };
    let shows = |outcome| says(outcome, Weight::Proof, Answer::None);
    let waited_or_closed = |close: &Option<Close>| match close {
        Some(close) if close.by == FlowSide::Server => Outcome::ConnectionReset(Some(ResetDetail::AfterRequest)),
        _ => Outcome::ReadTimeout,
    };
    let Some(ending) = ending else {
        return match lookup {
            Some(LookupResult::Failed(detail)) => shows(Outcome::DnsFailure(detail)),
            Some(LookupResult::Found | LookupResult::Cut) | None => {
                says(Outcome::DnsFailure(None), Weight::Vague, Answer::None)
            }
        };
    };
    match ending {
        Ending::SynSilence => shows(Outcome::SynTimeout),
        Ending::Unreachable(icmp) => shows(Outcome::Unreachable(unreachable(icmp))),
        Ending::Refused(_) => shows(Outcome::ConnectionRefused),
        Ending::ConnectDenied(reply) => {
            let outcome = Outcome::ProxyError(Some(ProxyDetail::Status(reply.status)));
            says(outcome, Weight::Proof, Answer::Came(Some(reply.status)))
        }
        Ending::ConnectUnanswered(Some(_)) => shows(Outcome::ProxyError(None)),
        Ending::ConnectUnanswered(None) => says(Outcome::ProxyError(None), Weight::Vague, Answer::None),
        Ending::Alert(_) => shows(Outcome::TlsFailure(None)),
        Ending::HandshakeClosed(_) => shows(Outcome::ConnectionReset(Some(ResetDetail::DuringHandshake))),
        Ending::HandshakeAborted(_) => says(Outcome::TlsFailure(None), Weight::Vague, Answer::None),
        Ending::HandshakeSilence(_) => shows(Outcome::TlsFailure(Some(TlsDetail::HandshakeTimeout))),
        // Java compares the name when the handshake is done.
        Ending::NoRequest(_) => {
            says(Outcome::TlsFailure(Some(TlsDetail::HostnameMismatch)), Weight::Vague, Answer::None)
        }
        Ending::ResponseSilence(_) => shows(Outcome::ReadTimeout),
        Ending::ResponseClosed(close) => {
            // A short answer of TLS 1.3 looks like the close behind it.
            let answer = if close.by == FlowSide::Server && !close.reset { Answer::Perhaps } else { Answer::None };
            says(Outcome::ConnectionReset(Some(ResetDetail::AfterRequest)), Weight::Proof, answer)
        }
        Ending::PossiblyAnswered { close, .. } => says(waited_or_closed(close), Weight::Vague, Answer::Perhaps),
        Ending::AnswerBroken { close, .. } => says(waited_or_closed(close), Weight::Proof, Answer::Came(status)),
        Ending::Answered(_) => {
            let read = |status| Outcome::of_status(status).unwrap_or(Outcome::Unknown(None));
            let outcome = status.map_or(Outcome::Unknown(Some(UnknownDetail::Encrypted)), read);
            says(outcome, Weight::Proof, Answer::Came(status))
        }
        Ending::Cut => says(Outcome::Unknown(Some(UnknownDetail::Incomplete)), Weight::Vague, Answer::Perhaps),
    }
}

impl WireEvidence {
    /// Reads a try for this host. `to_proxy_host` is whether a lookup was for the proxy's name.
    pub fn of(wire: &WireTry<'_>, host: Option<&str>, to_proxy_host: bool) -> Self {
        let mut evidence = Self::of_ending(wire, host, to_proxy_host);
        if evidence.outcome.name() != OutcomeName::Unknown {
            evidence.doubts.extend(doubts(wire));
            evidence.doubts.sort_unstable();
            evidence.doubts.dedup();
        }
        evidence
    }

    fn of_ending(wire: &WireTry<'_>, host: Option<&str>, to_proxy_host: bool) -> Self {
        let proxied = wire.session.proxy.is_some();
        let says =
            |outcome, certain, words: String| Self { outcome, doubts: doubt_unless(certain), status: None, words };
        let claimed = claim(wire.ending.as_ref(), None, None).outcome;
        let claimed = if proxied { at_proxy(claimed) } else { claimed };
        let peer = wire.flow().map_or_else(String::new, |flow| flow.server.to_string());
        let Some(ending) = &wire.ending else {
            return of_lookup(wire, to_proxy_host);
        };
        if !ending.is_of_a_request() && speaks_no_tls(wire) {
            let outcome = Outcome::TlsFailure(Some(TlsDetail::NotTls));
            return says(outcome, true, format!("an answer in the clear from {peer} to the ClientHello"));
        }
        match ending {
            Ending::SynSilence => {
                let syns = wire.flow().map_or(0, |flow| flow.syns.len());
                says(claimed, true, format!("{syns} {} to {peer} without an answer", nouns(&syns, "SYN")))
            }
            Ending::Unreachable(icmp) => says(
                claimed,
                true,
                format!("an ICMP error ({}) from {} in answer to the SYN", icmp_meaning(icmp), icmp.from),
            ),
            Ending::Refused(_) => says(claimed, true, format!("RST from {peer} in answer to the SYN")),
            Ending::ConnectDenied(reply) => {
                says(claimed, true, format!("status {} as the proxy's answer to CONNECT", reply.status))
            }
            Ending::ConnectUnanswered(close) => {
                let end = close.map_or_else(|| "silence".to_owned(), |close| close_words(&close));
                // What the proxy closed in answer to CONNECT never reached the server.
                let certain = close.is_some_and(|close| close.by == FlowSide::Server);
                says(claimed, certain, format!("a CONNECT to {peer}, and then {end}"))
            }
            Ending::Alert(alert) => {
                let (detail, certain) = match wire.flow().and_then(|flow| flow.tls.as_ref()) {
                    Some(session) => tls::of_alert(*alert, session),
                    None => (None, false),
                };
                let name = alert.code.map_or("encrypted".into(), |(_, description)| description.name());
                let by = side(alert.by);
                says(Outcome::TlsFailure(detail), certain, format!("a TLS alert ({name}) from the {by}"))
            }
            Ending::HandshakeClosed(close) => of_handshake_closed(wire, close),
            Ending::HandshakeAborted(close) => {
                let session = wire.flow().and_then(|flow| flow.tls.as_ref());
                let why = session.and_then(|session| tls::of_abort(session, close.at, host));
                let outcome = why.map_or(Outcome::Unknown(Some(UnknownDetail::Incomplete)), Outcome::TlsFailure);
                says(outcome, false, format!("{} in the TLS handshake", close_words(close)))
            }
            // A client that has enough of waiting closes; where nobody was seen to, more may be unseen.
            Ending::HandshakeSilence(close) => {
                says(claimed, close.is_some(), format!("silence of {peer} in the TLS handshake"))
            }
            Ending::NoRequest(close) => of_no_request(wire, *close, host),
            Ending::ResponseSilence(close) => {
                says(claimed, close.is_some(), format!("a request to {peer} without an answer"))
            }
            Ending::ResponseClosed(close) => {
                says(claimed, true, format!("{} in place of an answer", close_words(close)))
            }
            Ending::PossiblyAnswered { close, .. } => of_possible_answer(&peer, *close),
            Ending::AnswerBroken { close, .. } => of_broken_answer(wire, close.as_ref()),
            Ending::Answered(_) => of_answer(wire),
            Ending::Cut => says(claimed, false, "no end of the exchange".into()),
        }
    }
}

/// So many repetitions, 1, 2 and 4 seconds apart (RFC 6298), take as long as most clients wait.
const ENOUGH_REPETITIONS: usize = 2;

/// Returns why the capture may show less than there was.
fn doubts(wire: &WireTry<'_>) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let seen = wire.visibility;
    let Some(ending) = &wire.ending else {
        if let Some(lookup) = wire.lookups.last().filter(|lookup| lookup.rests_on_silence()) {
            doubts.extend((!seen.dns_answers).then_some(Doubt::NoDnsAnswers));
            doubts.extend((!lookup.asked_again()).then_some(Doubt::AskedOnce));
            doubts.extend(lookup.is_answered().then_some(Doubt::HalfAnswered));
            doubts.extend(seen.lost_packets.then_some(Doubt::LostPackets));
        }
        let went_on = wire.lookups.last().is_some_and(|lookup| lookup.went_on_unanswered());
        doubts.extend(went_on.then_some(Doubt::LastUnanswered));
        let one_family =
            wire.lookups.last().is_some_and(|lookup| lookup.has_no_data() && !lookup.asked_both_families());
        doubts.extend(one_family.then_some(Doubt::OneFamily));
        let contradicted = wire.lookups.last().is_some_and(|lookup| lookup.is_contradicted());
        doubts.extend(contradicted.then_some(Doubt::TwoAnswers));
        doubts.extend(wire.session.connected_after.then_some(Doubt::ConnectedAfter));
        return doubts;
    };
    let Some(flow) = wire.flow() else { return doubts };
    let silence = matches!(
        ending,
        Ending::SynSilence
            | Ending::HandshakeSilence(_)
            | Ending::ResponseSilence(_)
            | Ending::ConnectUnanswered(_)
            | Ending::NoRequest(_)
    );
    match ending {
        Ending::SynSilence => {
            doubts.extend((!seen.to_client).then_some(Doubt::OneDirection));
            let waited = |syn: &FrameRef| wire.capture_end.nanos().saturating_sub(syn.time.nanos());
            match flow.syns.as_slice() {
                [_] | [] => doubts.push(Doubt::AskedOnce),
                // Each repetition says that nothing came until then.
                [first, rest @ ..] => {
                    let enough = rest.len() >= ENOUGH_REPETITIONS;
                    let long_enough = enough || waited(first) >= LONG_WAIT;
                    doubts.extend((!long_enough && !wire.waited).then_some(Doubt::CaptureEnds));
                    doubts.extend((long_enough && !enough && !wire.waited).then_some(Doubt::StoppedAsking));
                }
            }
        }
        Ending::ConnectDenied(reply) => {
            let sent = flow.connect.as_ref().is_some_and(|connect| connect.credentials);
            doubts.extend((reply.status == 407 && !sent).then_some(Doubt::CredentialsToCome));
        }
        Ending::Unreachable(_) | Ending::Refused(_) | Ending::Answered(_) => {}
        _ => {
            let reused = wire.request.is_some_and(|index| index > 0);
            doubts.extend((reused && matches!(ending, Ending::ResponseClosed(_))).then_some(Doubt::MayBeRepeated));
            doubts.extend((!flow.start_seen).then_some(Doubt::NoBeginning));
            doubts.extend(lost(flow).then_some(Doubt::LostInFlow));
            doubts.extend((!flow.visibility.both_sides()).then_some(Doubt::LostInFlow));
        }
    }
    let not_taken = matches!(ending, Ending::SynSilence | Ending::Unreachable(_) | Ending::Refused(_));
    doubts.extend((not_taken && has_other_addresses(wire)).then_some(Doubt::OtherAddresses));
    doubts.extend((not_taken && is_out_of_order(wire, flow)).then_some(Doubt::OutOfOrder));
    doubts.extend(wire.session.host_unsure.then_some(Doubt::SharedAddress));
    doubts.extend((silence && seen.lost_packets).then_some(Doubt::LostPackets));
    doubts
}

fn of_lookup(wire: &WireTry<'_>, to_proxy_host: bool) -> WireEvidence {
    let result = wire.lookups.last().map(|lookup| lookup.result);
    let name = wire.lookups.last().map_or("", |lookup| lookup.host.as_str());
    let (outcome, certain, words) = match result {
        Some(LookupResult::Failed(detail)) => {
            let failure = Outcome::DnsFailure(detail);
            let failure = if to_proxy_host { at_proxy(failure) } else { failure };
            let rcode = wire.lookups.last().and_then(|lookup| lookup.rcode());
            let words = match (detail, rcode) {
                (Some(detail), _) => dns_words(detail).to_owned(),
                (None, Some(rcode)) => rcode.to_string(),
                (None, None) => "a failure".to_owned(),
            };
            (failure, true, format!("{words} for {name}"))
        }
        Some(LookupResult::Found) => (
            Outcome::Unknown(Some(UnknownDetail::Incomplete)),
            false,
            format!("an address for {name} and no connection to it"),
        ),
        Some(LookupResult::Cut) | None => {
            (Outcome::Unknown(Some(UnknownDetail::Incomplete)), false, format!("a question for {name} and not its end"))
        }
    };
    WireEvidence { outcome, doubts: doubt_unless(certain), status: None, words }
}

fn dns_words(detail: DnsDetail) -> &'static str {
    match detail {
        DnsDetail::NxDomain => "NXDOMAIN",
        DnsDetail::ServFail => "SERVFAIL",
        DnsDetail::Refused => "REFUSED",
        DnsDetail::NoData => "no address",
        DnsDetail::NoAnswer => "no answer",
    }
}

/// Returns whether the client may have gone on to another address of the host: it tries all of them. Those of a family that it
/// has no way for it tries without a packet, which looks like a packet that was not captured.
fn has_other_addresses(wire: &WireTry<'_>) -> bool {
    if wire.session.proxy.is_some() {
        return false;
    }
    let is_literal = wire.session.hosts.first().is_some_and(|(host, _)| host.parse::<IpAddr>().is_ok());
    if wire.lookups.is_empty() && !is_literal {
        return true;
    }
    let tried: Vec<IpAddr> = wire.session.flows.iter().chain(&wire.earlier).map(|flow| flow.server.ip()).collect();
    wire.lookups.iter().any(|lookup| {
        let is_other = |address: &IpAddr| !tried.contains(address);
        lookup.has_cut_answer() || lookup.addresses.iter().any(is_other)
    })
}

/// Returns whether an earlier connection of the session stands behind the last one in the file, so that either may have come
/// last.
fn is_out_of_order(wire: &WireTry<'_>, last: &TcpFlow) -> bool {
    let behind = |flow: &&TcpFlow| flow.first.input == last.first.input && flow.first.frame > last.first.frame;
    wire.session.flows.iter().any(behind)
}

/// Returns the addresses that were tried before the one that counts, and did not take the connection.
pub fn dead_before(wire: &WireTry<'_>) -> Vec<IpAddr> {
    let before = wire.session.flows.split_last().map_or(&[][..], |(_, before)| before);
    let dead = before.iter().chain(&wire.earlier).filter(|flow| flow.syn_ack.is_none()).map(|flow| flow.server.ip());
    let mut seen = Vec::new();
    for address in dead {
        if !seen.contains(&address) {
            seen.push(address);
        }
    }
    seen
}
