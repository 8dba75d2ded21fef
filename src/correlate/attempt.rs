//! What the join hands on: attempts with what both sides know of each.

use std::sync::Arc;

use super::clock::{Calendar, ClockOffset, Skew};
use crate::evidence::wire::WireTry;
use crate::log::{LineRef, LogAttempt, LogPartFacts, LogTry};
use crate::model::report::{Confidence, OffsetSource, Vantage};
use crate::model::time::Timestamp;
use crate::model::zone_offset::ZoneOffset;

/// One attempt.
#[derive(Clone, Debug)]
pub struct JoinedAttempt<'a> {
    /// Index of its log and what that says.
    pub log: Option<(usize, &'a LogAttempt)>,
    /// Its requests, in order; at least one.
    pub tries: Vec<JoinedTry<'a>>,
    /// How to read its log's clock.
    pub reading: ClockReading,
    /// Why one side is missing, in a sentence.
    pub missing: Option<String>,
    /// That side's part of the time is covered all the same, so that it ought to be there.
    pub missed: bool,
    /// What each capture of the same path saw; `None` with one.
    pub vantages: Option<Vec<Vantage>>,
    /// The packets were found by a clock that is hardly known, and others of the same host could be meant.
    pub doubtful: bool,
}

/// One request.
#[derive(Clone, Debug)]
pub struct JoinedTry<'a> {
    /// What the log says of it.
    pub log: Option<&'a LogTry>,
    /// What the wire shows of it; most requests of a busy node have nothing there.
    pub wire: Option<Box<WireTry<'a>>>,
}

/// How to read a log's clock.
#[derive(Clone, Debug)]
pub struct ClockReading {
    /// Takes the changes of the zone out.
    pub calendar: Option<Arc<Calendar>>,
    /// What is left to take off.
    pub offset: ClockOffset,
}

impl ClockReading {
    /// Returns the time of a record on the capture's clock, or in UTC.
    pub fn utc(&self, at: LineRef) -> Option<Timestamp> {
        Some(self.calendar.as_ref()?.unfold(at)?.to_utc(self.offset))
    }

    /// Returns when parts of the log begin and end; `None` when none of their records has a time.
    pub fn span(&self, parts: &[LogPartFacts]) -> Option<(Timestamp, Timestamp)> {
        let (first, last) = self.calendar.as_ref()?.span(parts)?;
        Some((first.to_utc(self.offset), last.to_utc(self.offset)))
    }
}

/// The clock between a log and a capture.
#[derive(Clone, Debug)]
pub struct PairClock {
    /// Index of the log.
    pub log: usize,
    /// Index of the capture.
    pub capture: usize,
    /// The zone's offset at the first attempt.
    pub zone: ZoneOffset,
    /// Where the zone comes from.
    pub source: OffsetSource,
    /// Log minus capture without the zone.
    pub skew: Option<Skew>,
    /// Between which values cause and effect prove the skew to lie.
    pub range: Option<[Skew; 2]>,
    /// Attempts on both sides.
    pub matched: usize,
    /// How sure it is.
    pub confidence: Confidence,
    /// From when on other offsets held, in UTC.
    pub changes: Vec<(Timestamp, ZoneOffset)>,
}
