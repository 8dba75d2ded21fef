//! The arguments of `mdmlog analyze`.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use clap::ValueHint;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use mdmlog::render::{Format, JiraEdition, Times};

use super::outcomes::Outcomes;
use super::shared::When;
use super::shared::{AnalysisArgs, InputArgs, RunArgs};
use crate::cli::fail_on::FailOn;
use crate::cli::help;

const OUTPUT: &str = "What comes out";
const PARQUET: &str = "parquet";

/// Say of every attempt what happened, what proves it and what to do
///
/// Reads logs and captures, whether they lie in a support bundle, an archive or a directory, or are named one by one. What a
/// file is, is found out by its content. What is damaged or not understood is a warning, and the rest is analysed.
#[derive(Debug, clap::Args)]
#[command(after_help = help::SEE, after_long_help = help::ANALYZE)]
pub struct AnalyzeArgs {
    /// Files, directories, archives and bundles; `-` is standard input
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// What to write: `auto` is text on a terminal and json otherwise
    ///
    /// The name of the file that `--output` gives does not change the format.
    #[arg(long, short, default_value = "auto", value_parser = formats(), help_heading = OUTPUT)]
    pub format: FormatChoice,

    /// Write there instead of to standard output
    ///
    /// The file is there whole or not at all: the report is written beside it and takes its place when it is complete. For
    /// parquet, this is a directory, which is made when it is not there.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = OUTPUT)]
    pub output: Option<PathBuf>,

    /// Exit with status 1 when an attempt has one of these outcomes
    ///
    /// `any` is any failure; `http_401` is an outcome, `dns_failure/nxdomain` an outcome with its detail. `mdmlog explain`
    /// lists them.
    #[arg(long, value_name = "any|OUTCOME,...", value_delimiter = ',', help_heading = OUTPUT)]
    #[arg(value_parser = Outcomes::parser::<FailOn>(&[("any", "any failure")]), hide_possible_values = true)]
    pub fail_on: Vec<FailOn>,

    /// By whose clock text, html and markdown show times: utc, appliance, both
    ///
    /// `appliance` is what the log shows: the clock of the node that wrote it, in its zone. Attempts of several nodes have a
    /// clock each. What no log tells stays in UTC. All other formats are in UTC, with the zone of the log as a field.
    #[arg(long, value_name = "CLOCK", default_value = "utc", hide_possible_values = true, help_heading = OUTPUT)]
    #[arg(value_parser = times())]
    pub times: Times,

    /// In tickets, set this field, such as assignment_group=Network; may be repeated
    ///
    /// It comes besides the fields that a ticket has by itself, or in the place of one. For jira, a value that is JSON stays
    /// what it is, as in `project={"key":"OPS"}`.
    #[arg(long, value_name = "KEY=VALUE", value_parser = field, help_heading = OUTPUT)]
    pub field: Vec<(String, String)>,

    /// For jira, which one the tickets go to: cloud, data-center
    ///
    /// `cloud` is what REST API v3 takes, with the description in Atlassian Document Format; `data-center` is what REST API v2 takes,
    /// with the description in wiki text.
    #[arg(long, value_name = "EDITION", hide_possible_values = true, help_heading = OUTPUT)]
    #[arg(value_parser = editions())]
    pub jira: Option<JiraEdition>,

    /// Replace hosts, addresses, users, devices and paths by pseudonyms
    ///
    /// The same original has the same pseudonym throughout the report.
    #[arg(long, help_heading = OUTPUT)]
    pub redact: bool,

    /// Make the pseudonyms the same in every report with this key; implies --redact
    ///
    /// `@FILE` reads the key from a file, so that it does not show in the list of processes. Without this option,
    /// MDMLOG_REDACT_KEY is the key, if set. Who knows the key can find out whether a pseudonym stands for a given name.
    #[arg(long, value_name = "KEY", help_heading = OUTPUT)]
    pub redact_key: Option<RedactKey>,

    /// When to put the SHA-256 of inputs into the report: auto, always, never
    ///
    /// `auto` is: of those up to 256 MiB, as hashing a larger one takes longer than its analysis.
    #[arg(long, value_name = "WHEN", default_value = "auto", hide_possible_values = true, help_heading = OUTPUT)]
    pub sha256: When,

    #[command(flatten)]
    pub analysis: AnalysisArgs,

    #[command(flatten)]
    pub input: InputArgs,

    #[command(flatten)]
    pub run: RunArgs,

    /// In text, fold nothing and leave nothing out
    ///
    /// Without this option, runs of the same success are one line an hour, and of a long table the last attempts are shown.
    #[arg(long, help_heading = OUTPUT)]
    pub all: bool,

    /// In text, show each attempt step by step
    #[arg(long, short, help_heading = OUTPUT)]
    pub verbose: bool,
}

/// Reads name and value of a field.
pub(super) fn field(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected KEY=VALUE, such as `assignment_group=Network`")?;
    let is_name =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    if !is_name {
        return Err(format!("`{name}` is no name of a field"));
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// What pseudonyms hang on; as little to be shown as a passphrase.
#[derive(Clone)]
pub struct RedactKey(pub OsString);

impl From<OsString> for RedactKey {
    fn from(key: OsString) -> Self {
        Self(key)
    }
}

impl fmt::Debug for RedactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedactKey(***)")
    }
}

/// A format, or the one that suits where the report goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatChoice {
    Auto,
    Of(Format),
    /// Tables, which are no format of the library as one file can't hold them.
    Parquet,
}

/// Returns every edition of Jira, with what it is for completions.
fn editions() -> impl TypedValueParser<Value = JiraEdition> {
    let named = JiraEdition::ALL.map(|edition| PossibleValue::new(edition.as_str()).help(edition.description()));
    PossibleValuesParser::new(named).try_map(|name| name.parse::<JiraEdition>())
}

/// Returns every clock, with what it is for completions.
fn times() -> impl TypedValueParser<Value = Times> {
    let named = Times::ALL.map(|times| PossibleValue::new(times.as_str()).help(times.description()));
    PossibleValuesParser::new(named).try_map(|name| name.parse::<Times>())
}

/// Takes `auto`, every format that there is, and tables, with descriptions for help and completions. They are the same in
/// every build, so that the manual holds for each.
fn formats() -> impl TypedValueParser<Value = FormatChoice> {
    let auto = PossibleValue::new("auto").help("text on a terminal, json otherwise");
    let named = Format::ALL.map(|format| PossibleValue::new(format.as_str()).help(format.description()));
    let tables =
        PossibleValue::new(PARQUET).help("tables for DuckDB, Spark and the like, a file each; not in every build");
    PossibleValuesParser::new(std::iter::once(auto).chain(named).chain([tables])).map(|name| match name.parse() {
        Ok(format) => FormatChoice::Of(format),
        Err(_) if name == PARQUET => FormatChoice::Parquet,
        Err(_) => FormatChoice::Auto,
    })
}
