//! Why one side does not show an attempt, and whether it ought to.

use super::attempt::{ClockReading, JoinedAttempt};
use super::capture_view::{CaptureView, MAX_NEAR};
use super::log_request::LogRequest;
use super::matched::Matched;
use super::matching::WirePlace;
use crate::model::time::Timestamp;
use crate::model::visible::visible;

/// Returns why no packet is there, and whether one ought to be.
pub(super) fn why_not_on_wire<'a>(
    matched: &Matched<'_, 'a>,
    log: usize,
    requests: &[(&LogRequest<'a>, &Option<WirePlace>)],
) -> (Option<String>, bool) {
    if matched.views.is_empty() {
        return (None, false);
    }
    let start = requests.iter().find_map(|(said, _)| said.start);
    let host = requests.iter().find_map(|(said, _)| said.host);
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
            let ruled_out = host.map(|host| ruled_out(view, host, time)).filter(|words| !words.is_empty());
            let reason = match (ruled_out, host) {
                (Some(ruled_out), Some(host)) => format!(
                    "The capture covers this time, and what it shows of {} then is not this attempt but another, or ended \
                     differently: {}.",
                    visible(host),
                    ruled_out.join(", ")
                ),
                _ => "The capture covers this time and shows nothing of the attempt: another interface, a capture filter, \
                      lost packets, or an answer that the node remembered."
                    .to_owned(),
            };
            return (Some(reason), true);
        }
    }
    (Some(reason.to_owned()), false)
}

/// Connections that began so near, in nanoseconds, could have been the attempt's.
const NEAR: i64 = 3_000_000_000;
/// Those that are named.
const NAMED: usize = 3;

/// Names what the capture shows of a host at about a moment.
fn ruled_out(view: &CaptureView<'_>, host: &str, time: Timestamp) -> Vec<String> {
    let from = view.slots.partition_point(|slot| slot.start < time.plus_nanos(-NEAR));
    let near = view.slots.iter().skip(from).take_while(|slot| slot.start <= time.plus_nanos(NEAR)).take(MAX_NEAR);
    let sessions = near.filter_map(|slot| view.session(slot)).filter(|session| session.is_for(host).is_some());
    let mut named: Vec<String> = Vec::new();
    for session in sessions {
        let words = match session.flow() {
            Some(flow) => match flow.stream {
                Some(stream) => format!("`tcp.stream eq {stream}`"),
                None => format!("the connection that begins at frame {}", flow.first.frame),
            },
            None => format!("the lookup at frame {}", session.first.frame),
        };
        if !named.contains(&words) {
            named.push(words);
        }
        if named.len() == NAMED {
            break;
        }
    }
    named
}

/// Returns why no record is there, and whether one ought to be. `shares` says whether a log has any request in a capture.
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
