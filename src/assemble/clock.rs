//! The clocks as the report shows them, and what a reader must know of them.

use crate::capture::CaptureFacts;
use crate::correlate::clock::{KnownClocks, milliseconds, zone_at};
use crate::correlate::{Joined, PairClock};
use crate::log::LogFacts;
use crate::model::report::{Clock, Confidence, OffsetSource, ZoneChange};
use crate::model::time::Timestamp;
use crate::model::warning::{Warning, WarningCode};
use crate::model::zone_offset::ZoneOffset;

/// Makes one entry for each pair that shares attempts, that with the most first; where none does, one that says so.
pub(super) fn clocks(
    logs: &[LogFacts],
    captures: &[CaptureFacts],
    joined: &Joined<'_>,
    known: KnownClocks<'_>,
) -> Vec<Clock> {
    let inputs = |log: usize, capture: usize| {
        let log = logs.get(log).into_iter().flat_map(|log| &log.parts).map(|part| part.input).collect();
        let capture =
            captures.get(capture).into_iter().flat_map(|capture| &capture.parts).map(|part| part.input).collect();
        (log, capture)
    };
    if joined.clocks.is_empty() {
        let has_times = logs.iter().flat_map(|log| &log.parts).any(|part| part.span.is_some());
        if !has_times || captures.is_empty() {
            return Vec::new();
        }
        let (log_inputs, capture_inputs) = inputs(0, 0);
        let first = joined.attempts.iter().find_map(|attempt| attempt.started()).unwrap_or(Timestamp::from_nanos(0));
        return vec![Clock {
            log_inputs,
            capture_inputs,
            log_utc_offset: known.of(0).map_or(ZoneOffset::UTC, |known| known.clock.offset_at(first)).to_string(),
            log_utc_offset_source: known.of(0).map_or(OffsetSource::Assumed, |known| known.source),
            log_minus_capture_ms: None,
            log_minus_capture_ms_range: None,
            matched_attempts: 0,
            confidence: Confidence::Low,
            zone_changes: Vec::new(),
        }];
    }
    joined
        .clocks
        .iter()
        .map(|clock| {
            let (log_inputs, capture_inputs) = inputs(clock.log, clock.capture);
            let PairClock { zone, source, skew, range, matched, confidence, changes, .. } = clock;
            Clock {
                log_inputs,
                capture_inputs,
                log_utc_offset: zone.to_string(),
                log_utc_offset_source: *source,
                log_minus_capture_ms: skew.map(|skew| milliseconds(skew.nanos())),
                log_minus_capture_ms_range: range.map(|range| range.map(|skew| milliseconds(skew.nanos()))),
                matched_attempts: *matched,
                confidence: *confidence,
                zone_changes: changes
                    .iter()
                    .map(|(from, zone)| ZoneChange { from: *from, log_utc_offset: zone.to_string() })
                    .collect(),
            }
        })
        .collect()
}

/// Returns the offset of a log's clock at a moment.
pub(super) fn offset_at(log: usize, at: Timestamp, joined: &Joined<'_>, known: KnownClocks<'_>) -> ZoneOffset {
    let estimated = || {
        let clock = joined.clocks.iter().find(|clock| clock.log == log)?;
        let later = clock.changes.iter().rfind(|(from, _)| *from <= at);
        Some(later.map_or(clock.zone, |(_, offset)| *offset))
    };
    let source = joined.sources.get(log).copied();
    let known = known.of(log).filter(|known| Some(known.source) == source);
    known.map(|known| known.clock.offset_at(at)).or_else(estimated).unwrap_or_default()
}

/// Returns the offsets of a log's clock that begin to hold within a span of it.
pub(super) fn changes(
    log: usize,
    (first, last): (Timestamp, Timestamp),
    joined: &Joined<'_>,
    known: KnownClocks<'_>,
) -> Vec<ZoneChange> {
    let estimated = || {
        let clock = joined.clocks.iter().find(|clock| clock.log == log);
        let changes = clock.into_iter().flat_map(|clock| clock.changes.iter().copied());
        changes.filter(|(from, _)| *from > first && *from <= last).collect()
    };
    let source = joined.sources.get(log).copied();
    let known = known.of(log).filter(|known| Some(known.source) == source);
    let changes = known.map_or_else(estimated, |known| known.clock.changes_between(first, last));
    changes.into_iter().map(|(from, offset)| ZoneChange { from, log_utc_offset: offset.to_string() }).collect()
}

/// Returns what is to be said of the times: that they rest on an assumption, and where two statements of a zone contradict each other.
pub(super) fn warnings(
    logs: &[LogFacts],
    joined: &Joined<'_>,
    known: KnownClocks<'_>,
    path_of: impl Fn(usize) -> String,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (log, facts) in logs.iter().enumerate() {
        let Some(part) = facts.parts.iter().find(|part| part.span.is_some()) else { continue };
        let source = joined.sources.get(log).copied();
        if source == Some(OffsetSource::Assumed) && !facts.attempts.is_empty() {
            warnings.push(Warning::about(
                part.input,
                WarningCode::ZoneAssumed,
                "The log does not say its time zone and no capture tells it: its times are shown as if they were UTC. \
                 Give the appliance's zone with --log-timezone.",
            ));
        }
        if let Some(other) = joined.other_zones.get(log).copied().flatten() {
            let message = format!(
                "--log-timezone joins none of the log's attempts with a capture; UTC{} would join {} of them. Leave the option out, or \
                 give that zone.",
                other.offset, other.attempts
            );
            warnings.push(Warning::about(part.input, WarningCode::ZoneDisagrees, message));
        }
        let reading = joined.readings.get(log).and_then(|reading| reading.span(&facts.parts));
        let (Some(stated), Some((first, _))) = (known.stated(log), reading) else { continue };
        let states = stated.clock.offset_at(first);
        let path = path_of(stated.input);
        let used = offset_at(log, first, joined, known);
        if let Some(other) = stated.contradicted_by {
            let message = format!(
                "{} sets the node to another time zone than the one that {path} has on its lines, UTC{states}: the lines are believed. Check \
                 whether one of the two is another node's, or the zone was changed since.",
                path_of(other)
            );
            warnings.push(Warning::about(part.input, WarningCode::ZoneDisagrees, message));
        }
        if source == Some(OffsetSource::Option) && used != states {
            let message = format!(
                "--log-timezone says that the node's clock is at UTC{used}, and {path}, which is of the same node, states \
                 {states}: the option is used. Leave it out unless that file is another node's."
            );
            warnings.push(Warning::about(part.input, WarningCode::ZoneDisagrees, message));
        } else if source == Some(OffsetSource::Estimated) && used != states {
            let message = format!(
                "{path} states that the node's clock is at UTC{states}, and log and capture together show UTC{used}, which is \
                 used. Check whether the capture or that file is another node's."
            );
            warnings.push(Warning::about(part.input, WarningCode::ZoneDisagrees, message));
        } else if source == Some(OffsetSource::Bundle)
            && let Some(shown) = other_zone(log, joined)
        {
            let message = format!(
                "{path} states that the node's clock is at UTC{states}, and log and capture together show UTC{}: times are \
                 those of the capture. Check whether the capture or that file is another node's, and the clock of the node.",
                shown
            );
            warnings.push(Warning::about(part.input, WarningCode::ZoneDisagrees, message));
        }
    }
    warnings
}

/// Returns the zone that a log and a capture show where that is not the one which is stated: what is left between them is just what
/// zones lie apart.
fn other_zone(log: usize, joined: &Joined<'_>) -> Option<ZoneOffset> {
    let clock = joined.clocks.iter().find(|clock| clock.log == log && clock.confidence > Confidence::Low)?;
    let steps = zone_at(clock.skew?.nanos()).filter(|steps| *steps != ZoneOffset::UTC)?;
    Some(clock.zone.plus_nanos(steps.nanos()))
}
