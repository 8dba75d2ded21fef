//! The join itself, step by step.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::attach_retries::{attach_retries, remembered_failure};
use super::attempt::{ClockReading, JoinedAttempt, JoinedTry, PairClock};
use super::capture_only;
use super::capture_view::CaptureView;
use super::clock::{self, ClockOffset, KnownClocks, pair_clocks};
use super::log_request::LogRequest;
use super::matched::{LogTable, Matched, matched_intervals};
use super::matching::{Beside, Offsets, WirePlace, matching};
use super::missing::{why_not_in_log, why_not_on_wire};
use super::vantage::Vantages;
use crate::capture::CaptureFacts;
use crate::evidence::claim::Claim;
use crate::evidence::targets::Targets;
use crate::evidence::wire::{Ending, WireTry};
use crate::log::LogFacts;
use crate::model::outcome::Outcome;
use crate::model::report::{Confidence, OffsetSource};
use crate::model::time::Timestamp;
use crate::model::zone_offset::ZoneOffset;

/// Attempts and clocks.
#[derive(Clone, Debug)]
pub struct Joined<'a> {
    /// The attempts, in order of time.
    pub attempts: Vec<JoinedAttempt<'a>>,
    /// One for each pair of log and capture that share attempts, the pair with the most first.
    pub clocks: Vec<PairClock>,
    /// How to read each log's clock, for times outside of attempts.
    pub readings: Vec<ClockReading>,
    /// Where the zone of each log comes from.
    pub sources: Vec<OffsetSource>,
    /// Of each log that a given zone keeps apart from all captures, the zone that would join them.
    pub other_zones: Vec<Option<OtherZone>>,
}

/// A zone that joins a log with a capture where the one that was given does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherZone {
    /// Its offset.
    pub offset: ZoneOffset,
    /// Attempts that it joins.
    pub attempts: usize,
}

/// Joins logs and captures.
pub fn join<'a>(
    logs: &'a [LogFacts],
    captures: &'a [CaptureFacts],
    known: &Targets,
    clocks: KnownClocks<'_>,
) -> Joined<'a> {
    let mut views: Vec<CaptureView<'a>> =
        captures.iter().enumerate().map(|(index, facts)| CaptureView::new(index, facts, known)).collect();
    let first_inputs = captures.iter().map(|facts| facts.parts.first().map_or(0, |part| part.input)).collect();
    let vantages = Vantages::merge(&mut views, first_inputs);
    let beside = Beside::find(logs, &views, clocks);
    let (tables, said): (Vec<LogTable>, Vec<Vec<LogRequest<'a>>>) = logs
        .iter()
        .enumerate()
        .map(|(index, log)| LogTable::new(index, log, &views, &beside.of(index), clocks.of(index)))
        .unzip();
    let mut offsets = Offsets(tables.iter().map(LogTable::offsets).collect());
    let seats = matching(&said, &views, &offsets);
    for (log, row) in offsets.0.iter_mut().enumerate() {
        for (capture, offset) in row.iter_mut().enumerate() {
            let pairs = matched_intervals(said.get(log), seats.get(log), views.get(capture), capture);
            *offset = clock::settle(&pairs).or(*offset);
        }
    }
    let matched = Matched { logs, views: &views, said: &said, seats: &seats, offsets: &offsets, tables: &tables };
    let mut joined = matched.join(known);
    joined.other_zones = (0..logs.len()).map(|log| matched.other_zone(log)).collect();
    for attempt in &mut joined.attempts {
        let wire = attempt.tries.iter().rev().find_map(|attempted| attempted.wire.as_deref());
        attempt.vantages = wire.and_then(|wire| vantages.of(&views, wire));
    }
    joined
}

impl<'a> Matched<'_, 'a> {
    fn join(&self, known: &Targets) -> Joined<'a> {
        let clocks = pair_clocks(self);
        let readings: Vec<ClockReading> = (0..self.logs.len()).map(|log| self.reading(log, &clocks)).collect();
        let mut taken: BTreeSet<WirePlace> = self.seats.iter().flatten().flatten().copied().collect();
        let mut nodes: Vec<BTreeSet<IpAddr>> = vec![BTreeSet::new(); self.views.len()];
        for &WirePlace { capture, slot } in &taken {
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
        let share: Vec<bool> = self.seats.iter().map(|seats| seats.iter().any(Option::is_some)).collect();
        let shares = |log: usize| share.get(log).copied().unwrap_or_default();
        let any_log = self.logs.iter().any(|log| !log.attempts.is_empty());
        for places in capture_only::attempts(self.views, &taken, &nodes, known, any_log) {
            let tries = places
                .iter()
                .filter_map(|place| Some(JoinedTry { log: None, wire: Some(Box::new(self.wire_try(*place)?)) }))
                .collect();
            let mut joined = JoinedAttempt {
                log: None,
                tries,
                reading: ClockReading { calendar: None, offset: ClockOffset::default() },
                missing: None,
                missed: false,
                vantages: None,
                doubtful: false,
            };
            (joined.missing, joined.missed) = why_not_in_log(self, &joined, &readings, shares);
            attempts.push(joined);
        }
        attempts.sort_by_cached_key(|attempt| {
            let started = attempt.started();
            (started.is_none(), started)
        });
        let source = |(log, table): (usize, &LogTable)| match table.source {
            OffsetSource::Estimated if clocks.iter().all(|clock| clock.log != log) => OffsetSource::Assumed,
            source => source,
        };
        let sources = self.tables.iter().enumerate().map(source).collect();
        Joined { attempts, clocks, readings, sources, other_zones: Vec::new() }
    }

    fn other_zone(&self, log: usize) -> Option<OtherZone> {
        let given = self.tables.get(log).is_some_and(|table| table.source == OffsetSource::Option);
        let apart = self.seats.get(log).is_some_and(|seats| seats.iter().all(Option::is_none));
        let estimate = LogTable::without_statement(log, self.logs.get(log).filter(|_| given && apart)?, self.views)?;
        // A request that was tried again counts once.
        let attempts = self.logs.get(log)?.attempts.len().min(estimate.matched);
        Some(OtherZone { offset: clock::nearest_zone(estimate.offset), attempts })
    }

    fn reading(&self, log: usize, clocks: &[PairClock]) -> ClockReading {
        let clock = clocks.iter().find(|clock| clock.log == log);
        let offset = clock.and_then(|clock| self.offsets.get(log, clock.capture));
        ClockReading {
            calendar: self.tables.get(log).map(|table| table.calendar.clone()),
            offset: offset.unwrap_or_default(),
        }
    }

    /// Makes an attempt of a log, with what the wire shows of each of its requests.
    fn of_log(
        &self,
        log: usize,
        requests: &[(&LogRequest<'a>, &Option<WirePlace>)],
        reading: Option<&ClockReading>,
        taken: &mut BTreeSet<WirePlace>,
    ) -> JoinedAttempt<'a> {
        let mut reading = reading.cloned().unwrap_or(ClockReading { calendar: None, offset: ClockOffset::default() });
        let capture = requests.iter().find_map(|(_, seat)| seat.map(|place| place.capture));
        let offset = capture.and_then(|capture| self.offsets.get(log, capture));
        reading.offset = offset.unwrap_or(reading.offset);
        let mut tries: Vec<JoinedTry<'a>> = Vec::with_capacity(requests.len().max(1));
        for (said, seat) in requests {
            let mut wire = seat.and_then(|place| self.wire_try(place)).or_else(|| remembered_failure(self, log, said));
            if let Some(wire) = &mut wire {
                wait_as_told(said, reading.offset, wire);
            }
            tries.push(JoinedTry { log: said.attempted, wire: wire.map(Box::new) });
        }
        if tries.is_empty() {
            tries.push(JoinedTry { log: None, wire: None });
        }
        for ((said, _), attempted) in requests.iter().zip(&mut tries) {
            if let Some(wire) = &mut attempted.wire {
                attach_retries(self, said, reading.offset, wire, taken);
            }
        }
        let (missing, missed) = if tries.iter().any(|attempted| attempted.wire.is_some()) {
            (None, false)
        } else {
            why_not_on_wire(self, log, requests)
        };
        let doubtful = self.is_doubtful(log, requests);
        JoinedAttempt { log: None, tries, reading, missing, missed, vantages: None, doubtful }
    }

    /// Returns whether other packets than the attempt's could be meant as well: they were found by a clock that is hardly known, or
    /// by when a request began alone, of which the log has no result.
    fn is_doubtful(&self, log: usize, requests: &[(&LogRequest<'a>, &Option<WirePlace>)]) -> bool {
        let Some((said, capture)) = requests.iter().find_map(|(said, seat)| Some((said, (**seat)?.capture))) else {
            return false;
        };
        let begun_alone = |(said, seat): &(&LogRequest<'a>, &Option<WirePlace>)| {
            let (Some(host), Some(WirePlace { capture, slot })) = (said.host, **seat) else { return false };
            let view = self.views.get(capture).filter(|_| said.claim == Claim::NOTHING);
            view.is_some_and(|view| view.has_others_near(slot, host))
        };
        if requests.iter().any(begun_alone) {
            return true;
        }
        let estimate = self.tables.get(log).and_then(|table| table.estimates.get(capture).copied().flatten());
        if estimate.is_some_and(|estimate| estimate.confidence > Confidence::Low) {
            return false;
        }
        let Some(view) = self.views.get(capture) else { return false };
        said.host.is_some_and(|host| view.sessions_for(host) > 1)
    }
}

/// Lets the log tell that the client waited in vain: a capture that ends while it waits does not show that nothing came.
fn wait_as_told(said: &LogRequest<'_>, offset: ClockOffset, wire: &mut WireTry<'_>) {
    let timed_out = said.claim.is_timeout();
    let (Some(Ending::Cut), Some(flow), Some(result), true) = (wire.ending, wire.flow(), said.result, timed_out) else {
        return;
    };
    let until = result.to_utc(offset).max(wire.capture_end);
    let ending = Ending::of(flow, &wire.session.requests, wire.request, until);
    let connecting = said.claim.outcome == Outcome::SynTimeout;
    let nothing_came = !flow.syns.is_empty()
        && flow.visibility.from_server == 0
        && flow.closes.is_empty()
        && flow.icmp.is_empty()
        && flow.challenge_ack.is_none();
    wire.ending = Some(match ending {
        // The client may give up soon after its last SYN; what it waited counts from the first.
        Ending::Cut if connecting && nothing_came => Ending::SynSilence,
        ending => ending,
    });
    wire.waited = true;
}

impl JoinedAttempt<'_> {
    /// Returns when the request began: by the log's record of it, else by the first packet.
    pub fn started(&self) -> Option<Timestamp> {
        let log = self.log.and_then(|(_, attempt)| {
            let get = attempt.tries.iter().find_map(|attempted| attempted.get);
            self.reading.utc(get.or(attempt.begin)?)
        });
        log.or_else(|| self.tries.iter().find_map(|attempted| attempted.wire.as_deref()).map(|wire| wire.start))
    }
}
