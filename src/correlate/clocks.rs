//! The clocks between the logs and the captures that share attempts, as the requests that found their places tell them.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::attempt::PairClock;
use super::calendar::offset_of;
use super::clock::{self, Estimate};
use super::gather::{Joiner, LogTable};
use crate::report::{Confidence, OffsetSource};
use crate::time::Timestamp;

impl Joiner<'_, '_> {
    /// The clocks of all pairs that share attempts, the pair with the most first.
    pub(super) fn clocks(&self) -> Vec<PairClock> {
        let mut clocks = Vec::new();
        for (log, table) in self.tables.iter().enumerate() {
            for (capture, estimate) in table.estimates.iter().enumerate() {
                let matched = self.matched(log, capture);
                let offset = self.offsets.get(log, capture);
                let (Some(offset), Some(estimate), 1..) = (offset, estimate, matched) else { continue };
                clocks.push(self.clock(log, capture, table, offset, *estimate, matched));
            }
        }
        clocks.sort_by_key(|clock| (Reverse(clock.matched), clock.log, clock.capture));
        clocks
    }

    fn clock(
        &self,
        log: usize,
        capture: usize,
        table: &LogTable,
        offset: i64,
        estimate: Estimate,
        matched: usize,
    ) -> PairClock {
        let said = self.said.get(log).into_iter().flatten();
        let first = said.filter_map(|said| said.start).min().unwrap_or_default();
        let confidence = if matched < 2 { estimate.confidence.min(Confidence::Medium) } else { estimate.confidence };
        match table.calendar.zone() {
            Some(given) => PairClock {
                log,
                capture,
                zone: offset_of(given, Timestamp::from_nanos(first - offset)),
                source: OffsetSource::Option,
                skew: Some(offset),
                matched,
                confidence,
                changes: Vec::new(),
            },
            None => {
                let zone = clock::nearest_zone(offset);
                let mut grown = zone;
                let changes = table.calendar.changes().iter().map(|change| {
                    grown += change.by;
                    (change.after.to_utc(grown + (offset - zone)), grown)
                });
                PairClock {
                    log,
                    capture,
                    zone,
                    source: OffsetSource::Estimated,
                    skew: Some(offset - zone),
                    matched,
                    confidence,
                    changes: changes.collect(),
                }
            }
        }
    }

    /// Attempts of a log that are in a capture.
    fn matched(&self, log: usize, capture: usize) -> usize {
        let said = self.said.get(log).into_iter().flatten();
        let seats = self.seats.get(log).into_iter().flatten();
        let there = said.zip(seats).filter(|(_, seat)| seat.is_some_and(|(of, _)| of == capture));
        there.map(|(said, _)| said.attempt).collect::<BTreeSet<_>>().len()
    }
}
