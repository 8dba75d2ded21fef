//! Elastic Common Schema: every field of every event is one of the field reference, of its type.

use std::collections::HashMap;
use std::net::IpAddr;

use serde_json::Value;

use crate::cases::Case;
use crate::support::root;

/// Type, and whether it holds a list, by name.
fn reference() -> HashMap<String, (String, bool)> {
    let text = std::fs::read_to_string(root().join("testdata/ecs/fields.csv")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let field = |line: &str| {
        let mut parts = line.split(',').map(str::to_owned);
        let (name, kind) = (parts.next().unwrap(), parts.next().unwrap());
        (name, (kind, parts.next().as_deref() == Some("array")))
    };
    lines.map(field).collect()
}

/// Checks a field and what lies below it.
fn check(path: &str, value: &Value, reference: &HashMap<String, (String, bool)>) {
    let known = reference.get(path);
    match (value, known) {
        // What is the program's own has no place in the reference.
        _ if path == "mdmlog" => {}
        (_, Some((kind, _))) if kind == "object" || kind == "flattened" || kind == "nested" => {}
        (Value::Object(fields), None) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                check(&path, value, reference);
            }
        }
        (Value::Array(items), Some((kind, true))) => items.iter().for_each(|item| of_kind(path, item, kind)),
        (value, Some((kind, false))) => of_kind(path, value, kind),
        (value, _) => panic!("{path} is no field of the schema, or no list there: {value}"),
    }
}

fn of_kind(path: &str, value: &Value, kind: &str) {
    let text = value.as_str();
    let fits = match kind {
        "keyword" | "wildcard" | "match_only_text" | "constant_keyword" | "text" => text.is_some(),
        "ip" => text.is_some_and(|text| text.parse::<IpAddr>().is_ok()),
        "date" => serde_json::from_value::<mdmlog::time::Timestamp>(value.clone()).is_ok(),
        "long" => value.is_i64(),
        "float" => value.is_number(),
        "boolean" => value.is_boolean(),
        other => panic!("{path}: no such type here: {other}"),
    };
    assert!(fits, "{path} is no {kind}: {value}");
}

#[test]
fn every_field_is_of_the_reference_and_of_its_type() {
    let reference = reference();
    for case in Case::all() {
        let ran = case.analyze(&["--format", "ecs"]).with_status(0);
        for line in ran.stdout.lines() {
            let event: Value = serde_json::from_str(line).unwrap();
            check("", &event, &reference);
            for mandatory in ["@timestamp", "ecs", "event", "message"] {
                assert!(!event[mandatory].is_null(), "{mandatory}: {event}");
            }
            assert!(event["event"]["id"].is_string(), "{event}");
        }
    }
}

#[test]
fn the_method_is_told_where_the_log_names_it() {
    let ran = Case::new("five_outcomes").analyze(&["--format", "ecs"]).with_status(0);
    for line in ran.stdout.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        assert_eq!(event["http"]["request"]["method"], "GET", "{event}");
    }
}
