//! A report with the clocks that its times are shown by. A moment that a log tells is shown by the clock of the node that wrote
//! that log, any other one by the clock that all logs share; where there is none, it stays in UTC and says so. A time that rests
//! on an assumed zone carries a mark.

mod face;

use std::collections::{BTreeSet, HashMap};

use self::face::{LogClock, MARK, span};
use super::gist::Witness;
use super::overview::Overview;
use super::times::Times;
use crate::model::report::{Attempt, Input, InputRole, OffsetSource, Report};
use crate::model::time::{MILLISECOND, Timestamp};
use crate::model::zone_offset::ZoneOffset;

pub(super) use self::face::Face;

/// A report and the clocks that its times are shown by.
pub(super) struct Clockface<'r> {
    /// The report, and what is known of its attempts.
    pub(super) overview: &'r Overview<'r>,
    /// The report.
    pub(super) report: &'r Report,
    times: Times,
    /// By the index of the input; `None` for what is no log.
    clocks: Vec<Option<LogClock>>,
    /// The input whose clock is that of all logs.
    shared: Option<usize>,
    /// Whether the times in a table are by more than one clock, so that each must say by which.
    mixed: bool,
    one_day: bool,
    /// Who knows of the attempt that a moment belongs to, where that matters.
    owners: HashMap<Timestamp, Witness>,
}

impl<'r> Clockface<'r> {
    /// Shows the times of a report by such a clock.
    pub(super) fn of(overview: &'r Overview<'r>, times: Times) -> Self {
        let report = overview.report;
        let clocks: Vec<_> = (0..report.inputs.len()).map(|input| clock(report, input)).collect();
        let mut logs = clocks.iter().enumerate().filter_map(|(input, clock)| Some((input, clock.as_ref()?)));
        let first = logs.next();
        let shared = first.filter(|(_, first)| {
            logs.all(|(_, other)| {
                (other.zone, &other.changes, other.assumed) == (first.zone, &first.changes, first.assumed)
            })
        });
        let shared = shared.map(|(input, _)| input);
        let (mixed, one_day, owners) = (false, true, HashMap::new());
        let mut made = Self { overview, report, times, clocks, shared, mixed, one_day, owners };
        let plain = times == Times::Utc && !made.clocks.iter().flatten().any(|clock| clock.assumed);
        if !plain {
            let ends = overview
                .gists
                .iter()
                .flat_map(|one| [one.ended_at, one.started_at].into_iter().flatten().map(move |at| (at, one.witness)));
            made.owners = ends.collect();
        }
        if times != Times::Utc {
            let starts = overview.gists.iter().filter_map(|one| Some((one.witness, one.started_at?)));
            let zones = starts.map(|(witness, at)| made.by(witness).zone_of(at));
            made.mixed = zones.collect::<BTreeSet<_>>().len() > 1;
        }
        let starts = overview.gists.iter().filter_map(|one| Some((one.witness, one.started_at?)));
        let mut days = starts.map(|(witness, at)| made.by(witness).date_and_time(at).0);
        made.one_day = days.next().is_none_or(|first| days.all(|day| day == first));
        made
    }

    /// Returns the clock of what happened in an attempt.
    pub(super) fn attempt(&self, attempt: &Attempt) -> Face<'_> {
        self.by(Witness::of(attempt))
    }

    /// Returns the clock of those who know the times of an attempt.
    pub(super) fn by(&self, witness: Witness) -> Face<'_> {
        let log = witness.log.and_then(|input| usize::try_from(input).ok());
        match log.and_then(|input| self.clocks.get(input)?.as_ref()) {
            Some(clock) => {
                let rests = clock.assumed && !witness.capture;
                Face { times: self.times, clock: Some(clock), rests, mixed: self.mixed }
            }
            None => self.shared(),
        }
    }

    /// Returns the clock of the times that an input shows.
    pub(super) fn input(&self, input: usize) -> Face<'_> {
        match self.clocks.get(input).and_then(Option::as_ref) {
            Some(clock) => Face { times: self.times, clock: Some(clock), rests: clock.assumed, mixed: self.mixed },
            None => self.shared(),
        }
    }

    /// Returns the minute that began at a moment which a file of a node tells, by the clock of that node's log: `2023-08-15 16:21`.
    pub(super) fn minute(&self, input: usize, at: Timestamp) -> String {
        let node = self.report.inputs.get(input).and_then(|input| input.node);
        let same = |log: &&Input| node.is_some() && log.node == node;
        let logs = self.clocks.iter().zip(&self.report.inputs);
        let clock =
            logs.filter(|(_, log)| same(log)).find_map(|(clock, _)| clock.as_ref()).filter(|clock| !clock.assumed);
        let face = clock.map(|clock| Face { times: self.times, clock: Some(clock), rests: false, mixed: self.mixed });
        face.unwrap_or_else(|| self.shared()).minute(at)
    }

    /// Returns the clock of a moment at which something begins or ends: that of the attempt which does.
    pub(super) fn at(&self, moment: Timestamp) -> Face<'_> {
        self.owners.get(&moment).map_or_else(|| self.shared(), |witness| self.by(*witness))
    }

    /// Returns the clock of what no log tells. One whose zone is not known can't show it.
    fn shared(&self) -> Face<'_> {
        let clock = self.shared.and_then(|input| self.clocks.get(input)?.as_ref()).filter(|clock| !clock.assumed);
        Face { times: self.times, clock, rests: false, mixed: self.mixed }
    }

    /// Returns whether all attempts began on the same day, so that times alone tell them apart.
    pub(super) const fn on_one_day(&self) -> bool {
        self.one_day
    }

    /// Returns a moment to the second, with its day where there are several.
    pub(super) fn moment(&self, at: Timestamp) -> String {
        let face = self.at(at);
        let (day, time) = face.to_the_second(at);
        let time = if self.one_day { time } else { format!("{day} {time}") };
        if self.times == Times::Both { format!("{time}{}", face.beside(at, true)) } else { time }
    }

    /// Returns from the one moment to the other, in seconds: `2023-08-15 16:25:07 to 16:29:07 UTC`; one moment alone where it is the
    /// same.
    pub(super) fn span(&self, first: Timestamp, last: Timestamp) -> String {
        span((self.at(first), first), (self.at(last), last))
    }

    /// Returns the span that an input covers.
    pub(super) fn input_span(&self, input: usize, first: Timestamp, last: Timestamp) -> String {
        span((self.input(input), first), (self.input(input), last))
    }

    /// Names the clock of the attempts, for a heading: `UTC`, `UTC-06:00, the appliance's clock`.
    pub(super) fn name(&self) -> String {
        let first = self.overview.first_timed().map(|(one, at)| (self.by(one.witness), at));
        let beside = if self.times == Times::Both { "; Z is UTC" } else { "" };
        match first {
            _ if self.times == Times::Utc => "UTC".to_owned(),
            Some(_) if self.mixed => format!("by the clock of each node{beside}"),
            Some((face, at)) if face.clock.is_some_and(|clock| !clock.assumed) => {
                format!("{}, the appliance's clock{beside}", face.zone_name(at))
            }
            Some((face, _)) if face.clock.is_some() => format!("the appliance's clock{beside}"),
            _ => "UTC".to_owned(),
        }
    }

    /// Returns what a reader must know of the times; nothing where all is UTC and sure. `name` names an input.
    pub(super) fn legend(&self, name: impl Fn(usize) -> String) -> Option<String> {
        let logs = || self.clocks.iter().enumerate().filter_map(|(input, clock)| Some((input, clock.as_ref()?)));
        let assumed: Vec<String> = logs().filter(|(_, clock)| clock.assumed).map(|(input, _)| name(input)).collect();
        let mut parts = Vec::new();
        if self.times != Times::Utc {
            parts.push(match logs().next() {
                None => "in UTC: there is no log that shows the appliance's clock".to_owned(),
                Some(_) if self.mixed => {
                    let zones = logs().filter(|(_, clock)| !clock.assumed).map(|(input, clock)| {
                        let at = self.report.inputs.get(input).and_then(|input| input.first_time);
                        let mut zones = format!("{} UTC{}", name(input), at.map_or(clock.zone, |at| clock.zone_at(at)));
                        let later = clock.changes.iter().filter(|(from, _)| at.is_none_or(|at| *from > at));
                        later.for_each(|(_, zone)| zones.push_str(&format!(", later UTC{zone}")));
                        zones
                    });
                    format!("by the clock of each node: {}", zones.collect::<Vec<_>>().join("; "))
                }
                Some((_, clock)) if clock.assumed => "by the appliance's clock, whose zone is not known".to_owned(),
                Some((input, clock)) => {
                    let at = self.report.inputs.get(input).and_then(|input| input.first_time);
                    format!("by the appliance's clock, UTC{}", at.map_or(clock.zone, |at| clock.zone_at(at)))
                }
            });
        }
        let in_utc = self.times != Times::Appliance && !assumed.is_empty();
        if self.times == Times::Both && logs().next().is_some() {
            parts.push("Z marks UTC".to_owned());
        }
        if in_utc {
            let (of, zones) = if assumed.len() == 1 { ("the zone of", "is") } else { ("the zones of", "are") };
            parts.push(format!(
                "{MARK} marks a time that rests on an assumption: {of} {} {zones} not known and taken for UTC; --log-timezone tells it",
                assumed.join(", ")
            ));
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// Moments on the axis of a timeline: how far its clock is ahead of UTC at a moment, in nanoseconds.
    pub(super) fn ahead_at(&self, moment: Timestamp) -> i64 {
        let face = self.shared();
        face.shown().map_or(0, |clock| clock.zone_at(moment).nanos())
    }

    /// Returns the clock of a moment on the axis of a timeline.
    pub(super) fn axis(&self) -> Face<'_> {
        let mut face = self.shared();
        face.mixed = false;
        if face.times == Times::Both {
            face.times = Times::Appliance;
        }
        face
    }
}

/// Returns the clock of a log.
fn clock(report: &Report, input: usize) -> Option<LogClock> {
    let found = report.inputs.get(input).filter(|input| input.kind.role() == InputRole::Log)?;
    let pair = report.clocks.iter().chain(&report.clock).find(|clock| clock.log_inputs.contains(&input));
    let stated = found.utc_offset.as_deref().zip(found.utc_offset_source);
    let (zone, source) =
        stated.or_else(|| pair.map(|pair| (pair.log_utc_offset.as_str(), pair.log_utc_offset_source)))?;
    let changes = if stated.is_some() { &found.zone_changes } else { &pair?.zone_changes };
    let changes =
        changes.iter().filter_map(|change| Some((change.from, ZoneOffset::read(&change.log_utc_offset)?))).collect();
    let skew = pair.and_then(|pair| pair.log_minus_capture_ms).map_or(0, |ms| (ms * MILLISECOND as f64) as i64);
    Some(LogClock { zone: ZoneOffset::read(zone)?, changes, skew, assumed: source == OffsetSource::Assumed })
}

#[cfg(test)]
mod tests;
