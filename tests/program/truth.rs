//! Every case against its truth: each attempt is found, with the outcome that its inputs can prove, and no other is.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

use crate::cases::{Case, for_each_case};

macro_rules! tests {
    ($($name:ident),*) => {
        $(#[test]
        fn $name() {
            let case = Case::new(stringify!($name));
            let problems = compare(&case.report(&[]), &case.truth);
            assert!(problems.is_empty(), "{}: {}\n{:#?}", case.name, case.truth["what"], problems);
        })*
    };
}
for_each_case!(tests);

/// How far apart, in seconds, an attempt and its truth may start.
const NEAR: f64 = 2.5;
/// How far off, in milliseconds, the difference of the clocks may be.
const SKEW: f64 = 50.0;
/// Ports that an attempt may use, from that of the truth on: each try takes another.
const PORTS: u64 = 9;

/// What differs.
fn compare(report: &Value, truth: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    let found = list(&report["attempts"]);
    let wanted = list(&truth["attempts"]);
    let pairs = pair(found, wanted, truth["times_known"] == true);
    if found.len() > pairs.len() {
        problems.push(format!("{} attempt(s) that never happened", found.len() - pairs.len()));
    }
    for (index, truth_of) in wanted.iter().enumerate() {
        let label = format!(
            "attempt {} ({}, {}/{})",
            index + 1,
            truth_of["started_at"],
            truth_of["outcome"],
            truth_of["detail"]
        );
        match pairs.get(&index) {
            Some(attempt) => problems.extend(
                compare_attempt(attempt, truth_of, has(&truth["clock"]))
                    .into_iter()
                    .map(|text| format!("{label}: {text}")),
            ),
            None => problems.push(format!("{label}: not found")),
        }
    }
    if has(&truth["clock"]) {
        problems.extend(compare_clock(&report["clock"], &truth["clock"]));
    }
    problems
}

fn compare_attempt(attempt: &Value, truth: &Value, clock_known: bool) -> Vec<String> {
    let mut problems = Vec::new();
    let exact = json!([[truth["outcome"], truth["detail"]]]);
    let accept = if list(&truth["accept"]).is_empty() { &exact } else { &truth["accept"] };
    let got = json!([attempt["outcome"], attempt["detail"]]);
    let right = list(accept).contains(&got);
    if !right {
        problems.push(format!("reported as {got}, confidence {}", attempt["confidence"]));
    }
    if right && has(&truth["http_status"]) && attempt["http_status"] != truth["http_status"] {
        problems.push(format!("http_status {}", attempt["http_status"]));
    }
    let tries = list(&attempt["tries"]).len();
    if right && has(&truth["thread"]) && truth["tries"] != tries {
        problems.push(format!("{} tries, reported {tries}", truth["tries"]));
    }
    let has_capture = clock_known || !has(&truth["thread"]) || list(&attempt["sources"]).contains(&json!("capture"));
    if let Some(port) = truth["client_port"].as_u64()
        && has_capture
        && truth["outcome"] != "dns_failure"
    {
        let client = attempt["flow"]["client"].as_str().unwrap_or_default();
        let used = client.rsplit(':').next().unwrap_or_default();
        if !(port..port + PORTS).any(|port| port.to_string() == used) {
            problems.push(format!("flow of client `{client}`, expected port {port}"));
        }
    }
    if right && has(&truth["request_kind"]) && attempt["kind"] != truth["request_kind"] {
        problems.push(format!("kind {}, expected {}", attempt["kind"], truth["request_kind"]));
    }
    if let Some(blocked) = truth["blocked_before_edge"].as_bool()
        && right
        && truth["outcome"] != "dns_failure"
    {
        let mut saw: Vec<&str> =
            list(&attempt["vantages"]).iter().map(|vantage| vantage["saw"].as_str().unwrap()).collect();
        saw.sort_unstable();
        let expected = if blocked { ["nothing", "request"] } else { ["both", "both"] };
        if saw != expected {
            problems.push(format!("vantages saw {saw:?}, expected {expected:?}"));
        }
    }
    if list(&attempt["evidence"]).is_empty() {
        problems.push("no evidence".to_owned());
    }
    problems
}

fn compare_clock(clock: &Value, truth: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    if clock["log_utc_offset"] != truth["log_utc_offset"] {
        problems
            .push(format!("clock: log_utc_offset {}, expected {}", clock["log_utc_offset"], truth["log_utc_offset"]));
    }
    let (skew, wanted) = (&clock["log_minus_capture_ms"], &truth["log_minus_capture_ms"]);
    if !skew.as_f64().is_some_and(|skew| (skew - wanted.as_f64().unwrap()).abs() <= SKEW) {
        problems.push(format!("clock: log_minus_capture_ms {skew}, expected {wanted}"));
    }
    problems
}

/// The attempt for each truth, by its index; each at most once, the nearest in time first.
fn pair<'a>(found: &'a [Value], wanted: &[Value], times_known: bool) -> BTreeMap<usize, &'a Value> {
    let mut pairs = BTreeMap::new();
    if !times_known {
        let mut rest: Vec<&Value> = found.iter().collect();
        for (index, truth) in wanted.iter().enumerate() {
            let same = rest.iter().position(|attempt| attempt["thread"] == truth["thread"]);
            if !rest.is_empty() {
                pairs.insert(index, rest.remove(same.unwrap_or(0)));
            }
        }
        return pairs;
    }
    let mut costs = Vec::new();
    for (i, truth) in wanted.iter().enumerate() {
        for (j, attempt) in found.iter().enumerate() {
            costs.extend(cost(attempt, truth).map(|cost| (cost, i, j)));
        }
    }
    costs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut used = HashSet::new();
    for (_, i, j) in costs {
        if !pairs.contains_key(&i) && used.insert(j) {
            pairs.insert(i, &found[j]);
        }
    }
    pairs
}

/// How ill an attempt fits a truth; nothing when it can't be the one.
fn cost(attempt: &Value, truth: &Value) -> Option<f64> {
    let apart = (seconds(&attempt["started_at"])? - seconds(&truth["started_at"])?).abs();
    let host = attempt["server"]["host"].as_str().unwrap_or_default().to_lowercase();
    if !host.is_empty() && host != truth["host"].as_str().unwrap_or_default().to_lowercase() {
        return None;
    }
    if has(&truth["thread"]) && has(&attempt["thread"]) && attempt["thread"] != truth["thread"] {
        return None;
    }
    let of_host = if host.is_empty() { 1.0 } else { 0.0 };
    let of_thread = if attempt["thread"] == truth["thread"] { 0.0 } else { 0.5 };
    (apart < NEAR).then_some(apart + of_host + of_thread)
}

fn seconds(time: &Value) -> Option<f64> {
    let time: jiff::Timestamp = time.as_str()?.parse().ok()?;
    Some(time.as_nanosecond() as f64 / 1e9)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Whether something is known.
fn has(value: &Value) -> bool {
    !value.is_null() && value != ""
}

/// A truth, and a report that agrees with it.
fn sample() -> (Value, Value) {
    let truth = json!({
        "times_known": true,
        "clock": {"log_utc_offset": "-06:00", "log_minus_capture_ms": 0},
        "attempts": [{
            "started_at": "2026-11-24T11:22:22.484Z", "outcome": "http_401", "detail": null,
            "accept": [["http_401", null]], "http_status": 401, "host": "t.example", "thread": "pool1",
            "client_port": 43280, "tries": 2
        }]
    });
    let report = json!({
        "clock": {"log_utc_offset": "-06:00", "log_minus_capture_ms": 12.5},
        "attempts": [{
            "outcome": "http_401", "detail": null, "confidence": "high", "http_status": 401,
            "started_at": "2026-11-24T11:22:22.500Z", "server": {"host": "T.example"}, "thread": "pool1",
            "sources": ["log", "capture"], "tries": [{}, {}], "flow": {"client": "192.0.2.10:43281"}, "evidence": [{}]
        }]
    });
    (report, truth)
}

#[test]
fn a_report_that_agrees_has_no_problems() {
    let (report, truth) = sample();
    assert_eq!(compare(&report, &truth), Vec::<String>::new());
}

#[test]
fn every_difference_is_a_problem() {
    for (pointer, wrong, said) in [
        ("/attempts/0/outcome", json!("success"), "reported as"),
        ("/attempts/0/detail", json!("nxdomain"), "reported as"),
        ("/attempts/0/http_status", json!(404), "http_status"),
        ("/attempts/0/tries", json!([{}]), "tries"),
        ("/attempts/0/evidence", json!([]), "no evidence"),
        ("/attempts/0/flow/client", json!("192.0.2.10:43279"), "flow of client"),
        ("/attempts/0/flow", json!(null), "flow of client"),
        ("/attempts/0/started_at", json!("2026-11-24T11:22:25.500Z"), "not found"),
        ("/attempts/0/server/host", json!("other.example"), "not found"),
        ("/attempts/0/thread", json!("pool2"), "not found"),
        ("/attempts", json!([]), "not found"),
        ("/clock/log_utc_offset", json!("-05:00"), "log_utc_offset"),
        ("/clock/log_minus_capture_ms", json!(51), "log_minus_capture_ms"),
        ("/clock", json!(null), "log_utc_offset"),
    ] {
        let (mut report, truth) = sample();
        *report.pointer_mut(pointer).unwrap() = wrong;
        let problems = compare(&report, &truth);
        assert!(problems.iter().any(|problem| problem.contains(said)), "{pointer}: {problems:?}");
    }
}

#[test]
fn an_attempt_too_many_is_a_problem() {
    let (mut report, truth) = sample();
    let attempts = report["attempts"].as_array_mut().unwrap();
    attempts.push(attempts[0].clone());
    assert_eq!(compare(&report, &truth), ["1 attempt(s) that never happened"]);
}

#[test]
fn without_times_threads_pair() {
    let found = json!([{"thread": "b"}, {"thread": "a"}, {"thread": "c"}]);
    let wanted = json!([{"thread": "a"}, {"thread": "b"}, {"thread": "x"}]);
    let pairs = pair(list(&found), list(&wanted), false);
    assert_eq!((pairs[&0], pairs[&1], pairs[&2]), (&found[1], &found[0], &found[2]));
}
