//! One row per attempt, for a spreadsheet. The columns are a contract: new ones are added at the end.

use std::io::{self, Write as _};

use super::escape::cell;
use super::{Rendering, json, stream};
use crate::model::attempts::Attempts;
use crate::model::report::{Attempt, Incident, Report};

/// Comma-separated values (RFC 4180) with a header.
pub(super) struct Csv;

const HEADER: [&str; 45] = [
    "id",
    "outcome",
    "detail",
    "confidence",
    "conflict",
    "started_at",
    "ended_at",
    "duration_ms",
    "sources",
    "host",
    "port",
    "url",
    "addresses",
    "proxy",
    "thread",
    "api_version",
    "http_status",
    "tries",
    "stream",
    "client",
    "flow_server",
    "community_id",
    "first_frame",
    "last_frame",
    "syn_retransmissions",
    "tls_version",
    "certificate_issuer",
    "certificate_not_after",
    "incident",
    "fingerprint",
    "evidence",
    "summary",
    "remedy",
    "kind",
    "query_criteria",
    "query_value",
    "reason",
    "rule",
    "confidence_reasons",
    "likely_http_status",
    "likely_because",
    "ticket_key",
    "endpoints",
    "log_utc_offset",
    "log_utc_offset_source",
];

impl Rendering for Csv {
    fn stream(&self, head: &Report, attempts: &dyn Attempts, out: &mut dyn io::Write) -> io::Result<()> {
        let mut out = io::BufWriter::with_capacity(json::BUFFER, out);
        write(HEADER, &mut out)?;
        let incidents = head.incidents_by_attempt();
        stream::each(attempts, &mut out, |_, attempt, text| {
            write(row(head, attempt, incidents.get(&attempt.id).copied()), text)
        })?;
        out.flush()
    }
}

/// Writes one row.
fn write<const N: usize>(row: [impl AsRef<[u8]>; N], out: &mut impl io::Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).buffer_capacity(ROW).from_writer(out);
    writer.write_record(row).map_err(written)?;
    writer.flush()
}

/// Bytes of most rows.
const ROW: usize = 2 << 10;

/// Returns the output's error as it was: by its kind, a reader that went away is told from a disk that is full.
fn written(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn row(report: &Report, attempt: &Attempt, incident: Option<&Incident>) -> [String; HEADER.len()] {
    let text = |text: Option<&str>| text.map(cell).unwrap_or_default();
    let list = |items: &[String], between: &str| cell(&items.join(between));
    let flow = attempt.flow.as_ref();
    let tls = flow.and_then(|flow| flow.tls.as_ref());
    let certificate = attempt.certificate();
    let proxy = attempt.proxy.as_ref().map(|proxy| super::view::server(proxy.address.as_deref(), proxy.port));
    let (query, likely) = (attempt.query.as_ref(), attempt.likely.as_ref());
    let zone = report.zone_of(attempt);
    let sources: Vec<_> = attempt.sources.iter().map(|source| source.as_str()).collect();
    [
        attempt.id.to_string(),
        attempt.outcome.name().to_string(),
        text(attempt.outcome.detail().as_deref()),
        attempt.confidence.as_str().to_owned(),
        text(attempt.conflict.as_deref()),
        shown(attempt.started_at),
        shown(attempt.ended_at),
        shown(attempt.duration_ms),
        sources.join(" "),
        text(attempt.server.host.as_deref()),
        shown(attempt.server.port),
        text(attempt.server.url.as_deref()),
        list(&attempt.server.addresses, " "),
        text(proxy.as_deref()),
        text(attempt.thread.as_deref()),
        text(attempt.api.version.as_deref()),
        shown(attempt.http_status),
        attempt.tries.len().to_string(),
        shown(flow.and_then(|flow| flow.stream)),
        shown(flow.map(|flow| flow.client)),
        shown(flow.map(|flow| flow.server)),
        text(flow.map(|flow| flow.community_id.as_str())),
        shown(flow.map(|flow| flow.first_frame)),
        shown(flow.map(|flow| flow.last_frame)),
        shown(flow.map(|flow| flow.syn_retransmissions)),
        text(tls.and_then(|tls| tls.version.as_deref())),
        text(certificate.map(|certificate| certificate.issuer.as_str())),
        shown(certificate.map(|certificate| certificate.not_after)),
        shown(incident.map(|incident| incident.id)),
        text(incident.map(|incident| incident.fingerprint.as_str())),
        list(&report.places(attempt), "; "),
        text(Some(&attempt.diagnosis.summary)),
        list(&attempt.diagnosis.remedy, " "),
        attempt.kind.to_string(),
        text(query.map(|query| query.criteria.as_str())),
        text(query.map(|query| query.value.as_str())),
        text(attempt.reason.as_deref()),
        attempt.rule.to_string(),
        list(&attempt.confidence_reasons, " "),
        shown(likely.map(|likely| likely.http_status)),
        text(likely.map(|likely| likely.because.as_str())),
        text(incident.map(|incident| incident.ticket_key.as_str())),
        shown(incident.and_then(|incident| incident.endpoints)),
        text(zone.map(|(offset, _)| offset)),
        zone.map(|(_, source)| source.as_str().to_owned()).unwrap_or_default(),
    ]
}

fn shown<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn rendered(report: &Report) -> String {
        let mut out = Vec::new();
        Csv.render(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn rows_look_like_this() {
        let mut report = sample::report();
        report.attempts.truncate(3);
        insta::assert_snapshot!(rendered(&report).replace("\r\n", "\n"));
    }

    #[test]
    fn no_cell_is_a_formula_and_rows_stay_rows() {
        for payload in ["=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1\r\n=2", "\t=1", "a\",=1,\""] {
            let report = sample::hostile(payload);
            let text = rendered(&report);
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
            assert_eq!(rows.len(), report.attempts.len());
            for field in rows.iter().flatten() {
                assert!(!field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{field}");
                assert!(!field.contains(['\r', '\n']), "{field}");
            }
        }
    }
}
