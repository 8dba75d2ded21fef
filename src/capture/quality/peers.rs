//! Who was seen to send and to receive: where no packet to an address was captured at all, that none came is no news.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::capture::packet::{address, number};
use crate::model::fast_map::FastMap;

/// Addresses that are kept of one capture.
const MAX_PEERS: usize = 1 << 16;

/// What was captured from and to an address, whoever was at the other end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeerVisibility {
    /// It sent TCP.
    pub tcp_sent: bool,
    /// It was sent TCP.
    pub tcp_received: bool,
    /// It sent DNS over UDP: queries when it is the node, answers when it is a resolver.
    pub dns_sent: bool,
    /// It was sent DNS over UDP.
    pub dns_received: bool,
    /// It was sent an ICMP error that quotes TCP or UDP.
    pub icmp_received: bool,
}

impl PeerVisibility {
    /// Returns whether any packet to the address was captured.
    pub const fn receives(&self) -> bool {
        self.tcp_received || self.dns_received || self.icmp_received
    }

    /// Returns whether any packet from the address was captured.
    pub const fn sends(&self) -> bool {
        self.tcp_sent || self.dns_sent
    }

    fn add(&mut self, other: Self) {
        let Self { tcp_sent, tcp_received, dns_sent, dns_received, icmp_received } = other;
        self.tcp_sent |= tcp_sent;
        self.tcp_received |= tcp_received;
        self.dns_sent |= dns_sent;
        self.dns_received |= dns_received;
        self.icmp_received |= icmp_received;
    }
}

/// A packet between two addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    Tcp,
    Dns,
    IcmpError,
}

/// Addresses by what was captured of them.
#[derive(Debug, Default)]
pub(crate) struct Peers(FastMap<u128, PeerVisibility>);

impl Peers {
    /// Takes a packet. Not for every one: for those that begin something.
    pub(crate) fn note(&mut self, source: u128, destination: u128, activity: Activity) {
        let none = PeerVisibility::default();
        let (sent, received) = match activity {
            Activity::Tcp => (PeerVisibility { tcp_sent: true, ..none }, PeerVisibility { tcp_received: true, ..none }),
            Activity::Dns => (PeerVisibility { dns_sent: true, ..none }, PeerVisibility { dns_received: true, ..none }),
            Activity::IcmpError => (none, PeerVisibility { icmp_received: true, ..none }),
        };
        self.add(source, sent);
        self.add(destination, received);
    }

    fn add(&mut self, address: u128, seen: PeerVisibility) {
        if self.0.len() < MAX_PEERS {
            self.0.entry(address).or_default().add(seen);
        } else if let Some(known) = self.0.get_mut(&address) {
            known.add(seen);
        }
    }

    /// Adds what another chunk saw.
    pub(crate) fn merge(&mut self, other: Self) {
        // In an order of its own, so that which addresses are kept of too many does not depend on the run.
        let mut seen: Vec<_> = other.0.into_iter().collect();
        seen.sort_unstable_by_key(|(address, _)| *address);
        for (address, seen) in seen {
            self.add(address, seen);
        }
    }

    /// Returns what was seen of these addresses.
    pub(crate) fn of(&self, addresses: impl IntoIterator<Item = IpAddr>) -> BTreeMap<IpAddr, PeerVisibility> {
        let wanted = addresses.into_iter().map(number);
        wanted.filter_map(|wanted| Some((address(wanted), *self.0.get(&wanted)?))).collect()
    }
}
