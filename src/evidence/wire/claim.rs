//! What the wire alone says of a request, and in which words.

use std::net::IpAddr;

use super::account::{WireEvidence, close_words, doubt_unless, side};
use super::answer::{of_answer, of_broken_answer, of_possible_answer};
use super::ending::LONG_WAIT;
use super::handshake::{of_handshake_closed, of_no_request, speaks_no_tls};
use super::visibility::{Doubt, lost};
use super::{Ending, LookupResult, WireTry, tls_failure as tls};
use crate::capture::{FrameRef, IcmpError, Side, TcpFlow};
use crate::model::outcome::{
    DnsDetail, Outcome, OutcomeName, ProxyDetail, ResetDetail, TlsDetail, UnknownDetail, UnreachableDetail,
};

impl WireEvidence {
    /// Of a try for this host. `to_proxy_host` is whether a lookup was for the proxy's name.
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
        let by_proxy = |detail, direct| if proxied { Outcome::ProxyError(Some(detail)) } else { direct };
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
                let outcome = by_proxy(ProxyDetail::Unreachable, Outcome::SynTimeout);
                let syns = wire.flow().map_or(0, |flow| flow.syns.len());
                says(
                    outcome,
                    true,
                    format!("{syns} SYN{} to {peer} without an answer", if syns == 1 { "" } else { "s" }),
                )
            }
            Ending::Unreachable(icmp) => {
                let outcome = by_proxy(ProxyDetail::Unreachable, Outcome::Unreachable(unreachable(icmp)));
                says(
                    outcome,
                    true,
                    format!("an ICMP error ({}) from {} in answer to the SYN", icmp_meaning(icmp), icmp.from),
                )
            }
            Ending::Refused(_) => {
                let outcome = by_proxy(ProxyDetail::Refused, Outcome::ConnectionRefused);
                says(outcome, true, format!("RST from {peer} in answer to the SYN"))
            }
            Ending::ConnectDenied(reply) => {
                let outcome = Outcome::ProxyError(Some(ProxyDetail::Status(reply.status)));
                says(outcome, true, format!("status {} as the proxy's answer to CONNECT", reply.status))
            }
            Ending::ConnectUnanswered(close) => {
                let end = close.map_or_else(|| "silence".to_owned(), |close| close_words(&close));
                // What the proxy closed in answer to CONNECT never reached the server.
                let certain = close.is_some_and(|close| close.by == Side::Server);
                says(Outcome::ProxyError(None), certain, format!("a CONNECT to {peer}, and then {end}"))
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
            Ending::HandshakeSilence(_) => {
                let outcome = Outcome::TlsFailure(Some(TlsDetail::HandshakeTimeout));
                says(outcome, true, format!("silence of {peer} in the TLS handshake"))
            }
            Ending::NoRequest(close) => of_no_request(wire, *close, host),
            Ending::ResponseSilence(close) => {
                says(Outcome::ReadTimeout, close.is_some(), format!("a request to {peer} without an answer"))
            }
            Ending::ResponseClosed(close) => {
                let outcome = Outcome::ConnectionReset(Some(ResetDetail::AfterRequest));
                says(outcome, true, format!("{} in place of an answer", close_words(close)))
            }
            Ending::PossiblyAnswered { close, .. } => of_possible_answer(&peer, *close),
            Ending::AnswerBroken { close, .. } => of_broken_answer(wire, close.as_ref()),
            Ending::Answered(_) => of_answer(wire),
            Ending::Cut => {
                says(Outcome::Unknown(Some(UnknownDetail::Incomplete)), false, "no end of the exchange".into())
            }
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
            doubts.extend(seen.lost_packets.then_some(Doubt::LostPackets));
        }
        let went_on = wire.lookups.last().is_some_and(|lookup| lookup.went_on_unanswered());
        doubts.extend(went_on.then_some(Doubt::LastUnanswered));
        let one_family =
            wire.lookups.last().is_some_and(|lookup| lookup.has_no_data() && !lookup.asked_both_families());
        doubts.extend(one_family.then_some(Doubt::OneFamily));
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
                    let long_enough = rest.len() >= ENOUGH_REPETITIONS || waited(first) >= LONG_WAIT;
                    doubts.extend((!long_enough && !wire.waited).then_some(Doubt::CaptureEnds));
                }
            }
        }
        Ending::Unreachable(_) | Ending::Refused(_) | Ending::ConnectDenied(_) | Ending::Answered(_) => {}
        _ => {
            doubts.extend((!flow.start_seen).then_some(Doubt::NoBeginning));
            doubts.extend(lost(flow).then_some(Doubt::LostInFlow));
            doubts.extend((!flow.visibility.both_sides()).then_some(Doubt::LostInFlow));
        }
    }
    let not_taken = matches!(ending, Ending::SynSilence | Ending::Unreachable(_) | Ending::Refused(_));
    doubts.extend((not_taken && has_other_addresses(wire, flow)).then_some(Doubt::OtherAddresses));
    doubts.extend((silence && seen.lost_packets).then_some(Doubt::LostPackets));
    doubts
}

fn of_lookup(wire: &WireTry<'_>, to_proxy_host: bool) -> WireEvidence {
    let result = wire.lookups.last().map(|lookup| lookup.result);
    let name = wire.lookups.last().map_or("", |lookup| lookup.host.as_str());
    let (outcome, certain, words) = match result {
        Some(LookupResult::Failed(detail)) => {
            let failure = if to_proxy_host {
                Outcome::ProxyError(Some(ProxyDetail::Unreachable))
            } else {
                Outcome::DnsFailure(detail)
            };
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

/// What an ICMP error says of the way (RFC 792; RFC 1812, section 5.2.7.1; RFC 4443, section 3.1).
fn unreachable(icmp: &IcmpError) -> Option<UnreachableDetail> {
    use UnreachableDetail::{AdminProhibited, Host, Network};
    match (icmp.v6, icmp.icmp_type, icmp.code) {
        (false, 3, 9 | 10 | 13 | 14 | 15) | (true, 1, 1 | 5 | 6) => Some(AdminProhibited),
        (false, 3, 0 | 6 | 11) | (true, 1, 0 | 2) | (false, 11, _) | (true, 3, _) => Some(Network),
        (false, 3, 1 | 5 | 7 | 8 | 12) | (true, 1, 3) => Some(Host),
        _ => None,
    }
}

/// The error in the words of its RFC.
pub fn icmp_meaning(icmp: &IcmpError) -> String {
    let words = match (icmp.v6, icmp.icmp_type, icmp.code) {
        (false, 3, 0) => "network unreachable",
        (false, 3, 1) => "host unreachable",
        (false, 3, 2) => "protocol unreachable",
        (false, 3, 3) | (true, 1, 4) => "port unreachable",
        (false, 3, 4) => "fragmentation needed",
        (false, 3, 6) => "destination network unknown",
        (false, 3, 7) => "destination host unknown",
        (false, 3, 9) => "network administratively prohibited",
        (false, 3, 10) => "host administratively prohibited",
        (false, 3, 11) => "network unreachable for this type of service",
        (false, 3, 12) => "host unreachable for this type of service",
        (false, 3, 13) | (true, 1, 1) => "communication administratively prohibited",
        (false, 11, _) | (true, 3, _) => "time to live exceeded in transit",
        (true, 1, 0) => "no route to destination",
        (true, 1, 2) => "beyond scope of source address",
        (true, 1, 3) => "address unreachable",
        (true, 1, 5) => "source address failed ingress/egress policy",
        (true, 1, 6) => "reject route to destination",
        (true, 2, _) => "packet too big",
        (_, kind, code) => return format!("type {kind}, code {code}"),
    };
    words.to_owned()
}

/// Returns whether the client may have gone on to another address of the host: it tries all of them, those of a family that it
/// has no way for without a packet.
fn has_other_addresses(wire: &WireTry<'_>, last: &TcpFlow) -> bool {
    if wire.session.proxy.is_some() {
        return false;
    }
    let tried: Vec<IpAddr> = wire.session.flows.iter().chain(&wire.earlier).map(|flow| flow.server.ip()).collect();
    wire.lookups.iter().any(|lookup| {
        let is_other = |address: &IpAddr| address.is_ipv4() == last.server.is_ipv4() && !tried.contains(address);
        lookup.has_cut_answer() || lookup.addresses.iter().any(is_other)
    })
}

/// Addresses that were tried before the one that counts, and did not take the connection.
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
