//! Incidents: runs of the same failure of the same server, and what was other when it last went well.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::circumstances::Circumstances;
use super::outline::{Outline, ServerKey};
use crate::catalog::{self, Context};
use crate::model::mdm::DeviceCriterion;
use crate::model::outcome::{Outcome, OutcomeName};
use crate::model::report::{Attempt, Change, Incident, IncidentServer, Node};

/// Hexadecimal digits of a fingerprint.
const FINGERPRINT: usize = 16;
/// What the fingerprint is made of has changed when this has.
const FINGERPRINT_VERSION: &str = "1";
/// The same of the ticket key, which must differ from every fingerprint.
const TICKET_KEY_VERSION: &str = "ticket-1";

/// The attempts that incidents are found among.
pub(super) trait IncidentSource: Sync {
    /// Returns the attempt of this index, whole.
    fn attempt(&self, index: usize) -> Option<Attempt>;
    /// Returns what is to be looked at before anything else, as several files show it together.
    fn first_of_all(&self, index: usize, attempt: &Attempt) -> Option<String>;
    /// Returns which device it asked for.
    fn device(&self, index: usize) -> Option<DeviceCriterion>;
    /// Returns its node, where that is known.
    fn node(&self, index: usize) -> Option<&Node>;
}

/// Finds the incidents. Attempts are in order of time; their ids are one more than their indices.
pub(super) fn incidents(
    by_server: &BTreeMap<ServerKey, Vec<usize>>,
    outlines: &[Outline<'_>],
    told: &impl IncidentSource,
) -> Vec<Incident> {
    let servers: Vec<_> = by_server.iter().collect();
    let of_servers = servers.into_par_iter().map(|(server, attempts)| {
        let runs = runs(attempts, outlines);
        runs.into_par_iter().map(|run| incident(server, &run, outlines, told)).collect::<Vec<_>>()
    });
    let mut incidents: Vec<Incident> = of_servers.collect::<Vec<_>>().into_iter().flatten().flatten().collect();
    incidents.sort_by_key(|incident| incident.attempts.first().copied());
    for (index, incident) in incidents.iter_mut().enumerate() {
        incident.id = index + 1;
    }
    incidents
}

/// A run of the same failure of one server, in indices of attempts.
struct FailureRun {
    attempts: Vec<usize>,
    last_success_before: Option<usize>,
    resolved_by: Option<usize>,
}

/// Finds the runs among the attempts of one server.
fn runs(attempts: &[usize], outlines: &[Outline<'_>]) -> Vec<FailureRun> {
    let mut runs: Vec<FailureRun> = Vec::new();
    let mut last_success = None;
    // The outcome of the run that goes on, and from where on runs are unresolved.
    let (mut open, mut unresolved): (Option<Outcome>, usize) = (None, 0);
    for &index in attempts {
        let Some(outline) = outlines.get(index) else { continue };
        match outline.name() {
            // Nobody knows what it came to, so it neither ends a run nor is a part of one.
            OutcomeName::Unknown => continue,
            OutcomeName::Success => {
                runs.iter_mut().skip(unresolved).for_each(|run| run.resolved_by = Some(index));
                (last_success, open, unresolved) = (Some(index), None, runs.len());
                continue;
            }
            _ => {}
        }
        match runs.last_mut().filter(|_| open == Some(outline.outcome)) {
            Some(run) => run.attempts.push(index),
            None => {
                runs.push(FailureRun { attempts: vec![index], last_success_before: last_success, resolved_by: None });
                open = Some(outline.outcome);
            }
        }
    }
    runs
}

fn incident(
    (host, port): &ServerKey,
    run: &FailureRun,
    outlines: &[Outline<'_>],
    told: &impl IncidentSource,
) -> Option<Incident> {
    let index = *run.attempts.first()?;
    let first = told.attempt(index)?;
    let success = run.last_success_before.and_then(|success| told.attempt(success));
    let changes = success.map(|success| changes(&success, &first)).unwrap_or_default();
    let (context, resolved) = (Context { node: told.node(index), ..Context::of(&first) }, run.resolved_by.is_some());
    let count = run.attempts.len();
    let mut diagnosis = catalog::incident_diagnosis(first.outcome, &context, count, &changes, resolved);
    diagnosis.remedy.splice(0..0, told.first_of_all(index, &first));
    let devices: HashSet<String> =
        run.attempts.iter().filter_map(|index| told.device(*index)).map(|device| device.value).collect();
    let started = |index: &usize| outlines.get(*index).and_then(|outline| outline.started_at);
    Some(Incident {
        id: 0,
        fingerprint: fingerprint(host.as_deref(), *port, first.outcome),
        ticket_key: ticket_key(host.as_deref(), first.outcome.name()),
        endpoints: (!devices.is_empty()).then_some(devices.len()),
        outcome: first.outcome,
        server: IncidentServer { host: host.clone(), port: *port },
        first_at: first.started_at,
        last_at: run.attempts.iter().rev().find_map(started),
        attempts: run.attempts.iter().map(|index| index + 1).collect(),
        last_success_before: run.last_success_before.map(|index| index + 1),
        resolved_by: run.resolved_by.map(|index| index + 1),
        diagnosis,
        changes,
    })
}

/// Digests server, outcome and detail alone: the same next week, and the same for two nodes.
fn fingerprint(host: Option<&str>, port: Option<u16>, outcome: Outcome) -> String {
    let port = port.map(|port| port.to_string()).unwrap_or_default();
    let detail = outcome.detail().unwrap_or_default();
    digest(&[FINGERPRINT_VERSION, host.unwrap_or_default(), &port, outcome.name().as_str(), &detail])
}

/// Digests host and outcome alone: neither the port, which a log may not tell, nor the detail, which log and capture may tell apart.
fn ticket_key(host: Option<&str>, outcome: OutcomeName) -> String {
    digest(&[TICKET_KEY_VERSION, host.unwrap_or_default(), outcome.as_str()])
}

fn digest(parts: &[&str]) -> String {
    let mut text = hex::encode(Sha256::digest(parts.join("\0")));
    text.truncate(FINGERPRINT);
    text
}

/// Returns what was other in the failure than in the success before it, as far as both tell.
fn changes(success: &Attempt, failure: &Attempt) -> Vec<Change> {
    Circumstances::of(success).changes_to(&Circumstances::of(failure))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::outcome::TlsDetail;

    #[test]
    fn a_fingerprint_depends_on_server_and_failure_alone() {
        let of = |host, port, detail| fingerprint(Some(host), Some(port), Outcome::TlsFailure(detail));
        assert_eq!(of("mdm.example.com", 443, None), of("mdm.example.com", 443, None));
        assert_ne!(of("mdm.example.com", 443, None), of("mdm.example.com", 8443, None));
        assert_ne!(of("mdm.example.com", 443, None), of("mdm.example.com", 443, Some(TlsDetail::HandshakeFailure)));
        assert_eq!(of("mdm.example.com", 443, None).len(), FINGERPRINT);
    }
}
