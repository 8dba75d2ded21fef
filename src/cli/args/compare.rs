//! The arguments of the commands that hold reports against something: `mdmlog verify` and `mdmlog diff`.

use std::path::PathBuf;

use clap::{ValueEnum, ValueHint};

use super::analyze::field;
use super::shared::{AnalysisArgs, InputArgs, RunArgs};
use crate::cli::help;

/// Read again each line and frame that a report cites, and say which no longer hold
///
/// The files are found by their SHA-256 wherever they lie now, and else by their names. Of each cited line, time and words must be
/// those of the report; of each cited frame, time, connection and what kind of packet it is. Of a redacted report, whose words are
/// pseudonyms, only times can be held against the files.
#[derive(Debug, clap::Args)]
#[command(after_help = help::SEE, after_long_help = help::VERIFY)]
pub struct VerifyArgs {
    /// What `mdmlog analyze --format json` wrote
    #[arg(value_name = "REPORT", value_hint = ValueHint::FilePath)]
    pub report: PathBuf,

    /// Files, directories, archives and bundles that it was made of; `-` is standard input
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// What to write; `auto` is text on a terminal and json otherwise
    #[arg(long, short, value_enum, default_value = "auto")]
    pub format: VerifyChoice,

    #[command(flatten)]
    pub input: InputArgs,

    #[command(flatten)]
    pub run: RunArgs,
}

/// A way to write what came of it.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum VerifyChoice {
    /// Text on a terminal, json otherwise
    Auto,
    /// Lines for people
    Text,
    /// One object
    Json,
}

/// Say which failures are resolved, new or unchanged between two bundles, and what changed around them
///
/// Each side is what `mdmlog analyze` takes, or a report that it wrote as json. An incident is the same in both by its fingerprint:
/// server, outcome and detail. It is resolved only where a later attempt with the server went well; where none tells, it is
/// not_tried.
#[derive(Debug, clap::Args)]
#[command(after_help = help::SEE, after_long_help = help::DIFF)]
pub struct DiffArgs {
    /// The earlier bundle, folder or report
    #[arg(value_name = "BEFORE", value_hint = ValueHint::AnyPath)]
    pub before: PathBuf,

    /// The later one
    #[arg(value_name = "AFTER", value_hint = ValueHint::AnyPath)]
    pub after: PathBuf,

    /// What to write; `auto` is text on a terminal and json otherwise
    ///
    /// jira and servicenow write a line for each ticket that is resolved.
    #[arg(long, short, value_enum, default_value = "auto")]
    pub format: DiffChoice,

    /// Write there instead of to standard output
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Exit with status 1 when an incident is in one of these states
    ///
    /// new, unchanged, replaced, not_tried and resolved are states; any is each in which something fails: new, unchanged and
    /// replaced.
    #[arg(long, value_name = "any|STATE,...", value_delimiter = ',', value_enum)]
    pub fail_on: Vec<DiffState>,

    /// For servicenow, set this field, such as close_code=Solved; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = field)]
    pub field: Vec<(String, String)>,

    #[command(flatten)]
    pub analysis: AnalysisArgs,

    #[command(flatten)]
    pub input: InputArgs,

    #[command(flatten)]
    pub run: RunArgs,
}

/// A way to write a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffChoice {
    /// Text on a terminal, json otherwise
    Auto,
    /// For people
    Text,
    /// One object
    Json,
    /// What to tell Jira of tickets that are resolved
    Jira,
    /// What to tell ServiceNow of tickets that are resolved
    Servicenow,
}

/// What to fail on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum DiffState {
    /// Something fails
    Any,
    /// In the later one alone, or back again
    New,
    /// Open in both
    Unchanged,
    /// The server fails in another way
    Replaced,
    /// No later attempt tells
    NotTried,
    /// A later attempt went well
    Resolved,
}
