//! How far a log's clock is ahead of a capture's: zone and skew together, found as the offset at which most of what the
//! log says is on the wire when and as it should be.
//!
//! Every pair of a request and a place that could be the same event votes for an offset. The offsets with the most votes
//! are then tried in earnest: matches count for how exactly both ends agree, and requests that ought to be in the
//! capture and are not count against an offset, by how likely that is when the capture shows that share of them. So an
//! offset wrong by one period of a regular failure loses to the right one: it misses the requests at its ends, and
//! jitter and durations agree less well.

use std::cmp::Reverse;
use std::collections::HashSet;

use rayon::prelude::*;

use super::bounds::Bounds;
use super::line::{ClockOffset, LineTime};
use super::pairing::Pairing;
use super::votes::candidates;
use super::zones::nearest_zone;
use crate::correlate::compatibility::Compatibility;
use crate::correlate::cost::{self, PairTimes, UNMATCHED};
use crate::correlate::interval::{LogInterval, WireInterval};
use crate::model::report::Confidence;
use crate::model::time::{SECOND, Timestamp};
use crate::model::zone_offset::ZoneOffset;

/// Requests that a first trial looks at.
const MAX_SAMPLED: usize = 300;
/// Offsets that stay for a second one.
const FINALISTS: usize = 24;
/// Requests that the second one looks at.
const MAX_TRIED: usize = 4_000;
/// Places in time beside a request that an earnest trial compares, when they are near enough to cost less than none.
const NEIGHBOURS: usize = 12;
/// Offsets nearer than this are the same one.
const DISTINCT: i64 = SECOND;

/// Where the log and the capture reach.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// First and last record of the log on its own line of time.
    pub log: Option<(LineTime, LineTime)>,
    /// First and last frame.
    pub capture: Option<(Timestamp, Timestamp)>,
}

/// An offset with what speaks for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Log minus capture.
    pub offset: ClockOffset,
    /// Requests that are on the wire at this offset.
    pub matched: usize,
    /// What speaks for it, in thousandths of a natural logarithm of odds.
    pub score: i64,
    /// How sure it is.
    pub confidence: Confidence,
}

/// A request and the place that it takes in a trial.
#[derive(Clone, Copy, Debug)]
struct TrialMatch {
    mark: usize,
    place: usize,
    cost: i64,
}

/// Returns the offset that the two agree on best; `None` when nothing of the log is on the wire at any.
pub fn estimate(pairing: &impl Pairing, reach: Reach, zone_given: bool) -> Option<Estimate> {
    let order = |estimate: &Estimate| (Reverse(estimate.score), estimate.offset.nanos().abs(), estimate.offset);
    let try_all = |offsets: Vec<ClockOffset>, most: usize| {
        let step = step(pairing, most);
        let mut tried: Vec<Estimate> = offsets
            .into_par_iter()
            .filter_map(|offset| {
                // The votes lean to the packet side of the truth; a second look from there is exact.
                let first = refine(pairing, offset, step)?;
                try_offset(pairing, reach, first, zone_given, step)
            })
            .collect();
        tried.sort_by_key(order);
        tried
    };
    // A sample is enough to tell which offsets are worth the look at all.
    let heat = try_all(candidates(pairing, zone_given), MAX_SAMPLED);
    let mut tried = try_all(heat.iter().take(FINALISTS).map(|estimate| estimate.offset).collect(), MAX_TRIED);
    tried.dedup_by_key(|estimate| estimate.offset);
    let best = *tried.first()?;
    if best.score <= 0 {
        return None;
    }
    let rival = tried.iter().find(|other| other.offset.apart(best.offset) > DISTINCT).map_or(0, |other| other.score);
    let margin = best.score - rival.max(0);
    let confidence = match (margin, best.matched) {
        (6_000.., 3..) => Confidence::High,
        (10_000.., 2) | (3_000.., 2..) => Confidence::Medium,
        _ => Confidence::Low,
    };
    Some(Estimate { confidence, ..best })
}

/// Returns the matches at an offset: each request with the cheapest place that no earlier one took.
fn matches(pairing: &impl Pairing, offset: ClockOffset, step: usize) -> Vec<TrialMatch> {
    let mut taken: HashSet<usize> = HashSet::new();
    let mut found = Vec::new();
    for (index, mark) in pairing.marks().iter().enumerate().step_by(step) {
        let candidates = pairing.candidates(index);
        let wanted = mark.start.to_utc(offset);
        let near = candidates.partition_point(|&place| pairing.start_of(place).is_some_and(|start| start < wanted));
        let around = candidates.get(near.saturating_sub(NEIGHBOURS)..(near + NEIGHBOURS).min(candidates.len()));
        let cheapest = around
            .unwrap_or_default()
            .iter()
            .filter(|place| {
                pairing
                    .start_of(**place)
                    .is_some_and(|start| cost::may_match(start.nanos().saturating_sub(wanted.nanos())))
            })
            .filter(|place| !taken.contains(*place))
            .filter_map(|&place| Some((cost_at(pairing, index, place, offset)?, place)))
            .min();
        if let Some((cost, place)) = cheapest.filter(|(cost, _)| *cost < UNMATCHED) {
            taken.insert(place);
            found.push(TrialMatch { mark: index, place, cost });
        }
    }
    found
}

fn cost_at(pairing: &impl Pairing, mark: usize, place: usize, offset: ClockOffset) -> Option<i64> {
    let (said, spot) = (pairing.marks().get(mark)?, pairing.spot(mark, place)?);
    let (fit, host) = pairing.agreement(mark, place).filter(|(fit, _)| *fit != Compatibility::Contradiction)?;
    let times = PairTimes {
        said_start: Some(said.start.to_utc(offset)),
        said_result: said.result.map(|result| result.to_utc(offset)),
        start: spot.start,
        end: spot.end,
        last: spot.last,
    };
    Some(cost::cost(times, fit, host))
}

/// Returns the offset as the matches at a first one tell it.
fn refine(pairing: &impl Pairing, offset: ClockOffset, step: usize) -> Option<ClockOffset> {
    let pairs: Vec<(LogInterval, WireInterval)> = matches(pairing, offset, step)
        .into_iter()
        .filter_map(|found| Some((*pairing.marks().get(found.mark)?, pairing.spot(found.mark, found.place)?)))
        .collect();
    settle(&pairs)
}

fn quantile(values: &mut [ClockOffset], of: usize, parts: usize) -> Option<ClockOffset> {
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) * of / parts).copied()
}

/// Returns every how many requests an even sample takes one, when there are more than a trial should look at.
fn step(pairing: &impl Pairing, most: usize) -> usize {
    let possible = (0..pairing.marks().len()).filter(|mark| !pairing.candidates(*mark).is_empty()).count();
    possible.div_ceil(most).max(1)
}

fn try_offset(
    pairing: &impl Pairing,
    reach: Reach,
    offset: ClockOffset,
    zone_given: bool,
    step: usize,
) -> Option<Estimate> {
    let found = matches(pairing, offset, step);
    if found.is_empty() {
        return None;
    }
    let gain: i64 = found.iter().map(|found| UNMATCHED - found.cost).sum();
    // Requests that the capture's time covers, and places that the log's time covers.
    let covered = reach.capture.map_or(found.len(), |(first, last)| {
        let inside = |mark: &&LogInterval| (first..=last).contains(&mark.start.to_utc(offset));
        pairing.marks().iter().step_by(step).filter(inside).count()
    });
    let places = reach
        .log
        .filter(|_| step == 1)
        .map_or(found.len(), |(first, last)| pairing.places_within(first.to_utc(offset), last.to_utc(offset)));
    let score = gain - unseen(found.len(), covered) - unseen(found.len(), places) - unlikely(offset, zone_given);
    Some(Estimate { offset, matched: found.len() * step, score, confidence: Confidence::Low })
}

/// Returns how unlikely it is to see so many out of so many when each is seen with the likelihood that this share stands for.
fn unseen(seen: usize, all: usize) -> i64 {
    let missed = all.saturating_sub(seen);
    if missed == 0 || seen == 0 {
        return 0;
    }
    let (seen, missed, all) = (seen as f64, missed as f64, all as f64);
    let entropy = -(seen * (seen / all).ln() + missed * (missed / all).ln());
    (entropy * 1000.0) as i64
}

/// Returns how unlikely an offset is by itself: clocks are mostly right, and most zones are not in use.
fn unlikely(offset: ClockOffset, zone_given: bool) -> i64 {
    let skew = offset.without(if zone_given { ZoneOffset::UTC } else { nearest_zone(offset) });
    let seconds = skew.nanos().abs() as f64 / SECOND as f64;
    ((1.0 + seconds).ln() * 600.0) as i64
}

/// Returns the offset that pairs of request and place tell best: within what cause and effect allow where they bound it, else in the
/// middle of what most pairs allow.
pub fn settle(pairs: &[(LogInterval, WireInterval)]) -> Option<ClockOffset> {
    if let Some(bounds) = Bounds::of(pairs) {
        return Some(bounds.likeliest());
    }
    let mut at_least: Vec<ClockOffset> = pairs.iter().map(|(said, spot)| said.start.ahead_of(spot.start)).collect();
    let mut at_most: Vec<ClockOffset> =
        pairs.iter().filter_map(|(said, spot)| Some(said.result?.ahead_of(spot.end?))).collect();
    match (quantile(&mut at_least, 3, 4), quantile(&mut at_most, 1, 4)) {
        (Some(low), Some(high)) => Some(ClockOffset::from_nanos(low.nanos().midpoint(high.nanos()))),
        (low, high) => low.or(high),
    }
}

#[cfg(test)]
mod tests;
