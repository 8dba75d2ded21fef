//! The nodes as the report shows them, and which node an attempt is of.

use crate::correlate::JoinedAttempt;
use crate::model::report::{FailureMinute, Node};
use crate::model::sanitize::without_secrets;
use crate::node::{FailureMinute as Counted, NodeFacts, Nodes, ShowTech};

/// What the inputs say of each node.
pub(super) fn nodes(found: &Nodes) -> Vec<Node> {
    found.nodes.iter().map(node).collect()
}

fn node(facts: &NodeFacts) -> Node {
    let NodeFacts { hostname, shown, failures, inputs: _ } = facts;
    let ShowTech { lines: _, hostname: _, version, patches, time_zone, ntp_synchronized, name_servers, proxy } =
        shown.clone();
    let mdm_failures = failures.iter().map(|(input, counted)| minute(*input, counted)).collect();
    let clean = |text: String| without_secrets(&text).into_owned();
    Node {
        hostname: hostname.clone().map(clean),
        version: version.map(clean),
        patches,
        time_zone: time_zone.map(clean),
        ntp_synchronized,
        name_servers,
        proxy: proxy.map(clean),
        mdm_failures,
    }
}

fn minute(input: usize, counted: &Counted) -> FailureMinute {
    let Counted { server, at, connection, api_version, response, endpoints, line } = counted.clone();
    FailureMinute {
        at,
        server: server.map(|server| without_secrets(&server).into_owned()),
        input,
        line,
        connection_failures: connection,
        version_mismatches: api_version,
        response_errors: response,
        endpoints,
    }
}

/// Returns the node whose log has an attempt.
pub(super) fn of_attempt(attempt: &JoinedAttempt<'_>, found: &Nodes) -> Option<usize> {
    let (log, _) = attempt.log?;
    found.of_log.get(log).copied().flatten()
}
