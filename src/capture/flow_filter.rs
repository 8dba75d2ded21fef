//! The filter of the second pass: which packets are of endpoints that are worth following.

use std::net::SocketAddr;

use super::Interest;
use super::address_bloom::{AddressBloom, FollowedAddresses};
use super::first_pass::Candidates;
use super::names::{Names, is_target};
use super::packet::{FiveTuple, number};
use super::share;
use super::{TcpFlow, TlsSession};
use crate::model::fast_map::FastSet;
use crate::model::mdm::is_api_target;

/// Ports of MDM servers when nothing says otherwise.
const SERVER_PORTS: [u16; 2] = [443, 8443];
/// Ports from here on are those of clients.
const EPHEMERAL: u16 = 32_768;
/// So many addresses are looked for in the bloom of each chunk; with more, every chunk is read again.
const MAX_LOOKED_FOR: usize = 1 << 10;

/// Who is followed.
pub(super) struct FlowFilter<'s> {
    candidates: &'s Candidates,
    names: &'s Names,
    interest: &'s Interest,
    ports: FastSet<u16>,
    /// Connections to these ports are followed wherever they go: `--port` is all that is known.
    any_address: bool,
    addresses: Vec<u128>,
    followed: FollowedAddresses,
}

impl<'s> FlowFilter<'s> {
    pub(super) fn new(candidates: &'s Candidates, names: &'s Names, interest: &'s Interest) -> Self {
        let mut addresses: Vec<u128> = candidates.addresses().collect();
        addresses.sort_unstable();
        addresses.dedup();
        let followed = addresses.iter().collect();
        let any_address = interest.hosts.is_empty() && interest.addresses.is_empty() && !interest.ports.is_empty();
        let ports = SERVER_PORTS.into_iter().chain(interest.ports.iter().copied()).collect();
        Self { candidates, names, interest, ports, any_address, addresses, followed }
    }

    /// Returns how many connections are kept of all that are followed.
    pub(super) fn most_flows(&self) -> usize {
        share::flows(self.interest.beside)
    }

    /// Returns whether there is nobody to follow.
    pub(super) fn is_idle(&self) -> bool {
        self.candidates.is_empty() && !self.any_address
    }

    /// Returns whether an address is followed on some port.
    pub(super) fn knows(&self, address: u128) -> bool {
        self.any_address || self.followed.may_hold(address)
    }

    /// Returns whether somebody who is followed may be in a chunk of a file.
    pub(super) fn looks_into(&self, bloom: &AddressBloom) -> bool {
        self.any_address || self.addresses.len() > MAX_LOOKED_FOR || self.addresses.iter().any(|at| bloom.may_hold(*at))
    }

    fn is_server(&self, address: u128, port: u16) -> bool {
        if self.any_address && self.interest.ports.contains(&port) {
            return true;
        }
        self.followed.may_hold(address)
            && (self.candidates.endpoints.contains_key(&(address, port))
                || (self.ports.contains(&port) && self.candidates.servers.contains(&address))
                || (port < EPHEMERAL && self.candidates.proxies.contains(&address)))
    }

    /// Returns whether a packet is of a connection that is followed, and whether it then goes to the server.
    #[inline]
    pub(super) fn to_server(&self, tuple: &FiveTuple) -> Option<bool> {
        if !self.any_address && !self.followed.may_hold(tuple.destination) && !self.followed.may_hold(tuple.source) {
            return None;
        }
        let destination =
            self.is_server(tuple.destination, tuple.destination_port) || self.candidates.suspects.contains(tuple);
        let source =
            self.is_server(tuple.source, tuple.source_port) || self.candidates.suspects.contains(&tuple.reversed());
        match (destination, source) {
            (true, true) => Some(tuple.destination_port < tuple.source_port),
            (true, false) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }

    /// Returns whether what goes to a server is meant, whatever name it bears: by the server's address, or by its port where that
    /// is all that somebody knows.
    fn takes_any_name(&self, server: SocketAddr) -> bool {
        self.interest.literal_addresses.contains(&server.ip())
            || (self.any_address && self.interest.ports.contains(&server.port()))
    }

    /// Returns whether the first payload of a client to a server tells that the connection is about something else, so that
    /// nothing more of it need be kept.
    pub(super) fn rejects(&self, server: SocketAddr, payload: &[u8]) -> bool {
        match payload {
            _ if self.takes_any_name(server) => false,
            [0x16, 3, ..] => super::tls::peek_sni(payload).is_some_and(|name| !self.names.is_server(&name)),
            [b'A'..=b'Z', ..] if payload.starts_with(b"CONNECT ") => {
                super::http::peek_connect(payload).is_some_and(|(host, _)| !is_target(&host, self.names, self.interest))
            }
            _ => false,
        }
    }

    /// Returns whether a connection that was followed matters, now that it was read.
    pub(super) fn keeps(&self, flow: &TcpFlow) -> bool {
        let carried = flow.to_server.bytes > 0 || flow.to_client.bytes > 0;
        if !flow.start_seen && flow.icmp.is_empty() && !carried {
            return false;
        }
        if self.takes_any_name(flow.server) {
            return true;
        }
        let asked = flow.tls.as_ref().and_then(|tls: &TlsSession| tls.sni.as_deref());
        let named = asked.map(|name| self.names.is_server(name));
        if let Some(connect) = flow.connect.as_ref().filter(|connect| !connect.host.is_empty()) {
            return is_target(&connect.host, self.names, self.interest) || named == Some(true);
        }
        if let Some(named) = named {
            return named;
        }
        if flow.tls.is_none() && flow.http.iter().any(|exchange| exchange.request.is_some()) {
            return flow.http.iter().any(|exchange| {
                exchange.target.as_deref().is_some_and(is_api_target)
                    || exchange.host.as_deref().is_none_or(|host| is_target(host, self.names, self.interest))
            });
        }
        let (address, port) = (number(flow.server.ip()), flow.server.port());
        if self.candidates.servers.contains(&address) {
            return true;
        }
        let declared = self.interest.proxies.contains(&flow.server) || self.candidates.proxies.contains(&address);
        match self.candidates.endpoints.get(&(address, port)) {
            // Behind a proxy that was met by chance, what began before the capture may be anything.
            Some(true) => declared || !carried,
            Some(false) => true,
            None => declared,
        }
    }
}
