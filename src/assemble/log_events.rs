//! What the log tells of an attempt, as events.

use super::event::AttemptEvent;
use crate::correlate::ClockReading;
use crate::log::{CitationRole, LogAttempt, LogCitation};

/// Returns the records of an attempt.
pub(super) fn events(attempt: &LogAttempt, reading: &ClockReading) -> Vec<AttemptEvent> {
    let last = |roles: &[CitationRole]| attempt.citations.iter().rposition(|citation| roles.contains(&citation.role));
    let last_result = last(&[CitationRole::ResponseCode, CitationRole::Error])
        .or_else(|| last(&[CitationRole::Verdict]))
        .or_else(|| last(&[CitationRole::Answer]));
    attempt
        .citations
        .iter()
        .enumerate()
        .map(|(index, citation)| {
            let event = AttemptEvent::line(citation.at, reading.utc(citation.at), step(citation))
                .decisive(Some(index) == last_result);
            if is_evidence(citation.role) { event.proves(citation.text().into_owned()) } else { event }
        })
        .collect()
}

fn tells_result(role: CitationRole) -> bool {
    matches!(role, CitationRole::ResponseCode | CitationRole::Error | CitationRole::Answer | CitationRole::Verdict)
}

fn is_evidence(role: CitationRole) -> bool {
    tells_result(role)
        || matches!(role, CitationRole::Get | CitationRole::Proxy | CitationRole::Retry | CitationRole::Body)
}

fn step(citation: &LogCitation) -> String {
    match citation.role {
        CitationRole::Begin => "attempt begins".to_owned(),
        CitationRole::Connecting => "connecting".to_owned(),
        CitationRole::Body => "response body".to_owned(),
        CitationRole::Answer => "attempt returns".to_owned(),
        _ => citation.text().into_owned(),
    }
}
