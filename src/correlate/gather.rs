//! The join itself, step by step.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::attempt::{JoinedAttempt, JoinedTry, PairClock, Reading, WireTry};
use super::calendar::{Calendar, offset_of};
use super::clock::{self, Estimate, Mark, Spot};
use super::known::Known;
use super::leftover;
use super::matching::{Offsets, Place, matching};
use super::pair::with_changes;
use super::said::{self, Said, SaidKind};
use super::view::View;
use super::wire::{Ending, Lookup, LookupResult};
use crate::capture::{CaptureFacts, TcpFlow};
use crate::log::{CauseKind, LineRef, LogFacts};
use crate::options::LogZone;
use crate::report::{Confidence, OffsetSource};
use crate::time::{MILLISECOND, SECOND, Timestamp};

/// Java remembers for ten seconds that a name does not resolve, and fails without asking again.
const NEGATIVE_CACHE: i64 = 10 * SECOND;
/// What lies so far outside of a request's records may still be its own.
const MARGIN: i64 = 50 * MILLISECOND;

/// Attempts and clocks.
#[derive(Clone, Debug)]
pub struct Joined<'a> {
    /// The attempts, in order of time.
    pub attempts: Vec<JoinedAttempt<'a>>,
    /// One for each pair of log and capture that share attempts, the pair with the most first.
    pub clocks: Vec<PairClock>,
    /// How to read each log's clock, for times outside of attempts.
    pub readings: Vec<Reading>,
    /// The zone of each log was neither given nor found out.
    pub assumed: Vec<bool>,
}

/// Joins logs and captures.
pub fn join<'a>(
    logs: &'a [LogFacts],
    captures: &'a [CaptureFacts],
    known: &Known,
    zone: Option<&LogZone>,
) -> Joined<'a> {
    let views: Vec<View<'a>> =
        captures.iter().enumerate().map(|(index, facts)| View::new(index, facts, known)).collect();
    let tables: Vec<LogTable<'a>> =
        logs.iter().enumerate().map(|(index, log)| LogTable::new(index, log, &views, zone)).collect();
    let said: Vec<Vec<Said<'a>>> = tables.iter().map(|table| table.said.clone()).collect();
    let mut offsets: Offsets = tables.iter().map(|table| table.offsets()).collect();
    let seats = matching(&said, &views, &offsets);
    for (log, row) in offsets.iter_mut().enumerate() {
        for (capture, offset) in row.iter_mut().enumerate() {
            let pairs = matched_pairs(said.get(log), seats.get(log), views.get(capture), capture);
            *offset = clock::settle(&pairs).or(*offset);
        }
    }
    let joiner = Joiner { logs, views: &views, said: &said, seats: &seats, offsets: &offsets, tables: &tables };
    joiner.join(known)
}

/// A log with its requests and what it has in common with each capture.
struct LogTable<'a> {
    calendar: Calendar,
    said: Vec<Said<'a>>,
    estimates: Vec<Option<Estimate>>,
}

impl<'a> LogTable<'a> {
    fn new(index: usize, log: &'a LogFacts, views: &[View<'a>], zone: Option<&LogZone>) -> Self {
        let requests = |calendar: &Calendar| said::requests(index, log, calendar);
        let mut calendar = Calendar::new(log, zone.map(|zone| zone.0.clone()));
        let mut estimates = Vec::new();
        for view in views {
            // The first capture that shows changes of the zone settles them for the log.
            let found = if calendar.changes().is_empty() {
                let (changed, found) = with_changes(log, view, &calendar, requests);
                calendar = changed;
                found
            } else {
                with_changes(log, view, &calendar, requests).1
            };
            estimates.push(found);
        }
        Self { said: requests(&calendar), calendar, estimates }
    }

    fn offsets(&self) -> Vec<Option<i64>> {
        self.estimates.iter().map(|estimate| estimate.map(|estimate| estimate.offset)).collect()
    }
}

/// Requests and places that found each other, for the clock's last settling.
fn matched_pairs(
    said: Option<&Vec<Said<'_>>>,
    seats: Option<&Vec<Option<Place>>>,
    view: Option<&View<'_>>,
    capture: usize,
) -> Vec<(Mark, Spot)> {
    let (Some(said), Some(seats), Some(view)) = (said, seats, view) else { return Vec::new() };
    said.iter()
        .zip(seats)
        .filter_map(|(said, seat)| {
            let (_, slot) = seat.filter(|(of, _)| *of == capture)?;
            let slot = view.slots.get(slot)?;
            let mark = Mark { start: said.start?, result: said.result };
            Some((
                mark,
                Spot {
                    start: slot.start.nanos(),
                    end: slot.end_for(said.kind).map(Timestamp::nanos),
                    last: slot.last.nanos(),
                },
            ))
        })
        .collect()
}

struct Joiner<'j, 'a> {
    logs: &'a [LogFacts],
    views: &'j [View<'a>],
    said: &'j [Vec<Said<'a>>],
    seats: &'j [Vec<Option<Place>>],
    offsets: &'j Offsets,
    tables: &'j [LogTable<'a>],
}

impl<'a> Joiner<'_, 'a> {
    fn join(&self, known: &Known) -> Joined<'a> {
        let clocks = self.clocks();
        let readings: Vec<Reading> = (0..self.logs.len()).map(|log| self.reading(log, &clocks)).collect();
        let mut taken: BTreeSet<Place> = self.seats.iter().flatten().flatten().copied().collect();
        let mut nodes: Vec<BTreeSet<IpAddr>> = vec![BTreeSet::new(); self.views.len()];
        for &(capture, slot) in &taken {
            let Some(view) = self.views.get(capture) else { continue };
            let session = view.slots.get(slot).and_then(|slot| view.session(slot));
            if let (Some(nodes), Some(session)) = (nodes.get_mut(capture), session) {
                nodes.insert(session.client);
                nodes.extend(view.lookup(session).map(|lookup| lookup.client));
            }
        }
        let mut attempts = Vec::new();
        for (log, facts) in self.logs.iter().enumerate() {
            let mut requests =
                self.said.get(log).into_iter().flatten().zip(self.seats.get(log).into_iter().flatten()).peekable();
            for (number, attempt) in facts.attempts.iter().enumerate() {
                let mut own = Vec::new();
                while let Some(request) = requests.next_if(|(said, _)| said.attempt == number) {
                    own.push(request);
                }
                let mut joined = self.of_log(log, &own, readings.get(log), &mut taken);
                joined.log = Some((log, attempt));
                attempts.push(joined);
            }
        }
        let any_log = self.logs.iter().any(|log| !log.attempts.is_empty());
        for places in leftover::attempts(self.views, &taken, &nodes, known, any_log) {
            let tries = places
                .iter()
                .filter_map(|place| Some(JoinedTry { log: None, wire: Some(self.wire_try(*place)?) }))
                .collect();
            let mut joined = JoinedAttempt {
                log: None,
                tries,
                reading: Reading { calendar: None, offset: 0 },
                missing: None,
                missed: false,
                doubtful: false,
            };
            (joined.missing, joined.missed) = self.why_not_in_log(&joined, &readings);
            attempts.push(joined);
        }
        attempts.sort_by_key(|attempt| (attempt.started().is_none(), attempt.started()));
        let assumed = (0..self.logs.len())
            .map(|log| {
                self.tables.get(log).is_some_and(|table| !table.calendar.has_zone())
                    && clocks.iter().all(|clock| clock.log != log)
            })
            .collect();
        Joined { attempts, clocks, readings, assumed }
    }

    /// The clocks of all pairs that share attempts, the pair with the most first.
    fn clocks(&self) -> Vec<PairClock> {
        let mut clocks = Vec::new();
        for (log, table) in self.tables.iter().enumerate() {
            for (capture, estimate) in table.estimates.iter().enumerate() {
                let matched = self.matched(log, capture);
                let offset = self.offsets.get(log).and_then(|row| row.get(capture).copied().flatten());
                let (Some(offset), Some(estimate), 1..) = (offset, estimate, matched) else { continue };
                clocks.push(self.clock(log, capture, table, offset, *estimate, matched));
            }
        }
        clocks.sort_by_key(|clock| (std::cmp::Reverse(clock.matched), clock.log, clock.capture));
        clocks
    }

    fn clock(
        &self,
        log: usize,
        capture: usize,
        table: &LogTable<'a>,
        offset: i64,
        estimate: Estimate,
        matched: usize,
    ) -> PairClock {
        let first = table.said.iter().filter_map(|said| said.start).min().unwrap_or_default();
        let confidence = if matched < 2 { estimate.confidence.min(Confidence::Medium) } else { estimate.confidence };
        match table.calendar.has_zone() {
            true => PairClock {
                log,
                capture,
                zone: self.zone_at(table, Timestamp::from_nanos(first - offset)),
                source: OffsetSource::Option,
                skew: Some(offset),
                matched,
                confidence,
                changes: Vec::new(),
            },
            false => {
                let zone = clock::nearest_zone(offset);
                let mut grown = zone;
                let changes = table.calendar.changes().iter().map(|change| {
                    grown += change.by;
                    (change.after.to_utc(grown + (offset - zone)), grown)
                });
                PairClock {
                    log,
                    capture,
                    zone,
                    source: OffsetSource::Estimated,
                    skew: Some(offset - zone),
                    matched,
                    confidence,
                    changes: changes.collect(),
                }
            }
        }
    }

    fn zone_at(&self, table: &LogTable<'a>, time: Timestamp) -> i64 {
        table.calendar.zone().map_or(0, |zone| offset_of(zone, time))
    }

    /// Attempts of a log that are in a capture.
    fn matched(&self, log: usize, capture: usize) -> usize {
        let said = self.said.get(log).into_iter().flatten();
        let seats = self.seats.get(log).into_iter().flatten();
        let there = said.zip(seats).filter(|(_, seat)| seat.is_some_and(|(of, _)| of == capture));
        there.map(|(said, _)| said.attempt).collect::<BTreeSet<_>>().len()
    }

    fn reading(&self, log: usize, clocks: &[PairClock]) -> Reading {
        let clock = clocks.iter().find(|clock| clock.log == log);
        let offset = clock.and_then(|clock| self.offsets.get(log)?.get(clock.capture).copied().flatten());
        Reading { calendar: self.tables.get(log).map(|table| table.calendar.clone()), offset: offset.unwrap_or(0) }
    }

    /// An attempt of a log with what the wire shows of each of its requests.
    fn of_log(
        &self,
        log: usize,
        requests: &[(&Said<'a>, &Option<Place>)],
        reading: Option<&Reading>,
        taken: &mut BTreeSet<Place>,
    ) -> JoinedAttempt<'a> {
        let mut reading = reading.cloned().unwrap_or(Reading { calendar: None, offset: 0 });
        let capture = requests.iter().find_map(|(_, seat)| seat.map(|(capture, _)| capture));
        let offset = capture.and_then(|capture| self.offsets.get(log)?.get(capture).copied().flatten());
        reading.offset = offset.unwrap_or(reading.offset);
        let mut tries: Vec<JoinedTry<'a>> = Vec::new();
        for (said, seat) in requests {
            let mut wire = seat.and_then(|place| self.wire_try(place)).or_else(|| self.remembered_failure(log, said));
            if let Some(wire) = &mut wire {
                wait_as_told(said, reading.offset, wire);
            }
            tries.push(JoinedTry { log: said.attempted, wire });
        }
        if tries.is_empty() {
            tries.push(JoinedTry { log: None, wire: None });
        }
        for ((said, _), attempted) in requests.iter().zip(&mut tries) {
            if let Some(wire) = &mut attempted.wire {
                self.absorb(said, reading.offset, wire, taken);
            }
        }
        let (missing, missed) = if tries.iter().any(|attempted| attempted.wire.is_some()) {
            (None, false)
        } else {
            self.why_not_on_wire(log, requests)
        };
        let doubtful = self.is_doubtful(log, requests);
        JoinedAttempt { log: None, tries, reading, missing, missed, doubtful }
    }

    /// Whether the attempt's packets were found by a clock that is hardly known, and others could be meant as well.
    fn is_doubtful(&self, log: usize, requests: &[(&Said<'a>, &Option<Place>)]) -> bool {
        let Some((said, (capture, own))) = requests.iter().find_map(|(said, seat)| Some((said, (**seat)?))) else {
            return false;
        };
        let estimate = self.tables.get(log).and_then(|table| table.estimates.get(capture).copied().flatten());
        if estimate.is_some_and(|estimate| estimate.confidence > Confidence::Low) {
            return false;
        }
        let Some(view) = self.views.get(capture) else { return false };
        let session = view.slots.get(own).map(|slot| slot.session);
        view.slots.iter().any(|slot| {
            let other = Some(slot.session) != session;
            other && said.host.zip(view.session(slot)).is_some_and(|(host, session)| session.is_for(host).is_some())
        })
    }

    fn wire_try(&self, (capture, index): Place) -> Option<WireTry<'a>> {
        let view = self.views.get(capture)?;
        let slot = view.slots.get(index)?;
        let session = view.session(slot)?;
        Some(WireTry {
            capture,
            session: session.clone(),
            lookups: view.lookup(session).into_iter().cloned().collect(),
            earlier: Vec::new(),
            request: slot.request,
            ending: slot.ending,
            start: slot.start,
            end: slot.end,
            last: slot.last,
            capture_end: view.span.map_or(slot.last, |(_, last)| last),
        })
    }

    /// A name that just failed to resolve fails again without a question: what the last lookup showed still holds.
    fn remembered_failure(&self, log: usize, said: &Said<'a>) -> Option<WireTry<'a>> {
        if said.kind != SaidKind::Cause(CauseKind::UnknownHost) {
            return None;
        }
        let (host, start) = (said.host?, said.start?);
        for (capture, view) in self.views.iter().enumerate() {
            let Some(offset) = self.offsets.get(log).and_then(|row| row.get(capture).copied().flatten()) else {
                continue;
            };
            let start = start - offset;
            let held = |lookup: &Lookup<'a>| {
                let since = start - lookup.last.nanos();
                lookup.host == host
                    && matches!(lookup.result, LookupResult::Failed(_))
                    && lookup.first.time.nanos() <= start + MARGIN
                    && since <= NEGATIVE_CACHE
            };
            let Some(lookup) = view.lookups.iter().rev().find(|lookup| held(lookup)) else { continue };
            let index = view.slots.iter().position(|slot| {
                slot.ending.is_none() && view.session(slot).is_some_and(|session| session.first == lookup.first)
            });
            if let Some(index) = index {
                return self.wire_try((capture, index));
            }
        }
        None
    }

    /// Takes what is left on the wire inside a request's time for its host: repeated connections and lookups.
    fn absorb(&self, said: &Said<'a>, offset: i64, wire: &mut WireTry<'a>, taken: &mut BTreeSet<Place>) {
        let Some(view) = self.views.get(wire.capture) else { return };
        let (Some(start), Some(result)) = (said.start, said.result.or(said.start)) else { return };
        let (from, until) = (start - offset - MARGIN, result - offset + MARGIN);
        let begin = view.slots.partition_point(|slot| slot.start.nanos() < from);
        for (index, slot) in view.slots.iter().enumerate().skip(begin) {
            if slot.start.nanos() > until {
                break;
            }
            let place = (wire.capture, index);
            let Some(session) = view.session(slot).filter(|_| !taken.contains(&place)) else { continue };
            let same_host = said.host.is_some_and(|host| session.is_for(host).is_some());
            if session.client != wire.session.client || !same_host || slot.last.nanos() > until {
                continue;
            }
            let others = view.slots.iter().enumerate().skip(index.saturating_sub(64)).take(128);
            let shared = others
                .filter(|(_, other)| other.session == slot.session)
                .any(|(other, _)| taken.contains(&(wire.capture, other)));
            taken.insert(place);
            if shared {
                continue;
            }
            let flows: Vec<&'a TcpFlow> = session.flows.clone();
            wire.earlier.extend(flows);
            if let Some(lookup) =
                view.lookup(session).filter(|lookup| wire.lookups.iter().all(|own| own.first != lookup.first))
            {
                wire.lookups.push(lookup.clone());
            }
            wire.start = wire.start.min(slot.start);
        }
        wire.earlier.sort_by_key(|flow| flow.first);
        wire.lookups.sort_by_key(|lookup| lookup.first);
    }

    /// Why no packet is there, and whether one ought to be.
    fn why_not_on_wire(&self, log: usize, requests: &[(&Said<'a>, &Option<Place>)]) -> (Option<String>, bool) {
        if self.views.is_empty() {
            return (None, false);
        }
        let start = requests.iter().find_map(|(said, _)| said.start);
        let Some(start) = start else {
            return (Some("The log has no time stamps to find its packets by.".to_owned()), false);
        };
        let mut reason = "Nothing in the log is also in the capture, so its time in the capture is not known.";
        for (capture, view) in self.views.iter().enumerate() {
            let offset = self.offsets.get(log).and_then(|row| row.get(capture).copied().flatten());
            let (Some(offset), Some((first, last))) = (offset, view.span) else { continue };
            let time = Timestamp::from_nanos(start - offset);
            if time < first {
                reason = "The capture begins after this attempt.";
            } else if time > last {
                reason = "The capture ends before this attempt.";
            } else {
                let reason = "The capture covers this time and shows nothing of the attempt: another interface, a capture filter, \
                              lost packets, or an answer that the node remembered.";
                return (Some(reason.to_owned()), true);
            }
        }
        (Some(reason.to_owned()), false)
    }

    /// Why no record is there, and whether one ought to be.
    fn why_not_in_log(&self, attempt: &JoinedAttempt<'a>, readings: &[Reading]) -> (Option<String>, bool) {
        let Some(start) = attempt.started().filter(|_| !self.logs.is_empty()) else { return (None, false) };
        let mut reason = "The log has no record that tells its time in the capture.";
        for (log, facts) in self.logs.iter().enumerate() {
            let shares = self.seats.get(log).is_some_and(|seats| seats.iter().any(Option::is_some));
            let Some(reading) = readings.get(log).filter(|_| shares) else { continue };
            let spans = facts.parts.iter().filter_map(|part| {
                let (first, last) = part.span?;
                let at = |line, time| LineRef { input: part.input, line, time: Some(time) };
                Some((reading.utc(at(0, first))?, reading.utc(at(u64::MAX, last))?))
            });
            let Some((first, last)) = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else { continue };
            if start < first {
                reason = "The log begins after this attempt.";
            } else if start > last {
                reason = "The log ends before this attempt.";
            } else {
                let reason = "The log covers this time and has no record of the attempt: the component external-mdm was not at TRACE, \
                              or it is another node's.";
                return (Some(reason.to_owned()), true);
            }
        }
        (Some(reason.to_owned()), false)
    }
}

/// A capture that ends while the client waits does not show that nothing came; the log tells that it waited in vain.
fn wait_as_told(said: &Said<'_>, offset: i64, wire: &mut WireTry<'_>) {
    let timed_out =
        [CauseKind::ConnectTimedOut, CauseKind::SomeTimeout, CauseKind::ReadTimedOut, CauseKind::HandshakeTimedOut];
    let timed_out = timed_out.iter().any(|kind| said.kind == SaidKind::Cause(*kind));
    let (Some(Ending::Cut), Some(flow), Some(result), true) = (wire.ending, wire.flow(), said.result, timed_out) else {
        return;
    };
    let until = Timestamp::from_nanos(result - offset).max(wire.capture_end);
    wire.ending = Some(Ending::of(flow, &wire.session.requests, wire.request, until));
}

impl JoinedAttempt<'_> {
    /// When the request began: by the log's record of it, else by the first packet.
    pub fn started(&self) -> Option<Timestamp> {
        let log = self.log.and_then(|(_, attempt)| {
            let get = attempt.tries.iter().find_map(|attempted| attempted.get);
            self.reading.utc(get.or(attempt.begin)?)
        });
        log.or_else(|| self.tries.iter().find_map(|attempted| attempted.wire.as_ref()).map(|wire| wire.start))
    }
}
