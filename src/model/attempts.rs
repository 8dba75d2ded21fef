//! The attempts of a report, as those who write it get them: at hand, or made when they are asked for. A log of a policy
//! service node has hundreds of thousands, and whoever writes them one behind the other need not hold them all.

use std::borrow::Cow;
use std::ops::Range;

use crate::model::outcome::Outcome;
use crate::model::report::Attempt;

/// Attempts in their order, numbered from 0.
pub trait Attempts: Sync {
    /// Returns how many there are.
    fn count(&self) -> usize;

    /// Returns those of a range; what lies beyond the last one is left out.
    fn range(&self, range: Range<usize>) -> Cow<'_, [Attempt]>;

    /// Returns what one came to; `None` when there is no such attempt.
    fn outcome(&self, index: usize) -> Option<Outcome>;
}

impl Attempts for Vec<Attempt> {
    fn count(&self) -> usize {
        self.len()
    }

    fn range(&self, range: Range<usize>) -> Cow<'_, [Attempt]> {
        let end = range.end.min(self.len());
        Cow::Borrowed(self.get(range.start..end).unwrap_or_default())
    }

    fn outcome(&self, index: usize) -> Option<Outcome> {
        self.get(index).map(|attempt| attempt.outcome)
    }
}
