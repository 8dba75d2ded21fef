//! Packets to connections: which one a packet belongs to, and when a connection has told all that it will.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::net::IpAddr;

use rayon::prelude::*;

use super::connection::{FlowState, TrackedFlow};
use super::duplicates::Duplicates;
use super::stream_index::StreamNumbers;
use crate::capture::flow_filter::FlowFilter;
use crate::capture::packet::{FiveTuple, IcmpMessage, Packet, Segment};
use crate::capture::secrets::Secrets;
use crate::capture::{FrameRef, IcmpError, TcpFlow};
use crate::model::fast_map::FastMap;
use crate::model::time::SECOND;

/// Connections of which it is remembered that they do not matter.
const MAX_REJECTED: usize = 1 << 16;
/// Segments that are kept for reading before the oldest connections are read and let go of.
const MAX_KEPT: usize = 1 << 17;
/// Connections that may wait to be read.
const MAX_UNREAD: usize = 1 << 12;
/// A closed connection that was quiet for so long has told all.
const QUIET: i64 = 60 * SECOND;

/// The connections that are followed.
pub(crate) struct Tracker<'a, 's> {
    filter: &'s FlowFilter<'s>,
    secrets: &'s Secrets,
    flows: Vec<TrackedFlow<'a>>,
    /// Places of `flows` that are free again.
    free: Vec<usize>,
    pairs: FastMap<FiveTuple, EndpointPair>,
    rejected: VecDeque<FiveTuple>,
    duplicates: Duplicates,
    kept: usize,
    unread: usize,
    /// When to look again for connections that have told all.
    patience: usize,
    /// More came than are kept.
    pub(crate) overflow: bool,
}

/// The latest connection of a pair of endpoints.
#[derive(Clone, Copy, Debug)]
struct EndpointPair {
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
    pub(crate) fn new(filter: &'s FlowFilter<'s>, secrets: &'s Secrets) -> Self {
        Self {
            filter,
            secrets,
            flows: Vec::new(),
            free: Vec::new(),
            pairs: FastMap::default(),
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
        numbers: &StreamNumbers,
    ) {
        let tuple = packet.tuple_of(segment);
        let Some(to_server) = self.filter.to_server(&tuple) else { return };
        self.note_stream(&tuple, segment.has(Segment::SYN), at, numbers);
        let head = (tuple, packet.ip_id, segment.sequence, segment.acknowledgment, segment.flags);
        if self.duplicates.is_one((head, segment.sent, segment.window, segment.stamp), at) {
            self.note_duplicate(&tuple);
            return;
        }
        let Some(index) = self.flow_of(&tuple, to_server, segment, at, numbers) else { return };
        self.feed(index, &tuple, segment, payload, at);
        self.sweep(at);
    }

    fn note_duplicate(&mut self, tuple: &FiveTuple) {
        if let Some(Latest::Flow(index)) = self.pairs.get(&tuple.canonical().0).map(|pair| pair.latest)
            && let Some(flow) = self.flows.get_mut(index)
        {
            flow.add_duplicate();
        }
    }

    /// Notes the number that Wireshark gives a connection; only the first packet of a pair and SYNs begin one.
    fn note_stream(&mut self, tuple: &FiveTuple, syn: bool, at: FrameRef, numbers: &StreamNumbers) {
        if syn
            && let Some(pair) = self.pairs.get_mut(&tuple.canonical().0)
            && let Some(stream) = numbers.beginning_at(at.frame)
        {
            pair.stream = Some((at.input, stream));
        }
    }

    /// Finds the connection that a segment belongs to, a new one where it opens one or where none is known.
    fn flow_of(
        &mut self,
        tuple: &FiveTuple,
        to_server: bool,
        segment: &Segment,
        at: FrameRef,
        numbers: &StreamNumbers,
    ) -> Option<usize> {
        let syn = segment.has(Segment::SYN);
        let syn_ack = syn && segment.has(Segment::ACK);
        let from_client = if syn { !syn_ack } else { to_server };
        let (pair, _) = tuple.canonical();
        let known = match self.pairs.get(&pair).map(|pair| pair.latest) {
            Some(Latest::Flow(index)) => Some(index),
            Some(Latest::Rejected) if !syn || syn_ack => return None,
            _ => None,
        };
        let Some(index) = known else {
            // A SYN away from a server is another connection's.
            let index =
                (from_client == to_server).then(|| self.begin(tuple, from_client, syn, at, numbers, None))??;
            // An answer to a SYN that comes before it.
            let answers = segment.has(Segment::ACK) && (syn || segment.has(Segment::RST)) && !from_client;
            if let Some(flow) = self.flows.get_mut(index).filter(|_| answers) {
                flow.await_syn(segment.acknowledgment.wrapping_sub(1));
            }
            return Some(index);
        };
        let flow = self.flows.get(index)?;
        let by_client = flow.is_client(tuple);
        if syn && !syn_ack {
            if !to_server {
                return None;
            }
            let again = by_client && flow.is_opened_by(segment.sequence);
            return if again { Some(index) } else { self.begin(tuple, true, true, at, numbers, Some(index)) };
        }
        if syn_ack {
            let opened = flow.to_server.initial().map(|initial| initial.wrapping_add(1));
            if !by_client && (opened == Some(segment.acknowledgment) || (opened.is_none() && !flow.facts.start_seen)) {
                return Some(index);
            }
            // The SYN was lost, and the connection before it is over.
            let over = flow.is_closed() && !by_client && !to_server;
            return over.then(|| self.begin(tuple, false, true, at, numbers, Some(index)))?;
        }
        let side = |flow: &TrackedFlow| {
            if flow.is_client(tuple) { &flow.to_server } else { &flow.to_client }.fits(segment.sequence)
        };
        // The place may have been given to another connection since.
        let earlier = flow.before.filter(|before| {
            let before =
                self.flows.get(*before).filter(|before| before.pair == pair && before.state != FlowState::Gone);
            !side(flow) && before.is_some_and(side)
        });
        Some(earlier.unwrap_or(index))
    }

    fn begin(
        &mut self,
        tuple: &FiveTuple,
        from_client: bool,
        start_seen: bool,
        at: FrameRef,
        numbers: &StreamNumbers,
        before: Option<usize>,
    ) -> Option<usize> {
        let (pair, _) = tuple.canonical();
        // A connection that Wireshark does not count anew is the one that the endpoints had before.
        let same = || {
            let (input, stream) = self.pairs.get(&pair)?.stream?;
            (input == at.input && numbers.count_to(at.frame)).then_some(stream)
        };
        let stream = numbers.beginning_at(at.frame).or_else(same);
        let way = if from_client { *tuple } else { tuple.reversed() };
        let flow = TrackedFlow::new(&way, stream, start_seen, at, before);
        let index = match self.free.pop() {
            Some(index) => {
                *self.flows.get_mut(index)? = flow;
                index
            }
            None if self.flows.len() < self.filter.most_flows() => {
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
        self.pairs.insert(pair, EndpointPair { latest: Latest::Flow(index), stream });
        Some(index)
    }

    fn feed(&mut self, index: usize, tuple: &FiveTuple, segment: &Segment<'a>, payload: Cow<'a, [u8]>, at: FrameRef) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        let kept = flow.kept();
        let keep = flow.state == FlowState::Open;
        // A client that begins with something else is not followed further.
        let first = flow.add(tuple, segment, payload.clone(), at) == Some(0);
        let rejected = first && keep && flow.is_client(tuple) && self.filter.rejects(flow.facts.server, &payload);
        self.kept = (self.kept + flow.kept()).saturating_sub(kept);
        if rejected {
            self.reject(index);
        }
    }

    /// Forgets a connection that does not matter.
    fn reject(&mut self, index: usize) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        if flow.state == FlowState::Open {
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
    pub(crate) fn icmp(&mut self, from: IpAddr, ip_id: u16, icmp: &IcmpMessage, at: FrameRef, numbers: &StreamNumbers) {
        let quote = &icmp.quote;
        let tuple = quote.tuple();
        if self.filter.to_server(&tuple) != Some(true) {
            return;
        }
        let quoted = quote.transport.get(4..8).unwrap_or_default();
        let head = (tuple, from, ip_id, quote.ip_id, quoted, icmp.icmp_type, icmp.code);
        if self.duplicates.is_one(head, at) {
            return;
        }
        let (pair, _) = tuple.canonical();
        self.note_stream(&tuple, true, at, numbers);
        let (index, begins) = match self.pairs.get(&pair).map(|pair| pair.latest) {
            Some(Latest::Flow(index)) => (Some(index), false),
            Some(Latest::Rejected) => (None, false),
            None => (self.begin(&tuple, true, false, at, numbers, None), true),
        };
        let Some(flow) = index.and_then(|index| self.flows.get_mut(index)) else { return };
        let sequence = <[u8; 4]>::try_from(quoted).ok().map(u32::from_be_bytes);
        if let Some(sequence) = sequence.filter(|_| begins) {
            flow.await_syn(sequence);
        }
        if flow.is_client(&tuple) {
            let error = IcmpError { at, from, v6: icmp.v6, icmp_type: icmp.icmp_type, code: icmp.code };
            flow.add_icmp(error, sequence);
        }
    }

    /// Reads connections that have told all, so that what is kept stays small. What is read when depends on the packets
    /// alone.
    fn sweep(&mut self, at: FrameRef) {
        if self.kept > MAX_KEPT {
            // The half that was quiet for longest.
            let mut open: Vec<(FrameRef, usize)> =
                self.indices(|flow| flow.state == FlowState::Open && flow.kept() > 0);
            open.sort_unstable();
            let mut kept = self.kept;
            let mut read = Vec::new();
            for (_, index) in open {
                if kept <= MAX_KEPT / 2 {
                    break;
                }
                kept = kept.saturating_sub(self.flows.get(index).map_or(0, TrackedFlow::kept));
                read.push(index);
            }
            self.read(&read);
        }
        if self.unread > self.patience {
            let now = at.time.nanos();
            let told = self.indices(|flow| {
                let quiet = now.saturating_sub(flow.facts.last.time.nanos()) > QUIET;
                flow.state == FlowState::Open && flow.is_closed() && quiet
            });
            self.read(&told.into_iter().map(|(_, index)| index).collect::<Vec<_>>());
            // Looking at all of them again and again would take quadratic time.
            self.patience = MAX_UNREAD + 2 * self.unread;
        }
    }

    fn indices(&self, wanted: impl Fn(&TrackedFlow) -> bool) -> Vec<(FrameRef, usize)> {
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
        let filter = self.filter;
        let gone: Vec<usize> = self
            .flows
            .par_iter_mut()
            .zip(&wanted)
            .enumerate()
            .filter(|(_, (flow, wanted))| **wanted && flow.state == FlowState::Open)
            .filter_map(|(index, (flow, _))| {
                flow.read(secrets);
                let settled = flow.is_closed() || flow.to_server.facts().bytes > 0;
                (settled && !filter.keeps(&flow.facts)).then_some(index)
            })
            .collect();
        for index in gone {
            self.reject(index);
        }
        self.kept = self.flows.iter().map(TrackedFlow::kept).sum();
        self.unread = self.flows.iter().filter(|flow| flow.state == FlowState::Open).count();
    }

    /// Returns the connections that matter, in order of their first frame.
    pub(crate) fn finish(mut self) -> Vec<TcpFlow> {
        let open: Vec<usize> =
            self.indices(|flow| flow.state == FlowState::Open).into_iter().map(|(_, at)| at).collect();
        self.read(&open);
        let filter = self.filter;
        let mut flows: Vec<TcpFlow> = self
            .flows
            .into_iter()
            .filter(|flow| flow.state == FlowState::Read)
            .map(TrackedFlow::finish)
            .filter(|flow| filter.keeps(flow))
            .collect();
        flows.sort_by_key(|flow| flow.first);
        flows
    }
}
