//! Connections to a host that no lookup in the capture gave an address for. Behind a lookup that failed they show that the client
//! had an address all the same: the failure was forged, or was not what the client went by.

use std::collections::HashMap;
use std::net::IpAddr;

use super::lookup::Lookup;
use crate::model::time::{SECOND, Timestamp};

/// A connection is made with what a lookup came to within this time.
const SOON: i64 = 5 * SECOND;

/// When clients connected to which hosts, in order.
pub(super) struct Unexplained(HashMap<(IpAddr, String), Vec<Timestamp>>);

impl Unexplained {
    /// Gathers the connections that nothing explains, by client and host.
    pub(super) fn among<'s>(connections: impl Iterator<Item = (IpAddr, &'s str, Timestamp)>) -> Self {
        let mut of: HashMap<(IpAddr, String), Vec<Timestamp>> = HashMap::new();
        for (client, host, time) in connections {
            of.entry((client, host.to_owned())).or_default().push(time);
        }
        of.values_mut().for_each(|times| times.sort_unstable());
        Self(of)
    }

    /// Returns whether one of them began soon behind a lookup of the host.
    pub(super) fn are_soon_after(&self, lookup: &Lookup<'_>) -> bool {
        let times = self.0.get(&(lookup.client, lookup.host.clone())).map(Vec::as_slice).unwrap_or_default();
        let next = times.get(times.partition_point(|time| *time < lookup.last));
        next.is_some_and(|time| time.nanos().saturating_sub(lookup.last.nanos()) <= SOON)
    }
}
