//! The arguments of the commands that go back to the inputs for one attempt: `mdmlog slice` and `mdmlog extract`.

use std::path::PathBuf;

use clap::ValueHint;
use mdmlog::AttemptChoice;

use super::analyze::RedactKey;
use super::shared::{AnalysisArgs, InputArgs, RunArgs};
use crate::cli::help;

/// Write the packets of attempts as pcapng, with comments on those that prove an outcome
///
/// The packets are those of the attempts' DNS exchanges and connections, and ICMP errors about them, with their times and
/// link types as they were captured. Comments say what a packet proves and which frame of which capture it was; the comment
/// of the file has the verdicts. Wireshark shows them, and `frame.comment` finds them.
#[derive(Debug, clap::Args)]
#[command(after_help = help::SEE, after_long_help = help::SLICE)]
pub struct SliceArgs {
    #[command(flatten)]
    pub trail: TrailArgs,

    /// Write there instead of to standard output
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Put in the TLS secrets of the attempts, as far as they are known, so that Wireshark decrypts them
    ///
    /// Who gets the file can then read passwords and all else that was encrypted. Secrets of other sessions stay out.
    #[arg(long)]
    pub secrets: bool,

    /// Replace addresses, names of hosts, and all that is said in clear by pseudonyms of the same length
    ///
    /// Checksums are right, and what is encrypted stays encrypted. Packets of protocols that are not rewritten are left out, and a
    /// payload that is neither TLS, HTTP nor DNS is cut off.
    #[arg(long, conflicts_with = "secrets")]
    pub redact: bool,

    /// Make the pseudonyms the same wherever this key is used; implies --redact
    ///
    /// A text, or @FILE for what lies in a file. Without this option, it is MDMLOG_REDACT_KEY, and where that is not set, one is
    /// drawn that no one will know.
    #[arg(long, value_name = "KEY", conflicts_with = "secrets")]
    pub redact_key: Option<RedactKey>,
}

/// Print the log records of attempts, without the credentials that may stand there
///
/// What the thread of each wrote from the first record of the attempt to the last, other components' records included. Passwords,
/// tokens, cookies and keys are replaced by `***`, all else is as it stands in the log. On a terminal, control characters are
/// spelled out.
#[derive(Debug, clap::Args)]
#[command(after_help = help::SEE, after_long_help = help::EXTRACT)]
pub struct ExtractArgs {
    #[command(flatten)]
    pub trail: TrailArgs,

    /// Write there instead of to standard output
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Print the records byte for byte, with the credentials that they may have
    #[arg(long)]
    pub raw: bool,
}

/// Which attempts, and how they are found.
#[derive(Debug, clap::Args)]
pub struct TrailArgs {
    /// Files, directories, archives and bundles; `-` is standard input
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// The numbers that `mdmlog analyze` gives the attempts, with the same inputs and options: 5, 1,2,5, 3-7, or all
    #[arg(long, short = 'n', value_name = "N,...")]
    pub attempt: AttemptChoice,

    #[command(flatten)]
    pub analysis: AnalysisArgs,

    #[command(flatten)]
    pub input: InputArgs,

    #[command(flatten)]
    pub run: RunArgs,
}
