//! Reads the cited frames of captures again.

use std::collections::{BTreeMap, HashMap};

use super::claims::{CitedClaim, CitedPlace};
use super::inputs::Inputs;
use super::statement::Statement;
use super::verification::CitationState;
use crate::capture::{RawFrame, Wanted, content, excerpt};
use crate::model::report::Report;
use crate::reading::Reading;

/// Holds the claims about frames against the frames.
pub(super) fn check(
    report: &Report,
    reading: &Reading<'_>,
    inputs: &Inputs,
    claims: &[&CitedClaim<'_>],
    judge: &mut dyn FnMut(&CitedClaim<'_>, CitationState, String),
) {
    let mut by_item: BTreeMap<usize, Vec<(u64, &CitedClaim<'_>)>> = BTreeMap::new();
    for claim in claims {
        let (CitedPlace::Frame(frame), Some(item)) = (claim.place, inputs.item_of(claim.input)) else { continue };
        by_item.entry(item).or_default().push((frame, claim));
    }
    for (item, claims) in by_item {
        let Some(item) = reading.found.items.get(item) else { continue };
        let wanted = Wanted { frames: claims.iter().map(|(frame, _)| *frame).collect(), ..Wanted::default() };
        let frames: HashMap<u64, RawFrame<'_>> =
            excerpt(&item.data, &wanted, reading.progress()).into_iter().map(|frame| (frame.number, frame)).collect();
        for (number, claim) in claims {
            match frames.get(&number) {
                None => judge(claim, CitationState::Gone, "the capture ends before it".to_owned()),
                Some(frame) => {
                    let (state, why) = held(report, claim, frame);
                    judge(claim, state, why);
                }
            }
        }
    }
}

fn held(report: &Report, claim: &CitedClaim<'_>, frame: &RawFrame<'_>) -> (CitationState, String) {
    if claim.time.is_some_and(|time| time != frame.time) {
        return (CitationState::Changed, format!("the frame there is of {}", frame.time));
    }
    let Some(what) = claim.what else { return (CitationState::Holds, String::new()) };
    if report.redacted {
        return (CitationState::Unverifiable, String::new());
    }
    let Some(content) = content(frame) else {
        return (CitationState::Changed, "the frame there carries no packet of IP".to_owned());
    };
    match Statement::of(what).contradicted_by(&content, claim.attempt) {
        Some(why) => (CitationState::Changed, why),
        None => (CitationState::Holds, String::new()),
    }
}
