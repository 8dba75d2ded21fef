//! A log beside a capture as the tests of the clock make them up: each request may be at each place, and all agree alike.

use super::pairing::Pairing;
use crate::correlate::compatibility::Compatibility;
use crate::correlate::interval::{LogInterval, WireInterval};
use crate::correlate::made_up::{line_time, time};
use crate::evidence::wire::HostSource;
use crate::model::time::Timestamp;

pub(super) struct MadeUp {
    pub(super) fit: Compatibility,
    marks: Vec<LogInterval>,
    spots: Vec<WireInterval>,
    all: Vec<usize>,
}

impl MadeUp {
    /// Requests and places, each by when it began and when its result was known, in milliseconds.
    pub(super) fn new(said: &[(i64, Option<i64>)], shown: &[(i64, Option<i64>)]) -> Self {
        let mark = |&(start, result): &(i64, Option<i64>)| LogInterval {
            start: line_time(start),
            result: result.map(line_time),
        };
        let spot = |&(start, end): &(i64, Option<i64>)| WireInterval {
            start: time(start),
            end: end.map(time),
            told: end.map(time),
            last: time(start),
        };
        Self {
            fit: Compatibility::Same,
            marks: said.iter().map(mark).collect(),
            spots: shown.iter().map(spot).collect(),
            all: (0..shown.len()).collect(),
        }
    }
}

impl Pairing for MadeUp {
    fn marks(&self) -> &[LogInterval] {
        &self.marks
    }

    fn start_of(&self, place: usize) -> Option<Timestamp> {
        Some(self.spots.get(place)?.start)
    }

    fn places_within(&self, first: Timestamp, last: Timestamp) -> usize {
        self.spots.iter().filter(|spot| (first..=last).contains(&spot.start)).count()
    }

    fn candidates(&self, _: usize) -> &[usize] {
        &self.all
    }

    fn agreement(&self, _: usize, _: usize) -> Option<(Compatibility, HostSource)> {
        Some((self.fit, HostSource::Named))
    }

    fn spot(&self, _: usize, place: usize) -> Option<WireInterval> {
        self.spots.get(place).copied()
    }
}
