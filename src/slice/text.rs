//! What a slice says of itself: the verdict over all, and on a frame what it proves.

use std::fmt::Write as _;

use crate::model::member_path::base;
use crate::model::report::{Attempt, Report, Source};
use crate::model::visible::visible;

/// Returns the verdict and what leads to it.
pub(super) fn verdict(report: &Report, attempt: &Attempt) -> String {
    let detail = attempt.detail.as_ref().map(|detail| format!("/{detail}")).unwrap_or_default();
    let mut text = format!(
        "{} {}: attempt {}, {}{detail}, confidence {}\n{}",
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

/// Returns what a frame proves, with its number in the capture that it comes from.
pub(super) fn comments(attempt: &Attempt, path: &str, input: usize, frame: u64) -> Vec<String> {
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
