//! What makes a verdict less than sure, as explanations and `docs/outcomes.md` show it.

use std::fmt::Write as _;

use super::Entry;
use crate::model::doubt::{About, Doubt};
use crate::model::lack::Lack;
use crate::model::report::Confidence;

/// Returns the doubts that weaken verdicts of an entry, each with the confidence that it leaves at most.
pub(super) fn of(entry: &Entry) -> Vec<(Confidence, &'static str)> {
    let weakening = Doubt::ALL.iter().filter(|doubt| doubt.weakens(entry.outcome, entry.detail));
    weakening.map(|doubt| (doubt.most(), doubt.sentence())).collect()
}

/// Returns the same in lines; without those that weaken every verdict, where these are told elsewhere.
pub(super) fn lines(entry: &Entry, with_general: bool) -> Vec<String> {
    let weakening = Doubt::ALL.iter().filter(|doubt| doubt.weakens(entry.outcome, entry.detail));
    let told = weakening.filter(|doubt| with_general || doubt.weakened().is_some());
    told.map(|doubt| format!("{} at most: {}", doubt.most().as_str(), doubt.sentence())).collect()
}

/// Returns the section of `docs/outcomes.md`.
pub(super) fn section() -> String {
    let mut out = String::from(INTRODUCTION);
    for (about, title) in [
        (About::Capture, "What the capture shows"),
        (About::Log, "What the log says"),
        (About::Both, "How the two fit together"),
    ] {
        let _ = writeln!(out, "\n{title}:\n\n| reason | leaves at most | weakens |\n|---|---|---|");
        for doubt in Doubt::ALL.iter().filter(|doubt| doubt.about() == about) {
            let names = doubt.weakened().map_or_else(
                || "every verdict".to_owned(),
                |names| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
            );
            let _ = writeln!(out, "| {} | {} | {names} |", doubt.sentence(), doubt.most().as_str());
        }
    }
    out.push_str(LACKS);
    for lack in Lack::ALL {
        let _ = writeln!(out, "- {}", lack.sentence());
    }
    out.push_str(BOUNDS);
    out
}

const INTRODUCTION: &str = "\n## What weakens a verdict

Silence proves something only where an answer would have been seen, and words only where nobody else can have written them.
Each reason that applies to an attempt stands in its `confidence_reasons`.
";

const LACKS: &str = "\nWhat a whole capture lacks is in `inputs[].quality`, with what that weakens:\n\n";

const BOUNDS: &str = "\nA capture that begins within a connection can't show how it was opened, and one that ends too soon can't show that nobody
answers: both are among the reasons above, for the connections that they concern.
";
