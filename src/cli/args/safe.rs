//! The arguments of `mdmlog redact`.

use std::path::PathBuf;

use clap::ValueHint;

use super::analyze::RedactKey;
use super::shared::{AnalysisArgs, InputArgs, RunArgs};
use crate::cli::help;

/// Write a bundle that may leave the house: log records and packets with pseudonyms
///
/// Of logs, the records of the MDM component are kept; of captures, the packets of TCP, DNS and ICMP errors. Addresses, names of
/// hosts, devices, people and folders, and all other words that are not known to be harmless, are replaced by pseudonyms of the
/// same length, in records and packets alike; credentials are taken out. What certificates, HTTP and DNS say in clear is rewritten, what
/// is encrypted stays encrypted. Key logs and all other files are left out. An analysis of the bundle comes to the same outcomes.
#[derive(Debug, clap::Args)]
#[command(after_help = help::SEE, after_long_help = help::REDACT)]
pub struct RedactArgs {
    /// Files, directories, archives and bundles; `-` is standard input
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// Write the bundle there, as tar
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,

    /// Make the pseudonyms the same in every bundle and report with this key
    ///
    /// A text, or @FILE for what lies in a file. Without this option, it is MDMLOG_REDACT_KEY, and where that is not set, one is
    /// drawn that no one will know.
    #[arg(long, value_name = "KEY")]
    pub redact_key: Option<RedactKey>,

    #[command(flatten)]
    pub analysis: AnalysisArgs,

    #[command(flatten)]
    pub input: InputArgs,

    #[command(flatten)]
    pub run: RunArgs,
}
