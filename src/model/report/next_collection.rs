//! What to collect next, where an attempt could not be decided.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What to collect so that an attempt like this can be decided.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct NextCollection {
    /// On which node, in words: the primary administration node, the policy service node that wrote the log.
    pub node: String,
    /// Which component of the log is to be at which level, such as `external-mdm` at `TRACE`; null when the log is complete.
    pub component: Option<LogLevel>,
    /// The filter for ISE's TCP Dump; null when no capture is needed.
    pub capture_filter: Option<String>,
    /// When it will happen again, or what to do so that it does.
    pub when: String,
    /// What of it would decide the attempt, in a sentence.
    pub decides: String,
}

/// A component of ISE's log with a level.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct LogLevel {
    /// Name of the component in the Debug Wizard.
    pub name: String,
    /// The level.
    pub level: String,
}
