//! What is known of an attempt, as pairs of a name and a value.

use std::borrow::Cow;

use crate::model::report::{Attempt, Certificate, Dns, Flow, Report, Source, Tls};
use crate::model::visible::visible;
use crate::render::clockface::Clockface;
use crate::render::view::{asked_for, counted, likely, milliseconds, readable};

/// A name and a value; what is foreign in the value has its hidden characters spelled out.
pub(super) type Fact = (Cow<'static, str>, String);

/// Returns the facts of an attempt, in the order in which they came about; those that are not known are left out.
pub(super) fn facts(clocks: &Clockface<'_>, attempt: &Attempt) -> Vec<Fact> {
    let (report, face) = (clocks.report, clocks.attempt(attempt));
    let mut facts = Vec::new();
    let mut add = |name: &'static str, value: Option<String>| {
        facts.extend(value.filter(|value| !value.is_empty()).map(|value| (Cow::Borrowed(name), value)));
    };
    let shown = |text: &Option<String>| text.as_deref().map(|text| visible(text).into_owned());
    add("Asked for", Some(asked_for(attempt)));
    add("Started", attempt.started_at.map(|at| face.readable(at)));
    add("Ended", attempt.ended_at.map(|at| face.readable(at)));
    add("Took", attempt.duration_ms.map(milliseconds));
    let sources: Vec<_> = attempt.sources.iter().map(|source| source.as_str()).collect();
    add("Seen by", Some(sources.join(" and ")));
    add("Thread", shown(&attempt.thread));
    add("URL", shown(&attempt.server.url));
    add("Addresses", Some(visible(&attempt.server.addresses.join(", ")).into_owned()));
    add("Proxy", attempt.proxy.as_ref().map(proxy));
    add("HTTP status", attempt.http_status.map(|status| status.to_string()));
    add("The log's words", shown(&attempt.reason));
    add("Most likely", likely(attempt));
    add("API", api(attempt));
    let tries = attempt.tries.iter().map(|one| one.outcome.to_string());
    add("Tries", (attempt.tries.len() > 1).then(|| tries.collect::<Vec<_>>().join(", ")));
    // Reports of version 1.0 do not name it.
    add("Rule", (attempt.rule > 0).then(|| format!("{} of docs/outcomes.md", attempt.rule)));
    for exchange in &attempt.dns {
        add("DNS", Some(dns(report, exchange)));
    }
    for flow in attempt.other_flows.iter().chain(attempt.flow.as_deref()) {
        add("Connection", Some(connection(report, flow)));
        add("Connecting", connecting(flow));
        add(
            "ICMP",
            flow.icmp.as_ref().map(|icmp| {
                visible(&format!(
                    "{} from {} (type {}, code {}), frame {}",
                    icmp.meaning, icmp.from, icmp.icmp_type, icmp.code, icmp.frame
                ))
                .into_owned()
            }),
        );
        add("Traffic", Some(traffic(flow)));
        add("Answer to CONNECT", flow.connect_status.map(|status| status.to_string()));
        if let Some(session) = &flow.tls {
            add("TLS", Some(tls(session)));
            add("Certificate", session.certificate.as_ref().map(certificate));
        }
    }
    facts
}

fn proxy(proxy: &crate::model::report::Proxy) -> String {
    match &proxy.address {
        Some(address) => crate::render::view::server(Some(address), proxy.port),
        None => "yes, its address is not known".to_owned(),
    }
}

fn api(attempt: &Attempt) -> Option<String> {
    let api = &attempt.api;
    let parts = [
        ("version ", &api.version),
        ("path ", &api.path),
        ("", &api.vendor),
        ("", &api.product),
        ("", &api.product_version),
    ];
    let parts: Vec<_> =
        parts.iter().filter_map(|(name, value)| Some(format!("{name}{}", visible(value.as_deref()?)))).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn dns(report: &Report, dns: &Dns) -> String {
    let rcode = dns.rcode.as_deref().unwrap_or("no answer");
    let mut text = format!("{} {} at {}: {rcode}", dns.qtype, dns.name, dns.resolver);
    for (name, list) in [("alias of", &dns.cnames), ("=", &dns.answers)] {
        if !list.is_empty() {
            text.push_str(&format!(" {name} {}", list.join(", ")));
        }
    }
    if dns.queries > 1 {
        text.push_str(&format!("; asked {} times", dns.queries));
    }
    if let Some(ms) = dns.latency_ms {
        text.push_str(&format!("; {}", milliseconds(ms)));
    }
    format!("{}; {}", visible(&text), report.place(dns.input, None, Some(dns.first_frame)))
}

fn connection(report: &Report, flow: &Flow) -> String {
    let stream = flow.stream.map(|stream| format!(", tcp.stream {stream}")).unwrap_or_default();
    let frames = report.place(flow.input, None, Some(flow.first_frame));
    format!("{} to {}; {frames} to {}{stream}", flow.client, flow.server, flow.last_frame)
}

fn connecting(flow: &Flow) -> Option<String> {
    let mut parts = Vec::new();
    if flow.syn_retransmissions > 0 {
        let times: Vec<_> = flow.syn_schedule_ms.iter().map(|ms| format!("+{}", milliseconds(*ms))).collect();
        parts.push(format!("{} of the SYN ({})", counted_retransmissions(flow.syn_retransmissions), times.join(", ")));
    }
    parts.extend(flow.connect_ms.map(|ms| format!("SYN-ACK after {}", milliseconds(ms))));
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn counted_retransmissions(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "retransmission")
}

fn traffic(flow: &Flow) -> String {
    let mut text = format!("{} bytes to the server, {} to the client", flow.bytes_to_server, flow.bytes_to_client);
    if flow.retransmissions > 0 {
        text.push_str(&format!("; {}", counted_retransmissions(flow.retransmissions)));
    }
    if flow.missing_bytes > 0 {
        text.push_str(&format!("; {} bytes missing from the capture", flow.missing_bytes));
    }
    if let Some(closed) = &flow.closed_by {
        text.push_str(&format!("; closed by {}", visible(closed)));
    }
    text
}

fn tls(tls: &Tls) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(tls.version.clone());
    parts.extend(tls.cipher.clone());
    parts.extend(tls.sni.as_ref().map(|sni| format!("server name {sni}")));
    parts.extend(tls.alpn.as_ref().map(|alpn| format!("protocol {alpn}")));
    parts.extend(tls.resumed.map(|resumed| if resumed { "resumed" } else { "full handshake" }.to_owned()));
    parts.extend(tls.handshake_ms.map(|ms| format!("handshake {}", milliseconds(ms))));
    parts.extend(tls.alert.as_ref().map(|alert| {
        format!("{} alert {} from the {}, frame {}", alert.level, alert.description, alert.from.as_str(), alert.frame)
    }));
    if tls.decrypted {
        parts.push("decrypted".to_owned());
    }
    parts.extend(tls.keys_in_vain.map(|why| why.describe().to_owned()));
    visible(&parts.join(", ")).into_owned()
}

fn certificate(certificate: &Certificate) -> String {
    let issuer = if certificate.self_signed { "itself" } else { &certificate.issuer };
    let others =
        if certificate.more_names > 0 { format!(" and {} more", certificate.more_names) } else { String::new() };
    let mut text = format!(
        "{}, issued by {issuer}, for {}{others}, valid from {} to {} UTC",
        certificate.subject,
        certificate.names.join(" "),
        readable(certificate.not_before),
        readable(certificate.not_after)
    );
    if certificate.matches_host == Some(false) {
        text.push_str("; not for this host");
    }
    if !certificate.valid_at_handshake {
        text.push_str("; not valid at the time of the handshake");
    }
    text.push_str(&format!("; serial {}, SHA-256 {}", certificate.serial, certificate.sha256));
    visible(&text).into_owned()
}

/// Returns what a side of the inputs has to say about an attempt that it did not see, or sees otherwise.
pub(super) fn notes(attempt: &Attempt) -> impl Iterator<Item = (&'static str, &str)> {
    let conflict = attempt.conflict.as_deref().map(|text| ("Log and capture disagree", text));
    let unseen = if attempt.sources.contains(&Source::Log) { "Not in the capture" } else { "Not in the log" };
    let unsure = attempt.confidence_reasons.iter().map(|reason| ("Not sure because", reason.as_str()));
    conflict.into_iter().chain(attempt.missing_source.as_deref().map(move |text| (unseen, text))).chain(unsure)
}
