//! The log records of one attempt, with all that its thread wrote between them: as they stand in the log, and without the
//! credentials that may stand there.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use bytes::Bytes;

use crate::analysis::{Analyzed, Error, analyzed};
use crate::log;
use crate::model::redacted_debug::RedactedInDebug;
use crate::model::report::{Attempt, Report};
use crate::model::sanitize;
use crate::options::Options;

/// The log records of an attempt.
#[derive(Debug)]
pub struct Extract {
    /// The report of which the attempt is one.
    pub report: Report,
    /// The attempt.
    pub attempt: Attempt,
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

/// Finds the log records of an attempt: what its thread wrote from the first record that the report cites to the last.
/// Attempts have the numbers that [`analyze`](crate::analyze) gives them with the same inputs and options.
///
/// # Errors
///
/// As [`analyze`](crate::analyze), [`Error::NoAttempt`] for a number that no attempt has, and [`Error::NotSeen`] when no log has the
/// attempt.
///
/// ```
/// let bundle = "testdata/cases/five-outcomes/bundle.tar".into();
/// let extract = mdmlog::extract(&[bundle], &mdmlog::Options::default(), 3)?;
/// assert!(extract.records.iter().any(|record| record.text.windows(4).any(|text| text == b"401:")));
/// # Ok::<(), mdmlog::Error>(())
/// ```
pub fn extract(inputs: &[PathBuf], options: &Options, attempt: usize) -> Result<Extract, Error> {
    let analyzed = analyzed(inputs, options)?;
    let attempt = analyzed.attempt(attempt)?.clone();
    let records = records(&attempt, &analyzed);
    if records.is_empty() {
        let none = analyzed.groups.logs.is_empty().then(|| "no log is among the inputs".to_owned());
        let why = none.or_else(|| attempt.missing_source.clone());
        return Err(Error::NotSeen { attempt: attempt.id, what: "log records", why });
    }
    Ok(Extract { report: analyzed.report, attempt, records })
}

fn records(attempt: &Attempt, analyzed: &Analyzed) -> Vec<ExtractedRecord> {
    let steps = attempt.steps.iter().filter_map(|step| Some((step.input, step.line?)));
    let evidence = attempt.evidence.iter().filter_map(|evidence| Some((evidence.input, evidence.line?)));
    let mut cited: Vec<(usize, u64)> = steps.chain(evidence).collect();
    let parts = parts(&cited, analyzed);
    let place = |(input, line): (usize, u64)| (parts.iter().position(|part| *part == input), line);
    cited.sort_by_key(|at| place(*at));
    let (Some(&first), Some(&last)) = (cited.first(), cited.last()) else { return Vec::new() };
    let thread = attempt.thread.as_deref().unwrap_or_default();
    let mut records = Vec::new();
    let between = parts.iter().skip_while(|part| **part != first.0);
    for &input in between {
        let Some(item) = analyzed.items.get(input) else { continue };
        let text = match log::text(&item.data) {
            Cow::Borrowed(_) => item.data.clone(),
            Cow::Owned(text) => Bytes::from(text),
        };
        let from = if input == first.0 { first.1 } else { 1 };
        let to = if input == last.0 { last.1 } else { u64::MAX };
        let found = log::records_of(&text, thread, from, to);
        records.extend(found.into_iter().map(|record| ExtractedRecord {
            input,
            line: record.line,
            text: text.slice(record.bytes),
        }));
        if input == last.0 {
            break;
        }
    }
    records
}

/// Returns the files of the log that is cited, in order of time.
fn parts(cited: &[(usize, u64)], analyzed: &Analyzed) -> Vec<usize> {
    let group = cited.first().and_then(|(input, _)| analyzed.groups.logs.iter().find(|group| group.contains(input)));
    let mut parts = group.cloned().unwrap_or_default();
    // Excerpts without times come last, as they do where attempts are read.
    let key = |input: &usize| {
        let first = analyzed.report.inputs.get(*input).and_then(|input| input.first_time);
        (first.is_none(), first, *input)
    };
    parts.sort_by_key(key);
    parts
}
