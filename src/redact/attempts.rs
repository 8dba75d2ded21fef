//! Attempts that are redacted when they are asked for, so that few of them are in memory.

use std::borrow::Cow;

use super::report::Redaction;
use crate::model::attempts::Attempts;
use crate::model::outcome::Outcome;
use crate::model::report::Attempt;
use crate::model::time::Timestamp;

/// The attempts of a report with pseudonyms in them.
pub(super) struct RedactedAttempts<'a> {
    pub(super) attempts: &'a dyn Attempts,
    pub(super) redaction: &'a Redaction<'a>,
}

impl Attempts for RedactedAttempts<'_> {
    fn count(&self) -> usize {
        self.attempts.count()
    }

    fn attempt(&self, place: usize) -> Option<Cow<'_, Attempt>> {
        let mut attempt = self.attempts.attempt(place)?.into_owned();
        self.redaction.attempt(&mut attempt);
        Some(Cow::Owned(attempt))
    }

    fn outcome(&self, place: usize) -> Option<Outcome> {
        self.attempts.outcome(place)
    }

    fn span(&self, place: usize) -> (Option<Timestamp>, Option<Timestamp>) {
        self.attempts.span(place)
    }
}
