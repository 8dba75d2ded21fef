//! The table of servers, each as it stood at the end of what was given.

use super::column::{Builder, Columns};
use super::run::Run;
use crate::model::report::{Report, ServerState};

#[derive(Clone, Copy)]
struct ServerRow<'r> {
    run: &'r Run,
    server: &'r ServerState,
}

/// Returns the columns.
pub(super) fn columns<'r>(report: &'r Report, run: &'r Run) -> Columns<'r> {
    let rows = report.servers.iter().map(|server| ServerRow { run, server });
    Builder::new(rows)
        .text("run", "names the report; never null", |row| Some(&row.run.id))
        .text("bundle", "what was analysed, as it was named; null with `--redact`", |row| row.run.bundle.as_deref())
        .text("server_host", "host name or address", |row| row.server.host.as_deref())
        .integer("server_port", "port", |row| row.server.port)
        .text("state", "`up`, `down` or `unknown`: how the last attempt that tells went; never null", |row| {
            Some(row.server.state.as_str())
        })
        .long("attempts", "attempts that it was asked in; never null", |row| Some(row.server.attempts))
        .long("last_success", "number of the last attempt that went well", |row| row.server.last_success)
        .time("last_success_at", "when that began", |row| row.server.last_success_at)
        .long("last_failure", "number of the last attempt that failed", |row| row.server.last_failure)
        .time("last_failure_at", "when that began", |row| row.server.last_failure_at)
        .long("open_incident", "number of the incident that nothing has ended", |row| row.server.open_incident)
        .double("availability", "share of the attempts with a known end that went well", |row| row.server.availability)
        .double("median_answer_ms", "time to the answer: the median", |row| row.server.median_answer_ms)
        .double("p95_answer_ms", "time to the answer: 95 of a hundred took no longer", |row| row.server.p95_answer_ms)
        .finish()
}
