//! What the table has no room for: who disagrees, why a verdict is not sure, what an answer most likely was. What holds for
//! many attempts is told once.

use super::view::{likely, number};
use crate::model::report::Attempt;

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

/// Returns the notes that are shown of these, each with the ids that it is about, and how many more there are. `mark` stands
/// before each id.
pub(super) fn notes(found: &[(String, Vec<usize>)], mark: &str, all: bool) -> (Vec<AttemptNote>, usize) {
    let shown = if all { found.len() } else { found.len().min(SHOWN) };
    let note = |(text, ids): &(String, Vec<usize>)| AttemptNote { about: about(ids, mark), text: text.clone() };
    (found.iter().take(shown).map(note).collect(), found.len() - shown)
}

/// Returns what there is to say of an attempt.
pub(super) fn of_attempt(attempt: &Attempt) -> Vec<String> {
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
    use crate::render::overview::Overview;
    use crate::sample;

    #[test]
    fn what_holds_for_many_is_told_once() {
        let mut report = sample::report();
        report.attempts.iter_mut().for_each(|attempt| {
            (attempt.conflict, attempt.likely) = (None, None);
            attempt.confidence_reasons.clear();
            attempt.missing_source = Some("The capture begins after this attempt.".into());
        });
        let (notes, more) = notes(&Overview::whole(&report).notes, "#", false);
        assert_eq!((notes.len(), more), (1, 0));
        assert_eq!(notes[0].about, "#1 to #11 (11 attempts)");
    }

    #[test]
    fn every_verdict_that_is_not_sure_says_why() {
        let report = sample::report();
        let (notes, _) = notes(&Overview::whole(&report).notes, "", true);
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
        let overview = Overview::whole(&report);
        let (shown, more) = notes(&overview.notes, "#", false);
        assert_eq!((shown.len(), more), (SHOWN, 200 - SHOWN));
        assert_eq!(notes(&overview.notes, "#", true).1, 0);
    }
}
