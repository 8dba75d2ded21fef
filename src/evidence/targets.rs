//! What is known of servers and proxies before any packet is looked at: from the log and from the options.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use super::declared::{Declared, ProxyOption};
use crate::capture::Interest;
use crate::log::{LogCause, LogFacts, LogTry, ProxyMention};

/// Hosts, their addresses, and proxies.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// Hosts of MDM servers, in lower case.
    pub hosts: BTreeSet<String>,
    /// Endpoints of proxies.
    pub proxies: BTreeSet<SocketAddr>,
    /// Host names of proxies.
    pub proxy_hosts: BTreeSet<String>,
    /// Ports of MDM servers.
    pub ports: BTreeSet<u16>,
    /// Proxies that the caller named: what is asked of them is meant, and that they do not answer as well.
    pub declared_proxies: BTreeSet<ProxyOption>,
    /// The hosts that have an address, as `Connect to host [host/address]` tells.
    by_address: BTreeMap<IpAddr, BTreeSet<String>>,
}

impl Targets {
    /// Gathers it.
    pub fn gather(logs: &[LogFacts], declared: &Declared) -> Self {
        let mut known = Self::default();
        for attempt in logs.iter().flat_map(|log| &log.attempts) {
            for attempted in &attempt.tries {
                known.learn(attempted);
            }
            if let Some((_, cause)) = attempt.verdict.as_deref() {
                known.learn_target(cause, attempt.tries.last());
            }
        }
        for host in &declared.hosts {
            known.learn_host(&host.trim_end_matches('.').to_ascii_lowercase());
        }
        known.ports.extend(&declared.ports);
        for proxy in &declared.proxies {
            known.learn_proxy(&proxy.host, Some(proxy.port));
            known.declared_proxies.insert(proxy.clone());
        }
        known
    }

    /// Returns what the capture stage has to look for.
    pub fn interest(&self) -> Interest {
        Interest {
            hosts: self.hosts.clone(),
            addresses: self.by_address.keys().copied().collect(),
            literal_addresses: self.by_address.keys().copied().filter(|address| self.is_literal(*address)).collect(),
            proxies: self.proxies.clone(),
            proxy_hosts: self.proxy_hosts.clone(),
            ports: self.ports.clone(),
            beside: 0,
        }
    }

    /// Returns whether an address is itself the name of a host, so that what goes there is meant whatever name it bears.
    pub fn is_literal(&self, address: IpAddr) -> bool {
        self.hosts_at(address).any(|host| host.parse() == Ok(address))
    }

    /// Returns whether connections to a port are meant wherever they go, since ports are all that is known.
    pub fn takes_port(&self, port: u16) -> bool {
        self.hosts.is_empty() && self.by_address.is_empty() && self.ports.contains(&port)
    }

    /// Returns the hosts that have this address.
    pub fn hosts_at(&self, address: IpAddr) -> impl Iterator<Item = &str> {
        self.by_address.get(&address).into_iter().flatten().map(String::as_str)
    }

    fn learn(&mut self, attempted: &LogTry) {
        if let Some(host) = &attempted.host {
            self.learn_host(host);
        }
        self.ports.extend(attempted.port);
        if let Some(ProxyMention::Named { host, port }) = &attempted.proxy {
            self.learn_proxy(host, *port);
        }
        if let Some(cause) = &attempted.cause {
            self.learn_target(cause, Some(attempted));
        }
    }

    fn learn_host(&mut self, host: &str) {
        if host.is_empty() {
            return;
        }
        if let Ok(address) = host.parse() {
            self.by_address.entry(address).or_default().insert(host.to_owned());
        }
        self.hosts.insert(host.to_owned());
    }

    fn learn_proxy(&mut self, host: &str, port: Option<u16>) {
        match (host.parse::<IpAddr>(), port) {
            (Ok(address), Some(port)) => {
                self.proxies.insert(SocketAddr::new(address, port));
            }
            (Ok(_), None) => {}
            (Err(_), _) => {
                self.proxy_hosts.insert(host.to_ascii_lowercase());
            }
        }
    }

    /// Learns from `Connect to HOST:PORT [HOST/ADDRESS]`: the server itself, or else the proxy in front of it.
    fn learn_target(&mut self, cause: &LogCause, attempted: Option<&LogTry>) {
        let Some(target) = &cause.target else { return };
        let host = attempted.and_then(|attempted| attempted.host.as_deref());
        if host.is_none_or(|host| host.eq_ignore_ascii_case(&target.host)) {
            for address in &target.addresses {
                self.by_address.entry(*address).or_default().insert(target.host.to_ascii_lowercase());
            }
        } else {
            self.learn_proxy(&target.host, target.port);
            if let Some(port) = target.port {
                self.proxies.extend(target.addresses.iter().map(|address| SocketAddr::new(*address, port)));
            }
        }
    }
}
