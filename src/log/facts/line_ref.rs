//! The place of a record in a log.

use crate::model::time::LocalTime;

/// Where a fact stands in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineRef {
    /// Index of the input.
    pub input: usize,
    /// Line number from 1, as an editor shows it.
    pub line: u64,
    /// The record's time stamp; `None` in an excerpt without time stamps.
    pub time: Option<LocalTime>,
}
