//! An exchange that may go on, and what tells its own queries and answers from others'.

use std::net::{IpAddr, SocketAddr};

use super::RrType;
use crate::capture::{DnsAnswer, DnsExchange, FrameRef};
use crate::model::time::MILLISECOND;

/// Several queues and interfaces bring an answer into the file, or stamp it, so much before its question.
pub(super) const DISORDER: i64 = 50 * MILLISECOND;

/// The same packet within this time is a duplicate that the capture made.
const DUPLICATE: i64 = 150 * MILLISECOND;

/// What makes two queries the same question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub(super) client: IpAddr,
    pub(super) resolver: SocketAddr,
    pub(super) tcp: bool,
    pub(super) name: String,
    pub(super) qtype: RrType,
}

/// An exchange with what further queries and answers are held against.
#[derive(Debug)]
pub(super) struct OpenExchange {
    pub(super) exchange: DnsExchange,
    /// Identification and port of each query, with IP identification and time.
    pub(super) sent: Vec<Sent>,
    pub(super) answered: Option<(u16, u16)>,
}

/// A query as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) id: u16,
    pub(super) port: u16,
    pub(super) ip_id: u16,
    pub(super) at: FrameRef,
}

impl OpenExchange {
    pub(super) fn asked(&self, id: u16, port: u16) -> bool {
        self.sent.iter().any(|sent| (sent.id, sent.port) == (id, port))
    }

    pub(super) fn has_port(&self, port: u16) -> bool {
        self.sent.iter().any(|sent| sent.port == port)
    }

    pub(super) fn last(&self) -> Option<&Sent> {
        self.sent.last()
    }

    /// Returns whether a retry may come with these numbers: who asked again with the same ones will do so once more.
    pub(super) fn may_change(&self, id: u16, port: u16) -> bool {
        let [.., before, last] = self.sent.as_slice() else { return true };
        let changes = (before.id, before.port) != (last.id, last.port);
        changes || last.id == id || last.port == port
    }

    /// Takes the answer that came just before its latest query, if one did.
    pub(super) fn take_early_answer(&mut self, answer: Option<DnsAnswer>) {
        if let Some(answer) = answer {
            self.answered = self.last().map(|last| (last.id, last.port));
            self.exchange.answer = Some(answer);
        }
    }

    /// Returns whether its answer came just before its query, which stands in a frame.
    pub(super) fn is_early(&self, query: FrameRef) -> bool {
        let answer = self.exchange.answer.as_ref().filter(|_| self.sent.is_empty());
        answer.is_some_and(|answer| since(query, answer.at).abs() <= DISORDER)
    }
}

/// Returns whether a query is the same packet once more.
pub(super) fn is_duplicate(known: &Sent, sent: &Sent) -> bool {
    (known.id, known.port, known.ip_id) == (sent.id, sent.port, sent.ip_id)
        && since(sent.at, known.at).abs() < DUPLICATE
}

/// Returns the time between two frames, in nanoseconds.
pub(super) fn since(later: FrameRef, earlier: FrameRef) -> i64 {
    later.time.nanos().saturating_sub(earlier.time.nanos())
}
