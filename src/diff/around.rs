//! What changed around the attempts: of each server that both reports know, and of each node.

use std::collections::BTreeMap;

use super::difference::{ChangeOf, Subject};
use crate::assemble::Circumstances;
use crate::model::authority::with_port;
use crate::model::report::{Attempt, Node, Report};

/// Returns what is other in the later report, as far as both tell.
pub(super) fn changes(before: &Report, after: &Report) -> Vec<ChangeOf> {
    let mut changes = of_nodes(&before.nodes, &after.nodes);
    let (earlier, later) = (by_server(before), by_server(after));
    for (server, attempts) in &earlier {
        let Some(others) = later.get(server) else { continue };
        let at_the_end = |attempts: &[&Attempt]| Circumstances::at_the_end(attempts.iter().copied());
        let (Some(was), Some(is)) = (at_the_end(attempts), at_the_end(others)) else { continue };
        changes.extend(was.changes_to(&is).into_iter().map(|change| ChangeOf {
            of: Subject::Server,
            name: Some(server.clone()),
            what: change.what,
            before: change.before,
            after: change.after,
        }));
    }
    changes
}

fn by_server(report: &Report) -> BTreeMap<String, Vec<&Attempt>> {
    let mut by_server: BTreeMap<String, Vec<&Attempt>> = BTreeMap::new();
    for attempt in &report.attempts {
        let Some(host) = &attempt.server.host else { continue };
        by_server.entry(with_port(&host.to_ascii_lowercase(), attempt.server.port)).or_default().push(attempt);
    }
    by_server
}

/// Nodes are the same that have the same name, and where each report has but one, those.
fn of_nodes(before: &[Node], after: &[Node]) -> Vec<ChangeOf> {
    let same = |one: &Node, other: &Node| match (&one.hostname, &other.hostname) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => before.len() == 1 && after.len() == 1,
    };
    let pairs = before.iter().filter_map(|node| Some((node, after.iter().find(|other| same(node, other))?)));
    pairs.flat_map(|(was, is)| of_node(was, is)).collect()
}

fn of_node(was: &Node, is: &Node) -> Vec<ChangeOf> {
    let mut changes = Vec::new();
    let mut compare = |what: &str, before: Option<String>, after: Option<String>| {
        if let (Some(before), Some(after)) = (before, after)
            && before != after
        {
            changes.push(ChangeOf {
                of: Subject::Node,
                name: is.hostname.clone().or_else(|| was.hostname.clone()),
                what: what.to_owned(),
                before: Some(before),
                after: Some(after),
            });
        }
    };
    let list = |list: &Option<Vec<String>>| {
        list.as_ref().map(|list| if list.is_empty() { "none".to_owned() } else { list.join(", ") })
    };
    let kept = |kept: Option<bool>| kept.map(|kept| if kept { "yes" } else { "no" }.to_owned());
    compare("version", was.version.clone(), is.version.clone());
    compare("patches", list(&was.patches), list(&is.patches));
    compare("time_zone", was.time_zone.clone(), is.time_zone.clone());
    compare("ntp_synchronized", kept(was.ntp_synchronized), kept(is.ntp_synchronized));
    compare("name_servers", list(&was.name_servers), list(&is.name_servers));
    compare("proxy", was.proxy.clone(), is.proxy.clone());
    changes
}
