//! A report and what must be known of all its attempts before the first is written. They are made once for that and let go of;
//! those that are shown are made again when they are.

use std::borrow::Cow;

use super::each_once::{EachOnce, HoldsFor};
use super::gist::{Gist, Witness};
use super::next_time::Collection;
use super::view::{counted, number, server};
use super::{next_time, notes, stream};
use crate::model::attempts::Attempts;
use crate::model::mdm::DeviceCriterion;
use crate::model::outcome::{Outcome, OutcomeName};
use crate::model::report::{Attempt, NextCollection, Report};
use crate::model::time::Timestamp;

/// Host and port of a server, as an attempt names them.
pub(super) type ServerName = (Option<String>, Option<u16>);

/// A report, its attempts, and what is to be known of them.
pub(super) struct Overview<'r> {
    /// The report; its attempts are those here.
    pub(super) report: &'r Report,
    /// The attempts.
    pub(super) attempts: &'r dyn Attempts,
    /// What must be known of each.
    pub(super) gists: Vec<Gist>,
    /// The servers that attempts name, each once.
    pub(super) servers: Vec<ServerName>,
    /// What the table has no room for, with the ids of the attempts that it is about, in order of the first of them.
    pub(super) notes: Vec<(String, Vec<usize>)>,
    /// What to collect, likewise.
    pub(super) collections: Vec<Collection>,
}

impl<'r> Overview<'r> {
    /// Looks at all attempts.
    pub(super) fn of(report: &'r Report, attempts: &'r dyn Attempts) -> Self {
        let count = attempts.count();
        let mut all = Gathered { gists: Vec::with_capacity(count), ..Gathered::default() };
        stream::gathered(attempts, (0..count).map(|place| (place, place)), Gathered::add, |run| all.append(run));
        let collections = all.next.in_order().into_iter().map(|(next, attempts)| Collection { attempts, next });
        Self {
            report,
            attempts,
            gists: all.gists,
            servers: all.servers.in_order(),
            notes: all.notes.in_order(),
            collections: collections.collect(),
        }
    }

    /// Looks at all attempts of a report that is whole.
    #[cfg(test)]
    pub(super) fn whole(report: &'r Report) -> Self {
        Self::of(report, &report.attempts)
    }

    /// Returns what is known of the attempt with this id.
    pub(super) fn gist(&self, id: usize) -> Option<&Gist> {
        // They are numbered in order, unless somebody cut the report.
        let at = id.checked_sub(1).and_then(|place| self.gists.get(place)).filter(|gist| gist.id == id);
        at.or_else(|| self.gists.iter().find(|gist| gist.id == id))
    }

    /// Returns the attempt with this id, made again.
    pub(super) fn attempt(&self, id: usize) -> Option<Cow<'r, Attempt>> {
        self.attempts.attempt(self.gist(id)?.place)
    }

    /// Returns name and port of the server of an attempt.
    pub(super) fn server_name(&self, gist: &Gist) -> (Option<&str>, Option<u16>) {
        let named = usize::try_from(gist.server).ok().and_then(|place| self.servers.get(place));
        named.map(|(host, port)| (host.as_deref(), *port)).unwrap_or_default()
    }

    /// Returns both as they are shown.
    pub(super) fn server_of(&self, gist: &Gist) -> String {
        let (host, port) = self.server_name(gist);
        server(host, port)
    }

    /// Returns the server when all attempts were made to the same one, so that a table need not repeat it.
    pub(super) fn only_server(&self) -> Option<String> {
        match self.servers.as_slice() {
            [(Some(host), port)] => Some(server(Some(host), *port)),
            _ => None,
        }
    }

    /// Returns the first attempt that has a time, and when it began.
    pub(super) fn first_timed(&self) -> Option<(&Gist, Timestamp)> {
        self.gists.iter().find_map(|gist| Some((gist, gist.started_at?)))
    }

    /// Returns `12 attempts, 7 failed, 2 incidents`.
    pub(super) fn headline(&self) -> String {
        let failed = self.gists.iter().filter(|gist| gist.outcome.is_failure()).count();
        let unknown = self.gists.iter().filter(|gist| gist.outcome.name() == OutcomeName::Unknown).count();
        let mut parts = vec![counted(self.gists.len(), "attempt"), format!("{} failed", number(failed))];
        if unknown > 0 {
            parts.push(format!("{} unknown", number(unknown)));
        }
        parts.push(counted(self.report.incidents.len(), "incident"));
        parts.join(", ")
    }
}

/// What is known of a run of attempts, and in the end of all.
#[derive(Default)]
struct Gathered {
    gists: Vec<Gist>,
    servers: EachOnce<ServerName>,
    devices: EachOnce<DeviceCriterion>,
    notes: HoldsFor<String>,
    next: HoldsFor<NextCollection>,
}

impl Gathered {
    fn add(&mut self, place: usize, attempt: &Attempt) {
        let asked = attempt.query.clone().filter(|_| attempt.outcome != Outcome::Success);
        self.gists.push(Gist {
            place,
            id: attempt.id,
            started_at: attempt.started_at,
            ended_at: attempt.ended_at,
            duration_ms: attempt.duration_ms,
            server: self.servers.place((attempt.server.host.clone(), attempt.server.port)),
            device: asked.map(|device| self.devices.place(device)),
            witness: Witness::of(attempt),
            outcome: attempt.outcome,
            kind: attempt.kind,
            confidence: attempt.confidence,
            disputed: attempt.conflict.is_some(),
        });
        for note in notes::of_attempt(attempt) {
            self.notes.add(note, [attempt.id], usize::MAX);
        }
        if let Some(next) = &attempt.next_collection {
            self.next.add(next.clone(), [attempt.id], next_time::MOST);
        }
    }

    /// Takes what is known of the attempts behind these.
    fn append(&mut self, run: Self) {
        let servers: Vec<u32> = run.servers.in_order().into_iter().map(|server| self.servers.place(server)).collect();
        let devices: Vec<u32> = run.devices.in_order().into_iter().map(|device| self.devices.place(device)).collect();
        let among_all = |all: &[u32], place: u32| usize::try_from(place).ok().and_then(|place| all.get(place)).copied();
        self.gists.extend(run.gists.into_iter().map(|gist| Gist {
            server: among_all(&servers, gist.server).unwrap_or_default(),
            device: gist.device.and_then(|device| among_all(&devices, device)),
            ..gist
        }));
        for (note, ids) in run.notes.in_order() {
            self.notes.add(note, ids, usize::MAX);
        }
        for (next, ids) in run.next.in_order() {
            self.next.add(next, ids, next_time::MOST);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::ordered_parallel::RUN;
    use crate::render::{Format, Look};
    use crate::sample;

    #[test]
    fn the_headline_counts_what_a_reader_asks_first() {
        assert_eq!(Overview::whole(&sample::report()).headline(), "11 attempts, 8 failed, 1 unknown, 7 incidents");
    }

    #[test]
    fn an_attempt_is_found_by_its_id_also_where_others_were_cut_out() {
        let mut report = sample::report();
        report.attempts.remove(0);
        let overview = Overview::whole(&report);
        assert!(overview.gist(1).is_none() && overview.attempt(1).is_none());
        assert_eq!((overview.gist(7).unwrap().place, overview.attempt(7).unwrap().id), (5, 7));
    }

    #[test]
    fn what_runs_of_attempts_tell_is_put_together_as_if_they_were_one() {
        let mut report = sample::queries(4 * RUN + 1, 10);
        for (index, attempt) in report.attempts.iter_mut().enumerate() {
            attempt.server.host = Some(format!("h{}.example.com", index % 100));
            attempt.missing_source = Some(format!("note {}", index % 3));
            if let Some(query) = &mut attempt.query {
                query.value = format!("{}", index % 70);
            }
        }
        let overview = Overview::whole(&report);
        assert_eq!((overview.servers.len(), overview.notes[0].1.len()), (100, 86));
        let mut values: HashMap<u32, &str> = HashMap::new();
        for (gist, attempt) in overview.gists.iter().zip(&report.attempts) {
            let (host, port) = overview.server_name(gist);
            assert_eq!((host, port), (attempt.server.host.as_deref(), attempt.server.port));
            let asked = attempt.query.as_ref().filter(|_| attempt.outcome.is_failure());
            assert_eq!(gist.device.is_some(), asked.is_some());
            if let Some((device, asked)) = gist.device.zip(asked) {
                assert_eq!(*values.entry(device).or_insert(&asked.value), asked.value);
            }
        }
        assert_eq!(values.len(), 7);
    }

    /// Attempts that count how often one of them is made.
    struct CountedAttempts(Vec<Attempt>, AtomicUsize);

    impl Attempts for CountedAttempts {
        fn count(&self) -> usize {
            self.0.len()
        }

        fn attempt(&self, place: usize) -> Option<Cow<'_, Attempt>> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.attempt(place)
        }

        fn outcome(&self, place: usize) -> Option<Outcome> {
            self.0.outcome(place)
        }

        fn span(&self, place: usize) -> (Option<Timestamp>, Option<Timestamp>) {
            self.0.span(place)
        }
    }

    #[test]
    fn each_attempt_is_made_once_and_those_that_are_shown_again() {
        let mut report = sample::queries(10_000, 1_000);
        let attempts = CountedAttempts(std::mem::take(&mut report.attempts), AtomicUsize::new(0));
        for format in Format::ALL {
            attempts.1.store(0, Ordering::Relaxed);
            format.rendering(&Look::default()).stream(&report, &attempts, &mut std::io::sink()).unwrap();
            let made = attempts.1.load(Ordering::Relaxed);
            assert!((10_000..10_200).contains(&made), "{format}: {made}");
        }
    }
}
