//! Reads the cited lines of logs again.

use std::collections::HashMap;

use super::claims::{CitedClaim, CitedPlace};
use super::inputs::Inputs;
use super::verification::CitationState;
use crate::log::{self, LogCitation, LogFacts};
use crate::model::report::Report;
use crate::model::time::{LocalTime, MILLISECOND, SECOND, Timestamp};
use crate::model::zone_offset::ZoneOffset;
use crate::reading::Reading;

/// What a report rounds a skew to, and a bit.
const ROUNDING: i64 = MILLISECOND;
/// What daylight saving time, or a zone that changed, adds to the offset at the first record.
const CHANGES: [i64; 7] =
    [0, 1800 * SECOND, -1800 * SECOND, 3600 * SECOND, -3600 * SECOND, 7200 * SECOND, -7200 * SECOND];

/// Holds the claims about lines against what the log stage reads there now.
pub(super) fn check(
    report: &Report,
    reading: &Reading<'_>,
    inputs: &Inputs,
    claims: &[&CitedClaim<'_>],
    judge: &mut dyn FnMut(&CitedClaim<'_>, CitationState, String),
) {
    if claims.is_empty() {
        return;
    }
    let logs = reading.logs();
    let cited = cited(&logs);
    let mut lengths: HashMap<usize, u64> = HashMap::new();
    for claim in claims {
        let (CitedPlace::Line(line), Some(item)) = (claim.place, inputs.item_of(claim.input)) else { continue };
        let Some(here) = cited.get(&(item, line)) else {
            let length = *lengths.entry(item).or_insert_with(|| lines_of(reading, item));
            if line > length {
                judge(claim, CitationState::Gone, format!("the file has {length} lines"));
            } else {
                judge(claim, CitationState::Changed, "no record of the MDM component begins there".to_owned());
            }
            continue;
        };
        let timed = |citation: &&&LogCitation| fits(report, claim.input, citation.at.time, claim.time);
        if !here.iter().any(|citation| timed(&citation)) {
            let time = here.iter().find_map(|citation| citation.at.time);
            judge(claim, CitationState::Changed, format!("the record there is of {}", local(time)));
            continue;
        }
        match claim.what {
            None => judge(claim, CitationState::Holds, String::new()),
            Some(_) if report.redacted => judge(claim, CitationState::Unverifiable, String::new()),
            Some(what) if here.iter().any(|citation| citation.text() == what) => {
                judge(claim, CitationState::Holds, String::new());
            }
            Some(_) => {
                let says = here.last().map(|citation| citation.text().into_owned()).unwrap_or_default();
                judge(claim, CitationState::Changed, format!("the record there says `{says}`"));
            }
        }
    }
}

/// Returns the records that the logs cite, by item and line.
fn cited(logs: &[LogFacts]) -> HashMap<(usize, u64), Vec<&LogCitation>> {
    let mut cited: HashMap<(usize, u64), Vec<&LogCitation>> = HashMap::new();
    for citation in logs.iter().flat_map(|log| &log.attempts).flat_map(|attempt| &attempt.citations) {
        cited.entry((citation.at.input, citation.at.line)).or_default().push(citation);
    }
    cited
}

fn lines_of(reading: &Reading<'_>, item: usize) -> u64 {
    let text = reading.found.items.get(item).map(|item| log::text(&item.data)).unwrap_or_default();
    let ends = memchr::memchr_iter(b'\n', &text).count() as u64;
    ends + u64::from(!text.is_empty() && !text.ends_with(b"\n"))
}

/// Returns whether a reading of the log's clock can be the time that the report states: what lies between them is an offset of
/// the log, with or without the skew to a capture.
fn fits(report: &Report, input: usize, local: Option<LocalTime>, stated: Option<Timestamp>) -> bool {
    let (Some(local), Some(stated)) = (local, stated) else { return local.is_none() == stated.is_none() };
    let clocks = || report.clocks.iter().chain(&report.clock).filter(|clock| clock.log_inputs.contains(&input));
    let own = report.inputs.get(input).and_then(|input| input.utc_offset.as_deref());
    let of_clocks = clocks().flat_map(|clock| {
        let later = clock.zone_changes.iter().map(|change| change.log_utc_offset.as_str());
        std::iter::once(clock.log_utc_offset.as_str()).chain(later)
    });
    let offsets: Vec<ZoneOffset> = own.into_iter().chain(of_clocks).filter_map(ZoneOffset::read).collect();
    let skews = clocks().filter_map(|clock| clock.log_minus_capture_ms).map(|skew| (skew * MILLISECOND as f64) as i64);
    let skews: Vec<i64> = skews.chain([0]).collect();
    let between = local.nanos().saturating_sub(stated.nanos());
    offsets.iter().any(|offset| {
        CHANGES.iter().any(|change| {
            let left = between.saturating_sub(offset.nanos() + change);
            skews.iter().any(|skew| left.saturating_sub(*skew).saturating_abs() <= ROUNDING)
        })
    })
}

/// Writes a reading of the log's clock for people.
fn local(time: Option<LocalTime>) -> String {
    time.map_or_else(
        || "no time".to_owned(),
        |time| format!("{} on the log's clock", Timestamp::from_nanos(time.nanos()).to_string().trim_end_matches('Z')),
    )
}
