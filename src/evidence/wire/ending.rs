//! How a request or a connection ended, as far as the wire shows it. No verdict yet: silence and closes with their
//! frames, and how far the capture reaches beyond them.

use super::request::Request;
use super::sight::Sight;
use crate::capture::tls::{AlertDescription, AlertLevel, TlsVersion};
use crate::capture::{Close, FlowSide, FrameRef, HttpReply, IcmpError, TcpFlow, TlsAlert};
use crate::model::time::{SECOND, Timestamp};

/// A SYN that gets no answer within Linux's first retransmission timeout is unanswered.
const SYN_PATIENCE: i64 = SECOND;
/// Who was not answered in so long a time will not be: servers and resolvers answer within seconds, and a capture need not go
/// on behind the last repetition.
pub(super) const LONG_WAIT: i64 = 15 * SECOND;
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
    /// The server closed or reset the connection before the handshake was done, or at once behind it.
    HandshakeClosed(Close),
    /// The client closed in the handshake and gave no reason; behind the server's certificate when there is one.
    HandshakeAborted(Close),
    /// ClientHello, then nothing.
    HandshakeSilence(Option<Close>),
    /// The handshake was done, and somebody closed before anything was asked.
    NoRequest(Option<Close>),
    /// Request, then nothing until the client closed or for a long time.
    ResponseSilence(Option<Close>),
    /// Request, then the server closed or reset the connection.
    ResponseClosed(Close),
    /// Something came that may be a short answer or a session ticket of TLS 1.3; then a close, or nothing for a long time.
    PossiblyAnswered {
        /// First and last frame of it.
        response: (FrameRef, FrameRef),
        /// Who closed.
        close: Option<Close>,
    },
    /// The answer began, and ended before its end.
    AnswerBroken {
        /// First and last frame of it.
        response: (FrameRef, FrameRef),
        /// Who closed; `None` when nobody was seen to.
        close: Option<Close>,
    },
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

    /// Returns whether a request went out before it.
    pub fn is_of_a_request(&self) -> bool {
        matches!(
            self,
            Self::ResponseSilence(_)
                | Self::ResponseClosed(_)
                | Self::PossiblyAnswered { .. }
                | Self::AnswerBroken { .. }
                | Self::Answered(_)
        )
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
            Self::PossiblyAnswered { response: (_, last), close }
            | Self::AnswerBroken { response: (_, last), close } => Some(close.map_or(*last, |close| close.at)),
            Self::Answered((_, last)) => Some(*last),
            Self::SynSilence | Self::Cut => None,
        }
    }
}

fn of_request<'a>(flow: &TcpFlow, request: &Request<'a>, next: Option<&Request<'a>>, end: Timestamp) -> Ending<'a> {
    if let (Some(response), false) = (request.response, request.doubtful) {
        return match broken_by(flow, request, next, end) {
            Some(close) => Ending::AnswerBroken { response, close },
            None => Ending::Answered(response),
        };
    }
    if next.is_some() {
        // The client went on: it was answered, and the answer was not captured or not recognised.
        return request.response.map_or(Ending::Cut, Ending::Answered);
    }
    let after = |at: FrameRef| at >= request.at;
    if let Some(alert) = decisive_alert(flow).filter(|alert| after(alert.at)) {
        return Ending::Alert(alert);
    }
    let sight = Sight::of(flow);
    // Bytes that the capture lost may have been the answer.
    if !sight.server {
        return Ending::Cut;
    }
    let last = flow.to_server.last_data.unwrap_or(request.at).time;
    let close = first_close(flow, request.at);
    let gave_up = |close: Close| since(close.at.time, last_heard(request)) >= SHORTEST_TIMEOUT;
    match (close, request.response) {
        // Who closed first is known only where both were seen.
        (Some(close), None) if close.by == FlowSide::Server && !said_goodbye(flow, request.at, close.at) => {
            if sight.client { Ending::ResponseClosed(close) } else { Ending::Cut }
        }
        (Some(close), Some(response)) if close.by == FlowSide::Server || gave_up(close) => {
            Ending::PossiblyAnswered { response, close: Some(close) }
        }
        (Some(close), None) if gave_up(close) => Ending::ResponseSilence(Some(close)),
        // Closed at once behind something that may be an answer as short as a ticket, however long that took.
        (Some(_), Some(response)) => Ending::Answered(response),
        (None, Some(response)) if since(end, last) >= REQUEST_PATIENCE => {
            Ending::PossiblyAnswered { response, close: None }
        }
        (None, None) if since(end, last) >= REQUEST_PATIENCE => Ending::ResponseSilence(None),
        _ => Ending::Cut,
    }
}

/// Tells how an answer came to its end before it was whole: by a close of the server, or of a client that waited in vain.
fn broken_by(
    flow: &TcpFlow,
    request: &Request<'_>,
    next: Option<&Request<'_>>,
    end: Timestamp,
) -> Option<Option<Close>> {
    if !request.is_cut_short() || next.is_some() || !Sight::of(flow).server {
        return None;
    }
    let last = last_heard(request);
    match first_close(flow, request.at) {
        Some(close) if close.by == FlowSide::Server => Some(Some(close)),
        Some(close) if since(close.at.time, last) >= SHORTEST_TIMEOUT => Some(Some(close)),
        None if since(end, last) >= REQUEST_PATIENCE => Some(None),
        _ => None,
    }
}

/// Returns when the server last said something to a request, or when it was asked.
fn last_heard(request: &Request<'_>) -> Timestamp {
    request.response.map_or(request.at, |(_, last)| last).time
}

fn of_connection(flow: &TcpFlow, end: Timestamp) -> Ending<'_> {
    if !flow.stood() {
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
    let by_server = close.filter(|close| close.by == FlowSide::Server && !said_goodbye(flow, flow.first, close.at));
    if !Sight::of(flow).is_whole() {
        return Ending::Cut;
    }
    if let Some(established) = flow.tls.as_ref().and_then(|tls| tls.established) {
        return match (by_server, close) {
            // What is closed at once was not liked; a connection that nobody used is closed later.
            (Some(close), _) if since(close.at.time, established.time) < SHORTEST_TIMEOUT => {
                Ending::HandshakeClosed(close)
            }
            (_, Some(close)) => Ending::NoRequest(Some(close)),
            (_, None) => Ending::Cut,
        };
    }
    if !flow.start_seen {
        return Ending::Cut;
    }
    if flow.tls.as_ref().is_none_or(|tls| tls.client_hello.is_none()) {
        // Nothing was asked that silence could answer.
        let stood = flow.syn_ack.unwrap_or(flow.first).time;
        let at_once = |close: &Close| close.reset || since(close.at.time, stood) < SHORTEST_TIMEOUT;
        return by_server.filter(at_once).map_or(Ending::Cut, Ending::HandshakeClosed);
    }
    let last_heard = flow.to_client.last_data.or(flow.syn_ack).map(|frame| frame.time);
    let silence_until = |until: Timestamp| last_heard.max(last_asked).map_or(0, |last| since(until, last));
    match close {
        Some(close) if close.by == FlowSide::Server => Ending::HandshakeClosed(close),
        Some(close) if silence_until(close.at.time) >= SHORTEST_TIMEOUT && last_asked >= last_heard => {
            Ending::HandshakeSilence(Some(close))
        }
        Some(close) => Ending::HandshakeAborted(close),
        None if silence_until(end) >= HANDSHAKE_PATIENCE && last_asked >= last_heard => Ending::HandshakeSilence(None),
        None => Ending::Cut,
    }
}

fn of_syns(flow: &TcpFlow, end: Timestamp) -> Ending<'_> {
    if let Some(icmp) = flow.icmp.iter().rev().find(|icmp| icmp.is_unreachable()) {
        return Ending::Unreachable(*icmp);
    }
    if let Some(reset) = flow.closes.iter().find(|close| close.by == FlowSide::Server && close.reset) {
        return Ending::Refused(reset.at);
    }
    // What came back opened nothing, and is an answer all the same.
    if flow.challenge_ack.is_some() {
        return Ending::Cut;
    }
    let waited = |syn: Option<&FrameRef>| syn.map_or(0, |syn| since(end, syn.time));
    if waited(flow.syns.last()) >= SYN_PATIENCE || waited(flow.syns.first()) >= LONG_WAIT {
        Ending::SynSilence
    } else {
        Ending::Cut
    }
}

/// Finds an alert that ends the session for a reason: a fatal one, or an encrypted one that came in place of the
/// handshake's end, or of an answer where the server wanted a certificate of the client.
fn fatal_alert(flow: &TcpFlow) -> Option<TlsAlert> {
    let tls = flow.tls.as_ref()?;
    let answered = |alert: &TlsAlert| {
        tls.turns.iter().any(|turn| turn.response.is_some_and(|(first, _)| !turn.maybe_ticket && first < alert.at))
    };
    tls.alerts
        .iter()
        .find(|alert| match alert.code {
            Some((_, description)) if PEACEFUL.contains(&description) => false,
            // In TLS 1.3 the level says nothing (RFC 8446, section 6).
            Some((AlertLevel::WARNING, _)) => !goes_on(flow, alert),
            Some(_) => true,
            None if tls.established.is_none_or(|established| alert.at < established) => true,
            None => {
                let tls13 = tls.version.is_none_or(|version| version == TlsVersion::TLS13);
                alert.by == FlowSide::Server && tls13 && tls.client_certificate.is_some() && !answered(alert)
            }
        })
        .copied()
}

/// Returns whether who sent an alert went on as if nothing were wrong.
fn goes_on(flow: &TcpFlow, alert: &TlsAlert) -> bool {
    let Some(tls) = &flow.tls else { return false };
    let steps = match alert.by {
        FlowSide::Client => [tls.client_hello, tls.client_finished, tls.turns.last().map(|turn| turn.request)],
        FlowSide::Server => {
            let answer = tls.turns.iter().rev().find_map(|turn| turn.response).map(|(_, last)| last);
            [tls.server_hello, tls.certificate.as_ref().map(|(at, _)| *at), answer]
        }
    };
    steps.into_iter().chain([tls.established]).flatten().any(|step| step > alert.at)
}

/// Finds the alert that ended the session; one that only answers the server's close did not.
fn decisive_alert(flow: &TcpFlow) -> Option<TlsAlert> {
    let closed = flow.closes.iter().find(|close| close.by == FlowSide::Server);
    fatal_alert(flow).filter(|alert| match alert.by {
        FlowSide::Server => true,
        // A client that heard nothing has nothing to complain of but the close of the other side.
        FlowSide::Client => flow.to_client.first_data.is_some() && closed.is_none_or(|close| alert.at < close.at),
    })
}

/// Returns whether the client had ended the session by an alert between two frames: a server that closes then only follows.
pub(super) fn said_goodbye(flow: &TcpFlow, from: FrameRef, until: FrameRef) -> bool {
    let alerts = flow.tls.iter().flat_map(|tls| &tls.alerts);
    alerts.into_iter().any(|alert| alert.by == FlowSide::Client && alert.at >= from && alert.at < until)
}

/// Finds the first FIN or RST from a frame on.
fn first_close(flow: &TcpFlow, from: FrameRef) -> Option<Close> {
    flow.closes.iter().find(|close| close.at >= from).copied()
}

fn since(later: Timestamp, earlier: Timestamp) -> i64 {
    later.nanos().saturating_sub(earlier.nanos())
}
