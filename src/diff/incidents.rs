//! What became of each incident.

use std::collections::BTreeMap;

use super::difference::{ComparedIncident, IncidentState};
use crate::model::outcome::Outcome;
use crate::model::report::{Attempt, Incident, IncidentServer, Report};
use crate::model::time::Timestamp;

/// The runs of one failure of one server.
#[derive(Default)]
struct Runs<'r> {
    before: Vec<&'r Incident>,
    after: Vec<&'r Incident>,
}

/// Returns what became of each incident of either report; those that were over in the earlier one and did not come back are left
/// out.
pub(super) fn compared(before: &Report, after: &Report) -> Vec<ComparedIncident> {
    let mut runs: BTreeMap<&str, Runs<'_>> = BTreeMap::new();
    for incident in &before.incidents {
        runs.entry(&incident.fingerprint).or_default().before.push(incident);
    }
    for incident in &after.incidents {
        runs.entry(&incident.fingerprint).or_default().after.push(incident);
    }
    let mut compared: Vec<ComparedIncident> = runs.values().filter_map(|runs| runs.compared(after)).collect();
    compared.sort_by(|one, other| {
        let key = |incident: &ComparedIncident| (incident.state, incident.first_at);
        key(one).cmp(&key(other)).then_with(|| one.fingerprint.cmp(&other.fingerprint))
    });
    compared
}

impl Runs<'_> {
    fn compared(&self, later: &Report) -> Option<ComparedIncident> {
        let open = |runs: &[&Incident]| runs.iter().any(|incident| incident.resolved_by.is_none());
        let (was_open, is_open) = (open(&self.before), open(&self.after));
        // Of the later report, it says best what it means and what to do.
        let shown = self.after.last().or(self.before.last())?;
        let mut replaced_by = Vec::new();
        let success = self.success_after(&shown.server, later);
        let state = match (was_open, self.after.is_empty()) {
            (true, _) if is_open => IncidentState::Unchanged,
            (false, true) => return None,
            (false, false) => IncidentState::New,
            (true, _) if success.is_some() => IncidentState::Resolved,
            (true, _) => {
                replaced_by = self.failures_after(&shown.server, later);
                if replaced_by.is_empty() { IncidentState::NotTried } else { IncidentState::Replaced }
            }
        };
        let success = success.filter(|_| !is_open);
        let both = || self.before.iter().chain(&self.after);
        Some(ComparedIncident {
            state,
            fingerprint: shown.fingerprint.clone(),
            ticket_key: shown.ticket_key.clone(),
            outcome: shown.outcome,
            server: shown.server.clone(),
            first_at: both().filter_map(|incident| incident.first_at).min(),
            last_at: self.last_at(),
            before: self.before.iter().map(|incident| incident.id).collect(),
            after: self.after.iter().map(|incident| incident.id).collect(),
            resolved_by: success.map(|attempt| attempt.id),
            resolved_at: success.and_then(|attempt| attempt.started_at),
            replaced_by,
            diagnosis: shown.diagnosis.clone(),
        })
    }

    fn last_at(&self) -> Option<Timestamp> {
        self.before.iter().chain(&self.after).filter_map(|incident| incident.last_at).max()
    }

    /// Finds the first attempt of the later report with the server that went well after the last run.
    fn success_after<'a>(&self, server: &IncidentServer, later: &'a Report) -> Option<&'a Attempt> {
        let last = self.last_at();
        let mut attempts = of_server(server, later).filter(|attempt| is_later(attempt, last));
        attempts.find(|attempt| attempt.outcome == Outcome::Success)
    }

    /// Returns in which ways attempts of the later report with the server fail after the last run.
    fn failures_after(&self, server: &IncidentServer, later: &Report) -> Vec<String> {
        let last = self.last_at();
        let failed = of_server(server, later).filter(|attempt| attempt.outcome.is_failure() && is_later(attempt, last));
        let mut ways: Vec<String> = failed.map(|attempt| attempt.outcome.to_string()).collect();
        ways.sort();
        ways.dedup();
        ways
    }
}

/// Returns the attempts with a server. A capture may show a port where a log tells none.
fn of_server<'a>(server: &IncidentServer, report: &'a Report) -> impl Iterator<Item = &'a Attempt> {
    let host = server.host.as_ref().map(|host| host.to_ascii_lowercase());
    let port = server.port;
    report.attempts.iter().filter(move |attempt| {
        let same_host = attempt.server.host.as_ref().map(|host| host.to_ascii_lowercase()) == host;
        let same_port = attempt.server.port.zip(port).is_none_or(|(one, other)| one == other);
        host.is_some() && same_host && same_port
    })
}

/// Returns whether an attempt began later than a moment; one without a time can't be shown not to.
fn is_later(attempt: &Attempt, than: Option<Timestamp>) -> bool {
    match (attempt.started_at, than) {
        (Some(started), Some(than)) => started > than,
        _ => true,
    }
}
