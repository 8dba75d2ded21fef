//! Whom a connection is for: the host and port behind it, by what it says itself, by the lookup that it was made for, or by whose
//! address it goes to; and whether a proxy stands between.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};

use super::lookup::{Lookup, LookupResult};
use super::request::is_in_absolute_form;
use crate::capture::TcpFlow;
use crate::evidence::targets::Targets;
use crate::model::time::{MILLISECOND, SECOND};
use crate::model::url::Url;

/// The longest wait for one address before the next is tried: Linux gives up on a SYN after 127 seconds.
pub(super) const CONNECT_TIMEOUT: i64 = 130 * SECOND;

/// A lookup is this connection's when it ended so shortly before.
const AFTER_LOOKUP: i64 = 5 * SECOND;

/// Lookups that ended so shortly before may each be the connection's own.
const AT_THAT_TIME: i64 = 50 * MILLISECOND;

/// A connection follows so soon behind the last question of its lookup whose answer was not captured.
pub(super) const AFTER_UNSEEN_ANSWER: i64 = 2 * SECOND;

/// Longest list of hosts that share an address.
const MAX_HOSTS: usize = 16;

/// Lookups that are gone through to find them.
const MAX_LOOKUPS: usize = 4096;

/// Lookups of the same address that a connection may have been made for.
const MAX_RECENT: usize = 512;

/// How it is known whom a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostSource {
    /// The connection says it: SNI, CONNECT or `Host`.
    Named,
    /// The address is what a lookup just before gave.
    LookedUp,
    /// The address is known to be the host's, from an older lookup or from the log.
    Address,
}

/// Which lookups gave an address, in their order.
pub(super) struct ByAddress(HashMap<IpAddr, Vec<usize>>);

impl ByAddress {
    /// Takes note of the addresses that lookups gave.
    pub(super) fn new(lookups: &[Lookup<'_>]) -> Self {
        let mut by_address: HashMap<IpAddr, Vec<usize>> = HashMap::new();
        for (index, lookup) in lookups.iter().enumerate() {
            for address in &lookup.addresses {
                by_address.entry(*address).or_default().push(index);
            }
        }
        Self(by_address)
    }

    /// Returns the lookups of an address before this one, and from this one on.
    pub(super) fn split(&self, address: IpAddr, at: usize) -> (&[usize], &[usize]) {
        let all = self.0.get(&address).map_or(&[][..], Vec::as_slice);
        all.split_at_checked(all.partition_point(|index| *index < at)).unwrap_or_default()
    }
}

/// Returns whom a connection is for, the likeliest first, with how that is known.
pub(super) fn hosts(
    flow: &TcpFlow,
    lookups: &[Lookup<'_>],
    by_address: &ByAddress,
    known: &Targets,
    proxied: bool,
) -> Vec<(String, HostSource)> {
    let address = flow.server.ip();
    let literal = || (address.to_string(), HostSource::Address);
    if let Some(host) = said_host(flow) {
        let mut hosts = vec![(host, HostSource::Named)];
        hosts.extend((!proxied && known.is_literal(address)).then(literal));
        return hosts;
    }
    if proxied {
        return Vec::new();
    }
    let mut hosts: Vec<(String, HostSource)> = Vec::new();
    let until = lookups.partition_point(|lookup| lookup.first <= flow.first);
    let (earlier, later) = by_address.split(address, until);
    // Of a connection that is older than the capture, only later lookups can tell the address.
    let later = if flow.start_seen { &[] } else { later };
    for lookup in earlier.iter().rev().chain(later).take(MAX_LOOKUPS).filter_map(|index| lookups.get(*index)) {
        if hosts.len() >= MAX_HOSTS {
            break;
        }
        if may_be_one(lookup.client, flow.client.ip()) && hosts.iter().all(|(host, _)| *host != lookup.host) {
            let age = flow.first.time.nanos().saturating_sub(lookup.last.nanos());
            let fresh = lookup.first <= flow.first && age <= AFTER_LOOKUP;
            hosts.push((lookup.host.clone(), if fresh { HostSource::LookedUp } else { HostSource::Address }));
        }
    }
    for host in known.hosts_at(address) {
        if hosts.len() < MAX_HOSTS && hosts.iter().all(|(name, _)| name != host) {
            hosts.push((host.to_owned(), HostSource::Address));
        }
    }
    if hosts.is_empty() && known.takes_port(flow.server.port()) {
        hosts.push(literal());
    }
    hosts
}

/// Returns the host that the connection itself names.
fn said_host(flow: &TcpFlow) -> Option<String> {
    let connect = flow.connect.as_ref().map(|connect| connect.host.clone()).filter(|host| !host.is_empty());
    let sni = || flow.tls.as_ref().and_then(|tls| tls.sni.clone());
    let http = || flow.http.iter().find_map(|exchange| exchange.host.clone());
    connect.or_else(sni).or_else(http)
}

/// Returns the port of the server, which is not the proxy's.
pub(super) fn server_port(flow: &TcpFlow, proxied: bool) -> Option<u16> {
    match (&flow.connect, proxied) {
        (Some(connect), _) => Some(connect.port).filter(|port| *port != 0),
        (None, true) => absolute(flow).map(|url| {
            let https = url.scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
            url.server().port_number().unwrap_or(if https { 443 } else { 80 })
        }),
        (None, false) => Some(flow.server.port()),
    }
}

/// Returns the URL that a connection to a proxy asks for.
fn absolute(flow: &TcpFlow) -> Option<Url<'_>> {
    let asked = flow.http.iter().find(|exchange| !exchange.decrypted && is_in_absolute_form(exchange))?;
    asked.target.as_deref().map(Url::split)
}

/// Returns the endpoints that are proxies: known ones, declared ones, and those that were ever asked to CONNECT or for a whole URL.
pub(super) fn proxies(flows: &[TcpFlow], declared: &HashSet<SocketAddr>, known: &Targets) -> HashSet<SocketAddr> {
    let as_proxy = |flow: &&TcpFlow| flow.connect.is_some() || absolute(flow).is_some();
    let asked = flows.iter().filter(as_proxy).map(|flow| flow.server);
    asked.chain(known.proxies.iter().copied()).chain(declared.iter().copied()).collect()
}

/// Returns the endpoints of the proxies that the caller named, by address or by a name that was looked up.
pub(super) fn declared_proxies(lookups: &[Lookup<'_>], known: &Targets) -> HashSet<SocketAddr> {
    let mut endpoints = HashSet::new();
    for proxy in &known.declared_proxies {
        let looked_up = lookups.iter().filter(|lookup| lookup.host == proxy.host);
        let addresses = looked_up.flat_map(|lookup| lookup.addresses.iter().copied()).chain(proxy.address());
        endpoints.extend(addresses.map(|address| SocketAddr::new(address, proxy.port)));
    }
    endpoints
}

/// Finds the lookup that a connection was made for: the latest that gave its address, when it ended just before; of those
/// that ended at that time, the first that no other connection was made for.
pub(super) fn lookup_before(
    flow: &TcpFlow,
    lookups: &[Lookup<'_>],
    by_address: &ByAddress,
    used: &HashSet<usize>,
) -> Option<usize> {
    let said = said_host(flow);
    let from = lookups.partition_point(|lookup| lookup.first.time.nanos() < flow.first.time.nanos() - CONNECT_TIMEOUT);
    let until = lookups.partition_point(|lookup| lookup.first <= flow.first);
    let age = |lookup: &Lookup<'_>| flow.first.time.nanos().saturating_sub(lookup.last.nanos());
    let (earlier, _) = by_address.split(flow.server.ip(), until);
    let recent = earlier.iter().rev().copied().take(MAX_RECENT).take_while(|&index| index >= from);
    let mut fitting = recent.filter(|&index| {
        lookups.get(index).is_some_and(|lookup| {
            may_be_one(lookup.client, flow.client.ip())
                && said.as_deref().is_none_or(|said| said == lookup.host || flow.connect.is_some())
                && lookup.knew_at(flow.first.time)
                && age(lookup) <= AFTER_LOOKUP
        })
    });
    let Some(latest) = fitting.next() else { return lookup_contradicted(flow, said.as_deref()?, lookups, used) };
    // Of several threads that ask at a time, the first to be answered connects first.
    let waiting = std::iter::once(latest)
        .chain(fitting)
        .take_while(|&index| lookups.get(index).is_some_and(|lookup| age(lookup) <= AT_THAT_TIME))
        .filter(|index| !used.contains(index))
        .last();
    waiting.or(Some(latest))
}

/// Finds the lookup of the host just before, to which the capture shows no address: a client that connects has had an answer, which
/// was not captured.
fn lookup_contradicted(flow: &TcpFlow, host: &str, lookups: &[Lookup<'_>], used: &HashSet<usize>) -> Option<usize> {
    let until = lookups.partition_point(|lookup| lookup.first <= flow.first);
    let recent =
        lookups.get(..until)?.iter().enumerate().rev().take(MAX_LOOKUPS).take_while(|(_, lookup)| {
            flow.first.time.nanos().saturating_sub(lookup.first.time.nanos()) <= CONNECT_TIMEOUT
        });
    let silent = |lookup: &Lookup<'_>| lookup.rests_on_silence() || lookup.result == LookupResult::Cut;
    recent
        .filter(|(index, lookup)| {
            let since = flow.first.time.nanos().saturating_sub(lookup.last.nanos());
            !used.contains(index)
                && lookup.host == host
                && may_be_one(lookup.client, flow.client.ip())
                && silent(lookup)
                && since <= AFTER_UNSEEN_ANSWER
        })
        .map(|(index, _)| index)
        .next()
}

/// Returns whether two addresses may be the same machine's: the same one, or one of each family, since a host asks by IPv4 where
/// to connect by IPv6 and the other way round.
pub(super) fn may_be_one(a: IpAddr, b: IpAddr) -> bool {
    a == b || a.is_ipv4() != b.is_ipv4()
}
