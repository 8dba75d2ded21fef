//! What was typed: the command line as clap reads it. What it means is [`job`](super::job)'s affair; help, man pages and
//! completions come from the definitions here.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use mdmlog::catalog::Topic;
use mdmlog::options::{LogZone, ProxyOption};
use mdmlog::report::Format;
use mdmlog::time::Timestamp;

use super::fail_on::FailOn;
use super::size::Size;
use super::terminal::Color;
use super::{Status, help, moment};

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
        Self::try_parse().map_err(|error| {
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

#[derive(Debug, Subcommand)]
pub enum Command {
    Analyze(Box<AnalyzeArgs>),
    Explain(ExplainArgs),
    Schema(SchemaArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

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
    /// The file is there whole or not at all: the report is written beside it and takes its place when it is complete.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = OUTPUT)]
    pub output: Option<PathBuf>,

    /// Exit with status 1 when an attempt has one of these outcomes
    ///
    /// `any` is any failure; `http_401` is an outcome, `dns_failure/nxdomain` an outcome with its detail. `mdmlog explain`
    /// lists them.
    #[arg(long, value_name = "any|OUTCOME,...", value_delimiter = ',', help_heading = OUTPUT)]
    pub fail_on: Vec<FailOn>,

    /// Replace hosts, addresses, users and paths by pseudonyms
    ///
    /// The same original has the same pseudonym throughout the report.
    #[arg(long, help_heading = OUTPUT)]
    pub redact: bool,

    /// Make the pseudonyms the same in every report with this key; implies --redact
    ///
    /// `@FILE` reads the key from a file, so that it does not show in the list of processes. Without this option,
    /// MDMLOG_REDACT_KEY is the key, if set. Who knows the key can find out whether a pseudonym stands for a given name.
    #[arg(long, value_name = "KEY", help_heading = OUTPUT)]
    pub redact_key: Option<OsString>,

    /// The appliance's time zone: a name such as America/Denver, or an offset such as +02:00
    ///
    /// The log does not say it. Without this option it is estimated from the attempts that log and capture both show.
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, help_heading = ANALYSIS)]
    pub log_timezone: Option<LogZone>,

    /// Also treat this host name or address as an MDM server; may be repeated
    #[arg(long, value_name = "NAME", value_parser = host, help_heading = ANALYSIS)]
    pub host: Vec<String>,

    /// Also treat this port as one of MDM servers; may be repeated
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = ANALYSIS)]
    pub port: Vec<u16>,

    /// Also treat this as the proxy before an MDM server; may be repeated
    #[arg(long, value_name = "ADDR:PORT", help_heading = ANALYSIS)]
    pub proxy: Vec<ProxyOption>,

    /// Keep attempts that start at this time or later
    ///
    /// A date (2023-08-15), a date and time (2023-08-15 10:21), or RFC 3339 (2023-08-15T10:21:07-06:00). In UTC unless an
    /// offset is given.
    #[arg(long, value_name = "TIME", value_parser = moment::since, help_heading = ANALYSIS)]
    pub since: Option<Timestamp>,

    /// Keep attempts that start at this time or earlier; a date alone includes that day
    #[arg(long, value_name = "TIME", value_parser = moment::until, help_heading = ANALYSIS)]
    pub until: Option<Timestamp>,

    /// TLS secrets in NSS key log format (SSLKEYLOGFILE); may be repeated
    ///
    /// Key logs that lie beside the captures, and secrets within a pcapng, are used without being named.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = INPUT)]
    pub keylog: Vec<PathBuf>,

    /// The first line of this file is the passphrase of encrypted bundles
    ///
    /// Without this option, it is MDMLOG_PASSPHRASE, and where that is not set, it is asked for on a terminal. It is never
    /// part of the command line.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = INPUT)]
    pub passphrase_file: Option<PathBuf>,

    #[command(flatten)]
    pub limits: LimitArgs,

    /// Threads to use; 0 is one for each processor
    #[arg(long, short = 'j', value_name = "N", default_value_t = 0, help_heading = RUN)]
    #[arg(value_parser = clap::value_parser!(u16).range(0..=1024))]
    pub threads: u16,

    /// When to show progress on standard error: auto, always, never
    ///
    /// `auto` is: on a terminal, when the work takes more than half a second.
    #[arg(long, value_name = "WHEN", default_value = "auto", hide_possible_values = true, help_heading = RUN)]
    pub progress: When,

    /// Say nothing on standard error but errors
    #[arg(long, short, help_heading = RUN)]
    pub quiet: bool,

    /// In text, show each attempt step by step
    #[arg(long, short, help_heading = OUTPUT)]
    pub verbose: bool,
}

const OUTPUT: &str = "What comes out";
const ANALYSIS: &str = "What is looked at";
const INPUT: &str = "How it is read";
const RUN: &str = "How it runs";

/// How much an archive may cost. The defaults are those of the library.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct LimitArgs {
    /// How deep archives may lie within archives [default: 8]
    #[arg(long, value_name = "N", help_heading = INPUT)]
    pub max_depth: Option<u8>,

    /// How many files and members to look at in all [default: 200000]
    #[arg(long, value_name = "N", help_heading = INPUT)]
    pub max_members: Option<u64>,

    /// How many times its packed size a member may unpack to [default: 500]
    #[arg(long, value_name = "N", help_heading = INPUT)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub max_ratio: Option<u64>,

    /// How much all archives may unpack to, such as 500M or 64G [default: 200G]
    #[arg(long, value_name = "SIZE", help_heading = INPUT)]
    pub max_total: Option<Size>,

    /// Unpacked data to keep in memory; more goes to temporary files [default: 32M]
    #[arg(long, value_name = "SIZE", help_heading = INPUT)]
    pub max_memory: Option<Size>,
}

/// Say what an outcome means, how it is proved and what to do
///
/// Without an outcome, lists them all.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::EXPLAIN)]
pub struct ExplainArgs {
    /// An outcome such as syn_timeout, or an outcome with its detail such as dns_failure/nxdomain
    pub outcome: Option<Topic>,

    /// How to write it
    #[arg(long, short, value_enum, default_value = "text")]
    pub format: ExplainChoice,
}

/// Print the JSON Schema of the report
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::SCHEMA)]
pub struct SchemaArgs {}

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

/// A format, or the one that suits where the report goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatChoice {
    Auto,
    Of(Format),
}

/// `auto` and every format that there is, with its description for help and completions.
fn formats() -> impl TypedValueParser<Value = FormatChoice> {
    let auto = PossibleValue::new("auto").help("text on a terminal, json otherwise");
    let named = Format::ALL.map(|format| PossibleValue::new(format.as_str()).help(format.description()));
    PossibleValuesParser::new(std::iter::once(auto).chain(named)).map(|name| match name.parse() {
        Ok(format) => FormatChoice::Of(format),
        Err(_) => FormatChoice::Auto,
    })
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

/// When to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    Auto,
    Always,
    Never,
}

/// A host, not a URL: what else a URL holds would be left unsaid.
fn host(text: &str) -> Result<String, String> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let port = bare.contains(':') && bare.parse::<std::net::Ipv6Addr>().is_err();
    if bare.is_empty() || port || bare.contains(|c: char| c == '/' || c == '@' || c.is_whitespace()) {
        return Err(
            "expected a host name or an address without scheme, port and path, such as `tenant.jamfcloud.com`".into()
        );
    }
    Ok(bare.trim_end_matches('.').to_ascii_lowercase())
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
            format!("{}G", limits.total >> 30),
            format!("{}M", limits.memory >> 20),
        ] {
            assert!(help.contains(&format!("[default: {default}]")), "{default}:\n{help}");
        }
    }

    #[test]
    fn a_host_is_a_name_or_an_address() {
        assert_eq!(host("Tenant.JamfCloud.com.").unwrap(), "tenant.jamfcloud.com");
        assert_eq!(host("[2001:db8::1]").unwrap(), "2001:db8::1");
        for wrong in ["", "https://a.example", "a.example:443", "a.example/x", "user@a.example", "a b"] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }
}
