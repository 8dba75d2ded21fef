//! The first pass over a capture: who is worth following. What comes out are the endpoints that the second pass follows, and
//! the DNS exchanges.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use super::address_bloom::AddressBloom;
use super::chunks::Start;
use super::contacts::Contacts;
use super::dns::{Asked, DnsMessage, DnsStreams, Exchanges};
use super::flow::StreamIndex;
use super::frame_hints::{DNS, FrameHint, FrameHints};
use super::names::Names;
use super::packet::{FiveTuple, IcmpMessage, IpFragments, Packet, PacketBody};
use super::quality::{FileQuality, Peers};
use super::share;
use super::{DnsExchange, FrameRef, IcmpError, Interest};
use crate::model::fast_map::{FastMap, FastSet};

/// Endpoints, and connections whose ClientHello goes on in another segment, that are kept at most.
const MAX_ENDPOINTS: usize = 1 << 16;

/// A chunk to come back to.
pub(super) struct ScannedChunk {
    pub(super) start: Start,
    /// Frames before it.
    pub(super) before: u64,
    pub(super) bloom: AddressBloom,
}

/// All that the chunks of all files tell, in their order.
pub(super) struct FirstPass<'a> {
    exchanges: Exchanges,
    fragments: IpFragments<'a>,
    dns_streams: DnsStreams,
    pub(super) key_logs: Vec<(usize, &'a [u8])>,
    named_addresses: FastSet<IpAddr>,
    endpoints: FastMap<(u128, u16), bool>,
    suspects: FastSet<FiveTuple>,
    pub(super) peers: Peers,
    pub(super) contacts: Contacts,
}

/// Who is worth following.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// Addresses of MDM servers.
    pub(super) servers: FastSet<u128>,
    /// Addresses of proxies whose ports are not known.
    pub(super) proxies: FastSet<u128>,
    /// Endpoints by what they were asked for, and whether they are proxies.
    pub(super) endpoints: FastMap<(u128, u16), bool>,
    /// Connections that may be to an MDM server.
    pub(super) suspects: FastSet<FiveTuple>,
    pub(super) dns: Vec<DnsExchange>,
    /// Clients that were sent answers to queries that were not captured.
    pub(super) dns_queries_missing: BTreeSet<IpAddr>,
    /// There was more DNS of interest than is kept.
    pub(super) dns_overflow: bool,
}

impl<'a> FirstPass<'a> {
    pub(super) fn new(beside: usize) -> Self {
        Self {
            exchanges: Exchanges::new(share::exchanges(beside)),
            fragments: IpFragments::default(),
            dns_streams: DnsStreams::default(),
            key_logs: Vec::new(),
            named_addresses: FastSet::default(),
            endpoints: FastMap::default(),
            suspects: FastSet::default(),
            peers: Peers::default(),
            contacts: Contacts::default(),
        }
    }

    /// Takes a chunk of the input, before which there were so many frames; returns who is in it.
    pub(super) fn take(
        &mut self,
        hints: FrameHints<'a, '_>,
        streams: &mut StreamIndex,
        input: usize,
        before: u64,
        quality: &mut FileQuality,
    ) -> AddressBloom {
        let names = hints.names;
        self.key_logs.extend(hints.key_logs.into_iter().map(|text| (input, text)));
        for (address, name) in hints.named_addresses {
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            if names.is_server(&name) && self.named_addresses.len() < MAX_ENDPOINTS {
                self.named_addresses.insert(address);
            }
        }
        for (number, time, hint) in hints.hints {
            let at = FrameRef { time, input, frame: before + u64::from(number) };
            match hint {
                FrameHint::Stream(head) => streams.observe(&head, at.frame),
                FrameHint::Endpoint(address, port, proxy) => {
                    if self.endpoints.len() < MAX_ENDPOINTS {
                        *self.endpoints.entry((address, port)).or_default() |= proxy;
                    }
                }
                FrameHint::Suspect(tuple) => {
                    if self.suspects.len() < MAX_ENDPOINTS {
                        self.suspects.insert(tuple);
                    }
                }
                FrameHint::Packet(packet) => {
                    if let PacketBody::Fragment(_) = packet.body {
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
        quality.take(hints.quality, before, &mut self.peers);
        self.contacts.add(hints.contacts);
        hints.bloom
    }

    fn packet(&mut self, packet: &Packet, at: FrameRef, names: &Names) {
        match packet.body {
            PacketBody::Udp { source_port, destination_port, payload, sent } => {
                if source_port == DNS || destination_port == DNS {
                    let from = SocketAddr::new(packet.source, source_port);
                    let to = SocketAddr::new(packet.destination, destination_port);
                    let message = DnsMessage::read(payload, sent);
                    self.message(message, from, to, false, packet.ip_id, at, names);
                }
            }
            PacketBody::Tcp(segment) => {
                let from = SocketAddr::new(packet.source, segment.source_port);
                let to = SocketAddr::new(packet.destination, segment.destination_port);
                let tuple = FiveTuple::new(from.ip(), from.port(), to.ip(), to.port());
                for framed in self.dns_streams.add(tuple, &segment, at) {
                    let message = DnsMessage::read(&framed.bytes, framed.sent);
                    self.message(message, from, to, true, packet.ip_id, framed.at, names);
                }
            }
            PacketBody::Icmp(icmp) => self.icmp(packet.source, &icmp, at),
            PacketBody::Fragment(_) => {}
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

    fn icmp(&mut self, from: IpAddr, icmp: &IcmpMessage, at: FrameRef) {
        let quote = &icmp.quote;
        let client = SocketAddr::new(quote.source, quote.source_port);
        let resolver = SocketAddr::new(quote.destination, quote.destination_port);
        let id = quote.transport.get(8..).and_then(<[u8]>::first_chunk).map(|id| u16::from_be_bytes(*id));
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

    /// Returns who is worth following, given the interest.
    pub(super) fn finish(self, names: &Names, interest: &Interest) -> Candidates {
        let number = super::packet::number;
        let mut candidates = Candidates { endpoints: self.endpoints, suspects: self.suspects, ..Candidates::default() };
        candidates.servers.extend(interest.addresses.iter().copied().map(number));
        candidates.servers.extend(self.named_addresses.iter().copied().map(number));
        for proxy in &interest.proxies {
            candidates.endpoints.insert((number(proxy.ip()), proxy.port()), true);
        }
        for (name, found) in self.exchanges.addresses() {
            if found.is_unspecified() {
                continue;
            }
            if names.is_proxy(name) { &mut candidates.proxies } else { &mut candidates.servers }.insert(number(found));
        }
        candidates.dns_overflow = self.exchanges.overflow;
        candidates.dns_queries_missing = self.exchanges.clients_with_unseen_queries();
        candidates.dns = self.exchanges.finish();
        candidates
    }
}

impl Candidates {
    /// Returns whether there is nobody to follow.
    pub(super) fn is_empty(&self) -> bool {
        self.servers.is_empty() && self.proxies.is_empty() && self.endpoints.is_empty() && self.suspects.is_empty()
    }

    /// Returns the addresses of all who are to be followed.
    pub(super) fn addresses(&self) -> impl Iterator<Item = u128> {
        let endpoints = self.endpoints.keys().map(|(address, _)| *address);
        let suspects = self.suspects.iter().map(|tuple| tuple.destination);
        self.servers.iter().copied().chain(self.proxies.iter().copied()).chain(endpoints).chain(suspects)
    }
}
