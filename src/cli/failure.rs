//! How a run ends: the exit statuses, and what is said when there is no result.

use std::io;
use std::process::ExitCode;

/// The exit status, as documented in `--help` and the man page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// The input was analysed, whatever was found; or what was asked for was shown.
    Done = 0,
    /// An attempt has an outcome, or an incident a state, that `--fail-on` names; or something that a report cites no longer holds.
    Matched = 1,
    /// Wrong usage, nothing could be read, or the result could not be written.
    Failed = 2,
    /// Interrupted from the keyboard, or told to end: 128 and the number of SIGINT, as shells have it.
    Interrupted = 130,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Why there is no result. The text of each says what is wrong and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line makes no sense.
    #[error("{0}")]
    Usage(String),
    /// Nothing could be read.
    #[error(transparent)]
    Analysis(#[from] mdmlog::Error),
    /// A report that was named is none.
    #[error(transparent)]
    Report(#[from] mdmlog::ReportError),
    /// A file besides the inputs can't be read.
    #[error("cannot read {what}: {error}")]
    Read {
        /// What was to be read.
        what: String,
        /// What the system says.
        error: io::Error,
    },
    /// The result would take the place of what it is made of.
    #[error("cannot write {what}: that would destroy {source_of_it}; name another file to write to")]
    Overwrites {
        /// What was to be written, and where.
        what: String,
        /// What the run reads there, with the path by which it was named.
        source_of_it: String,
    },
    /// The result can't be written.
    #[error("cannot write {what}: {error}")]
    Write {
        /// What was to be written.
        what: String,
        /// What the system says.
        error: io::Error,
    },
    /// The system refuses what the program needs to run.
    #[error("cannot {what}: {error}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What the system says.
        error: String,
    },
}

impl Failure {
    /// Returns the status, which is the same for all failures: the words tell them apart.
    pub const fn status(&self) -> Status {
        Status::Failed
    }
}
