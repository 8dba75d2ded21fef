//! A log beside a capture: which of its requests may take which places, and the clock between the two.

use std::collections::HashMap;

use super::calendar::Calendar;
use super::clock::{self, Estimate, Mark, Pairing, Reach, Spot};
use super::fit::{Fit, fit};
use super::said::Said;
use super::slot::{Slot, Target};
use super::view::View;
use super::wire::HostSource;
use crate::log::LogFacts;
use crate::time::Timestamp;

/// A change of the zone is believed when it makes the log and the capture agree so much better, in thousandths of a
/// natural logarithm of odds.
const CHANGE_GAIN: i64 = 6_000;

/// The requests of one log and the places of one capture.
pub struct Pair<'p, 'a> {
    said: &'p [Said<'a>],
    view: &'p View<'a>,
    /// Indices into `said` of the marks.
    marked: Vec<usize>,
    marks: Vec<Mark>,
    spots: Vec<Spot>,
    by_host: HashMap<&'p str, Vec<usize>>,
    /// Places that may be for any host.
    anyone: Vec<usize>,
}

impl<'p, 'a> Pair<'p, 'a> {
    /// Puts the two beside each other.
    pub fn new(said: &'p [Said<'a>], view: &'p View<'a>) -> Self {
        let mut marked: Vec<usize> =
            (0..said.len()).filter(|index| said.get(*index).is_some_and(|said| said.start.is_some())).collect();
        marked.sort_by_key(|index| said.get(*index).and_then(|said| said.start));
        let marks = marked
            .iter()
            .filter_map(|index| said.get(*index))
            .filter_map(|said| Some(Mark { start: said.start?, result: said.result }))
            .collect();
        let spot = |slot: &Slot<'_>| Spot {
            start: slot.start.nanos(),
            end: slot.end.map(|end| end.nanos()),
            last: slot.last.nanos(),
        };
        let mut by_host: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut anyone = Vec::new();
        for (index, slot) in view.slots.iter().enumerate() {
            let Some(session) = view.session(slot) else { continue };
            for (host, _) in &session.hosts {
                by_host.entry(host).or_default().push(index);
            }
            if session.hosts.is_empty() {
                anyone.push(index);
            }
        }
        for list in by_host.values_mut() {
            list.extend(&anyone);
            list.sort_unstable();
            list.dedup();
        }
        Self { said, view, marked, marks, spots: view.slots.iter().map(spot).collect(), by_host, anyone }
    }

    /// The places that may be this request's by its host, as ascending indices into the capture's slots.
    pub fn places(&self, said: &Said<'_>) -> &[usize] {
        said.host.and_then(|host| self.by_host.get(host)).unwrap_or(&self.anyone)
    }

    /// How a request and a place agree; `None` when the place is someone else's.
    pub fn agree(&self, said: &Said<'_>, place: usize) -> Option<(Fit, HostSource)> {
        agree(self.view, said, place)
    }

    /// The clock between the two.
    pub fn estimate(&self, reach: Reach, zone_given: bool) -> Option<Estimate> {
        clock::estimate(self, reach, zone_given)
    }
}

impl Pairing for Pair<'_, '_> {
    fn marks(&self) -> &[Mark] {
        &self.marks
    }

    fn spots(&self) -> &[Spot] {
        &self.spots
    }

    fn candidates(&self, mark: usize) -> &[usize] {
        let said = self.marked.get(mark).and_then(|index| self.said.get(*index));
        said.map_or(&[], |said| self.places(said))
    }

    fn agreement(&self, mark: usize, spot: usize) -> Option<(Fit, HostSource)> {
        let said = self.marked.get(mark).and_then(|index| self.said.get(*index))?;
        self.agree(said, spot)
    }

    fn end(&self, mark: usize, spot: usize) -> Option<i64> {
        let said = self.marked.get(mark).and_then(|index| self.said.get(*index))?;
        self.view.slots.get(spot)?.end_for(said.kind).map(Timestamp::nanos)
    }
}

/// How a request of a log and a place of a capture agree.
pub fn agree(view: &View<'_>, said: &Said<'_>, place: usize) -> Option<(Fit, HostSource)> {
    let slot = view.slots.get(place)?;
    let session = view.session(slot)?;
    let host = Target::of(session).suits(said.host, said.port, said.proxied, &said.connected_to)?;
    let lookup = session.lookup.and_then(|index| view.lookups.get(index)).map(|lookup| lookup.result);
    let status = slot.request.and_then(|index| session.requests.get(index)).and_then(|request| request.status());
    Some((fit(said.kind, slot, lookup, status), host))
}

/// A log's calendar with the changes of its zone that a capture confirms, and the clock that comes with it.
pub fn with_changes<'a>(
    log: &'a LogFacts,
    view: &View<'a>,
    calendar: &Calendar,
    said: impl Fn(&Calendar) -> Vec<Said<'a>>,
) -> (Calendar, Option<Estimate>) {
    let estimate = |calendar: &Calendar| {
        let said = said(calendar);
        Pair::new(&said, view).estimate(reach(log, view, calendar), calendar.has_zone())
    };
    let mut best = (calendar.clone(), estimate(calendar));
    if calendar.has_zone() {
        return best;
    }
    for change in Calendar::possible_changes(log) {
        let changed = best.0.with(change);
        let found = estimate(&changed);
        let score = |estimate: &Option<Estimate>| estimate.map_or(0, |estimate| estimate.score);
        if score(&found) >= score(&best.1) + CHANGE_GAIN {
            best = (changed, found);
        }
    }
    best
}

/// Where the log and the capture reach.
fn reach(log: &LogFacts, view: &View<'_>, calendar: &Calendar) -> Reach {
    let spans = log.parts.iter().filter_map(|part| {
        let (first, last) = part.span?;
        let at = |line, time| crate::log::LineRef { input: part.input, line, time: Some(time) };
        Some((calendar.unfold(at(0, first))?, calendar.unfold(at(u64::MAX, last))?))
    });
    let span = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    Reach { log: span, capture: view.span.map(|(first, last)| (first.nanos(), last.nanos())) }
}
