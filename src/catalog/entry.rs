//! An entry of the catalog.

use serde::Serialize;

use super::remedy::Remedy;
use crate::model::outcome::OutcomeName;

/// All that is known of one outcome, or of one kind of it. Texts may hold [`Blank`](super::Blank)s; [`fill`](super::fill) writes them out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The outcome.
    pub outcome: OutcomeName,
    /// The kind of it; `5xx` and the like stand for all statuses of that class. `None` for the outcome in general.
    pub detail: Option<&'static str>,
    /// A few words.
    pub title: &'static str,
    /// What happened, in a sentence or two.
    pub meaning: &'static str,
    /// What proves it, in the log and on the wire.
    pub proof: &'static [&'static str],
    /// What is behind it, the likeliest first.
    pub causes: &'static [&'static str],
    /// What to do, first things first.
    pub remedy: &'static [Remedy],
}

impl Entry {
    /// Makes the entry of one detail of an outcome.
    pub(super) const fn of_detail(
        outcome: OutcomeName,
        detail: &'static str,
        title: &'static str,
        meaning: &'static str,
        proof: &'static [&'static str],
        causes: &'static [&'static str],
        remedy: &'static [Remedy],
    ) -> Self {
        Self { outcome, detail: Some(detail), title, meaning, proof, causes, remedy }
    }

    /// Returns `outcome` or `outcome/detail`, as `mdmlog explain` takes it.
    pub fn name(&self) -> String {
        match self.detail {
            Some(detail) => format!("{}/{detail}", self.outcome),
            None => self.outcome.to_string(),
        }
    }
}
