//! What each of several captures that look at the same path saw of an attempt.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one of several captures saw of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Vantage {
    /// Index of the input.
    pub input: usize,
    /// Whose packets it has.
    pub saw: Saw,
}

/// Whose packets a capture has of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Saw {
    /// None.
    Nothing,
    /// The client's alone.
    Request,
    /// The client's, and answers to them.
    Both,
}
