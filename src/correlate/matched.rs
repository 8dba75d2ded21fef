//! Logs and captures with each request at its place: what the last steps of the join look things up in.

use std::sync::Arc;

use super::capture_view::CaptureView;
use super::clock::{Calendar, ClockOffset, Estimate, KnownClock};
use super::interval::{LogInterval, WireInterval};
use super::log_request::{self, LogRequest};
use super::matching::{Offsets, WirePlace, estimate, with_changes};
use crate::evidence::wire::WireTry;
use crate::log::LogFacts;
use crate::model::report::{Confidence, OffsetSource};

/// Captures that are asked where the zone of a log changed.
const CONFIRMING: usize = 2;
/// Captures that are asked whether a statement of the zone is wrong.
const ASKED: usize = 8;

/// How a log's clock is read, and what it has in common with each capture's.
pub(super) struct LogTable {
    pub(super) calendar: Arc<Calendar>,
    pub(super) estimates: Vec<Option<Estimate>>,
    /// Where the clock of the calendar comes from; estimated where it has none.
    pub(super) source: OffsetSource,
}

impl LogTable {
    /// Matches a log, and returns its requests as well. Where captures know the log well, but by no clock that the bundle states,
    /// they are believed. `beside` are the captures that may show it.
    pub(super) fn new<'a>(
        index: usize,
        log: &'a LogFacts,
        views: &[CaptureView<'a>],
        beside: &[usize],
        known: Option<KnownClock>,
    ) -> (Self, Vec<LogRequest<'a>>) {
        let stated = known.as_ref().is_some_and(|known| known.source == OffsetSource::Bundle);
        let by_statement = Self::by(index, log, views, beside, known);
        if !stated || views.is_empty() || by_statement.0.is_sure(Confidence::Medium) {
            return by_statement;
        }
        let by_capture = Self::by(index, log, views, beside, None);
        if by_capture.0.is_sure(Confidence::High) { by_capture } else { by_statement }
    }

    /// Returns whether a capture shows the log's requests, so surely.
    fn is_sure(&self, confidence: Confidence) -> bool {
        self.estimates.iter().flatten().any(|estimate| estimate.confidence >= confidence)
    }

    fn by<'a>(
        index: usize,
        log: &'a LogFacts,
        views: &[CaptureView<'a>],
        beside: &[usize],
        known: Option<KnownClock>,
    ) -> (Self, Vec<LogRequest<'a>>) {
        let requests = |calendar: &Calendar| log_request::requests(index, log, calendar);
        let source = known.as_ref().map_or(OffsetSource::Estimated, |known| known.source);
        let given = Calendar::new(log, known.map(|known| known.clock));
        let of = |capture: usize, calendar: &Calendar, said: &[LogRequest<'a>]| {
            views.get(capture).and_then(|view| estimate(log, view, calendar, said))
        };
        let said = requests(&given);
        let mut found: Vec<(usize, Option<Estimate>)> =
            beside.iter().map(|&capture| (capture, of(capture, &given, &said))).collect();
        // The captures that know the log best tell where its zone changed.
        let score = |estimate: &Option<Estimate>| estimate.map_or(0, |estimate| estimate.score);
        let mut best: Vec<(i64, usize)> = found.iter().map(|(capture, found)| (-score(found), *capture)).collect();
        best.sort_unstable();
        best.truncate(CONFIRMING);
        best.sort_unstable_by_key(|(_, capture)| *capture);
        let mut calendar = given.clone();
        for (score, capture) in best {
            let trial = |calendar: &Calendar| of(capture, calendar, &requests(calendar));
            calendar = with_changes(log, calendar, -score, trial);
        }
        let said = if calendar.changes() == given.changes() {
            said
        } else {
            let said = requests(&calendar);
            found.iter_mut().for_each(|(capture, estimate)| *estimate = of(*capture, &calendar, &said));
            said
        };
        let mut estimates = vec![None; views.len()];
        for (capture, estimate) in found {
            estimates.get_mut(capture).into_iter().for_each(|place| *place = estimate);
        }
        (Self { calendar: Arc::new(calendar), estimates, source }, said)
    }

    /// Returns what log and captures show of the clock when nobody's word is taken for the zone, where that is fairly sure.
    pub(super) fn without_statement(index: usize, log: &LogFacts, views: &[CaptureView<'_>]) -> Option<Estimate> {
        let beside: Vec<usize> = (0..views.len().min(ASKED)).collect();
        let (free, _) = Self::by(index, log, views, &beside, None);
        let sure = free.estimates.into_iter().flatten().filter(|estimate| estimate.confidence > Confidence::Low);
        sure.max_by_key(|estimate| estimate.matched)
    }

    pub(super) fn offsets(&self) -> Vec<Option<ClockOffset>> {
        self.estimates.iter().map(|estimate| estimate.map(|estimate| estimate.offset)).collect()
    }
}

/// All that was read, and where each request is.
pub(super) struct Matched<'j, 'a> {
    pub(super) logs: &'a [LogFacts],
    pub(super) views: &'j [CaptureView<'a>],
    pub(super) said: &'j [Vec<LogRequest<'a>>],
    pub(super) seats: &'j [Vec<Option<WirePlace>>],
    pub(super) offsets: &'j Offsets,
    pub(super) tables: &'j [LogTable],
}

impl<'a> Matched<'_, 'a> {
    /// Returns the requests of a log that are in a capture, each with its times on both sides.
    pub(super) fn intervals(&self, log: usize, capture: usize) -> Vec<(LogInterval, WireInterval)> {
        matched_intervals(self.said.get(log), self.seats.get(log), self.views.get(capture), capture)
    }

    /// Returns what the wire shows at a place.
    pub(super) fn wire_try(&self, WirePlace { capture, slot: index }: WirePlace) -> Option<WireTry<'a>> {
        let view = self.views.get(capture)?;
        let slot = view.slots.get(index)?;
        let session = view.session(slot)?;
        Some(WireTry {
            capture,
            session: Arc::clone(session),
            lookups: view.lookup(session).into_iter().cloned().collect(),
            earlier: Vec::new(),
            request: slot.request,
            ending: slot.ending,
            start: slot.start,
            end: slot.end,
            last: slot.last,
            waited: false,
            visibility: view.visibility(session.client),
            capture_end: view.span.map_or(slot.last, |(_, last)| last),
        })
    }
}

/// Requests and places that found each other, each with its times on both sides.
pub(super) fn matched_intervals(
    said: Option<&Vec<LogRequest<'_>>>,
    seats: Option<&Vec<Option<WirePlace>>>,
    view: Option<&CaptureView<'_>>,
    capture: usize,
) -> Vec<(LogInterval, WireInterval)> {
    let (Some(said), Some(seats), Some(view)) = (said, seats, view) else { return Vec::new() };
    said.iter()
        .zip(seats)
        .filter_map(|(said, seat)| {
            let place = seat.filter(|place| place.capture == capture)?;
            let slot = view.slots.get(place.slot)?;
            let said_at = LogInterval { start: said.start?, result: said.result };
            Some((said_at, slot.spot_for(&said.claim)))
        })
        .collect()
}
