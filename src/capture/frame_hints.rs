//! Hints of the frames of a chunk to the first pass: DNS, the beginnings of TCP payload, and what counting connections needs.
//! All of it is told without regard to the connection that it belongs to; so a chunk needs to know nothing of the chunks
//! before it, and what can't matter costs a few loads.

use std::net::IpAddr;

use super::Interest;
use super::address_bloom::AddressBloom;
use super::contacts::Contacts;
use super::container::{Damage, Frame, InterfaceDescription, InterfaceStatistics, Sink};
use super::dns::question_name;
use super::flow::{RecentStreams, StreamHead};
use super::http::{peek_connect, peek_http_request};
use super::names::{Names, is_target};
use super::packet::{
    FastPath, FiveTuple, IcmpMessage, Packet, PacketBody, Segment, Skipped, decode, decode_payload, fast_path, number,
};
use super::quality::{Activity, ChunkQuality, FrameKind};
use super::tls::peek_sni;
use crate::model::mdm::is_api_target;
use crate::model::time::Timestamp;

/// Key logs and names that are taken from one chunk of a file.
const MAX_EXTRAS: usize = 1 << 12;

/// The port of resolvers.
pub(super) const DNS: u16 = 53;

/// A hint of one frame to the first pass.
#[derive(Clone, Copy, Debug)]
pub(super) enum FrameHint<'a> {
    /// DNS, an ICMP error that quotes it, or a fragment that may be of it.
    Packet(Packet<'a>),
    /// Somebody asked this endpoint for an MDM server or for its API; whether that was a CONNECT.
    Endpoint(u128, u16, bool),
    /// A ClientHello without a name whose rest is in another segment.
    Suspect(FiveTuple),
    /// A packet that may begin a connection.
    Stream(StreamHead),
}

/// Seeds the hashes of endpoints for one run.
pub(super) type Seed = foldhash::fast::RandomState;

/// All that a chunk of a file tells the first pass.
pub(super) struct FrameHints<'a, 'i> {
    pub(super) names: &'i Names,
    interest: &'i Interest,
    seed: &'i Seed,
    recent: RecentStreams,
    pub(super) bloom: AddressBloom,
    pub(super) hints: Vec<(u32, Timestamp, FrameHint<'a>)>,
    pub(super) key_logs: Vec<&'a [u8]>,
    pub(super) named_addresses: Vec<(IpAddr, &'a [u8])>,
    pub(super) frames: u32,
    pub(super) damages: Vec<Damage>,
    pub(super) quality: ChunkQuality,
    pub(super) contacts: Contacts,
}

impl<'a, 'i> FrameHints<'a, 'i> {
    pub(super) fn new(names: &'i Names, interest: &'i Interest, seed: &'i Seed) -> Self {
        Self {
            names,
            interest,
            seed,
            recent: RecentStreams::new(),
            bloom: AddressBloom::default(),
            hints: Vec::new(),
            key_logs: Vec::new(),
            named_addresses: Vec::new(),
            frames: 0,
            damages: Vec::new(),
            quality: ChunkQuality::new(),
            contacts: Contacts::default(),
        }
    }

    /// Reads a frame with care; returns what it is.
    fn look(&mut self, frame: &Frame<'a>) -> FrameKind {
        let packet = match decode(frame.link, frame.bytes, frame.length) {
            Ok(packet) => packet,
            Err(skipped) => return self.skip(skipped),
        };
        match packet.body {
            PacketBody::Udp { source_port, destination_port, payload, .. } => {
                if source_port != DNS && destination_port != DNS {
                    return FrameKind::Udp;
                }
                let mut buffer = [0; 255];
                if question_name(payload, &mut buffer).is_some_and(|name| self.names.is_asked(name)) {
                    self.hint(frame, FrameHint::Packet(packet));
                }
                self.quality.peers.note(number(packet.source), number(packet.destination), Activity::Dns);
                // Servers that ask each other use the port on both sides.
                if destination_port == DNS { FrameKind::DnsQuery } else { FrameKind::DnsAnswer }
            }
            PacketBody::Tcp(segment) => {
                self.tcp(frame, &packet, &segment);
                FrameKind::Tcp
            }
            PacketBody::Icmp(icmp) => {
                self.icmp(frame, &packet, &icmp);
                FrameKind::Icmp
            }
            PacketBody::Fragment(fragment) => {
                if fragment.protocol == 17 {
                    self.hint(frame, FrameHint::Packet(packet));
                    return FrameKind::Udp;
                }
                if fragment.offset == 0
                    && let Some(PacketBody::Tcp(segment)) =
                        decode_payload(fragment.protocol, fragment.payload, fragment.sent)
                {
                    self.tcp(frame, &packet, &segment);
                }
                if fragment.protocol == 6 { FrameKind::Tcp } else { FrameKind::OtherIp }
            }
        }
    }

    /// Passes a frame by; returns what it is.
    #[inline]
    fn skip(&mut self, skipped: Skipped) -> FrameKind {
        match skipped {
            Skipped::Udp => FrameKind::Udp,
            Skipped::Icmp => FrameKind::Icmp,
            Skipped::OtherIp => FrameKind::OtherIp,
            Skipped::NotIp => FrameKind::NotIp,
            Skipped::Short => FrameKind::Short,
            Skipped::Unread(at) => {
                self.quality.unread(at, self.frames);
                FrameKind::Unread
            }
        }
    }

    fn icmp(&mut self, frame: &Frame<'a>, packet: &Packet<'a>, icmp: &IcmpMessage<'a>) {
        self.quality.peers.note(number(packet.source), number(packet.destination), Activity::IcmpError);
        if icmp.quote.tcp {
            let (sequence, flags) = icmp.quote.sequence_and_flags();
            let tuple = icmp.quote.tuple();
            self.bloom.add(&tuple);
            // Wireshark counts what is quoted like what was sent.
            let head = StreamHead::new(self.seed, &tuple, flags).numbered(sequence, 0).quoted();
            self.recent.forget(&head);
            self.hint(frame, FrameHint::Stream(head));
        } else if icmp.quote.destination_port == DNS {
            self.hint(frame, FrameHint::Packet(*packet));
        }
    }

    fn tcp(&mut self, frame: &Frame<'a>, packet: &Packet<'a>, segment: &Segment<'a>) {
        let tuple = packet.tuple_of(segment);
        let head = StreamHead::new(self.seed, &tuple, segment.flags);
        if self.recent.is_news(&head) {
            self.news(frame, &tuple, head.numbered(segment.sequence, segment.acknowledgment));
        }
        self.payload(frame, packet, segment);
    }

    fn news(&mut self, frame: &Frame<'a>, tuple: &FiveTuple, head: StreamHead) {
        self.bloom.add(tuple);
        if head.opens() {
            self.contacts.connected(tuple.destination, tuple.destination_port);
        }
        self.quality.peers.note(tuple.source, tuple.destination, Activity::Tcp);
        self.hint(frame, FrameHint::Stream(head));
    }

    fn payload(&mut self, frame: &Frame<'a>, packet: &Packet<'a>, segment: &Segment<'a>) {
        if segment.source_port == DNS || segment.destination_port == DNS {
            if segment.sent > 0 || segment.has(Segment::SYN) {
                self.hint(frame, FrameHint::Packet(Packet { body: PacketBody::Tcp(*segment), ..*packet }));
            }
            return;
        }
        let tuple = packet.tuple_of(segment);
        let cut = (segment.payload.len() as u64) < u64::from(segment.sent);
        self.sniff(frame, tuple, segment.payload, cut);
    }

    /// Looks for the beginning of what a client sends.
    #[inline]
    fn sniff(&mut self, frame: &Frame<'a>, tuple: FiveTuple, payload: &'a [u8], cut: bool) {
        match payload {
            [0x16, 3, _, high, low, 1, ..] => self.hello(frame, tuple, payload, [*high, *low], cut),
            [b'A'..=b'Z', b'A'..=b'Z', b'A'..=b'Z', ..] => self.request(frame, tuple, payload),
            _ => {}
        }
    }

    fn hello(&mut self, frame: &Frame<'a>, tuple: FiveTuple, payload: &[u8], length: [u8; 2], cut: bool) {
        match peek_sni(payload) {
            Some(name) if self.names.is_server(&name) => self.endpoint(frame, tuple, false),
            Some(name) => self.contacts.asked_for(tuple.destination, tuple.destination_port, name),
            None => {
                let behind = 5 + usize::from(u16::from_be_bytes(length));
                if !cut && payload.len() < behind {
                    self.hint(frame, FrameHint::Suspect(tuple));
                }
            }
        }
    }

    fn request(&mut self, frame: &Frame<'a>, tuple: FiveTuple, payload: &[u8]) {
        let connect = payload.starts_with(b"CONNECT ");
        let matters = if connect {
            peek_connect(payload).is_some_and(|(host, _)| is_target(&host, self.names, self.interest))
        } else {
            peek_http_request(payload).is_some_and(|request| {
                request.target.as_deref().is_some_and(is_api_target)
                    || request.host.is_some_and(|host| is_target(&host, self.names, self.interest))
            })
        };
        if matters {
            self.endpoint(frame, tuple, connect);
        }
    }

    fn endpoint(&mut self, frame: &Frame<'a>, tuple: FiveTuple, proxy: bool) {
        self.hint(frame, FrameHint::Endpoint(tuple.destination, tuple.destination_port, proxy));
    }

    fn hint(&mut self, frame: &Frame<'a>, hint: FrameHint<'a>) {
        self.hints.push((self.frames, frame.time, hint));
    }
}

impl<'a> Sink<'a> for FrameHints<'a, '_> {
    #[inline]
    fn frame(&mut self, frame: Frame<'a>) {
        self.frames += 1;
        let kind = match fast_path(frame.link, frame.bytes) {
            FastPath::Tcp(tcp) if tcp.tuple.source_port != DNS && tcp.tuple.destination_port != DNS => {
                let head = StreamHead::new(self.seed, &tcp.tuple, tcp.flags);
                if self.recent.is_news(&head) {
                    self.news(&frame, &tcp.tuple, head.numbered(tcp.sequence(), tcp.acknowledgment()));
                }
                self.sniff(&frame, tcp.tuple, tcp.payload(), frame.bytes.len() < frame.length as usize);
                FrameKind::Tcp
            }
            FastPath::Tcp(_) | FastPath::Decode => self.look(&frame),
            FastPath::Skip(skipped) => self.skip(skipped),
        };
        self.quality.note(&frame, kind);
    }

    fn interface(&mut self, number: u32, described: InterfaceDescription) {
        self.quality.interface(number, described);
    }

    fn statistics(&mut self, interface: u32, statistics: InterfaceStatistics) {
        self.quality.statistics(interface, statistics);
    }

    fn dropped(&mut self, interface: u32, packets: u64) {
        self.quality.dropped(interface, packets);
    }

    fn key_log(&mut self, text: &'a [u8]) {
        if self.key_logs.len() < MAX_EXTRAS {
            self.key_logs.push(text);
        }
    }

    fn name(&mut self, address: IpAddr, name: &'a [u8]) {
        if self.named_addresses.len() < MAX_EXTRAS {
            self.named_addresses.push((address, name));
        }
    }

    fn damage(&mut self, damage: Damage) {
        // One of a kind is enough to be told of.
        if self.damages.iter().all(|known| std::mem::discriminant(known) != std::mem::discriminant(&damage)) {
            self.damages.push(damage);
        }
    }
}
