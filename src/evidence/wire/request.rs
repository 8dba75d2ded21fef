//! The requests on a connection, however they could be seen: in the clear, decrypted, or as the rhythm of records.

use crate::capture::{FrameRef, HttpExchange, HttpReply, TcpFlow, Turn};
use crate::model::url::Url;

/// One request with what answered it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The frame in which it begins; the answer's when only that was captured.
    pub at: FrameRef,
    /// The frame in which it ends, as far as that is known.
    pub end: FrameRef,
    /// First and last frame of the answer.
    pub response: Option<(FrameRef, FrameRef)>,
    /// Bytes of the encrypted records of the answer.
    pub response_bytes: Option<u64>,
    /// The records that carried it, when TLS did.
    pub turn: Option<&'a Turn>,
    /// The exchange, when it could be read.
    pub exchange: Option<&'a HttpExchange>,
    /// The answer, as far as it goes, may be a session ticket of TLS 1.3.
    pub doubtful: bool,
}

impl<'a> Request<'a> {
    /// Lists the requests of a flow, in order.
    pub fn of(flow: &'a TcpFlow) -> Vec<Self> {
        let turns = flow.tls.iter().flat_map(|tls| &tls.turns);
        let mut requests: Vec<Self> = turns
            .map(|turn| Self {
                at: turn.request,
                end: turn.request_end,
                response: turn.response,
                turn: Some(turn),
                response_bytes: turn.response.map(|_| turn.response_bytes),
                exchange: None,
                doubtful: turn.maybe_ticket,
            })
            .collect();
        // What only answers a ClientHello in the clear is no answer to a request.
        let hello_only = flow.tls.as_ref().is_some_and(|tls| !tls.decrypted);
        for exchange in flow.http.iter().filter(|exchange| !(hello_only && exchange.request.is_none())) {
            let reply = exchange.reply.as_ref().map(|reply| (reply.at, reply.end));
            let Some(at) = exchange.request.or(reply.map(|(first, _)| first)) else { continue };
            let seen = requests.iter_mut().rev().find(|seen| seen.at <= at && seen.exchange.is_none());
            match seen.filter(|seen| seen.at == at || exchange.request.is_none()) {
                Some(seen) => {
                    seen.exchange = Some(exchange);
                    seen.response = seen.response.or(reply);
                    seen.doubtful &= reply.is_none();
                }
                None => requests.push(Self {
                    at,
                    end: exchange.request_end.unwrap_or(at),
                    response: reply,
                    response_bytes: None,
                    turn: None,
                    exchange: Some(exchange),
                    doubtful: false,
                }),
            }
        }
        requests.sort_by_key(|request| request.at);
        requests
    }

    /// Returns status line and headers, when they could be read.
    pub fn reply(&self) -> Option<&'a HttpReply> {
        self.exchange?.reply.as_ref()
    }

    /// Returns the status, when it could be read.
    pub fn status(&self) -> Option<u16> {
        self.reply().map(|reply| reply.status)
    }

    /// Returns the first and the last frame of request and answer, as far as they are known.
    pub fn frames(&self) -> (FrameRef, FrameRef) {
        (self.at, self.response.map_or(self.end, |(_, last)| last.max(self.end)))
    }

    /// Returns the bytes of request and answer: of the messages where they could be read, else of their records.
    pub fn bytes(&self) -> (u64, u64) {
        match (self.exchange, self.turn) {
            (Some(read), _) => (read.request_bytes, read.reply.as_ref().map_or(0, |reply| reply.bytes)),
            (None, Some(turn)) => (turn.request_bytes, turn.response_bytes),
            (None, None) => (0, 0),
        }
    }

    /// Returns whether it asks a proxy for a URL (RFC 9112, section 3.2.2).
    pub fn is_through_proxy(&self) -> bool {
        self.exchange.is_some_and(is_in_absolute_form)
    }

    /// Returns whether the answer began and ended before its end.
    pub fn is_cut_short(&self) -> bool {
        self.reply().is_some_and(|reply| reply.whole == Some(false))
    }
}

/// Returns whether an exchange asks a proxy for a URL, and not a server for a path.
pub(super) fn is_in_absolute_form(exchange: &HttpExchange) -> bool {
    exchange.target.as_deref().is_some_and(|target| Url::split(target).scheme.is_some_and(is_http))
}

fn is_http(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}
