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
use crate::correlate::compatibility::Compatibility;
use crate::correlate::cost::{self, PairTimes, UNMATCHED};
use crate::correlate::interval::{LogInterval, WireInterval};
use crate::evidence::wire::HostSource;
use crate::model::report::Confidence;
use crate::model::time::{MILLISECOND, SECOND, Timestamp};
use crate::model::zone_offset::ZoneOffset;

/// Zones lie between -12:00 and +14:00; clocks that nobody set are minutes off, seldom more.
const EARLIEST: i64 = -(12 * 3600 + 900) * SECOND;
const LATEST: i64 = (14 * 3600 + 900) * SECOND;
/// When the zone is given, what is left is the error of the clocks.
const LARGEST_SKEW: i64 = 2 * 3600 * SECOND;
/// Votes so near to each other are for the same offset.
const WINDOW: i64 = 120 * MILLISECOND;
/// Offsets that are tried in earnest.
const CANDIDATES: usize = 192;
/// Pairs that may vote; with more, an even sample of the requests does.
const MAX_PAIRS: usize = 1_000_000;
/// Pairs that vote where no more is asked than whether a log and a capture have anything in common.
const MAX_PROMISING: usize = 1 << 15;
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

/// Which requests and places could be the same event, and how well they agree without a look at the clock.
pub trait Pairing: Sync {
    /// Returns the requests that have a time, in order of time.
    fn marks(&self) -> &[LogInterval];
    /// Returns when a place began; places are in order of time.
    fn start_of(&self, place: usize) -> Option<Timestamp>;
    /// Returns how many places begin in a range of time.
    fn places_within(&self, first: Timestamp, last: Timestamp) -> usize;
    /// Returns the places that may be a request's by its host, in ascending order.
    fn candidates(&self, mark: usize) -> &[usize];
    /// Returns how a request and a place agree; `None` when they cannot be the same event.
    fn agreement(&self, mark: usize, place: usize) -> Option<(Compatibility, HostSource)>;
    /// Returns a place as it bears on a request.
    fn spot(&self, mark: usize, place: usize) -> Option<WireInterval>;
}

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

/// A pair of a request and a place that could be the same event, by the offset at which it would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Vote {
    offset: ClockOffset,
    weight: u32,
}

/// Votes for offsets that are so near to each other that they are for the same one.
#[derive(Clone, Copy, Debug)]
struct Window {
    weight: u64,
    /// Its first vote, and the first behind it.
    begin: usize,
    end: usize,
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

/// Returns the offsets with the most votes, each the middle of its votes.
fn candidates(pairing: &impl Pairing, zone_given: bool) -> Vec<ClockOffset> {
    heaviest(&votes(pairing, zone_given, MAX_PAIRS))
}

/// Returns how many votes the likeliest offset has of a few requests.
pub fn promise(pairing: &impl Pairing, zone_given: bool) -> u64 {
    let votes = votes(pairing, zone_given, MAX_PROMISING);
    windows(&votes).into_iter().map(|window| window.weight).max().unwrap_or_default()
}

/// Returns the votes of so many pairs of a request and a place at most, in order.
fn votes(pairing: &impl Pairing, zone_given: bool, most: usize) -> Vec<Vote> {
    let marks = pairing.marks();
    let pairs: usize = (0..marks.len()).map(|mark| pairing.candidates(mark).len()).sum();
    let step = pairs.div_ceil(most).max(1);
    let mut votes: Vec<Vote> = Vec::new();
    for (index, mark) in marks.iter().enumerate().step_by(step) {
        for &place in pairing.candidates(index) {
            let Some(spot) = pairing.spot(index, place) else { continue };
            let offset = mark.start.ahead_of(spot.start);
            if !in_range(offset, zone_given) {
                continue;
            }
            let lasted = mark.result.zip(spot.end);
            let lasted = lasted.map(|(result, end)| result.since(mark.start) - (end.nanos() - spot.start.nanos()));
            let duration = match lasted {
                Some(difference) if difference.abs() <= 40 * MILLISECOND => 3,
                Some(difference) if difference.abs() <= 300 * MILLISECOND => 1,
                Some(_) => 0,
                None => 1,
            };
            let fit = match pairing.agreement(index, place) {
                Some((Compatibility::Same, _)) => 2,
                Some((Compatibility::Possible, _)) => 1,
                Some((Compatibility::Contradiction, _)) | None => 0,
            };
            if duration * fit > 0 {
                votes.push(Vote { offset, weight: duration * fit });
            }
        }
    }
    votes.sort_unstable();
    votes
}

fn in_range(offset: ClockOffset, zone_given: bool) -> bool {
    let nanos = offset.nanos();
    if zone_given { nanos.abs() <= LARGEST_SKEW } else { (EARLIEST..=LATEST).contains(&nanos) }
}

/// Returns for each vote the window that begins with it.
fn windows(votes: &[Vote]) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::with_capacity(votes.len());
    let (mut end, mut weight) = (0, 0_u64);
    for (begin, vote) in votes.iter().enumerate() {
        while let Some(next) = votes.get(end).filter(|next| next.offset.apart(vote.offset) <= WINDOW) {
            weight += u64::from(next.weight);
            end += 1;
        }
        windows.push(Window { weight, begin, end });
        weight -= u64::from(vote.weight);
    }
    windows
}

/// Returns the windows with the most votes, none within another.
fn heaviest(votes: &[Vote]) -> Vec<ClockOffset> {
    let mut windows = windows(votes);
    // Windows that overlap crowd the head of the list; looking at some times more than are wanted is enough.
    let most = CANDIDATES * 64;
    if windows.len() > most {
        windows.select_nth_unstable_by_key(most, |window| (Reverse(window.weight), window.begin));
        windows.truncate(most);
    }
    windows.sort_unstable_by_key(|window| (Reverse(window.weight), window.begin));
    let mut chosen: Vec<ClockOffset> = Vec::new();
    for Window { begin, end, .. } in windows {
        let Some(middle) = votes.get(begin + (end - begin) / 2) else { continue };
        if chosen.iter().all(|other| other.apart(middle.offset) > WINDOW) {
            chosen.push(middle.offset);
        }
        if chosen.len() == CANDIDATES {
            break;
        }
    }
    chosen
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

/// Zones in use that are not a whole number of hours, in minutes (IANA tz database).
const BETWEEN: [i64; 13] = [-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825];

/// An offset so near to a quarter of an hour is a zone's, in use or not: that is likelier than a clock which is off by just
/// that.
const NEAR_ZONE: i64 = 30 * SECOND;
/// Every zone is a multiple of this.
const ZONE_STEP: i64 = 900 * SECOND;

/// Returns what an offset, or what is left of one, is as a zone's, where it is near enough to that; it is given in nanoseconds.
pub fn zone_at(offset: i64) -> Option<ZoneOffset> {
    let quarter = (offset + ZONE_STEP / 2).div_euclid(ZONE_STEP) * ZONE_STEP;
    ((offset - quarter).abs() <= NEAR_ZONE).then_some(ZoneOffset::from_nanos(quarter))
}

/// Returns the zone in use that is nearest to an offset.
pub(crate) fn nearest_zone(offset: ClockOffset) -> ZoneOffset {
    let offset = offset.nanos();
    let minute = 60 * SECOND;
    if let Some(quarter) = zone_at(offset) {
        return quarter;
    }
    let whole = (-12..=14).map(|hours| hours * 60);
    let zones = whole.chain(BETWEEN).map(|minutes| minutes * minute);
    ZoneOffset::from_nanos(zones.min_by_key(|zone| ((offset - zone).abs(), zone.abs())).unwrap_or_default())
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
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_a_quarter_of_an_hour_that_is_near_or_one_in_use() {
        let minute = 60 * SECOND;
        let zone = |nanos| nearest_zone(ClockOffset::from_nanos(nanos)).nanos();
        assert_eq!(zone(150 * minute - 33 * MILLISECOND), 150 * minute);
        assert_eq!(zone(345 * minute + 20 * SECOND), 345 * minute);
        assert_eq!(zone(-210 * minute + 417 * SECOND), -210 * minute);
        assert_eq!(zone(14 * minute), 0);
    }
}
