//! A lookup: all DNS exchanges by which one client wanted to know one host's addresses. The resolver library asks for A
//! and AAAA, asks the next server when one is silent or unwilling, and tries search domains; together they have one
//! result.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use super::ending::LONG_WAIT;
use crate::capture::{DnsAnswer, DnsExchange, FrameRef, Rcode, RrType};
use crate::model::outcome::DnsDetail;
use crate::model::time::{MILLISECOND, SECOND, Timestamp};

/// The resolver library asks the next question of a lookup at once when it has an answer.
const AFTER_ANSWER: i64 = SECOND;
/// And when it has none, after its timeout (five seconds by default) at most, with some room.
const AFTER_SILENCE: i64 = 11 * SECOND;

/// A question that was asked so recently is not repeated yet: the resolver library's shortest timeout.
const NO_REPEAT: i64 = 900 * MILLISECOND;
/// Several queues stamp packets so far out of their order.
pub(super) const DISORDER: i64 = 5 * MILLISECOND;
/// Lookups of one host at a time.
const MAX_OPEN: usize = 64;
/// Exchanges of one lookup, and of those of one host at a time: five times what a resolver library with three servers, six
/// search domains and two families can make of one. What comes beyond begins another lookup, so that each is compared with few.
const MAX_EXCHANGES: usize = 256;
const MAX_COMPARED: usize = 1024;

/// What a lookup came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupResult {
    /// The host has addresses.
    Found,
    /// It has none, for this reason; `None` for an RCODE that has no name among the outcomes.
    Failed(Option<DnsDetail>),
    /// Only a part of it was captured.
    Cut,
}

/// One client's lookup of one host.
#[derive(Clone, Debug)]
pub struct Lookup<'a> {
    /// Index of the capture.
    pub capture: usize,
    /// Who wanted to know.
    pub client: IpAddr,
    /// The host.
    pub host: String,
    /// The exchanges, in order.
    pub exchanges: Vec<&'a DnsExchange>,
    /// Every address that an answer gave, in order.
    pub addresses: Vec<IpAddr>,
    /// What it came to.
    pub result: LookupResult,
    /// The first frame.
    pub first: FrameRef,
    /// The last query or answer.
    pub last: Timestamp,
    /// The last frame is an answer, so that the client knew the result then.
    pub answered_last: bool,
}

/// Groups the exchanges of a capture into lookups. `hosts` are the names that the log or the options know: an exchange
/// about one of them, or about a name that was asked for by itself, with a search domain behind it belongs to its lookup. `end` is the time of the capture's last frame.
pub fn read_lookups<'a>(
    capture: usize,
    exchanges: &'a [DnsExchange],
    hosts: &BTreeSet<String>,
    end: Timestamp,
) -> Vec<Lookup<'a>> {
    let mut lookups: Vec<Lookup<'a>> = Vec::new();
    // The open lookups of each client and host, the latest last: several threads may ask for one host at a time.
    let mut latest: HashMap<(IpAddr, String), Vec<usize>> = HashMap::new();
    let mut hosts = hosts.clone();
    hosts.extend(exchanges.iter().map(|exchange| exchange.name.clone()));
    for exchange in exchanges {
        let Some(first) = exchange.queries.first().copied().or(exchange.answer.as_ref().map(|answer| answer.at)) else {
            continue;
        };
        let host = host_of(&exchange.name, &hosts);
        let key = (exchange.client.ip(), host);
        let open = latest.entry(key.clone()).or_default();
        open.retain(|&index| lookups.get(index).is_some_and(|lookup| lookup.continues_at(first.time)));
        let exchanges = |index: &usize| lookups.get(*index).map_or(0, |lookup| lookup.exchanges.len());
        let mut compared = 0;
        let latest_few = open.iter().rev().take(MAX_OPEN).take_while(|index| {
            compared += exchanges(index);
            compared <= MAX_COMPARED
        });
        let kept = latest_few.count();
        open.drain(..open.len() - kept);
        let own =
            open.iter().rev().find(|&&index| lookups.get(index).is_some_and(|lookup| lookup.has_socket(exchange)));
        let goes_on = open
            .iter()
            .rev()
            .find(|&&index| lookups.get(index).is_some_and(|lookup| lookup.wants(exchange, first.time)));
        match own.or(goes_on).copied().and_then(|index| lookups.get_mut(index)) {
            Some(open) => open.add(exchange),
            None => {
                let mut lookup = Lookup {
                    capture,
                    client: key.0,
                    host: key.1.clone(),
                    exchanges: Vec::new(),
                    addresses: Vec::new(),
                    result: LookupResult::Cut,
                    first,
                    last: first.time,
                    answered_last: false,
                };
                lookup.add(exchange);
                open.push(lookups.len());
                lookups.push(lookup);
            }
        }
    }
    for lookup in &mut lookups {
        lookup.conclude(end);
    }
    lookups
}

/// Returns the host that a name was asked for: the shortest known one that it is, or that it begins with.
fn host_of(name: &str, hosts: &BTreeSet<String>) -> String {
    let dots = name.match_indices('.').map(|(at, _)| at).skip(1);
    let shorter = dots.filter_map(|at| name.get(..at)).find(|host| hosts.contains(*host));
    shorter.unwrap_or(name).to_owned()
}

impl<'a> Lookup<'a> {
    fn continues_at(&self, time: Timestamp) -> bool {
        let silent = self.exchanges.iter().any(|exchange| exchange.answer.is_none() && exchange.icmp.is_none());
        let patience = if silent { AFTER_SILENCE } else { AFTER_ANSWER };
        time.nanos().saturating_sub(self.last.nanos()) <= patience
    }

    /// Returns whether the exchange is from a socket that the lookup asked from before, and has not asked this already.
    fn has_socket(&self, exchange: &DnsExchange) -> bool {
        let same = |own: &&DnsExchange| own.client == exchange.client;
        let asked = |own: &&DnsExchange| {
            (&own.name, own.qtype, own.resolver, own.tcp)
                == (&exchange.name, exchange.qtype, exchange.resolver, exchange.tcp)
        };
        if self.exchanges.len() >= MAX_EXCHANGES {
            return false;
        }
        let mut own = self.exchanges.iter().copied().filter(same).peekable();
        own.peek().is_some() && !own.any(|own| asked(&own))
    }

    /// Returns whether the lookup may still ask this question from another socket: not when it has the answer, nor when it
    /// waits for that of the same resolver, since a retry is part of its exchange.
    fn wants(&self, exchange: &DnsExchange, at: Timestamp) -> bool {
        let mut same = self.exchanges.iter().filter(|own| own.name == exchange.name && own.qtype == exchange.qtype);
        self.exchanges.len() < MAX_EXCHANGES
            && !same.any(|own| {
                let told = own.answer.as_ref().is_some_and(|answer| {
                    !answer.truncated
                        && matches!(answer.rcode, Rcode::NOERROR | Rcode::NXDOMAIN)
                        && answer.at.time <= at
                });
                let waits = own.answer.as_ref().is_none_or(|answer| answer.at.time > at) && own.icmp.is_none();
                told || waits && own.resolver == exchange.resolver && own.tcp == exchange.tcp
            })
    }

    fn add(&mut self, exchange: &'a DnsExchange) {
        let query = exchange.queries.last().map(|query| query.time);
        let answer = exchange.answer.as_ref().map(|answer| answer.at.time);
        let icmp = exchange.icmp.map(|icmp| icmp.at.time);
        for (time, is_answer) in [(query, false), (answer, true), (icmp, true)] {
            if let Some(time) = time.filter(|time| *time >= self.last) {
                self.last = time;
                self.answered_last = is_answer;
            }
        }
        self.exchanges.push(exchange);
    }

    /// Concludes from the last word about the host's own name; search domains fail all day without meaning anything. Questions for
    /// anything else than addresses, such as HTTPS and MX records, say nothing of whether the host can be reached.
    fn conclude(&mut self, end: Timestamp) {
        let mut known = HashSet::new();
        let answers = self.exchanges.iter().flat_map(|exchange| exchange.answer.iter().chain(&exchange.contradicting));
        self.addresses =
            answers.flat_map(|answer| &answer.addresses).copied().filter(|found| known.insert(*found)).collect();
        // Addresses out of an answer that contradicts the first one are for a client that was seen to use them.
        let mut first = self.exchanges.iter().filter_map(|exchange| exchange.answer.as_ref());
        if first.any(|answer| !answer.addresses.is_empty()) {
            self.result = LookupResult::Found;
            return;
        }
        let answers: Vec<(RrType, &DnsAnswer)> =
            self.of_host().filter_map(|exchange| Some((exchange.qtype, exchange.answer.as_ref()?))).collect();
        let is_cut = answers.iter().any(|(_, answer)| answer.rcode == Rcode::NOERROR && answer.cut);
        // Behind an answer that was truncated the client asks again over TCP, which may not have been captured.
        let truncated = answers.iter().any(|(_, answer)| answer.truncated);
        let whole: Vec<_> = answers.into_iter().filter(|(_, answer)| !answer.truncated).collect();
        if is_cut || self.of_host().next().is_none() || truncated && whole.is_empty() {
            return;
        }
        // A name either exists or not, so that a denial of either family counts for both.
        if whole.iter().any(|(_, answer)| answer.rcode == Rcode::NXDOMAIN) {
            self.result = LookupResult::Failed(Some(DnsDetail::NxDomain));
            return;
        }
        let waited = |since: Timestamp| end.nanos().saturating_sub(since.nanos());
        let last = whole.iter().max_by_key(|(qtype, answer)| (rank(answer.rcode), *qtype != RrType::A, answer.at.time));
        self.result = match last {
            Some((_, answer)) => match answer.rcode {
                // The family that was never answered, or whose question is not there, may have the address.
                Rcode::NOERROR if self.is_half_answered() => LookupResult::Failed(Some(DnsDetail::NoAnswer)),
                Rcode::NOERROR if whole.iter().all(|(qtype, _)| *qtype != RrType::A) => LookupResult::Cut,
                Rcode::NOERROR => LookupResult::Failed(Some(DnsDetail::NoData)),
                Rcode::REFUSED => LookupResult::Failed(Some(DnsDetail::Refused)),
                Rcode::SERVFAIL => LookupResult::Failed(Some(DnsDetail::ServFail)),
                _ => LookupResult::Failed(None),
            },
            // The last query must have had the time to be answered, or the first one all the more.
            None if !self.answered_last && waited(self.last) < SECOND && waited(self.first.time) < LONG_WAIT => {
                LookupResult::Cut
            }
            None => LookupResult::Failed(Some(DnsDetail::NoAnswer)),
        };
    }

    /// Returns the exchanges about the addresses of the host's own name.
    fn of_host(&self) -> impl Iterator<Item = &'a DnsExchange> + Clone {
        let wanted =
            |exchange: &&DnsExchange| exchange.name == self.host && matches!(exchange.qtype, RrType::A | RrType::AAAA);
        self.exchanges.iter().copied().filter(wanted)
    }

    /// Returns whether the questions for one of the address types were never answered.
    fn is_half_answered(&self) -> bool {
        let of_type = |wanted: RrType| self.of_host().filter(move |own| own.qtype == wanted);
        [RrType::A, RrType::AAAA]
            .into_iter()
            .any(|wanted| of_type(wanted).next().is_some() && of_type(wanted).all(|own| own.answer.is_none()))
    }

    /// Returns the RCODE that says most of why there is no address.
    pub fn rcode(&self) -> Option<Rcode> {
        let answers = self.of_host().filter_map(|exchange| exchange.answer.as_ref());
        answers.map(|answer| answer.rcode).max_by_key(|rcode| rank(*rcode))
    }

    /// Returns whether the result is that no answer came.
    pub fn rests_on_silence(&self) -> bool {
        self.result == LookupResult::Failed(Some(DnsDetail::NoAnswer))
    }

    /// Returns whether the result is that the host has no address.
    pub fn has_no_data(&self) -> bool {
        self.result == LookupResult::Failed(Some(DnsDetail::NoData))
    }

    /// Returns whether addresses of both families were asked for, and answered.
    pub fn asked_both_families(&self) -> bool {
        let answered = |wanted: RrType| self.of_host().any(|own| own.qtype == wanted && own.answer.is_some());
        answered(RrType::A) && answered(RrType::AAAA)
    }

    /// Returns whether the client asked a resolver the same question again after it had waited in vain: then it had no answer
    /// to the first.
    pub fn asked_again(&self) -> bool {
        self.of_host().filter(|own| own.answer.is_none()).any(|unanswered| {
            let same = self
                .of_host()
                .filter(|own| own.qtype == unanswered.qtype && own.resolver.ip() == unanswered.resolver.ip());
            let queries = same.flat_map(|own| &own.queries);
            let (first, last) = (queries.clone().min(), queries.max());
            first.zip(last).is_some_and(|(first, last)| last.time.nanos() - first.time.nanos() >= NO_REPEAT)
        })
    }

    /// Returns whether a resolver that was asked behind an unwilling answer has none in the capture: the name may have resolved
    /// there.
    pub fn went_on_unanswered(&self) -> bool {
        let unwilling = matches!(
            self.result,
            LookupResult::Failed(None | Some(DnsDetail::ServFail | DnsDetail::Refused | DnsDetail::NoData))
        );
        let answered = |qtype: RrType| {
            let of_type = self.of_host().filter(move |own| own.qtype == qtype);
            of_type.filter_map(|own| own.answer.as_ref()).map(|answer| answer.at.time).max()
        };
        let mut open = self.of_host().filter(|own| own.answer.is_none() && own.icmp.is_none());
        unwilling
            && open.any(|own| {
                let answered = answered(own.qtype);
                own.queries.iter().any(|query| answered.is_none_or(|answer| query.time > answer))
            })
    }

    /// Returns whether any question about the host was answered: where silence is the result, that for one family of addresses.
    pub fn is_answered(&self) -> bool {
        self.of_host().any(|own| own.answer.is_some())
    }

    /// Returns whether a query about the host has answers that exclude each other.
    pub fn is_contradicted(&self) -> bool {
        self.of_host().any(|exchange| exchange.contradicting.is_some())
    }

    /// Returns whether the snap length cut an answer, so that it may have held more addresses.
    pub fn has_cut_answer(&self) -> bool {
        self.exchanges.iter().filter_map(|exchange| exchange.answer.as_ref()).any(|answer| answer.cut)
    }

    /// Returns whether the client had addresses by a moment. How long it may have used them without asking again is not known.
    pub fn knew_at(&self, time: Timestamp) -> bool {
        let answers = self.exchanges.iter().flat_map(|exchange| exchange.answer.iter().chain(&exchange.contradicting));
        answers
            .filter(|answer| !answer.addresses.is_empty())
            .any(|answer| answer.at.time.nanos() - DISORDER <= time.nanos())
    }
}

/// Ranks a failure to answer above an answer without addresses: the addresses may exist.
fn rank(rcode: Rcode) -> u8 {
    match rcode {
        Rcode::NOERROR => 0,
        Rcode::SERVFAIL => 1,
        _ => 2,
    }
}
