//! What takes from a verdict that the log could not show everything, or shows too much.

use super::Ruling;
use crate::log::{ContradictionKind, LogAttempt, Trail};
use crate::model::doubt::Doubt;

/// Lowers a verdict by what is missing in the attempt's records and by those that cannot be trusted. `seen` says that the
/// capture shows the same result.
pub(super) fn lower(ruling: &mut Ruling, log: &LogAttempt, seen: bool) {
    if log.trail == Trail::Broken && !seen {
        ruling.lower(Doubt::BrokenTrail);
    }
    let Some(contradiction) = &log.contradiction else { return };
    let (first, second) = (contradiction.first.line, contradiction.second.line);
    match contradiction.kind {
        ContradictionKind::Results => {
            ruling.lower(Doubt::TwoResults);
            ruling.conflict.get_or_insert_with(|| {
                format!(
                    "Lines {first} and {second} of the log tell different results of one request; one of them may be text \
                     that the other side sent."
                )
            });
        }
        ContradictionKind::Quoted => {
            ruling.lower(Doubt::Quoted);
            ruling.conflict.get_or_insert_with(|| {
                format!(
                    "The records up to line {second} of the log stand inside of what line {first} quotes: the other side \
                     may have sent them as text."
                )
            });
        }
        // Nobody who writes into a log has the packets to show for it.
        ContradictionKind::BehindOther if !seen => ruling.lower(Doubt::BehindOther),
        ContradictionKind::OutOfTime if !seen => ruling.lower(Doubt::OutOfTime),
        ContradictionKind::BehindOther | ContradictionKind::OutOfTime => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Contradiction, LineRef};
    use crate::model::outcome::Outcome;
    use crate::model::report::Confidence;

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

    fn with(kind: ContradictionKind) -> LogAttempt {
        let at = |line| LineRef { input: 0, line, time: None };
        let contradiction = Some(Box::new(Contradiction { first: at(7), second: at(9), kind }));
        LogAttempt { trail: Trail::Whole, contradiction, ..LogAttempt::default() }
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
        let lowered = lowered(&with(ContradictionKind::Results), true);
        assert_eq!(lowered.confidence, Confidence::Low);
        assert!(lowered.conflict.is_some_and(|conflict| conflict.starts_with("Lines 7 and 9")));
        assert_eq!(lowered.reasons, [Doubt::TwoResults]);
    }

    #[test]
    fn records_that_may_be_foreign_text_are_not_sure_unless_packets_show_the_same() {
        for kind in [ContradictionKind::BehindOther, ContradictionKind::OutOfTime] {
            let log = with(kind);
            assert_eq!(lowered(&log, false).confidence, Confidence::Medium);
            assert_eq!(lowered(&log, true), ruling());
        }
    }
}
