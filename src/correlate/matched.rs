//! Logs and captures with each request at its place: what the last steps of the join look things up in.

use std::sync::Arc;

use super::capture_view::CaptureView;
use super::clock::{Calendar, Estimate};
use super::log_request::{self, LogRequest};
use super::matching::{Offsets, Place, with_changes};
use crate::evidence::wire::WireTry;
use crate::log::LogFacts;
use crate::model::zone::LogZone;

/// How a log's clock is read, and what it has in common with each capture's.
pub(super) struct LogTable {
    pub(super) calendar: Arc<Calendar>,
    pub(super) estimates: Vec<Option<Estimate>>,
}

impl LogTable {
    /// Of a log, with its requests.
    pub(super) fn new<'a>(
        index: usize,
        log: &'a LogFacts,
        views: &[CaptureView<'a>],
        zone: Option<&LogZone>,
    ) -> (Self, Vec<LogRequest<'a>>) {
        let requests = |calendar: &Calendar| log_request::requests(index, log, calendar);
        let mut calendar = Calendar::new(log, zone.map(|zone| zone.0.clone()));
        let mut estimates = Vec::new();
        for view in views {
            let (settled, found) = with_changes(log, view, calendar, requests);
            calendar = settled;
            estimates.push(found);
        }
        let said = requests(&calendar);
        (Self { calendar: Arc::new(calendar), estimates }, said)
    }

    pub(super) fn offsets(&self) -> Vec<Option<i64>> {
        self.estimates.iter().map(|estimate| estimate.map(|estimate| estimate.offset)).collect()
    }
}

/// All that was read, and where each request is.
pub(super) struct Matched<'j, 'a> {
    pub(super) logs: &'a [LogFacts],
    pub(super) views: &'j [CaptureView<'a>],
    pub(super) said: &'j [Vec<LogRequest<'a>>],
    pub(super) seats: &'j [Vec<Option<Place>>],
    pub(super) offsets: &'j Offsets,
    pub(super) tables: &'j [LogTable],
}

impl<'a> Matched<'_, 'a> {
    /// What the wire shows at a place.
    pub(super) fn wire_try(&self, (capture, index): Place) -> Option<WireTry<'a>> {
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
            visibility: view.visibility,
            capture_end: view.span.map_or(slot.last, |(_, last)| last),
        })
    }
}
