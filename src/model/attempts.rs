//! The attempts of a report, as those who write it get them: at hand, or made when they are asked for. A log of a policy
//! service node has hundreds of thousands, and whoever writes them one behind the other need not hold them all.

use std::borrow::Cow;

use crate::model::outcome::Outcome;
use crate::model::report::Attempt;
use crate::model::time::Timestamp;

/// Attempts in their order, each known by its place among them, from 0.
pub trait Attempts: Sync {
    /// Returns how many there are.
    fn count(&self) -> usize;

    /// Returns the one at a place; `None` when there is no such attempt.
    fn attempt(&self, place: usize) -> Option<Cow<'_, Attempt>>;

    /// Returns what one came to; `None` when there is no such attempt.
    fn outcome(&self, place: usize) -> Option<Outcome>;

    /// Returns when one began and when its result was known, as far as that is told.
    fn span(&self, place: usize) -> (Option<Timestamp>, Option<Timestamp>);
}

impl Attempts for Vec<Attempt> {
    fn count(&self) -> usize {
        self.len()
    }

    fn attempt(&self, place: usize) -> Option<Cow<'_, Attempt>> {
        self.get(place).map(Cow::Borrowed)
    }

    fn outcome(&self, place: usize) -> Option<Outcome> {
        self.get(place).map(|attempt| attempt.outcome)
    }

    fn span(&self, place: usize) -> (Option<Timestamp>, Option<Timestamp>) {
        self.get(place).map(|attempt| (attempt.started_at, attempt.ended_at)).unwrap_or_default()
    }
}
