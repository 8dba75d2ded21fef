//! Elastic Common Schema (8.17): one event per attempt and line, ready for Elasticsearch's bulk API, Filebeat or Logstash.

use std::io::{self, Write as _};
use std::net::IpAddr;

use serde_json::{Map, Value, json};

use sha2::{Digest as _, Sha256};

use super::view::counted;
use super::{Rendering, json as layout, stream};
use crate::model::attempts::Attempts;
use crate::model::outcome::OutcomeName;
use crate::model::report::{Attempt, Dns, Incident, Report, Source, Tls};
use crate::model::time::Timestamp;
use crate::model::url::Url;

/// Version of the schema that the field names are from.
const ECS_VERSION: &str = "8.17.0";

/// One event per attempt and line.
pub(super) struct Ecs;

impl Rendering for Ecs {
    fn stream(&self, head: &Report, attempts: &dyn Attempts, out: &mut dyn io::Write) -> io::Result<()> {
        let mut out = io::BufWriter::with_capacity(layout::BUFFER, out);
        let incidents = head.incidents_by_attempt();
        // What an excerpt without time stamps tells falls back to the first time of all.
        let first = head.first_time(attempts);
        stream::each(attempts, &mut out, |_, attempt, text| {
            // An event must say when it happened.
            let Some(at) = attempt.started_at.or(attempt.ended_at).or(first) else { return Ok(()) };
            let event = pruned(event(head, attempt, at, incidents.get(&attempt.id).copied()));
            layout::line(&event.unwrap_or_default(), text)
        })?;
        out.flush()
    }
}

/// Returns the node that asked: its name, as its bundle tells it, and the address that it asked from.
fn node(report: &Report, attempt: &Attempt) -> Value {
    let name = report.node_of(attempt);
    // Behind an address translation, it may be another's.
    let flow = attempt.flow.as_ref().filter(|_| attempt.vantages.is_none());
    let address = flow.map(|flow| flow.client.ip());
    json!({"name": name, "hostname": name, "ip": address.map(|address| [address])})
}

/// Says that attempts are left out, as nothing tells when they were.
pub(super) fn left_out(head: &Report, attempts: &dyn Attempts) -> Option<String> {
    if head.first_time(attempts).is_some() {
        return None;
    }
    let untimed = (0..attempts.count()).filter(|place| attempts.span(*place) == (None, None)).count();
    (untimed > 0).then(|| {
        format!(
            "{} left out: an event must have a time, and nothing in the inputs has one",
            counted(untimed, "attempt")
        )
    })
}

fn event(report: &Report, attempt: &Attempt, at: Timestamp, incident: Option<&Incident>) -> Value {
    let flow = attempt.flow.as_ref();
    let host = attempt.server.host.as_deref();
    // Without a flow, what was meant to be reached is known all the same.
    let destination = match flow {
        Some(flow) => Some((flow.server.ip().to_string(), Some(flow.server.port()))),
        None => host.map(|host| (host.to_owned(), attempt.server.port)),
    };
    let failed = attempt.outcome.is_failure();
    let zone = report.zone_of(attempt);
    let verdict = attempt.outcome.to_string();
    json!({
        "@timestamp": at,
        "ecs": {"version": ECS_VERSION},
        "message": attempt.diagnosis.summary,
        "event": {
            "kind": "event",
            "category": ["network"],
            "type": ["connection", "end"],
            "module": "mdmlog",
            "dataset": "mdmlog.attempt",
            "provider": "mdmlog",
            "action": format!("mdm-{}", attempt.kind.as_str().replace('_', "-")),
            "outcome": match attempt.outcome.name() {
                OutcomeName::Success => "success",
                OutcomeName::Unknown => "unknown",
                _ => "failure",
            },
            "code": verdict,
            "id": id(report, attempt),
            "reason": attempt.reason.as_ref().unwrap_or(&attempt.diagnosis.summary),
            "start": attempt.started_at,
            "end": attempt.ended_at,
            // ECS counts in nanoseconds.
            "duration": attempt.duration_ms.map(|ms| (ms * 1e6).round() as i64),
            "sequence": attempt.id,
        },
        "error": failed.then(|| json!({"code": verdict, "type": attempt.outcome.name(), "message": attempt.diagnosis.summary})),
        "source": flow.map(|flow| endpoint(&flow.client.ip().to_string(), Some(flow.client.port()))),
        "destination": destination.map(|(address, port)| {
            let mut destination = endpoint(&address, port);
            if let (Some(fields), Some(host)) = (destination.as_object_mut(), host.filter(|_| attempt.proxy.is_none())) {
                fields.insert("domain".to_owned(), host.into());
            }
            destination
        }),
        "network": flow.map(|flow| json!({
            "community_id": flow.community_id,
            "transport": "tcp",
            "type": if flow.client.is_ipv4() { "ipv4" } else { "ipv6" },
            "protocol": flow.tls.is_some().then_some("tls"),
            "bytes": flow.bytes_to_server.saturating_add(flow.bytes_to_client),
        })),
        "dns": attempt.dns.iter().find(|dns| !dns.answers.is_empty()).or(attempt.dns.last()).map(dns),
        "tls": flow.and_then(|flow| flow.tls.as_ref()).map(tls),
        "url": url(attempt),
        "http": {"request": {"method": method(attempt)}, "response": {"status_code": attempt.http_status}},
        "process": attempt.thread.as_ref().map(|thread| json!({"thread": {"name": thread}})),
        "log": attempt.evidence.iter().find(|evidence| evidence.source == Source::Log).and_then(|evidence| {
            Some(json!({"file": {"path": report.inputs.get(evidence.input)?.path}}))
        }),
        "host": node(report, attempt),
        "observer": {"vendor": "mdmlog", "product": report.tool.name, "version": report.tool.version},
        "related": {"hosts": related_hosts(attempt), "ip": related_addresses(attempt)},
        "labels": {
            "confidence": attempt.confidence,
            "conflict": attempt.conflict,
            "proxy": attempt.proxy.as_ref().map(|proxy| super::view::server(proxy.address.as_deref(), proxy.port)),
            "fingerprint": incident.map(|incident| &incident.fingerprint),
            "schema_version": report.schema_version,
            "evidence": report.places(attempt).join("; "),
        },
        // What the schema has no field for stands under the name of the program (ECS, "custom fields").
        "mdmlog": {
            "kind": attempt.kind,
            "query": attempt.query,
            "rule": attempt.rule,
            "reason": attempt.reason,
            "confidence": attempt.confidence,
            "confidence_reasons": attempt.confidence_reasons,
            "likely": attempt.likely,
            "log_utc_offset": zone.map(|(offset, _)| offset),
            "log_utc_offset_source": zone.map(|(_, source)| source.as_str()),
            "incident": incident.map(|incident| json!({
                "id": incident.id,
                "fingerprint": incident.fingerprint,
                "ticket_key": incident.ticket_key,
                "endpoints": incident.endpoints,
            })),
        },
        "tags": ["mdmlog", "cisco-ise", "mdm"],
    })
}

/// Names the event: the same for the same attempt of the same bundle, so that an event that is sent twice is known.
fn id(report: &Report, attempt: &Attempt) -> String {
    let mut hash = Sha256::new();
    let first = attempt.evidence.first();
    let path = first.and_then(|evidence| report.inputs.get(evidence.input)).map(|input| input.path.as_str());
    let place = first.and_then(|evidence| evidence.line.or(evidence.frame));
    let parts = [
        path.unwrap_or_default().to_owned(),
        place.unwrap_or_default().to_string(),
        attempt.started_at.map(|time| time.to_string()).unwrap_or_default(),
        attempt.id.to_string(),
    ];
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    hex::encode(hash.finalize().get(..16).unwrap_or_default())
}

/// Returns the method, as the log's record of the request names it.
fn method(attempt: &Attempt) -> Option<&'static str> {
    let said = |method: &str| {
        attempt.evidence.iter().any(|evidence| {
            let rest = evidence.what.strip_prefix(method);
            rest.is_some_and(|rest| rest.starts_with([':', ' ']))
        })
    };
    ["GET", "POST", "PUT"].into_iter().find(|method| said(method))
}

fn endpoint(address: &str, port: Option<u16>) -> Value {
    json!({"address": address, "ip": address.parse::<IpAddr>().ok(), "port": port})
}

fn dns(dns: &Dns) -> Value {
    let addresses: Vec<_> = dns.answers.iter().filter(|answer| answer.parse::<IpAddr>().is_ok()).collect();
    json!({
        "type": if dns.rcode.is_some() { "answer" } else { "query" },
        "question": {"name": dns.name, "type": dns.qtype, "class": "IN"},
        "response_code": dns.rcode,
        "resolved_ip": addresses,
        "answers": dns.answers.iter().map(|answer| json!({"data": answer})).collect::<Vec<_>>(),
    })
}

fn tls(tls: &Tls) -> Value {
    let certificate = tls.certificate.as_ref();
    json!({
        // `TLS 1.2` is protocol and version in two fields.
        "version": tls.version.as_deref().and_then(|version| version.rsplit(' ').next()),
        "version_protocol": tls.version.as_ref().map(|_| "tls"),
        "cipher": tls.cipher,
        "resumed": tls.resumed,
        "established": tls.handshake_ms.is_some() && tls.alert.is_none(),
        "next_protocol": tls.alpn,
        "client": {"server_name": tls.sni},
        "server": certificate.map(|certificate| json!({
            "subject": certificate.subject,
            "issuer": certificate.issuer,
            "not_before": certificate.not_before,
            "not_after": certificate.not_after,
            // ECS writes fingerprints in upper case.
            "hash": {"sha256": certificate.sha256.to_uppercase()},
            "x509": {
                "serial_number": certificate.serial.to_uppercase(),
                "alternative_names": certificate.names,
                "subject": {"distinguished_name": certificate.subject},
                "issuer": {"distinguished_name": certificate.issuer},
            },
        })),
    })
}

fn url(attempt: &Attempt) -> Option<Value> {
    let full = attempt.server.url.as_deref()?;
    let url = Url::split(full);
    Some(json!({
        "full": full,
        "original": full,
        "scheme": url.scheme,
        "domain": attempt.server.host,
        "port": attempt.server.port,
        "path": Some(url.path()).filter(|path| !path.is_empty()),
        "query": url.query(),
    }))
}

fn related_hosts(attempt: &Attempt) -> Vec<&str> {
    let mut hosts: Vec<_> =
        attempt.server.host.as_deref().into_iter().chain(attempt.dns.iter().map(|dns| dns.name.as_str())).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}

fn related_addresses(attempt: &Attempt) -> Vec<IpAddr> {
    let flow = attempt.flow.as_ref();
    let told = attempt.server.addresses.iter().chain(attempt.dns.iter().map(|dns| &dns.resolver));
    let mut addresses: Vec<IpAddr> = told.filter_map(|address| address.parse().ok()).collect();
    addresses.extend(flow.into_iter().flat_map(|flow| [flow.client.ip(), flow.server.ip()]));
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

/// Returns the value without nulls and without what is empty then: Elasticsearch takes an absent field for unknown.
fn pruned(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::Array(items) => {
            let items: Vec<Value> = items.into_iter().filter_map(pruned).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::Object(fields) => {
            let fields: Map<String, Value> =
                fields.into_iter().filter_map(|(key, item)| Some((key, pruned(item)?))).collect();
            (!fields.is_empty()).then_some(Value::Object(fields))
        }
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn events(report: &Report) -> Vec<Value> {
        let mut out = Vec::new();
        Ecs.render(report, &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn an_event_looks_like_this() {
        let events = events(&sample::report());
        insta::assert_json_snapshot!([&events[1], &events[6]]);
    }

    #[test]
    fn every_event_has_what_the_schema_demands() {
        for event in events(&sample::report()) {
            assert!(event["@timestamp"].is_string() && event["ecs"]["version"].is_string(), "{event}");
            assert!(["success", "failure", "unknown"].contains(&event["event"]["outcome"].as_str().unwrap()));
            assert_eq!(event["event"]["outcome"] == "failure", event.get("error").is_some());
        }
    }

    #[test]
    fn the_node_is_the_host() {
        let mut report = sample::report();
        report.nodes = vec![crate::model::report::Node { hostname: Some("ise-psn1".into()), ..Default::default() }];
        report.inputs[0].node = Some(0);
        let host = &events(&report)[0]["host"];
        assert_eq!((&host["name"], &host["hostname"]), (&"ise-psn1".into(), &"ise-psn1".into()));
        assert_eq!(host["ip"], json!(["192.0.2.10"]));
    }

    #[test]
    fn what_has_no_time_is_left_out_and_told() {
        let mut report = sample::report();
        assert_eq!(left_out(&report, &report.attempts), None);
        for attempt in &mut report.attempts {
            (attempt.started_at, attempt.ended_at) = (None, None);
        }
        assert_eq!(events(&report).len(), 11, "the input has a time");
        report.inputs.iter_mut().for_each(|input| input.first_time = None);
        assert!(events(&report).is_empty());
        assert!(left_out(&report, &report.attempts).unwrap().starts_with("11 attempts left out"));
    }

    #[test]
    fn an_address_field_never_holds_a_name() {
        for event in events(&sample::hostile("evil\u{1b}[0m\n{\"a\":1}")) {
            let ends = [event.pointer("/source/ip"), event.pointer("/destination/ip")];
            let related = event.pointer("/related/ip").and_then(Value::as_array);
            for ip in ends.into_iter().flatten().chain(related.into_iter().flatten()) {
                assert!(ip.as_str().unwrap().parse::<IpAddr>().is_ok(), "{ip}");
            }
        }
    }

    #[test]
    fn a_proxy_is_the_destination_and_not_the_server() {
        let event = &events(&sample::report())[0];
        assert_eq!((&event["destination"]["ip"], event["destination"].get("domain")), (&"192.0.2.8".into(), None));
        assert_eq!(event["url"]["domain"], "tenant.jamfcloud.com");
    }
}
