//! What was typed: the command line as clap reads it. What it means is [`job`](super::job)'s affair; help, man pages and
//! completions come from the definitions here.

mod analyze;
mod compare;
mod outcomes;
mod safe;
mod shared;
mod trail;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use mdmlog::catalog::Explained;

pub use self::analyze::{AnalyzeArgs, FormatChoice};
pub use self::compare::{DiffArgs, DiffChoice, DiffState, VerifyArgs, VerifyChoice};
pub use self::safe::RedactArgs;
pub use self::shared::{AnalysisArgs, InputArgs, LimitArgs, RunArgs, When};
pub use self::trail::{ExtractArgs, SliceArgs, TrailArgs};
use super::terminal::Color;
use super::{Status, help};

/// Says of every attempt of a Cisco ISE node to reach its MDM server what happened
///
/// mdmlog reads a node's ise-psc.log and packet captures, joins them, and says of every attempt to reach the MDM server
/// (Jamf Pro, Microsoft Intune, ...) what happened, what proves it and what to do.
#[derive(Debug, Parser)]
#[command(name = "mdmlog", version = VERSION, after_help = help::SEE, after_long_help = help::PROGRAM)]
#[command(propagate_version = true, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,

    /// When to use colours
    ///
    /// `auto` is: on a terminal, unless NO_COLOR is set; CLICOLOR_FORCE asks for them anywhere.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    #[arg(help = "When to use colours: auto, always, never", help_heading = "Global options")]
    pub color: Color,
}

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), env!("MDMLOG_COMMIT"));

impl Args {
    /// Reads the command line. When there is nothing more to do, because help was asked for or the usage is wrong, that
    /// has been answered, and the status comes back.
    pub fn from_command_line() -> Result<Self, Status> {
        let words = words();
        let read = Self::try_parse_from(&words).or_else(|error| match without_command(&words) {
            Some(words) => Self::try_parse_from(words),
            None => Err(error),
        });
        read.map_err(|mut error| {
            if let Some(hint) = format_meant(&error) {
                // clap would have the word passed on as a value.
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![hint.into()]));
            }
            if !error.use_stderr() {
                // A reader that went away, as `head` does, has seen what it wanted.
                let _ = error.print();
                return Status::Done;
            }
            // clap says `error:` where every other message of this program says who speaks.
            let text = error.render().ansi().to_string().replacen("error:", "mdmlog:", 1);
            let _ = std::io::Write::write_all(&mut anstream::stderr(), text.as_bytes());
            Status::Failed
        })
    }
}

/// Returns the words of the command line. On Windows no shell makes names of `*.pcap`, and the program has to.
fn words() -> Vec<OsString> {
    #[cfg(windows)]
    {
        wild::args_os().collect()
    }
    #[cfg(not(windows))]
    std::env::args_os().collect()
}

/// Returns the words with `analyze` put in, where a person named a file and no command.
fn without_command(words: &[OsString]) -> Option<Vec<OsString>> {
    let command = Args::command();
    let is_command = |word: &OsString| command.find_subcommand(word).is_some() || word == "help";
    let mut behind = words.iter().skip(1);
    let mut named = false;
    while let Some(word) = behind.next() {
        match word.to_str() {
            Some("--color") => drop(behind.next()),
            Some(option) if option.starts_with('-') && option.len() > 1 => {}
            _ if is_command(word) => return None,
            _ => named |= word == "-" || Path::new(word).exists(),
        }
    }
    let mut words = words.to_vec();
    words.insert(words.len().min(1), "analyze".into());
    named.then_some(words)
}

/// Returns what a person may have meant who typed a format as an option of its own, such as `--json`.
fn format_meant(error: &clap::Error) -> Option<String> {
    let typed = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(typed))) => typed.strip_prefix("--")?,
        _ => return None,
    };
    let format: mdmlog::render::Format = typed.parse().ok()?;
    Some(format!("say `--format {format}`"))
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Analyze(Box<AnalyzeArgs>),
    Inspect(InspectArgs),
    Slice(Box<SliceArgs>),
    Extract(Box<ExtractArgs>),
    Redact(Box<RedactArgs>),
    Diff(Box<DiffArgs>),
    Verify(VerifyArgs),
    Explain(ExplainArgs),
    Schema(SchemaArgs),
    Completions(CompletionsArgs),
    Mcp(McpArgs),
    Man(ManArgs),
}

/// Answer an agent's questions about bundles: a read-only MCP server on standard input and output
///
/// Speaks the Model Context Protocol, with the tools inspect, analyze, attempt, evidence, slice and explain. It reads what lies
/// below the folders, writes nothing, and needs no network. What comes from inputs stands in fields called `untrusted`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::MCP)]
pub struct McpArgs {
    /// Folders that the agent may have read
    #[arg(value_name = "FOLDER", required = true, value_hint = ValueHint::DirPath)]
    pub folders: Vec<PathBuf>,

    /// Replace hosts, addresses, users, devices and paths by pseudonyms; packets and records stay away
    #[arg(long)]
    pub redact: bool,

    #[command(flatten)]
    pub input: InputArgs,

    /// Threads to use; 0 is one for each processor
    #[arg(long, short = 'j', value_name = "N", default_value_t = 0)]
    #[arg(value_parser = clap::value_parser!(u16).range(0..=1024))]
    pub threads: u16,
}

/// List what lies in a bundle: what it is, the time it covers, whether an analysis uses it
///
/// Times of captures are UTC; those of logs are the appliance's, and say no zone.
#[derive(Debug, clap::Args)]
#[command(after_help = help::SEE, after_long_help = help::INSPECT)]
pub struct InspectArgs {
    /// Files, directories, archives and bundles; `-` is standard input
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// What to write: a table or JSON; `auto` is text on a terminal and json otherwise
    #[arg(long, short, value_enum, default_value = "auto")]
    pub format: InspectChoice,

    #[command(flatten)]
    pub input: InputArgs,

    #[command(flatten)]
    pub run: RunArgs,
}

/// Say what an outcome means, how it is proved and what to do
///
/// Without an outcome, lists them all.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::EXPLAIN)]
pub struct ExplainArgs {
    /// An outcome such as syn_timeout or dns_failure/nxdomain, a status such as 404, or a kind such as device_query
    #[arg(value_parser = outcomes::Outcomes::parser::<Explained>(&[]), hide_possible_values = true)]
    pub outcome: Option<Explained>,

    /// How to write it
    #[arg(long, short, value_enum, default_value = "text")]
    pub format: ExplainChoice,
}

/// Print the JSON Schema of the report, or of what another command writes
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::SCHEMA)]
pub struct SchemaArgs {
    /// Of a line of `--format ndjson` instead
    #[arg(long, conflicts_with = "of")]
    pub line: bool,

    /// Of what
    #[arg(long, value_name = "WHAT", value_enum, default_value = "report")]
    pub of: SchemaChoice,
}

/// Print a script with which a shell completes commands and options
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::COMPLETIONS)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// Print the manual page, or write those of all commands
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::MAN)]
pub struct ManArgs {
    /// Write mdmlog.1 and a page for each command into this directory
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}

/// A way to write a list.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum InspectChoice {
    /// Text on a terminal, json otherwise
    Auto,
    /// A table
    Text,
    /// One object
    Json,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SchemaChoice {
    /// What `analyze` writes as json
    Report,
    /// A line of ndjson
    Line,
    /// What `diff` writes as json
    Difference,
    /// What `verify` writes as json
    Verification,
}

/// A way to write an explanation.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ExplainChoice {
    /// For a terminal
    Text,
    /// For programs
    Json,
    /// For a wiki or a ticket
    Markdown,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_limits_that_help_names_are_those_of_the_library() {
        let limits = mdmlog::options::Limits::default();
        let mut command = Args::command();
        command.build();
        let analyze = command.find_subcommand_mut("analyze").unwrap();
        let help = analyze.render_long_help().to_string();
        for default in [
            limits.depth.to_string(),
            limits.members.to_string(),
            limits.ratio.to_string(),
            format!("{}M", limits.memory >> 20),
        ] {
            assert!(help.contains(&format!("[default: {default}]")), "{default}:\n{help}");
        }
    }
}
