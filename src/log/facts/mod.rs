//! The facts that the log stage hands on: attempts as `ise-psc.log` tells them, each fact with the line that it was read
//! from, and what of the conversation the log could show at all.

mod attempt;
mod cause;
mod citation;
mod line_ref;

pub use attempt::{Contradiction, ContradictionKind, LogAnswer, LogAttempt, LogTry, ProxyMention, ResponseBody, Trail};
pub use cause::{CauseKind, ConnectTarget, LogCause};
pub use citation::{CitationRole, LogCitation};
pub(super) use citation::{CitationText, Method};
pub use line_ref::LineRef;

use crate::model::time::LocalTime;
use crate::model::warning::Warning;

/// All that the parts of one node's log say.
#[derive(Clone, Debug, Default)]
pub struct LogFacts {
    /// One entry for each part that was given, in the order in which the parts follow each other in time.
    pub parts: Vec<LogPartFacts>,
    /// The attempts, in order of their first record.
    pub attempts: Vec<LogAttempt>,
    /// What could not be read.
    pub warnings: Vec<Warning>,
}

impl LogFacts {
    /// Returns the finest level at which the MDM component wrote; `None` where no record of it shows a level.
    pub fn level(&self) -> Option<Level> {
        self.parts.iter().filter_map(|part| part.level).min()
    }

    /// Returns the width at which the lines of a part of the log were cut off, in bytes.
    pub fn width(&self) -> Option<u32> {
        self.parts.iter().find_map(|part| part.width)
    }
}

/// What one file of the log holds.
#[derive(Clone, Debug, Default)]
pub struct LogPartFacts {
    /// Index of the input.
    pub input: usize,
    /// How many records (not lines) the file holds.
    pub records: u64,
    /// The first and the last time stamp; `None` in an excerpt without any.
    pub span: Option<(LocalTime, LocalTime)>,
    /// Wall clock steps of 15 minutes or more between neighbouring records, as DST makes them. Every step back is one.
    /// A step forward may have been a pause: it counts where the log is otherwise never so quiet, and where it is of
    /// the size that DST makes and rare.
    pub steps: Vec<ClockStep>,
    /// The finest level among the records of the MDM component: what is finer, the log could not show. `None` where no
    /// record of the component shows a level.
    pub level: Option<Level>,
    /// The width in bytes at which lines end although they go on: a screen or a program has cut them off there.
    pub width: Option<u32>,
    /// Records of the MDM component that must have been there and are not: results whose request is missing, requests
    /// that were begun and not ended, and such.
    pub lost: u64,
}

/// The levels of a record, from the finest to the coarsest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names are those of log4j")]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

impl Level {
    /// Every level, from the finest to the coarsest.
    pub const ALL: [Self; 6] = [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error, Self::Fatal];

    /// Returns the word that records show.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }
}

/// A jump of the log's wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockStep {
    /// The line of the first record after the jump.
    pub line: u64,
    /// The wall clock before.
    pub before: LocalTime,
    /// The wall clock after.
    pub after: LocalTime,
}
