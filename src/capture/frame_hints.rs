//! What a chunk of a file tells the first pass: DNS, what TCP payload begins with, and what counting connections needs. All
//! of it is told without regard to the connection that it belongs to; so a chunk needs to know nothing of the chunks before
//! it, and what can't matter costs a few loads.

use std::net::IpAddr;

use super::Interest;
use super::address_bloom::AddressBloom;
use super::container::{Damage, Frame, Sink};
use super::dns::question_name;
use super::flow::{Head, Recent};
use super::http::{peek_connect, peek_http_request};
use super::names::{Names, is_target};
use super::packet::{Body, FastPath, FiveTuple, Packet, Segment, decode, decode_payload, fast_path, is_known};
use super::tls::peek_sni;
use crate::model::time::Timestamp;

/// Key logs and names that are taken from one chunk of a file.
const MAX_EXTRAS: usize = 1 << 12;

/// The port of resolvers.
pub(super) const DNS: u16 = 53;

/// What is told by one frame.
#[derive(Clone, Copy, Debug)]
pub(super) enum FrameHint<'a> {
    /// DNS, an ICMP error that quotes it, or a fragment that may be of it.
    Packet(Packet<'a>),
    /// Somebody asked this endpoint for an MDM server or for its API; whether that was a CONNECT.
    Endpoint(u128, u16, bool),
    /// A ClientHello without a name whose rest is in another segment.
    Suspect(FiveTuple),
    /// A packet that may begin a connection.
    Head(Head),
}

/// Seeds the hashes of endpoints for one run.
pub(super) type Seed = foldhash::fast::RandomState;

/// What a chunk of a file tells.
pub(super) struct FrameHints<'a, 'i> {
    pub(super) names: &'i Names,
    interest: &'i Interest,
    seed: &'i Seed,
    recent: Recent,
    pub(super) bloom: AddressBloom,
    pub(super) finds: Vec<(u32, Timestamp, FrameHint<'a>)>,
    pub(super) key_logs: Vec<&'a [u8]>,
    pub(super) hints: Vec<(IpAddr, &'a [u8])>,
    pub(super) frames: u32,
    pub(super) span: Option<(Timestamp, Timestamp)>,
    pub(super) damages: Vec<Damage>,
    /// Link types that can't be read, with the first frame of each.
    pub(super) unknown_links: Vec<(u16, u32)>,
}

impl<'a, 'i> FrameHints<'a, 'i> {
    pub(super) fn new(names: &'i Names, interest: &'i Interest, seed: &'i Seed) -> Self {
        Self {
            names,
            interest,
            seed,
            recent: Recent::new(),
            bloom: AddressBloom::default(),
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
                        self.find(frame, FrameHint::Packet(packet));
                    }
                }
            }
            Body::Tcp(segment) => self.tcp(frame, &packet, &segment),
            Body::Icmp(icmp) if icmp.quote.tcp => {
                let (sequence, flags) = icmp.quote.sequence_and_flags();
                let ends = icmp.quote.ends();
                self.bloom.add(&ends);
                // Wireshark counts what is quoted like what was sent.
                let head = Head::new(self.seed, &ends, flags).numbered(sequence, 0).quoted();
                self.recent.forget(&head);
                self.find(frame, FrameHint::Head(head));
            }
            Body::Icmp(icmp) => {
                if icmp.quote.destination_port == DNS {
                    self.find(frame, FrameHint::Packet(packet));
                }
            }
            Body::Fragment(fragment) => {
                if fragment.protocol == 17 {
                    self.find(frame, FrameHint::Packet(packet));
                } else if fragment.offset == 0
                    && let Some(Body::Tcp(segment)) = decode_payload(fragment.protocol, fragment.payload, fragment.sent)
                {
                    self.tcp(frame, &packet, &segment);
                }
            }
        }
    }

    fn tcp(&mut self, frame: &Frame<'a>, packet: &Packet<'a>, segment: &Segment<'a>) {
        let ends = FiveTuple::new(packet.source, segment.source_port, packet.destination, segment.destination_port);
        let head = Head::new(self.seed, &ends, segment.flags);
        if self.recent.is_news(&head) {
            self.news(frame, &ends, head.numbered(segment.sequence, segment.acknowledgment));
        }
        self.payload(frame, packet, segment);
    }

    fn news(&mut self, frame: &Frame<'a>, ends: &FiveTuple, head: Head) {
        self.bloom.add(ends);
        self.find(frame, FrameHint::Head(head));
    }

    fn payload(&mut self, frame: &Frame<'a>, packet: &Packet<'a>, segment: &Segment<'a>) {
        if segment.source_port == DNS || segment.destination_port == DNS {
            if segment.sent > 0 || segment.has(Segment::SYN) {
                self.find(frame, FrameHint::Packet(Packet { body: Body::Tcp(*segment), ..*packet }));
            }
            return;
        }
        let ends = FiveTuple::new(packet.source, segment.source_port, packet.destination, segment.destination_port);
        let cut = (segment.payload.len() as u64) < u64::from(segment.sent);
        self.sniff(frame, ends, segment.payload, cut);
    }

    /// Looks at what a client may have sent.
    #[inline]
    fn sniff(&mut self, frame: &Frame<'a>, ends: FiveTuple, payload: &'a [u8], cut: bool) {
        match payload {
            [0x16, 3, _, high, low, 1, ..] => self.hello(frame, ends, payload, [*high, *low], cut),
            [b'A'..=b'Z', b'A'..=b'Z', b'A'..=b'Z', ..] => self.request(frame, ends, payload),
            _ => {}
        }
    }

    fn hello(&mut self, frame: &Frame<'a>, ends: FiveTuple, payload: &[u8], length: [u8; 2], cut: bool) {
        match peek_sni(payload) {
            Some(name) if self.names.is_server(&name) => self.endpoint(frame, ends, false),
            Some(_) => {}
            None => {
                let behind = 5 + usize::from(u16::from_be_bytes(length));
                if !cut && payload.len() < behind {
                    self.find(frame, FrameHint::Suspect(ends));
                }
            }
        }
    }

    fn request(&mut self, frame: &Frame<'a>, ends: FiveTuple, payload: &[u8]) {
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

    fn endpoint(&mut self, frame: &Frame<'a>, ends: FiveTuple, proxy: bool) {
        self.find(frame, FrameHint::Endpoint(ends.destination, ends.destination_port, proxy));
    }

    fn find(&mut self, frame: &Frame<'a>, find: FrameHint<'a>) {
        self.finds.push((self.frames, frame.time, find));
    }
}

/// Whether a request's target is one of ISE's MDM API.
pub(super) fn is_api(target: &str) -> bool {
    target.contains("/ciscoise") || target.contains("/MDM/")
}

impl<'a> Sink<'a> for FrameHints<'a, '_> {
    #[inline]
    fn frame(&mut self, frame: Frame<'a>) {
        self.frames += 1;
        self.note_time(frame.time);
        match fast_path(frame.link, frame.bytes) {
            FastPath::Tcp(tcp) => {
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
            FastPath::Look => self.look(&frame),
            FastPath::Nothing => {
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
