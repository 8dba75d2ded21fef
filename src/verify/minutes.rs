//! Counts the records of `iseLocalStore.log` again that tell of MDM servers which could not be asked.

use super::inputs::Inputs;
use super::verification::{BrokenCitation, CitationCounts, CitationState};
use crate::model::report::{FailureMinute, Report, Source};
use crate::node::MdmFailureMinute;
use crate::reading::Reading;

/// Holds the minutes in `nodes` against what the files of the nodes say now.
pub(super) fn check(
    report: &Report,
    reading: &Reading<'_>,
    inputs: &Inputs,
    counts: &mut CitationCounts,
    broken: &mut Vec<BrokenCitation>,
) {
    let stated: Vec<&FailureMinute> = report.nodes.iter().flat_map(|node| &node.mdm_failures).collect();
    if stated.is_empty() {
        return;
    }
    let told = reading.nodes();
    let found: Vec<(usize, &MdmFailureMinute)> =
        told.nodes.iter().flat_map(|node| &node.failures).map(|(item, minute)| (*item, minute)).collect();
    for minute in stated {
        counts.checked += 1;
        let item = inputs.item_of(minute.input);
        let same =
            |(at, found): &&(usize, &MdmFailureMinute)| Some(*at) == item && counted(found) == stated_counts(minute);
        let named = |found: &MdmFailureMinute| report.redacted || found.server == minute.server;
        let (state, why) = match (item, found.iter().find(same)) {
            (None, _) => (CitationState::Missing, "the file is not at the paths that were given"),
            (Some(_), Some((_, found))) if named(found) && report.redacted && minute.server.is_some() => {
                (CitationState::Unverifiable, "")
            }
            (Some(_), Some((_, found))) if named(found) => (CitationState::Holds, ""),
            (Some(_), _) => (CitationState::Changed, "the records of that minute count otherwise"),
        };
        counts.add(state);
        if !matches!(state, CitationState::Holds | CitationState::Unverifiable) {
            broken.push(BrokenCitation {
                attempt: None,
                source: Source::Log,
                input: minute.input,
                line: Some(minute.line),
                frame: None,
                what: Some(format!("what the node recorded of MDM servers in the minute of {}", minute.at)),
                state,
                why: why.to_owned(),
            });
        }
    }
}

type Counted = (i64, u64, [u64; 4]);

fn stated_counts(minute: &FailureMinute) -> Counted {
    let FailureMinute { connection_failures, version_mismatches, response_errors, endpoints, .. } = minute;
    (minute.at.nanos(), minute.line, [*connection_failures, *version_mismatches, *response_errors, *endpoints])
}

fn counted(minute: &MdmFailureMinute) -> Counted {
    (minute.at.nanos(), minute.line, [minute.connection, minute.api_version, minute.response, minute.endpoints])
}
