//! What the tests of the join make up: requests of a log, connections, places and captures, with times in milliseconds.

use std::sync::Arc;

use super::capture_view::CaptureView;
use super::clock::LineTime;
use super::log_request::LogRequest;
use super::wire_request::WireRequest;
use crate::capture::{CaptureFacts, DirectionFacts, FlowVisibility, FrameRef, TcpFlow};
use crate::evidence::claim::Claim;
use crate::evidence::targets::Targets;
use crate::evidence::wire::{HostSource, Request, Session};
use crate::model::time::{MILLISECOND, Timestamp};

pub(super) const HOST: &str = "mdm.example.com";
pub(super) const SERVER: &str = "198.51.100.7:443";

pub(super) fn time(ms: i64) -> Timestamp {
    Timestamp::from_nanos(ms * MILLISECOND)
}

pub(super) fn line_time(ms: i64) -> LineTime {
    LineTime::from_nanos(ms * MILLISECOND)
}

pub(super) fn frame(ms: i64) -> FrameRef {
    FrameRef { time: time(ms), input: 0, frame: 1 }
}

/// A connection to an endpoint.
pub(super) fn flow(server: &str) -> TcpFlow {
    TcpFlow {
        stream: None,
        client: "192.0.2.10:40001".parse().unwrap(),
        server: server.parse().unwrap(),
        start_seen: true,
        first: frame(0),
        last: frame(0),
        syns: Vec::new(),
        syn_ack: None,
        challenge_ack: None,
        closes: Vec::new(),
        icmp: Vec::new(),
        to_server: DirectionFacts::default(),
        to_client: DirectionFacts::default(),
        visibility: FlowVisibility::default(),
        connect: None,
        tls: None,
        http: Vec::new(),
    }
}

/// A session that is known in this way to be for the host.
pub(super) fn session(known: Option<HostSource>, flows: Vec<&TcpFlow>) -> Session<'_> {
    Session {
        capture: 0,
        client: "192.0.2.10".parse().unwrap(),
        hosts: known.map(|source| (HOST.to_owned(), source)).into_iter().collect(),
        port: Some(443),
        proxy: None,
        proxy_declared: false,
        flows,
        lookup: None,
        requests: Vec::new(),
        first: frame(0),
        connected_after: false,
        host_unsure: false,
    }
}

/// A request on a connection that could not be read.
pub(super) fn unread(ms: i64) -> Request<'static> {
    let at = frame(ms);
    Request { at, end: at, response: None, response_bytes: None, turn: None, exchange: None, doubtful: false }
}

/// A place of which nothing tells how it ended.
pub(super) fn place(session: usize, request: Option<usize>, ms: i64) -> WireRequest<'static> {
    WireRequest {
        session,
        request,
        start: time(ms),
        end: None,
        last: time(ms),
        ending: None,
        claim: Claim::NOTHING,
        lingers: false,
    }
}

/// A capture with these sessions and places.
pub(super) fn view<'a>(sessions: Vec<Session<'a>>, slots: Vec<WireRequest<'a>>) -> CaptureView<'a> {
    let mut view = CaptureView::new(0, Box::leak(Box::new(CaptureFacts::default())), &Targets::default());
    view.sessions = sessions.into_iter().map(Arc::new).collect();
    view.slots = slots;
    view
}

/// A request of an attempt of the log for the host, whose result the log does not have.
pub(super) fn said(attempt: usize, start: Option<i64>) -> LogRequest<'static> {
    LogRequest {
        log: 0,
        attempt,
        attempted: None,
        start: start.map(line_time),
        result: None,
        host: Some(HOST),
        port: Some(443),
        proxied: None,
        connected_to: Vec::new(),
        claim: Claim::NOTHING,
    }
}
