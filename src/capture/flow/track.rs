//! Packets to connections: which one a packet belongs to, and when a connection has told all that it will.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use rayon::prelude::*;

use super::connection::{Flow, State};
use super::duplicates::Duplicates;
use super::stream_index::Numbers;
use crate::capture::flow_filter::FlowFilter;
use crate::capture::packet::{FiveTuple, Icmp, Packet, Segment};
use crate::capture::secrets::Secrets;
use crate::capture::{FrameRef, IcmpError, TcpFlow};
use crate::model::time::SECOND;

/// Connections that are kept for the report.
const MAX_FLOWS: usize = 1 << 15;
/// Connections of which it is remembered that they do not matter.
const MAX_REJECTED: usize = 1 << 16;
/// Segments that are kept for reading before the oldest connections are read and let go of.
const MAX_KEPT: usize = 1 << 17;
/// Connections that may wait to be read.
const MAX_UNREAD: usize = 1 << 12;
/// A closed connection that was quiet for so long has told all.
const QUIET: i64 = 60 * SECOND;

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// The connections that are followed.
pub(crate) struct Tracker<'a, 's> {
    watch: &'s FlowFilter<'s>,
    secrets: &'s Secrets,
    flows: Vec<Flow<'a>>,
    /// Places of `flows` that are free again.
    free: Vec<usize>,
    pairs: Map<FiveTuple, Pair>,
    rejected: VecDeque<FiveTuple>,
    duplicates: Duplicates,
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

impl<'a, 's> Tracker<'a, 's> {
    pub(crate) fn new(watch: &'s FlowFilter<'s>, secrets: &'s Secrets) -> Self {
        Self {
            watch,
            secrets,
            flows: Vec::new(),
            free: Vec::new(),
            pairs: Map::default(),
            rejected: VecDeque::new(),
            duplicates: Duplicates::new(),
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
        let ends = FiveTuple::new(packet.source, segment.source_port, packet.destination, segment.destination_port);
        let Some(to_server) = self.watch.to_server(&ends) else { return };
        self.note_stream(&ends, segment.has(Segment::SYN), at, numbers);
        let head = (ends, packet.ip_id, segment.sequence, segment.acknowledgment, segment.flags);
        if self.duplicates.is_one((head, segment.sent, segment.window, segment.stamp), at) {
            return;
        }
        let Some(index) = self.flow_of(&ends, to_server, segment, at, numbers) else { return };
        self.feed(index, &ends, segment, payload, at);
        self.sweep(at);
    }

    /// Only the first packet of a pair and SYNs begin what Wireshark counts.
    fn note_stream(&mut self, ends: &FiveTuple, syn: bool, at: FrameRef, numbers: &Numbers) {
        if syn
            && let Some(pair) = self.pairs.get_mut(&ends.canonical().0)
            && let Some(stream) = numbers.beginning_at(at.frame)
        {
            pair.stream = Some((at.input, stream));
        }
    }

    /// The connection that a segment belongs to, a new one where it opens one or where none is known.
    fn flow_of(
        &mut self,
        ends: &FiveTuple,
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
        let by_client = flow.is_client(ends);
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
        let side =
            |flow: &Flow| if flow.is_client(ends) { &flow.to_server } else { &flow.to_client }.fits(segment.sequence);
        // The place may have been given to another connection since.
        let earlier = flow.before.filter(|before| {
            let before = self.flows.get(*before).filter(|before| before.pair == pair && before.state != State::Gone);
            !side(flow) && before.is_some_and(side)
        });
        Some(earlier.unwrap_or(index))
    }

    fn begin(
        &mut self,
        ends: &FiveTuple,
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
        let flow = Flow::new(&way, stream, start_seen, at, before);
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

    fn feed(&mut self, index: usize, ends: &FiveTuple, segment: &Segment<'a>, payload: Cow<'a, [u8]>, at: FrameRef) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        let kept = flow.kept();
        let keep = flow.state == State::Open;
        // A client that begins with something else is not followed further.
        let first = flow.add(ends, segment, payload.clone(), at) == Some(0);
        let rejected = first && keep && flow.is_client(ends) && self.watch.rejects(&payload);
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
        flow.clear();
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
        if self.duplicates.is_one(head, at) {
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
        if flow.is_client(&ends) {
            flow.add_icmp(IcmpError { at, from, v6: icmp.v6, icmp_type: icmp.icmp_type, code: icmp.code });
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
