//! What the wire shows of a request, as events: lookup, connection, tunnel, handshake, request and answer.

use super::event::AttemptEvent;
use crate::capture::{DnsExchange, FlowSide, FrameRef, Rcode, TcpFlow, TlsSession};
use crate::catalog::listed;
use crate::evidence::wire::{Ending, Request, WireTry};
use crate::evidence::wire::{icmp_meaning, is_for_host, is_valid_at};
use crate::model::report::Endpoint;

/// SYNs that are shown of a connection.
const MAX_SYNS: usize = 12;
/// Addresses that are written out of an answer.
const MAX_ADDRESSES: usize = 4;

/// Returns the packets of a request.
pub(super) fn events(wire: &WireTry<'_>, host: Option<&str>) -> Vec<AttemptEvent> {
    let mut events = Vec::new();
    let failed_lookup = wire.ending.is_none();
    for exchange in wire.lookups.iter().flat_map(|lookup| &lookup.exchanges) {
        of_lookup(exchange, failed_lookup, &mut events);
    }
    let last = wire.flow();
    let flows = wire.earlier.iter().chain(&wire.session.flows);
    for flow in flows {
        let counts = last.is_some_and(|last| std::ptr::eq(last, *flow));
        ShownConnection { flow, wire: counts.then_some(wire), far: far_end(wire), host }.events(&mut events);
    }
    events
}

fn far_end(wire: &WireTry<'_>) -> Endpoint {
    if wire.session.proxy.is_some() { Endpoint::Proxy } else { Endpoint::Server }
}

fn of_lookup(exchange: &DnsExchange, decisive: bool, events: &mut Vec<AttemptEvent>) {
    let kind = exchange.qtype;
    let question = format!("{kind} {}?", exchange.name);
    let resolver = exchange.resolver.ip();
    let unanswered = exchange.answer.is_none();
    for (index, query) in exchange.queries.iter().enumerate() {
        let step = if index == 0 { question.clone() } else { format!("{question} again") };
        let event =
            AttemptEvent::frame(*query, Endpoint::Client, Endpoint::Resolver, step).decisive(decisive && unanswered);
        let proof = unanswered.then(|| format!("{question} to {resolver}, no answer"));
        events.push(match proof {
            Some(proof) => event.proves(proof),
            None => event,
        });
    }
    if let Some(icmp) = exchange.icmp {
        let what = format!("ICMP {} from {}", icmp_meaning(&icmp), icmp.from);
        let event = AttemptEvent::frame(icmp.at, Endpoint::Router, Endpoint::Client, what.clone());
        events.push(event.decisive(decisive).proves(format!("{what}: the resolver cannot be reached")));
    }
    let Some(answer) = &exchange.answer else { return };
    let result = match (answer.rcode, answer.addresses.as_slice()) {
        (Rcode::NOERROR, []) if answer.truncated => "truncated".to_owned(),
        (Rcode::NOERROR, []) => "no address".to_owned(),
        (Rcode::NOERROR, addresses) => {
            let shown: Vec<String> = addresses.iter().take(MAX_ADDRESSES).map(ToString::to_string).collect();
            let more = addresses.len().saturating_sub(MAX_ADDRESSES);
            shown.join(", ") + &if more > 0 { format!(" and {more} more") } else { String::new() }
        }
        (rcode, _) => rcode.to_string(),
    };
    let event = AttemptEvent::frame(answer.at, Endpoint::Resolver, Endpoint::Client, result.clone()).decisive(decisive);
    let worth_citing = decisive || !answer.addresses.is_empty();
    events.push(if worth_citing {
        event.proves(format!("{kind} {} = {result}, says {resolver}", exchange.name))
    } else {
        event
    });
}

/// A connection; with its request when it is the one that counts.
struct ShownConnection<'c, 'a> {
    flow: &'c TcpFlow,
    wire: Option<&'c WireTry<'a>>,
    far: Endpoint,
    host: Option<&'c str>,
}

impl ShownConnection<'_, '_> {
    fn events(&self, events: &mut Vec<AttemptEvent>) {
        let ending = self.wire.and_then(|wire| wire.ending.as_ref());
        self.handshake(ending, events);
        self.tunnel(ending, events);
        if let Some(tls) = &self.flow.tls {
            self.tls(tls, ending, events);
        }
        if let Some(request) = self.wire.and_then(WireTry::request) {
            self.request(request, ending, events);
        }
        let proof = ending.and_then(Ending::proof);
        for close in &self.flow.closes {
            let kind = if close.reset { "RST" } else { "FIN" };
            let decisive = proof == Some(close.at) && !matches!(ending, Some(Ending::Answered(_)));
            let event = self.sent(close.at, close.by, kind).decisive(decisive);
            events.push(if decisive { event.proves(self.close_proof(close.by, kind, ending)) } else { event });
        }
    }

    fn close_proof(&self, by: FlowSide, kind: &str, ending: Option<&Ending<'_>>) -> String {
        let who = if by == FlowSide::Client { Endpoint::Client } else { self.far };
        let when = match ending {
            Some(Ending::Refused(_)) => " in answer to the SYN",
            Some(Ending::HandshakeClosed(_) | Ending::HandshakeAborted(_)) => " in the TLS handshake",
            Some(Ending::HandshakeSilence(_)) => " after silence in the TLS handshake",
            Some(Ending::AnswerBroken { .. }) => " before the answer was whole",
            Some(Ending::PossiblyAnswered { .. }) => " behind what may be an answer or a session ticket",
            Some(Ending::ResponseSilence(_)) => ": it gave up waiting for an answer",
            Some(Ending::ResponseClosed(_)) => " in place of an answer",
            Some(Ending::NoRequest(_)) => " when the handshake was done, without a request",
            Some(Ending::ConnectUnanswered(_)) => " in place of an answer to CONNECT",
            _ => "",
        };
        format!("{kind} from the {}{when}", who.as_str())
    }

    /// Returns a packet of one of the two sides.
    fn sent(&self, at: FrameRef, by: FlowSide, step: impl Into<String>) -> AttemptEvent {
        match by {
            FlowSide::Client => AttemptEvent::frame(at, Endpoint::Client, self.far, step),
            FlowSide::Server => AttemptEvent::frame(at, self.far, Endpoint::Client, step),
        }
    }

    fn stream(&self) -> Option<String> {
        self.flow.stream.map(|stream| format!("tcp.stream eq {stream}"))
    }

    fn handshake(&self, ending: Option<&Ending<'_>>, events: &mut Vec<AttemptEvent>) {
        let server = self.flow.server;
        let unanswered =
            self.flow.syn_ack.is_none() && self.flow.challenge_ack.is_none() && self.flow.closes.is_empty();
        let silent = matches!(ending, Some(Ending::SynSilence)) || (self.wire.is_none() && unanswered);
        let count = self.flow.syns.len();
        for (index, syn) in self.flow.syns.iter().enumerate().take(MAX_SYNS) {
            let step = if index == 0 { "SYN" } else { "SYN again" };
            let event = self.sent(*syn, FlowSide::Client, step).decisive(matches!(ending, Some(Ending::SynSilence)));
            events.push(match index {
                0 => event.proves(format!("SYN to {server}")).filter(self.stream()),
                _ if index + 1 == count && silent => {
                    event.proves(format!("SYN number {count} to {server}, never answered"))
                }
                _ => event,
            });
        }
        if let Some(ack) = self.flow.challenge_ack {
            let event = self.sent(ack, FlowSide::Server, "ACK of another connection");
            events.push(event.proves(format!(
                "ACK from {server} that does not acknowledge the SYN: it believes in an older connection from that port"
            )));
        }
        for icmp in &self.flow.icmp {
            let what = format!("ICMP {}", icmp_meaning(icmp));
            let event = AttemptEvent::frame(icmp.at, Endpoint::Router, Endpoint::Client, what.clone());
            let decisive = matches!(ending, Some(Ending::Unreachable(last)) if last.at == icmp.at);
            events.push(
                event.decisive(decisive).proves(format!("{what} from {}, which quotes the SYN to {server}", icmp.from)),
            );
        }
        if let Some(ack) = self.flow.syn_ack {
            let event = self.sent(ack, FlowSide::Server, "SYN-ACK");
            events.push(if self.flow.syns.len() > 1 || self.wire.is_some_and(|wire| wire.session.flows.len() > 1) {
                event.proves(format!("SYN-ACK from {server}"))
            } else {
                event
            });
        }
    }

    fn tunnel(&self, ending: Option<&Ending<'_>>, events: &mut Vec<AttemptEvent>) {
        let Some(connect) = &self.flow.connect else { return };
        let what = format!("CONNECT {}:{}", connect.host, connect.port);
        let unanswered = matches!(ending, Some(Ending::ConnectUnanswered(_)));
        events.push(self.sent(connect.request, FlowSide::Client, what.clone()).decisive(unanswered).proves(what));
        for (reply, last) in
            connect.earlier.iter().map(|reply| (reply, false)).chain(connect.reply.iter().map(|reply| (reply, true)))
        {
            let decisive = last && matches!(ending, Some(Ending::ConnectDenied(_)));
            let what = format!("{} {}", reply.status, reply.reason);
            let event = self.sent(reply.at, FlowSide::Server, what.trim()).decisive(decisive);
            events.push(event.proves(format!("the proxy answers CONNECT with {}", what.trim())));
        }
    }

    fn tls(&self, tls: &TlsSession, ending: Option<&Ending<'_>>, events: &mut Vec<AttemptEvent>) {
        let silent = matches!(ending, Some(Ending::HandshakeSilence(_)));
        if let Some(hello) = tls.client_hello {
            let event = self.sent(hello, FlowSide::Client, "ClientHello").decisive(silent);
            let name = tls.sni.as_deref().map(|sni| format!(" for {sni}")).unwrap_or_default();
            let what =
                if silent { format!("ClientHello{name}, and no answer to it") } else { format!("ClientHello{name}") };
            events.push(event.proves(what));
        }
        if let Some(hello) = tls.server_hello {
            let resumed = if tls.resumed == Some(true) { ", session resumed" } else { "" };
            events.push(self.sent(hello, FlowSide::Server, format!("ServerHello{resumed}")));
        }
        let failed = matches!(ending, Some(Ending::Alert(_) | Ending::HandshakeAborted(_) | Ending::NoRequest(_)));
        if let Some((at, chain)) = &tls.certificate {
            let event = self.sent(*at, FlowSide::Server, "Certificate").decisive(failed);
            events.push(match chain.first().filter(|_| failed) {
                Some(leaf) => event.proves(self.certificate(leaf, *at)),
                None => event,
            });
        }
        if let Some(done) = tls.established {
            events.push(
                self.sent(done, FlowSide::Client, "TLS established")
                    .decisive(matches!(ending, Some(Ending::NoRequest(_)))),
            );
        }
        for alert in &tls.alerts {
            let decisive = matches!(ending, Some(Ending::Alert(last)) if last.at == alert.at);
            let name = alert.code.map_or("encrypted".into(), |(_, description)| description.name());
            let event = self.sent(alert.at, alert.by, format!("Alert {name}")).decisive(decisive);
            let who = if alert.by == FlowSide::Client { Endpoint::Client } else { self.far };
            events.push(if decisive {
                event.proves(format!("TLS alert {name} from the {}", who.as_str()))
            } else {
                event
            });
        }
    }

    fn certificate(&self, leaf: &crate::capture::CertificateFacts, at: FrameRef) -> String {
        let mut what = format!("certificate {} issued by {}", leaf.subject, leaf.issuer);
        if leaf.self_signed {
            what += ", self-signed";
        }
        if !is_valid_at(leaf, at.time) {
            what += &format!(", valid from {} to {}", leaf.not_before, leaf.not_after);
        }
        if let Some(host) = self.host.filter(|host| !is_for_host(leaf, host)) {
            let names = listed(leaf.names.iter().map(String::as_str), 0).unwrap_or_else(|| "no name".to_owned());
            what += &format!(", for {names} and not for {host}");
        }
        what
    }

    fn request(&self, request: &Request<'_>, ending: Option<&Ending<'_>>, events: &mut Vec<AttemptEvent>) {
        let unanswered = matches!(ending, Some(Ending::ResponseSilence(_) | Ending::ResponseClosed(_)));
        let exchange = request.exchange;
        let method = exchange.and_then(|exchange| exchange.method.as_deref()).unwrap_or("GET");
        let asked = exchange.and_then(|exchange| exchange.target.as_deref()).map(|target| format!("{method} {target}"));
        if request.response.is_none_or(|(first, _)| first != request.at) {
            let event = self.sent(
                request.at,
                FlowSide::Client,
                asked.clone().unwrap_or_else(|| "request (encrypted)".to_owned()),
            );
            let what = asked.unwrap_or_else(|| "encrypted request".to_owned());
            events.push(event.decisive(unanswered).proves(if unanswered {
                what + ", without an answer"
            } else {
                what
            }));
        }
        if let Some((first, _)) = request.response {
            let status = request.reply().map(|reply| format!("{} {}", reply.status, reply.reason).trim().to_owned());
            let read = status.is_some();
            let step = status.clone().unwrap_or_else(|| "answer (encrypted)".to_owned());
            let how = if exchange.is_some_and(|exchange| exchange.decrypted) { ", decrypted" } else { "" };
            let what = status
                .map_or_else(|| "encrypted answer".to_owned(), |status| format!("the server answers {status}{how}"));
            events.push(self.sent(first, FlowSide::Server, step).decisive(read).proves(what));
        }
    }
}
