//! Reports for the tests of the renderings.

use crate::catalog;
use crate::model::mdm::RequestKind;
use crate::model::report::Report;
use crate::model::time::SECOND;

/// Returns a report with a dozen attempts of many outcomes, seen by log and capture, with incidents.
pub(crate) fn report() -> Report {
    let mut report: Report = serde_json::from_str(include_str!("sample.json")).expect("the sample is a report");
    for attempt in &mut report.attempts {
        attempt.diagnosis = catalog::diagnosis(attempt.outcome, &catalog::Context::of(attempt));
    }
    for incident in &mut report.incidents {
        let first = &report.attempts[incident.attempts[0] - 1];
        incident.diagnosis = catalog::incident_diagnosis(
            first.outcome,
            &catalog::Context::of(first),
            incident.attempts.len(),
            &incident.changes,
            incident.resolved_by.is_some(),
        );
    }
    report
}

/// Queries that went well, one each ten seconds, with a failure in between now and then.
pub(crate) fn queries(count: usize, failed_each: usize) -> Report {
    let mut report = report();
    let (good, bad) = (report.attempts[0].clone(), report.attempts[9].clone());
    report.attempts = (0..count)
        .map(|index| {
            let mut attempt = if index % failed_each == failed_each - 1 { bad.clone() } else { good.clone() };
            attempt.id = index + 1;
            attempt.kind = RequestKind::DeviceQuery;
            attempt.duration_ms = Some(100.0 + (index % 100) as f64);
            attempt.started_at = good.started_at.map(|time| time.plus_nanos(10 * SECOND * index as i64));
            attempt
        })
        .collect();
    report
}

/// Returns the sample with `payload` in place of all that comes from logs and packets.
pub(crate) fn hostile(payload: &str) -> Report {
    fn poison(key: &str, value: &mut serde_json::Value, payload: &str) {
        use serde_json::Value;
        // Words that the program itself chooses, and times.
        const OWN: [&str; 25] = [
            "schema_version",
            "kind",
            "outcome",
            "detail",
            "confidence",
            "source",
            "sources",
            "log_utc_offset_source",
            "time",
            "at",
            "started_at",
            "ended_at",
            "first_at",
            "last_at",
            "first_time",
            "last_time",
            "not_before",
            "not_after",
            "from",
            "to",
            "by_outcome",
            "code",
            "state",
            "last_success_at",
            "last_failure_at",
        ];
        match value {
            Value::String(text) if !OWN.contains(&key) => *text = payload.to_owned(),
            // The sender of an ICMP error, as opposed to that of a step or an alert.
            Value::String(text) if key == "from" && text.contains('.') => *text = payload.to_owned(),
            Value::Array(items) => items.iter_mut().for_each(|item| poison(key, item, payload)),
            // The two ends of a connection are addresses by their type.
            Value::Object(fields) if fields.contains_key("community_id") => {
                let ends = ["client", "server"];
                let others = fields.iter_mut().filter(|(key, _)| !ends.contains(&key.as_str()));
                others.for_each(|(key, item)| poison(key, item, payload));
            }
            Value::Object(fields) => fields.iter_mut().for_each(|(key, item)| poison(key, item, payload)),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(report()).expect("a report serialises");
    poison("", &mut value, payload);
    serde_json::from_value(value).expect("still a report")
}
