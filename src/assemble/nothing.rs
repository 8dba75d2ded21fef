//! What a reader must know where something that was asked for is not there: why log and capture have nothing in common, what lies
//! outside of the time that was asked for, and whom a capture shows when it shows no MDM server.

use crate::capture::{CaptureFacts, Contact};
use crate::correlate::Joined;
use crate::log::LogFacts;
use crate::model::count::nouns;
use crate::model::report::OffsetSource;
use crate::model::time::{SECOND, Timestamp};
use crate::model::visible::visible;
use crate::model::warning::{Warning, WarningCode};
use crate::options::Options;

/// The zones of the world lie within a day and two hours of each other (UTC-12 to UTC+14).
const ZONES: i64 = 26 * 3600 * SECOND;
/// A clock that is kept at all is not off by more.
const SKEW: i64 = 3600 * SECOND;
/// Servers that are named.
const NAMED: usize = 8;

/// Returns a warning for each log that begins after all captures end, or ends before they begin, in every zone that its clock
/// may be set to. A log that shares attempts with a capture has none.
pub(super) fn apart(logs: &[LogFacts], captures: &[CaptureFacts], joined: &Joined<'_>) -> Vec<Warning> {
    let captured = captures.iter().flat_map(|capture| &capture.parts).filter_map(|part| part.span);
    let Some((begin, end)) = captured.reduce(|all, span| (all.0.min(span.0), all.1.max(span.1))) else {
        return Vec::new();
    };
    let of_log = |(log, facts): (usize, &LogFacts)| {
        let input = facts.parts.iter().find(|part| part.span.is_some())?.input;
        let (first, last) = joined.readings.get(log)?.span(&facts.parts)?;
        let shares = joined.clocks.iter().any(|clock| clock.log == log);
        // A zone that is wrong is another matter, which has a warning of its own.
        let wrong_zone = joined.other_zones.get(log).is_some_and(Option::is_some);
        let doubt = match joined.sources.get(log)? {
            OffsetSource::Option | OffsetSource::Bundle => SKEW,
            OffsetSource::Estimated | OffsetSource::Assumed => ZONES + SKEW,
        };
        let gap = |earlier: Timestamp, later: Timestamp| {
            Some(later.nanos().saturating_sub(earlier.nanos())).filter(|gap| *gap > doubt)
        };
        let words = if let Some(gap) = gap(end, first) {
            format!("What was captured ends {} before the log begins", length(gap))
        } else if let Some(gap) = gap(last, begin) {
            format!("What was captured begins {} after the log ends", length(gap))
        } else {
            return None;
        };
        let message =
            format!("{words}: they can't show the same attempts. Collect both at the same time, around one attempt.");
        Some(Warning::about(input, WarningCode::NoOverlap, message)).filter(|_| !shares && !wrong_zone)
    };
    logs.iter().enumerate().filter_map(of_log).collect()
}

/// Writes a length of time in its largest unit.
fn length(nanos: i64) -> String {
    let minutes = nanos / (60 * SECOND);
    let (count, unit) = match minutes {
        2880.. => (minutes / 1440, "day"),
        120.. => (minutes / 60, "hour"),
        _ => (minutes, "minute"),
    };
    format!("{count} {}", nouns(&count, unit))
}

/// Returns a warning where a window or a choice of kinds leaves nothing of what was found.
pub(super) fn left_out(
    found: usize,
    kept: usize,
    span: Option<(Timestamp, Timestamp)>,
    options: &Options,
) -> Option<Warning> {
    if kept > 0 || found == 0 {
        return None;
    }
    let mut asked = Vec::new();
    asked.extend(options.since.map(|_| "--since"));
    asked.extend(options.until.map(|_| "--until"));
    asked.extend(Some("--kind").filter(|_| !options.kinds.is_empty()));
    let when = span.map(|(first, last)| format!(", from {first} to {last}")).unwrap_or_default();
    let message = format!(
        "{found} attempt{} found{when}, and {} leave{} none of them.",
        if found == 1 { " was" } else { "s were" },
        asked.join(" and "),
        if asked.len() == 1 { "s" } else { "" },
    );
    Some(Warning::general(WarningCode::AllLeftOut, message))
}

/// Returns a warning with the servers that a capture shows, where none of them is known as an MDM server and no log names one.
pub(super) fn contacted(logs: &[LogFacts], captures: &[CaptureFacts], found: usize) -> Option<Warning> {
    if found > 0 || logs.iter().any(|log| !log.attempts.is_empty()) {
        return None;
    }
    let mut contacts: Vec<&Contact> = captures.iter().flat_map(|capture| &capture.contacts).collect();
    contacts.sort_by_key(|contact| std::cmp::Reverse(contact.syns));
    if contacts.is_empty() {
        return None;
    }
    let named: Vec<String> = contacts.iter().take(NAMED).map(|contact| words(contact)).collect();
    let more = if contacts.len() > NAMED { ", and others" } else { "" };
    let message = format!(
        "No server in the capture is known as an MDM server. Its clients went to {}{more}. Name the MDM server with --host, or its \
         port with --port.",
        named.join(", ")
    );
    Some(Warning::general(WarningCode::NoKnownServer, message))
}

fn words(contact: &Contact) -> String {
    let Contact { address, port, name, syns } = contact;
    let at = std::net::SocketAddr::new(*address, *port);
    let syns = match syns {
        0 => "already connected".to_owned(),
        count => format!("{count} {}", nouns(count, "SYN")),
    };
    match name {
        Some(name) => format!("{} at {at} ({syns})", visible(name)),
        None => format!("{at} ({syns})"),
    }
}
