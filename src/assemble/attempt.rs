//! An attempt as the report shows it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::dns::dns;
use super::event::{AttemptEvent, sort};
use super::flow::{flow, rounded};
use super::{log_events, wire_events};
use crate::capture::TcpFlow;
use crate::catalog::{self, Context};
use crate::classify::{Ruling, Verdict};
use crate::correlate::{JoinedAttempt, JoinedTry};
use crate::evidence::wire::WireTry;
use crate::log::{LogTry, ProxyMention};
use crate::model::mdm::{DeviceCriterion, RequestKind};
use crate::model::outcome::Outcome;
use crate::model::report::{Api, Attempt, Diagnosis, Dns, Evidence, Flow, Node, Proxy, Server, Source, Step, Try};
use crate::model::time::Timestamp;

/// Steps and pieces of evidence that are shown of one attempt.
const MAX_EVENTS: usize = 200;

/// Makes the attempt of this number with its verdict.
pub(super) fn attempt(id: usize, joined: &JoinedAttempt<'_>, verdict: &Verdict, node: Option<&Node>) -> Attempt {
    let log = joined.log.map(|(_, log)| log);
    let wires: Vec<&WireTry<'_>> = joined.tries.iter().filter_map(|attempted| attempted.wire.as_deref()).collect();
    let server = server(joined);
    let mut events: Vec<AttemptEvent> = log.map(|log| log_events::events(log, &joined.reading)).unwrap_or_default();
    for wire in &wires {
        events.extend(wire_events::events(wire, server.host.as_deref()));
    }
    sort(&mut events);
    let proofs = events.iter().filter(|event| event.evidence.is_some()).count();
    let mut steps: Vec<Step> = Vec::with_capacity(events.len());
    let mut evidence: Vec<Evidence> = Vec::with_capacity(proofs);
    for (step, proof) in events.into_iter().map(AttemptEvent::into_parts) {
        steps.push(step);
        evidence.extend(proof);
    }
    steps.truncate(MAX_EVENTS);
    evidence.truncate(MAX_EVENTS);
    let (started_at, ended_at) = span(joined);
    let last = joined.tries.last().and_then(|attempted| attempted.wire.as_deref()).or(wires.last().copied());
    let (flow, other_flows) = flows(&wires, last, server.host.as_deref());
    let Ruling { outcome, confidence, conflict, status, rule, reasons } = verdict.ruling.clone();
    let mut sources = Vec::new();
    sources.extend(log.map(|_| Source::Log));
    sources.extend((!wires.is_empty()).then_some(Source::Capture));
    let mut attempt = Attempt {
        id,
        kind: kind(joined),
        query: server.url.as_deref().and_then(DeviceCriterion::of_target),
        outcome,
        confidence,
        confidence_reasons: reasons.iter().map(|doubt| doubt.sentence().to_owned()).collect(),
        rule,
        conflict,
        reason: reason(joined, outcome),
        likely: verdict.likely.as_deref().cloned(),
        started_at,
        ended_at,
        duration_ms: duration(started_at, ended_at),
        sources,
        missing_source: joined.missing.clone(),
        proxy: proxy(joined, &server),
        server,
        thread: log.map(|log| log.thread.to_string()).filter(|thread| !thread.is_empty()),
        api: api(joined),
        tries: tries(joined, verdict),
        http_status: status,
        flow: flow.map(Box::new),
        other_flows,
        dns: lookups(&wires),
        evidence,
        steps,
        diagnosis: Diagnosis::default(),
        vantages: joined.vantages.clone(),
        next_collection: None,
    };
    attempt.diagnosis = catalog::diagnosis(outcome, &Context { node, ..Context::of(&attempt) });
    attempt
}

/// Returns what an attempt asked for, as the log tells it or the URL.
pub(super) fn kind(joined: &JoinedAttempt<'_>) -> RequestKind {
    match joined.log {
        Some((_, log)) => log.kind,
        None => last_url(joined).and_then(|url| RequestKind::of_target(host(joined), &url)).unwrap_or_default(),
    }
}

/// Returns which device an attempt asked for.
pub(super) fn query(joined: &JoinedAttempt<'_>) -> Option<DeviceCriterion> {
    last_url(joined).as_deref().and_then(DeviceCriterion::of_target)
}

/// Returns when an attempt began, and when its result was known.
pub(super) fn span(joined: &JoinedAttempt<'_>) -> (Option<Timestamp>, Option<Timestamp>) {
    let started = joined.started();
    (started, ended(joined).filter(|ended| started.is_none_or(|started| *ended >= started)))
}

/// Returns the time from the one to the other, in milliseconds.
pub(super) fn duration(started: Option<Timestamp>, ended: Option<Timestamp>) -> Option<f64> {
    started.zip(ended).map(|(started, ended)| rounded(ended.millis_since(started)))
}

/// Returns the log's own words of a failure.
fn reason(joined: &JoinedAttempt<'_>, outcome: Outcome) -> Option<String> {
    let (_, log) = joined.log.filter(|_| outcome != Outcome::Success)?;
    log.reason().map(str::to_owned)
}

/// Returns when the result of a request was known.
fn try_ended(joined: &JoinedAttempt<'_>, attempted: &JoinedTry<'_>) -> Option<Timestamp> {
    let told = attempted.log.and_then(|log| joined.reading.utc(log.result?));
    told.or_else(|| attempted.wire.as_deref()?.end)
}

fn ended(joined: &JoinedAttempt<'_>) -> Option<Timestamp> {
    let last = joined.tries.last().and_then(|attempted| try_ended(joined, attempted));
    last.or_else(|| {
        let (_, log) = joined.log?;
        let told = log.verdict.as_deref().map(|(at, _)| *at).or(log.end)?;
        joined.reading.utc(told)
    })
}

fn try_started(joined: &JoinedAttempt<'_>, attempted: &JoinedTry<'_>) -> Option<Timestamp> {
    let told = attempted.log.and_then(|log| joined.reading.utc(log.get?));
    told.or_else(|| attempted.wire.as_deref().map(|wire| wire.start))
}

fn tries(joined: &JoinedAttempt<'_>, verdict: &Verdict) -> Vec<Try> {
    joined
        .tries
        .iter()
        .zip(verdict.tries())
        .map(|(attempted, ruling)| Try {
            outcome: ruling.outcome,
            http_status: ruling.status,
            started_at: try_started(joined, attempted),
            ended_at: try_ended(joined, attempted),
            url: url(attempted).map(Cow::into_owned),
            stream: attempted.wire.as_deref().and_then(|wire| wire.flow()?.stream),
        })
        .collect()
}

/// Returns the URL as the log has it, or out of a request that could be read.
fn url<'j>(attempted: &'j JoinedTry<'_>) -> Option<Cow<'j, str>> {
    if let Some(url) = attempted.log.and_then(|log| log.url.as_deref()) {
        return Some(Cow::Borrowed(url));
    }
    let wire = attempted.wire.as_deref()?;
    let exchange = wire.request()?.exchange?;
    let target = exchange.target.as_deref()?;
    if !target.starts_with('/') {
        return Some(Cow::Borrowed(target));
    }
    let host = exchange.host.as_deref().or(wire.session.hosts.first().map(|(host, _)| host.as_str()))?;
    let scheme = if wire.flow()?.tls.is_some() { "https" } else { "http" };
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    Some(Cow::Owned(match wire.session.port {
        Some(port) => format!("{scheme}://{host}:{port}{target}"),
        None => format!("{scheme}://{host}{target}"),
    }))
}

/// Returns what the log says of the tries, the last one first.
fn logs<'j>(joined: &'j JoinedAttempt<'_>) -> impl Iterator<Item = &'j LogTry> {
    joined.tries.iter().rev().filter_map(|attempted| attempted.log)
}

/// Returns what the wire shows of the tries, the last one first.
fn wires<'j, 'a>(joined: &'j JoinedAttempt<'a>) -> impl Iterator<Item = &'j WireTry<'a>> {
    joined.tries.iter().rev().filter_map(|attempted| attempted.wire.as_deref())
}

/// Returns the server's host, as it was written.
pub(super) fn host<'j>(joined: &'j JoinedAttempt<'_>) -> Option<&'j str> {
    let told = logs(joined).find_map(|log| log.host.as_deref());
    told.or_else(|| wires(joined).find_map(|wire| wire.session.hosts.first().map(|(host, _)| host.as_str())))
}

/// Returns the server's port.
pub(super) fn port(joined: &JoinedAttempt<'_>) -> Option<u16> {
    logs(joined).find_map(|log| log.port).or_else(|| wires(joined).find_map(|wire| wire.session.port))
}

fn last_url<'j>(joined: &'j JoinedAttempt<'_>) -> Option<Cow<'j, str>> {
    joined.tries.iter().rev().find_map(url)
}

fn server(joined: &JoinedAttempt<'_>) -> Server {
    let (host, port) = (host(joined).map(str::to_owned), port(joined));
    let mut addresses = Vec::new();
    let mut add = |address: String| {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    };
    for wire in wires(joined).collect::<Vec<_>>().into_iter().rev() {
        if wire.session.proxy.is_none() {
            wire.lookups.iter().flat_map(|lookup| &lookup.addresses).for_each(|address| add(address.to_string()));
            let flows = wire.session.flows.iter().chain(&wire.earlier);
            flows.for_each(|flow| add(flow.server.ip().to_string()));
        }
    }
    let targets = logs(joined).filter_map(|log| log.cause.as_ref()?.target.as_ref());
    for target in targets.filter(|target| host.as_deref().is_some_and(|host| host.eq_ignore_ascii_case(&target.host))) {
        target.addresses.iter().for_each(|address| add(address.to_string()));
    }
    let url = last_url(joined).map(Cow::into_owned);
    Server { host, port, url, addresses }
}

fn proxy(joined: &JoinedAttempt<'_>, server: &Server) -> Option<Proxy> {
    let seen = joined.tries.iter().rev().filter_map(|attempted| attempted.wire.as_deref()?.session.proxy).next();
    if let Some(proxy) = seen {
        return Some(Proxy { address: Some(proxy.ip().to_string()), port: Some(proxy.port()) });
    }
    let logs: Vec<&LogTry> = logs(joined).collect();
    let mention = logs.iter().find_map(|log| log.proxy.as_ref());
    if mention == Some(&ProxyMention::None) {
        return None;
    }
    if let Some(ProxyMention::Named { host, port }) = mention {
        return Some(Proxy { address: Some(host.to_string()), port: *port });
    }
    // The exception names whom it could not connect to.
    let target = logs.iter().find_map(|log| log.cause.as_ref()?.target.as_ref());
    let target =
        target.filter(|target| server.host.as_deref().is_some_and(|host| !host.eq_ignore_ascii_case(&target.host)));
    match (target, mention) {
        (Some(target), _) => Some(Proxy { address: Some(target.host.clone()), port: target.port }),
        (None, Some(_)) => Some(Proxy { address: None, port: None }),
        (None, None) => None,
    }
}

fn api(joined: &JoinedAttempt<'_>) -> Api {
    let log = joined.log.map(|(_, log)| log);
    let answer = log.and_then(|log| log.answer.as_ref());
    Api {
        version: answer
            .and_then(|answer| answer.api_version.clone())
            .or_else(|| log?.api_version.as_deref().map(str::to_owned)),
        path: answer.and_then(|answer| answer.api_path.clone()),
        vendor: answer.and_then(|answer| answer.vendor.clone()),
        product: answer.and_then(|answer| answer.product_name.clone()),
        product_version: answer.and_then(|answer| answer.product_version.clone()),
    }
}

/// Returns the connection of the last request, and the others in order.
fn flows(wires: &[&WireTry<'_>], last: Option<&WireTry<'_>>, host: Option<&str>) -> (Option<Flow>, Vec<Flow>) {
    let counts: Option<&TcpFlow> = last.and_then(WireTry::flow);
    let mut seen = BTreeSet::new();
    seen.extend(counts.map(|flow| (flow.first, flow.client)));
    let mut others: Vec<&TcpFlow> = wires
        .iter()
        .flat_map(|wire| wire.earlier.iter().chain(&wire.session.flows))
        .copied()
        .filter(|flow| seen.insert((flow.first, flow.client)))
        .collect();
    others.sort_by_key(|flow| flow.first);
    (counts.map(|counts| flow(counts, host)), others.into_iter().map(|other| flow(other, host)).collect())
}

fn lookups(wires: &[&WireTry<'_>]) -> Vec<Dns> {
    let mut seen = BTreeSet::new();
    let exchanges = wires.iter().flat_map(|wire| &wire.lookups).flat_map(|lookup| &lookup.exchanges);
    let found = exchanges.filter_map(|exchange| dns(exchange));
    found.filter(|dns| seen.insert((dns.input, dns.first_frame, dns.answer_frame))).collect()
}
