//! Of an attempt what must be known before the first one is written: what folds, counts, colours and clocks depend on. It is
//! small, so that a report of a million attempts is written with few of them in memory.

use crate::model::mdm::RequestKind;
use crate::model::outcome::Outcome;
use crate::model::report::{Attempt, Confidence, Source};
use crate::model::time::Timestamp;

/// What must be known of an attempt.
#[derive(Clone, Copy)]
pub(super) struct Gist {
    /// Its place among the attempts, from 0, by which it is made again.
    pub(super) place: usize,
    /// Its id.
    pub(super) id: usize,
    pub(super) started_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) duration_ms: Option<f64>,
    /// Place of its server among all.
    pub(super) server: u32,
    /// Place of the device that it asked for among all; `None` also where it went well, as nobody counts those.
    pub(super) device: Option<u32>,
    pub(super) witness: Witness,
    pub(super) outcome: Outcome,
    pub(super) kind: RequestKind,
    pub(super) confidence: Confidence,
    /// Whether log and capture disagree.
    pub(super) disputed: bool,
}

/// Who knows the times of an attempt.
#[derive(Clone, Copy)]
pub(super) struct Witness {
    /// Index of the log.
    pub(super) log: Option<u32>,
    /// Whether a capture has them too.
    pub(super) capture: bool,
}

impl Witness {
    /// Returns those of an attempt.
    pub(super) fn of(attempt: &Attempt) -> Self {
        let logged = attempt.evidence.iter().find(|evidence| evidence.source == Source::Log);
        Self {
            log: logged.and_then(|evidence| u32::try_from(evidence.input).ok()),
            capture: attempt.sources.contains(&Source::Capture),
        }
    }
}
