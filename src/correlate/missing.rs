//! Why one side does not show an attempt, and whether it ought to.

use super::attempt::{ClockReading, JoinedAttempt};
use super::log_request::LogRequest;
use super::matched::Matched;
use super::matching::WirePlace;

/// Why no packet is there, and whether one ought to be.
pub(super) fn why_not_on_wire<'a>(
    matched: &Matched<'_, 'a>,
    log: usize,
    requests: &[(&LogRequest<'a>, &Option<WirePlace>)],
) -> (Option<String>, bool) {
    if matched.views.is_empty() {
        return (None, false);
    }
    let start = requests.iter().find_map(|(said, _)| said.start);
    let Some(start) = start else {
        return (Some("The log has no time stamps to find its packets by.".to_owned()), false);
    };
    let mut reason = "Nothing in the log is also in the capture, so its time in the capture is not known.";
    for (capture, view) in matched.views.iter().enumerate() {
        let (Some(offset), Some((first, last))) = (matched.offsets.get(log, capture), view.span) else { continue };
        let time = start.to_utc(offset);
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

/// Why no record is there, and whether one ought to be. `shares` says whether a log has any request in a capture.
pub(super) fn why_not_in_log<'a>(
    matched: &Matched<'_, 'a>,
    attempt: &JoinedAttempt<'a>,
    readings: &[ClockReading],
    shares: impl Fn(usize) -> bool,
) -> (Option<String>, bool) {
    let Some(start) = attempt.started().filter(|_| !matched.logs.is_empty()) else { return (None, false) };
    let mut reason = "The log has no record that tells its time in the capture.";
    for (log, facts) in matched.logs.iter().enumerate() {
        let Some(reading) = readings.get(log).filter(|_| shares(log)) else { continue };
        let Some((first, last)) = reading.span(&facts.parts) else { continue };
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
