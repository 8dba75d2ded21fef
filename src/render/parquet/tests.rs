use bytes::Bytes;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;

use super::*;
use crate::model::time::Timestamp;
use crate::sample;

fn file(table: Table, report: &Report) -> SerializedFileReader<Bytes> {
    let run = Run::new(report, Some("a/bundle.tar".to_owned())).unwrap();
    let mut out = Vec::new();
    table.write(report, &run, &mut out).unwrap();
    SerializedFileReader::new(Bytes::from(out)).unwrap()
}

/// Returns what a reader finds, a value per column.
fn rows(table: Table, report: &Report) -> Vec<Value> {
    let file = file(table, report);
    file.get_row_iter(None)
        .unwrap()
        .map(|row| row.unwrap().get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect())
        .collect()
}

fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(truth) => (*truth).into(),
        Field::Int(number) => (*number).into(),
        Field::Long(number) | Field::TimestampMicros(number) => (*number).into(),
        Field::Double(number) => (*number).into(),
        Field::Str(text) => text.as_str().into(),
        // JSON is bytes to this reader.
        Field::Bytes(bytes) => bytes.as_utf8().unwrap().into(),
        Field::ListInternal(list) => list.elements().iter().map(value).collect(),
        other => panic!("no column is of this type: {other:?}"),
    }
}

#[test]
fn the_tables_have_these_columns() {
    let report = sample::report();
    let run = Run::new(&report, None).unwrap();
    let schemas: String = Table::ALL.map(|table| table.columns(&report, &run).schema(table.as_str())).concat();
    insta::assert_snapshot!(schemas);
}

#[test]
fn the_page_on_the_tables_lists_every_column() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/parquet.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let mut expected = page.clone();
    for table in Table::ALL {
        let (begin, end) = (format!("<!-- {} -->\n", table.as_str()), format!("<!-- end of {} -->\n", table.as_str()));
        let (before, rest) = expected.split_once(&begin).unwrap();
        let (_, after) = rest.split_once(&end).unwrap();
        expected = format!("{before}{begin}{}{end}{after}", table.description());
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, expected).unwrap();
    } else {
        assert!(page == expected, "docs/parquet.md is old; ./scripts/update-docs writes it anew");
    }
}

#[test]
fn rows_say_what_the_report_says() {
    let report = sample::report();
    let attempts = rows(Table::Attempts, &report);
    assert_eq!(attempts.len(), report.attempts.len());
    for (row, attempt) in attempts.iter().zip(&report.attempts) {
        assert_eq!(row["attempt"], attempt.id);
        assert_eq!(row["bundle"], "a/bundle.tar");
        assert_eq!(row["outcome"], attempt.outcome.name().as_str());
        assert_eq!(row["detail"].as_str(), attempt.outcome.detail().as_deref());
        assert_eq!(row["duration_ms"].as_f64(), attempt.duration_ms);
        assert_eq!(row["kind"], attempt.kind.as_str());
        assert_eq!(row["query_value"].as_str(), attempt.query.as_ref().map(|query| query.value.as_str()));
        assert_eq!(row["reason"].as_str(), attempt.reason.as_deref());
        assert_eq!(row["confidence_reasons"], serde_json::json!(attempt.confidence_reasons));
        assert_eq!(row["server_addresses"], serde_json::json!(attempt.server.addresses));
        assert_eq!(row["remedy"], serde_json::json!(attempt.diagnosis.remedy));
        assert_eq!(row["bytes_to_client"].as_u64(), attempt.flow.as_ref().map(|flow| flow.bytes_to_client));
        let dns = row["dns_json"].as_str().map_or(Value::Array(Vec::new()), |text| serde_json::from_str(text).unwrap());
        assert_eq!(dns, serde_json::to_value(&attempt.dns).unwrap());
    }
    // A list without anything is not the list of the next row.
    assert!(report.attempts.iter().any(|attempt| attempt.server.addresses.is_empty()));

    let incidents = rows(Table::Incidents, &report);
    assert_eq!(incidents.len(), report.incidents.len());
    for (row, incident) in incidents.iter().zip(&report.incidents) {
        assert_eq!(row["fingerprint"], incident.fingerprint);
        assert_eq!(row["ticket_key"], incident.ticket_key);
        assert_eq!(row["endpoints"].as_u64(), incident.endpoints.map(|count| count as u64));
        assert_eq!(row["attempts"], incident.attempts.len());
        assert_eq!(row["resolved_at"].is_null(), incident.resolved_by.is_none());
        let changed: Vec<_> = incident.changes.iter().map(|change| &change.what).collect();
        assert_eq!(row["changed"], serde_json::json!(changed));
    }

    let evidence = rows(Table::Evidence, &report);
    assert_eq!(evidence.len(), report.attempts.iter().map(|attempt| attempt.evidence.len()).sum::<usize>());
    let servers = rows(Table::Servers, &report);
    let hosts: Vec<_> = servers.iter().map(|row| row["server_host"].as_str()).collect();
    assert_eq!(hosts, report.servers.iter().map(|server| server.host.as_deref()).collect::<Vec<_>>());
    let nodes = rows(Table::Nodes, &report);
    assert_eq!((nodes.len(), &nodes[0]["patches"]), (1, &serde_json::json!(["3"])));
    let inputs = rows(Table::Inputs, &report);
    let paths: Vec<_> = inputs.iter().map(|row| row["path"].as_str().unwrap()).collect();
    assert_eq!(paths, report.inputs.iter().map(|input| input.path.as_str()).collect::<Vec<_>>());
}

#[test]
fn a_time_is_in_microseconds() {
    let mut report = sample::report();
    let mut nanos = [Some(-1), Some(1_700_000_000_000_000_999), None].into_iter().cycle();
    for attempt in &mut report.attempts {
        attempt.started_at = nanos.next().unwrap().map(Timestamp::from_nanos);
    }
    let times: Vec<_> = rows(Table::Attempts, &report).iter().take(3).map(|row| row["started_at"].as_i64()).collect();
    assert_eq!(times, [Some(-1), Some(1_700_000_000_000_000), None]);
}

#[test]
fn a_report_without_rows_makes_tables_without_rows() {
    let mut report = sample::report();
    report.attempts.clear();
    report.incidents.clear();
    report.inputs.clear();
    report.servers.clear();
    report.nodes.clear();
    for table in Table::ALL {
        assert!(rows(table, &report).is_empty());
    }
}

#[test]
fn what_strangers_wrote_comes_out_as_it_is() {
    for payload in ["\0", "", "'; DROP TABLE attempts; --", "\u{202e}\u{1f600}", "{\"a\": [1]}", &"x".repeat(1 << 12)] {
        let report = sample::hostile(payload);
        let attempts = rows(Table::Attempts, &report);
        assert!(attempts.iter().all(|row| row["summary"] == payload && row["server_host"] == payload));
        assert!(rows(Table::Evidence, &report).iter().all(|row| row["what"] == payload));
        assert_eq!(rows(Table::Incidents, &report).len(), report.incidents.len());
        assert_eq!(rows(Table::Inputs, &report).len(), report.inputs.len());
    }
}

#[test]
fn a_run_has_one_name_which_no_other_has() {
    let report = sample::report();
    let run = |report: &Report, bundle: Option<&str>| Run::new(report, bundle.map(str::to_owned)).unwrap().id;
    assert_eq!(run(&report, Some("a")), run(&report, Some("a")));
    assert_ne!(run(&report, Some("a")), run(&report, Some("b")));
    assert_ne!(run(&report, Some("a")), run(&report, None));
    let mut other = report.clone();
    other.attempts.pop();
    assert_ne!(run(&report, Some("a")), run(&other, Some("a")));
}

#[test]
fn a_full_disk_is_the_systems_error() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let report = sample::report();
    let run = Run::new(&report, None).unwrap();
    let error = Table::Attempts.write(&report, &run, Full).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{error}");
}
