//! A lookup: all DNS exchanges by which one client wanted to know one host's addresses. The resolver library asks for A
//! and AAAA, asks the next server when one is silent or unwilling, and tries search domains; together they have one
//! result.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use crate::capture::{DnsExchange, FrameRef};
use crate::outcome::DnsDetail;
use crate::time::{SECOND, Timestamp};

/// RCODEs (IANA, DNS RCODEs).
const SERVFAIL: u16 = 2;
const NXDOMAIN: u16 = 3;
const REFUSED: u16 = 5;
/// QTYPE of IPv4 addresses (IANA, DNS RR types).
const A: u16 = 1;

/// The resolver library asks the next question of a lookup at once when it has an answer.
const AFTER_ANSWER: i64 = SECOND;
/// And when it has none, after its timeout (five seconds by default) at most, with some room.
const AFTER_SILENCE: i64 = 11 * SECOND;

/// What a lookup came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupResult {
    /// The host has addresses.
    Found,
    /// It has none, for this reason.
    Failed(DnsDetail),
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
    // The open lookup of each client and host: there are few of both, and each is looked for among the latest.
    let mut latest: HashMap<(IpAddr, String), usize> = HashMap::new();
    let mut hosts = hosts.clone();
    hosts.extend(exchanges.iter().map(|exchange| exchange.name.clone()));
    for exchange in exchanges {
        let Some(first) = exchange.queries.first().copied().or(exchange.answer.as_ref().map(|answer| answer.at)) else {
            continue;
        };
        let host = host_of(&exchange.name, &hosts);
        let key = (exchange.client.ip(), host);
        let open = latest
            .get(&key)
            .and_then(|&index| lookups.get_mut(index))
            .filter(|open| open.continues_with(exchange, first.time));
        match open {
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
                latest.insert(key, lookups.len());
                lookups.push(lookup);
            }
        }
    }
    for lookup in &mut lookups {
        lookup.conclude(end);
    }
    lookups
}

/// The host that a name was asked for: the shortest known one that it is, or that it begins with.
fn host_of(name: &str, hosts: &BTreeSet<String>) -> String {
    let dots = name.match_indices('.').map(|(at, _)| at).skip(1);
    let shorter = dots.filter_map(|at| name.get(..at)).find(|host| hosts.contains(*host));
    shorter.unwrap_or(name).to_owned()
}

impl<'a> Lookup<'a> {
    /// Whether an exchange that begins at this time belongs to the lookup: nobody asks again at once what was just answered,
    /// so a question that comes again is another lookup's.
    fn continues_with(&self, exchange: &DnsExchange, time: Timestamp) -> bool {
        let silent = self.exchanges.iter().any(|exchange| exchange.answer.is_none() && exchange.icmp.is_none());
        let patience = if silent { AFTER_SILENCE } else { AFTER_ANSWER };
        let settled = self.exchanges.iter().any(|before| {
            let answer = before.answer.as_ref().filter(|answer| !answer.truncated && answer.at.time <= time);
            (before.qtype, &before.name) == (exchange.qtype, &exchange.name)
                && answer.is_some_and(|answer| matches!(answer.rcode, 0 | NXDOMAIN))
        });
        !settled && time.nanos().saturating_sub(self.last.nanos()) <= patience
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
        for address in exchange.answer.iter().flat_map(|answer| &answer.addresses) {
            if !self.addresses.contains(address) {
                self.addresses.push(*address);
            }
        }
        self.exchanges.push(exchange);
    }

    /// The last word about the host's own name counts; search domains fail all day without meaning anything.
    fn conclude(&mut self, end: Timestamp) {
        if !self.addresses.is_empty() {
            self.result = LookupResult::Found;
            return;
        }
        let own = |exchange: &&&DnsExchange| exchange.name == self.host;
        let answers = |of_type: Option<bool>| {
            let chosen = self
                .exchanges
                .iter()
                .filter(own)
                .filter(move |exchange| of_type.is_none_or(|v4| (exchange.qtype == A) == v4));
            chosen
                .filter_map(|exchange| exchange.answer.as_ref())
                .filter(|answer| !answer.truncated)
                .collect::<Vec<_>>()
        };
        // A name either exists or not, so that a denial of either family counts for both.
        let all = answers(None);
        if all.iter().any(|answer| answer.rcode == 0 && answer.cut) {
            return;
        }
        let denied = all.iter().any(|answer| answer.rcode == NXDOMAIN);
        let last = answers(Some(true))
            .into_iter()
            .chain(answers(Some(false)))
            .max_by_key(|answer| (rank(answer.rcode), answer.at.time));
        self.result = match last {
            _ if denied => LookupResult::Failed(DnsDetail::NxDomain),
            Some(answer) => match answer.rcode {
                0 => LookupResult::Failed(DnsDetail::NoData),
                REFUSED => LookupResult::Failed(DnsDetail::Refused),
                _ => LookupResult::Failed(DnsDetail::ServFail),
            },
            // The last query must have had the time to be answered.
            None if end.nanos().saturating_sub(self.last.nanos()) < SECOND && !self.answered_last => LookupResult::Cut,
            None => LookupResult::Failed(DnsDetail::NoAnswer),
        };
    }

    /// How long the client may have used its result without asking again is not known; that it had it is.
    pub fn knew_at(&self, time: Timestamp) -> bool {
        let answers = self.exchanges.iter().filter_map(|exchange| exchange.answer.as_ref());
        answers.filter(|answer| !answer.addresses.is_empty()).any(|answer| answer.at.time <= time)
    }
}

/// A failure to answer says more than an answer without addresses: the addresses may exist.
fn rank(rcode: u16) -> u8 {
    match rcode {
        0 => 0,
        SERVFAIL => 1,
        _ => 2,
    }
}
