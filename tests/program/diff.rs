//! What became of the failures of an earlier bundle.

use mdmlog::report::Report;
use mdmlog::{Difference, IncidentState, Options, Subject, analyze, diff};
use serde_json::Value;

use crate::support::{Scratch, mdmlog, run};
use crate::traps::world::{Told, World};

const HOST: &str = "mdm.example.com";
const OTHER: &str = "other.example.com";
/// When the later story begins, in milliseconds of the earlier one.
const LATER: i64 = 3_600_000;
const REFUSED: Told<'_> = Told::Failure("Connection refused");

/// A log in which each of these is told at its time.
fn log(told: &[(i64, &str, Told<'_>)]) -> String {
    let mut world = World::default();
    for (number, (at, host, told)) in told.iter().enumerate() {
        world.told(&format!("pool-{number}"), host, *at, &[(at + 50, *told)]);
    }
    world.log_text()
}

fn report_of(files: &[(&str, &str)]) -> Report {
    let scratch = Scratch::new();
    for (name, content) in files {
        scratch.file(name, content);
    }
    analyze(&[scratch.path().to_owned()], &Options::default()).unwrap()
}

fn report(told: &[(i64, &str, Told<'_>)]) -> Report {
    report_of(&[("ise-psc.log", &log(told))])
}

fn states(difference: &Difference) -> Vec<(&str, Option<&str>, IncidentState)> {
    let incidents = difference.incidents.iter();
    incidents
        .map(|incident| (incident.outcome.name().as_str(), incident.server.host.as_deref(), incident.state))
        .collect()
}

#[test]
fn a_failure_is_resolved_when_a_later_attempt_went_well() {
    let before = report(&[(0, HOST, REFUSED), (10_000, OTHER, Told::Status(404))]);
    let after = report(&[
        (LATER, HOST, Told::Status(200)),
        (LATER + 10_000, OTHER, Told::Status(404)),
        (LATER + 20_000, "third.example.com", Told::Status(401)),
    ]);
    let difference = diff(&before, &after);
    assert_eq!(
        states(&difference),
        [
            ("http_401", Some("third.example.com"), IncidentState::New),
            ("http_404", Some(OTHER), IncidentState::Unchanged),
            ("connection_refused", Some(HOST), IncidentState::Resolved),
        ]
    );
    let resolved = &difference.incidents[2];
    assert_eq!(resolved.fingerprint, before.incidents[0].fingerprint);
    assert_eq!((resolved.resolved_by, resolved.resolved_at), (Some(1), after.attempts[0].started_at));
    assert_eq!(difference.incidents[1].before, [2]);
}

#[test]
fn that_a_failure_is_not_seen_any_more_proves_nothing() {
    let before = report(&[(0, HOST, REFUSED)]);
    let not_tried = diff(&before, &report(&[(LATER, OTHER, Told::Status(200))]));
    assert_eq!(states(&not_tried), [("connection_refused", Some(HOST), IncidentState::NotTried)]);
    let replaced = diff(&before, &report(&[(LATER, HOST, Told::Status(401))]));
    assert_eq!(replaced.incidents[1].state, IncidentState::Replaced);
    assert_eq!(replaced.incidents[1].replaced_by, ["http_401"]);
    // A success before the failure is none after it.
    let mut both = report(&[(-5_000, HOST, Told::Status(200))]);
    both.incidents.clear();
    assert_eq!(diff(&before, &both).incidents[0].state, IncidentState::NotTried);
}

#[test]
fn what_was_over_and_came_back_is_new() {
    let before = report(&[(0, HOST, REFUSED), (10_000, HOST, Told::Status(200))]);
    assert!(diff(&before, &report(&[(LATER, HOST, Told::Status(200))])).incidents.is_empty());
    let again = diff(&before, &report(&[(LATER, HOST, REFUSED)]));
    assert_eq!(again.incidents[0].state, IncidentState::New);
    assert_eq!((again.incidents[0].before.len(), again.incidents[0].after.len()), (1, 1));
}

#[test]
fn a_longer_log_of_the_same_story_resolves_what_was_open() {
    let story = [(0, HOST, REFUSED), (10_000, HOST, REFUSED), (20_000, HOST, Told::Status(200))];
    let difference = diff(&report(&story[..2]), &report(&story));
    assert_eq!(states(&difference), [("connection_refused", Some(HOST), IncidentState::Resolved)]);
}

const SHOWTECH: &str = "\
Displaying running-config ...
hostname ise-pan1
ip name-server 192.0.2.53
Displaying NTP status ...
unsynchronised
Cisco Identity Services Engine
---------------------------------------------
Version      : 3.2.0.542
";

#[test]
fn what_changed_around_it_is_told() {
    let log = |at: i64, host: &str, path: &str| {
        log(&[(at, host, Told::Status(200))]).replace("networkIntegrationEndpoint/7", path)
    };
    let patched = SHOWTECH.to_owned()
        + "\nCisco Identity Services Engine Patch\n---------------------------------------------\nVersion      : 4\n";
    let patched = patched
        .replace("192.0.2.53", "192.0.2.153")
        .replace("unsynchronised", "synchronised to local net at stratum 11");
    let difference = diff(
        &report_of(&[("ise-psc.log", &log(0, HOST, "one/7")), ("showtech.out", SHOWTECH)]),
        &report_of(&[("ise-psc.log", &log(LATER, HOST, "two/8")), ("showtech.out", &patched)]),
    );
    let changes: Vec<_> = difference
        .changes
        .iter()
        .map(|change| (change.of, change.what.as_str(), change.before.as_deref(), change.after.as_deref()))
        .collect();
    assert_eq!(
        changes,
        [
            (Subject::Node, "patches", Some("none"), Some("4")),
            (Subject::Node, "ntp_synchronized", Some("no"), Some("yes")),
            (Subject::Node, "name_servers", Some("192.0.2.53"), Some("192.0.2.153")),
            (Subject::Server, "path", Some("/one/7/ciscoise/mdminfo/"), Some("/two/8/ciscoise/mdminfo/")),
        ]
    );
    assert_eq!(difference.changes[0].name.as_deref(), Some("ise-pan1"));
}

/// Two deliveries in folders.
fn deliveries() -> Scratch {
    let scratch = Scratch::new();
    scratch.file("before/ise-psc.log", log(&[(0, HOST, REFUSED), (5_000, OTHER, Told::Status(404))]));
    scratch
        .file("after/ise-psc.log", log(&[(LATER, HOST, Told::Status(200)), (LATER + 5_000, OTHER, Told::Status(404))]));
    for side in ["before", "after"] {
        let report = format!("{side}.json");
        run(&mut scratch.mdmlog(["analyze", side, "-q", "-f", "json", "-o", &report])).with_status(0);
    }
    scratch
}

#[test]
fn bundles_and_reports_are_compared_alike() {
    let scratch = deliveries();
    let said =
        |before: &str, after: &str| run(&mut scratch.mdmlog(["diff", before, after, "-q"])).with_status(0).stdout;
    let difference = said("before", "after");
    assert_eq!(difference, said("before.json", "after"));
    assert_eq!(difference, said("before.json", "after.json"));
    let value: Value = serde_json::from_str(&difference).unwrap();
    assert_eq!((&value["summary"]["resolved"], &value["summary"]["unchanged"]), (&1.into(), &1.into()));
    let schema: Value =
        serde_json::from_str(&run(&mut mdmlog(["schema", "--of", "difference"])).with_status(0).stdout).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&value), "{difference}");
}

#[test]
fn a_person_reads_what_is_over_and_what_is_not() {
    let scratch = deliveries();
    let ran = run(&mut scratch.mdmlog(["diff", "before", "after", "-f", "text"])).with_status(0);
    for words in [
        "incidents   1 unchanged, 1 resolved",
        "unchanged   http_404  other.example.com:443",
        "resolved    connection_refused  mdm.example.com:443",
        "attempt 1 of the later report went well at 2023-11-14 23:13:20.000 UTC",
    ] {
        assert!(ran.stdout.contains(words), "expected `{words}`\n{ran}");
    }
    run(&mut scratch.mdmlog(["diff", "after", "before", "-f", "json"])).with_status(0).saying(&["the wrong way round"]);
}

#[test]
fn the_status_tells_of_states() {
    let scratch = deliveries();
    for (states, status) in
        [("new", 0), ("new,replaced,not_tried", 0), ("unchanged", 1), ("resolved", 1), ("any", 1), ("not_tried,any", 1)]
    {
        let arguments = ["diff", "before.json", "after.json", "-q", "--fail-on", states];
        run(&mut scratch.mdmlog(arguments)).with_status(status);
    }
    run(&mut scratch.mdmlog(["diff", "before.json", "after.json", "--fail-on", "http_404"])).with_status(2);
    run(&mut scratch.mdmlog(["diff", "before.json"])).with_status(2).saying(&["AFTER"]);
    run(&mut scratch.mdmlog(["diff", "before.json", "none.tar"])).with_status(2).saying(&["none.tar"]);
    scratch.file("list.json", "{\"a\": 1}");
    run(&mut scratch.mdmlog(["diff", "list.json", "after.json"])).with_status(2).saying(&["no report of mdmlog"]);
}

#[test]
fn tickets_are_told_that_they_are_resolved_under_the_same_key() {
    let scratch = deliveries();
    let lines = |format: &[&str]| {
        let arguments = [&["diff", "before.json", "after.json", "-q", "--format"], format].concat();
        let text = run(&mut scratch.mdmlog(arguments)).with_status(0).stdout;
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    };
    let opened: Value = {
        let ran = run(&mut scratch.mdmlog(["analyze", "before", "-q", "-f", "jira"])).with_status(0);
        serde_json::from_str(ran.stdout.lines().find(|line| line.contains("connection_refused")).unwrap()).unwrap()
    };
    let [jira] = &lines(&["jira"])[..] else { panic!("one ticket is resolved") };
    assert_eq!(jira["label"], opened["fields"]["labels"][1]);
    let property = &opened["properties"][0]["value"];
    assert_eq!(jira["property"]["ticket_key"], property["ticket_key"]);
    assert_eq!(jira["property"]["fingerprints"], property["fingerprints"]);
    assert_eq!(jira["property"]["resolved_at"], "2023-11-14T23:13:20.000Z");
    let [servicenow] = &lines(&["servicenow", "--field", "close_code=Solved"])[..] else { panic!() };
    assert_eq!(servicenow["correlation_id"], property["ticket_key"]);
    assert_eq!((&servicenow["state"], &servicenow["close_code"]), (&"6".into(), &"Solved".into()));
    assert_eq!(servicenow["resolved_at"], "2023-11-14 23:13:20");
    assert!(servicenow["close_notes"].as_str().unwrap().contains("went well"), "{servicenow}");
}

#[test]
fn a_ticket_of_which_another_failure_is_open_is_not_resolved() {
    let failed = |words| Told::Failure(words);
    let before =
        [(0, HOST, failed("No route to host")), (5_000, HOST, failed("Network is unreachable (connect failed)"))];
    let after = [(LATER, HOST, Told::Status(200)), (LATER + 5_000, HOST, failed("No route to host"))];
    let (before, after) = (report(&before), report(&after));
    let keys: std::collections::BTreeSet<_> = before.incidents.iter().map(|incident| &incident.ticket_key).collect();
    assert_eq!((keys.len(), before.incidents.len()), (1, 2), "{:#?}", before.incidents);
    let difference = diff(&before, &after);
    assert_eq!(difference.summary.resolved, 1);
    let mut out = Vec::new();
    difference.write(&mdmlog::DifferenceFormat::Jira, &mut out).unwrap();
    assert!(out.is_empty(), "{}", String::from_utf8_lossy(&out));
}

#[test]
fn reports_with_pseudonyms_are_compared_under_the_same_key() {
    let mut before = report(&[(0, HOST, REFUSED)]);
    let mut after = report(&[(LATER, HOST, Told::Status(200))]);
    mdmlog::redact::redact(&mut before, Some(b"key"));
    assert!(diff(&before, &after).warnings[0].contains("pseudonyms"));
    mdmlog::redact::redact(&mut after, Some(b"key"));
    let difference = diff(&before, &after);
    assert_eq!(difference.summary.resolved, 1);
    assert!(!serde_json::to_string(&difference).unwrap().contains(HOST));
}
