//! The times of frames against their order. Several queues or interfaces put frames into a file some microseconds out of
//! order; a clock that was set back puts them seconds or hours out of it.

use crate::model::time::Timestamp;

/// How the times of frames agree with their order in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeOrder {
    /// Frames that are stamped earlier than the frame before them.
    pub backwards: u64,
    /// The farthest that a frame is stamped before one that precedes it, in nanoseconds.
    pub farthest: i64,
}

/// The times of a run of frames, so that runs which follow each other can be put together.
#[derive(Clone, Copy, Debug)]
struct ClockRun {
    first: i64,
    last: i64,
    earliest: i64,
    latest: i64,
    order: TimeOrder,
}

impl ClockRun {
    fn new(time: i64) -> Self {
        Self { first: time, last: time, earliest: time, latest: time, order: TimeOrder::default() }
    }

    #[inline]
    fn note(&mut self, time: i64) {
        if time < self.last {
            self.order.backwards += 1;
            self.order.farthest = self.order.farthest.max(self.latest - time);
            self.earliest = self.earliest.min(time);
        } else {
            self.latest = self.latest.max(time);
        }
        self.last = time;
    }

    /// Takes the run that follows.
    fn add(&mut self, next: &Self) {
        self.order.backwards += next.order.backwards + u64::from(next.first < self.last);
        self.order.farthest = self.order.farthest.max(next.order.farthest).max(self.latest - next.earliest);
        self.earliest = self.earliest.min(next.earliest);
        self.latest = self.latest.max(next.latest);
        self.last = next.last;
    }
}

/// The times of all frames so far; `None` before the first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FrameTimes(Option<ClockRun>);

impl FrameTimes {
    /// Takes the time of the next frame. Simple Packet Blocks have none, which reads as 0.
    #[inline]
    pub(super) fn note(&mut self, time: Timestamp) {
        let time = time.nanos();
        if time == 0 {
            return;
        }
        match &mut self.0 {
            Some(run) => run.note(time),
            none => *none = Some(ClockRun::new(time)),
        }
    }

    /// Takes the frames that follow.
    pub(super) fn add(&mut self, next: &Self) {
        match (&mut self.0, next.0) {
            (Some(run), Some(next)) => run.add(&next),
            (none @ None, next) => *none = next,
            (Some(_), None) => {}
        }
    }

    /// Returns the times of the earliest and the latest frame.
    pub(super) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.0.map(|run| (Timestamp::from_nanos(run.earliest), Timestamp::from_nanos(run.latest)))
    }

    pub(super) fn order(&self) -> TimeOrder {
        self.0.map(|run| run.order).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(times: &[i64]) -> FrameTimes {
        let mut clock = FrameTimes::default();
        times.iter().for_each(|time| clock.note(Timestamp::from_nanos(*time)));
        clock
    }

    #[test]
    fn a_clock_that_is_set_back_is_told_wherever_the_frames_are_parted() {
        let times = [10, 12, 11, 0, 20, 3, 30, 29, 31];
        let whole = clock(&times);
        assert_eq!(whole.order(), TimeOrder { backwards: 3, farthest: 17 });
        assert_eq!(whole.span(), Some((Timestamp::from_nanos(3), Timestamp::from_nanos(31))));
        for parted in 0..times.len() {
            let (before, behind) = times.split_at(parted);
            let mut put = clock(before);
            put.add(&clock(behind));
            assert_eq!((put.order(), put.span()), (whole.order(), whole.span()), "parted at {parted}");
        }
    }
}
