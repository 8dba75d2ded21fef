//! The nodes as the report shows them, and which node an attempt is of.

use crate::correlate::JoinedAttempt;
use crate::model::report::Node;
use crate::node::{NodeFacts, Nodes, ShowTech};

/// What the inputs say of each node.
pub(super) fn nodes(found: &Nodes) -> Vec<Node> {
    found.nodes.iter().map(node).collect()
}

fn node(facts: &NodeFacts) -> Node {
    let NodeFacts { hostname, shown, failures: _, inputs: _ } = facts;
    let ShowTech { lines: _, hostname: _, version, patches, time_zone, ntp_synchronized, name_servers, proxy } =
        shown.clone();
    Node { hostname: hostname.clone(), version, patches, time_zone, ntp_synchronized, name_servers, proxy }
}

/// Returns the node whose log has an attempt.
pub(super) fn of_attempt(attempt: &JoinedAttempt<'_>, found: &Nodes) -> Option<usize> {
    let (log, _) = attempt.log?;
    found.of_log.get(log).copied().flatten()
}
