//! Whom clients of a capture connected to, known or not: what a person picks the MDM server from when no name is known.

use std::net::IpAddr;

use super::packet::address;
use crate::model::fast_map::FastMap;

/// Servers that are counted in one chunk of a file, and in all of it.
const MAX_COUNTED: usize = 1 << 10;
/// Servers that are handed on: the busiest ones.
const MAX_KEPT: usize = 16;

/// A server that clients connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Address of the server.
    pub address: IpAddr,
    /// Port of the server.
    pub port: u16,
    /// The last name that a ClientHello asked it for, in lower case.
    pub name: Option<String>,
    /// SYNs that went there, those that were sent again among them.
    pub syns: u32,
}

#[derive(Clone, Debug, Default)]
struct Count {
    syns: u32,
    name: Option<String>,
}

/// Counts SYNs by server.
#[derive(Clone, Debug, Default)]
pub(super) struct Contacts(FastMap<(u128, u16), Count>);

impl Contacts {
    /// Counts a client's SYN.
    pub(super) fn connected(&mut self, address: u128, port: u16) {
        if let Some(count) = self.count(address, port) {
            count.syns = count.syns.saturating_add(1);
        }
    }

    /// Notes the name that a client asked a server for.
    pub(super) fn asked_for(&mut self, address: u128, port: u16, name: String) {
        if let Some(count) = self.count(address, port) {
            count.name = Some(name);
        }
    }

    /// Adds what the next chunk counted.
    pub(super) fn add(&mut self, next: Self) {
        // A bound that is reached must not leave to chance who is counted.
        let mut all: Vec<_> = next.0.into_iter().collect();
        all.sort_unstable_by_key(|(server, count)| (std::cmp::Reverse(count.syns), *server));
        for ((address, port), found) in all {
            let Some(count) = self.count(address, port) else { continue };
            count.syns = count.syns.saturating_add(found.syns);
            count.name = found.name.or(count.name.take());
        }
    }

    /// Returns the servers that the most SYNs went to, the busiest first.
    pub(super) fn finish(self) -> Vec<Contact> {
        let mut all: Vec<Contact> = self
            .0
            .into_iter()
            .map(|((number, port), Count { syns, name })| Contact { address: address(number), port, name, syns })
            .collect();
        all.sort_by(|left, right| {
            right.syns.cmp(&left.syns).then_with(|| (left.address, left.port).cmp(&(right.address, right.port)))
        });
        all.truncate(MAX_KEPT);
        all
    }

    fn count(&mut self, address: u128, port: u16) -> Option<&mut Count> {
        let server = (address, port);
        if self.0.len() >= MAX_COUNTED && !self.0.contains_key(&server) {
            return None;
        }
        Some(self.0.entry(server).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::packet::number;

    #[test]
    fn the_busiest_come_first_with_the_name_that_they_were_asked_for() {
        let server = |text: &str| number(text.parse().unwrap());
        let mut first = Contacts::default();
        first.connected(server("198.51.100.7"), 443);
        first.asked_for(server("198.51.100.7"), 443, "mdm.corp.example".to_owned());
        first.connected(server("203.0.113.5"), 8443);
        let mut second = Contacts::default();
        second.connected(server("198.51.100.7"), 443);
        first.add(second);
        let found = first.finish();
        let plain: Vec<_> = found.iter().map(|found| (found.name.as_deref(), found.port, found.syns)).collect();
        assert_eq!(plain, [(Some("mdm.corp.example"), 443, 2), (None, 8443, 1)]);
    }

    #[test]
    fn a_flood_of_servers_is_bounded() {
        let mut contacts = Contacts::default();
        for number in 0..10 * MAX_COUNTED as u128 {
            contacts.connected(number, 443);
        }
        assert_eq!(contacts.0.len(), MAX_COUNTED);
        assert_eq!(contacts.finish().len(), MAX_KEPT);
    }
}
