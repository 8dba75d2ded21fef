//! What to collect so that an attempt like this can be decided: on which node, at which level, with which filter, and when.

use std::collections::BTreeSet;

use super::outline::Outline;
use crate::capture::CaptureFacts;
use crate::model::authority::split_port;
use crate::model::mdm::RequestKind;
use crate::model::outcome::OutcomeName;
use crate::model::report::{Attempt, Confidence, LogLevel, NextCollection, Node, Source};
use crate::model::time::{SECOND, Timestamp};
use crate::model::zone_offset::ZoneOffset;

/// Addresses that a filter names at most; with more, the port decides.
const MAX_ADDRESSES: usize = 8;

/// The tags of VLANs that frames had where the captures were made: a filter sees nothing behind a tag unless it names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum VlanTags {
    /// None, as on the node itself.
    #[default]
    None,
    /// One, as on a trunk.
    One,
    /// Two, as on the trunk of a provider.
    Two,
}

impl VlanTags {
    /// Returns what the captures show.
    pub(super) fn of(captures: &[CaptureFacts]) -> Self {
        let quality = || captures.iter().flat_map(|capture| &capture.quality);
        if quality().any(|quality| quality.frames.twice_tagged > 0) {
            Self::Two
        } else if quality().any(|quality| quality.frames.tagged > 0) {
            Self::One
        } else {
            Self::None
        }
    }

    /// Lets a filter see packets with and without tags. Behind `vlan`, all offsets of the rest are those behind one tag more
    /// (pcap-filter(7)), so that the same terms stand again.
    fn through(self, filter: String) -> String {
        match self {
            Self::None => filter,
            Self::One => format!("{filter} or (vlan and ({filter}))"),
            Self::Two => format!("{filter} or (vlan and ({filter} or (vlan and ({filter}))))"),
        }
    }
}

/// When the node asks for the devices that do not comply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Polls {
    /// When the last one began.
    last: Timestamp,
    /// How long they lie apart, in nanoseconds.
    interval: i64,
}

impl Polls {
    /// Reads the interval off the polls among the attempts; `None` with fewer than two.
    pub(super) fn among(attempts: &[Outline<'_>]) -> Option<Self> {
        let polls = attempts.iter().filter(|attempt| attempt.kind == RequestKind::CompliancePoll);
        let mut times: Vec<Timestamp> = polls.filter_map(|attempt| attempt.started_at).collect();
        times.sort_unstable();
        let mut gaps: Vec<i64> =
            times.windows(2).filter_map(|pair| Some(pair.last()?.nanos() - pair.first()?.nanos())).collect();
        gaps.sort_unstable();
        let interval = *gaps.get(gaps.len() / 2)?;
        // Polls of several servers follow each other at once, which is no interval.
        (interval >= 60 * SECOND).then_some(Self { last: *times.last()?, interval })
    }
}

/// Returns what would decide the attempt; `None` when nothing is to decide. `utc_offset` is the appliance's.
pub(super) fn next_collection(
    attempt: &Attempt,
    node: Option<&Node>,
    polls: Option<Polls>,
    utc_offset: Option<ZoneOffset>,
    tags: VlanTags,
) -> Option<NextCollection> {
    if attempt.confidence == Confidence::High && attempt.outcome.name() != OutcomeName::Unknown {
        return None;
    }
    let has = |source: Source| attempt.sources.contains(&source);
    let log_tells = has(Source::Log) && attempt.reason.is_some() && attempt.outcome.name() != OutcomeName::Unknown;
    let component = (!log_tells).then(|| LogLevel { name: "external-mdm".to_owned(), level: "TRACE".to_owned() });
    Some(NextCollection {
        node: named(attempt.kind, node),
        component,
        capture_filter: capture_filter(attempt, node).map(|filter| tags.through(filter)),
        when: when(attempt.kind, polls, utc_offset),
        decides: decides(attempt, has(Source::Log), has(Source::Capture)),
    })
}

/// Names the node that makes a request: ServerInfo, tokens and discovery are the primary administration node's, all else the policy service nodes'.
const fn words(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::ServerInfo | RequestKind::Token | RequestKind::Discovery => {
            "the node that made this attempt: the primary administration node, where an administrator pressed Test Connection"
        }
        RequestKind::DeviceQuery | RequestKind::CompliancePoll | RequestKind::DeviceAction => {
            "the policy service node that made this attempt"
        }
        RequestKind::Other => "the node that made this attempt",
    }
}

/// Returns the node in words, with its name where that is known.
fn named(kind: RequestKind, node: Option<&Node>) -> String {
    let words = words(kind);
    node.and_then(|node| node.hostname.as_deref()).map_or_else(|| words.to_owned(), |name| format!("{name}, {words}"))
}

/// Returns the filter for ISE's TCP Dump, in the language of tcpdump: server, proxy, resolver, and the ICMP errors of routers.
fn capture_filter(attempt: &Attempt, node: Option<&Node>) -> Option<String> {
    let mut parts = ends(attempt, node);
    let set = node.and_then(|node| node.name_servers.as_deref()).unwrap_or_default();
    let asked = attempt.dns.iter().map(|dns| dns.resolver.as_str());
    let resolvers = addresses(asked.chain(set.iter().map(String::as_str)));
    if resolvers.is_empty() {
        // Which resolver the node asks is not known.
        parts.push("port 53".to_owned());
    }
    parts.extend(resolvers.iter().take(MAX_ADDRESSES).map(|resolver| format!("(port 53 and host {resolver})")));
    parts.extend(["icmp".to_owned(), "icmp6".to_owned()]);
    Some(parts.join(" or "))
}

/// Returns what the node connects to: by address, by port where no address is known, and everything where not even a port is.
fn ends(attempt: &Attempt, node: Option<&Node>) -> Vec<String> {
    let flows = attempt.flows();
    let peers: Vec<String> = flows.map(|flow| flow.server.ip().to_string()).collect();
    let set = node.and_then(|node| node.proxy.as_deref());
    let set = set.map(|proxy| split_port(proxy).unwrap_or((proxy, None)));
    let proxy = attempt.proxy.as_ref().map(|proxy| (proxy.address.as_deref(), proxy.port));
    // The log often says no more than that there is one, and the node's settings which.
    let proxy = proxy.map(|(address, port)| {
        let set = set.filter(|_| address.is_none());
        (address.or(set.map(|(host, _)| host)), port.or(set.and_then(|(_, port)| port)))
    });
    let known = attempt.server.addresses.iter().chain(&peers).map(String::as_str);
    let hosts = addresses(known.chain(proxy.and_then(|(address, _)| address)));
    let is_reached = |proxy: (Option<&str>, Option<u16>)| {
        proxy.0.is_some_and(|address| hosts.contains(&address)) || !peers.is_empty()
    };
    match proxy {
        Some(proxy @ (_, port)) if !is_reached(proxy) => {
            return vec![port.map_or_else(|| "tcp".to_owned(), |port| format!("tcp port {port}"))];
        }
        _ => {}
    }
    if (1..=MAX_ADDRESSES).contains(&hosts.len()) {
        return hosts.iter().map(|host| format!("host {host}")).collect();
    }
    let ports = attempt.server.port.into_iter().chain(proxy.and_then(|(_, port)| port));
    let ports: BTreeSet<u16> = ports.collect();
    if ports.is_empty() {
        return vec!["tcp port 443".to_owned()];
    }
    ports.into_iter().map(|port| format!("tcp port {port}")).collect()
}

/// Returns those that are addresses, each once, in their order.
fn addresses<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut found: Vec<&str> = Vec::new();
    for address in texts.filter(|text| text.parse::<std::net::IpAddr>().is_ok()) {
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

fn when(kind: RequestKind, polls: Option<Polls>, utc_offset: Option<ZoneOffset>) -> String {
    match (kind, polls) {
        (RequestKind::CompliancePoll, Some(polls)) => {
            let due = polls.last.plus_nanos(polls.interval);
            let minutes = polls.interval / (60 * SECOND);
            let due = match utc_offset {
                Some(offset) => {
                    let text = due.plus_nanos(offset.nanos()).to_string();
                    let local = text.split('.').next().unwrap_or_default().replace('T', " ");
                    format!("{local} on the appliance's clock")
                }
                None => format!("{due} (UTC)"),
            };
            format!("the next poll after these is due at {due}, and then every {minutes} minutes")
        }
        (RequestKind::CompliancePoll, None) => {
            "at the next poll: every 240 minutes unless the Polling Interval of the MDM server says otherwise".to_owned()
        }
        (RequestKind::DeviceQuery, _) => {
            "when the next endpoint authenticates: connect one whose authorization asks the MDM server".to_owned()
        }
        (RequestKind::DeviceAction, _) => "when the action is started again".to_owned(),
        _ => {
            "press Test Connection under Administration > Network Resources > External MDM, and stop the capture only after the result is shown"
                .to_owned()
        }
    }
}

fn decides(attempt: &Attempt, in_log: bool, in_capture: bool) -> String {
    match (attempt.outcome.name(), in_log, in_capture) {
        (OutcomeName::Success, true, _) => "The log at this level has the answer that came with the status.".to_owned(),
        (OutcomeName::Unknown, false, _) => {
            "The node's log of the same minutes has the status that encryption hides.".to_owned()
        }
        (OutcomeName::Unknown, true, false) => {
            "A capture shows how far the attempt came, and the log at this level what came of it.".to_owned()
        }
        (OutcomeName::Unknown, true, true) => "The log at this level says what came of it.".to_owned(),
        (_, _, false) => "A capture of the same minutes shows who did not answer, or who refused.".to_owned(),
        (_, false, true) => "The node's log of the same minutes says what the node met.".to_owned(),
        (_, true, true) if attempt.conflict.is_some() => {
            "A complete log and a complete capture of the same minutes show which of the two is right.".to_owned()
        }
        (_, true, true) => {
            "A capture that lost no packets, and covers the attempt from its first packet to its last, shows it."
                .to_owned()
        }
    }
}
