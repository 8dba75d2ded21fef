//! What a slice says of itself: the verdict over all, and on a frame what it proves.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::model::member_path::base;
use crate::model::report::{Attempt, Report, Source};
use crate::model::visible::visible;

/// Returns the verdict and what leads to it.
fn verdict(report: &Report, attempt: &Attempt) -> String {
    let mut text = format!(
        "{} {}: attempt {}, {}, confidence {}\n{}",
        report.tool.name,
        report.tool.version,
        attempt.id,
        attempt.outcome,
        attempt.confidence.as_str(),
        visible(&attempt.diagnosis.summary)
    );
    if let Some(conflict) = &attempt.conflict {
        let _ = write!(text, "\nConflict: {}", visible(conflict));
    }
    for (number, remedy) in attempt.diagnosis.remedy.iter().enumerate() {
        let _ = write!(text, "\n{}. {}", number + 1, visible(remedy));
    }
    let records = attempt.evidence.iter().filter(|evidence| evidence.source == Source::Log);
    for evidence in records {
        let path = report.inputs.get(evidence.input).map_or("", |input| input.path.as_str());
        let line = evidence.line.map(|line| format!(":{line}")).unwrap_or_default();
        let _ = write!(text, "\n{}{line}: {}", visible(base(path)), visible(&evidence.what));
    }
    text
}

/// The most attempts whose verdicts are told over all.
const TOLD: usize = 200;

/// Returns the verdict of one attempt and what leads to it, or the verdicts of several, a line each.
pub(super) fn verdicts(report: &Report, attempts: &[Attempt]) -> String {
    if let [one] = attempts {
        return verdict(report, one);
    }
    let mut text = format!("{} {}: {} attempts", report.tool.name, report.tool.version, attempts.len());
    for attempt in attempts.iter().take(TOLD) {
        let (id, outcome, sure) = (attempt.id, attempt.outcome, attempt.confidence.as_str());
        let _ = write!(text, "\n#{id} {outcome}, confidence {sure}: {}", visible(&attempt.diagnosis.summary));
    }
    if let Some(more) = attempts.len().checked_sub(TOLD).filter(|more| *more > 0) {
        let _ = write!(text, "\n{more} more");
    }
    text
}

/// The attempts that cite each frame.
pub(super) struct Citing<'a> {
    attempts: &'a [Attempt],
    /// Places in the list, by input and frame.
    by_frame: HashMap<(usize, u64), Vec<usize>>,
}

impl<'a> Citing<'a> {
    /// Looks up which frames the attempts cite.
    pub(super) fn of(attempts: &'a [Attempt]) -> Self {
        let mut by_frame: HashMap<(usize, u64), Vec<usize>> = HashMap::new();
        for (index, attempt) in attempts.iter().enumerate() {
            let steps = attempt.steps.iter().map(|step| (step.input, step.frame));
            let evidence = attempt.evidence.iter().map(|evidence| (evidence.input, evidence.frame));
            for (input, frame) in steps.chain(evidence) {
                let Some(frame) = frame else { continue };
                let citing = by_frame.entry((input, frame)).or_default();
                if citing.last() != Some(&index) {
                    citing.push(index);
                }
            }
        }
        Self { attempts, by_frame }
    }

    /// Returns what a frame proves, with its number in the capture that it comes from, and of which attempt, where there are
    /// several.
    pub(super) fn comments(&self, path: &str, input: usize, frame: u64) -> Vec<String> {
        let citing = self.by_frame.get(&(input, frame)).into_iter().flatten();
        let attempts = citing.filter_map(|index| self.attempts.get(*index));
        let many = self.attempts.len() > 1;
        attempts
            .flat_map(|attempt| {
                let mark = if many { format!("#{} ", attempt.id) } else { String::new() };
                comments(attempt, path, input, frame).into_iter().map(move |comment| format!("{mark}{comment}"))
            })
            .collect()
    }
}

/// Returns what a frame proves of an attempt, with its number in the capture that it comes from.
fn comments(attempt: &Attempt, path: &str, input: usize, frame: u64) -> Vec<String> {
    let is_here = |other: usize, number: Option<u64>| other == input && number == Some(frame);
    let decisive = attempt.steps.iter().any(|step| step.decisive && is_here(step.input, step.frame));
    let mut proofs: Vec<&str> = attempt
        .evidence
        .iter()
        .filter(|evidence| is_here(evidence.input, evidence.frame))
        .map(|evidence| evidence.what.as_str())
        .collect();
    if proofs.is_empty() {
        let steps = attempt.steps.iter().filter(|step| step.decisive && is_here(step.input, step.frame));
        proofs.extend(steps.map(|step| step.what.as_str()));
    }
    let kind = if decisive { "Proof" } else { "Evidence" };
    let place = visible(base(path));
    proofs.into_iter().map(|proof| format!("{kind}: {} (frame {frame} of {place})", visible(proof))).collect()
}
