//! The requests on a connection, however they could be seen: in the clear, decrypted, or as the rhythm of records.

use crate::capture::{FrameRef, HttpExchange, HttpReply, TcpFlow};

/// One request with what answered it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The frame in which it begins; the answer's when only that was captured.
    pub at: FrameRef,
    /// First and last frame of the answer.
    pub response: Option<(FrameRef, FrameRef)>,
    /// Bytes of the encrypted records of the answer.
    pub response_bytes: Option<u64>,
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
                response: turn.response,
                response_bytes: turn.response.map(|_| turn.response_bytes),
                exchange: None,
                doubtful: turn.maybe_ticket,
            })
            .collect();
        // What only answers a ClientHello in the clear is no answer to a request.
        let hello_only = flow.tls.as_ref().is_some_and(|tls| !tls.decrypted);
        for exchange in flow.http.iter().filter(|exchange| !(hello_only && exchange.request.is_none())) {
            let reply = exchange.reply.as_ref().map(|reply| reply.at);
            let Some(at) = exchange.request.or(reply) else { continue };
            let seen = requests.iter_mut().rev().find(|seen| seen.at <= at && seen.exchange.is_none());
            match seen.filter(|seen| seen.at == at || exchange.request.is_none()) {
                Some(seen) => {
                    seen.exchange = Some(exchange);
                    seen.response = seen.response.or(reply.map(|reply| (reply, reply)));
                    seen.doubtful &= reply.is_none();
                }
                None => requests.push(Self {
                    at,
                    response: reply.map(|reply| (reply, reply)),
                    response_bytes: None,
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

    /// Returns whether an answer was seen for sure.
    pub fn is_answered(&self) -> bool {
        self.response.is_some() && !self.doubtful
    }
}
