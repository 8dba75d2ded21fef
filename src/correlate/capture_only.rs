//! What is on the wire and in no log: attempts that only the capture saw, and packets that belong to an attempt of the
//! log without being what it waited for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};

use super::capture_view::CaptureView;
use super::matching::WirePlace;
use super::retry::{MOST_TRIES, is_retry};
use super::wire_request::WireRequest;
use crate::evidence::targets::Targets;
use crate::evidence::wire::{Ending, HostSource, LookupResult, Session};
use crate::model::mdm::{is_api_target, is_mdm_name};
use crate::model::time::{SECOND, Timestamp};

/// The same connection, seen from two places with clocks of their own.
const SAME_CONNECTION: i64 = 60 * SECOND;

/// Returns the places of each attempt that only the capture saw, in order.
pub fn attempts(
    views: &[CaptureView<'_>],
    taken: &BTreeSet<WirePlace>,
    nodes: &[BTreeSet<IpAddr>],
    known: &Targets,
    any_log: bool,
) -> Vec<Vec<WirePlace>> {
    let mut seen_elsewhere = Elsewhere::new(views, taken);
    let mut attempts = Vec::new();
    for (capture, view) in views.iter().enumerate() {
        let node = nodes.get(capture);
        let sessions_taken: BTreeSet<usize> =
            taken_in(taken, capture).filter_map(|slot| view.slots.get(slot).map(|slot| slot.session)).collect();
        let mut own: Vec<Vec<WirePlace>> = Vec::new();
        // The latest attempt of each client and host, which the next place may go on.
        let mut latest: BTreeMap<(IpAddr, String), usize> = BTreeMap::new();
        for (index, slot) in view.slots.iter().enumerate() {
            let Some(session) = view.session(slot).filter(|_| !taken.contains(&WirePlace { capture, slot: index }))
            else {
                continue;
            };
            let Some(target) = target(session, slot, known) else { continue };
            let a_node = node.is_none_or(|node| node.is_empty() || node.contains(&session.client));
            if !(a_node || asks_like_ise(session) || !any_log) || !is_an_attempt(slot, session, view) {
                continue;
            }
            // Another try of an attempt that the log told of belongs to that.
            if sessions_taken.contains(&slot.session) && beside_taken(view, taken, WirePlace { capture, slot: index }) {
                continue;
            }
            if seen_elsewhere.contains(capture, session) {
                continue;
            }
            let key = (session.client, target);
            let goes_on = latest.get(&key).copied().filter(|&attempt| {
                let before = own.get(attempt).and_then(|places| view.slots.get(places.last()?.slot));
                before.is_some_and(|before| {
                    let ports = view.session(before).and_then(|before| before.port).zip(session.port);
                    ports.is_none_or(|(before, next)| before == next) && is_retry(view, before, slot)
                })
            });
            match goes_on.and_then(|attempt| own.get_mut(attempt)) {
                Some(places) => places.push(WirePlace { capture, slot: index }),
                None => {
                    latest.insert(key, own.len());
                    own.push(vec![WirePlace { capture, slot: index }]);
                }
            }
        }
        // What goes on and on is no retry of one request.
        let own: Vec<Vec<WirePlace>> = own
            .into_iter()
            .flat_map(|places| match places.len() {
                0..=MOST_TRIES => vec![places],
                _ => places.into_iter().map(|place| vec![place]).collect(),
            })
            .collect();
        seen_elsewhere.add(capture, view, own.iter().flatten().map(|place| place.slot));
        attempts.extend(own);
    }
    attempts
}

/// Returns the slots of a capture that are taken.
fn taken_in(taken: &BTreeSet<WirePlace>, capture: usize) -> impl Iterator<Item = usize> {
    let all = WirePlace { capture, slot: 0 }..=WirePlace { capture, slot: usize::MAX };
    taken.range(all).map(|place| place.slot)
}

/// Returns whom a session is for when that is an MDM server, or the proxy that the caller named and that took no connection,
/// so that nothing could be asked of it.
fn target(session: &Session<'_>, slot: &WireRequest<'_>, known: &Targets) -> Option<String> {
    let host = mdm_host(session, known).map(str::to_owned);
    let proxy = session.proxy.filter(|_| session.proxy_declared && session.hosts.is_empty());
    let refused = matches!(slot.ending, Some(Ending::SynSilence | Ending::Refused(_) | Ending::Unreachable(_)));
    host.or_else(|| proxy.filter(|_| refused).map(|proxy| proxy.to_string()))
}

/// Returns the MDM server that a session is for, when it is for one.
fn mdm_host<'s>(session: &'s Session<'_>, known: &Targets) -> Option<&'s str> {
    let is_mdm = |host: &str| known.hosts.contains(host) || is_mdm_name(host);
    let found = session
        .hosts
        .iter()
        .find(|(host, source)| is_mdm(host) && (*source != HostSource::Address || known.hosts.contains(host.as_str())));
    let meant = || asks_like_ise(session) || session.flow().is_some_and(|flow| known.takes_port(flow.server.port()));
    found.or_else(|| session.hosts.first().filter(|_| meant())).map(|(host, _)| host.as_str())
}

/// Returns whether a request asks for what ISE asks an MDM server for.
fn asks_like_ise(session: &Session<'_>) -> bool {
    let targets = session.requests.iter().filter_map(|request| request.exchange?.target.as_deref());
    targets.into_iter().any(is_api_target)
}

/// Returns whether a place shows enough to be called an attempt.
fn is_an_attempt(slot: &WireRequest<'_>, session: &Session<'_>, view: &CaptureView<'_>) -> bool {
    match session.flow() {
        Some(flow) => {
            flow.start_seen || slot.request.is_some() || flow.tls.as_ref().is_some_and(|tls| tls.client_hello.is_some())
        }
        None => view.lookup(session).is_some_and(|lookup| matches!(lookup.result, LookupResult::Failed(_))),
    }
}

fn beside_taken(
    view: &CaptureView<'_>,
    taken: &BTreeSet<WirePlace>,
    WirePlace { capture, slot: index }: WirePlace,
) -> bool {
    let Some(slot) = view.slots.get(index) else { return false };
    let near = |other: &WireRequest<'_>| {
        other.session == slot.session && (is_retry(view, other, slot) || is_retry(view, slot, other))
    };
    let around = index.saturating_sub(64)..(index + 64).min(view.slots.len());
    around
        .into_iter()
        .any(|other| taken.contains(&WirePlace { capture, slot: other }) && view.slots.get(other).is_some_and(near))
}

/// Connections that were already told, by both ends: a second capture may show the same ones.
struct Elsewhere {
    told: HashMap<(SocketAddr, SocketAddr), Vec<(usize, Timestamp)>>,
}

impl Elsewhere {
    fn new(views: &[CaptureView<'_>], taken: &BTreeSet<WirePlace>) -> Self {
        let mut elsewhere = Self { told: HashMap::new() };
        for (capture, view) in views.iter().enumerate() {
            elsewhere.add(capture, view, taken_in(taken, capture));
        }
        elsewhere
    }

    fn add(&mut self, capture: usize, view: &CaptureView<'_>, slots: impl Iterator<Item = usize>) {
        let sessions: BTreeSet<usize> =
            slots.filter_map(|slot| view.slots.get(slot)).map(|slot| slot.session).collect();
        for flow in
            sessions.into_iter().filter_map(|session| view.sessions.get(session)).flat_map(|session| &session.flows)
        {
            self.told.entry((flow.client, flow.server)).or_default().push((capture, flow.first.time));
        }
    }

    fn contains(&self, capture: usize, session: &Session<'_>) -> bool {
        session.flow().is_some_and(|flow| {
            let told = self.told.get(&(flow.client, flow.server));
            told.into_iter().flatten().any(|(other, time)| {
                *other != capture && (time.nanos() - flow.first.time.nanos()).abs() <= SAME_CONNECTION
            })
        })
    }
}
