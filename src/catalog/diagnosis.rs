//! The catalog's texts with the names of one attempt or incident in them.

use super::advice::advice;
use super::changes::{look_at, matters};
use super::context::{Blank, Context, date};
use super::of_node::of_node;
use super::{Only, capital, entry, fill};
use crate::model::authority::with_port;
use crate::model::count::nouns;
use crate::model::outcome::{DnsDetail, OtherDetail, Outcome, ProxyDetail, ResetDetail, TlsDetail, UnknownDetail};
use crate::model::report::{Change, Diagnosis, Flow, Tls};

/// Returns what an outcome means for this attempt, in one sentence, and what to do.
pub fn diagnosis(outcome: Outcome, context: &Context<'_>) -> Diagnosis {
    let entry = entry(outcome.name(), outcome.detail().as_deref());
    let failed = outcome.name().is_failure();
    let mut remedy = if failed { advice(context) } else { Vec::new() };
    // Nothing is asked of the server's name where no remedy depends on it, as after a success.
    let depends = entry.remedy.iter().any(|remedy| matches!(remedy.only, Only::Vendor(_)));
    let vendor = if depends { context.vendor() } else { None };
    let of_vendor = vendor.is_some_and(|vendor| entry.remedy.iter().any(|r| r.only == Only::Vendor(vendor)));
    let specific = !remedy.is_empty() || of_vendor;
    let suiting = entry.remedy.iter().filter(|remedy| context.suits(outcome.name(), remedy, specific));
    remedy.extend(suiting.map(|remedy| fill(&remedy.text(), context)));
    if failed {
        remedy.splice(0..0, of_node(outcome, context));
    }
    Diagnosis { summary: summary(outcome, context), remedy }
}

/// Returns what a run of failures means: the diagnosis of its first attempt, with what changed since the last success put
/// first.
///
/// `attempts` is their number; `resolved` says that a success followed.
pub fn incident_diagnosis(
    outcome: Outcome,
    context: &Context<'_>,
    attempts: usize,
    changes: &[Change],
    resolved: bool,
) -> Diagnosis {
    let Diagnosis { mut summary, remedy } = diagnosis(outcome, context);
    if attempts > 1 {
        summary.push_str(&format!(" {attempts} attempts in a row ended this way."));
    }
    if resolved {
        summary.push_str(" A later attempt succeeded.");
    }
    let mut lines: Vec<String> = changes.iter().filter(|change| matters(outcome, &change.what)).map(look_at).collect();
    lines.extend(remedy);
    Diagnosis { summary, remedy: lines }
}

/// Makes the first letter a capital, unless the sentence begins with a name.
fn sentence(text: String) -> String {
    if text.starts_with("the ") { capital(&text) } else { text }
}

/// Returns one sentence with the names of the attempt.
fn summary(outcome: Outcome, context: &Context<'_>) -> String {
    let say = |template: &str| sentence(fill(template, context));
    let named = context.server.is_some_and(|server| server.host.is_some());
    match outcome {
        Outcome::Success => say("{server} answered with status 200."),
        Outcome::Http401 => say("{server} rejected ISE's credentials (401)."),
        Outcome::Http404 => say(
            "{server} does not know the path that ISE asked for (404): the Instance Name is wrong or the instance no longer exists.",
        ),
        Outcome::HttpError(status) => match status {
            Some(status @ 300..=399) => {
                say(&format!("{{server}} redirected ISE elsewhere ({status}) instead of answering."))
            }
            Some(status) => say(&format!("{{server}} answered with status {status}.")),
            None => say("{server} answered with an error."),
        },
        Outcome::DnsFailure(_) if !named => "The name of the MDM server did not resolve.".to_owned(),
        Outcome::DnsFailure(detail) => match detail {
            None => say("The name {host} did not resolve."),
            Some(DnsDetail::NxDomain) => say("The name {host} does not exist, according to {resolver} (NXDOMAIN)."),
            Some(DnsDetail::ServFail) => say("{resolver} failed to resolve {host} (SERVFAIL)."),
            Some(DnsDetail::Refused) => say("{resolver} refused to resolve {host} (REFUSED)."),
            Some(DnsDetail::NoData) => say("The name {host} exists but has no address, according to {resolver}."),
            Some(DnsDetail::NoAnswer) => {
                let queries: usize = context.dns.iter().map(|dns| dns.queries).sum();
                say(&match queries {
                    0 => "No DNS server answered for {host}.".to_owned(),
                    1 => "{resolver} did not answer the query for {host}.".to_owned(),
                    n => format!("{{resolver}} did not answer {n} queries for {{host}}."),
                })
            }
        },
        Outcome::SynTimeout => syn_timeout(context),
        Outcome::ConnectionRefused => match context.flow {
            Some(flow) => format!("{} refused the connection with RST.", peer(context, flow)),
            None => say("The connection to {server} was refused."),
        },
        Outcome::Unreachable(_) => match context.flow.and_then(|flow| Some((flow, flow.icmp.as_ref()?))) {
            Some((flow, icmp)) => format!(
                "{} reported that {} cannot be reached: {} (type {}, code {}).",
                icmp.from, flow.server, icmp.meaning, icmp.icmp_type, icmp.code
            ),
            None => say("The node has no route to {server}."),
        },
        Outcome::ConnectionReset(detail) => {
            let by = context
                .flow
                .and_then(|flow| flow.closed_by.as_deref())
                .map(|by| format!(" ({by})"))
                .unwrap_or_default();
            let when = match detail {
                Some(ResetDetail::DuringHandshake) => "during the TLS handshake",
                Some(ResetDetail::AfterRequest) => "after the request and before the answer",
                None => "before an answer arrived",
            };
            say("The connection to {server} was cut ") + when + &by + "."
        }
        Outcome::TlsFailure(detail) => tls_failure(detail, context),
        Outcome::ReadTimeout => {
            let wait = context.duration_ms.map(|ms| format!(" ({})", seconds(ms))).unwrap_or_default();
            say("{server} accepted the request but did not answer in time") + &wait + "."
        }
        Outcome::ProxyError(detail) => say(&match detail {
            Some(ProxyDetail::Status(status)) => {
                format!("{{proxy}} refused to connect to {{server}} (status {status}).")
            }
            Some(ProxyDetail::Unreachable) => "{proxy} could not be reached.".to_owned(),
            Some(ProxyDetail::Refused) => "{proxy} refused the connection: its port is closed.".to_owned(),
            None => "{proxy} did not let the connection to {server} through.".to_owned(),
        }),
        Outcome::OtherFailure(detail) => {
            let words =
                context.reason.map(|reason| format!(": {}", reason.trim_end_matches(['.', ' ']))).unwrap_or_default();
            say(match detail {
                Some(OtherDetail::ConnectionPool) => {
                    "The node's own connection pool had no free connection for the request to {server}"
                }
                Some(OtherDetail::Redirect) => "{server} redirected ISE from one URL to the next without answering",
                Some(OtherDetail::UnexpectedAnswer) => {
                    "{server} answered with status 200, but not with an answer of the MDM API"
                }
                Some(OtherDetail::TokenRefused) => "{server} refused to issue a token",
                Some(OtherDetail::Local) => "The node itself could not start the connection to {server}",
                None => "The request to {server} failed",
            }) + &words
                + "."
        }
        Outcome::Unknown(detail) => say(match detail {
            Some(UnknownDetail::Encrypted) => {
                "{server} was reached and answered, but the answer is encrypted and no log tells its status."
            }
            Some(UnknownDetail::Incomplete) => {
                "The evidence of this attempt to reach {server} is incomplete, so its result is not known."
            }
            None => "Nothing proves how this attempt to reach {server} ended.",
        }),
    }
}

fn syn_timeout(context: &Context<'_>) -> String {
    let Some(flow) = context.flow else {
        let silent = if context.on_the_wire() { "" } else { "; only a capture can show who did not answer" };
        return fill("The connection to {server} timed out", context) + silent + ".";
    };
    let syns = flow.syn_retransmissions.saturating_add(1);
    let within = match flow.syn_schedule_ms.last() {
        Some(last) if syns > 1 => format!(" over {}", seconds(*last)),
        _ => String::new(),
    };
    let others =
        context.other_flows.iter().filter(|other| other.connect_ms.is_none() && other.server != flow.server).count();
    let others = match others {
        0 => String::new(),
        1 => "; another address did not answer either".to_owned(),
        n => format!("; {n} other addresses did not answer either"),
    };
    format!("{} never answered {syns} {}{within}{others}.", peer(context, flow), nouns(&syns, "SYN"))
}

fn tls_failure(detail: Option<TlsDetail>, context: &Context<'_>) -> String {
    let say = |template: &str| sentence(fill(template, context));
    let tls: Option<&Tls> = context.flow.and_then(|flow| flow.tls.as_ref());
    let certificate = tls.and_then(|tls| tls.certificate.as_ref());
    let alert = tls
        .and_then(|tls| tls.alert.as_ref())
        .map(|alert| format!(" (alert {} from the {})", alert.description, alert.from.as_str()))
        .unwrap_or_default();
    match (detail, certificate) {
        (Some(TlsDetail::UntrustedCertificate), Some(certificate)) if certificate.self_signed => {
            say("ISE does not trust the certificate of {server}, which is self-signed.")
        }
        (Some(TlsDetail::UntrustedCertificate), Some(_)) => {
            say("ISE does not trust the certificate of {server}, issued by {issuer}.")
        }
        (Some(TlsDetail::UntrustedCertificate), None) => say("ISE does not trust the certificate of {server}."),
        (Some(TlsDetail::HostnameMismatch), Some(certificate)) if !certificate.names.is_empty() => {
            say("The certificate of {server} is for {names}, not for {host}.")
        }
        (Some(TlsDetail::HostnameMismatch), _) => {
            say("The certificate of {server} does not carry the name that ISE connects to.")
        }
        (Some(TlsDetail::ExpiredCertificate), Some(certificate)) if !certificate.valid_at_handshake => say(&format!(
            "The certificate of {{server}} was not valid at the time: it is valid from {} to {}.",
            date(certificate.not_before),
            date(certificate.not_after)
        )),
        (Some(TlsDetail::ExpiredCertificate), _) => {
            say("A certificate of {server} was not valid at the time, according to the node's clock.")
        }
        (Some(TlsDetail::ProtocolVersion), _) => say("ISE and {server} have no TLS version in common") + &alert + ".",
        (Some(TlsDetail::HandshakeFailure), _) => {
            say("ISE and {server} could not agree on TLS parameters") + &alert + "."
        }
        (Some(TlsDetail::HandshakeTimeout), _) => {
            say("The connection to {server} was established, but the TLS handshake was met with silence.")
        }
        (Some(TlsDetail::RevokedCertificate), _) => say("The certificate of {server} is revoked") + &alert + ".",
        (Some(TlsDetail::RevocationUnknown), _) => {
            say("ISE could not check whether the certificate of {server} is revoked.")
        }
        (Some(TlsDetail::WeakCertificate), _) => {
            say("ISE rejects the algorithms, keys or usage in the certificate chain of {server}") + &alert + "."
        }
        (Some(TlsDetail::UnrecognizedName), _) => {
            say("{server} does not know the name {host} that ISE asked for in TLS") + &alert + "."
        }
        (Some(TlsDetail::ClientCertificate), _) => {
            say("{server} requires a client certificate and rejected what ISE sent") + &alert + "."
        }
        (Some(TlsDetail::NotTls), _) => say("{server} answered in clear text: it does not speak TLS on this port."),
        (None, _) => say("The TLS handshake with {server} failed") + &alert + ".",
    }
}

/// Returns the other end of a connection, with the server's name where the address does not tell it.
fn peer(context: &Context<'_>, flow: &Flow) -> String {
    let server = context.words(Blank::Server);
    let host = context.server.and_then(|server| server.host.as_deref());
    let proxy = context.proxy.and_then(|proxy| Some(with_port(proxy.address.as_deref()?, proxy.port)));
    let peer = flow.server.to_string();
    if host.is_none() || server == peer || proxy.as_ref() == Some(&peer) { peer } else { format!("{server} ({peer})") }
}

/// Writes milliseconds as seconds, or as milliseconds when there are few of them.
fn seconds(ms: f64) -> String {
    if ms < 1000.0 { format!("{ms:.0} ms") } else { format!("{:.1} s", ms / 1000.0) }
}
