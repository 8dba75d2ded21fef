//! The nodes as the report shows them, and which node an attempt is of.

use crate::correlate::JoinedAttempt;
use crate::model::member_path;
use crate::model::outcome::{DnsDetail, Outcome};
use crate::model::report::{DnsTrouble, FailureMinute, Input, Node};
use crate::model::sanitize::without_secrets;
use crate::model::time::{SECOND, Timestamp};
use crate::node::{DnsTroubleMinute, MdmFailureMinute, NodeFacts, Nodes, ShowTech};

/// Returns what the inputs say of each node.
pub(super) fn nodes(found: &Nodes) -> Vec<Node> {
    found.nodes.iter().map(node).collect()
}

fn node(facts: &NodeFacts) -> Node {
    let NodeFacts { hostname, shown, failures, dns_trouble, inputs: _ } = facts;
    let ShowTech {
        lines: _,
        hostname: _,
        version,
        patches,
        time_zone,
        ntp_synchronized,
        ntp_offset_ms,
        name_servers,
        proxy,
    } = shown.clone();
    let dns_trouble = dns_trouble.iter().map(|(input, minute)| DnsTrouble {
        local_time: Timestamp::from_nanos(minute.at.nanos()).to_string().chars().take_while(|c| *c != '.').collect(),
        input: *input,
        line: minute.line,
        records: minute.records,
    });
    let mdm_failures = failures.iter().map(|(input, counted)| minute(*input, counted)).collect();
    let clean = |text: String| without_secrets(&text).into_owned();
    Node {
        hostname: hostname.clone().map(clean),
        version: version.map(clean),
        patches,
        time_zone: time_zone.map(clean),
        ntp_synchronized,
        ntp_offset_ms,
        name_servers,
        proxy: proxy.map(clean),
        mdm_failures,
        dns_trouble: dns_trouble.collect(),
    }
}

fn minute(input: usize, counted: &MdmFailureMinute) -> FailureMinute {
    let MdmFailureMinute { server, at, connection, api_version, response, endpoints, line } = counted.clone();
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

/// Agent and attempt met the same trouble where so much time lies between them.
const NEAR: i64 = 5 * 60 * SECOND;

/// Says where the node's Active Directory agent met trouble with DNS while an attempt met it. Both are of one clock, so that no zone has
/// to be known. A name that does not exist is no trouble of the resolver.
pub(super) fn shared_dns_trouble(
    attempt: &JoinedAttempt<'_>,
    outcome: Outcome,
    found: &Nodes,
    inputs: &[Input],
) -> Option<String> {
    let of_resolver = !matches!(outcome, Outcome::DnsFailure(Some(DnsDetail::NxDomain | DnsDetail::NoData)));
    if !matches!(outcome, Outcome::DnsFailure(_)) || !of_resolver {
        return None;
    }
    let (log, told) = attempt.log?;
    let began = told.citations.iter().find_map(|citation| citation.at.time)?;
    let node = found.nodes.get(found.of_log.get(log).copied().flatten()?)?;
    let distance = |minute: &DnsTroubleMinute| minute.at.nanos().saturating_sub(began.nanos()).saturating_abs();
    let (input, minute) = node.dns_trouble.iter().min_by_key(|(_, minute)| distance(minute))?;
    let file = inputs.get(*input).map(|input| member_path::base(&input.path))?;
    (distance(minute) <= NEAR).then(|| {
        format!(
            "Look at the DNS server and the way to it first: in the same minutes the node's Active Directory agent met trouble with DNS too \
             ({file}, line {}), so it is not this name alone.",
            minute.line
        )
    })
}

/// Returns the node whose log has an attempt.
pub(super) fn of_attempt(attempt: &JoinedAttempt<'_>, found: &Nodes) -> Option<usize> {
    let (log, _) = attempt.log?;
    found.of_log.get(log).copied().flatten()
}
