//! What makes requests slow although they may go well in the end: a resolver that does not answer before another is asked, an
//! address that is tried in vain before another, packets that have to be sent again. Each is told once with what it costs.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};

use crate::capture::{CaptureFacts, DnsExchange, TcpFlow};
use crate::model::quantile::quantile;
use crate::model::time::{SECOND, Timestamp};
use crate::model::visible::visible;
use crate::model::warning::{Warning, WarningCode};

/// A node that waits longer for one resolver or address before it tries the next has given up in between.
const LONGEST: i64 = 150 * SECOND;
/// Shorter waits are hardly felt.
const SHORTEST: f64 = 200.0;
/// Servers and resolvers that are told of, the worst of them.
const TOLD: usize = 8;
/// Of so many connections one in four must have lost packets before the path is called lossy: a few are lost on any path.
const FEWEST: usize = 4;

/// Returns what the captures tell.
pub(super) fn delays(captures: &[CaptureFacts]) -> Vec<Warning> {
    let of_capture = |capture: &CaptureFacts| [resolvers(capture), addresses(capture), losses(capture)].concat();
    captures.iter().flat_map(of_capture).collect()
}

/// Waits that have the same cause.
#[derive(Default)]
struct Waits {
    /// Their lengths, in milliseconds.
    ms: Vec<f64>,
    /// Who was tried next, and the name that it was about.
    next: Option<(String, String)>,
    input: usize,
}

impl Waits {
    fn add(&mut self, from: Timestamp, to: Timestamp, input: usize, next: impl FnOnce() -> (String, String)) {
        if self.ms.is_empty() {
            self.input = input;
            self.next = Some(next());
        }
        self.ms.push(to.millis_since(from));
    }

    /// Returns the median, in words; `None` for what is hardly felt.
    fn typical(&mut self) -> Option<String> {
        self.ms.sort_by(f64::total_cmp);
        let median = quantile(&self.ms, 50).filter(|median| *median >= SHORTEST)?;
        Some(if median < 1000.0 { format!("{median:.0} ms") } else { format!("{:.1} s", median / 1000.0) })
    }
}

/// Returns each of the items, the last of them first, with the next one whose key is another.
fn with_next_other<'a, T, K: PartialEq>(items: &[&'a T], key: impl Fn(&T) -> K) -> Vec<(&'a T, Option<&'a T>)> {
    let mut next: Option<(&'a T, Option<&'a T>)> = None;
    let pair = |item: &&'a T| {
        let other = match next {
            Some((after, _)) if key(after) != key(item) => Some(after),
            Some((_, other)) => other,
            None => None,
        };
        next = Some((item, other));
        (*item, other)
    };
    items.iter().rev().map(pair).collect()
}

/// Returns the worst of them first, and not too many.
fn worst<K: Ord>(waits: BTreeMap<K, Waits>) -> Vec<(K, Waits)> {
    let mut waits: Vec<(K, Waits)> = waits.into_iter().collect();
    waits.sort_by(|(_, one), (_, other)| other.ms.iter().sum::<f64>().total_cmp(&one.ms.iter().sum()));
    waits.truncate(TOLD);
    waits
}

/// Resolvers that left a query unanswered until the node asked another one.
fn resolvers(capture: &CaptureFacts) -> Vec<Warning> {
    let mut lookups: BTreeMap<(IpAddr, &str, u16), Vec<&DnsExchange>> = BTreeMap::new();
    let mut counts: HashMap<SocketAddr, (usize, usize)> = HashMap::new();
    for exchange in capture.dns.iter().filter(|exchange| !exchange.queries.is_empty()) {
        lookups.entry((exchange.client.ip(), &exchange.name, exchange.qtype.0)).or_default().push(exchange);
        let (asked, answered) = counts.entry(exchange.resolver).or_default();
        *asked += 1;
        *answered += usize::from(exchange.answer.is_some());
    }
    let mut waits: BTreeMap<SocketAddr, Waits> = BTreeMap::new();
    // Each list is in order of the first query.
    for exchanges in lookups.into_values() {
        for (exchange, next) in with_next_other(&exchanges, |exchange| exchange.resolver.ip()) {
            let Some(asked) = exchange.queries.first().filter(|_| exchange.answer.is_none()) else { continue };
            let Some((next, at)) = next.and_then(|next| Some((next, next.queries.first()?))) else { continue };
            // That the other one's answer was captured shows that this one's would have been.
            let seen = next.answer.is_some() && at.time.nanos().saturating_sub(asked.time.nanos()) <= LONGEST;
            if seen {
                let entry = waits.entry(exchange.resolver).or_default();
                entry.add(asked.time, at.time, asked.input, || (next.resolver.ip().to_string(), exchange.name.clone()));
            }
        }
    }
    let told = worst(waits).into_iter().filter_map(|(resolver, mut waits)| {
        let typical = waits.typical()?;
        let (asked, answered) = counts.get(&resolver).copied().unwrap_or_default();
        let (next, _) = waits.next?;
        let address = resolver.ip();
        let message = if answered == 0 {
            format!(
                "The DNS server {address} never answers: each lookup takes {typical} longer, until {next} is asked. Fix that server, or take \
                 it off the node."
            )
        } else {
            format!(
                "The DNS server {address} left {} of {asked} queries unanswered: each such lookup takes {typical} longer, until {next} is \
                 asked.",
                asked - answered
            )
        };
        Some(Warning::about(waits.input, WarningCode::ResolverSilent, message))
    });
    told.collect()
}

/// Names the addresses of a name that never answered a SYN, so that the node went on to another address of that name.
fn addresses(capture: &CaptureFacts) -> Vec<Warning> {
    let mut names: HashMap<IpAddr, &str> = HashMap::new();
    for exchange in &capture.dns {
        for address in exchange.answer.iter().flat_map(|answer| &answer.addresses) {
            names.entry(*address).or_insert(&exchange.name);
        }
    }
    let mut of_name: BTreeMap<(IpAddr, &str, u16), Vec<&TcpFlow>> = BTreeMap::new();
    let mut alive: HashMap<SocketAddr, bool> = HashMap::new();
    for flow in &capture.flows {
        if let Some(name) = names.get(&flow.server.ip()) {
            of_name.entry((flow.client.ip(), name, flow.server.port())).or_default().push(flow);
        }
        let is_alive = flow.syn_ack.is_some() || flow.visibility.from_server > 0;
        *alive.entry(flow.server).or_default() |= is_alive;
    }
    let mut waits: BTreeMap<SocketAddr, Waits> = BTreeMap::new();
    for ((_, name, _), flows) in of_name {
        for (flow, next) in with_next_other(&flows, |flow| flow.server) {
            let Some(syn) = flow.syns.first().filter(|_| alive.get(&flow.server) == Some(&false)) else { continue };
            let Some((next, at)) = next.and_then(|next| Some((next, next.syns.first()?))) else { continue };
            if next.syn_ack.is_some() && at.time.nanos().saturating_sub(syn.time.nanos()) <= LONGEST {
                let entry = waits.entry(flow.server).or_default();
                entry.add(syn.time, at.time, syn.input, || (next.server.to_string(), name.to_owned()));
            }
        }
    }
    let told = worst(waits).into_iter().filter_map(|(address, mut waits)| {
        let typical = waits.typical()?;
        let (next, name) = waits.next?;
        let message = format!(
            "{address}, an address of {}, never answers: each connection that tries it first takes {typical} longer, until {next} is \
             tried. Allow it in the firewall, or have the DNS entry corrected.",
            visible(&name)
        );
        Some(Warning::about(waits.input, WarningCode::AddressSilent, message))
    });
    told.collect()
}

/// Connections to one server, and what of them had to be sent again.
#[derive(Default)]
struct Losses {
    connections: usize,
    with_losses: usize,
    segments: u64,
    waits: Waits,
    input: usize,
}

/// Names servers on the path to which packets are lost.
fn losses(capture: &CaptureFacts) -> Vec<Warning> {
    let mut losses: BTreeMap<SocketAddr, Losses> = BTreeMap::new();
    for flow in &capture.flows {
        let (Some(first), Some(answer)) = (flow.syns.first(), flow.syn_ack) else { continue };
        let entry = losses.entry(flow.server).or_default();
        // Stamps of several queues may put the answer before the first SYN.
        let before = flow.syns.iter().filter(|syn| syn.time <= answer.time).count() as u64;
        let again = before.saturating_sub(1);
        let segments = again + flow.to_server.retransmissions + flow.to_client.retransmissions;
        entry.connections += 1;
        if segments == 0 {
            continue;
        }
        if entry.with_losses == 0 {
            entry.input = first.input;
        }
        entry.with_losses += 1;
        entry.segments += segments;
        if again > 0 {
            entry.waits.ms.push(answer.time.millis_since(first.time));
        }
    }
    let lossy = |(_, losses): &(SocketAddr, Losses)| {
        losses.with_losses >= FEWEST && losses.with_losses.saturating_mul(4) >= losses.connections
    };
    let mut lossy: Vec<(SocketAddr, Losses)> = losses.into_iter().filter(lossy).collect();
    lossy.sort_by_key(|(_, losses)| std::cmp::Reverse(losses.with_losses));
    let told = lossy.into_iter().take(TOLD).map(|(server, mut losses)| {
        let late = losses.waits.ms.len();
        let cost = losses.waits.typical().map(|typical| format!("; {late} of them took {typical} to be established"));
        let message = format!(
            "Packets between the node and {server} are lost: {} of {} connections had {} retransmissions{}. Look for a lossy or overloaded \
             link on the path.",
            losses.with_losses,
            losses.connections,
            losses.segments,
            cost.unwrap_or_default()
        );
        Warning::about(losses.input, WarningCode::PacketsLost, message)
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{DirectionFacts, DnsAnswer, FlowVisibility, FrameRef, Rcode, RrType};

    fn at(ms: i64) -> FrameRef {
        FrameRef { time: Timestamp::from_nanos(1_700_000_000 * SECOND + ms * 1_000_000), input: 1, frame: 1 }
    }

    fn lookup(resolver: &str, asked: i64, answered: bool) -> DnsExchange {
        let answer = DnsAnswer {
            at: at(asked + 1),
            rcode: Rcode::NOERROR,
            truncated: false,
            addresses: vec!["203.0.113.1".parse().unwrap(), "203.0.113.2".parse().unwrap()],
            cnames: Vec::new(),
            cut: false,
        };
        DnsExchange {
            client: "192.0.2.10:4000".parse().unwrap(),
            resolver: format!("{resolver}:53").parse().unwrap(),
            tcp: false,
            name: "mdm.example.com".to_owned(),
            qtype: RrType::A,
            queries: vec![at(asked)],
            answer: answered.then_some(answer),
            contradicting: None,
            icmp: None,
        }
    }

    fn messages(capture: CaptureFacts) -> Vec<String> {
        delays(&[capture]).into_iter().map(|warning| warning.message).collect()
    }

    #[test]
    fn a_resolver_that_never_answers_is_told_with_what_it_costs() {
        let dns = (0..3)
            .flat_map(|n| [lookup("192.0.2.54", n * 60_000, false), lookup("192.0.2.53", n * 60_000 + 2000, true)])
            .collect();
        let said = messages(CaptureFacts { dns, ..CaptureFacts::default() });
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(
            said[0].starts_with(
                "The DNS server 192.0.2.54 never answers: each lookup takes 2.0 s longer, until 192.0.2.53 is asked."
            ),
            "{said:?}"
        );
    }

    #[test]
    fn one_that_answers_now_and_then_is_counted_and_one_whose_silence_nothing_proves_is_not_told() {
        let dns = vec![
            lookup("192.0.2.54", 0, true),
            lookup("192.0.2.54", 60_000, false),
            lookup("192.0.2.53", 62_000, true),
        ];
        let said = messages(CaptureFacts { dns, ..CaptureFacts::default() });
        assert!(said[0].contains("left 1 of 2 queries unanswered"), "{said:?}");
        // Nothing shows that answers were captured at all.
        let dns = vec![lookup("192.0.2.54", 0, false), lookup("192.0.2.53", 2000, false)];
        assert!(messages(CaptureFacts { dns, ..CaptureFacts::default() }).is_empty());
        let dns = vec![lookup("192.0.2.54", 0, false), lookup("192.0.2.53", 20, true)];
        assert!(messages(CaptureFacts { dns, ..CaptureFacts::default() }).is_empty(), "nobody feels 20 ms");
    }

    /// Makes a connection whose SYNs were sent at these times, answered at that one, and of which so many segments came twice.
    fn connection(syns: &[i64], answered: i64, again: u64) -> TcpFlow {
        TcpFlow {
            stream: None,
            client: "192.0.2.10:40000".parse().unwrap(),
            server: "203.0.113.1:443".parse().unwrap(),
            start_seen: true,
            first: at(syns[0]),
            last: at(answered),
            syns: syns.iter().map(|ms| at(*ms)).collect(),
            syn_ack: Some(at(answered)),
            challenge_ack: None,
            closes: Vec::new(),
            icmp: Vec::new(),
            to_server: DirectionFacts::default(),
            to_client: DirectionFacts { retransmissions: again, ..DirectionFacts::default() },
            visibility: FlowVisibility::default(),
            connect: None,
            tls: None,
            http: Vec::new(),
        }
    }

    fn of_connections(lossy: &[TcpFlow], clean: usize) -> Vec<String> {
        let clean = (0..clean).map(|n| connection(&[n as i64 * 60_000], n as i64 * 60_000 + 5, 0));
        messages(CaptureFacts { flows: lossy.iter().cloned().chain(clean).collect(), ..CaptureFacts::default() })
    }

    #[test]
    fn a_path_that_loses_packets_is_told_with_how_long_connections_took() {
        let late = connection(&[0, 1000], 1020, 0);
        let again = connection(&[60_000], 60_020, 3);
        let said = of_connections(&[late.clone(), late.clone(), again.clone(), again.clone()], 12);
        assert_eq!(
            said,
            [
                "Packets between the node and 203.0.113.1:443 are lost: 4 of 16 connections had 8 retransmissions; 2 of them took 1.0 s to \
              be established. Look for a lossy or overloaded link on the path."
            ]
        );
        // A few are lost on any path, and three connections prove nothing.
        assert!(of_connections(&[late.clone(), late.clone(), again.clone(), again.clone()], 13).is_empty());
        assert!(of_connections(&[late.clone(), late, again], 0).is_empty());
        // What the capture stamped behind the answer was not sent for want of it.
        let behind = connection(&[0, 1000], 500, 0);
        assert!(of_connections(&[behind.clone(), behind.clone(), behind.clone(), behind], 0).is_empty());
    }
}
