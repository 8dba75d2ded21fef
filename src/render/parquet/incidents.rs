//! The table of incidents, with the times that tell how long each lasted.

use std::collections::BTreeMap;

use super::column::{Builder, Columns};
use super::run::Run;
use crate::model::report::{Incident, Report};
use crate::model::time::Timestamp;

#[derive(Clone, Copy)]
struct IncidentRow<'r> {
    run: &'r Run,
    incident: &'r Incident,
    last_success_at: Option<Timestamp>,
    resolved_at: Option<Timestamp>,
}

impl IncidentRow<'_> {
    /// Returns the time from the first failure to the success that ended it.
    fn resolution_ms(&self) -> Option<f64> {
        Some(self.resolved_at?.millis_since(self.incident.first_at?))
    }
}

/// Returns the columns.
pub(super) fn columns<'r>(report: &'r Report, run: &'r Run) -> Columns<'r> {
    let times: BTreeMap<_, _> = report.attempts.iter().map(|attempt| (attempt.id, attempt.started_at)).collect();
    let time = |attempt: Option<usize>| times.get(&attempt?).copied().flatten();
    let rows = report.incidents.iter().map(|incident| IncidentRow {
        run,
        incident,
        last_success_at: time(incident.last_success_before),
        resolved_at: time(incident.resolved_by),
    });
    Builder::new(rows)
        .text("run", "names the report; never null", |row| Some(&row.run.id))
        .text("bundle", "what was analysed, as it was named; null with `--redact`", |row| row.run.bundle.as_deref())
        .long("incident", "number of the incident within the run; never null", |row| Some(row.incident.id))
        .text("fingerprint", "the same for the same server, outcome and detail in every run; never null", |row| {
            Some(&row.incident.fingerprint)
        })
        .text("outcome", "what its attempts came to; never null", |row| Some(row.incident.outcome.name().as_str()))
        .text("detail", "the kind of that outcome", |row| row.incident.outcome.detail())
        .text("server_host", "host of the MDM server", |row| row.incident.server.host.as_deref())
        .integer("server_port", "its port", |row| row.incident.server.port)
        .time("first_at", "start of its first attempt", |row| row.incident.first_at)
        .time("last_at", "start of its last attempt", |row| row.incident.last_at)
        .long("attempts", "how many attempts; never null", |row| Some(row.incident.attempts.len()))
        .long("last_success", "number of the last success with the server before it", |row| {
            row.incident.last_success_before
        })
        .time("last_success_at", "when that began", |row| row.last_success_at)
        .long("resolved_by", "number of the first success with the server after it; null while it is open", |row| {
            row.incident.resolved_by
        })
        .time("resolved_at", "when that began", |row| row.resolved_at)
        .double("resolution_ms", "from `first_at` to `resolved_at`", IncidentRow::resolution_ms)
        .texts("changed", "what was other in its first attempt than in the last success", |row| {
            row.incident.changes.iter().map(|change| change.what.as_str()).collect()
        })
        .json("changes_json", "the same with both sides, as `changes` of the JSON report", |row| &row.incident.changes)
        .text("summary", "what it means, in a sentence; never null", |row| Some(&row.incident.diagnosis.summary))
        .texts("remedy", "what to do, first things first", |row| {
            row.incident.diagnosis.remedy.iter().map(String::as_str).collect()
        })
        .text("ticket_key", "the same for the same host and outcome in every run; never null", |row| {
            Some(&row.incident.ticket_key)
        })
        .long("endpoints", "how many different devices were asked for in it", |row| row.incident.endpoints)
        .finish()
}
