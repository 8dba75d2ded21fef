//! A connection as the report shows it.

use crate::capture::tls::{AlertDescription, AlertLevel};
use crate::capture::{CertificateFacts, FlowSide, IcmpError, TcpFlow, TlsSession};
use crate::evidence::wire::{icmp_meaning, is_valid_at, name_for_host, side};
use crate::model::report::{Alert, Certificate, Endpoint, Flow, Icmp, Tls};
use crate::model::time::Timestamp;

use super::community_id;

/// Returns the connection; `host` is whom it is for.
pub(super) fn flow(flow: &TcpFlow, host: Option<&str>) -> Flow {
    let first_syn = flow.syns.first().map(|syn| syn.time);
    Flow {
        input: flow.first.input,
        stream: flow.stream,
        client: flow.client,
        server: flow.server,
        community_id: community_id::of_tcp(flow.client, flow.server),
        first_frame: flow.first.frame,
        last_frame: flow.last.frame,
        last_input: Some(flow.last.input).filter(|input| *input != flow.first.input),
        syn_retransmissions: flow.syns.len().saturating_sub(1) as u64,
        syn_schedule_ms: flow.syns.iter().filter_map(|syn| Some(rounded(syn.time.millis_since(first_syn?)))).collect(),
        connect_ms: first_syn.zip(flow.syn_ack).map(|(syn, ack)| rounded(ack.time.millis_since(syn))),
        bytes_to_server: flow.to_server.bytes,
        bytes_to_client: flow.to_client.bytes,
        retransmissions: flow.to_server.retransmissions + flow.to_client.retransmissions,
        missing_bytes: flow.to_server.missing + flow.to_client.missing,
        closed_by: flow
            .closes
            .first()
            .map(|close| format!("{} {}", side(close.by), if close.reset { "RST" } else { "FIN" })),
        icmp: flow.icmp.last().map(icmp),
        connect_status: flow.connect.as_ref().and_then(|connect| connect.reply.as_ref()).map(|reply| reply.status),
        tls: flow.tls.as_ref().map(|session| tls(session, host)),
    }
}

/// Microseconds are what most captures have.
pub(super) fn rounded(ms: f64) -> f64 {
    (ms * 1000.0).round() / 1000.0
}

fn icmp(error: &IcmpError) -> Icmp {
    Icmp {
        from: error.from.to_string(),
        icmp_type: error.icmp_type,
        code: error.code,
        meaning: icmp_meaning(error),
        frame: error.at.frame,
    }
}

fn tls(session: &TlsSession, host: Option<&str>) -> Tls {
    let begun = session.client_hello.map(|hello| hello.time);
    let alert = session
        .alerts
        .iter()
        .find(|alert| alert.code.is_none_or(|(_, description)| description != AlertDescription::CLOSE_NOTIFY));
    // An encrypted alert behind the handshake is the close_notify of a peaceful end.
    let alert = alert.filter(|alert| alert.code.is_some() || session.established.is_none_or(|done| alert.at < done));
    Tls {
        version: session.version.map(|version| version.name().into_owned()),
        sni: session.sni.clone(),
        alpn: session.alpn.clone(),
        cipher: session.cipher.map(|cipher| cipher.name().into_owned()),
        resumed: session.resumed,
        handshake_ms: begun.zip(session.established).map(|(hello, done)| rounded(done.time.millis_since(hello))),
        alert: alert.map(|alert| Alert {
            from: if alert.by == FlowSide::Client { Endpoint::Client } else { Endpoint::Server },
            level: match alert.code {
                Some((AlertLevel::FATAL, _)) => "fatal",
                Some(_) => "warning",
                None => "encrypted",
            }
            .to_owned(),
            description: alert
                .code
                .map_or_else(|| "encrypted".to_owned(), |(_, description)| description.name().into_owned()),
            frame: alert.at.frame,
        }),
        certificate: session.certificate.as_ref().and_then(|(at, chain)| {
            let leaf = chain.first()?;
            Some(certificate(leaf, host.or(session.sni.as_deref()), at.time))
        }),
        decrypted: session.decrypted,
        keys_in_vain: session.keys_in_vain,
    }
}

/// Names of a certificate that each attempt shows: as many as a public CA puts into one. Each request on a connection is
/// an attempt with the certificate.
const SHOWN_NAMES: usize = 100;

fn certificate(facts: &CertificateFacts, host: Option<&str>, seen: Timestamp) -> Certificate {
    let for_host = host.and_then(|host| name_for_host(facts, host));
    let names = facts.names.iter().enumerate();
    let names: Vec<String> = names
        .filter(|(index, _)| *index < SHOWN_NAMES || Some(*index) == for_host)
        .map(|(_, name)| name.clone())
        .collect();
    Certificate {
        subject: facts.subject.clone(),
        issuer: facts.issuer.clone(),
        more_names: facts.names.len() - names.len(),
        names,
        not_before: facts.not_before,
        not_after: facts.not_after,
        serial: facts.serial.clone(),
        sha256: facts.sha256.clone(),
        self_signed: facts.self_signed,
        matches_host: host.map(|_| for_host.is_some()),
        valid_at_handshake: is_valid_at(facts, seen),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_with_many_names_shows_a_hundred_and_the_one_for_the_host() {
        let facts = CertificateFacts {
            subject: String::new(),
            issuer: String::new(),
            names: (0..300).map(|number| format!("host{number}.example.com")).collect(),
            not_before: Timestamp::from_nanos(0),
            not_after: Timestamp::from_nanos(0),
            serial: String::new(),
            sha256: String::new(),
            self_signed: false,
        };
        let shown = |host| {
            let shown = certificate(&facts, Some(host), Timestamp::from_nanos(0));
            (shown.names.len(), shown.more_names, shown.names.last().cloned(), shown.matches_host)
        };
        assert_eq!(shown("host250.example.com"), (101, 199, Some("host250.example.com".into()), Some(true)));
        assert_eq!(shown("host7.example.com"), (100, 200, Some("host99.example.com".into()), Some(true)));
        assert_eq!(shown("other.example.com"), (100, 200, Some("host99.example.com".into()), Some(false)));
    }
}
