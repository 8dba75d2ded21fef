//! When each outcome happened, over what the log and the capture cover: a row for each outcome, a mark for the attempts of
//! each slice of time.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::parts::tone;
use crate::model::outcome::OutcomeName;
use crate::model::report::{Input, InputRole, Report};
use crate::model::time::{SECOND, Timestamp};
use crate::render::clockface::{Clockface, Face};
use crate::render::overview::Overview;
use crate::render::view::counted;

/// Where the axis begins: right of the names.
const LEFT: f64 = 190.0;
const RIGHT: f64 = 980.0;
const ROW: usize = 26;
const TOP: usize = 12;
/// Slices of time that a row tells apart.
const SLICES: i64 = 240;
/// Labels of the axis at most.
const TICKS: i64 = 6;
/// Gaps in what is covered that are shorter than this part of the axis are too narrow to be seen.
const NARROWEST: i64 = 800;
/// Distances between labels that are easy to read, in seconds.
const STEPS: [i64; 17] =
    [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800, 2_592_000];

/// Time from left to right.
struct Axis {
    first: i64,
    last: i64,
}

impl Axis {
    fn of(overview: &Overview<'_>) -> Option<Self> {
        let attempts = overview.gists.iter().flat_map(|attempt| [attempt.started_at, attempt.ended_at]);
        let inputs = overview.report.inputs.iter().flat_map(|input| [input.first_time, input.last_time]);
        let times = || attempts.clone().chain(inputs.clone()).flatten().map(Timestamp::nanos);
        let (first, last) = (times().min()?, times().max()?);
        // A single moment is given a second, so that it lies on the axis.
        Some(Self { first, last: last.max(first.saturating_add(SECOND)) })
    }

    /// Returns the part of the axis that lies before a time, between 0 and 1.
    fn part(&self, time: i64) -> f64 {
        let length = self.last.saturating_sub(self.first).max(1);
        (time.saturating_sub(self.first) as f64 / length as f64).clamp(0.0, 1.0)
    }

    fn x(&self, time: i64) -> String {
        shown(LEFT + self.part(time) * (RIGHT - LEFT))
    }

    fn slice(&self, time: i64) -> i64 {
        ((self.part(time) * SLICES as f64) as i64).min(SLICES - 1)
    }

    /// Returns round times for labels, by a clock that is so far ahead of UTC.
    fn ticks(&self, ahead: i64) -> Vec<i64> {
        let seconds = self.last.saturating_sub(self.first) / SECOND;
        let step = STEPS.into_iter().find(|step| seconds / step <= TICKS).unwrap_or_else(|| (seconds / TICKS).max(1));
        let first = self.first.saturating_add(ahead).div_euclid(SECOND * step).saturating_add(1);
        let first = first.saturating_mul(SECOND * step).saturating_sub(ahead);
        std::iter::successors(Some(first), |tick| tick.checked_add(SECOND * step))
            .take_while(|tick| *tick <= self.last)
            .take(TICKS as usize + 1)
            .collect()
    }
}

/// The attempts of one outcome in one slice of time.
struct TimelineMark {
    count: usize,
    id: usize,
    time: Timestamp,
}

/// Returns the section; without times there is nothing to draw.
pub(super) fn section(clocks: &Clockface<'_>) -> Markup {
    let gists = &clocks.overview.gists;
    let untimed = gists.iter().filter(|attempt| attempt.started_at.is_none()).count();
    html! {
        section #timeline aria-labelledby="timeline-title" {
            h2 #timeline-title { "Timeline" }
            @match Axis::of(clocks.overview) {
                Some(axis) => (figure(clocks, &axis)),
                None => p { "Nothing in what was given has a time." },
            }
            @if untimed > 0 && untimed < gists.len() {
                p { (counted(untimed, "attempt")) " without a time not shown." }
            }
        }
    }
}

fn figure(clocks: &Clockface<'_>, axis: &Axis) -> Markup {
    let (report, face) = (clocks.report, clocks.axis());
    let mut rows: BTreeMap<OutcomeName, BTreeMap<i64, TimelineMark>> = BTreeMap::new();
    for attempt in &clocks.overview.gists {
        let Some(time) = attempt.started_at else { continue };
        let row = rows.entry(attempt.outcome.name()).or_default();
        let mark = row.entry(axis.slice(time.nanos())).or_insert(TimelineMark { count: 0, id: attempt.id, time });
        mark.count += 1;
    }
    let bands: Vec<_> = [("log", InputRole::Log), ("capture", InputRole::Capture)]
        .into_iter()
        .map(|(name, role)| (name, bands(report, axis, |input| input.kind.role() == role)))
        .filter(|(_, bands)| !bands.is_empty())
        .collect();
    let y = |row: usize| TOP + row * ROW + ROW / 2;
    let bottom = TOP + (bands.len() + rows.len()) * ROW;
    let (first, last) = (Timestamp::from_nanos(axis.first), Timestamp::from_nanos(axis.last));
    let title = format!(
        "Attempts by outcome from {}, over what the inputs cover. The list of attempts says the same in text.",
        face.span(first, last)
    );
    html! {
        figure {
            div.scroll role="region" tabindex="0" aria-label="Timeline" {
                svg.timeline viewBox={ "0 0 1000 " (bottom + 34) } role="img" aria-label=(title) {
                    @for tick in axis.ticks(clocks.ahead_at(first)) {
                        line.grid x1=(axis.x(tick)) x2=(axis.x(tick)) y1=(TOP) y2=(bottom) {}
                        text class=(anchor(axis, tick)) x=(axis.x(tick)) y=(bottom + 16) { (label(face, axis, tick)) }
                    }
                    @for (index, (name, bands)) in bands.iter().enumerate() {
                        text.row x=(LEFT - 12.0) y=(y(index) + 4) { (name) }
                        @for (from, to) in bands {
                            rect class={ "band " (name) } x=(axis.x(*from)) y=(y(index) - 6) height="12"
                                width=(shown(((axis.part(*to) - axis.part(*from)) * (RIGHT - LEFT)).max(2.0))) {
                                title { (name) " from " (face.readable(Timestamp::from_nanos(*from))) " to "
                                    (face.readable(Timestamp::from_nanos(*to))) }
                            }
                        }
                    }
                    @for (index, (outcome, marks)) in rows.iter().enumerate() {
                        @let y = y(bands.len() + index);
                        text.row x=(LEFT - 12.0) y=(y + 4) { (outcome.as_str()) }
                        line.grid x1=(LEFT) x2=(RIGHT) y1=(y) y2=(y) {}
                        @for mark in marks.values() {
                            a href={ "#attempt-" (mark.id) } tabindex="-1" {
                                circle class=(tone(*outcome)) cx=(axis.x(mark.time.nanos())) cy=(y) r=(radius(mark.count)) {
                                    title { (said(clocks, *outcome, mark)) }
                                }
                            }
                        }
                    }
                    line.axis x1=(LEFT) x2=(RIGHT) y1=(bottom) y2=(bottom) {}
                }
            }
            figcaption {
                "A mark is an attempt, a larger one several close to each other; it leads to the first of them. Bands show "
                "what the log and the capture cover."
            }
        }
    }
}

/// Anchors a label near the right end to the left of its tick, so that it is whole.
fn anchor(axis: &Axis, tick: i64) -> &'static str {
    if axis.part(tick) > 0.94 { "tick last" } else { "tick" }
}

fn said(clocks: &Clockface<'_>, outcome: OutcomeName, mark: &TimelineMark) -> String {
    let first = format!("#{} at {}", mark.id, clocks.at(mark.time).readable(mark.time));
    match mark.count {
        1 => format!("{outcome}: {first}"),
        count => format!("{outcome}: {count} attempts from {first}"),
    }
}

/// Returns what the inputs of a kind cover, overlaps joined.
fn bands(report: &Report, axis: &Axis, wanted: impl Fn(&Input) -> bool) -> Vec<(i64, i64)> {
    let mut spans: Vec<_> = report
        .inputs
        .iter()
        .filter(|input| wanted(input))
        .filter_map(|input| Some((input.first_time?.nanos(), input.last_time?.nanos())))
        .collect();
    spans.sort_unstable();
    let narrowest = axis.last.saturating_sub(axis.first) / NARROWEST;
    let mut bands: Vec<(i64, i64)> = Vec::new();
    for (from, to) in spans {
        match bands.last_mut() {
            Some((_, end)) if from <= end.saturating_add(narrowest) => *end = (*end).max(to),
            _ => bands.push((from, to)),
        }
    }
    bands
}

/// Returns the time of day, and the day where there are several or it is midnight.
fn label(face: Face<'_>, axis: &Axis, tick: i64) -> String {
    let day = |nanos: i64| face.date_and_time(Timestamp::from_nanos(nanos)).0;
    let (date, time) = face.to_the_second(Timestamp::from_nanos(tick));
    if day(axis.first) == day(axis.last) {
        return time;
    }
    // The year is said elsewhere.
    let date = date.split_once('-').map_or(date.as_str(), |(_, rest)| rest);
    if time == "00:00:00" { date.to_owned() } else { format!("{date} {}", time.get(..5).unwrap_or(&time)) }
}

fn radius(count: usize) -> String {
    shown(5.0 + (count as f64).log2().min(6.0))
}

fn shown(number: f64) -> String {
    format!("{number:.1}")
}
