//! The wall clock of a node where its zone is known: by name, or by the offsets that the node itself wrote beside its readings.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::time::{LocalTime, SECOND, Timestamp};
use super::zone_offset::ZoneOffset;

/// How a node's wall clock stands to UTC.
#[derive(Clone, Debug, PartialEq)]
pub enum WallClock {
    /// A zone.
    Zone(TimeZone),
    /// Offsets, each with the time from which it holds.
    Stated(StatedOffsets),
}

/// Offsets that were read beside times, in order of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedOffsets {
    /// The offset at the first time that was read.
    first: ZoneOffset,
    /// Later ones, each with the moment from which it holds.
    changes: Vec<(Timestamp, ZoneOffset)>,
}

/// Readings of a clock in a row that had the same offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OffsetRun {
    /// The first of them.
    pub first: Timestamp,
    /// The last of them.
    pub last: Timestamp,
    /// The offset.
    pub offset: ZoneOffset,
}

/// More changes than a clock makes in a century are not looked at.
const MAX_CHANGES: usize = 256;
/// Zones change at whole hours of their own clocks.
const CHANGE_STEP: i64 = 3600 * SECOND;

impl StatedOffsets {
    /// Makes one line of time of runs in any order; `None` without any.
    pub fn of(mut runs: Vec<OffsetRun>) -> Option<Self> {
        runs.sort_unstable();
        let mut runs = runs.into_iter();
        let mut before = runs.next()?;
        let mut stated = Self { first: before.offset, changes: Vec::new() };
        for run in runs {
            if run.offset == before.offset {
                before.last = before.last.max(run.last);
                continue;
            }
            stated.changes.push((change_between(before, run), run.offset));
            before = run;
            if stated.changes.len() == MAX_CHANGES {
                break;
            }
        }
        Some(stated)
    }

    /// Returns the offset at a moment.
    fn at(&self, time: Timestamp) -> ZoneOffset {
        let later = self.changes.partition_point(|(from, _)| *from <= time);
        later.checked_sub(1).and_then(|index| self.changes.get(index)).map_or(self.first, |(_, offset)| *offset)
    }

    /// Returns the moment of a reading. Of two in the hour that comes twice, `later` says which is meant; in the one that never is, it
    /// is what the clock would have shown.
    fn utc(&self, time: LocalTime, later: bool) -> Timestamp {
        let offsets = || std::iter::once(self.first).chain(self.changes.iter().map(|(_, offset)| *offset));
        let fitting =
            offsets().map(|offset| (offset.utc_of(time), offset)).filter(|(utc, offset)| self.at(*utc) == *offset);
        let found = if later { fitting.max() } else { fitting.min() };
        let skipped = || {
            // The last offset whose end lies before the reading.
            let ended = offsets().zip(&self.changes).filter(|(offset, (end, _))| offset.utc_of(time) >= *end);
            let before = ended.last();
            before.map_or(self.first, |(offset, _)| offset).utc_of(time)
        };
        found.map_or_else(skipped, |(utc, _)| utc)
    }
}

/// Returns when the offset changed between two runs: at the first whole hour of the clock, where there was one.
fn change_between(before: OffsetRun, after: OffsetRun) -> Timestamp {
    let local = before.last.nanos() + before.offset.nanos();
    let hour = (local.div_euclid(CHANGE_STEP) + 1) * CHANGE_STEP - before.offset.nanos();
    Timestamp::from_nanos(hour.min(after.first.nanos()))
}

impl WallClock {
    /// Returns the moment of a reading. Of the two that a reading has in the hour that comes twice, `later` says which is meant.
    pub fn utc(&self, time: LocalTime, later: bool) -> Timestamp {
        match self {
            Self::Zone(zone) => in_zone(time, zone, later),
            Self::Stated(stated) => stated.utc(time, later),
        }
    }

    /// Returns the offset at a moment.
    pub fn offset_at(&self, time: Timestamp) -> ZoneOffset {
        match self {
            Self::Zone(zone) => {
                let time = jiff::Timestamp::from_nanosecond(i128::from(time.nanos())).unwrap_or_default();
                ZoneOffset::from_seconds(zone.to_offset(time).seconds())
            }
            Self::Stated(stated) => stated.at(time),
        }
    }

    /// Returns the offsets that begin to hold after the first moment and up to the last, each with when it does.
    pub fn changes_between(&self, first: Timestamp, last: Timestamp) -> Vec<(Timestamp, ZoneOffset)> {
        let is_between = |at: Timestamp| at > first && at <= last;
        match self {
            Self::Zone(zone) => {
                let from = jiff::Timestamp::from_nanosecond(i128::from(first.nanos())).unwrap_or_default();
                let moments =
                    zone.following(from).filter_map(|change| i64::try_from(change.timestamp().as_nanosecond()).ok());
                let moments = moments.map(Timestamp::from_nanos).take_while(|at| is_between(*at)).take(MAX_CHANGES);
                let mut before = self.offset_at(first);
                // A zone that gets another name keeps its offset.
                let offsets = moments.map(|at| (at, self.offset_at(at)));
                offsets.filter(|(_, offset)| std::mem::replace(&mut before, *offset) != *offset).collect()
            }
            Self::Stated(stated) => stated.changes.iter().copied().filter(|(at, _)| is_between(*at)).collect(),
        }
    }
}

/// Returns the moment of a reading in a zone; in the hour that never is, it is what the clock would have shown.
fn in_zone(time: LocalTime, zone: &TimeZone, later: bool) -> Timestamp {
    let nanos = time.nanos();
    let civil = jiff::Timestamp::from_nanosecond(i128::from(nanos)).map(|time| TimeZone::UTC.to_datetime(time));
    let utc = civil.and_then(|civil: DateTime| {
        let moment = zone.to_ambiguous_timestamp(civil);
        let twice = matches!(moment.offset(), AmbiguousOffset::Fold { .. });
        if later && twice { moment.later() } else { moment.compatible() }
    });
    let utc = utc.ok().and_then(|utc| i64::try_from(utc.as_nanosecond()).ok());
    Timestamp::from_nanos(utc.unwrap_or(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600 * SECOND;

    fn moment(text: &str) -> Timestamp {
        Timestamp::from_nanos(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond() as i64)
    }

    fn reading(text: &str) -> LocalTime {
        LocalTime::from_nanos(moment(&format!("{text}Z")).nanos())
    }

    fn run(first: &str, last: &str, hours: i64) -> OffsetRun {
        OffsetRun { first: moment(first), last: moment(last), offset: ZoneOffset::from_nanos(hours * HOUR) }
    }

    /// Returns the clocks of Berlin in 2026, as a busy node states them.
    fn berlin() -> [WallClock; 2] {
        let stated = StatedOffsets::of(vec![
            run("2026-10-25T01:00:03Z", "2026-12-31T00:00:00Z", 1),
            run("2026-03-29T01:00:01Z", "2026-10-25T00:59:58Z", 2),
            run("2026-01-01T00:00:00Z", "2026-03-29T00:59:50Z", 1),
        ]);
        [WallClock::Stated(stated.unwrap()), WallClock::Zone(TimeZone::get("Europe/Berlin").unwrap())]
    }

    #[test]
    fn what_a_node_states_is_read_as_its_zone() {
        for clock in berlin() {
            for (local, later, utc) in [
                ("2026-01-05T12:00:00", false, "2026-01-05T11:00:00Z"),
                ("2026-03-29T01:59:59", false, "2026-03-29T00:59:59Z"),
                ("2026-03-29T03:00:00", false, "2026-03-29T01:00:00Z"),
                ("2026-07-01T12:00:00", true, "2026-07-01T10:00:00Z"),
                ("2026-10-25T02:30:00", false, "2026-10-25T00:30:00Z"),
                ("2026-10-25T02:30:00", true, "2026-10-25T01:30:00Z"),
                ("2026-12-05T12:00:00", true, "2026-12-05T11:00:00Z"),
            ] {
                assert_eq!(clock.utc(reading(local), later), moment(utc), "{local} {later}");
            }
        }
    }

    #[test]
    fn the_changes_of_a_year_are_told_with_when_they_come() {
        for clock in berlin() {
            let [winter, summer] = [HOUR, 2 * HOUR].map(ZoneOffset::from_nanos);
            let changes = clock.changes_between(moment("2026-01-05T12:00:00Z"), moment("2026-12-05T12:00:00Z"));
            assert_eq!(changes, [(moment("2026-03-29T01:00:00Z"), summer), (moment("2026-10-25T01:00:00Z"), winter)]);
            assert_eq!(clock.changes_between(moment("2026-04-01T00:00:00Z"), moment("2026-04-02T00:00:00Z")), []);
        }
    }

    #[test]
    fn a_reading_that_no_clock_shows_is_what_it_would_have_shown() {
        for clock in berlin() {
            for later in [false, true] {
                assert_eq!(clock.utc(reading("2026-03-29T02:30:00"), later), moment("2026-03-29T01:30:00Z"));
            }
        }
    }

    #[test]
    fn one_offset_holds_before_and_after_it_was_read() {
        let stated = StatedOffsets::of(vec![run("2026-07-01T00:00:00Z", "2026-07-01T00:00:00Z", -6)]).unwrap();
        let clock = WallClock::Stated(stated);
        assert_eq!(clock.utc(reading("2020-01-01T00:00:00"), false), moment("2020-01-01T06:00:00Z"));
        assert_eq!(clock.offset_at(moment("2030-01-01T00:00:00Z")), ZoneOffset::from_nanos(-6 * HOUR));
        assert_eq!(StatedOffsets::of(Vec::new()), None);
    }

    #[test]
    fn runs_that_contradict_each_other_are_read_all_the_same() {
        let day = ("2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z");
        let stated =
            StatedOffsets::of(vec![run(day.0, day.1, 5), run(day.0, day.1, -3), run(day.1, day.1, 2)]).unwrap();
        let clock = WallClock::Stated(stated);
        for hour in 0..48 {
            let at = LocalTime::from_nanos(moment(day.0).nanos() + hour * HOUR);
            assert!((clock.utc(at, false).nanos() - at.nanos()).abs() <= 5 * HOUR);
        }
    }
}
