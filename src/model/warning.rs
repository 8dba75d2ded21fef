//! What went wrong with an input without ending the analysis: a value that is collected and shown, never printed where
//! it was noticed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing that a reader of the report must know about an input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Index into the report's `inputs`, or null when the warning is about none of them.
    pub input: Option<usize>,
    /// A stable word for programs, such as `truncated` or `unknown_link_type`.
    pub code: String,
    /// A sentence for people: what, where (byte, line or frame), and what can be done.
    pub message: String,
}

impl Warning {
    /// A warning about the input with this index.
    pub fn about(input: usize, code: &str, message: impl Into<String>) -> Self {
        Self { input: Some(input), code: code.to_owned(), message: message.into() }
    }

    /// A warning about no input in particular.
    pub fn general(code: &str, message: impl Into<String>) -> Self {
        Self { input: None, code: code.to_owned(), message: message.into() }
    }
}
