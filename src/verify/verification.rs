//! What came of it: the contract with the programs that read a verification.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::report::{Source, Tool};

/// What became of a report when it was held against its inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verification {
    /// Version of the contract, the same as that of the report.
    pub schema_version: String,
    /// The program that verified.
    pub tool: Tool,
    /// The report that was verified.
    pub report: VerifiedReport,
    /// Its inputs, in its order.
    pub inputs: Vec<VerifiedInput>,
    /// Counts over all that it cites.
    pub citations: CitationCounts,
    /// What it cites and what no longer holds, in order of attempts.
    pub broken: Vec<BrokenCitation>,
    /// What could not be read at the paths that were given.
    pub warnings: Vec<String>,
}

impl Verification {
    /// Returns whether everything that the report cites was read again and says the same, out of files with the same sums.
    pub fn holds(&self) -> bool {
        self.citations.holding == self.citations.checked
            && self.inputs.iter().all(|input| matches!(input.state, InputState::Same | InputState::NotHashed))
    }
}

/// Which report was verified.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VerifiedReport {
    /// Version of its contract.
    pub schema_version: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// Whether it has pseudonyms in the place of names: then times can be held against the files, and words can't.
    pub redacted: bool,
}

/// An input of the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VerifiedInput {
    /// Its path as the report has it.
    pub path: String,
    /// The path of the file that it was held against; null where there is none.
    pub found: Option<String>,
    /// Whether it is the same.
    pub state: InputState,
    /// The sum that the report states; null where it states none.
    pub sha256: Option<String>,
    /// The sum of the file that was found.
    pub found_sha256: Option<String>,
}

/// Whether a file is the one that the report was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InputState {
    /// Its SHA-256 is the one in the report.
    Same,
    /// Its SHA-256, or its size where the report has no sum, is another.
    Changed,
    /// The report has no sum of it; its size is the same.
    NotHashed,
    /// It is not at the paths that were given.
    Missing,
}

impl InputState {
    /// Returns the word in the output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::NotHashed => "not_hashed",
            Self::Missing => "missing",
        }
    }
}

/// Counts over the lines and frames that a report cites.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CitationCounts {
    /// All of them, the minutes of `nodes[].mdm_failures` included.
    pub checked: usize,
    /// They say what the report says.
    pub holding: usize,
    /// They are there and say something else.
    pub changed: usize,
    /// There is no such line or frame.
    pub gone: usize,
    /// Their file is not at the paths that were given.
    pub missing: usize,
    /// They are there, and of a redacted report no more can be said.
    pub unverifiable: usize,
}

impl CitationCounts {
    pub(super) fn add(&mut self, state: CitationState) {
        let count = match state {
            CitationState::Holds => &mut self.holding,
            CitationState::Changed => &mut self.changed,
            CitationState::Gone => &mut self.gone,
            CitationState::Missing => &mut self.missing,
            CitationState::Unverifiable => &mut self.unverifiable,
        };
        *count += 1;
    }
}

/// What became of one line or frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CitationState {
    /// It says what the report says.
    Holds,
    /// It is there and says something else.
    Changed,
    /// There is no such line or frame.
    Gone,
    /// Its file is not at the paths that were given.
    Missing,
    /// It is there at its time, and the report has pseudonyms, so that no more can be said.
    Unverifiable,
}

impl CitationState {
    /// Returns the word in the output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Changed => "changed",
            Self::Gone => "gone",
            Self::Missing => "missing",
            Self::Unverifiable => "unverifiable",
        }
    }
}

/// A line or a frame that no longer holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BrokenCitation {
    /// Id of the attempt that cites it; null for what a node's own records tell.
    pub attempt: Option<usize>,
    /// Log or capture.
    pub source: Source,
    /// Index into the report's inputs.
    pub input: usize,
    /// Line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Frame, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u64>,
    /// What the report says that it shows; null where it is cited for its time alone.
    pub what: Option<String>,
    /// What became of it.
    pub state: CitationState,
    /// How it differs, in a sentence.
    pub why: String,
}
