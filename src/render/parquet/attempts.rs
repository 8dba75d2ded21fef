//! The table of attempts: one row each, with what is asked for most in columns of its own.

use super::column::{Builder, Columns};
use super::run::Run;
use crate::model::report::{Attempt, Certificate, Dns, Flow, Incident, Report, Tls};
use crate::render::view::server;

#[derive(Clone, Copy)]
struct AttemptRow<'r> {
    run: &'r Run,
    report: &'r Report,
    attempt: &'r Attempt,
    incident: Option<&'r Incident>,
}

impl<'r> AttemptRow<'r> {
    fn flow(&self) -> Option<&'r Flow> {
        self.attempt.flow.as_deref()
    }

    fn tls(&self) -> Option<&'r Tls> {
        self.flow()?.tls.as_ref()
    }

    fn certificate(&self) -> Option<&'r Certificate> {
        self.attempt.certificate()
    }

    /// Returns the path of the capture that has the flow.
    fn capture(&self) -> Option<&'r str> {
        Some(self.report.inputs.get(self.flow()?.input)?.path.as_str())
    }

    /// Returns each value once, in order.
    fn of_dns(&self, get: impl Fn(&'r Dns) -> Option<&'r str>) -> Vec<&'r str> {
        let mut values = Vec::new();
        for value in self.attempt.dns.iter().filter_map(get) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }
}

/// Returns the columns.
pub(super) fn columns<'r>(report: &'r Report, run: &'r Run) -> Columns<'r> {
    let incidents = report.incidents_by_attempt();
    let rows = report.attempts.iter().map(|attempt| AttemptRow {
        run,
        report,
        attempt,
        incident: incidents.get(&attempt.id).copied(),
    });
    Builder::new(rows)
        .text("run", "names the report; never null", |row| Some(&row.run.id))
        .text("bundle", "what was analysed, as it was named; null with `--redact`", |row| row.run.bundle.as_deref())
        .long("attempt", "number of the attempt within the run; never null", |row| Some(row.attempt.id))
        .text("outcome", "what it came to; never null", |row| Some(row.attempt.outcome.name().as_str()))
        .text("detail", "the kind of that outcome", |row| row.attempt.outcome.detail())
        .text("confidence", "`high`, `medium` or `low`; never null", |row| Some(row.attempt.confidence.as_str()))
        .text("conflict", "who disagrees, when log and wire do", |row| row.attempt.conflict.as_deref())
        .time("started_at", "when the request began", |row| row.attempt.started_at)
        .time("ended_at", "when its result was known", |row| row.attempt.ended_at)
        .double("duration_ms", "from the one to the other", |row| row.attempt.duration_ms)
        .texts("sources", "who saw it: `log`, `capture`", |row| {
            row.attempt.sources.iter().map(|source| source.as_str()).collect()
        })
        .text("missing_source", "why one of them did not", |row| row.attempt.missing_source.as_deref())
        .text("server_host", "host of the MDM server", |row| row.attempt.server.host.as_deref())
        .integer("server_port", "its port", |row| row.attempt.server.port)
        .text("server_url", "URL of the last try", |row| row.attempt.server.url.as_deref())
        .texts("server_addresses", "addresses of the server", |row| {
            row.attempt.server.addresses.iter().map(String::as_str).collect()
        })
        .text("proxy", "address and port of the proxy, when one was in use", |row| {
            row.attempt.proxy.as_ref().map(|proxy| server(proxy.address.as_deref(), proxy.port))
        })
        .text("thread", "ISE's thread", |row| row.attempt.thread.as_deref())
        .text("api_version", "version of the MDM API", |row| row.attempt.api.version.as_deref())
        .text("api_path", "its path", |row| row.attempt.api.path.as_deref())
        .text("api_vendor", "what the server says of itself", |row| row.attempt.api.vendor.as_deref())
        .text("api_product", "likewise", |row| row.attempt.api.product.as_deref())
        .text("api_product_version", "likewise", |row| row.attempt.api.product_version.as_deref())
        .integer("http_status", "status of the last try", |row| row.attempt.http_status)
        .long("tries", "how many requests; never null", |row| Some(row.attempt.tries.len()))
        .json("tries_json", "the requests, as `tries` of the JSON report", |row| &row.attempt.tries)
        .texts("resolvers", "the DNS servers that were asked", |row| row.of_dns(|dns| Some(&dns.resolver)))
        .texts("rcodes", "what they answered", |row| row.of_dns(|dns| dns.rcode.as_deref()))
        .json("dns_json", "the exchanges, as `dns` of the JSON report", |row| &row.attempt.dns)
        .text("capture", "path of the input that has the connection", AttemptRow::capture)
        .long("stream", "`tcp.stream` of the last try's connection", |row| row.flow()?.stream)
        .text("client", "address and port of the client", |row| Some(row.flow()?.client.to_string()))
        .text("flow_server", "address and port of the server or the proxy", |row| Some(row.flow()?.server.to_string()))
        .text("community_id", "Community ID of the connection", |row| Some(&row.flow()?.community_id))
        .long("first_frame", "its first frame", |row| Some(row.flow()?.first_frame))
        .long("last_frame", "its last frame", |row| Some(row.flow()?.last_frame))
        .long("syn_retransmissions", "SYNs after the first", |row| Some(row.flow()?.syn_retransmissions))
        .double("connect_ms", "from the SYN to its answer", |row| row.flow()?.connect_ms)
        .long("bytes_to_server", "payload to the server", |row| Some(row.flow()?.bytes_to_server))
        .long("bytes_to_client", "payload to the client", |row| Some(row.flow()?.bytes_to_client))
        .long("retransmissions", "retransmitted segments", |row| Some(row.flow()?.retransmissions))
        .long("missing_bytes", "bytes that the capture lost", |row| Some(row.flow()?.missing_bytes))
        .text("closed_by", "who closed the connection and how", |row| row.flow()?.closed_by.as_deref())
        .text("icmp", "the ICMP error that answered it", |row| Some(&row.flow()?.icmp.as_ref()?.meaning))
        .text("icmp_from", "who sent that", |row| Some(&row.flow()?.icmp.as_ref()?.from))
        .integer("connect_status", "the proxy's answer to CONNECT", |row| row.flow()?.connect_status)
        .text("tls_version", "TLS version", |row| row.tls()?.version.as_deref())
        .text("tls_sni", "server name that the client asked for", |row| row.tls()?.sni.as_deref())
        .text("tls_cipher", "cipher suite", |row| row.tls()?.cipher.as_deref())
        .boolean("tls_resumed", "whether the handshake was abbreviated", |row| row.tls()?.resumed)
        .double("tls_handshake_ms", "how long the handshake took", |row| row.tls()?.handshake_ms)
        .text("tls_alert", "the alert that ended it", |row| Some(&row.tls()?.alert.as_ref()?.description))
        .text("tls_alert_from", "who sent that", |row| Some(row.tls()?.alert.as_ref()?.from.as_str()))
        .boolean("tls_decrypted", "whether secrets opened it", |row| Some(row.tls()?.decrypted))
        .text("certificate_subject", "the server's certificate", |row| Some(&row.certificate()?.subject))
        .text("certificate_issuer", "who issued it", |row| Some(&row.certificate()?.issuer))
        .time("certificate_not_after", "until when it is valid", |row| Some(row.certificate()?.not_after))
        .text("certificate_sha256", "its fingerprint", |row| Some(&row.certificate()?.sha256))
        .long("incident", "number of its incident", |row| Some(row.incident?.id))
        .text("fingerprint", "fingerprint of that incident", |row| Some(&row.incident?.fingerprint))
        .text("summary", "what it means, in a sentence; never null", |row| Some(&row.attempt.diagnosis.summary))
        .texts("remedy", "what to do, first things first", |row| {
            row.attempt.diagnosis.remedy.iter().map(String::as_str).collect()
        })
        .text("kind", "what the node asked for; never null", |row| Some(row.attempt.kind.as_str()))
        .text("query_criteria", "of a device query: what is compared", |row| {
            Some(&row.attempt.query.as_ref()?.criteria)
        })
        .text("query_value", "of a device query: with which value", |row| Some(&row.attempt.query.as_ref()?.value))
        .text("reason", "the log's own words of the failure", |row| row.attempt.reason.as_deref())
        .integer("rule", "number of the rule that made the verdict; never null", |row| Some(row.attempt.rule.into()))
        .texts("confidence_reasons", "why the confidence is not `high`", |row| {
            row.attempt.confidence_reasons.iter().map(String::as_str).collect()
        })
        .integer("likely_http_status", "of an encrypted answer: the status that it most likely has", |row| {
            Some(row.attempt.likely.as_ref()?.http_status)
        })
        .text("likely_because", "what that is concluded from", |row| Some(&row.attempt.likely.as_ref()?.because))
        .text("ticket_key", "of its incident: the same for the same host and outcome", |row| {
            Some(&row.incident?.ticket_key)
        })
        .text("node", "host name of the node that asked", |row| row.report.node_of(row.attempt))
        .text("log_utc_offset", "the zone that the log's times were read with", |row| {
            Some(row.report.zone_of(row.attempt)?.0)
        })
        .text("log_utc_offset_source", "where that comes from: `option`, `bundle`, `estimated` or `assumed`", |row| {
            Some(row.report.zone_of(row.attempt)?.1.as_str())
        })
        .finish()
}
