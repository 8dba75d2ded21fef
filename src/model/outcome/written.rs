//! How reports have an outcome: its name and the word of its detail, as two fields among those of what came to it.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::name::OutcomeName;

/// The two fields.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct WrittenOutcome {
    /// What it came to.
    pub(super) outcome: OutcomeName,
    /// The kind of that outcome, where proved.
    pub(super) detail: Option<Cow<'static, str>>,
}
