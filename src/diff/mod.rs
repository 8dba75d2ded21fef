//! What became of the failures of last week: two reports side by side, incident by incident under the same fingerprint, and what
//! changed around them. That something is over is said only where a later attempt with the server went well; that a failure is not
//! seen any more proves nothing.

mod around;
mod difference;
mod incidents;
mod text;
mod tickets;

use std::io;

pub use self::difference::{ChangeOf, ComparedIncident, Difference, IncidentState, Side, StateCounts, Subject};
use crate::model::report::{Report, SCHEMA_VERSION, Tool};
use crate::render::schema_of;

/// Compares two reports, the earlier one first.
///
/// ```
/// use mdmlog::{Options, analyze, diff};
///
/// let report = analyze(&["testdata/cases/five-outcomes/bundle.tar".into()], &Options::default())?;
/// let difference = diff(&report, &report);
/// assert_eq!((difference.summary.unchanged, difference.summary.resolved), (4, 0));
/// # Ok::<(), mdmlog::Error>(())
/// ```
pub fn diff(before: &Report, after: &Report) -> Difference {
    let incidents = incidents::compared(before, after);
    let mut summary = StateCounts::default();
    incidents.iter().for_each(|incident| summary.add(incident.state));
    Difference {
        schema_version: SCHEMA_VERSION.to_owned(),
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        before: side(before),
        after: side(after),
        summary,
        incidents,
        changes: around::changes(before, after),
        warnings: warnings(before, after),
    }
}

fn side(report: &Report) -> Side {
    let times = || report.attempts.iter().filter_map(|attempt| attempt.started_at);
    Side {
        first_at: times().min(),
        last_at: times().max(),
        attempts: report.attempts.len(),
        failures: report.attempts.iter().filter(|attempt| attempt.outcome.is_failure()).count(),
        redacted: report.redacted,
    }
}

fn warnings(before: &Report, after: &Report) -> Vec<String> {
    let mut warnings = Vec::new();
    if before.redacted != after.redacted {
        warnings.push(
            "one of the reports has pseudonyms and the other has not, so that no incident of the one can be found in the other".to_owned(),
        );
    } else if before.redacted {
        warnings.push(
            "both reports have pseudonyms: they are the same only if both were made with the same --redact-key"
                .to_owned(),
        );
    }
    let (earlier, later) = (side(before), side(after));
    if let (Some(first), Some(last)) = (earlier.first_at, later.last_at)
        && last < first
    {
        warnings.push(format!(
            "the second report ends at {last}, before the first one begins at {first}: they may be the wrong way round"
        ));
    }
    warnings
}

/// A format that a difference is written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DifferenceFormat {
    /// For people.
    Text,
    /// One object.
    Json,
    /// One line for each ticket that is resolved, with what Jira is to be told.
    Jira,
    /// The same for ServiceNow, with fields besides its own.
    ServiceNow(Vec<(String, String)>),
}

impl Difference {
    /// Writes it.
    ///
    /// # Errors
    /// Those of the output.
    pub fn write(&self, format: &DifferenceFormat, out: &mut dyn io::Write) -> io::Result<()> {
        match format {
            DifferenceFormat::Text => text::write(self, out),
            DifferenceFormat::Json => {
                serde_json::to_writer_pretty(&mut *out, self)?;
                out.write_all(b"\n")
            }
            DifferenceFormat::Jira => tickets::jira(self, out),
            DifferenceFormat::ServiceNow(fields) => tickets::servicenow(self, fields, out),
        }
    }
}

/// Returns the JSON Schema (draft 2020-12) of a difference.
pub fn difference_schema() -> serde_json::Value {
    schema_of::<Difference>("difference", "mdmlog difference")
}
