//! The first pass over a capture: who is worth following. It reads DNS, and looks at what TCP payload begins with, without
//! regard to the connection that it belongs to; so a chunk of the file needs to know nothing of the chunks before it, and
//! what can't matter costs a few loads. What comes out are the endpoints that the second pass follows.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};

use super::chunks::Start;
use super::container::{Damage, Frame, Sink};
use super::dns::{Asked, DnsMessage, Exchanges, Streams, question_name};
use super::flow::{Conversations, Head, Recent};
use super::http::{peek_connect, peek_http_request};
use super::names::{Names, is_target};
use super::packet::{Body, Ends, Fragments, Glance, Icmp, Packet, Segment, decode, decode_payload, glance, is_known};
use super::sieve::Sieve;
use super::tls::peek_sni;
use super::{DnsExchange, FrameRef, IcmpError, Interest};
use crate::time::Timestamp;

/// Endpoints, and connections whose ClientHello goes on in another segment, that are kept at most.
const MAX_ENDPOINTS: usize = 1 << 16;
/// Key logs and names that are taken from one chunk of a file.
const MAX_EXTRAS: usize = 1 << 12;

const DNS: u16 = 53;

type Set<T> = HashSet<T, foldhash::fast::RandomState>;
type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// What is told by one frame.
#[derive(Clone, Copy, Debug)]
enum Find<'a> {
    /// DNS, an ICMP error that quotes it, or a fragment that may be of it.
    Packet(Packet<'a>),
    /// Somebody asked this endpoint for an MDM server or for its API; whether that was a CONNECT.
    Endpoint(u128, u16, bool),
    /// A ClientHello without a name whose rest is in another segment.
    Suspect(Ends),
    /// A packet that may begin a connection.
    Head(Head),
}

/// Seeds the hashes of endpoints for one run.
pub(super) type Seed = foldhash::fast::RandomState;

/// What a chunk of a file tells.
pub(super) struct Finds<'a, 'i> {
    names: &'i Names,
    interest: &'i Interest,
    seed: &'i Seed,
    recent: Recent,
    sieve: Sieve,
    finds: Vec<(u32, Timestamp, Find<'a>)>,
    key_logs: Vec<&'a [u8]>,
    hints: Vec<(IpAddr, &'a [u8])>,
    pub(super) frames: u32,
    pub(super) span: Option<(Timestamp, Timestamp)>,
    pub(super) damages: Vec<Damage>,
    /// Link types that can't be read, with the first frame of each.
    pub(super) unknown_links: Vec<(u16, u32)>,
}

impl<'a, 'i> Finds<'a, 'i> {
    pub(super) fn new(names: &'i Names, interest: &'i Interest, seed: &'i Seed) -> Self {
        Self {
            names,
            interest,
            seed,
            recent: Recent::new(),
            sieve: Sieve::default(),
            finds: Vec::new(),
            key_logs: Vec::new(),
            hints: Vec::new(),
            frames: 0,
            span: None,
            damages: Vec::new(),
            unknown_links: Vec::new(),
        }
    }

    #[inline]
    fn note_time(&mut self, time: Timestamp) {
        // Simple Packet Blocks have no time.
        if time.nanos() != 0 {
            self.span = Some(match self.span {
                Some((first, last)) => (first.min(time), last.max(time)),
                None => (time, time),
            });
        }
    }

    fn look(&mut self, frame: &Frame<'a>) {
        let Some(packet) = decode(frame.link, frame.bytes, frame.length) else { return };
        match packet.body {
            Body::Udp { source_port, destination_port, payload, .. } => {
                if source_port == DNS || destination_port == DNS {
                    let mut buffer = [0; 255];
                    if question_name(payload, &mut buffer).is_some_and(|name| self.names.is_asked(name)) {
                        self.find(frame, Find::Packet(packet));
                    }
                }
            }
            Body::Tcp(segment) => self.tcp(frame, &packet, &segment),
            Body::Icmp(icmp) if icmp.quote.tcp => {
                let (sequence, flags) = icmp.quote.sequence_and_flags();
                let ends = icmp.quote.ends();
                self.sieve.add(&ends);
                // Wireshark counts what is quoted like what was sent.
                let head = Head::new(self.seed, &ends, flags).numbered(sequence, 0).quoted();
                self.recent.forget(&head);
                self.find(frame, Find::Head(head));
            }
            Body::Icmp(icmp) => {
                if icmp.quote.destination_port == DNS {
                    self.find(frame, Find::Packet(packet));
                }
            }
            Body::Fragment(fragment) => {
                if fragment.protocol == 17 {
                    self.find(frame, Find::Packet(packet));
                } else if fragment.offset == 0
                    && let Some(Body::Tcp(segment)) = decode_payload(fragment.protocol, fragment.payload, fragment.sent)
                {
                    self.tcp(frame, &packet, &segment);
                }
            }
        }
    }

    fn tcp(&mut self, frame: &Frame<'a>, packet: &Packet<'a>, segment: &Segment<'a>) {
        let ends = Ends::new(packet.source, segment.source_port, packet.destination, segment.destination_port);
        let head = Head::new(self.seed, &ends, segment.flags);
        if self.recent.is_news(&head) {
            self.news(frame, &ends, head.numbered(segment.sequence, segment.acknowledgment));
        }
        self.payload(frame, packet, segment);
    }

    fn news(&mut self, frame: &Frame<'a>, ends: &Ends, head: Head) {
        self.sieve.add(ends);
        self.find(frame, Find::Head(head));
    }

    fn payload(&mut self, frame: &Frame<'a>, packet: &Packet<'a>, segment: &Segment<'a>) {
        if segment.source_port == DNS || segment.destination_port == DNS {
            if segment.sent > 0 || segment.has(Segment::SYN) {
                self.find(frame, Find::Packet(Packet { body: Body::Tcp(*segment), ..*packet }));
            }
            return;
        }
        let ends = Ends::new(packet.source, segment.source_port, packet.destination, segment.destination_port);
        let cut = (segment.payload.len() as u64) < u64::from(segment.sent);
        self.sniff(frame, ends, segment.payload, cut);
    }

    /// Looks at what a client may have sent.
    #[inline]
    fn sniff(&mut self, frame: &Frame<'a>, ends: Ends, payload: &'a [u8], cut: bool) {
        match payload {
            [0x16, 3, _, high, low, 1, ..] => self.hello(frame, ends, payload, [*high, *low], cut),
            [b'A'..=b'Z', b'A'..=b'Z', b'A'..=b'Z', ..] => self.request(frame, ends, payload),
            _ => {}
        }
    }

    fn hello(&mut self, frame: &Frame<'a>, ends: Ends, payload: &[u8], length: [u8; 2], cut: bool) {
        match peek_sni(payload) {
            Some(name) if self.names.is_server(&name) => self.endpoint(frame, ends, false),
            Some(_) => {}
            None => {
                let behind = 5 + usize::from(u16::from_be_bytes(length));
                if !cut && payload.len() < behind {
                    self.find(frame, Find::Suspect(ends));
                }
            }
        }
    }

    fn request(&mut self, frame: &Frame<'a>, ends: Ends, payload: &[u8]) {
        let connect = payload.starts_with(b"CONNECT ");
        let matters = if connect {
            peek_connect(payload).is_some_and(|(host, _)| is_target(&host, self.names, self.interest))
        } else {
            peek_http_request(payload).is_some_and(|request| {
                request.target.as_deref().is_some_and(is_api)
                    || request.host.is_some_and(|host| is_target(&host, self.names, self.interest))
            })
        };
        if matters {
            self.endpoint(frame, ends, connect);
        }
    }

    fn endpoint(&mut self, frame: &Frame<'a>, ends: Ends, proxy: bool) {
        self.find(frame, Find::Endpoint(ends.destination, ends.destination_port, proxy));
    }

    fn find(&mut self, frame: &Frame<'a>, find: Find<'a>) {
        self.finds.push((self.frames, frame.time, find));
    }
}

/// Whether a request's target is one of ISE's MDM API.
pub(super) fn is_api(target: &str) -> bool {
    target.contains("/ciscoise") || target.contains("/MDM/")
}

impl<'a> Sink<'a> for Finds<'a, '_> {
    #[inline]
    fn frame(&mut self, frame: Frame<'a>) {
        self.frames += 1;
        self.note_time(frame.time);
        match glance(frame.link, frame.bytes) {
            Glance::Tcp(tcp) => {
                if tcp.ends.source_port == DNS || tcp.ends.destination_port == DNS {
                    self.look(&frame);
                } else {
                    let head = Head::new(self.seed, &tcp.ends, tcp.flags);
                    if self.recent.is_news(&head) {
                        self.news(&frame, &tcp.ends, head.numbered(tcp.sequence(), tcp.acknowledgment()));
                    }
                    let payload = tcp.payload();
                    self.sniff(&frame, tcp.ends, payload, frame.bytes.len() < frame.length as usize);
                }
            }
            Glance::Look => self.look(&frame),
            Glance::Nothing => {
                if !is_known(frame.link) && self.unknown_links.iter().all(|(known, _)| *known != frame.link) {
                    self.unknown_links.push((frame.link, self.frames));
                }
            }
        }
    }

    fn key_log(&mut self, text: &'a [u8]) {
        if self.key_logs.len() < MAX_EXTRAS {
            self.key_logs.push(text);
        }
    }

    fn name(&mut self, address: IpAddr, name: &'a [u8]) {
        if self.hints.len() < MAX_EXTRAS {
            self.hints.push((address, name));
        }
    }

    fn damage(&mut self, damage: Damage) {
        // One of a kind is enough to be told of.
        if self.damages.iter().all(|known| std::mem::discriminant(known) != std::mem::discriminant(&damage)) {
            self.damages.push(damage);
        }
    }
}

/// A chunk to come back to.
pub(super) struct Chunk {
    pub(super) start: Start,
    /// Frames before it.
    pub(super) before: u64,
    pub(super) sieve: Sieve,
}

/// What all chunks of all files tell, in their order.
pub(super) struct Scout<'a> {
    exchanges: Exchanges,
    fragments: Fragments<'a>,
    streams: Streams,
    pub(super) key_logs: Vec<(usize, &'a [u8])>,
    hints: Set<IpAddr>,
    endpoints: Map<(u128, u16), bool>,
    suspects: Set<Ends>,
}

/// Who is worth following.
#[derive(Debug, Default)]
pub(super) struct Scent {
    /// Addresses of MDM servers.
    pub(super) servers: Set<u128>,
    /// Addresses of proxies whose ports are not known.
    pub(super) proxies: Set<u128>,
    /// Endpoints by what they were asked for, and whether they are proxies.
    pub(super) endpoints: Map<(u128, u16), bool>,
    /// Connections that may be to an MDM server.
    pub(super) suspects: Set<Ends>,
    pub(super) dns: Vec<DnsExchange>,
    /// There was more DNS of interest than is kept.
    pub(super) dns_overflow: bool,
}

impl<'a> Scout<'a> {
    pub(super) fn new() -> Self {
        Self {
            exchanges: Exchanges::default(),
            fragments: Fragments::default(),
            streams: Streams::default(),
            key_logs: Vec::new(),
            hints: Set::default(),
            endpoints: Map::default(),
            suspects: Set::default(),
        }
    }

    /// Takes a chunk of the input, before which there were so many frames; returns who is in it.
    pub(super) fn take(
        &mut self,
        finds: Finds<'a, '_>,
        conversations: &mut Conversations,
        input: usize,
        before: u64,
    ) -> Sieve {
        let names = finds.names;
        self.key_logs.extend(finds.key_logs.into_iter().map(|text| (input, text)));
        for (address, name) in finds.hints {
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            if names.is_server(&name) && self.hints.len() < MAX_ENDPOINTS {
                self.hints.insert(address);
            }
        }
        for (number, time, find) in finds.finds {
            let at = FrameRef { time, input, frame: before + u64::from(number) };
            match find {
                Find::Head(head) => conversations.observe(&head, at.frame),
                Find::Endpoint(address, port, proxy) => {
                    if self.endpoints.len() < MAX_ENDPOINTS {
                        *self.endpoints.entry((address, port)).or_default() |= proxy;
                    }
                }
                Find::Suspect(ends) => {
                    if self.suspects.len() < MAX_ENDPOINTS {
                        self.suspects.insert(ends);
                    }
                }
                Find::Packet(packet) => {
                    if let Body::Fragment(_) = packet.body {
                        let whole = self.fragments.add(&packet, time);
                        if let Some(packet) = whole.as_ref().and_then(|whole| whole.packet()) {
                            self.packet(&packet, at, names);
                        }
                    } else {
                        self.packet(&packet, at, names);
                    }
                }
            }
        }
        finds.sieve
    }

    fn packet(&mut self, packet: &Packet, at: FrameRef, names: &Names) {
        match packet.body {
            Body::Udp { source_port, destination_port, payload, sent } => {
                if source_port == DNS || destination_port == DNS {
                    let from = SocketAddr::new(packet.source, source_port);
                    let to = SocketAddr::new(packet.destination, destination_port);
                    let message = DnsMessage::read(payload, sent);
                    self.message(message, from, to, false, packet.ip_id, at, names);
                }
            }
            Body::Tcp(segment) => {
                let from = SocketAddr::new(packet.source, segment.source_port);
                let to = SocketAddr::new(packet.destination, segment.destination_port);
                let ends = Ends::new(from.ip(), from.port(), to.ip(), to.port());
                for framed in self.streams.add(ends, &segment, at) {
                    let message = DnsMessage::read(&framed.bytes, framed.sent);
                    self.message(message, from, to, true, packet.ip_id, framed.at, names);
                }
            }
            Body::Icmp(icmp) => self.icmp(packet.source, &icmp, at),
            Body::Fragment(_) => {}
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the envelope of a message")]
    fn message(
        &mut self,
        message: Option<DnsMessage>,
        from: SocketAddr,
        to: SocketAddr,
        tcp: bool,
        ip_id: u16,
        at: FrameRef,
        names: &Names,
    ) {
        // The resolver is the one on port 53; a server that asks others from there is not an ISE node.
        let Some(message) = message.filter(|message| names.is_asked(&message.name)) else { return };
        let resolver = if message.is_answer { from } else { to };
        if resolver.port() == DNS {
            self.exchanges.add(Asked { from, to, tcp, ip_id, at, message });
        }
    }

    fn icmp(&mut self, from: IpAddr, icmp: &Icmp, at: FrameRef) {
        let quote = &icmp.quote;
        let client = SocketAddr::new(quote.source, quote.source_port);
        let resolver = SocketAddr::new(quote.destination, quote.destination_port);
        let id = quote.transport.get(8..10).map(|id| u16::from_be_bytes([id[0], id[1]]));
        let error = IcmpError { at, from, v6: icmp.v6, icmp_type: icmp.icmp_type, code: icmp.code };
        self.exchanges.icmp(client, resolver, id, error);
    }

    /// Learns the names that answers point to and that somebody must have asked for apart; returns whether there are
    /// any, for which the files must be read again.
    pub(super) fn learn_names(&self, names: &mut Names) -> bool {
        let mut learned = false;
        for name in self.exchanges.dangling() {
            learned |= names.learn(name);
        }
        learned
    }

    /// Who is worth following, given the interest.
    pub(super) fn finish(self, names: &Names, interest: &Interest) -> Scent {
        let number = super::packet::number;
        let mut scent = Scent { endpoints: self.endpoints, suspects: self.suspects, ..Scent::default() };
        scent.servers.extend(interest.addresses.iter().copied().map(number));
        scent.servers.extend(self.hints.iter().copied().map(number));
        for proxy in &interest.proxies {
            scent.endpoints.insert((number(proxy.ip()), proxy.port()), true);
        }
        for (name, found) in self.exchanges.addresses() {
            if found.is_unspecified() {
                continue;
            }
            if names.is_proxy(name) { &mut scent.proxies } else { &mut scent.servers }.insert(number(found));
        }
        scent.dns_overflow = self.exchanges.overflow;
        scent.dns = self.exchanges.finish();
        scent
    }
}

impl Scent {
    /// Whether there is nobody to follow.
    pub(super) fn is_empty(&self) -> bool {
        self.servers.is_empty() && self.proxies.is_empty() && self.endpoints.is_empty() && self.suspects.is_empty()
    }

    /// The addresses of all who are to be followed.
    pub(super) fn addresses(&self) -> impl Iterator<Item = u128> {
        let endpoints = self.endpoints.keys().map(|(address, _)| *address);
        let suspects = self.suspects.iter().map(|ends| ends.destination);
        self.servers.iter().copied().chain(self.proxies.iter().copied()).chain(endpoints).chain(suspects)
    }
}
