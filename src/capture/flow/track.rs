//! Packets to connections: which one a packet belongs to, what of it is a duplicate that the capture made, and when a
//! connection has told all that it will.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::net::{IpAddr, SocketAddr};

use foldhash::fast::FixedState;
use rayon::prelude::*;

use super::conversation::Numbers;
use super::direction::Direction;
use crate::capture::application::read_application;
use crate::capture::packet::{Ends, Icmp, Packet, Segment, address};
use crate::capture::secrets::Secrets;
use crate::capture::watch::Watch;
use crate::capture::{Close, FrameRef, IcmpError, Side, TcpFlow};
use crate::time::{MILLISECOND, SECOND};

/// Connections that are kept for the report.
const MAX_FLOWS: usize = 1 << 16;
/// Connections of which it is remembered that they do not matter.
const MAX_REJECTED: usize = 1 << 16;
/// Segments that are kept for reading before the oldest connections are read and let go of.
const MAX_KEPT: usize = 1 << 17;
/// Connections that may wait to be read.
const MAX_UNREAD: usize = 1 << 12;
/// SYNs and ICMP errors that are kept of one connection.
const MAX_SYNS: usize = 64;
const MAX_ICMP: usize = 16;
/// A closed connection that was quiet for so long has told all.
const QUIET: i64 = 60 * SECOND;
/// The same packet within this time is a duplicate that the capture made: both sides of a router, or of a bridge. A
/// retransmission takes longer, and has another IP identification or time stamp.
const DUPLICATE: i64 = 150 * MILLISECOND;
/// Packets in which duplicates are looked for.
const REMEMBERED: usize = 1 << 13;

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// The connections that are followed.
pub(crate) struct Tracker<'a, 's> {
    watch: &'s Watch<'s>,
    secrets: &'s Secrets,
    flows: Vec<Flow<'a>>,
    /// Places of `flows` that are free again.
    free: Vec<usize>,
    pairs: Map<Ends, Pair>,
    rejected: VecDeque<Ends>,
    /// Hashes of the latest packets. Seeded the same in each run, so that the outcome is, too; whoever finds packets that
    /// drive others out makes us count a duplicate as a retransmission.
    packets: Vec<(u64, i64)>,
    kept: usize,
    unread: usize,
    /// When to look again for connections that have told all.
    patience: usize,
    /// More came than are kept.
    pub(crate) overflow: bool,
}

/// What a pair of endpoints has now.
#[derive(Clone, Copy, Debug)]
struct Pair {
    latest: Latest,
    /// The input, and the number that Wireshark gives the pair's latest connection in it. It counts packets that tell us
    /// nothing, such as a SYN of the server.
    stream: Option<(usize, u64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Latest {
    Flow(usize),
    Rejected,
}

#[derive(Debug)]
struct Flow<'a> {
    facts: TcpFlow,
    pair: Ends,
    to_server: Direction<'a>,
    to_client: Direction<'a>,
    /// The connection that the same endpoints had before.
    before: Option<usize>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Payload is kept.
    Open,
    /// Payload was read; only counts go on.
    Read,
    /// It does not matter.
    Gone,
}

impl Flow<'_> {
    fn is_closed(&self) -> bool {
        let closes = &self.facts.closes;
        let fin = |side| closes.iter().any(|close| close.by == side);
        closes.iter().any(|close| close.reset) || (fin(Side::Client) && fin(Side::Server))
    }

    fn kept(&self) -> usize {
        self.to_server.kept() + self.to_client.kept()
    }

    /// Reads what was carried and lets go of it.
    fn read(&mut self, secrets: &Secrets) {
        let (mut client, mut server) = (Vec::new(), Vec::new());
        self.facts.to_server = self.to_server.facts();
        self.facts.to_client = self.to_client.facts();
        read_application(
            &mut self.facts,
            &self.to_server.text(&mut client),
            &self.to_client.text(&mut server),
            secrets,
        );
        self.to_server.forget();
        self.to_client.forget();
        self.state = State::Read;
    }
}

impl<'a, 's> Tracker<'a, 's> {
    pub(crate) fn new(watch: &'s Watch<'s>, secrets: &'s Secrets) -> Self {
        Self {
            watch,
            secrets,
            flows: Vec::new(),
            free: Vec::new(),
            pairs: Map::default(),
            rejected: VecDeque::new(),
            packets: vec![(0, 0); REMEMBERED],
            kept: 0,
            unread: 0,
            patience: MAX_UNREAD,
            overflow: false,
        }
    }

    /// Takes a TCP packet of a file whose connections have these numbers. The payload is given apart, since that of a packet
    /// that was put together from fragments does not lie in the file.
    pub(crate) fn segment(
        &mut self,
        packet: &Packet,
        segment: &Segment<'a>,
        payload: Cow<'a, [u8]>,
        at: FrameRef,
        numbers: &Numbers,
    ) {
        let ends = Ends::new(packet.source, segment.source_port, packet.destination, segment.destination_port);
        let Some(to_server) = self.watch.to_server(&ends) else { return };
        self.note_stream(&ends, segment.has(Segment::SYN), at, numbers);
        if self.is_duplicate(
            &(ends, packet.ip_id, segment.sequence, segment.acknowledgment, segment.flags),
            segment,
            at,
        ) {
            return;
        }
        let Some(index) = self.flow_of(&ends, to_server, segment, at, numbers) else { return };
        self.feed(index, &ends, segment, payload, at);
        self.sweep(at);
    }

    /// Only the first packet of a pair and SYNs begin what Wireshark counts.
    fn note_stream(&mut self, ends: &Ends, syn: bool, at: FrameRef, numbers: &Numbers) {
        if syn
            && let Some(pair) = self.pairs.get_mut(&ends.canonical().0)
            && let Some(stream) = numbers.beginning_at(at.frame)
        {
            pair.stream = Some((at.input, stream));
        }
    }

    fn is_duplicate(&mut self, head: &(Ends, u16, u32, u32, u8), segment: &Segment, at: FrameRef) -> bool {
        let tail = (segment.sent, segment.window, segment.stamp);
        self.is_repeated(FixedState::default().hash_one((head, tail)), at)
    }

    fn is_repeated(&mut self, hash: u64, at: FrameRef) -> bool {
        let now = at.time.nanos();
        let Some(slot) = self.packets.get_mut(hash as usize % REMEMBERED) else { return false };
        let repeated = slot.0 == hash && now.saturating_sub(slot.1).abs() < DUPLICATE;
        if !repeated {
            *slot = (hash, now);
        }
        repeated
    }

    /// The connection that a segment belongs to, a new one where it opens one or where none is known.
    fn flow_of(
        &mut self,
        ends: &Ends,
        to_server: bool,
        segment: &Segment,
        at: FrameRef,
        numbers: &Numbers,
    ) -> Option<usize> {
        let syn = segment.has(Segment::SYN);
        let syn_ack = syn && segment.has(Segment::ACK);
        let from_client = if syn { !syn_ack } else { to_server };
        let (pair, _) = ends.canonical();
        let known = match self.pairs.get(&pair).map(|pair| pair.latest) {
            Some(Latest::Flow(index)) => Some(index),
            Some(Latest::Rejected) if !syn || syn_ack => return None,
            _ => None,
        };
        let Some(index) = known else {
            // A SYN away from a server is another connection's.
            return (from_client == to_server).then(|| self.begin(ends, from_client, syn, at, numbers, None))?;
        };
        let flow = self.flows.get(index)?;
        let by_client = is_client(&flow.facts, ends);
        if syn && !syn_ack {
            if !to_server {
                return None;
            }
            let again = by_client && flow.to_server.initial() == Some(segment.sequence);
            return if again { Some(index) } else { self.begin(ends, true, true, at, numbers, Some(index)) };
        }
        if syn_ack {
            let opened = flow.to_server.initial().map(|initial| initial.wrapping_add(1));
            if !by_client && (opened == Some(segment.acknowledgment) || (opened.is_none() && !flow.facts.start_seen)) {
                return Some(index);
            }
            // The SYN was lost, and the connection before it is over.
            let over = flow.is_closed() && !by_client && !to_server;
            return over.then(|| self.begin(ends, false, true, at, numbers, Some(index)))?;
        }
        let side = |flow: &Flow| {
            if is_client(&flow.facts, ends) { &flow.to_server } else { &flow.to_client }.fits(segment.sequence)
        };
        // The place may have been given to another connection since.
        let earlier = flow.before.filter(|before| {
            let before = self.flows.get(*before).filter(|before| before.pair == pair && before.state != State::Gone);
            !side(flow) && before.is_some_and(side)
        });
        Some(earlier.unwrap_or(index))
    }

    fn begin(
        &mut self,
        ends: &Ends,
        from_client: bool,
        start_seen: bool,
        at: FrameRef,
        numbers: &Numbers,
        before: Option<usize>,
    ) -> Option<usize> {
        let (pair, _) = ends.canonical();
        // A connection that Wireshark does not count anew is the one that the endpoints had before.
        let same = || {
            let (input, stream) = self.pairs.get(&pair)?.stream?;
            (input == at.input && numbers.count_to(at.frame)).then_some(stream)
        };
        let stream = numbers.beginning_at(at.frame).or_else(same);
        let way = if from_client { *ends } else { ends.reversed() };
        let flow = Flow {
            facts: TcpFlow {
                stream,
                client: SocketAddr::new(address(way.source), way.source_port),
                server: SocketAddr::new(address(way.destination), way.destination_port),
                start_seen,
                first: at,
                last: at,
                syns: Vec::new(),
                syn_ack: None,
                closes: Vec::new(),
                icmp: Vec::new(),
                to_server: Default::default(),
                to_client: Default::default(),
                connect: None,
                tls: None,
                http: Vec::new(),
            },
            pair,
            to_server: Direction::default(),
            to_client: Direction::default(),
            before,
            state: State::Open,
        };
        let index = match self.free.pop() {
            Some(index) => {
                *self.flows.get_mut(index)? = flow;
                index
            }
            None if self.flows.len() < MAX_FLOWS => {
                self.flows.push(flow);
                self.flows.len() - 1
            }
            None => {
                self.overflow = true;
                return None;
            }
        };
        self.unread += 1;
        let stream = stream.map(|stream| (at.input, stream));
        self.pairs.insert(pair, Pair { latest: Latest::Flow(index), stream });
        Some(index)
    }

    fn feed(&mut self, index: usize, ends: &Ends, segment: &Segment<'a>, payload: Cow<'a, [u8]>, at: FrameRef) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        let by_client = is_client(&flow.facts, ends);
        let keep = flow.state == State::Open;
        let kept = flow.kept();
        flow.facts.last = flow.facts.last.max(at);
        let (own, other) = match by_client {
            true => (&mut flow.to_server, &mut flow.to_client),
            false => (&mut flow.to_client, &mut flow.to_server),
        };
        if segment.has(Segment::SYN) {
            if !by_client {
                flow.facts.syn_ack.get_or_insert(at);
                flow.facts.start_seen = true;
            } else if flow.facts.syns.len() < MAX_SYNS {
                flow.facts.syns.push(at);
            }
            if own.initial() != Some(segment.sequence) {
                own.open(segment.sequence);
            }
        }
        let reset = segment.has(Segment::RST);
        if segment.has(Segment::ACK) && !reset {
            other.acknowledge(segment.acknowledgment, at);
        }
        // A RST may carry a text, and its numbers need not fit.
        let first = if reset { None } else { own.add(segment, payload.clone(), at, keep) };
        if reset || segment.has(Segment::FIN) {
            let by = if by_client { Side::Client } else { Side::Server };
            if !flow.facts.closes.iter().any(|close| (close.by, close.reset) == (by, reset)) {
                flow.facts.closes.push(Close { at, by, reset });
            }
        }
        let rejected = by_client && first == Some(0) && keep && self.watch.rejects(&payload);
        self.kept = (self.kept + flow.kept()).saturating_sub(kept);
        if rejected {
            self.reject(index);
        }
    }

    /// Forgets a connection that does not matter.
    fn reject(&mut self, index: usize) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        if flow.state == State::Open {
            self.unread = self.unread.saturating_sub(1);
            self.kept = self.kept.saturating_sub(flow.kept());
        }
        flow.state = State::Gone;
        flow.to_server = Direction::default();
        flow.to_client = Direction::default();
        let pair = flow.pair;
        if let Some(now) = self.pairs.get_mut(&pair).filter(|now| now.latest == Latest::Flow(index)) {
            now.latest = Latest::Rejected;
            self.rejected.push_back(pair);
        }
        self.free.push(index);
        while self.rejected.len() > MAX_REJECTED {
            let Some(oldest) = self.rejected.pop_front() else { return };
            if self.pairs.get(&oldest).is_some_and(|pair| pair.latest == Latest::Rejected) {
                self.pairs.remove(&oldest);
            }
        }
    }

    /// Takes an ICMP error that quotes a TCP packet.
    pub(crate) fn icmp(&mut self, from: IpAddr, ip_id: u16, icmp: &Icmp, at: FrameRef, numbers: &Numbers) {
        let quote = &icmp.quote;
        let ends = quote.ends();
        if self.watch.to_server(&ends) != Some(true) {
            return;
        }
        let quoted = quote.transport.get(4..8).unwrap_or_default();
        let head = (ends, from, ip_id, quote.ip_id, quoted, icmp.icmp_type, icmp.code);
        if self.is_repeated(FixedState::default().hash_one(head), at) {
            return;
        }
        let (pair, _) = ends.canonical();
        self.note_stream(&ends, true, at, numbers);
        let index = match self.pairs.get(&pair).map(|pair| pair.latest) {
            Some(Latest::Flow(index)) => Some(index),
            Some(Latest::Rejected) => None,
            None => self.begin(&ends, true, false, at, numbers, None),
        };
        let Some(flow) = index.and_then(|index| self.flows.get_mut(index)) else { return };
        if is_client(&flow.facts, &ends) && flow.facts.icmp.len() < MAX_ICMP {
            flow.facts.last = flow.facts.last.max(at);
            flow.facts.icmp.push(IcmpError { at, from, v6: icmp.v6, icmp_type: icmp.icmp_type, code: icmp.code });
        }
    }

    /// Reads connections that have told all, so that what is kept stays small. What is read when depends on the packets
    /// alone.
    fn sweep(&mut self, at: FrameRef) {
        if self.kept > MAX_KEPT {
            // The half that was quiet for longest.
            let mut open: Vec<(FrameRef, usize)> = self.indices(|flow| flow.state == State::Open && flow.kept() > 0);
            open.sort_unstable();
            let mut kept = self.kept;
            let mut read = Vec::new();
            for (_, index) in open {
                if kept <= MAX_KEPT / 2 {
                    break;
                }
                kept = kept.saturating_sub(self.flows.get(index).map_or(0, Flow::kept));
                read.push(index);
            }
            self.read(&read);
        }
        if self.unread > self.patience {
            let now = at.time.nanos();
            let told = self.indices(|flow| {
                let quiet = now.saturating_sub(flow.facts.last.time.nanos()) > QUIET;
                flow.state == State::Open && flow.is_closed() && quiet
            });
            self.read(&told.into_iter().map(|(_, index)| index).collect::<Vec<_>>());
            // Looking at all of them again and again would take quadratic time.
            self.patience = MAX_UNREAD + 2 * self.unread;
        }
    }

    fn indices(&self, wanted: impl Fn(&Flow) -> bool) -> Vec<(FrameRef, usize)> {
        let flows = self.flows.iter().enumerate().filter(|(_, flow)| wanted(flow));
        flows.map(|(index, flow)| (flow.facts.last, index)).collect()
    }

    /// Reads connections side by side, and forgets those that do not matter.
    fn read(&mut self, indices: &[usize]) {
        let mut wanted = vec![false; self.flows.len()];
        for &index in indices {
            if let Some(wanted) = wanted.get_mut(index) {
                *wanted = true;
            }
        }
        let secrets = self.secrets;
        let watch = self.watch;
        let gone: Vec<usize> = self
            .flows
            .par_iter_mut()
            .zip(&wanted)
            .enumerate()
            .filter(|(_, (flow, wanted))| **wanted && flow.state == State::Open)
            .filter_map(|(index, (flow, _))| {
                flow.read(secrets);
                let settled = flow.is_closed() || flow.to_server.facts().bytes > 0;
                (settled && !watch.keeps(&flow.facts)).then_some(index)
            })
            .collect();
        for index in gone {
            self.reject(index);
        }
        self.kept = self.flows.iter().map(Flow::kept).sum();
        self.unread = self.flows.iter().filter(|flow| flow.state == State::Open).count();
    }

    /// The connections that matter, in order of their first frame.
    pub(crate) fn finish(mut self) -> Vec<TcpFlow> {
        let open: Vec<usize> = self.indices(|flow| flow.state == State::Open).into_iter().map(|(_, at)| at).collect();
        self.read(&open);
        let watch = self.watch;
        let mut flows: Vec<TcpFlow> = self
            .flows
            .into_iter()
            .filter(|flow| flow.state == State::Read)
            .map(|mut flow| {
                flow.facts.to_server = flow.to_server.facts();
                flow.facts.to_client = flow.to_client.facts();
                flow.facts.closes.sort_by_key(|close| close.at);
                flow.facts
            })
            .filter(|flow| watch.keeps(flow))
            .collect();
        flows.sort_by_key(|flow| flow.first);
        flows
    }
}

fn is_client(flow: &TcpFlow, ends: &Ends) -> bool {
    Ends::new(flow.client.ip(), flow.client.port(), flow.server.ip(), flow.server.port()) == *ends
}
