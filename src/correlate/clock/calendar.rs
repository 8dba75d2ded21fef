//! Readings of a log's wall clock made into one line of time. With the zone given, that is UTC; else it is the wall clock
//! with the jumps taken out that changes of the zone made, so that one offset holds for all of it.

use super::line::LineTime;
use crate::log::{ClockStep, LineRef, LogFacts, LogPartFacts};
use crate::model::time::{LocalTime, MILLISECOND, SECOND};
use crate::model::wall_clock::WallClock;

/// What changes of daylight saving time move the clock by: an hour, or half an hour on Lord Howe.
const ZONE_STEPS: [i64; 2] = [3600 * SECOND, 1800 * SECOND];
/// A jump back is this near to a change of the zone, or it is something else.
const STEP_TOLERANCE: i64 = 120 * SECOND;
/// Jumps forward may as well be silence; so many are looked at.
const MAX_GAPS: usize = 4;
/// Changes of the zone that are looked at in all: a log of years has some, and each is tried in earnest. A clock that jumps more
/// often is that of a log whose records are out of order, and none of its jumps is the zone's.
const MAX_CHANGES: usize = 16;

/// A change of the zone's offset at a place in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneShift {
    /// Index of the input.
    pub input: usize,
    /// The first line after it.
    pub line: u64,
    /// The wall clock after it.
    pub after: LocalTime,
    /// By how many nanoseconds the offset grew.
    pub by: i64,
}

/// How to read a log's wall clock.
#[derive(Clone, Debug)]
pub struct Calendar {
    clock: Option<WallClock>,
    /// The inputs of the log in order of time.
    parts: Vec<usize>,
    changes: Vec<ZoneShift>,
    /// Where a clock that is given was surely put back: in the hour that comes twice, what follows is of the second.
    put_back: Vec<ZoneShift>,
}

impl Calendar {
    /// Makes the calendar of a log whose clock is known, or is to be found out.
    pub fn new(log: &LogFacts, clock: Option<WallClock>) -> Self {
        let put_back = match clock {
            Some(_) => Self::possible_changes(log).into_iter().filter(|change| change.by < 0).collect(),
            None => Vec::new(),
        };
        Self { clock, parts: log.parts.iter().map(|part| part.input).collect(), changes: Vec::new(), put_back }
    }

    /// Returns this calendar with one more change of the zone.
    pub fn with(&self, change: ZoneShift) -> Self {
        let mut other = self.clone();
        other.changes.push(change);
        other.changes.sort_by_key(|change| self.place(change.input, change.line));
        other
    }

    /// Returns whether the clock is known.
    pub fn has_zone(&self) -> bool {
        self.clock.is_some()
    }

    /// Returns the clock, when it is known.
    pub fn clock(&self) -> Option<&WallClock> {
        self.clock.as_ref()
    }

    /// Returns the changes of the zone, in order of the log.
    pub fn changes(&self) -> &[ZoneShift] {
        &self.changes
    }

    /// Returns a record's time on the unfolded line.
    pub fn unfold(&self, at: LineRef) -> Option<LineTime> {
        let time = at.time?;
        Some(LineTime::from_nanos(match &self.clock {
            Some(clock) => clock.utc(time, self.was_put_back(at, time)).nanos(),
            None => time.nanos().saturating_sub(self.shift_at(at)),
        }))
    }

    /// Returns where parts of the log begin and end on the unfolded line; `None` when none of their records has a time.
    pub fn span(&self, parts: &[LogPartFacts]) -> Option<(LineTime, LineTime)> {
        let spans = parts.iter().filter_map(|part| {
            let (first, last) = part.span?;
            let at = |line, time| self.unfold(LineRef { input: part.input, line, time: Some(time) });
            Some((at(0, first)?, at(u64::MAX, last)?))
        });
        spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// Returns by how much the changes before a record moved the wall clock.
    pub fn shift_at(&self, at: LineRef) -> i64 {
        let place = self.place(at.input, at.line);
        self.changes
            .iter()
            .filter(|change| self.place(change.input, change.line) <= place)
            .map(|change| change.by)
            .sum()
    }

    /// Returns whether the clock was put back before a record, in the hours before its reading.
    fn was_put_back(&self, at: LineRef, time: LocalTime) -> bool {
        let place = self.place(at.input, at.line);
        let near = |change: &&ZoneShift| (time.nanos() - change.after.nanos()).abs() <= 2 * ZONE_STEPS[0];
        self.put_back.iter().filter(near).any(|change| self.place(change.input, change.line) <= place)
    }

    fn place(&self, input: usize, line: u64) -> (usize, u64) {
        (self.parts.iter().position(|part| *part == input).unwrap_or(usize::MAX), line)
    }

    /// Changes of the zone that the log may hold: where its clock went back by an hour, and where it went forward by one or
    /// was silent for so long.
    pub fn possible_changes(log: &LogFacts) -> Vec<ZoneShift> {
        let mut found = Vec::new();
        let mut gaps = 0;
        for part in &log.parts {
            for step in &part.steps {
                let (sure, possible) = changes_of(*step);
                let change = |by| ZoneShift { input: part.input, line: step.line, after: step.after, by };
                if let Some(by) = sure {
                    found.push(change(by));
                } else if let Some(by) = possible.filter(|_| gaps < MAX_GAPS) {
                    gaps += 1;
                    found.push(change(by));
                }
            }
        }
        if found.len() > MAX_CHANGES { Vec::new() } else { found }
    }
}

/// Returns what a step of the clock surely and possibly is.
fn changes_of(step: ClockStep) -> (Option<i64>, Option<i64>) {
    let jump = step.after.nanos().saturating_sub(step.before.nanos());
    let back = ZONE_STEPS.into_iter().find(|by| (jump + by).abs() <= STEP_TOLERANCE).map(|by| -by);
    let forward = (jump >= ZONE_STEPS[0]).then_some(ZONE_STEPS[0]);
    (back, forward)
}

/// Returns nanoseconds as milliseconds, to the microsecond.
pub fn milliseconds(nanos: i64) -> f64 {
    (nanos as f64 / MILLISECOND as f64 * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn a_clock_that_went_back_an_hour_is_unfolded() {
        let log = LogFacts {
            parts: vec![crate::log::LogPartFacts {
                input: 3,
                records: 2,
                span: None,
                steps: vec![ClockStep {
                    line: 10,
                    before: LocalTime::from_nanos(7200 * SECOND),
                    after: LocalTime::from_nanos(3601 * SECOND),
                }],
                ..crate::log::LogPartFacts::default()
            }],
            ..LogFacts::default()
        };
        let changes = Calendar::possible_changes(&log);
        assert_eq!(changes.len(), 1);
        let calendar = Calendar::new(&log, None).with(changes[0]);
        let at = |line, seconds: i64| LineRef { input: 3, line, time: Some(LocalTime::from_nanos(seconds * SECOND)) };
        let line = |seconds: i64| Some(LineTime::from_nanos(seconds * SECOND));
        assert_eq!(calendar.unfold(at(9, 7200)), line(7200));
        assert_eq!(calendar.unfold(at(10, 3601)), line(7201));
    }

    #[test]
    fn a_zone_makes_utc_of_both_sides_of_a_change() {
        let zone = TimeZone::get("America/Denver").unwrap();
        let calendar = Calendar::new(&LogFacts::default(), Some(WallClock::Zone(zone)));
        let at = |text: &str| {
            let civil: DateTime = text.parse().unwrap();
            let utc = TimeZone::UTC.to_timestamp(civil).unwrap();
            let nanos = utc.as_nanosecond() as i64;
            calendar.unfold(LineRef { input: 0, line: 1, time: Some(LocalTime::from_nanos(nanos)) }).unwrap()
        };
        assert_eq!(at("2023-11-05T03:30:00").since(at("2023-11-05T00:30:00")), 4 * 3600 * SECOND);
    }

    /// A log of one file with these steps of its clock, each by line, seconds before and seconds after.
    fn with_steps(steps: &[(u64, i64, i64)]) -> LogFacts {
        let local = |seconds: i64| LocalTime::from_nanos(seconds * SECOND);
        let step =
            |&(line, before, after): &(u64, i64, i64)| ClockStep { line, before: local(before), after: local(after) };
        let steps = steps.iter().map(step).collect();
        let part = LogPartFacts { input: 0, records: 2, steps, ..LogPartFacts::default() };
        LogFacts { parts: vec![part], ..LogFacts::default() }
    }

    #[test]
    fn in_the_hour_that_comes_twice_the_step_back_tells_which_it_is() {
        let zone = TimeZone::get("America/Denver").unwrap();
        // 2023-11-05: at 01:59:50, line 10, the clock goes back to 01:00:00; as seconds of a wall clock.
        let midnight = 1_699_142_400;
        let log = with_steps(&[(10, midnight + 7190, midnight + 3600)]);
        let calendar = Calendar::new(&log, Some(WallClock::Zone(zone)));
        let utc = |line, seconds: i64| {
            let time = Some(LocalTime::from_nanos((midnight + seconds) * SECOND));
            calendar.unfold(LineRef { input: 0, line, time }).unwrap()
        };
        let minutes = |later: LineTime, earlier: LineTime| later.since(earlier) / (60 * SECOND);
        // 01:30 before the step, and again behind it.
        assert_eq!(minutes(utc(12, 5400), utc(8, 5400)), 60);
        assert_eq!(minutes(utc(12, 5400), utc(10, 3600)), 30);
        assert_eq!(minutes(utc(8, 5400), utc(2, 0)), 90);
    }

    #[test]
    fn few_silences_may_be_changes_of_the_zone_and_many_steps_are_disorder() {
        let changes = |steps: &[(u64, i64, i64)]| Calendar::possible_changes(&with_steps(steps)).len();
        let forward = |count: i64| (0..count).map(|n| (n as u64, n * 9000, n * 9000 + 3600)).collect::<Vec<_>>();
        let back = |count: i64| (0..count).map(|n| (n as u64, n * 9000, n * 9000 - 3600)).collect::<Vec<_>>();
        assert_eq!([changes(&forward(3)), changes(&forward(4)), changes(&forward(9))], [3, 4, 4]);
        assert_eq!([changes(&back(16)), changes(&back(17))], [16, 0]);
        // A minute off is a step all the same, and three are not.
        assert_eq!([changes(&[(1, 9000, 5460)]), changes(&[(1, 9000, 5580)])], [1, 0]);
    }

    #[test]
    fn a_step_back_tells_of_the_hours_beside_it_alone() {
        let zone = TimeZone::get("America/Denver").unwrap();
        // 2023-11-05, in an hour that does not come twice, and the same autumn in the hour that does.
        let midnight = 1_699_142_400;
        let utc = |step: i64| {
            let log = with_steps(&[(2, step + 3600, step)]);
            let calendar = Calendar::new(&log, Some(WallClock::Zone(zone.clone())));
            let time = Some(LocalTime::from_nanos((midnight + 5400) * SECOND));
            calendar.unfold(LineRef { input: 0, line: 8, time }).unwrap()
        };
        let day_before = utc(midnight - 86_400);
        assert_eq!(utc(midnight + 3600).since(day_before), 3600 * SECOND);
        assert_eq!(utc(midnight - 1800).since(day_before), 3600 * SECOND, "within two hours");
        assert_eq!(utc(midnight - 1801).since(day_before), 0);
    }

    #[test]
    fn a_change_in_one_file_of_a_log_holds_in_those_behind_it() {
        let part = |input| LogPartFacts { input, ..LogPartFacts::default() };
        // In order of time: the rotated file was given last.
        let log = LogFacts { parts: vec![part(3), part(1), part(2)], ..LogFacts::default() };
        let change = ZoneShift { input: 1, line: 5, after: LocalTime::from_nanos(0), by: 7 };
        let calendar = Calendar::new(&log, None).with(change);
        let shift = |input, line| calendar.shift_at(LineRef { input, line, time: None });
        assert_eq!([shift(3, 9), shift(1, 4), shift(1, 5), shift(2, 1)], [0, 0, 7, 7]);
    }
}
