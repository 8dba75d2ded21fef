//! A log beside a capture: which of its requests may take which places, and the clock between the two.

use std::collections::HashMap;

use crate::correlate::capture_view::CaptureView;
use crate::correlate::clock::{self, Calendar, Estimate, Pairing, Reach};
use crate::correlate::compatibility::{Compatibility, compatibility};
use crate::correlate::interval::{LogInterval, WireInterval};
use crate::correlate::log_request::LogRequest;
use crate::correlate::wire_request::suits;
use crate::evidence::wire::HostSource;
use crate::log::LogFacts;
use crate::model::time::Timestamp;

/// A change of the zone is believed when it makes the log and the capture agree so much better, in thousandths of a
/// natural logarithm of odds.
const CHANGE_GAIN: i64 = 6_000;

/// The requests of one log and the places of one capture.
pub struct Pair<'p, 'a> {
    said: &'p [LogRequest<'a>],
    view: &'p CaptureView<'a>,
    /// Indices into `said` of the marks.
    marked: Vec<usize>,
    marks: Vec<LogInterval>,
    /// For each mark the list of its places.
    lists_of_marks: Vec<usize>,
    /// Which list a host has.
    by_host: HashMap<&'p str, usize>,
    /// Lists of places; the first has those that may be for any host.
    lists: Vec<Vec<usize>>,
}

/// The list of the places that may be for any host.
const ANYONE: usize = 0;

impl<'p, 'a> Pair<'p, 'a> {
    /// Puts the two beside each other.
    pub fn new(said: &'p [LogRequest<'a>], view: &'p CaptureView<'a>) -> Self {
        let mut marked: Vec<usize> =
            (0..said.len()).filter(|index| said.get(*index).is_some_and(|said| said.start.is_some())).collect();
        marked.sort_by_key(|index| said.get(*index).and_then(|said| said.start));
        let marks = marked
            .iter()
            .filter_map(|index| said.get(*index))
            .filter_map(|said| Some(LogInterval { start: said.start?, result: said.result }))
            .collect();
        let mut by_host: HashMap<&str, usize> = HashMap::new();
        let mut lists = vec![Vec::new()];
        for (index, slot) in view.slots.iter().enumerate() {
            let Some(session) = view.session(slot) else { continue };
            for (host, _) in &session.hosts {
                let list = *by_host.entry(host).or_insert(lists.len());
                if list == lists.len() {
                    lists.push(Vec::new());
                }
                lists.get_mut(list).into_iter().for_each(|list| list.push(index));
            }
            if session.hosts.is_empty() {
                lists.get_mut(ANYONE).into_iter().for_each(|list| list.push(index));
            }
        }
        if let Some((anyone, of_hosts)) = lists.split_first_mut() {
            for list in of_hosts {
                list.extend(&*anyone);
                list.sort_unstable();
                list.dedup();
            }
        }
        let mut pair = Self { said, view, marked, marks, lists_of_marks: Vec::new(), by_host, lists };
        pair.lists_of_marks =
            pair.marked.iter().map(|index| said.get(*index).map_or(ANYONE, |said| pair.list(said))).collect();
        pair
    }

    /// Returns the list of the places that may be a request's.
    fn list(&self, said: &LogRequest<'_>) -> usize {
        said.host.and_then(|host| self.by_host.get(host)).copied().unwrap_or(ANYONE)
    }

    /// Returns the places that may be this request's by its host, as ascending indices into the capture's slots.
    pub fn places(&self, said: &LogRequest<'_>) -> &[usize] {
        self.lists.get(self.list(said)).map_or(&[], Vec::as_slice)
    }

    /// Returns how a request and a place agree; `None` when the place is someone else's.
    pub fn agree(&self, said: &LogRequest<'_>, place: usize) -> Option<(Compatibility, HostSource)> {
        let slot = self.view.slots.get(place)?;
        let session = self.view.session(slot)?;
        let host = suits(session, said.host, said.port, said.proxied, &said.connected_to)?;
        Some((compatibility(&said.claim, &slot.claim), host))
    }

    /// Returns the request behind a mark.
    fn said_at(&self, mark: usize) -> Option<&'p LogRequest<'a>> {
        self.said.get(*self.marked.get(mark)?)
    }

    /// Returns how many of a few requests have packets at the likeliest clock.
    pub fn promise(&self, zone_given: bool) -> u64 {
        clock::promise(self, zone_given)
    }

    /// Returns the clock between the two.
    pub fn estimate(&self, reach: Reach, zone_given: bool) -> Option<Estimate> {
        clock::estimate(self, reach, zone_given)
    }
}

impl Pairing for Pair<'_, '_> {
    fn marks(&self) -> &[LogInterval] {
        &self.marks
    }

    fn start_of(&self, place: usize) -> Option<Timestamp> {
        Some(self.view.slots.get(place)?.start)
    }

    fn places_within(&self, first: Timestamp, last: Timestamp) -> usize {
        let before = self.view.slots.partition_point(|slot| slot.start < first);
        self.view.slots.partition_point(|slot| slot.start <= last).saturating_sub(before)
    }

    fn candidates(&self, mark: usize) -> &[usize] {
        let list = self.lists_of_marks.get(mark).and_then(|list| self.lists.get(*list));
        list.map_or(&[], Vec::as_slice)
    }

    fn agreement(&self, mark: usize, place: usize) -> Option<(Compatibility, HostSource)> {
        self.agree(self.said_at(mark)?, place)
    }

    fn spot(&self, mark: usize, place: usize) -> Option<WireInterval> {
        Some(self.view.slots.get(place)?.spot_for(&self.said_at(mark)?.claim))
    }
}

/// Returns the clock between a log, whose requests by this calendar are given, and a capture.
pub fn estimate<'a>(
    log: &LogFacts,
    view: &CaptureView<'a>,
    calendar: &Calendar,
    said: &[LogRequest<'a>],
) -> Option<Estimate> {
    Pair::new(said, view).estimate(reach(log, view, calendar), calendar.has_zone())
}

/// Returns a log's calendar with the changes of its zone that a capture confirms: its `estimate` by a calendar is the better for them. The
/// first capture that confirms any settles them for the log.
pub fn with_changes(
    log: &LogFacts,
    calendar: Calendar,
    score: i64,
    estimate: impl Fn(&Calendar) -> Option<Estimate>,
) -> Calendar {
    if calendar.has_zone() || !calendar.changes().is_empty() {
        return calendar;
    }
    let mut best = (calendar, score);
    for change in Calendar::possible_changes(log) {
        let changed = best.0.with(change);
        let score = estimate(&changed).map_or(0, |estimate| estimate.score);
        if score >= best.1 + CHANGE_GAIN {
            best = (changed, score);
        }
    }
    best.0
}

/// Returns where the log and the capture reach.
pub(super) fn reach(log: &LogFacts, view: &CaptureView<'_>, calendar: &Calendar) -> Reach {
    let span = calendar.span(&log.parts);
    Reach { log: span, capture: view.span }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::clock::ClockOffset;
    use crate::correlate::made_up::{SERVER, flow, place, said, session, time, view};
    use crate::log::{ClockStep, LogPartFacts};
    use crate::model::report::Confidence;
    use crate::model::time::{LocalTime, SECOND};
    use crate::model::wall_clock::WallClock;

    #[test]
    fn places_within_a_time_are_counted_with_both_its_ends() {
        let view = view(Vec::new(), (0..5).map(|number| place(0, None, number * 1000)).collect());
        let within = |first, last| Pair::new(&[], &view).places_within(time(first), time(last));
        assert_eq!([within(1000, 3000), within(1001, 2999), within(5000, 9000)], [3, 1, 0]);
    }

    #[test]
    fn a_capture_promises_what_its_places_have_in_common_with_the_requests() {
        let connection = flow(SERVER);
        let sessions = vec![session(Some(HostSource::Named), vec![&connection])];
        let view = view(sessions, vec![place(0, None, 0), place(0, None, 9000)]);
        let requests = [said(0, Some(3000)), said(1, Some(12_000))];
        assert_eq!(Pair::new(&requests, &view).promise(false), 2);
    }

    #[test]
    fn a_change_of_the_zone_is_believed_for_what_it_gains_and_once_for_all_captures() {
        let local = |seconds: i64| LocalTime::from_nanos(seconds * SECOND);
        let steps = vec![ClockStep { line: 10, before: local(9000), after: local(5400) }];
        let log = LogFacts { parts: vec![LogPartFacts { steps, ..LogPartFacts::default() }], ..LogFacts::default() };
        let scored =
            |score| Estimate { offset: ClockOffset::default(), matched: 1, score, confidence: Confidence::Low };
        let free = Calendar::new(&log, None);
        let changes = |calendar: &Calendar, score| {
            with_changes(&log, calendar.clone(), 1000, |_| Some(scored(score))).changes().len()
        };
        assert_eq!([changes(&free, 1000), changes(&free, 6999), changes(&free, 7000)], [0, 0, 1]);
        let settled = free.with(Calendar::possible_changes(&log)[0]);
        assert_eq!(changes(&settled, 100_000), 1);
        let given = Calendar::new(&log, Some(WallClock::Zone(jiff::tz::TimeZone::UTC)));
        assert_eq!(changes(&given, 100_000), 0);
    }
}
