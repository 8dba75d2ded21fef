//! The log records of attempts, with all that their threads wrote between them: as they stand in the log, and without the
//! credentials that may stand there.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use bytes::Bytes;

use crate::analysis::{Analyzed, Error, analyzed};
use crate::log::{self, ThreadLines};
use crate::model::attempt_choice::AttemptChoice;
use crate::model::redacted_debug::RedactedInDebug;
use crate::model::report::{Attempt, Report};
use crate::model::sanitize;
use crate::options::Options;

/// The log records of attempts.
#[derive(Debug)]
pub struct Extract {
    /// The report of which the attempts are some.
    pub report: Report,
    /// The attempts.
    pub attempts: Vec<Attempt>,
    /// The records, in the order of the log.
    pub records: Vec<ExtractedRecord>,
}

/// A record.
#[derive(Clone, PartialEq, Eq)]
pub struct ExtractedRecord {
    /// Index of the input.
    pub input: usize,
    /// Its first line, from 1.
    pub line: u64,
    /// The record with all its lines, as it stands in the file; a file in UTF-16 gives UTF-8.
    pub text: Bytes,
}

impl ExtractedRecord {
    /// Returns the record as it may be shown: credentials are taken out, all else is as it stands.
    pub fn without_secrets(&self) -> String {
        sanitize::record(&self.text)
    }
}

impl fmt::Debug for ExtractedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractedRecord")
            .field("input", &self.input)
            .field("line", &self.line)
            .field("text", &RedactedInDebug(&self.text))
            .finish()
    }
}

/// Finds the log records of attempts: what the thread of each wrote from the first record that the report cites to the last.
/// Attempts have the numbers that [`analyze`](crate::analyze) gives them with the same inputs and options.
///
/// # Errors
///
/// As [`analyze`](crate::analyze), [`Error::NoAttempt`] for a number that no attempt has, and [`Error::NotSeen`] when no log has any of
/// the attempts.
///
/// ```
/// let bundle = "testdata/cases/five-outcomes/bundle.tar".into();
/// let extract = mdmlog::extract(&[bundle], &mdmlog::Options::default(), 3)?;
/// assert!(extract.records.iter().any(|record| record.text.windows(4).any(|text| text == b"401:")));
/// # Ok::<(), mdmlog::Error>(())
/// ```
pub fn extract(inputs: &[PathBuf], options: &Options, attempts: impl Into<AttemptChoice>) -> Result<Extract, Error> {
    let analyzed = analyzed(inputs, options)?;
    let attempts = analyzed.attempts(&attempts.into())?;
    let records = records(&attempts, &analyzed);
    if records.is_empty() {
        let none = analyzed.groups.logs.is_empty().then_some("no log is among the inputs");
        return Err(Analyzed::not_seen(&attempts, "log records", none));
    }
    Ok(Extract { report: analyzed.report, attempts, records })
}

fn records(attempts: &[Attempt], analyzed: &Analyzed) -> Vec<ExtractedRecord> {
    let mut stretches: BTreeMap<usize, Vec<ThreadLines<'_>>> = BTreeMap::new();
    let groups: Vec<Vec<usize>> = analyzed.groups.logs.iter().map(|group| in_order(group, analyzed)).collect();
    for attempt in attempts {
        stretch(attempt, &groups, &mut stretches);
    }
    let mut records = Vec::new();
    for &input in groups.iter().flatten() {
        let (Some(stretches), Some(item)) = (stretches.get(&input), analyzed.items.get(input)) else { continue };
        let text = match log::text(&item.data) {
            Cow::Borrowed(_) => item.data.clone(),
            Cow::Owned(text) => Bytes::from(text),
        };
        let found = log::records_of(&text, stretches);
        records.extend(found.into_iter().map(|record| ExtractedRecord {
            input,
            line: record.line,
            text: text.slice(record.bytes),
        }));
    }
    records
}

/// Adds where the records of an attempt stand, file by file.
fn stretch<'a>(attempt: &'a Attempt, groups: &[Vec<usize>], stretches: &mut BTreeMap<usize, Vec<ThreadLines<'a>>>) {
    let steps = attempt.steps.iter().filter_map(|step| Some((step.input, step.line?)));
    let evidence = attempt.evidence.iter().filter_map(|evidence| Some((evidence.input, evidence.line?)));
    let mut cited: Vec<(usize, u64)> = steps.chain(evidence).collect();
    let group = cited.first().and_then(|(input, _)| groups.iter().find(|group| group.contains(input)));
    let Some(parts) = group else { return };
    let place = |(input, line): (usize, u64)| (parts.iter().position(|part| *part == input), line);
    cited.sort_by_key(|at| place(*at));
    let (Some(&first), Some(&last)) = (cited.first(), cited.last()) else { return };
    let thread = attempt.thread.as_deref().unwrap_or_default();
    for &input in parts.iter().skip_while(|part| **part != first.0) {
        let from = if input == first.0 { first.1 } else { 1 };
        let to = if input == last.0 { last.1 } else { u64::MAX };
        stretches.entry(input).or_default().push(ThreadLines { thread, first: from, last: to });
        if input == last.0 {
            break;
        }
    }
}

/// Returns the files of a log in order of time.
fn in_order(group: &[usize], analyzed: &Analyzed) -> Vec<usize> {
    let mut parts = group.to_vec();
    // Excerpts without times come last, as they do where attempts are read.
    let key = |input: &usize| {
        let first = analyzed.report.inputs.get(*input).and_then(|input| input.first_time);
        (first.is_none(), first, *input)
    };
    parts.sort_by_key(key);
    parts
}
