//! Runs of the same success as one row each: a policy service node asks a hundred thousand times a day, and what went well a
//! hundred thousand times takes a line an hour. Failures, and what log and capture do not agree about, are never folded.

use std::collections::BTreeMap;

use super::clockface::Clockface;
use super::gist::Gist;
use super::overview::Overview;
use super::view::milliseconds;
use crate::model::mdm::RequestKind;
use crate::model::outcome::Outcome;
use crate::model::quantile::quantile;
use crate::model::report::Confidence;
use crate::model::time::SECOND;

/// So many successes are shown one by one.
const FEW: usize = 40;
/// Shorter runs gain nothing from being folded.
const SHORTEST: usize = 3;
/// Runs do not go over the bounds of an hour of UTC.
const HOUR: i64 = 3600 * SECOND;

/// A row of a list of attempts.
pub(super) enum Row<'r> {
    /// An attempt by itself.
    One(&'r Gist),
    /// A run of the same success within an hour.
    Many(Box<Fold<'r>>),
}

/// A run of the same success: of one server, kind and confidence, within an hour.
pub(super) struct Fold<'r> {
    /// The first attempt of it.
    pub(super) first: &'r Gist,
    /// The last.
    pub(super) last: &'r Gist,
    /// How many there are.
    pub(super) count: usize,
    /// How long they took: the median, in milliseconds.
    pub(super) median_ms: Option<f64>,
    /// The same: 95 of a hundred took no longer.
    pub(super) p95_ms: Option<f64>,
}

impl Fold<'_> {
    /// Returns how many a minute there were; `None` where they are too close to each other to tell.
    pub(super) fn per_minute(&self) -> Option<f64> {
        let seconds = self.last.started_at?.millis_since(self.first.started_at?) / 1000.0;
        // Between so many attempts lies one gap less.
        (seconds >= 1.0).then(|| (self.count - 1) as f64 / seconds * 60.0)
    }
}

impl Fold<'_> {
    /// Returns what there is to say of a run in place of what proves it: `to 10:59:58`, `38.2/min`, `median 174 ms`, `95% in
    /// 287 ms`.
    pub(super) fn words(&self, clocks: &Clockface<'_>) -> Vec<String> {
        let mut words = Vec::new();
        words.extend(
            self.last.started_at.map(|last| format!("to {}", clocks.by(self.last.witness).to_the_second(last).1)),
        );
        words.extend(self.per_minute().map(|rate| format!("{rate:.1}/min")));
        words.extend(self.median_ms.map(|ms| format!("median {}", milliseconds(ms))));
        words.extend(self.p95_ms.map(|ms| format!("95% in {}", milliseconds(ms))));
        words
    }
}

impl<'r> Row<'r> {
    /// Returns the attempt, or the first of the run.
    pub(super) fn first(&self) -> &'r Gist {
        match self {
            Self::One(attempt) => attempt,
            Self::Many(fold) => fold.first,
        }
    }

    /// Returns how many attempts it stands for.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many(fold) => fold.count,
        }
    }
}

/// What makes two successes the same.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'r> {
    hour: i64,
    host: Option<&'r str>,
    port: Option<u16>,
    kind: RequestKind,
    confidence: Confidence,
}

/// Returns the rows of a report in order of time. `unfolded` says that every attempt is to have a row of its own.
pub(super) fn rows<'r>(overview: &'r Overview<'_>, unfolded: bool) -> Vec<Row<'r>> {
    let gists = &overview.gists;
    let successes = gists.iter().filter(|attempt| attempt.outcome == Outcome::Success).count();
    if unfolded || successes <= FEW {
        return gists.iter().map(Row::One).collect();
    }
    let mut runs: BTreeMap<Key<'_>, Vec<&Gist>> = BTreeMap::new();
    let mut rows = Vec::new();
    for attempt in gists {
        match key(overview, attempt) {
            Some(key) => runs.entry(key).or_default().push(attempt),
            None => rows.push(Row::One(attempt)),
        }
    }
    for run in runs.into_values() {
        match (run.as_slice(), run.len()) {
            ([first, .., last], SHORTEST..) => rows.push(Row::Many(Box::new(fold(first, last, &run)))),
            (few, _) => rows.extend(few.iter().map(|attempt| Row::One(attempt))),
        }
    }
    rows.sort_by_key(|row| row.first().id);
    rows
}

fn key<'r>(overview: &'r Overview<'_>, attempt: &Gist) -> Option<Key<'r>> {
    let same = attempt.outcome == Outcome::Success && !attempt.disputed;
    let hour = attempt.started_at?.nanos().div_euclid(HOUR);
    let (host, port) = overview.server_name(attempt);
    same.then_some(Key { hour, host, port, kind: attempt.kind, confidence: attempt.confidence })
}

fn fold<'r>(first: &'r Gist, last: &'r Gist, run: &[&'r Gist]) -> Fold<'r> {
    let mut took: Vec<f64> = run.iter().filter_map(|attempt| attempt.duration_ms).collect();
    took.sort_by(f64::total_cmp);
    Fold { first, last, count: run.len(), median_ms: quantile(&took, 50), p95_ms: quantile(&took, 95) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn successes_fold_by_the_hour_and_failures_stay() {
        let report = sample::queries(1000, 100);
        let overview = Overview::whole(&report);
        let rows = rows(&overview, false);
        let (mut folded, mut single) = (0, 0);
        for row in &rows {
            match row {
                Row::One(attempt) => {
                    assert!(attempt.outcome.is_failure());
                    single += 1;
                }
                Row::Many(fold) => {
                    folded += fold.count;
                    assert!((fold.per_minute().unwrap() - 6.0).abs() < 0.2, "{:?}", fold.per_minute());
                    assert!(fold.median_ms.unwrap() < fold.p95_ms.unwrap());
                    let hour = |attempt: &Gist| attempt.started_at.unwrap().nanos() / HOUR;
                    assert_eq!(hour(fold.first), hour(fold.last));
                }
            }
        }
        assert_eq!((folded, single), (990, 10));
        assert!(rows.len() < 20 && rows.is_sorted_by_key(|row| row.first().id));
        assert_eq!(rows.iter().map(Row::count).sum::<usize>(), 1000);
    }

    #[test]
    fn a_few_successes_and_what_is_disputed_stay_as_they_are() {
        let mut report = sample::queries(41, 41);
        assert_eq!(rows(&Overview::whole(&report), false).len(), 41);
        report = sample::queries(400, 1000);
        assert_eq!(rows(&Overview::whole(&report), true).len(), 400);
        report.attempts[7].conflict = Some("the log says otherwise".into());
        let overview = Overview::whole(&report);
        let alone = |row: &&Row<'_>| matches!(row, Row::One(one) if one.id == 8);
        let disputed = rows(&overview, false).iter().filter(alone).count();
        assert_eq!(disputed, 1);
    }

    #[test]
    fn servers_kinds_and_confidences_are_told_apart() {
        let mut report = sample::queries(300, 1000);
        for (index, attempt) in report.attempts.iter_mut().enumerate() {
            match index % 4 {
                0 => attempt.kind = RequestKind::CompliancePoll,
                1 => attempt.server.host = Some("other.example.com".into()),
                2 => attempt.confidence = Confidence::Medium,
                _ => {}
            }
        }
        let overview = Overview::whole(&report);
        let first = rows(&overview, false).into_iter().take(4).map(|row| row.count()).collect::<Vec<_>>();
        assert!(first.iter().all(|count| *count > 20), "{first:?}");
    }
}
