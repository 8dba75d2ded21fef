//! The clocks between the logs and the captures that share attempts, as the requests that found their places tell them.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::bounds::Bounds;
use super::estimate::Estimate;
use super::line::ClockOffset;
use super::zones::nearest_zone;
use crate::correlate::attempt::PairClock;
use crate::correlate::matched::{LogTable, Matched};
use crate::model::report::{Confidence, OffsetSource};
use crate::model::zone_offset::ZoneOffset;

/// Returns the clocks of all pairs that share attempts, the pair with the most first.
pub(in crate::correlate) fn pair_clocks(matched: &Matched<'_, '_>) -> Vec<PairClock> {
    let mut clocks = Vec::new();
    for (log, table) in matched.tables.iter().enumerate() {
        for (capture, estimate) in table.estimates.iter().enumerate() {
            let count = in_both(matched, log, capture);
            let offset = matched.offsets.get(log, capture);
            let (Some(offset), Some(estimate), 1..) = (offset, estimate, count) else { continue };
            clocks.push(pair_clock(matched, log, capture, table, offset, *estimate, count));
        }
    }
    clocks.sort_by_key(|clock| (Reverse(clock.matched), clock.log, clock.capture));
    clocks
}

fn pair_clock(
    matched: &Matched<'_, '_>,
    log: usize,
    capture: usize,
    table: &LogTable,
    offset: ClockOffset,
    estimate: Estimate,
    count: usize,
) -> PairClock {
    let said = matched.said.get(log).into_iter().flatten();
    let first = said.filter_map(|said| said.start).min().unwrap_or_default();
    let confidence = if count < 2 { estimate.confidence.min(Confidence::Medium) } else { estimate.confidence };
    let range = Bounds::of(&matched.intervals(log, capture));
    let range_without = |zone: ZoneOffset| range.map(|range| [range.low.without(zone), range.high.without(zone)]);
    match table.calendar.clock() {
        Some(given) => PairClock {
            log,
            capture,
            zone: given.offset_at(first.to_utc(offset)),
            source: table.source,
            skew: Some(offset.without(ZoneOffset::UTC)),
            range: range_without(ZoneOffset::UTC),
            matched: count,
            confidence,
            changes: Vec::new(),
        },
        None => {
            let zone = nearest_zone(offset);
            let mut grown = zone;
            let changes = table.calendar.changes().iter().map(|change| {
                grown = grown.plus_nanos(change.by);
                (grown.utc_of(change.after).plus_nanos(-offset.without(zone).nanos()), grown)
            });
            PairClock {
                log,
                capture,
                zone,
                source: OffsetSource::Estimated,
                skew: Some(offset.without(zone)),
                range: range_without(zone),
                matched: count,
                confidence,
                changes: changes.collect(),
            }
        }
    }
}

/// Counts the attempts of a log that are in a capture.
fn in_both(matched: &Matched<'_, '_>, log: usize, capture: usize) -> usize {
    let said = matched.said.get(log).into_iter().flatten();
    let seats = matched.seats.get(log).into_iter().flatten();
    let there = said.zip(seats).filter(|(_, seat)| seat.is_some_and(|place| place.capture == capture));
    there.map(|(said, _)| said.attempt).collect::<BTreeSet<_>>().len()
}
