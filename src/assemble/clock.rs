//! The clocks as the report shows them, and what a reader must know of them.

use crate::capture::CaptureFacts;
use crate::correlate::clock::{milliseconds, offset_of, offset_text};
use crate::correlate::{Joined, PairClock};
use crate::log::LogFacts;
use crate::model::report::{Clock, Confidence, OffsetSource, ZoneChange};
use crate::model::time::Timestamp;
use crate::model::warning::{Warning, WarningCode};
use crate::model::zone::LogZone;

/// One entry for each pair that shares attempts, that with the most first; where none does, one that says so.
pub(super) fn clocks(
    logs: &[LogFacts],
    captures: &[CaptureFacts],
    joined: &Joined<'_>,
    zone: Option<&LogZone>,
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
            log_utc_offset: offset_text(zone.map_or(0, |zone| offset_of(&zone.0, first))),
            log_utc_offset_source: if zone.is_some() { OffsetSource::Option } else { OffsetSource::Assumed },
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
                log_utc_offset: offset_text(*zone),
                log_utc_offset_source: *source,
                log_minus_capture_ms: skew.map(milliseconds),
                log_minus_capture_ms_range: range.map(|range| [milliseconds(range.low), milliseconds(range.high)]),
                matched_attempts: *matched,
                confidence: *confidence,
                zone_changes: changes
                    .iter()
                    .map(|(from, zone)| ZoneChange { from: *from, log_utc_offset: offset_text(*zone) })
                    .collect(),
            }
        })
        .collect()
}

/// Times that rest on an assumption.
pub(super) fn warnings(logs: &[LogFacts], joined: &Joined<'_>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (log, facts) in logs.iter().enumerate() {
        let assumed = joined.assumed.get(log).copied().unwrap_or_default();
        let Some(part) =
            facts.parts.iter().find(|part| part.span.is_some()).filter(|_| assumed && !facts.attempts.is_empty())
        else {
            continue;
        };
        warnings.push(Warning::about(
            part.input,
            WarningCode::ZoneAssumed,
            "The log does not say its time zone and no capture tells it: its times are shown as if they were UTC. \
             Give the appliance's zone with --log-timezone.",
        ));
    }
    warnings
}
