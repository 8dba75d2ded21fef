//! The arguments that more than one command has.

use std::path::PathBuf;

use clap::ValueHint;

use super::When;
use crate::cli::size::Size;

pub(super) const INPUT: &str = "How it is read";
const RUN: &str = "How it runs";

/// How inputs are read.
#[derive(Debug, clap::Args)]
pub struct InputArgs {
    /// The first line of this file is the passphrase of encrypted bundles
    ///
    /// Without this option, it is MDMLOG_PASSPHRASE, and where that is not set, it is asked for on a terminal. It is never
    /// part of the command line.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = INPUT)]
    pub passphrase_file: Option<PathBuf>,

    #[command(flatten)]
    pub limits: LimitArgs,
}

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

/// How a run goes.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
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
}
