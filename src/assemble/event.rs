//! What was seen of an attempt, on both sides, in order of time. Evidence and steps are two views of this list.

use crate::capture::FrameRef;
use crate::log::LineRef;
use crate::model::report::{Endpoint, Evidence, Source, Step};
use crate::model::time::Timestamp;

/// Something that was seen.
#[derive(Clone, Debug)]
pub(super) struct AttemptEvent {
    pub(super) time: Option<Timestamp>,
    pub(super) from: Endpoint,
    pub(super) to: Endpoint,
    /// A few words, for a ladder.
    pub(super) step: String,
    /// The verdict rests on it.
    pub(super) decisive: bool,
    /// What it shows, when it is evidence.
    pub(super) evidence: Option<String>,
    /// Shows it in Wireshark.
    pub(super) display_filter: Option<String>,
    pub(super) place: EventPlace,
}

/// Where it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum EventPlace {
    Line { input: usize, line: u64 },
    Frame { input: usize, frame: u64 },
}

impl AttemptEvent {
    /// Makes a frame that goes from one to the other.
    pub(super) fn frame(at: FrameRef, from: Endpoint, to: Endpoint, step: impl Into<String>) -> Self {
        Self {
            time: Some(at.time),
            from,
            to,
            step: step.into(),
            decisive: false,
            evidence: None,
            display_filter: Some(format!("frame.number == {}", at.frame)),
            place: EventPlace::Frame { input: at.input, frame: at.frame },
        }
    }

    /// Makes a record, with its time on the capture's clock.
    pub(super) fn line(at: LineRef, time: Option<Timestamp>, step: impl Into<String>) -> Self {
        Self {
            time,
            from: Endpoint::Client,
            to: Endpoint::Client,
            step: step.into(),
            decisive: false,
            evidence: None,
            display_filter: None,
            place: EventPlace::Line { input: at.input, line: at.line },
        }
    }

    /// Makes it evidence.
    pub(super) fn proves(mut self, what: impl Into<String>) -> Self {
        self.evidence = Some(what.into());
        self
    }

    /// Marks what the verdict rests on.
    pub(super) fn decisive(mut self, decisive: bool) -> Self {
        self.decisive = decisive;
        self
    }

    /// Sets another display filter than that of the frame alone.
    pub(super) fn filter(mut self, filter: Option<String>) -> Self {
        self.display_filter = filter.or(self.display_filter);
        self
    }

    /// Returns the two views of it.
    pub(super) fn into_parts(self) -> (Step, Option<Evidence>) {
        let Self { time, from, to, step, decisive, evidence, display_filter, place } = self;
        let (source, input, line, frame) = place.parts();
        let evidence = evidence.map(|what| Evidence { source, input, line, frame, time, what, display_filter });
        (Step { time, from, to, what: step, decisive, source, input, line, frame }, evidence)
    }
}

impl EventPlace {
    fn parts(self) -> (Source, usize, Option<u64>, Option<u64>) {
        match self {
            Self::Line { input, line } => (Source::Log, input, Some(line), None),
            Self::Frame { input, frame } => (Source::Capture, input, None, Some(frame)),
        }
    }
}

/// Puts events in order of time; those without one stay behind the one before them. What is there twice is left out.
pub(super) fn sort(events: &mut Vec<AttemptEvent>) {
    let mut last = None;
    let times = events.iter().map(|event| {
        last = event.time.or(last);
        last
    });
    // The records of a log alone are in their order already.
    if !times.is_sorted() {
        by_time(events);
    }
    // In most attempts a record stands on a line of its own.
    let alone = events.is_sorted_by(|one, other| one.place < other.place);
    if !alone {
        let mut seen = std::collections::BTreeSet::new();
        let mut is_first =
            events.iter().map(|event| seen.insert((event.place, event.step.as_str()))).collect::<Vec<_>>().into_iter();
        events.retain(|_| is_first.next().unwrap_or_default());
    }
}

fn by_time(events: &mut Vec<AttemptEvent>) {
    let mut last = None;
    let mut keyed: Vec<(Option<Timestamp>, AttemptEvent)> = std::mem::take(events)
        .into_iter()
        .map(|event| {
            last = event.time.or(last);
            (last, event)
        })
        .collect();
    keyed.sort_by_key(|(time, _)| *time);
    events.extend(keyed.into_iter().map(|(_, event)| event));
}
