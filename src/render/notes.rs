//! What the table has no room for: who disagrees, why a verdict is not sure, what an answer most likely was. What holds for
//! many attempts is told once.

use std::collections::HashMap;

use super::view::{likely, number};
use crate::model::report::{Attempt, Report};

/// Notes that are shown unless all are asked for.
const SHOWN: usize = 24;
/// Ids that are named one by one.
const NAMED: usize = 4;

/// A note with the attempts that it is about.
pub(super) struct AttemptNote {
    /// `#4`, `#4, #7`, `#4 to #40 (37 attempts)`, with another mark where the number sign is a link.
    pub(super) about: String,
    /// What there is to say.
    pub(super) text: String,
}

/// Returns the notes in order of the first attempt of each, and how many more there are. `mark` stands before each id.
pub(super) fn notes(report: &Report, mark: &str, all: bool) -> (Vec<AttemptNote>, usize) {
    let mut found: Vec<(String, Vec<usize>)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for attempt in &report.attempts {
        for text in of_attempt(attempt) {
            match known.get(&text).and_then(|at| found.get_mut(*at)) {
                Some((_, ids)) => ids.push(attempt.id),
                None => {
                    known.insert(text.clone(), found.len());
                    found.push((text, vec![attempt.id]));
                }
            }
        }
    }
    let shown = if all { found.len() } else { found.len().min(SHOWN) };
    let more = found.len() - shown;
    (found.into_iter().take(shown).map(|(text, ids)| AttemptNote { about: about(&ids, mark), text }).collect(), more)
}

fn of_attempt(attempt: &Attempt) -> Vec<String> {
    let mut texts = Vec::new();
    texts.extend(attempt.conflict.as_ref().map(|note| format!("* {note}")));
    texts.extend(attempt.missing_source.clone());
    // What was said already need not be said as a reason too.
    let said = |reason: &&String| {
        Some(*reason) != attempt.conflict.as_ref() && Some(*reason) != attempt.missing_source.as_ref()
    };
    let level = attempt.confidence.as_str();
    texts.extend(attempt.confidence_reasons.iter().filter(said).map(|reason| format!("{level}: {reason}")));
    texts.extend(likely(attempt).map(|likely| format!("most likely {likely}")));
    texts
}

/// Names attempts: `#4, #7`, or `#4 to #40 (37 attempts)`.
pub(super) fn about(ids: &[usize], mark: &str) -> String {
    match ids {
        [first, .., last] if ids.len() > NAMED => {
            format!("{mark}{first} to {mark}{last} ({} attempts)", number(ids.len()))
        }
        few => few.iter().map(|id| format!("{mark}{id}")).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn what_holds_for_many_is_told_once() {
        let mut report = sample::report();
        report.attempts.iter_mut().for_each(|attempt| {
            (attempt.conflict, attempt.likely) = (None, None);
            attempt.confidence_reasons.clear();
            attempt.missing_source = Some("The capture begins after this attempt.".into());
        });
        let (notes, more) = notes(&report, "#", false);
        assert_eq!((notes.len(), more), (1, 0));
        assert_eq!(notes[0].about, "#1 to #11 (11 attempts)");
    }

    #[test]
    fn every_verdict_that_is_not_sure_says_why() {
        let report = sample::report();
        let (notes, _) = notes(&report, "", true);
        for attempt in &report.attempts {
            for reason in &attempt.confidence_reasons {
                let id = attempt.id.to_string();
                assert!(notes.iter().any(|note| note.about == id && note.text.contains(reason.as_str())), "{reason}");
            }
        }
    }

    #[test]
    fn many_notes_are_cut_off_and_counted() {
        let mut report = sample::queries(200, 1000);
        for attempt in &mut report.attempts {
            attempt.missing_source = Some(format!("note {}", attempt.id));
        }
        let (shown, more) = notes(&report, "#", false);
        assert_eq!((shown.len(), more), (SHOWN, 200 - SHOWN));
        assert_eq!(notes(&report, "#", true).1, 0);
    }
}
