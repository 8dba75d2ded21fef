//! What to collect so that what is not sure can be decided: what holds for many attempts is told once.

use crate::model::report::NextCollection;

/// Collections that are shown unless all are asked for.
const SHOWN: usize = 4;
/// Different ones that are looked for: a bundle has a handful.
pub(super) const MOST: usize = 64;

/// A collection, and the attempts that it would decide.
pub(super) struct Collection {
    pub(super) attempts: Vec<usize>,
    pub(super) next: NextCollection,
}

/// Returns what is shown of what to collect, that for the most attempts first, and how many more there are.
pub(super) fn collections(found: &[Collection], all: bool) -> (Vec<&Collection>, usize) {
    let mut found: Vec<&Collection> = found.iter().collect();
    found.sort_by_key(|collection| std::cmp::Reverse(collection.attempts.len()));
    let shown = if all { found.len() } else { found.len().min(SHOWN) };
    let more = found.split_off(shown).len();
    (found, more)
}

impl Collection {
    /// Returns what to do, each with a label; what stands between backticks is to be typed.
    pub(super) fn steps(&self) -> Vec<(&'static str, String)> {
        let NextCollection { node, component, capture_filter, when, decides } = &self.next;
        let log = component.as_ref().map(|level| {
            format!(
                "Operations > Troubleshoot > Debug Wizard > Debug Log Configuration: set `{}` to {} on that node",
                level.name, level.level
            )
        });
        let capture = capture_filter.as_ref().map(|filter| {
            format!("Operations > Troubleshoot > Diagnostic Tools > General Tools > TCP Dump on that node, with the filter `{filter}`")
        });
        let steps = [
            ("node", Some(node.clone())),
            ("log", log),
            ("capture", capture),
            ("when", Some(when.clone())),
            ("why", Some(decides.clone())),
        ];
        steps.into_iter().filter_map(|(label, text)| Some((label, text?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::LogLevel;
    use crate::render::overview::Overview;
    use crate::sample;

    fn next(filter: &str) -> NextCollection {
        NextCollection {
            node: "ise-psn1".to_owned(),
            component: Some(LogLevel { name: "external-mdm".to_owned(), level: "TRACE".to_owned() }),
            capture_filter: Some(filter.to_owned()),
            when: "press Test Connection".to_owned(),
            decides: "A capture shows it.".to_owned(),
        }
    }

    #[test]
    fn what_holds_for_many_attempts_is_told_once() {
        let mut report = sample::report();
        report.attempts.iter_mut().for_each(|attempt| attempt.next_collection = None);
        for (attempt, filter) in report.attempts.iter_mut().zip(["tcp port 443", "icmp", "icmp", "icmp"]) {
            attempt.next_collection = Some(next(filter));
        }
        let overview = Overview::whole(&report);
        let (collections, more) = collections(&overview.collections, false);
        let attempts: Vec<_> = collections.iter().map(|collection| collection.attempts.clone()).collect();
        assert_eq!((attempts, more), (vec![vec![2, 3, 4], vec![1]], 0));
        let steps = collections[0].steps();
        assert_eq!(
            steps.iter().map(|(label, _)| *label).collect::<Vec<_>>(),
            ["node", "log", "capture", "when", "why"]
        );
        assert!(steps[2].1.ends_with("the filter `icmp`"), "{steps:?}");
    }
}
