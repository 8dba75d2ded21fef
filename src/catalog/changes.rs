//! What was other at the last success, as the first thing to look at.

use super::capital;
use crate::model::outcome::Outcome;
use crate::model::report::Change;

/// Returns whether a change of this kind can be what made attempts fail so.
pub(super) fn matters(outcome: Outcome, what: &str) -> bool {
    let kinds: &[&str] = match outcome {
        Outcome::Success | Outcome::Unknown(_) => &[],
        Outcome::Http401 => &["url", "path", "addresses"],
        Outcome::Http404 | Outcome::HttpError(_) => &["url", "path", "api_version", "proxy", "addresses"],
        Outcome::DnsFailure(_) => &["resolver", "url"],
        Outcome::SynTimeout | Outcome::ConnectionRefused | Outcome::Unreachable(_) => {
            &["addresses", "proxy", "resolver", "url"]
        }
        Outcome::ConnectionReset(_) | Outcome::TlsFailure(_) => {
            &["certificate", "tls_version", "proxy", "addresses", "url"]
        }
        Outcome::ReadTimeout => &["proxy", "addresses", "url", "path"],
        Outcome::ProxyError(_) => &["proxy", "url"],
        Outcome::OtherFailure(_) => &["url", "path", "proxy", "certificate"],
    };
    kinds.contains(&what)
}

/// Says what changed, and where to look.
pub(super) fn look_at(change: &Change) -> String {
    let Change { what, before, after } = change;
    let since = |thing: &str| match (before, after) {
        (Some(before), Some(after)) => format!("{thing} changed since the last success, from {before} to {after}"),
        (Some(before), None) => format!("{thing} was {before} at the last success and is not seen now"),
        (None, Some(after)) => format!("{thing} is {after} now and was not seen at the last success"),
        (None, None) => format!("{thing} changed since the last success"),
    };
    match what.as_str() {
        "proxy" => {
            let now = match (before, after) {
                (Some(before), None) => format!("the last success went through the proxy {before} and this did not"),
                (None, Some(after)) => format!("the last success went without a proxy and this through {after}"),
                _ => since("the proxy"),
            };
            format!("In ISE, Administration > System > Settings > Proxy: {now}. Check that first.")
        }
        "url" | "path" => format!(
            "In ISE, Administration > Network Resources > External MDM: {}. Check that first.",
            since(if what == "url" { "the URL" } else { "the path (Instance Name)" })
        ),
        "addresses" => {
            format!(
                "{}. Check that the new ones are the server's, and firewall rules that name addresses.",
                capital(&since("what DNS gives for the server"))
            )
        }
        "resolver" => format!("In ISE's CLI, `show running-config`: {}. Check that first.", since("the DNS server")),
        "certificate" => format!(
            "{}. Check who installed it, and that ISE trusts its issuer.",
            capital(&since("the server's certificate"))
        ),
        "api_version" => format!("{}.", capital(&since("the API version"))),
        "tls_version" => format!("{}.", capital(&since("the TLS version"))),
        other => format!("{}.", capital(&since(other))),
    }
}
