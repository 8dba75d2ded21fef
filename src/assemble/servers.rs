//! The servers as they stood at the end of what was given: what a person asks first.

use std::collections::BTreeMap;

use super::outline::{Outline, ServerKey};
use crate::model::outcome::OutcomeName;
use crate::model::quantile::quantile;
use crate::model::report::{Incident, ServerHealth, ServerState};

/// Returns the state of each server that an attempt names, in the order of their names. Attempts are in order of time.
pub(super) fn states(
    by_server: &BTreeMap<ServerKey, Vec<usize>>,
    outlines: &[Outline<'_>],
    incidents: &[Incident],
) -> Vec<ServerState> {
    let open: BTreeMap<(Option<&str>, Option<u16>), usize> = incidents
        .iter()
        .filter(|incident| incident.resolved_by.is_none())
        .map(|incident| ((incident.server.host.as_deref(), incident.server.port), incident.id))
        .collect();
    by_server
        .iter()
        .map(|((host, port), attempts)| {
            let open_incident = open.get(&(host.as_deref(), *port)).copied();
            let attempts: Vec<(usize, Outline<'_>)> =
                attempts.iter().filter_map(|index| Some((index + 1, *outlines.get(*index)?))).collect();
            state(host.clone(), *port, &attempts, open_incident)
        })
        .collect()
}

/// Returns the state of one server with these attempts, each with its id.
fn state(
    host: Option<String>,
    port: Option<u16>,
    attempts: &[(usize, Outline<'_>)],
    open_incident: Option<usize>,
) -> ServerState {
    let last = |wanted: fn(OutcomeName) -> bool| attempts.iter().rev().find(|(_, attempt)| wanted(attempt.name()));
    let last_success = last(|outcome| outcome == OutcomeName::Success);
    let last_failure = last(OutcomeName::is_failure);
    let count = |wanted: fn(OutcomeName) -> bool| attempts.iter().filter(|(_, attempt)| wanted(attempt.name())).count();
    let (good, bad) = (count(|outcome| outcome == OutcomeName::Success), count(OutcomeName::is_failure));
    let mut answers: Vec<f64> = attempts
        .iter()
        .filter(|(_, attempt)| attempt.name() == OutcomeName::Success)
        .filter_map(|(_, attempt)| attempt.duration_ms)
        .collect();
    answers.sort_by(f64::total_cmp);
    ServerState {
        host,
        port,
        state: match (last_success, last_failure) {
            (None, None) => ServerHealth::Unknown,
            (Some((success, _)), Some((failure, _))) if success < failure => ServerHealth::Down,
            (Some(_), _) => ServerHealth::Up,
            (None, Some(_)) => ServerHealth::Down,
        },
        attempts: attempts.len(),
        last_success: last_success.map(|(id, _)| *id),
        last_success_at: last_success.and_then(|(_, attempt)| attempt.started_at),
        last_failure: last_failure.map(|(id, _)| *id),
        last_failure_at: last_failure.and_then(|(_, attempt)| attempt.started_at),
        open_incident,
        availability: (good + bad > 0).then(|| (good as f64 / (good + bad) as f64 * 10_000.0).round() / 10_000.0),
        median_answer_ms: quantile(&answers, 50),
        p95_answer_ms: quantile(&answers, 95),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::outcome::{DnsDetail, Outcome};

    #[test]
    fn the_last_attempt_that_tells_decides() {
        let failure = Outcome::DnsFailure(Some(DnsDetail::NxDomain));
        let cases = [
            (vec![failure, Outcome::Success], ServerHealth::Up),
            (vec![Outcome::Success, failure], ServerHealth::Down),
            (vec![failure, Outcome::Success, Outcome::Unknown(None)], ServerHealth::Up),
            (vec![Outcome::Unknown(None)], ServerHealth::Unknown),
        ];
        for (outcomes, expected) in cases {
            let outlines: Vec<Outline<'_>> =
                outcomes.iter().map(|outcome| Outline::bare("mdm.example", *outcome)).collect();
            let states = states(&super::super::outline::by_server(&outlines), &outlines, &[]);
            assert_eq!(states.len(), 1);
            assert_eq!((states[0].state, states[0].attempts), (expected, outcomes.len()), "{outcomes:?}");
        }
    }
}
