//! What takes from a verdict that the log could not show everything, or shows too much.

use super::Ruling;
use crate::log::{ContradictionKind, LogAttempt, Trail};
use crate::model::report::Confidence;

/// Lowers a verdict by what is missing in the attempt's records and by those that exclude each other. `seen` says that the
/// capture shows the same result.
pub(super) fn lower(ruling: &mut Ruling, log: &LogAttempt, seen: bool) {
    if log.trail == Trail::Broken && !seen {
        let reason = "Records of the attempt are missing in the log, and another request may have been among them.";
        ruling.lower(Confidence::Medium, reason);
    }
    let Some(contradiction) = &log.contradiction else { return };
    let (first, second) = (contradiction.first.line, contradiction.second.line);
    let (conflict, reason) = match contradiction.kind {
        ContradictionKind::Results => (
            format!(
                "Lines {first} and {second} of the log tell different results of one request; one of them may be text that the \
                 other side sent."
            ),
            "The log tells results that exclude each other.",
        ),
        ContradictionKind::Quoted => (
            format!(
                "The records up to line {second} of the log stand inside of what line {first} quotes: the other side may have \
                 sent them as text."
            ),
            "Its records may be text that the other side sent.",
        ),
    };
    ruling.lower(Confidence::Low, reason);
    ruling.conflict.get_or_insert(conflict);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Contradiction, LineRef};
    use crate::model::outcome::Outcome;

    fn ruling() -> Ruling {
        Ruling {
            outcome: Outcome::Http404,
            confidence: Confidence::High,
            conflict: None,
            status: Some(404),
            rule: 3,
            reasons: Vec::new(),
        }
    }

    fn lowered(log: &LogAttempt, seen: bool) -> Ruling {
        let mut ruling = ruling();
        lower(&mut ruling, log, seen);
        ruling
    }

    #[test]
    fn missing_records_weaken_what_the_capture_does_not_show() {
        let broken = LogAttempt { trail: Trail::Broken, ..LogAttempt::default() };
        assert_eq!(lowered(&broken, false).confidence, Confidence::Medium);
        assert_eq!(lowered(&broken, true), ruling());
        let whole = LogAttempt { trail: Trail::Whole, ..LogAttempt::default() };
        assert_eq!(lowered(&whole, false), ruling());
    }

    #[test]
    fn records_that_exclude_each_other_are_a_conflict() {
        let at = |line| LineRef { input: 0, line, time: None };
        let contradiction = Contradiction { first: at(7), second: at(9), kind: ContradictionKind::Results };
        let contradiction = Some(Box::new(contradiction));
        let forged = LogAttempt { trail: Trail::Whole, contradiction, ..LogAttempt::default() };
        let lowered = lowered(&forged, true);
        assert_eq!(lowered.confidence, Confidence::Low);
        assert!(lowered.conflict.is_some_and(|conflict| conflict.starts_with("Lines 7 and 9")));
        assert_eq!(lowered.reasons.len(), 1);
    }
}
