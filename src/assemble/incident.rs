//! Incidents: runs of the same failure of the same server, and what was other when it last went well.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::circumstances::Circumstances;
use crate::catalog::{self, Context};
use crate::model::outcome::{Outcome, OutcomeName};
use crate::model::report::{Attempt, Change, Diagnosis, Incident, IncidentServer, Node};

/// Hexadecimal digits of a fingerprint.
const FINGERPRINT: usize = 16;
/// What the fingerprint is made of has changed when this has.
const FINGERPRINT_VERSION: &str = "1";
/// The same of the ticket key, which must differ from every fingerprint.
const TICKET_KEY_VERSION: &str = "ticket-1";

/// Host in lower case, and port.
type ServerKey = (Option<String>, Option<u16>);
/// An attempt with its outcome.
type Decided<'a> = (&'a Attempt, Outcome);

/// Finds the incidents. Attempts are in order of time and have their ids; each has its outcome, and its node where that is known.
pub(super) fn incidents(attempts: &[Attempt], outcomes: &[Outcome], nodes: &[Option<&Node>]) -> Vec<Incident> {
    let mut by_server: BTreeMap<ServerKey, Vec<Decided<'_>>> = BTreeMap::new();
    for (attempt, outcome) in attempts.iter().zip(outcomes) {
        let host = attempt.server.host.as_ref().map(|host| host.to_ascii_lowercase());
        by_server.entry((host, attempt.server.port)).or_default().push((attempt, *outcome));
    }
    let mut incidents: Vec<Incident> =
        by_server.into_iter().flat_map(|(server, attempts)| of_server(&server, &attempts, nodes)).collect();
    incidents.sort_by_key(|incident| incident.attempts.first().copied());
    for (index, incident) in incidents.iter_mut().enumerate() {
        incident.id = index + 1;
    }
    incidents
}

fn of_server((host, port): &ServerKey, attempts: &[Decided<'_>], nodes: &[Option<&Node>]) -> Vec<Incident> {
    let mut incidents: Vec<(Incident, &Attempt, Outcome)> = Vec::new();
    let mut last_success: Option<&Attempt> = None;
    let mut open = false;
    for &(attempt, outcome) in attempts {
        match attempt.outcome {
            // Nobody knows what it came to, so it neither ends a run nor is a part of one.
            OutcomeName::Unknown => continue,
            OutcomeName::Success => {
                for (incident, ..) in
                    incidents.iter_mut().rev().take_while(|(incident, ..)| incident.resolved_by.is_none())
                {
                    incident.resolved_by = Some(attempt.id);
                }
                last_success = Some(attempt);
                open = false;
                continue;
            }
            _ => {}
        }
        if let Some((incident, ..)) = incidents.last_mut()
            && open
            && (incident.outcome, &incident.detail) == (attempt.outcome, &attempt.detail)
        {
            incident.attempts.push(attempt.id);
            incident.last_at = attempt.started_at.or(incident.last_at);
            continue;
        }
        let incident = Incident {
            id: 0,
            fingerprint: fingerprint(host.as_deref(), *port, attempt.outcome, attempt.detail.as_deref()),
            ticket_key: ticket_key(host.as_deref(), attempt.outcome),
            endpoints: None,
            outcome: attempt.outcome,
            detail: attempt.detail.clone(),
            server: IncidentServer { host: host.clone(), port: *port },
            first_at: attempt.started_at,
            last_at: attempt.started_at,
            attempts: vec![attempt.id],
            last_success_before: last_success.map(|success| success.id),
            resolved_by: None,
            changes: last_success.map(|success| changes(success, attempt)).unwrap_or_default(),
            diagnosis: Diagnosis::default(),
        };
        incidents.push((incident, attempt, outcome));
        open = true;
    }
    incidents
        .into_iter()
        .map(|(incident, first, outcome)| {
            let node = first.id.checked_sub(1).and_then(|index| nodes.get(index).copied().flatten());
            let (context, resolved) = (Context { node, ..Context::of(first) }, incident.resolved_by.is_some());
            let count = incident.attempts.len();
            let diagnosis = catalog::incident_diagnosis(outcome, &context, count, &incident.changes, resolved);
            let attempt_of = |id: &usize| {
                let at = attempts.binary_search_by_key(id, |(attempt, _)| attempt.id).ok()?;
                attempts.get(at).map(|(attempt, _)| *attempt)
            };
            let queries = incident.attempts.iter().filter_map(attempt_of).filter_map(|attempt| attempt.query.as_ref());
            let devices: BTreeSet<&str> = queries.map(|query| query.value.as_str()).collect();
            Incident { diagnosis, endpoints: (!devices.is_empty()).then_some(devices.len()), ..incident }
        })
        .collect()
}

/// Server, outcome and detail alone: the same next week, and the same for two nodes.
fn fingerprint(host: Option<&str>, port: Option<u16>, outcome: OutcomeName, detail: Option<&str>) -> String {
    let port = port.map(|port| port.to_string()).unwrap_or_default();
    let parts = [FINGERPRINT_VERSION, host.unwrap_or_default(), &port, outcome.as_str(), detail.unwrap_or_default()];
    digest(&parts)
}

/// Host and outcome alone: neither the port, which a log may not tell, nor the detail, which log and capture may tell apart.
fn ticket_key(host: Option<&str>, outcome: OutcomeName) -> String {
    digest(&[TICKET_KEY_VERSION, host.unwrap_or_default(), outcome.as_str()])
}

fn digest(parts: &[&str]) -> String {
    let mut text = hex::encode(Sha256::digest(parts.join("\0")));
    text.truncate(FINGERPRINT);
    text
}

/// What was other in the failure than in the success before it, as far as both tell.
fn changes(success: &Attempt, failure: &Attempt) -> Vec<Change> {
    Circumstances::of(success).changes_to(&Circumstances::of(failure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_depends_on_server_and_failure_alone() {
        let of = |host, port, detail| fingerprint(Some(host), Some(port), OutcomeName::TlsFailure, detail);
        assert_eq!(of("mdm.example.com", 443, None), of("mdm.example.com", 443, None));
        assert_ne!(of("mdm.example.com", 443, None), of("mdm.example.com", 8443, None));
        assert_ne!(of("mdm.example.com", 443, None), of("mdm.example.com", 443, Some("handshake_failure")));
        assert_eq!(of("mdm.example.com", 443, None).len(), FINGERPRINT);
    }
}
