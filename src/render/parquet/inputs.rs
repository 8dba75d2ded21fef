//! The table of inputs: what was read, so that a bundle without attempts is not forgotten, and how the clocks stood.

use super::column::{Builder, Columns};
use super::run::Run;
use crate::model::report::{Clock, Input, Report};

#[derive(Clone, Copy)]
struct InputRow<'r> {
    run: &'r Run,
    report: &'r Report,
    number: usize,
    input: &'r Input,
}

impl<'r> InputRow<'r> {
    /// Returns the clock of a log: the pairing with the most attempts is listed first.
    fn clock(&self) -> Option<&'r Clock> {
        self.report.clocks.iter().find(|clock| clock.log_inputs.contains(&self.number))
    }
}

/// Returns the columns.
pub(super) fn columns<'r>(report: &'r Report, run: &'r Run) -> Columns<'r> {
    let rows = report.inputs.iter().enumerate().map(|(number, input)| InputRow { run, report, number, input });
    Builder::new(rows)
        .text("run", "names the report; never null", |row| Some(&row.run.id))
        .text("bundle", "what was analysed, as it was named; null with `--redact`", |row| row.run.bundle.as_deref())
        .long("input", "number of the input, from 0; never null", |row| Some(row.number))
        .text("path", "its path; never null", |row| Some(&row.input.path))
        .text(
            "kind",
            "`ise_psc_log`, `pcap`, `pcapng`, `key_log`, `ise_local_store` or `show_tech`; never null",
            |row| Some(row.input.kind.as_str()),
        )
        .long("bytes", "its size when unpacked; never null", |row| Some(row.input.bytes))
        .long("records", "log records or packets", |row| row.input.records)
        .time("first_time", "time of the first", |row| row.input.first_time)
        .time("last_time", "time of the last", |row| row.input.last_time)
        .texts("warnings", "what is wrong with it", |row| row.input.warnings.iter().map(String::as_str).collect())
        .text("log_utc_offset", "of a log: its zone", |row| Some(&row.clock()?.log_utc_offset))
        .text("log_utc_offset_source", "of a log: `option`, `bundle`, `estimated` or `assumed`", |row| {
            Some(row.clock()?.log_utc_offset_source.as_str())
        })
        .double("log_minus_capture_ms", "of a log: its clock minus the capture's", |row| {
            row.clock()?.log_minus_capture_ms
        })
        .long("matched_attempts", "of a log: attempts that the capture shows too", |row| {
            Some(row.clock()?.matched_attempts)
        })
        .text("clock_confidence", "of a log: how sure zone and clock are", |row| Some(row.clock()?.confidence.as_str()))
        .text("tool_version", "version of the program; never null", |row| Some(&row.report.tool.version))
        .text("schema_version", "version of the report; never null", |row| Some(&row.report.schema_version))
        .text("utc_offset", "of a log: the offset of its clock at its first record", |row| {
            row.input.utc_offset.as_deref()
        })
        .text("utc_offset_source", "where that comes from", |row| {
            row.input.utc_offset_source.map(|source| source.as_str())
        })
        .long("node", "number of the node that wrote it, from 0", |row| row.input.node)
        .object("quality_json", "of a capture: what it could see, as `quality` of the JSON report", |row| {
            row.input.quality.as_ref()
        })
        .text("sha256", "SHA-256 of the file; null with `--redact`", |row| row.input.sha256.as_deref())
        .finish()
}
