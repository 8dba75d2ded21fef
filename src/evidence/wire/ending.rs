//! How a request or a connection ended, as far as the wire shows it. No verdict yet: silence and closes with their
//! frames, and how far the capture reaches beyond them.

use super::request::Request;
use crate::capture::tls::AlertDescription;
use crate::capture::{Close, FrameRef, HttpReply, IcmpError, Side, TcpFlow, TlsAlert};
use crate::model::time::{SECOND, Timestamp};

/// A SYN that gets no answer within Linux's first retransmission timeout is unanswered.
const SYN_PATIENCE: i64 = SECOND;
/// The capture must go on for so long behind a ClientHello before its end is called silence.
const HANDSHAKE_PATIENCE: i64 = 5 * SECOND;
/// And behind a request, which servers may think about: ISE's own longest timeout.
const REQUEST_PATIENCE: i64 = 30 * SECOND;
/// A client that closes sooner than this did not close for lack of an answer.
const SHORTEST_TIMEOUT: i64 = SECOND / 2;
/// Alerts that close a session in peace (RFC 8446, section 6.1).
const PEACEFUL: [AlertDescription; 2] = [AlertDescription::CLOSE_NOTIFY, AlertDescription::USER_CANCELED];

/// The last that the wire shows of a request or connection.
#[derive(Clone, Copy, Debug)]
pub enum Ending<'a> {
    /// SYNs, and nothing came back.
    SynSilence,
    /// An ICMP error answered the SYN.
    Unreachable(IcmpError),
    /// RST answered the SYN.
    Refused(FrameRef),
    /// The proxy answered CONNECT with something else than success.
    ConnectDenied(&'a HttpReply),
    /// The proxy took the CONNECT and closed, or said nothing.
    ConnectUnanswered(Option<Close>),
    /// A fatal alert, or an encrypted one before the handshake was done.
    Alert(TlsAlert),
    /// The server closed or reset the connection in the handshake.
    HandshakeClosed(Close),
    /// The client closed in the handshake and gave no reason; behind the server's certificate when there is one.
    HandshakeAborted(Close),
    /// ClientHello, then nothing.
    HandshakeSilence(Option<Close>),
    /// The handshake was done, and the client closed without asking for anything.
    NoRequest(Option<Close>),
    /// Request, then nothing until the client closed or for a long time.
    ResponseSilence(Option<Close>),
    /// Request, then the server closed or reset the connection.
    ResponseClosed(Close),
    /// The request was answered.
    Answered((FrameRef, FrameRef)),
    /// The capture does not show how it ended.
    Cut,
}

impl<'a> Ending<'a> {
    /// Tells the end of a request of a flow, or of a flow without requests. `end` is the time of the capture's last frame.
    pub fn of(flow: &'a TcpFlow, requests: &[Request<'a>], index: Option<usize>, end: Timestamp) -> Self {
        match index.and_then(|index| Some((index, requests.get(index)?))) {
            Some((index, request)) => of_request(flow, request, requests.get(index + 1), end),
            None => of_connection(flow, end),
        }
    }

    /// Returns when the client knew.
    pub fn at(&self) -> Option<Timestamp> {
        self.proof().map(|frame| frame.time)
    }

    /// Returns the frame that shows it.
    pub fn proof(&self) -> Option<FrameRef> {
        match self {
            Self::Unreachable(icmp) => Some(icmp.at),
            Self::Refused(frame) => Some(*frame),
            Self::ConnectDenied(reply) => Some(reply.at),
            Self::Alert(alert) => Some(alert.at),
            Self::HandshakeClosed(close) | Self::HandshakeAborted(close) | Self::ResponseClosed(close) => {
                Some(close.at)
            }
            Self::ConnectUnanswered(close)
            | Self::HandshakeSilence(close)
            | Self::NoRequest(close)
            | Self::ResponseSilence(close) => close.map(|close| close.at),
            Self::Answered((_, last)) => Some(*last),
            Self::SynSilence | Self::Cut => None,
        }
    }
}

fn of_request<'a>(flow: &TcpFlow, request: &Request<'a>, next: Option<&Request<'a>>, end: Timestamp) -> Ending<'a> {
    if let (Some(response), false) = (request.response, request.doubtful) {
        return Ending::Answered(response);
    }
    if next.is_some() {
        // The client went on: it was answered, and the answer was not captured or not recognised.
        return request.response.map_or(Ending::Cut, Ending::Answered);
    }
    let after = |at: FrameRef| at >= request.at;
    if let Some(alert) = decisive_alert(flow).filter(|alert| after(alert.at)) {
        return Ending::Alert(alert);
    }
    // Bytes that the capture lost may have been the answer.
    if flow.to_client.missing > 0 {
        return Ending::Cut;
    }
    let last = flow.to_server.last_data.unwrap_or(request.at).time;
    match first_close(flow, request.at) {
        Some(close) if close.by == Side::Server && !said_goodbye(flow, request.at, close.at) => {
            Ending::ResponseClosed(close)
        }
        Some(close) if since(close.at.time, last_heard(request)) >= SHORTEST_TIMEOUT => {
            Ending::ResponseSilence(Some(close))
        }
        // Closed at once behind something that may be an answer as short as a ticket, however long that took.
        Some(_) => request.response.map_or(Ending::Cut, Ending::Answered),
        None if since(end, last) >= REQUEST_PATIENCE => Ending::ResponseSilence(None),
        None => Ending::Cut,
    }
}

/// Returns when the server last said something to a request, or when it was asked.
fn last_heard(request: &Request<'_>) -> Timestamp {
    request.response.map_or(request.at, |(_, last)| last).time
}

fn of_connection(flow: &TcpFlow, end: Timestamp) -> Ending<'_> {
    let stood = flow.syn_ack.is_some() || flow.to_client.bytes > 0 || flow.to_server.bytes > 0;
    if !stood {
        return of_syns(flow, end);
    }
    let last_asked = flow.to_server.last_data.map(|frame| frame.time);
    if let Some(connect) = &flow.connect {
        match &connect.reply {
            Some(reply) if !(200..300).contains(&reply.status) => return Ending::ConnectDenied(reply),
            Some(_) => {}
            None if flow.to_client.missing > 0 || flow.to_client.bytes > 0 => {}
            None => {
                return match first_close(flow, connect.request) {
                    Some(close) => Ending::ConnectUnanswered(Some(close)),
                    None if last_asked.is_some_and(|asked| since(end, asked) >= HANDSHAKE_PATIENCE) => {
                        Ending::ConnectUnanswered(None)
                    }
                    None => Ending::Cut,
                };
            }
        }
    }
    if let Some(alert) = decisive_alert(flow) {
        return Ending::Alert(alert);
    }
    let close = first_close(flow, flow.first);
    let established = flow.tls.as_ref().is_some_and(|tls| tls.established.is_some());
    if established {
        return match close {
            Some(close) if close.by == Side::Server && !said_goodbye(flow, flow.first, close.at) => {
                Ending::HandshakeClosed(close)
            }
            Some(close) => Ending::NoRequest(Some(close)),
            None => Ending::Cut,
        };
    }
    if !flow.start_seen {
        return Ending::Cut;
    }
    let last_heard = flow.to_client.last_data.or(flow.syn_ack).map(|frame| frame.time);
    let silence_until = |until: Timestamp| last_heard.max(last_asked).map_or(0, |last| since(until, last));
    match close {
        Some(close) if close.by == Side::Server => Ending::HandshakeClosed(close),
        Some(close) if silence_until(close.at.time) >= SHORTEST_TIMEOUT && last_asked >= last_heard => {
            Ending::HandshakeSilence(Some(close))
        }
        Some(close) => Ending::HandshakeAborted(close),
        None if silence_until(end) >= HANDSHAKE_PATIENCE && last_asked >= last_heard => Ending::HandshakeSilence(None),
        None => Ending::Cut,
    }
}

fn of_syns(flow: &TcpFlow, end: Timestamp) -> Ending<'_> {
    if let Some(icmp) = flow.icmp.last() {
        return Ending::Unreachable(*icmp);
    }
    if let Some(reset) = flow.closes.iter().find(|close| close.by == Side::Server && close.reset) {
        return Ending::Refused(reset.at);
    }
    match flow.syns.last() {
        Some(syn) if since(end, syn.time) >= SYN_PATIENCE => Ending::SynSilence,
        _ => Ending::Cut,
    }
}

/// Finds an alert that ends the session for a reason: a fatal one, or an encrypted one that came in place of the handshake's
/// end.
fn fatal_alert(flow: &TcpFlow) -> Option<TlsAlert> {
    let tls = flow.tls.as_ref()?;
    tls.alerts
        .iter()
        .find(|alert| match alert.code {
            Some((_, description)) => !PEACEFUL.contains(&description),
            None => tls.established.is_none_or(|established| alert.at < established),
        })
        .copied()
}

/// Finds the alert that ended the session; one that only answers the server's close did not.
fn decisive_alert(flow: &TcpFlow) -> Option<TlsAlert> {
    let closed = flow.closes.iter().find(|close| close.by == Side::Server);
    fatal_alert(flow).filter(|alert| alert.by == Side::Server || closed.is_none_or(|close| alert.at < close.at))
}

/// Returns whether the client had ended the session by an alert between two frames: a server that closes then only follows.
fn said_goodbye(flow: &TcpFlow, from: FrameRef, until: FrameRef) -> bool {
    let alerts = flow.tls.iter().flat_map(|tls| &tls.alerts);
    alerts.into_iter().any(|alert| alert.by == Side::Client && alert.at >= from && alert.at < until)
}

/// Finds the first FIN or RST from a frame on.
fn first_close(flow: &TcpFlow, from: FrameRef) -> Option<Close> {
    flow.closes.iter().find(|close| close.at >= from).copied()
}

fn since(later: Timestamp, earlier: Timestamp) -> i64 {
    later.nanos().saturating_sub(earlier.nanos())
}
