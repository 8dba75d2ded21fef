//! The clock of a moment: how it shows it, and what stands beside it.

use crate::model::time::{MILLISECOND, Timestamp};
use crate::model::zone_offset::ZoneOffset;
use crate::render::times::Times;
use crate::render::view::{date_and_time, seconds};

/// Stands behind a time that rests on an assumed zone.
pub(super) const MARK: &str = "?";

/// How a log's clock stands to UTC.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LogClock {
    pub(super) zone: ZoneOffset,
    pub(super) changes: Vec<(Timestamp, ZoneOffset)>,
    /// What it is off by, besides its zone, in nanoseconds.
    pub(super) skew: i64,
    pub(super) assumed: bool,
}

impl LogClock {
    pub(super) fn zone_at(&self, at: Timestamp) -> ZoneOffset {
        self.changes.iter().rfind(|(from, _)| *from <= at).map_or(self.zone, |(_, zone)| *zone)
    }

    /// Returns what the clock showed, to the millisecond as logs do.
    fn reading(&self, at: Timestamp) -> Timestamp {
        let nanos = at.plus_nanos(self.skew).plus_nanos(self.zone_at(at).nanos()).nanos();
        Timestamp::from_nanos(nanos.saturating_add(MILLISECOND / 2).div_euclid(MILLISECOND) * MILLISECOND)
    }
}

/// The clock of a moment.
#[derive(Clone, Copy)]
pub(in crate::render) struct Face<'c> {
    pub(super) times: Times,
    pub(super) clock: Option<&'c LogClock>,
    /// Whether the moment is known by the log's clock alone.
    pub(super) rests: bool,
    pub(super) mixed: bool,
}

impl<'c> Face<'c> {
    /// Returns the clock that is shown; `None` is UTC.
    pub(super) fn shown(&self) -> Option<&'c LogClock> {
        self.clock.filter(|_| self.times != Times::Utc)
    }

    pub(super) fn zone_of(&self, at: Timestamp) -> Option<ZoneOffset> {
        self.shown().map(|clock| clock.zone_at(at))
    }

    /// Returns `UTC`, `UTC-06:00`, or `appliance time` where the zone is not known.
    pub(in crate::render) fn zone_name(&self, at: Timestamp) -> String {
        match self.shown() {
            None => "UTC".to_owned(),
            Some(clock) if clock.assumed => "appliance time".to_owned(),
            Some(clock) => format!("UTC{}", clock.zone_at(at)),
        }
    }

    /// Returns day, and time of day to the millisecond, with a mark where it rests on an assumed zone.
    pub(in crate::render) fn date_and_time(&self, at: Timestamp) -> (String, String) {
        let (day, time) = self.bare(at);
        (day, format!("{time}{}", self.behind(at)))
    }

    /// Returns the same to the second.
    pub(in crate::render) fn to_the_second(self, at: Timestamp) -> (String, String) {
        let (day, time) = self.bare(at);
        (day, format!("{}{}", seconds(&time), self.behind(at)))
    }

    /// Makes the clock of a moment that names its zone itself.
    const fn alone(self) -> Self {
        Self { mixed: false, ..self }
    }

    /// Makes the same moment in UTC.
    const fn in_utc(self) -> Self {
        Self { times: Times::Utc, ..self }
    }

    fn bare(&self, at: Timestamp) -> (String, String) {
        date_and_time(self.shown().map_or(at, |clock| clock.reading(at)))
    }

    /// Returns what stands behind a time: the mark, and by which clock it is where a table has several.
    fn behind(&self, at: Timestamp) -> String {
        match self.shown() {
            None if self.rests => MARK.to_owned(),
            None if self.mixed => "Z".to_owned(),
            Some(clock) if self.mixed && !clock.assumed => clock.zone_at(at).to_string(),
            _ => String::new(),
        }
    }

    /// Returns the same moment in UTC, where both are asked for and it is not what is shown already: day where it is another one, and
    /// time.
    pub(in crate::render) fn utc_beside(&self, at: Timestamp) -> Option<(Option<String>, String)> {
        self.shown().filter(|_| self.times == Times::Both)?;
        let (day, time) = date_and_time(at);
        let mark = if self.rests { MARK } else { "" };
        Some(((day != self.bare(at).0).then_some(day), format!("{time}{mark}Z")))
    }

    /// Returns that in brackets.
    pub(super) fn beside(&self, at: Timestamp, to_the_second: bool) -> String {
        let Some((day, time)) = self.utc_beside(at) else { return String::new() };
        let mark = if self.rests { MARK } else { "" };
        let time = if to_the_second { format!("{}{mark}Z", seconds(&time)) } else { time };
        format!(" ({}{time})", day.map(|day| format!("{day} ")).unwrap_or_default())
    }

    /// Returns time of day to the millisecond, with UTC in brackets where both are asked for.
    pub(in crate::render) fn time(&self, at: Timestamp) -> String {
        format!("{}{}", self.date_and_time(at).1, self.beside(at, false))
    }

    /// Returns the minute that began at a moment which the node's own records tell, so that what its clock is off by is not in
    /// it: `2023-08-15 16:21`, with UTC in brackets where both are asked for.
    pub(super) fn minute(&self, at: Timestamp) -> String {
        let minute = |at: Timestamp| {
            let (day, time) = date_and_time(at);
            let time = seconds(&time);
            (day, time.strip_suffix(":00").unwrap_or(time).to_owned())
        };
        let (day, time) = minute(at.plus_nanos(self.zone_of(at).map_or(0, ZoneOffset::nanos)));
        let mut text = format!("{day} {time}{}", self.behind(at));
        if self.times == Times::Both && self.shown().is_some() {
            let (utc_day, utc) = minute(at);
            let utc_day = if utc_day == day { String::new() } else { format!("{utc_day} ") };
            text.push_str(&format!(" ({utc_day}{utc}Z)"));
        }
        text
    }

    /// Returns `2023-08-15 16:21:07.123`, with UTC in brackets where both are asked for.
    pub(in crate::render) fn readable(&self, at: Timestamp) -> String {
        let (day, time) = self.date_and_time(at);
        format!("{day} {time}{}", self.beside(at, false))
    }

    /// Returns from the one moment to the other: `2023-08-15 16:25:07 to 16:29:07 UTC`.
    pub(in crate::render) fn span(self, first: Timestamp, last: Timestamp) -> String {
        span((self, first), (self, last))
    }

    /// Returns `2023-08-15 16:21:07.123 UTC`, with UTC in brackets where both are asked for.
    pub(in crate::render) fn with_zone(&self, at: Timestamp) -> String {
        let alone = self.alone();
        let (day, time) = alone.date_and_time(at);
        format!("{day} {time} {}{}", alone.zone_name(at), alone.beside(at, false))
    }
}

/// Returns from the one to the other by a clock each.
pub(super) fn span((from, first): (Face<'_>, Timestamp), (to, last): (Face<'_>, Timestamp)) -> String {
    let (from, to) = (from.alone(), to.alone());
    let text = between((from, first), (to, last));
    if from.utc_beside(first).is_none() {
        return text;
    }
    // As in tables, Z marks what is UTC; what is on one day both ways need not name it twice.
    let other = between((from.in_utc(), first), (to.in_utc(), last)).replace(" UTC", "Z");
    let day = from.bare(first).0;
    let other = other.strip_prefix(&format!("{day} ")).unwrap_or(&other);
    format!("{text} ({other})")
}

fn between((from, first): (Face<'_>, Timestamp), (to, last): (Face<'_>, Timestamp)) -> String {
    let ((day, time), (last_day, last_time)) = (from.to_the_second(first), to.to_the_second(last));
    let (zone, last_zone) = (from.zone_name(first), to.zone_name(last));
    if first == last {
        return format!("{day} {time} {zone}");
    }
    let zone = if zone == last_zone { String::new() } else { format!(" {zone}") };
    let last = if day == last_day { last_time } else { format!("{last_day} {last_time}") };
    format!("{day} {time}{zone} to {last} {last_zone}")
}
