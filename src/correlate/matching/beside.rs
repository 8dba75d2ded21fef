//! Which logs are tried in earnest with which captures. With some nodes' logs and some captures, all are tried with all. With
//! dozens of each, what a few requests of a log have in common with a capture tells which are worth it, so that time grows with
//! their number and not with its square.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use rayon::prelude::*;

use super::pairing::Pair;
use crate::correlate::capture_view::CaptureView;
use crate::correlate::clock::{Calendar, KnownClocks};
use crate::correlate::log_request::requests;
use crate::log::LogFacts;

/// So many pairs are all tried.
const FEW: usize = 16;
/// Captures that are tried for each log, and logs for each capture, the likeliest.
const BEST: usize = 3;

/// For each log the captures that may show its requests; `None` for all of them.
pub struct Beside {
    wanted: Option<Vec<BTreeSet<usize>>>,
    captures: usize,
}

impl Beside {
    /// Finds them.
    pub fn find(logs: &[LogFacts], views: &[CaptureView<'_>], clocks: KnownClocks<'_>) -> Self {
        let captures = views.len();
        if logs.len() * captures <= FEW || logs.len() <= BEST || captures <= BEST {
            return Self { wanted: None, captures };
        }
        // How much speaks for each pair, log by log.
        let promises: Vec<Vec<u64>> = logs
            .par_iter()
            .enumerate()
            .map(|(index, log)| {
                let calendar = Calendar::new(log, clocks.of(index).map(|known| known.clock));
                let said = requests(index, log, &calendar);
                views.iter().map(|view| Pair::new(&said, view).promise(calendar.has_zone())).collect()
            })
            .collect();
        let promise = |log: usize, capture: usize| promises.get(log).and_then(|row| row.get(capture)).copied();
        let mut wanted = vec![BTreeSet::new(); logs.len()];
        for log in 0..logs.len() {
            let best = best(captures, |capture| promise(log, capture));
            wanted.get_mut(log).into_iter().for_each(|wanted| wanted.extend(best.iter().copied()));
        }
        for capture in 0..captures {
            for log in best(logs.len(), |log| promise(log, capture)) {
                wanted.get_mut(log).into_iter().for_each(|wanted| {
                    wanted.insert(capture);
                });
            }
        }
        Self { wanted: Some(wanted), captures }
    }

    /// Returns the captures of a log, in their order.
    pub fn of(&self, log: usize) -> Vec<usize> {
        match &self.wanted {
            Some(wanted) => wanted.get(log).into_iter().flatten().copied().collect(),
            None => (0..self.captures).collect(),
        }
    }
}

/// Returns the few of so many that promise most, and anything at all.
fn best(count: usize, promise: impl Fn(usize) -> Option<u64>) -> Vec<usize> {
    let mut all: Vec<(Reverse<u64>, usize)> =
        (0..count).filter_map(|index| Some((Reverse(promise(index).filter(|promise| *promise > 0)?), index))).collect();
    all.sort_unstable();
    all.into_iter().take(BEST).map(|(_, index)| index).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::made_up::view;

    #[test]
    fn a_few_logs_or_captures_are_all_tried_and_dozens_where_something_speaks_for_it() {
        let tried = |logs: usize, captures: usize| {
            let logs = vec![LogFacts::default(); logs];
            Beside::find(&logs, &vec![view(Vec::new(), Vec::new()); captures], KnownClocks::default()).of(0).len()
        };
        assert_eq!([tried(4, 4), tried(3, 20), tried(20, 3)], [4, 20, 3]);
        assert_eq!(tried(5, 4), 0, "these have nothing in common");
    }

    #[test]
    fn what_promises_most_is_tried_and_what_promises_nothing_is_not() {
        let promises = [0, 7, 3, 9, 7];
        assert_eq!(best(promises.len(), |index| promises.get(index).copied()), [3, 1, 4]);
        assert_eq!(best(2, |index| promises.get(index).copied()), [1]);
    }
}
