//! The log's wall clock: from when to when it ran, and where it was set.
//!
//! Time that goes back was set. Time that goes forward may have been set or just been quiet; it counts as set where the
//! log is otherwise too busy for such a pause, or where the gap is what the start of daylight saving time makes.

use super::facts::ClockStep;
use crate::model::time::{LocalTime, SECOND};

const MINUTE: i64 = 60 * SECOND;
/// Neighbouring records this far apart are worth a look.
const JUMP: i64 = 15 * MINUTE;
/// More jumps than this are no clock's doing.
const MAX_JUMPS: usize = 1 << 16;
/// A pause of so many times the mean distance of records is none.
const OUT_OF_PLACE: i64 = 100;
/// How far daylight saving time sets clocks: an hour, half an hour on Lord Howe Island.
const DAYLIGHT_SAVING: [i64; 2] = [60 * MINUTE, 30 * MINUTE];
/// How long nothing may have been logged around such a step.
const QUIET: i64 = 2 * MINUTE;
/// Gaps like that which come more often than this are a polling interval.
const MAX_DAYLIGHT_SAVING: usize = 2;

/// The time stamps of a run of neighbouring records, as far as they matter.
#[derive(Clone, Debug, Default)]
pub(super) struct RecordTimes {
    /// The first time stamp and its line.
    first: Option<(LocalTime, u64)>,
    last: Option<LocalTime>,
    /// The time stamps on either side of each jump lie between these.
    extremes: Option<(LocalTime, LocalTime)>,
    jumps: Vec<ClockStep>,
}

impl RecordTimes {
    /// Returns the first time stamp.
    pub(super) fn first(&self) -> Option<LocalTime> {
        self.first.map(|(time, _)| time)
    }

    /// Takes the first time stamp.
    pub(super) fn begin(&mut self, time: LocalTime, line: u64) {
        self.first = Some((time, line));
    }

    /// Takes two neighbouring time stamps, and the line of the second. Neighbours of the same ten minutes may be left out.
    pub(super) fn tick(&mut self, before: LocalTime, after: LocalTime, line: u64) {
        if distance(before, after).abs() < JUMP {
            return;
        }
        for time in [before, after] {
            let (least, most) = self.extremes.unwrap_or((time, time));
            self.extremes = Some((least.min(time), most.max(time)));
        }
        if self.jumps.len() < MAX_JUMPS {
            self.jumps.push(ClockStep { line, before, after });
        }
    }

    /// Takes the last time stamp.
    pub(super) fn end(&mut self, time: LocalTime) {
        self.last = Some(time);
    }

    /// Appends the run that follows, in which lines are counted from here.
    pub(super) fn append(&mut self, next: Self, lines: u64) {
        let Some((time, line)) = next.first else { return };
        match self.last {
            Some(before) => self.tick(before, time, line + lines),
            None => self.first = Some((time, line + lines)),
        }
        if let Some((least, most)) = next.extremes {
            let (known_least, known_most) = self.extremes.unwrap_or((least, most));
            self.extremes = Some((least.min(known_least), most.max(known_most)));
        }
        let room = MAX_JUMPS - self.jumps.len();
        self.jumps.extend(next.jumps.into_iter().take(room).map(|jump| ClockStep { line: jump.line + lines, ..jump }));
        self.last = next.last;
    }

    /// Returns from when to when the log reaches; the clock may have been set in between.
    pub(super) fn span(&self) -> Option<(LocalTime, LocalTime)> {
        let (first, last) = (self.first?.0, self.last?);
        let (least, most) = self.extremes.unwrap_or((first, last));
        Some((first.min(last).min(least), first.max(last).max(most)))
    }

    /// Returns where the clock was set, in a log of so many records.
    pub(super) fn steps(self, records: u64) -> Vec<ClockStep> {
        let span = self.span().map_or(0, |(first, last)| distance(first, last));
        let mean = i64::try_from(records).map_or(0, |records| span / records.max(1));
        let daylight_saving = |step: &&ClockStep| {
            let gap = distance(step.before, step.after);
            DAYLIGHT_SAVING.iter().any(|set| (0..QUIET).contains(&(gap - set)))
        };
        let rare = self.jumps.iter().filter(daylight_saving).count() <= MAX_DAYLIGHT_SAVING;
        let set = |step: &ClockStep| {
            let gap = distance(step.before, step.after);
            gap < 0 || gap > mean.saturating_mul(OUT_OF_PLACE) || rare && daylight_saving(&step)
        };
        self.jumps.into_iter().filter(set).collect()
    }
}

/// Returns the nanoseconds from one reading of the clock to another.
pub(super) fn distance(from: LocalTime, to: LocalTime) -> i64 {
    to.nanos().saturating_sub(from.nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> LocalTime {
        LocalTime::from_nanos(minutes * MINUTE)
    }

    /// Finds the steps among records at these minutes, in a log with so many records in all.
    fn steps(minutes: &[i64], records: u64) -> Vec<(i64, i64)> {
        let mut clock = RecordTimes::default();
        clock.begin(at(minutes[0]), 1);
        for (line, pair) in (2..).zip(minutes.windows(2)) {
            clock.tick(at(pair[0]), at(pair[1]), line);
        }
        clock.end(at(*minutes.last().unwrap()));
        let steps = clock.steps(records).into_iter();
        steps.map(|step| (step.before.nanos() / MINUTE, step.after.nanos() / MINUTE)).collect()
    }

    #[test]
    fn a_clock_that_goes_back_was_set() {
        assert_eq!(steps(&[0, 5, 60, 1, 2], 5), [(60, 1)]);
        assert_eq!(steps(&[10, 0, 1], 3), []);
    }

    #[test]
    fn an_hour_is_set_once_but_paused_often() {
        assert_eq!(steps(&[0, 60, 61], 4), [(0, 60)]);
        assert_eq!(steps(&[0, 60, 120, 180], 4), []);
        assert_eq!(steps(&[0, 240, 480], 60), []);
    }

    #[test]
    fn a_pause_is_a_step_where_the_log_is_never_quiet() {
        assert_eq!(steps(&[0, 200, 223, 400], 1_000_000), [(0, 200), (200, 223), (223, 400)]);
        assert_eq!(steps(&[0, 200, 223, 400], 100), []);
    }

    #[test]
    fn runs_are_joined_as_if_they_were_one() {
        let run = |minutes: [i64; 2]| {
            let mut clock = RecordTimes::default();
            clock.begin(at(minutes[0]), 1);
            clock.end(at(minutes[1]));
            clock
        };
        let mut clock = RecordTimes::default();
        clock.append(RecordTimes::default(), 0);
        clock.append(run([5, 6]), 10);
        clock.append(run([-60, -59]), 20);
        assert_eq!(clock.span(), Some((at(-60), at(6))));
        assert_eq!(clock.steps(4), [ClockStep { line: 21, before: at(6), after: at(-60) }]);
    }
}
