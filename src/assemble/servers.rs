//! The servers as they stood at the end of what was given: what a person asks first.

use std::collections::BTreeMap;

use crate::model::outcome::OutcomeName;
use crate::model::quantile::quantile;
use crate::model::report::{Attempt, Incident, ServerHealth, ServerState};

/// Returns the state of each server that an attempt names, in the order of their names. Attempts are in order of time.
pub(super) fn states(attempts: &[Attempt], incidents: &[Incident]) -> Vec<ServerState> {
    let mut by_server: BTreeMap<(Option<String>, Option<u16>), Vec<&Attempt>> = BTreeMap::new();
    for attempt in attempts {
        let host = attempt.server.host.as_ref().map(|host| host.to_ascii_lowercase());
        by_server.entry((host, attempt.server.port)).or_default().push(attempt);
    }
    let open: BTreeMap<(Option<&str>, Option<u16>), usize> = incidents
        .iter()
        .filter(|incident| incident.resolved_by.is_none())
        .map(|incident| ((incident.server.host.as_deref(), incident.server.port), incident.id))
        .collect();
    by_server
        .into_iter()
        .map(|((host, port), attempts)| {
            let open_incident = open.get(&(host.as_deref(), port)).copied();
            state(host, port, &attempts, open_incident)
        })
        .collect()
}

fn state(host: Option<String>, port: Option<u16>, attempts: &[&Attempt], open_incident: Option<usize>) -> ServerState {
    let last = |wanted: fn(OutcomeName) -> bool| attempts.iter().rev().find(|attempt| wanted(attempt.outcome)).copied();
    let last_success = last(|outcome| outcome == OutcomeName::Success);
    let last_failure = last(OutcomeName::is_failure);
    let count = |wanted: fn(OutcomeName) -> bool| attempts.iter().filter(|attempt| wanted(attempt.outcome)).count();
    let (good, bad) = (count(|outcome| outcome == OutcomeName::Success), count(OutcomeName::is_failure));
    let mut answers: Vec<f64> = attempts
        .iter()
        .filter(|attempt| attempt.outcome == OutcomeName::Success)
        .filter_map(|attempt| attempt.duration_ms)
        .collect();
    answers.sort_by(f64::total_cmp);
    ServerState {
        host,
        port,
        state: match (last_success, last_failure) {
            (None, None) => ServerHealth::Unknown,
            (Some(success), Some(failure)) if success.id < failure.id => ServerHealth::Down,
            (Some(_), _) => ServerHealth::Up,
            (None, Some(_)) => ServerHealth::Down,
        },
        attempts: attempts.len(),
        last_success: last_success.map(|attempt| attempt.id),
        last_success_at: last_success.and_then(|attempt| attempt.started_at),
        last_failure: last_failure.map(|attempt| attempt.id),
        last_failure_at: last_failure.and_then(|attempt| attempt.started_at),
        open_incident,
        availability: (good + bad > 0).then(|| (good as f64 / (good + bad) as f64 * 10_000.0).round() / 10_000.0),
        median_answer_ms: quantile(&answers, 50),
        p95_answer_ms: quantile(&answers, 95),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_last_attempt_that_tells_decides() {
        let report = sample::report();
        let states = states(&report.attempts, &report.incidents);
        assert_eq!(states.iter().map(|state| state.attempts).sum::<usize>(), report.attempts.len());
        for state in &states {
            let expected = match (state.last_success, state.last_failure) {
                (None, None) => ServerHealth::Unknown,
                (success, failure) if success > failure => ServerHealth::Up,
                _ => ServerHealth::Down,
            };
            assert_eq!(state.state, expected, "{state:?}");
        }
    }
}
