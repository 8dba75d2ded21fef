//! One connection: what its packets say of it, until what it carried is read.

use std::borrow::Cow;
use std::net::SocketAddr;

use super::acceptance::KnownNumbers;
use super::reassembly::ReassembledDirection;
use crate::capture::application::read_application;
use crate::capture::packet::{FiveTuple, Segment, address};
use crate::capture::secrets::Secrets;
use crate::capture::{Close, FlowSide, FlowVisibility, FrameRef, IcmpError, TcpFlow};
use crate::model::time::MILLISECOND;

/// SYNs and ICMP errors that are kept of one connection.
const MAX_SYNS: usize = 64;
const MAX_ICMP: usize = 16;

/// Several queues stamp packets so far out of their order.
const DISORDER: i64 = 5 * MILLISECOND;

/// A connection while packets of it may come.
#[derive(Debug)]
pub(super) struct TrackedFlow<'a> {
    pub(super) facts: TcpFlow,
    pub(super) pair: FiveTuple,
    pub(super) to_server: ReassembledDirection<'a>,
    pub(super) to_client: ReassembledDirection<'a>,
    /// The connection that the same endpoints had before.
    pub(super) before: Option<usize>,
    pub(super) state: FlowState,
    /// The client acknowledged something, so that there was a SYN-ACK.
    client_acknowledged: bool,
    /// Sequence number of the SYN that the first packet answers, when that was none itself.
    awaited_syn: Option<u32>,
}

/// The work that is left with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlowState {
    /// Payload is kept.
    Open,
    /// Payload was read; only counts go on.
    Read,
    /// It does not matter.
    Gone,
}

impl<'a> TrackedFlow<'a> {
    /// Makes the connection that a client opened this way, and which begins with this frame.
    pub(super) fn new(
        way: &FiveTuple,
        stream: Option<u64>,
        start_seen: bool,
        at: FrameRef,
        before: Option<usize>,
    ) -> Self {
        let facts = TcpFlow {
            stream,
            client: SocketAddr::new(address(way.source), way.source_port),
            server: SocketAddr::new(address(way.destination), way.destination_port),
            start_seen,
            first: at,
            last: at,
            syns: Vec::new(),
            syn_ack: None,
            challenge_ack: None,
            closes: Vec::new(),
            icmp: Vec::new(),
            visibility: FlowVisibility { begins_before: !start_seen, ..FlowVisibility::default() },
            to_server: Default::default(),
            to_client: Default::default(),
            connect: None,
            tls: None,
            http: Vec::new(),
        };
        let (pair, _) = way.canonical();
        let (to_server, to_client) = (ReassembledDirection::default(), ReassembledDirection::default());
        Self {
            facts,
            pair,
            to_server,
            to_client,
            before,
            state: FlowState::Open,
            client_acknowledged: false,
            awaited_syn: None,
        }
    }

    /// Returns what the numbers of a packet are compared with.
    fn known_numbers(&self) -> KnownNumbers<'_, 'a> {
        KnownNumbers {
            to_server: &self.to_server,
            to_client: &self.to_client,
            has_syn_ack: self.facts.syn_ack.is_some(),
        }
    }

    /// Returns whether it is the client that sends from here.
    pub(super) fn is_client(&self, tuple: &FiveTuple) -> bool {
        let TcpFlow { client, server, .. } = &self.facts;
        FiveTuple::new(client.ip(), client.port(), server.ip(), server.port()) == *tuple
    }

    /// Takes a segment; returns where its payload begins when it brings something new.
    pub(super) fn add(
        &mut self,
        tuple: &FiveTuple,
        segment: &Segment<'a>,
        payload: Cow<'a, [u8]>,
        at: FrameRef,
    ) -> Option<i64> {
        let by_client = self.is_client(tuple);
        let keep = self.state == FlowState::Open;
        let reset = segment.has(Segment::RST);
        if reset && !self.known_numbers().believes_reset(segment, by_client) {
            self.facts.visibility.disbelieved += 1;
            return None;
        }
        if !by_client && self.known_numbers().is_challenge(segment) {
            self.facts.last = self.facts.last.max(at);
            self.facts.challenge_ack.get_or_insert(at);
            return None;
        }
        let facts = &mut self.facts;
        facts.first = facts.first.min(at);
        facts.last = facts.last.max(at);
        let (own, other) = match by_client {
            true => (&mut self.to_server, &mut self.to_client),
            false => (&mut self.to_client, &mut self.to_server),
        };
        let seen = &mut facts.visibility;
        *if by_client { &mut seen.from_client } else { &mut seen.from_server } += 1;
        seen.cut += u64::from((payload.len() as u64) < u64::from(segment.sent));
        if segment.has(Segment::SYN) {
            seen.begins_before = false;
            facts.start_seen = true;
            if !by_client {
                facts.syn_ack = Some(facts.syn_ack.map_or(at, |known| known.min(at)));
            } else if facts.syns.len() < MAX_SYNS {
                facts.syns.push(at);
            }
            if own.initial() != Some(segment.sequence) {
                own.open(segment.sequence);
            }
        }
        if by_client && !reset && segment.flags & (Segment::SYN | Segment::ACK) == Segment::ACK {
            self.client_acknowledged = true;
        }
        if segment.has(Segment::ACK) && !reset {
            other.acknowledge(segment.acknowledgment, at);
        }
        // A RST may carry a text.
        let first = if reset { None } else { own.add(segment, payload, at, keep) };
        if first.is_some() {
            self.take_back_reset(by_client, at);
        }
        let facts = &mut self.facts;
        if reset || segment.has(Segment::FIN) {
            let by = if by_client { FlowSide::Client } else { FlowSide::Server };
            if !facts.closes.iter().any(|close| (close.by, close.reset) == (by, reset)) {
                facts.closes.push(Close { at, by, reset });
            }
        }
        first
    }

    /// Forgets a RST of a side that goes on to send: somebody else sent it.
    fn take_back_reset(&mut self, by_client: bool, at: FrameRef) {
        let by = if by_client { FlowSide::Client } else { FlowSide::Server };
        let goes_on = |close: &Close| {
            close.reset && close.by == by && at.time.nanos().saturating_sub(close.at.time.nanos()) > DISORDER
        };
        let known = self.facts.closes.len();
        self.facts.closes.retain(|close| !goes_on(close));
        self.facts.visibility.disbelieved += (known - self.facts.closes.len()) as u64;
    }

    /// Notes the SYN that the first packet of a connection answers, when it came before that SYN into the file.
    pub(super) fn await_syn(&mut self, sequence: u32) {
        self.awaited_syn = Some(sequence);
    }

    /// Returns whether a SYN is the one that opened this connection.
    pub(super) fn is_opened_by(&self, sequence: u32) -> bool {
        let opened = self.to_server.initial().or(self.awaited_syn.filter(|_| self.facts.syns.is_empty()));
        opened == Some(sequence)
    }

    /// Takes an ICMP error that quotes a packet of the client with this sequence number.
    pub(super) fn add_icmp(&mut self, error: IcmpError, sequence: Option<u32>) {
        if sequence.is_some_and(|sequence| !self.known_numbers().is_in_flight(sequence)) {
            self.facts.visibility.disbelieved += 1;
            return;
        }
        if self.facts.icmp.len() < MAX_ICMP {
            self.facts.first = self.facts.first.min(error.at);
            self.facts.last = self.facts.last.max(error.at);
            self.facts.icmp.push(error);
        }
    }

    /// Notes that the capture holds a packet of it twice.
    pub(super) fn add_duplicate(&mut self) {
        self.facts.visibility.duplicates += 1;
    }

    /// Returns the facts, now that all packets were taken.
    pub(super) fn finish(mut self) -> TcpFlow {
        let facts = &mut self.facts;
        facts.to_server = self.to_server.facts();
        facts.to_client = self.to_client.facts();
        facts.syns.sort_unstable();
        facts.closes.sort_by_key(|close| close.at);
        facts.icmp.sort_by_key(|error| error.at);
        let seen = &mut facts.visibility;
        seen.syn_missing = facts.syns.is_empty() && facts.syn_ack.is_some();
        let stood = self.client_acknowledged || facts.to_client.bytes > 0;
        seen.syn_ack_missing = facts.syn_ack.is_none() && !facts.syns.is_empty() && stood;
        self.facts
    }

    /// Forgets all: the connection does not matter.
    pub(super) fn clear(&mut self) {
        self.state = FlowState::Gone;
        self.to_server = ReassembledDirection::default();
        self.to_client = ReassembledDirection::default();
    }

    pub(super) fn is_closed(&self) -> bool {
        let closes = &self.facts.closes;
        let fin = |side| closes.iter().any(|close| close.by == side);
        closes.iter().any(|close| close.reset) || (fin(FlowSide::Client) && fin(FlowSide::Server))
    }

    pub(super) fn kept(&self) -> usize {
        self.to_server.kept() + self.to_client.kept()
    }

    /// Reads what was carried and lets go of it.
    pub(super) fn read(&mut self, secrets: &Secrets) {
        let (mut client, mut server) = (Vec::new(), Vec::new());
        self.facts.to_server = self.to_server.facts();
        self.facts.to_client = self.to_client.facts();
        read_application(
            &mut self.facts,
            &self.to_server.byte_stream(&mut client),
            &self.to_client.byte_stream(&mut server),
            secrets,
        );
        self.to_server.forget();
        self.to_client.forget();
        self.state = FlowState::Read;
    }
}
