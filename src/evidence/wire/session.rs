//! A session: the connections by which a client tried to reach one server, one after the other until one stood or none
//! was left. Apache HttpClient goes through a host's addresses, and repeats a request that a broken connection took with
//! it; its caller sees one request all the same.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};

use super::Ending;
use super::destination::{
    AFTER_UNSEEN_ANSWER, ByAddress, CONNECT_TIMEOUT, HostSource, declared_proxies, hosts, lookup_before, may_be_one,
    proxies, server_port,
};
use super::lookup::{DISORDER, Lookup, LookupResult};
use super::request::Request;
use super::unexplained::Unexplained;
use crate::capture::{FrameRef, TcpFlow};
use crate::evidence::targets::Targets;
use crate::model::time::{MILLISECOND, Timestamp};

/// A request that a broken connection took with it is repeated at once; what begins later is another's.
const REPEAT: i64 = 50 * MILLISECOND;
/// A request began with its lookup when the connection followed at once.
const AT_ONCE: i64 = 500 * MILLISECOND;

/// Connections of a client to one server, or a lookup that led to none.
#[derive(Clone, Debug)]
pub struct Session<'a> {
    /// Index of the capture.
    pub capture: usize,
    /// The client.
    pub client: IpAddr,
    /// Whom it is for, the likeliest first; empty when nothing tells.
    pub hosts: Vec<(String, HostSource)>,
    /// The server's port (not the proxy's), when it is known.
    pub port: Option<u16>,
    /// The proxy that was connected to.
    pub proxy: Option<SocketAddr>,
    /// The caller named that proxy.
    pub proxy_declared: bool,
    /// Every connection, in order; empty when the name did not resolve.
    pub flows: Vec<&'a TcpFlow>,
    /// Index of the lookup that it began with.
    pub lookup: Option<usize>,
    /// The requests on the last connection.
    pub requests: Vec<Request<'a>>,
    /// Its first frame, the lookup included.
    pub first: FrameRef,
    /// A lookup that came to nothing, behind which the client connected to the host all the same.
    pub connected_after: bool,
    /// Its address is all that tells the host, and it may be another's.
    pub host_unsure: bool,
}

impl<'a> Session<'a> {
    /// Returns the connection that counts.
    pub fn flow(&self) -> Option<&'a TcpFlow> {
        self.flows.last().copied()
    }

    /// Returns whether it may be for this host.
    pub fn is_for(&self, host: &str) -> Option<HostSource> {
        self.hosts.iter().find(|(name, _)| name == host).map(|(_, source)| *source)
    }
}

/// Sessions to one port that may still go on; of a flood, the oldest are taken for ended.
const MAX_OPEN: usize = 256;
/// How many of them are looked at for the one that a connection belongs to.
const MAX_LOOKED_AT: usize = 64;

/// Returns the sessions of a capture, in order of their first frames.
pub fn read_sessions<'a>(
    capture: usize,
    flows: &'a [TcpFlow],
    lookups: &[Lookup<'a>],
    known: &Targets,
    end: Timestamp,
) -> Vec<Session<'a>> {
    let mut sessions: Vec<Session<'a>> = Vec::new();
    let declared = declared_proxies(lookups, known);
    let proxies = proxies(flows, &declared, known);
    let mut ordered: Vec<&TcpFlow> = flows.iter().collect();
    ordered.sort_by_key(|flow| flow.first);
    // Only the latest sessions to a port can still go on.
    let mut open: HashMap<u16, Vec<usize>> = HashMap::new();
    let mut used: HashSet<usize> = HashSet::new();
    let by_address = ByAddress::new(lookups);
    for flow in ordered {
        let proxied = flow.connect.is_some() || proxies.contains(&flow.server);
        let looked_up = lookup_before(flow, lookups, &by_address, &used);
        // A lookup that an earlier connection was made for is only still remembered.
        let own_lookup = looked_up.filter(|&index| used.insert(index)).and_then(|index| lookups.get(index));
        let session = Session {
            capture,
            client: flow.client.ip(),
            hosts: hosts(flow, lookups, &by_address, known, proxied),
            port: server_port(flow, proxied),
            proxy: proxied.then_some(flow.server),
            proxy_declared: declared.contains(&flow.server),
            flows: vec![flow],
            lookup: looked_up,
            requests: Request::of(flow),
            first: first_frame(flow, own_lookup),
            connected_after: false,
            host_unsure: false,
        };
        let host_unsure = is_host_unsure(&session, flow, lookups, known);
        let session = Session { host_unsure, ..session };
        let recent = open.entry(flow.server.port()).or_default();
        recent.retain(|&index| {
            let last = sessions.get(index).and_then(Session::flow).map(|flow| flow.last.time);
            last.is_some_and(|last| flow.first.time.nanos().saturating_sub(last.nanos()) <= CONNECT_TIMEOUT)
        });
        let goes_on = recent.iter().rev().take(MAX_LOOKED_AT).copied().find(|&index| {
            sessions.get(index).is_some_and(|before| {
                let crowded = || {
                    recent
                        .iter()
                        .rev()
                        .take(MAX_LOOKED_AT)
                        .any(|&other| other != index && is_beside(&sessions, other, &session))
                };
                continues(before, &session, own_lookup, lookups, end, crowded)
            })
        });
        match goes_on.and_then(|index| sessions.get_mut(index)) {
            Some(before) => {
                before.flows.push(flow);
                before.requests = session.requests;
                if session.hosts.first().is_some_and(|(_, source)| *source == HostSource::Named) {
                    before.hosts = session.hosts;
                    before.host_unsure = false;
                }
                before.port = session.port.or(before.port);
            }
            None => {
                // However many are open at once, what is remembered of them stays small.
                if recent.len() >= MAX_OPEN {
                    recent.remove(0);
                }
                recent.push(sessions.len());
                sessions.push(session);
            }
        }
    }
    let used: HashSet<usize> = sessions.iter().filter_map(|session| session.lookup).collect();
    let connected = Unexplained::among(sessions.iter().filter_map(unexplained));
    for (index, lookup) in lookups.iter().enumerate() {
        let led_nowhere = matches!(lookup.result, LookupResult::Failed(_) | LookupResult::Cut);
        if led_nowhere && !used.contains(&index) {
            sessions.push(Session {
                capture,
                client: lookup.client,
                hosts: vec![(lookup.host.clone(), HostSource::Named)],
                port: None,
                proxy: None,
                proxy_declared: false,
                flows: Vec::new(),
                lookup: Some(index),
                requests: Vec::new(),
                first: lookup.first,
                connected_after: connected.are_soon_after(lookup),
                host_unsure: false,
            });
        }
    }
    sessions.sort_by_key(|session| session.first);
    sessions
}

/// Returns the client, host and time of a connection that no lookup in the capture explains.
fn unexplained<'s>(session: &'s Session<'_>) -> Option<(IpAddr, &'s str, Timestamp)> {
    let flow = session.flows.first().filter(|flow| flow.start_seen)?;
    let (host, source) = session.hosts.first().filter(|_| session.lookup.is_none() && session.proxy.is_none())?;
    (*source == HostSource::Named).then_some((session.client, host.as_str(), flow.first.time))
}

/// Returns where the session begins: with the lookup, unless that was made for an earlier one and is only still remembered.
fn first_frame(flow: &TcpFlow, lookup: Option<&Lookup<'_>>) -> FrameRef {
    let at_once = |lookup: &&Lookup<'_>| flow.first.time.nanos().saturating_sub(lookup.last.nanos()) <= AT_ONCE;
    lookup.filter(at_once).map_or(flow.first, |lookup| lookup.first.min(flow.first))
}

/// Returns whether a connection is the next of a session: the one before came to nothing, and this one is to the host's next
/// address, or the same request once more.
///
/// Where other connections to the host are open, `crowded`, a repeated request can't be told from one of another thread,
/// and is left to what the log says.
fn continues(
    before: &Session<'_>,
    next: &Session<'_>,
    own_lookup: Option<&Lookup<'_>>,
    lookups: &[Lookup<'_>],
    end: Timestamp,
    crowded: impl Fn() -> bool,
) -> bool {
    let (Some(last), Some(flow)) = (before.flow(), next.flow()) else { return false };
    let pause = flow.first.time.nanos().saturating_sub(last.last.time.nanos());
    let same_host = match (before.hosts.first(), next.hosts.first()) {
        (Some((a, _)), Some(_)) => next.is_for(a).is_some(),
        _ => true,
    };
    let same_client = may_be_one(before.client, next.client);
    // Who goes through the addresses of a host has them all from one lookup.
    let asked_anew = own_lookup.is_some_and(|lookup| lookup.first > last.first);
    if pause < -DISORDER || !same_client || !same_host || asked_anew || before.proxy.is_some() != next.proxy.is_some() {
        return false;
    }
    let ending = Ending::of(last, &before.requests, before.requests.len().checked_sub(1), end);
    match ending {
        Ending::SynSilence | Ending::Unreachable(_) | Ending::Refused(_) | Ending::Cut if !last.stood() => {
            let tried = before.flows.iter().any(|tried| tried.server == flow.server);
            let lookup = before.lookup.or(next.lookup).and_then(|index| lookups.get(index));
            let offered = lookup.is_some_and(|lookup| {
                [last.server.ip(), flow.server.ip()].iter().all(|address| lookup.addresses.contains(address))
            });
            !tried && offered && pause <= CONNECT_TIMEOUT
        }
        // Behind an answer on the same connection, what is repeated is the later request alone.
        Ending::HandshakeClosed(close) | Ending::ResponseClosed(close) => {
            let pause = next.first.time.nanos().saturating_sub(close.at.time.nanos());
            flow.server == last.server && (0..=REPEAT).contains(&pause) && before.requests.len() <= 1 && !crowded()
        }
        _ => false,
    }
}

/// Returns whether an earlier session of the same client to the same host is still open when another begins.
fn is_beside(sessions: &[Session<'_>], other: usize, next: &Session<'_>) -> bool {
    sessions.get(other).is_some_and(|other| {
        let open = other.flow().is_some_and(|flow| flow.last >= next.first);
        open && other.client == next.client && next.hosts.first().is_none_or(|(host, _)| other.is_for(host).is_some())
    })
}

/// Returns whether a connection may be for another host than the one that its address stands for: it names none, no lookup was
/// made at once before it, and several hosts have the address, or one was asked for whose address was not captured.
fn is_host_unsure(session: &Session<'_>, flow: &TcpFlow, lookups: &[Lookup<'_>], known: &Targets) -> bool {
    let named = session.hosts.first().is_none_or(|(_, source)| *source == HostSource::Named);
    if named || known.is_literal(flow.server.ip()) {
        return false;
    }
    let age = |lookup: &Lookup<'_>| flow.first.time.nanos().saturating_sub(lookup.last.nanos());
    let at_once = |lookup: &Lookup<'_>| age(lookup) <= AT_ONCE;
    if session.lookup.and_then(|index| lookups.get(index)).is_some_and(at_once) {
        return false;
    }
    let until = lookups.partition_point(|lookup| lookup.first <= flow.first);
    let mut recent = lookups.get(..until).unwrap_or_default().iter().rev().take(MAX_LOOKED_AT);
    let is_unseen = |lookup: &Lookup<'_>| lookup.addresses.is_empty() && age(lookup) <= AFTER_UNSEEN_ANSWER;
    session.hosts.len() > 1 || recent.any(|lookup| may_be_one(lookup.client, flow.client.ip()) && is_unseen(lookup))
}
