//! What an outcome means and what to do, in words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What it means and what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnosis {
    /// One sentence.
    pub summary: String,
    /// What to do, first things first.
    pub remedy: Vec<String>,
}
