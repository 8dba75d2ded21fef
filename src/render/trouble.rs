//! What nodes record themselves of MDM servers that could not be asked: how many endpoints were hurt, minute by minute.

use super::clockface::Clockface;
use super::view::{counted, number, server};
use crate::model::report::{FailureMinute, Node};

/// Minutes that are shown unless all are asked for.
const SHOWN: usize = 12;

/// The trouble of one node.
pub(super) struct Trouble<'r> {
    /// Its host name, or words for one without.
    pub(super) node: String,
    /// All of it in a sentence.
    pub(super) summary: String,
    /// Minute by minute, the worst of them where there are many, in order of time.
    pub(super) minutes: Vec<&'r FailureMinute>,
    /// How many minutes are not shown.
    pub(super) more: usize,
}

/// Returns the trouble of each node that records some.
pub(super) fn troubles<'r>(clocks: &Clockface<'r>, all: bool) -> Vec<Trouble<'r>> {
    let nodes = clocks.report.nodes.iter().filter(|node| !node.mdm_failures.is_empty());
    nodes.map(|node| trouble(clocks, node, all)).collect()
}

fn trouble<'r>(clocks: &Clockface<'r>, node: &'r Node, all: bool) -> Trouble<'r> {
    let every = &node.mdm_failures;
    let sum = |count: fn(&FailureMinute) -> u64| every.iter().map(count).sum::<u64>();
    let counts = [
        (sum(|minute| minute.connection_failures), "could not connect"),
        (sum(|minute| minute.version_mismatches), "API version does not fit"),
        (sum(|minute| minute.response_errors), "answered with an error"),
    ];
    let mut parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| match count {
            1 => format!("{what} once"),
            count => format!("{what} {} times", whole(*count)),
        })
        .collect();
    let worst = every.iter().max_by_key(|minute| (minute.endpoints, std::cmp::Reverse(minute.at)));
    if let Some(worst) = worst.filter(|worst| worst.endpoints > 0) {
        let endpoints = counted(usize::try_from(worst.endpoints).unwrap_or(usize::MAX), "endpoint");
        parts.push(format!("at worst {endpoints} hurt in the minute of {}", minute_of(clocks, worst)));
    }
    let mut minutes: Vec<&FailureMinute> = every.iter().collect();
    let shown = if all { minutes.len() } else { minutes.len().min(SHOWN) };
    minutes.sort_by_key(|minute| (std::cmp::Reverse(weight(minute)), minute.at));
    let more = minutes.split_off(shown).len();
    minutes.sort_by(|one, other| (one.at, &one.server).cmp(&(other.at, &other.server)));
    let within = counted(every.len(), "minute");
    Trouble {
        node: node.hostname.clone().unwrap_or_else(|| "a node without a name here".to_owned()),
        summary: format!("{within} with trouble: {}", parts.join(", ")),
        minutes,
        more,
    }
}

/// Returns how bad a minute was: first by whom it hurt.
fn weight(minute: &FailureMinute) -> (u64, u64) {
    (minute.endpoints, minute.connection_failures + minute.version_mismatches + minute.response_errors)
}

/// Returns the minute, as a person writes it.
pub(super) fn minute_of(clocks: &Clockface<'_>, minute: &FailureMinute) -> String {
    clocks.minute(minute.input, minute.at)
}

/// Returns the server as the node calls it.
pub(super) fn server_of(minute: &FailureMinute) -> String {
    server(minute.server.as_deref(), None)
}

/// Returns what happened in a minute.
pub(super) fn words(minute: &FailureMinute) -> String {
    let FailureMinute { connection_failures, version_mismatches, response_errors, endpoints, .. } = minute;
    let counts = [
        (*endpoints, "endpoints hurt"),
        (*connection_failures, "x 89003 (could not connect)"),
        (*version_mismatches, "x 89004 (API version)"),
        (*response_errors, "x 89005 (error in the answer)"),
    ];
    let parts = counts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, what)| match (*count, *what) {
            (1, "endpoints hurt") => "1 endpoint hurt".to_owned(),
            (count, what) => format!("{} {what}", whole(count)),
        })
        .collect();
    parts.join(", ")
}

fn whole(count: u64) -> String {
    number(usize::try_from(count).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::Report;
    use crate::model::time::{SECOND, Timestamp};
    use crate::render::Times;
    use crate::render::overview::Overview;
    use crate::sample;

    fn report(minutes: i64) -> Report {
        let minute = |at: i64| FailureMinute {
            at: Timestamp::from_nanos(at * 60 * SECOND),
            server: Some("FLEET".to_owned()),
            input: 0,
            line: 1,
            connection_failures: 2,
            version_mismatches: 0,
            response_errors: 0,
            endpoints: u64::from(at == 7) * 9,
        };
        let mdm_failures = (0..minutes).map(minute).collect();
        Report { nodes: vec![Node { mdm_failures, ..Node::default() }], ..sample::report() }
    }

    #[test]
    fn the_worst_minutes_are_shown_in_order_of_time() {
        let report = report(30);
        let overview = Overview::whole(&report);
        let clocks = Clockface::of(&overview, Times::Utc);
        let [trouble] = &troubles(&clocks, false)[..] else { panic!("one node") };
        assert_eq!((trouble.minutes.len(), trouble.more), (SHOWN, 18));
        assert!(trouble.minutes.is_sorted_by_key(|minute| minute.at));
        assert!(trouble.minutes.iter().any(|minute| minute.endpoints == 9));
        assert_eq!(
            trouble.summary,
            "30 minutes with trouble: could not connect 60 times, at worst 9 endpoints hurt in the minute of 1970-01-01 00:07"
        );
        assert_eq!(troubles(&clocks, true)[0].minutes.len(), 30);
    }

    #[test]
    fn a_minute_is_told_in_words() {
        let report = report(8);
        let overview = Overview::whole(&report);
        let shown = |times| minute_of(&Clockface::of(&overview, times), &report.nodes[0].mdm_failures[0]);
        assert_eq!(shown(Times::Utc), "1970-01-01 00:00");
        // The sample's log is at UTC-06:00, and of no node that would be another one's.
        assert_eq!(shown(Times::Appliance), "1969-12-31 18:00");
        assert_eq!(shown(Times::Both), "1969-12-31 18:00 (1970-01-01 00:00Z)");
        let told = words(&report.nodes[0].mdm_failures[7]);
        assert_eq!(told, "9 endpoints hurt, 2 x 89003 (could not connect)");
        let quiet = Report { nodes: vec![Node::default()], ..sample::report() };
        assert!(troubles(&Clockface::of(&Overview::whole(&quiet), Times::Utc), false).is_empty());
    }
}
