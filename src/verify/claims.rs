//! What a report claims of lines and frames: its evidence with words and time, and the steps of an attempt with their time.

use std::collections::HashSet;

use super::verification::{BrokenCitation, CitationState};
use crate::model::report::{Attempt, Report, Source};
use crate::model::time::Timestamp;

/// A claim about a line or a frame.
pub(super) struct CitedClaim<'r> {
    pub(super) attempt: &'r Attempt,
    /// Index into the report's inputs.
    pub(super) input: usize,
    pub(super) place: CitedPlace,
    pub(super) time: Option<Timestamp>,
    /// What it is said to show; `None` for a step, whose few words are no quotation.
    pub(super) what: Option<&'r str>,
}

/// A line or a frame, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum CitedPlace {
    Line(u64),
    Frame(u64),
}

impl CitedPlace {
    fn of(line: Option<u64>, frame: Option<u64>) -> Option<Self> {
        line.map(Self::Line).or(frame.map(Self::Frame))
    }
}

impl CitedClaim<'_> {
    pub(super) fn broken(&self, state: CitationState, why: String) -> BrokenCitation {
        let (source, line, frame) = match self.place {
            CitedPlace::Line(line) => (Source::Log, Some(line), None),
            CitedPlace::Frame(frame) => (Source::Capture, None, Some(frame)),
        };
        BrokenCitation {
            attempt: Some(self.attempt.id),
            source,
            input: self.input,
            line,
            frame,
            what: self.what.map(str::to_owned),
            state,
            why,
        }
    }
}

/// Returns all claims, those of an attempt together; a step counts where no evidence says more of the same place.
pub(super) fn claims(report: &Report) -> Vec<CitedClaim<'_>> {
    let mut claims = Vec::new();
    for attempt in &report.attempts {
        let mut said: HashSet<(usize, CitedPlace)> = HashSet::new();
        for evidence in &attempt.evidence {
            let Some(place) = CitedPlace::of(evidence.line, evidence.frame) else { continue };
            said.insert((evidence.input, place));
            claims.push(CitedClaim {
                attempt,
                input: evidence.input,
                place,
                time: evidence.time,
                what: Some(evidence.what.as_str()),
            });
        }
        for step in &attempt.steps {
            let Some(place) = CitedPlace::of(step.line, step.frame) else { continue };
            if said.insert((step.input, place)) {
                claims.push(CitedClaim { attempt, input: step.input, place, time: step.time, what: None });
            }
        }
    }
    claims
}
