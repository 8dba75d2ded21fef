//! Finds the originals that stand in fields of their own, so that they are known when they come up within texts.

use super::distinguished_name::attributes;
use super::paths::is_public_file;
use super::pseudonyms::{Originals, Pseudonyms};
use super::scan::is_known_by_looks;
use crate::model::attempts::Attempts;
use crate::model::authority::split_port;
use crate::model::mdm::DeviceCriterion;
use crate::model::member_path;
use crate::model::report::{Attempt, Certificate, Report};
use crate::model::url::Url;
use crate::ordered_parallel;

/// Shorter names of organisations and files are too likely to be ordinary words.
const SHORTEST_NAME: usize = 4;

/// Adds an original, unless it is empty.
fn add(found: &mut Originals, original: &str, pseudonym: String) {
    if !original.is_empty() {
        found.insert(original.to_lowercase(), pseudonym);
    }
}

/// Returns all originals of the report and these attempts that may come up in its texts and that no pattern would find there.
pub(super) fn originals(report: &Report, attempts: &dyn Attempts, names: &Pseudonyms) -> Originals {
    let mut found = Originals::new();
    let mut add = |original: &str, pseudonym: String| add(&mut found, original, pseudonym);
    for input in &report.inputs {
        add(&input.path, names.file_path(&input.path));
        for (name, _) in member_path::parts(&input.path) {
            if name.len() >= SHORTEST_NAME && !is_public_file(name) {
                add(name, names.file_name(name));
            }
        }
    }
    for node in &report.nodes {
        let proxy = node.proxy.as_deref().map(|proxy| split_port(proxy).map_or(proxy, |(host, _)| host));
        for host in node.hostname.as_deref().into_iter().chain(proxy) {
            add(host, names.endpoint(host));
        }
        for server in node.name_servers.iter().flatten() {
            add(server, names.endpoint(server));
        }
        for server in node.mdm_failures.iter().filter_map(|minute| minute.server.as_deref()) {
            if server.len() >= SHORTEST_NAME {
                add(server, names.attribute(server));
            }
        }
    }
    for incident in &report.incidents {
        for digits in [&incident.fingerprint, &incident.ticket_key] {
            add(digits, names.digits(digits));
        }
        if let Some(host) = &incident.server.host {
            add(host, names.endpoint(host));
        }
    }
    let nodes = report.nodes.iter();
    let of_nodes = nodes.flat_map(|node| node.hostname.iter().chain(node.name_servers.iter().flatten()));
    for host in of_nodes.chain(report.servers.iter().filter_map(|server| server.host.as_ref())) {
        add(host.trim_end_matches('.'), names.endpoint(host));
    }
    let places = 0..attempts.count();
    let add_attempt = |found: &mut Originals, place| {
        if let Some(attempt) = attempts.attempt(place) {
            add_originals_of(&attempt, names, found);
        }
    };
    ordered_parallel::gathered(places, add_attempt, |run| found.extend(run));
    found
}

/// Adds the originals of one attempt.
fn add_originals_of(attempt: &Attempt, names: &Pseudonyms, found: &mut Originals) {
    let mut add = |original: &str, pseudonym: String| add(found, original, pseudonym);
    for flow in attempt.flows() {
        for address in [flow.client.ip(), flow.server.ip()] {
            add(&address.to_string(), names.address(address).to_string());
        }
    }
    for host in hosts(attempt) {
        add(host.trim_end_matches('.'), names.endpoint(host));
    }
    for DeviceCriterion { criteria, value } in queries(attempt) {
        // MAC addresses and GUIDs are known by their looks, and there may be a hundred thousand of them.
        if value.len() >= SHORTEST_NAME && !is_known_by_looks(&value) {
            add(&value, names.query_value(&criteria, &value));
        }
    }
    if let Some(path) = attempt.api.path.as_deref().filter(|path| path.len() > 1) {
        add(path, names.path(path));
    }
    for certificate in certificates(attempt) {
        for digits in [&certificate.serial, &certificate.sha256] {
            if digits.len() >= SHORTEST_NAME {
                add(digits, names.digits(digits));
            }
        }
        for name in [&certificate.subject, &certificate.issuer] {
            add(name, names.distinguished_name(name));
            for (_, part) in attributes(name) {
                let value = part.split_once('=').map_or(part, |(_, value)| value).trim();
                if value.len() >= SHORTEST_NAME {
                    add(value, names.attribute(value));
                }
            }
        }
    }
}

/// Returns which devices an attempt asked for, as its fields and the URLs of its tries tell.
fn queries(attempt: &Attempt) -> Vec<DeviceCriterion> {
    let urls = attempt.server.url.iter().chain(attempt.tries.iter().filter_map(|tried| tried.url.as_ref()));
    let mut found: Vec<DeviceCriterion> = urls.filter_map(|url| DeviceCriterion::of_target(url)).collect();
    found.extend(attempt.query.clone());
    found
}

/// Returns all texts in an attempt that are a host's name or an address.
fn hosts(attempt: &Attempt) -> impl Iterator<Item = &str> {
    let flows = attempt.flows();
    let reporters = flows.clone().filter_map(|flow| flow.icmp.as_ref()).map(|icmp| icmp.from.as_str());
    let names = flows.filter_map(|flow| flow.tls.as_ref()).filter_map(|tls| tls.sni.as_deref());
    let dns = attempt.dns.iter().flat_map(|dns| {
        [&dns.name, &dns.resolver].into_iter().chain(&dns.answers).chain(&dns.cnames).map(String::as_str)
    });
    let proxy = attempt.proxy.as_ref().and_then(|proxy| proxy.address.as_deref());
    attempt
        .server
        .host
        .as_deref()
        .into_iter()
        .chain(attempt.server.addresses.iter().map(String::as_str))
        .chain(
            attempt
                .server
                .url
                .iter()
                .chain(attempt.tries.iter().filter_map(|t| t.url.as_ref()))
                .filter_map(|url| url_host(url)),
        )
        .chain(proxy)
        .chain(reporters)
        .chain(names)
        .chain(dns)
        .chain(certificates(attempt).flat_map(|certificate| certificate.names.iter().map(String::as_str)))
}

fn certificates(attempt: &Attempt) -> impl Iterator<Item = &Certificate> {
    attempt.flows().filter_map(|flow| flow.tls.as_ref()?.certificate.as_ref())
}

fn url_host(url: &str) -> Option<&str> {
    Some(split_port(Url::split(url).authority)?.0)
}

#[cfg(test)]
mod tests {
    use crate::model::mdm::DeviceCriterion;
    use crate::redact::redact;
    use crate::sample;

    /// The pseudonym of an attribute of a redacted name.
    fn attribute<'n>(name: &'n str, kind: &str) -> &'n str {
        name.split(',').find_map(|part| part.strip_prefix(kind)).unwrap()
    }

    #[test]
    fn what_a_field_names_has_its_pseudonym_in_the_texts() {
        let mut report = sample::report();
        let certificate = report.attempts[0].certificate().unwrap().clone();
        let path = report.inputs[0].path.clone();
        report.attempts[0].tries[0].url = Some("https://mdm9.example.org:443/ciscoise/mdminfo".into());
        report.attempts[0].reason = Some(format!(
            "Example Trust|Example Public CA G2|{}|{}|mdm9.example.org|{}|Example Trusted",
            certificate.subject,
            certificate.serial,
            path.split('!').next().unwrap(),
        ));
        redact(&mut report, Some(b"key"));
        let attempt = &report.attempts[0];
        let shown = attempt.certificate().unwrap();
        let reason: Vec<&str> = attempt.reason.as_deref().unwrap().split('|').collect();
        let url = attempt.tries[0].url.as_deref().unwrap();
        assert_eq!(reason[0], attribute(&shown.issuer, "O="));
        assert_eq!(reason[1], attribute(&shown.issuer, "CN="));
        assert_eq!(reason[2..4], [shown.subject.as_str(), shown.serial.as_str()]);
        assert!(url.starts_with(&format!("https://{}:443/", reason[4])), "{url}: {reason:?}");
        assert_eq!(Some(reason[5]), report.inputs[0].path.split('!').next());
        // A name that begins as another does is another.
        assert!(!reason[6].starts_with(reason[0]), "{reason:?}");
    }

    #[test]
    fn short_names_are_taken_for_the_words_that_they_are() {
        let mut report = sample::report();
        let tls = report.attempts[0].flow.as_mut().unwrap().tls.as_mut().unwrap();
        let certificate = tls.certificate.as_mut().unwrap();
        certificate.subject = "CN=is,O=TLS".into();
        report.inputs[0].path = "tls/is/ise-psc.log".into();
        report.attempts[0].query = Some(DeviceCriterion { criteria: "udid".into(), value: "tls".into() });
        report.attempts[0].reason = Some("TLS is closed".into());
        redact(&mut report, Some(b"key"));
        assert_eq!(report.attempts[0].reason.as_deref(), Some("TLS is closed"));
    }

    #[test]
    fn what_no_pattern_knows_has_the_pseudonym_of_its_field_in_the_texts() {
        let mut report = sample::report();
        let tls = report.attempts[0].flow.as_mut().unwrap().tls.as_mut().unwrap();
        tls.certificate.as_mut().unwrap().serial = "1f2e3d".into();
        report.nodes[0].mdm_failures[0].server = Some("Acmecorp Mobile".into());
        report.attempts[0].tries[0].url = Some("https://acmemdm:8443/ciscoise/mdminfo".into());
        report.attempts[0].api.path = Some("/acmecorp9/ciscoise".into());
        report.attempts[0].reason = Some("Acmecorp Mobile|1f2e3d|acmemdm|:/acmecorp9/ciscoise".into());
        redact(&mut report, Some(b"key"));
        let attempt = &report.attempts[0];
        let reason: Vec<&str> = attempt.reason.as_deref().unwrap().split('|').collect();
        assert_eq!(Some(reason[0]), report.nodes[0].mdm_failures[0].server.as_deref());
        assert_eq!(reason[1], attempt.certificate().unwrap().serial);
        assert_eq!(attempt.tries[0].url, Some(format!("https://{}:8443/ciscoise/mdminfo", reason[2])));
        assert_eq!(reason[3], format!(":{}", attempt.api.path.as_deref().unwrap()));
    }

    #[test]
    fn the_root_of_all_paths_is_no_name_that_ends_what_a_text_says() {
        let mut report = sample::report();
        report.attempts[0].api.path = Some("/".into());
        report.attempts[0].reason = Some("user:/ admin".into());
        redact(&mut report, Some(b"key"));
        let reason = report.attempts[0].reason.as_deref().unwrap();
        assert!(reason.starts_with("user:/ ") && !reason.contains("admin"), "{reason}");
    }
}
