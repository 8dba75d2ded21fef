//! The table of evidence: the records and frames that prove the outcomes.

use super::column::{Builder, Columns};
use super::run::Run;
use crate::model::report::{Attempt, Evidence, Report};

#[derive(Clone, Copy)]
struct EvidenceRow<'r> {
    run: &'r Run,
    report: &'r Report,
    attempt: &'r Attempt,
    evidence: &'r Evidence,
}

impl<'r> EvidenceRow<'r> {
    fn path(&self) -> Option<&'r str> {
        Some(self.report.inputs.get(self.evidence.input)?.path.as_str())
    }
}

/// Returns the columns.
pub(super) fn columns<'r>(report: &'r Report, run: &'r Run) -> Columns<'r> {
    let rows = report.attempts.iter().flat_map(|attempt| {
        attempt.evidence.iter().map(move |evidence| EvidenceRow { run, report, attempt, evidence })
    });
    Builder::new(rows)
        .text("run", "names the report; never null", |row| Some(&row.run.id))
        .text("bundle", "what was analysed, as it was named; null with `--redact`", |row| row.run.bundle.as_deref())
        .long("attempt", "number of the attempt within the run; never null", |row| Some(row.attempt.id))
        .text("source", "`log` or `capture`; never null", |row| Some(row.evidence.source.as_str()))
        .long("input", "number of the input, from 0; never null", |row| Some(row.evidence.input))
        .text("path", "path of the input", EvidenceRow::path)
        .long("line", "line of a record, from 1", |row| row.evidence.line)
        .long("frame", "number of a frame, from 1", |row| row.evidence.frame)
        .time("time", "when, on the capture's clock where there is one", |row| row.evidence.time)
        .text("what", "what it shows; never null", |row| Some(&row.evidence.what))
        .text("display_filter", "shows it in Wireshark", |row| row.evidence.display_filter.as_deref())
        .finish()
}
