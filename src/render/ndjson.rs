//! One line of JSON per attempt, for `jq`, log shippers and databases that read lines.

use std::io::{self, Write as _};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Rendering, json, stream};
use crate::model::attempts::Attempts;
use crate::model::report::{Attempt, OffsetSource, Report};

/// One line per attempt.
pub(super) struct Ndjson;

/// An attempt with what a reader needs who sees no other line.
#[derive(Serialize, JsonSchema)]
pub(super) struct AttemptLine<'a> {
    /// Version of the contract.
    schema_version: &'a str,
    /// Paths of the inputs, which evidence names by index.
    input_paths: &'a [&'a str],
    /// The incident that the attempt belongs to.
    fingerprint: Option<&'a str>,
    /// The same for the same host and outcome.
    ticket_key: Option<&'a str>,
    /// The zone that the log's times were read with.
    log_utc_offset: Option<&'a str>,
    /// Where that comes from; `assumed` says that the times may be off by hours.
    log_utc_offset_source: Option<OffsetSource>,
    #[serde(flatten)]
    attempt: &'a Attempt,
}

impl Rendering for Ndjson {
    fn stream(&self, head: &Report, attempts: &dyn Attempts, out: &mut dyn io::Write) -> io::Result<()> {
        let mut out = io::BufWriter::with_capacity(json::BUFFER, out);
        let paths: Vec<&str> = head.inputs.iter().map(|input| input.path.as_str()).collect();
        let incidents = head.incidents_by_attempt();
        stream::each(attempts, &mut out, |_, attempt, text| {
            let incident = incidents.get(&attempt.id);
            let zone = head.zone_of(attempt);
            let line = AttemptLine {
                schema_version: &head.schema_version,
                input_paths: &paths,
                fingerprint: incident.map(|incident| incident.fingerprint.as_str()),
                ticket_key: incident.map(|incident| incident.ticket_key.as_str()),
                log_utc_offset: zone.map(|(offset, _)| offset),
                log_utc_offset_source: zone.map(|(_, source)| source),
                attempt,
            };
            json::line(&line, text)
        })?;
        out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn each_line_stands_for_itself() {
        let report = sample::report();
        let mut out = Vec::new();
        Ndjson.render(&report, &mut out).unwrap();
        let lines: Vec<serde_json::Value> =
            String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), report.attempts.len());
        for (line, attempt) in lines.iter().zip(&report.attempts) {
            assert_eq!(line["schema_version"], "1.1");
            assert_eq!(line["outcome"], attempt.outcome.name().as_str());
            assert_eq!(line["input_paths"][1], "bundle.tar!TCPDump.pcap");
        }
        assert_eq!(lines[0]["fingerprint"], serde_json::Value::Null);
        assert_eq!(lines[1]["fingerprint"], report.incidents[0].fingerprint);
        assert_eq!(lines[1]["ticket_key"], report.incidents[0].ticket_key);
        assert_eq!(lines[9]["query"]["criteria"], "macaddress");
        assert_eq!(
            (&lines[1]["log_utc_offset"], &lines[1]["log_utc_offset_source"]),
            (&"-06:00".into(), &"estimated".into())
        );
        assert_eq!(lines[8]["log_utc_offset_source"], serde_json::Value::Null);
    }
}
