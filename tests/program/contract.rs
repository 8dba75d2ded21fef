//! What every report of every case keeps to, whatever it says.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::cases::{Case, for_each_case};
use crate::support::{Ran, mdmlog, run};

macro_rules! tests {
    ($($name:ident),*) => {
        $(#[test]
        fn $name() {
            let case = Case::new(stringify!($name));
            let report = case.report(&[]);
            is_valid(&report);
            is_consistent(&report);
            every_format_renders(&case, &report);
        })*
    };
}
for_each_case!(tests);

fn is_valid(report: &Value) {
    let schema: Value = serde_json::from_str(&run(&mut mdmlog(["schema"])).with_status(0).stdout).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

/// Numbers point to what is there, and counts count it.
fn is_consistent(report: &Value) {
    let (inputs, attempts, incidents) =
        (list(&report["inputs"]), list(&report["attempts"]), list(&report["incidents"]));
    assert_eq!(report["summary"]["attempts"], attempts.len());
    assert_eq!(report["summary"]["incidents"], incidents.len());
    let counted: u64 = report["summary"]["by_outcome"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(counted, attempts.len() as u64);
    let is_input = |index: &Value| index.as_u64().is_some_and(|index| index < inputs.len() as u64);
    for (index, attempt) in attempts.iter().enumerate() {
        assert_eq!(attempt["id"], index + 1);
        // An attempt of which the log has only the end has no beginning.
        let times: Vec<_> =
            [&attempt["started_at"], &attempt["ended_at"]].into_iter().filter_map(Value::as_str).collect();
        assert!(times.is_sorted_by_key(|time| time.parse::<jiff::Timestamp>().unwrap()), "{attempt:#}");
        for evidence in list(&attempt["evidence"]) {
            assert!(is_input(&evidence["input"]), "{evidence}");
            let in_log = evidence["source"] == "log";
            assert_eq!((evidence["line"].is_u64(), evidence["frame"].is_u64()), (in_log, !in_log), "{evidence}");
            assert_eq!(evidence["display_filter"].is_string(), !in_log, "{evidence}");
            let sources = list(&attempt["sources"]);
            assert!(sources.contains(&evidence["source"]), "{evidence} for {sources:?}");
        }
        assert!(!attempt["diagnosis"]["summary"].as_str().unwrap().is_empty(), "{attempt:#}");
    }
    for incident in incidents {
        for id in list(&incident["attempts"]) {
            let attempt = &attempts[id.as_u64().unwrap() as usize - 1];
            assert_eq!((&attempt["outcome"], &attempt["detail"]), (&incident["outcome"], &incident["detail"]));
            assert_eq!(attempt["server"]["host"], incident["server"]["host"]);
        }
    }
    for warning in list(&report["warnings"]) {
        assert!(warning["input"].is_null() || is_input(&warning["input"]), "{warning}");
    }
}

fn every_format_renders(case: &Case, report: &Value) {
    let attempts = list(&report["attempts"]).len();
    for format in mdmlog::render::Format::ALL {
        let ran = case.analyze(&["--format", format.as_str()]).with_status(0);
        assert!(!ran.stdout.contains("correct horse") && !ran.stderr.contains("correct horse"), "{ran}");
        let lines = || ran.stdout.lines().map(|line| parse(line, &ran)).collect::<Vec<_>>().len();
        match format.as_str() {
            "ndjson" => assert_eq!(lines(), attempts, "{ran}"),
            // An event has a time, and nothing in an excerpt may have one.
            "ecs" if list(&report["attempts"]).iter().all(|attempt| attempt["started_at"].is_null()) => {
                assert_eq!(lines(), 0, "{ran}");
                assert!(attempts == 0 || ran.stderr.contains("left out: an event must have a time"), "{ran}");
            }
            "ecs" => assert_eq!(lines(), attempts, "{ran}"),
            "jira" | "servicenow" => {
                let keys = list(&report["incidents"]).iter().map(|incident| incident["ticket_key"].to_string());
                assert_eq!(lines(), keys.collect::<BTreeSet<_>>().len(), "{ran}");
            }
            "csv" => assert_eq!(csv::Reader::from_reader(ran.stdout.as_bytes()).records().count(), attempts, "{ran}"),
            "json" => assert_eq!(&parse(&ran.stdout, &ran), report),
            _ => assert!(!ran.stdout.is_empty(), "{ran}"),
        }
    }
}

fn parse(text: &str, ran: &Ran) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}\n{ran}"))
}
