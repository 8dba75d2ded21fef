//! Of each attempt what the report as a whole is made of: incidents, states of servers, counts. It is small, so that the
//! attempts themselves need not be there at the same time.

use std::collections::{BTreeMap, HashMap};

use super::attempt;
use crate::classify::Verdict;
use crate::correlate::JoinedAttempt;
use crate::model::mdm::RequestKind;
use crate::model::outcome::{Outcome, OutcomeName};
use crate::model::time::Timestamp;

/// Host in lower case, and port.
pub(super) type ServerKey = (Option<String>, Option<u16>);

/// What the whole report needs of one attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outline<'a> {
    pub(super) kind: RequestKind,
    pub(super) outcome: Outcome,
    pub(super) host: Option<&'a str>,
    pub(super) port: Option<u16>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) duration_ms: Option<f64>,
}

impl<'a> Outline<'a> {
    /// Reads it off an attempt and its verdict.
    pub(super) fn of(joined: &'a JoinedAttempt<'_>, verdict: &Verdict) -> Self {
        let (started_at, ended_at) = attempt::span(joined);
        Self {
            kind: attempt::kind(joined),
            outcome: verdict.ruling.outcome,
            host: attempt::host(joined),
            port: attempt::port(joined),
            started_at,
            duration_ms: attempt::duration(started_at, ended_at),
        }
    }

    /// Makes an attempt of which no more is known than server and outcome.
    #[cfg(test)]
    pub(super) fn bare(host: &'a str, outcome: Outcome) -> Self {
        Self { kind: RequestKind::Other, outcome, host: Some(host), port: None, started_at: None, duration_ms: None }
    }

    /// Returns the outcome without its kind.
    pub(super) fn name(&self) -> OutcomeName {
        self.outcome.name()
    }
}

/// Puts the attempts to their servers, each as its place among all, from 0.
pub(super) fn by_server(outlines: &[Outline<'_>]) -> BTreeMap<ServerKey, Vec<usize>> {
    let mut as_written: HashMap<(Option<&str>, Option<u16>), Vec<usize>> = HashMap::new();
    for (index, outline) in outlines.iter().enumerate() {
        as_written.entry((outline.host, outline.port)).or_default().push(index);
    }
    let mut by_server: BTreeMap<ServerKey, Vec<usize>> = BTreeMap::new();
    for ((host, port), attempts) in as_written {
        by_server.entry((host.map(str::to_ascii_lowercase), port)).or_default().extend(attempts);
    }
    // Hosts that are written in upper and lower case have come in any order.
    by_server.values_mut().for_each(|attempts| attempts.sort_unstable());
    by_server
}
