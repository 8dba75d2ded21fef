//! Incidents as tickets: all runs of the same failure of the same host are one entry, however often it came back and whichever
//! source told it, so that a week of an hourly failure opens one ticket.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest as _, Sha256};

use super::overview::Overview;
use crate::model::report::Incident;
use crate::model::time::Timestamp;

/// The runs of one failure of one host.
pub(super) struct Ticket<'r> {
    /// What the ticket is found again by.
    pub(super) key: &'r str,
    /// The runs, in order of time; never empty.
    pub(super) incidents: Vec<&'r Incident>,
    /// How many different devices were asked for in them; `None` when none was.
    pub(super) endpoints: Option<usize>,
    /// The run that stands for all: the first that is still open, else the last.
    pub(super) head: &'r Incident,
}

impl Ticket<'_> {
    /// Returns whether one of the runs is still open.
    pub(super) fn is_open(&self) -> bool {
        self.incidents.iter().any(|incident| incident.resolved_by.is_none())
    }

    /// Returns the number of attempts in all runs.
    pub(super) fn attempts(&self) -> usize {
        self.incidents.iter().map(|incident| incident.attempts.len()).sum()
    }

    /// Returns the start of the first attempt.
    pub(super) fn first_at(&self) -> Option<Timestamp> {
        self.incidents.iter().filter_map(|incident| incident.first_at).min()
    }

    /// Returns the start of the last attempt.
    pub(super) fn last_at(&self) -> Option<Timestamp> {
        self.incidents.iter().filter_map(|incident| incident.last_at).max()
    }

    /// Returns the id of the success that ended the last run; `None` while one is open.
    pub(super) fn resolved_by(&self) -> Option<usize> {
        if self.is_open() { None } else { self.incidents.iter().filter_map(|incident| incident.resolved_by).max() }
    }

    /// Names what the runs tell: the same for the same attempts, so that a ticket that knows them already is left alone.
    pub(super) fn run_id(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.key);
        for incident in &self.incidents {
            let text = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
            let state = if incident.resolved_by.is_some() { "resolved" } else { "open" };
            let count = incident.attempts.len().to_string();
            for part in [&incident.fingerprint, &text(incident.first_at), &text(incident.last_at), &count, state] {
                hash.update([0]);
                hash.update(part);
            }
        }
        hex::encode(hash.finalize().get(..8).unwrap_or_default())
    }

    /// Returns the fingerprints of the runs, each once.
    pub(super) fn fingerprints(&self) -> Vec<&str> {
        let all: BTreeSet<&str> = self.incidents.iter().map(|incident| incident.fingerprint.as_str()).collect();
        all.into_iter().collect()
    }
}

impl Overview<'_> {
    /// Returns the tickets: open ones first, each kind in order of the first failure.
    pub(super) fn tickets(&self) -> Vec<Ticket<'_>> {
        let mut by_key: BTreeMap<&str, Vec<&Incident>> = BTreeMap::new();
        for incident in &self.report.incidents {
            // Reports of version 1.0 have no keys.
            let key = Some(incident.ticket_key.as_str()).filter(|key| !key.is_empty()).unwrap_or(&incident.fingerprint);
            by_key.entry(key).or_default().push(incident);
        }
        let mut tickets: Vec<Ticket<'_>> =
            by_key.into_iter().filter_map(|(key, incidents)| self.ticket(key, incidents)).collect();
        tickets.sort_by_key(|ticket| (!ticket.is_open(), ticket.incidents.first().map(|incident| incident.id)));
        tickets
    }

    fn ticket<'r>(&self, key: &'r str, incidents: Vec<&'r Incident>) -> Option<Ticket<'r>> {
        let open = incidents.iter().find(|incident| incident.resolved_by.is_none());
        let head = open.or(incidents.last()).copied()?;
        let ids = incidents.iter().flat_map(|incident| &incident.attempts);
        let asked: BTreeSet<u32> = ids.filter_map(|id| self.gist(*id)?.device).collect();
        let endpoints = Some(asked.len()).filter(|count| *count > 0);
        Some(Ticket { key, incidents, endpoints, head })
    }
}

/// Returns the entry that stands for the incident of each attempt, by the attempt's id.
pub(super) fn heads<'r>(tickets: &[Ticket<'r>]) -> HashMap<usize, &'r Incident> {
    let of_ticket = |ticket: &Ticket<'r>| {
        let head = ticket.head;
        ticket.incidents.clone().into_iter().flat_map(|incident| &incident.attempts).map(move |id| (*id, head))
    };
    tickets.iter().flat_map(of_ticket).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn runs_of_the_same_failure_are_one_ticket() {
        let mut report = sample::report();
        let mut again = report.incidents[0].clone();
        again.id = 8;
        again.fingerprint = "another".into();
        again.resolved_by = None;
        again.attempts = vec![10];
        report.incidents.push(again);
        let overview = Overview::whole(&report);
        let tickets = overview.tickets();
        assert_eq!(tickets.len(), 7);
        let ticket = tickets.iter().find(|ticket| ticket.incidents.len() == 2).unwrap();
        assert_eq!((ticket.attempts(), ticket.is_open()), (3, true));
        assert_eq!((ticket.head.id, ticket.resolved_by(), ticket.endpoints), (8, None, Some(1)));
        assert_eq!(ticket.fingerprints().len(), 2);
    }

    #[test]
    fn open_tickets_come_first() {
        let report = sample::report();
        let overview = Overview::whole(&report);
        let open: Vec<bool> = overview.tickets().iter().map(Ticket::is_open).collect();
        assert!(open.is_sorted_by_key(|open| !open) && open.contains(&false), "{open:?}");
    }

    #[test]
    fn a_report_without_keys_has_a_ticket_for_each_fingerprint() {
        let mut report = sample::report();
        report.incidents.iter_mut().for_each(|incident| incident.ticket_key.clear());
        assert_eq!(Overview::whole(&report).tickets().len(), report.incidents.len());
    }
}
