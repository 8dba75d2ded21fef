//! Queries and answers to exchanges. A resolver library that hears nothing asks again, with the same identification (glibc) or
//! with another from another port (forwarders such as unbound); two threads that ask for the same name at the same moment do
//! not belong together, and neither do two lookups of which the first had given up.
//!
//! An answer belongs to the query with its identification, ports and question (RFC 5452, section 9.1), and nobody believes
//! another one.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use smallvec::SmallVec;

use super::message::DnsMessage;
use super::open_exchange::{DISORDER, OpenExchange, Question, Sent, is_duplicate, since};
use crate::capture::{DnsAnswer, DnsExchange, FrameRef, IcmpError};
use crate::model::fast_map::{FastMap, FastSet};
use crate::model::time::{MILLISECOND, SECOND};

/// A question that comes again within this time is a retry.
const RETRY: i64 = 15 * SECOND;
/// A question with another identification that comes sooner than this is another thread's: no resolver library waits
/// less.
const IMPATIENT: i64 = 400 * MILLISECOND;
/// And one that comes later than this is another lookup's: the longest that resolver libraries wait by default, and a
/// little.
const PATIENT: i64 = 5_500 * MILLISECOND;
/// Queries that one exchange takes, and exchanges about one question or from one port that may still be open.
const MAX_RETRIES: usize = 16;
const MAX_OPEN: usize = 32;
/// Answers without their queries that are remembered; one is enough to know that queries are missing.
const MAX_TO_UNSEEN: usize = 256;
/// A message on its way.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) tcp: bool,
    pub(crate) ip_id: u16,
    pub(crate) at: FrameRef,
    pub(crate) message: DnsMessage,
}

/// Exchanges under way and done.
#[derive(Debug)]
pub(crate) struct Exchanges {
    /// How many are kept.
    most: usize,
    done: Vec<OpenExchange>,
    /// The latest exchanges about a question, the newest last.
    latest: FastMap<Question, Vec<usize>>,
    /// The latest exchanges of a client's port with a resolver.
    sockets: FastMap<(SocketAddr, SocketAddr), SmallVec<[usize; 2]>>,
    /// Answers to what a client asked, for queries from other ports that were not captured so far.
    to_unseen: Vec<ToUnseen>,
    /// More came than are kept.
    pub(crate) overflow: bool,
}

/// An answer to what a client waits for, but to another port of it, for a query that was not captured so far.
#[derive(Clone, Debug)]
struct ToUnseen {
    question: Question,
    client: SocketAddr,
    id: u16,
    answer: DnsAnswer,
}

impl Exchanges {
    /// Begins with none, and keeps so many at most.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            done: Vec::new(),
            latest: FastMap::default(),
            sockets: FastMap::default(),
            to_unseen: Vec::new(),
            overflow: false,
        }
    }

    /// Takes a query or an answer.
    pub(crate) fn add(&mut self, asked: Asked) {
        let (client, resolver) = if asked.message.is_answer { (asked.to, asked.from) } else { (asked.from, asked.to) };
        let question = Question {
            client: client.ip(),
            resolver,
            tcp: asked.tcp,
            name: asked.message.name.clone(),
            qtype: asked.message.qtype,
        };
        if asked.message.is_answer {
            self.answer(question, client, asked);
        } else {
            self.query(question, client, asked);
        }
    }

    fn query(&mut self, question: Question, client: SocketAddr, asked: Asked) {
        let sent = Sent { id: asked.message.id, port: client.port(), ip_id: asked.ip_id, at: asked.at };
        let early = self.take_early_answer(&question, client, &sent);
        let candidates = self.latest.get(&question).map(Vec::as_slice).unwrap_or_default();
        for &index in candidates.iter().rev() {
            let Some(open) = self.done.get_mut(index) else { continue };
            let Some(last) = open.last() else { continue };
            let since = since(asked.at, last.at);
            let same = open.asked(sent.id, sent.port);
            if same && open.sent.iter().any(|known| is_duplicate(known, &sent)) {
                return;
            }
            let waits = open.exchange.answer.is_none() && open.sent.len() < MAX_RETRIES;
            let again = if same {
                (-DISORDER..=RETRY).contains(&since)
            } else {
                (IMPATIENT..=PATIENT).contains(&since) && open.may_change(sent.id, sent.port)
            };
            if waits && again {
                open.exchange.queries.push(asked.at);
                open.sent.push(sent);
                open.take_early_answer(early);
                self.remember_socket(client, question.resolver, index);
                return;
            }
        }
        // An answer that came before it, when nothing was known of the question.
        let unasked = candidates.iter().rev().copied().find(|&index| {
            self.done
                .get(index)
                .is_some_and(|open| open.answered == Some((sent.id, sent.port)) && open.is_early(asked.at))
        });
        if let Some(open) = unasked.and_then(|index| self.done.get_mut(index)) {
            open.exchange.queries.push(asked.at);
            open.sent.push(sent);
            return;
        }
        if let Some(open) = self.open(question, client, asked.at, Some(sent)) {
            open.take_early_answer(early);
        }
    }

    /// Takes the answer that came just before its query, while the client still waited for that of another one.
    fn take_early_answer(&mut self, question: &Question, client: SocketAddr, sent: &Sent) -> Option<DnsAnswer> {
        let index = self.to_unseen.iter().position(|early| {
            (early.client, early.id) == (client, sent.id)
                && early.question == *question
                && since(sent.at, early.answer.at).abs() <= DISORDER
        })?;
        Some(self.to_unseen.remove(index).answer)
    }

    fn answer(&mut self, question: Question, client: SocketAddr, asked: Asked) {
        let id = (asked.message.id, client.port());
        let message = asked.message;
        let answer = DnsAnswer {
            at: asked.at,
            rcode: message.rcode,
            truncated: message.truncated,
            addresses: message.addresses,
            cnames: message.cnames,
            cut: message.cut,
        };
        let candidates = self.latest.get(&question).map(Vec::as_slice).unwrap_or_default();
        for &index in candidates.iter().rev() {
            let Some(open) = self.done.get_mut(index).filter(|open| open.asked(id.0, id.1)) else { continue };
            // An answer to an earlier port gives way to the one that the client still waits for.
            let waited_for = open.last().map(|last| (last.id, last.port));
            if open.answered.is_none() || (open.answered != waited_for && waited_for == Some(id)) {
                open.answered = Some(id);
                open.exchange.answer = Some(answer);
            } else if open.answered == Some(id) && open.exchange.contradicting.is_none() {
                let known = open.exchange.answer.as_ref();
                open.exchange.contradicting =
                    Some(answer).filter(|answer| known.is_some_and(|known| known.excludes(answer)));
            }
            return;
        }
        // The query was not captured.
        let recent: Vec<&OpenExchange> = candidates
            .iter()
            .filter_map(|&index| self.done.get(index))
            .filter(|open| open.last().is_some_and(|last| (-DISORDER..RETRY).contains(&since(asked.at, last.at))))
            .collect();
        // Who forges answers sends them to where the client was seen to ask from.
        if recent.iter().any(|open| open.has_port(client.port())) {
            return;
        }
        // A client that was seen to ask the same from another port, and has no answer, may wait for that one's.
        if recent.iter().any(|open| open.exchange.answer.is_none()) {
            if self.to_unseen.len() < MAX_TO_UNSEEN {
                self.to_unseen.push(ToUnseen { question, client, id: id.0, answer });
            }
            return;
        }
        let repeated = candidates.iter().filter_map(|&index| self.done.get(index)).any(|open| {
            let first = open.exchange.answer.as_ref().filter(|_| open.sent.is_empty());
            first.is_some_and(|first| open.answered == Some(id) && since(asked.at, first.at) < RETRY)
        });
        let known = repeated || self.asked_another(&question, client, asked.at);
        if !known && let Some(open) = self.open(question, client, asked.at, None) {
            open.answered = Some(id);
            open.exchange.answer = Some(answer);
        }
    }

    /// Returns whether a client asked another resolver just this from just this port, and so waits for that one's answer.
    fn asked_another(&self, question: &Question, client: SocketAddr, at: FrameRef) -> bool {
        self.done.iter().rev().take(MAX_OPEN).any(|open| {
            let exchange = &open.exchange;
            exchange.client == client
                && (&exchange.name, exchange.qtype) == (&question.name, question.qtype)
                && exchange.resolver != question.resolver
                && open.last().is_some_and(|last| (-DISORDER..RETRY).contains(&since(at, last.at)))
        })
    }

    fn open(
        &mut self,
        question: Question,
        client: SocketAddr,
        at: FrameRef,
        sent: Option<Sent>,
    ) -> Option<&mut OpenExchange> {
        if self.done.len() >= self.most {
            self.overflow = true;
            return None;
        }
        let exchange = DnsExchange {
            client,
            resolver: question.resolver,
            tcp: question.tcp,
            name: question.name.clone(),
            qtype: question.qtype,
            queries: sent.iter().map(|_| at).collect(),
            answer: None,
            contradicting: None,
            icmp: None,
        };
        let index = self.done.len();
        self.remember_socket(client, question.resolver, index);
        let recent = self.latest.entry(question).or_default();
        if recent.len() >= MAX_OPEN {
            recent.remove(0);
        }
        recent.push(index);
        self.done.push(OpenExchange { exchange, sent: sent.into_iter().collect(), answered: None });
        self.done.last_mut()
    }

    fn remember_socket(&mut self, client: SocketAddr, resolver: SocketAddr, index: usize) {
        let known = self.sockets.entry((client, resolver)).or_default();
        if known.len() >= MAX_OPEN {
            known.remove(0);
        }
        if known.last() != Some(&index) {
            known.push(index);
        }
    }

    /// Takes an error that quotes a query from a client to a resolver, with the query's identification when the quote is
    /// long enough.
    pub(crate) fn icmp(&mut self, client: SocketAddr, resolver: SocketAddr, id: Option<u16>, error: IcmpError) {
        let Some(known) = self.sockets.get(&(client, resolver)) else { return };
        // A and AAAA may come from one port: without an identification, each error is for the next of them.
        for &index in known {
            let Some(open) = self.done.get_mut(index) else { continue };
            let asked = id.is_none_or(|id| open.asked(id, client.port()));
            if asked && open.exchange.answer.is_none() && open.exchange.icmp.is_none() {
                open.exchange.icmp = Some(error);
                return;
            }
        }
    }

    /// Returns the clients that were sent an answer to what they asked, for a query that was not captured.
    pub(crate) fn clients_with_unseen_queries(&self) -> BTreeSet<IpAddr> {
        self.to_unseen.iter().map(|answer| answer.client.ip()).collect()
    }

    /// Returns the exchanges in order of their first query, or of their answer where no query was captured.
    pub(crate) fn finish(self) -> Vec<DnsExchange> {
        let mut exchanges: Vec<DnsExchange> = self.done.into_iter().map(|open| open.exchange).collect();
        exchanges.iter_mut().for_each(|exchange| exchange.queries.sort_unstable());
        exchanges.sort_by_key(|exchange| {
            exchange.queries.first().copied().or(exchange.answer.as_ref().map(|answer| answer.at))
        });
        exchanges
    }

    /// Returns the addresses that answers gave, each with the name that was asked for.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = (&str, IpAddr)> {
        self.done.iter().flat_map(|open| {
            let name = open.exchange.name.as_str();
            let answers = open.exchange.answer.iter().chain(&open.exchange.contradicting);
            answers.flat_map(move |answer| answer.addresses.iter().map(move |found| (name, *found)))
        })
    }

    /// Returns the targets of CNAMEs that no answer gave an address for: somebody must have asked for them apart. That one of A and AAAA
    /// stays without is the rule and means nothing.
    pub(crate) fn dangling(&self) -> impl Iterator<Item = &str> {
        let answers = || self.done.iter().filter_map(|open| open.exchange.answer.as_ref());
        let resolved: FastSet<&str> = answers()
            .filter(|answer| !answer.addresses.is_empty())
            .filter_map(|answer| answer.cnames.last().map(String::as_str))
            .collect();
        answers()
            .filter(|answer| answer.addresses.is_empty())
            .filter_map(|answer| answer.cnames.last().map(String::as_str))
            .filter(move |name| !resolved.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Rcode;
    use crate::capture::dns::RrType;
    use crate::model::time::Timestamp;

    /// Makes an answer of this type with an alias, and with an address or without.
    fn answered(qtype: RrType, address: Option<&str>) -> Asked {
        Asked {
            from: "192.0.2.53:53".parse().unwrap(),
            to: "192.0.2.10:5000".parse().unwrap(),
            tcp: false,
            ip_id: 0,
            at: FrameRef { time: Timestamp::from_nanos(0), input: 0, frame: 1 },
            message: DnsMessage {
                id: 7,
                is_answer: true,
                name: "mdm.example.com".to_owned(),
                qtype,
                rcode: Rcode::NOERROR,
                truncated: false,
                addresses: address.iter().map(|address| address.parse().unwrap()).collect(),
                cnames: vec!["edge.example.net".to_owned()],
                cut: false,
            },
        }
    }

    #[test]
    fn an_alias_without_ipv6_is_not_left_open() {
        let mut exchanges = Exchanges::new(100);
        exchanges.add(answered(RrType::AAAA, None));
        assert_eq!(exchanges.dangling().collect::<Vec<_>>(), ["edge.example.net"]);
        exchanges.add(answered(RrType::A, Some("198.51.100.7")));
        assert_eq!(exchanges.dangling().count(), 0);
    }
}
