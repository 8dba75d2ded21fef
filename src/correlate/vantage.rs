//! Captures that look at the same path from different places: the node and the far side of a firewall, the node and its proxy.
//!
//! Addresses and ports may be rewritten on the way, and the clocks differ. What stays is what the two ends say to each other:
//! the random of the ClientHello (RFC 8446, section 4.1.2), and the initial sequence number of the SYN where nothing rewrites
//! it. A connection that was recognised in a second capture is no attempt of its own there.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::capture_view::CaptureView;
use crate::capture::TcpFlow;
use crate::evidence::wire::{Lookup, WireTry};
use crate::model::report::{Saw, Vantage};
use crate::model::time::{SECOND, Timestamp};

/// Connections that are the same pass both places within this time, when the difference of the clocks is taken off.
const TOGETHER: i64 = 2 * SECOND;
/// Clocks of two machines that capture at the same time are no farther apart.
const MOST_SKEW: i64 = 2 * 3600 * SECOND;
/// A capture behind a firewall shows nothing of what is blocked before it, and so ends, by its last frame, before it was stopped.
const QUIET: i64 = 60 * SECOND;
/// A share of the connections of the smaller capture must be in the other, one in so many, for the two to look at one path.
const SHARE: usize = 4;

/// How captures stand to each other.
#[derive(Clone, Debug, Default)]
pub struct Vantages {
    /// For each pair of captures of one path, the clock of the first minus that of the second, in nanoseconds.
    skews: BTreeMap<(usize, usize), i64>,
    /// Where the flows with a mark are: capture, session and flow of the session.
    marked: HashMap<Mark, Vec<Spot>>,
    /// For each capture the first of its inputs.
    inputs: Vec<usize>,
}

/// A flow of a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spot {
    capture: usize,
    session: usize,
    flow: usize,
}

/// What a connection has in every capture of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Mark {
    /// The random of its ClientHello.
    ClientRandom([u8; 32]),
    /// The client's initial sequence number, and the port that it connects to.
    InitialSequence(u32, u16),
}

fn marks(flow: &TcpFlow) -> impl Iterator<Item = Mark> {
    let random = flow.tls.as_ref().and_then(|tls| tls.client_random).map(Mark::ClientRandom);
    let initial = flow.to_server.initial_sequence;
    random.into_iter().chain(initial.map(|initial| Mark::InitialSequence(initial, flow.server.port())))
}

impl Vantages {
    /// Recognises the captures of one path, and takes what a second one repeats out of its places, so that the log and the
    /// reader meet each connection once.
    pub fn merge(views: &mut [CaptureView<'_>], inputs: Vec<usize>) -> Self {
        if views.len() < 2 {
            return Self::default();
        }
        let mut vantages = Self { marked: marked(views), inputs, ..Self::default() };
        let flows: Vec<usize> =
            views.iter().map(|view| view.sessions.iter().map(|session| session.flows.len()).sum()).collect();
        for ((first, second), skews) in vantages.skews_of_pairs(views) {
            let smaller = [first, second].iter().filter_map(|capture| flows.get(*capture)).min().copied();
            if let Some(skew) = skew_between(skews, smaller.unwrap_or_default()) {
                vantages.skews.insert((first, second), skew);
                vantages.skews.insert((second, first), -skew);
            }
        }
        let mut order: Vec<usize> = (0..views.len()).collect();
        // The capture that shows most is nearest to the node: it has lookups and what was blocked on the way.
        order.sort_by_key(|&capture| {
            let shown = views.get(capture).map_or(0, |view| view.sessions.len());
            (std::cmp::Reverse(shown), capture)
        });
        for (rank, &capture) in order.iter().enumerate() {
            let before = order.get(..rank).unwrap_or_default();
            let repeated = vantages.repeated_sessions(views, capture, before);
            if let Some(view) = views.get_mut(capture) {
                view.slots.retain(|slot| !repeated.contains(&slot.session));
            }
        }
        vantages
    }

    /// Returns for each pair of captures the differences of time of what both have.
    fn skews_of_pairs(&self, views: &[CaptureView<'_>]) -> BTreeMap<(usize, usize), Vec<i64>> {
        let mut skews: BTreeMap<(usize, usize), Vec<i64>> = BTreeMap::new();
        for spots in self.marked.values() {
            // The first of each capture; they are in the order of the captures.
            let mut firsts: Vec<&Spot> = spots.iter().collect();
            firsts.dedup_by_key(|spot| spot.capture);
            let times: Vec<(usize, i64)> = firsts
                .into_iter()
                .filter_map(|spot| Some((spot.capture, self.flow(views, *spot)?.first.time.nanos())))
                .collect();
            for (index, (first, at)) in times.iter().enumerate() {
                for (second, then) in times.iter().skip(index + 1) {
                    let skew = at - then;
                    if skew.abs() <= MOST_SKEW {
                        skews.entry((*first, *second)).or_default().push(skew);
                    }
                }
            }
        }
        skews
    }

    fn flow<'a>(&self, views: &[CaptureView<'a>], spot: Spot) -> Option<&'a TcpFlow> {
        views.get(spot.capture)?.sessions.get(spot.session)?.flows.get(spot.flow).copied()
    }

    /// Returns the sessions of a capture that captures before it show as well.
    fn repeated_sessions(&self, views: &[CaptureView<'_>], capture: usize, before: &[usize]) -> HashSet<usize> {
        let related: Vec<usize> =
            before.iter().copied().filter(|other| self.skews.contains_key(&(*other, capture))).collect();
        let Some(view) = views.get(capture).filter(|_| !related.is_empty()) else { return HashSet::new() };
        let mut repeated = HashSet::new();
        for (number, session) in view.sessions.iter().enumerate() {
            let is_repeated = if session.flows.is_empty() {
                let lookup = view.lookup(session);
                lookup.is_some_and(|lookup| {
                    related.iter().any(|other| self.lookup_in(views, *other, capture, lookup).is_some())
                })
            } else {
                session
                    .flows
                    .iter()
                    .any(|flow| related.iter().any(|other| self.spot_in(views, *other, capture, flow).is_some()))
            };
            if is_repeated {
                repeated.insert(number);
            }
        }
        repeated
    }

    /// Returns where another capture has a flow of this one.
    fn spot_in(&self, views: &[CaptureView<'_>], other: usize, capture: usize, flow: &TcpFlow) -> Option<Spot> {
        let skew = *self.skews.get(&(other, capture))?;
        marks(flow).filter_map(|mark| self.marked.get(&mark)).flatten().copied().find(|spot| {
            let near = |found: &TcpFlow| {
                (found.first.time.nanos() - flow.first.time.nanos() - skew).abs() <= TOGETHER.max(MOST_RETRIES)
            };
            spot.capture == other && self.flow(views, *spot).is_some_and(near)
        })
    }

    /// Returns the lookup of another capture that is the same as one of this.
    fn lookup_in<'v, 'a>(
        &self,
        views: &'v [CaptureView<'a>],
        other: usize,
        capture: usize,
        lookup: &Lookup<'_>,
    ) -> Option<&'v Lookup<'a>> {
        let skew = *self.skews.get(&(other, capture))?;
        let time = |lookup: &Lookup<'_>| lookup.first.time.nanos();
        let wanted = time(lookup) + skew;
        let lookups = &views.get(other)?.lookups;
        let from = lookups.partition_point(|found| time(found) < wanted - TOGETHER);
        let near = lookups.get(from..)?.iter().take_while(|found| time(found) <= wanted + TOGETHER);
        near.map(|found| &**found).find(|found| found.host == lookup.host)
    }

    /// Returns what each capture of the path saw of a request; `None` where only one capture looks at it.
    pub fn of(&self, views: &[CaptureView<'_>], wire: &WireTry<'_>) -> Option<Vec<Vantage>> {
        let others: Vec<usize> = self
            .skews
            .range((wire.capture, 0)..=(wire.capture, usize::MAX))
            .map(|((_, second), _)| *second)
            .filter(|other| self.covers(views, *other, wire))
            .collect();
        if others.is_empty() {
            return None;
        }
        let input = |capture: usize| self.inputs.get(capture).copied().unwrap_or_default();
        let mut seen = vec![Vantage { input: input(wire.capture), saw: saw_here(wire) }];
        seen.extend(
            others.into_iter().map(|other| Vantage { input: input(other), saw: self.saw_there(views, other, wire) }),
        );
        seen.sort_by_key(|vantage| vantage.input);
        Some(seen)
    }

    /// Returns whether another capture ran at the time of a request.
    fn covers(&self, views: &[CaptureView<'_>], other: usize, wire: &WireTry<'_>) -> bool {
        let Some(skew) = self.skews.get(&(other, wire.capture)) else { return false };
        let span = views.get(other).and_then(|view| view.span);
        let at: Timestamp = wire.start.plus_nanos(*skew);
        span.is_some_and(|(first, last)| (first.plus_nanos(-QUIET)..=last.plus_nanos(QUIET)).contains(&at))
    }

    fn saw_there(&self, views: &[CaptureView<'_>], other: usize, wire: &WireTry<'_>) -> Saw {
        let flows: Vec<&TcpFlow> = wire.session.flows.iter().chain(&wire.earlier).copied().collect();
        if flows.is_empty() {
            let found = wire.lookups.last().and_then(|lookup| self.lookup_in(views, other, wire.capture, lookup));
            return found.map_or(Saw::Nothing, saw_of_lookup);
        }
        let found =
            flows.into_iter().filter_map(|flow| self.flow(views, self.spot_in(views, other, wire.capture, flow)?));
        found.map(saw_of_flow).max().unwrap_or(Saw::Nothing)
    }
}

/// Returns the difference of the clocks of two captures, when they look at one path. The smaller one has so many connections.
fn skew_between(mut skews: Vec<i64>, smaller: usize) -> Option<i64> {
    skews.sort_unstable();
    let skew = *skews.get(skews.len() / 2)?;
    let agree = skews.iter().filter(|other| (*other - skew).abs() <= TOGETHER).count();
    // Each connection may have two marks.
    (2 * agree >= skews.len() && agree.div_ceil(2) * SHARE >= smaller).then_some(skew)
}

/// SYNs that are lost on the way are repeated for so long, so that one capture may begin with a later one.
const MOST_RETRIES: i64 = 130 * SECOND;

fn saw_here(wire: &WireTry<'_>) -> Saw {
    let flows = wire.session.flows.iter().chain(&wire.earlier).map(|flow| saw_of_flow(flow));
    flows.max().or_else(|| wire.lookups.last().map(|lookup| saw_of_lookup(lookup))).unwrap_or(Saw::Nothing)
}

fn saw_of_flow(flow: &TcpFlow) -> Saw {
    match (flow.visibility.from_client > 0, flow.visibility.from_server > 0) {
        (_, true) => Saw::Both,
        (true, false) => Saw::Request,
        (false, false) => Saw::Nothing,
    }
}

fn saw_of_lookup(lookup: &Lookup<'_>) -> Saw {
    if lookup.exchanges.iter().any(|exchange| exchange.answer.is_some()) { Saw::Both } else { Saw::Request }
}

fn marked(views: &[CaptureView<'_>]) -> HashMap<Mark, Vec<Spot>> {
    let mut marked: HashMap<Mark, Vec<Spot>> = HashMap::new();
    for (capture, view) in views.iter().enumerate() {
        for (session, known) in view.sessions.iter().enumerate() {
            for (flow, found) in known.flows.iter().enumerate() {
                for mark in marks(found) {
                    marked.entry(mark).or_default().push(Spot { capture, session, flow });
                }
            }
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_of_clocks_are_one_when_half_of_the_connections_agree_about_it() {
        let seconds = |all: &[i64]| all.iter().map(|seconds| seconds * SECOND).collect::<Vec<_>>();
        assert_eq!(skew_between(seconds(&[5, 6, 7]), 3), Some(6 * SECOND));
        assert_eq!(skew_between(seconds(&[-500, 6, 7]), 3), Some(6 * SECOND));
        assert_eq!(skew_between(seconds(&[-500, 6, 700]), 3), None);
        assert_eq!(skew_between(Vec::new(), 3), None);
    }
}
