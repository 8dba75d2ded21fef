use std::borrow::Cow;

use super::*;
use crate::model::mdm::{RequestKind, Vendor};
use crate::model::outcome::{DnsDetail, OtherDetail, Outcome, ProxyDetail, TlsDetail, UnreachableDetail};
use crate::model::report::{Change, Proxy, Server};

fn server(host: &str, url: Option<&str>) -> Server {
    Server { host: Some(host.to_owned()), port: Some(443), url: url.map(str::to_owned), addresses: vec![] }
}

/// Returns every detail that the design's table names, as `Outcome` spells it.
fn details() -> Vec<Outcome> {
    use crate::model::outcome::{ResetDetail, UnknownDetail};
    let mut all = vec![Outcome::HttpError(Some(503)), Outcome::HttpError(Some(302)), Outcome::HttpError(Some(403))];
    all.extend(
        [DnsDetail::NxDomain, DnsDetail::ServFail, DnsDetail::Refused, DnsDetail::NoData, DnsDetail::NoAnswer]
            .map(|detail| Outcome::DnsFailure(Some(detail))),
    );
    all.extend(
        [UnreachableDetail::Host, UnreachableDetail::Network, UnreachableDetail::AdminProhibited]
            .map(|detail| Outcome::Unreachable(Some(detail))),
    );
    all.extend([ResetDetail::DuringHandshake, ResetDetail::AfterRequest].map(|d| Outcome::ConnectionReset(Some(d))));
    all.extend(TlsDetail::ALL.iter().map(|&detail| Outcome::TlsFailure(Some(detail))));
    all.extend(OtherDetail::ALL.iter().map(|&detail| Outcome::OtherFailure(Some(detail))));
    all.extend(
        [
            ProxyDetail::Status(407),
            ProxyDetail::Status(403),
            ProxyDetail::Status(502),
            ProxyDetail::Status(504),
            ProxyDetail::Unreachable,
            ProxyDetail::Refused,
        ]
        .map(|detail| Outcome::ProxyError(Some(detail))),
    );
    all.extend([UnknownDetail::Encrypted, UnknownDetail::Incomplete].map(|d| Outcome::Unknown(Some(d))));
    all
}

#[test]
fn every_outcome_and_every_detail_has_an_entry_of_its_own() {
    for outcome in OutcomeName::ALL {
        assert_eq!((entry(outcome, None).outcome, entry(outcome, None).detail), (outcome, None));
    }
    for outcome in details() {
        let found = entry(outcome.name(), outcome.detail().as_deref());
        assert_eq!(found.outcome, outcome.name());
        assert!(found.detail.is_some(), "{outcome} has no entry");
    }
}

#[test]
fn an_unknown_detail_falls_back_to_the_outcome() {
    assert_eq!(entry(OutcomeName::HttpError, Some("418")).detail, None);
    assert_eq!(entry(OutcomeName::ProxyError, Some("ünï")).detail, None);
}

#[test]
fn every_text_is_whole_and_fills_every_blank() {
    for entry in entries() {
        let lines = entry.proof.iter().chain(entry.causes).map(|line| Cow::from(*line));
        let texts = [entry.title, entry.meaning].into_iter().map(Cow::from);
        for text in texts.chain(lines).chain(entry.remedy.iter().map(Remedy::text)) {
            let filled = fill(&text, &Context::default());
            assert!(!filled.is_empty() && !filled.contains(['{', '}']), "{}: {filled}", entry.name());
            assert!(!filled.contains("  "), "{}: two spaces in {filled}", entry.name());
        }
        for line in entry.proof {
            assert!(line.starts_with("Log: ") || line.starts_with("Wire: "), "{}: {line}", entry.name());
        }
        assert!(!entry.proof.is_empty() && !entry.remedy.is_empty(), "{}", entry.name());
    }
}

#[test]
fn a_diagnosis_names_what_the_attempt_shows() {
    let server = server(
        "tenant.jamfcloud.com",
        Some("https://tenant.jamfcloud.com:443/networkIntegrationEndpoint/7/ciscoise/mdminfo/"),
    );
    let proxy = Proxy { address: Some("192.0.2.8".into()), port: Some(3128) };
    let context = Context { server: Some(&server), proxy: Some(&proxy), ..Context::default() };
    let found = diagnosis(Outcome::Http404, &context);
    assert!(found.summary.contains("tenant.jamfcloud.com:443"), "{}", found.summary);
    assert!(
        found.remedy.iter().any(|line| line.contains("its Instance Name is /networkIntegrationEndpoint/7:")),
        "{:#?}",
        found.remedy
    );
    let found = diagnosis(Outcome::ProxyError(Some(ProxyDetail::Status(407))), &context);
    assert_eq!(found.summary, "192.0.2.8:3128 refused to connect to tenant.jamfcloud.com:443 (status 407).");
}

/// Returns what to do, of an attempt of this kind at this host.
fn remedies(outcome: Outcome, host: &str, kind: RequestKind) -> Vec<String> {
    let server = server(host, None);
    diagnosis(outcome, &Context { server: Some(&server), kind: Some(kind), ..Context::default() }).remedy
}

const VENDORS: [(&str, Vendor); 13] = [
    ("tenant.jamfcloud.com", Vendor::Jamf),
    ("graph.microsoft.com", Vendor::Intune),
    ("graph.microsoft.us", Vendor::Intune),
    ("microsoftgraph.chinacloudapi.cn", Vendor::Intune),
    ("graph.microsoft.de", Vendor::Intune),
    ("n1.meraki.com", Vendor::Meraki),
    ("as1.awmdm.com", Vendor::WorkspaceOne),
    ("core.mobileiron.com", Vendor::Ivanti),
    ("services.fiberlink.com", Vendor::MaaS360),
    ("acme.xm.cloud.com", Vendor::Citrix),
    ("acme.mobicontrolcloud.com", Vendor::Soti),
    ("sccm1.example.com", Vendor::ConfigurationManager),
    ("jamf.example.com", Vendor::Jamf),
];

#[test]
fn advice_for_another_vendor_is_left_out() {
    for outcome in details().into_iter().chain([Outcome::Http401, Outcome::Http404]) {
        for (host, vendor) in VENDORS {
            for line in remedies(outcome, host, RequestKind::ServerInfo) {
                for (_, other) in VENDORS.into_iter().filter(|(_, other)| *other != vendor) {
                    assert!(!line.starts_with(place(other)), "{outcome} at {host}: {line}");
                }
            }
        }
    }
}

#[test]
fn each_vendor_has_advice_of_its_own_and_an_unknown_one_neutral_advice() {
    for (host, vendor) in VENDORS {
        let lines = remedies(Outcome::Http401, host, RequestKind::ServerInfo);
        assert!(lines.iter().any(|line| line.starts_with(place(vendor))), "{host}: {lines:#?}");
        assert!(lines.iter().all(|line| !line.starts_with("In the MDM server's console")), "{host}: {lines:#?}");
    }
    for host in ["mdm.example.com", "notjamfcloud.com"] {
        let lines = remedies(Outcome::Http401, host, RequestKind::ServerInfo);
        assert!(lines[0].starts_with("In the MDM server's console"), "{lines:#?}");
        assert!(lines.iter().any(|line| line.starts_with("In Jamf Pro")), "{lines:#?}");
        assert!(lines.iter().all(|line| !line.starts_with("With Microsoft Intune")), "{lines:#?}");
    }
}

#[test]
fn the_known_facts_of_vendors_are_told_with_their_sources() {
    let all = |host| remedies(Outcome::Http401, host, RequestKind::ServerInfo).join(" ");
    let jamf = all("tenant.jamfcloud.com");
    assert!(jamf.contains("can be integrated with Jamf Pro 10.42.0 or later"), "{jamf}");
    assert!(jamf.contains("3.0 or earlier releases cannot be integrated with Jamf Pro 10.42.0 or later"), "{jamf}");
    assert!(all("core.mobileiron.com").contains("`Cisco ISE Operations` (Ivanti"));
    assert!(all("sccm1.example.com").contains("WMI"));
}

#[test]
fn a_device_query_gets_advice_for_a_policy_service_node() {
    for outcome in details().into_iter().chain([Outcome::Http401, Outcome::Http404, Outcome::SynTimeout]) {
        for kind in [RequestKind::DeviceQuery, RequestKind::CompliancePoll] {
            for line in remedies(outcome, "tenant.jamfcloud.com", kind) {
                assert!(!line.contains("press Test Connection"), "{outcome}: {line}");
            }
        }
    }
    let query = remedies(Outcome::SynTimeout, "tenant.jamfcloud.com", RequestKind::DeviceQuery).join(" ");
    assert!(
        query.contains("every policy service node") && query.contains("In the CLI of the policy service node"),
        "{query}"
    );
    let test = remedies(Outcome::SynTimeout, "tenant.jamfcloud.com", RequestKind::ServerInfo).join(" ");
    assert!(!test.contains("policy service node"), "{test}");
    let unknown = remedies(Outcome::Unknown(None), "tenant.jamfcloud.com", RequestKind::DeviceQuery).join(" ");
    assert!(unknown.contains("external-mdm to TRACE on the policy service node"), "{unknown}");
}

#[test]
fn the_words_of_a_query_over_wmi_tell_configuration_manager() {
    let server = Server::default();
    let reason = Some("Access is denied, please check whether the [domain-username-password] are correct");
    let context = Context { server: Some(&server), reason, ..Context::default() };
    let lines = diagnosis(Outcome::OtherFailure(None), &context).remedy;
    assert!(lines[0].starts_with("On the Configuration Manager site server"), "{lines:#?}");
}

#[test]
fn a_code_of_entra_id_stands_in_place_of_guesses() {
    let server = server("login.microsoftonline.com", None);
    let reason =
        Some("AADSTS700027: The certificate used to sign the client assertion is not registered on application.");
    let context = Context { server: Some(&server), reason, ..Context::default() };
    let found = diagnosis(Outcome::OtherFailure(Some(OtherDetail::TokenRefused)), &context);
    assert!(found.remedy[0].starts_with("AADSTS700027 means"), "{:#?}", found.remedy);
    assert!(found.remedy.iter().all(|line| !line.contains("show ntp")), "{:#?}", found.remedy);
    assert!(found.summary.ends_with("on application."), "{}", found.summary);
}

#[test]
fn new_failures_of_tls_do_not_get_the_advice_of_old_ones() {
    let all =
        |detail| remedies(Outcome::TlsFailure(Some(detail)), "mdm.example.com", RequestKind::ServerInfo).join(" ");
    assert!(!all(TlsDetail::NotTls).contains("cipher"));
    for detail in [TlsDetail::RevocationUnknown, TlsDetail::RevokedCertificate] {
        assert!(!all(detail).to_lowercase().contains("import the"), "{}", all(detail));
    }
    assert!(all(TlsDetail::RevocationUnknown).contains("OCSP"));
    assert!(all(TlsDetail::UnrecognizedName).contains("names that it serves"));
    assert!(all(TlsDetail::ClientCertificate).contains("client certificate"));
}

#[test]
fn advice_about_what_was_not_seen_is_left_out() {
    let server = server("mdm.example.com", None);
    let context = Context { server: Some(&server), ..Context::default() };
    let lines = diagnosis(Outcome::Unreachable(None), &context).remedy;
    assert!(!lines.is_empty() && lines.iter().all(|line| !line.contains("the device")), "{lines:#?}");
    let lines = diagnosis(Outcome::ReadTimeout, &context).remedy;
    assert!(lines.iter().all(|line| !line.contains("the proxy")), "{lines:#?}");
}

#[test]
fn a_name_that_looks_like_a_blank_stays_a_name() {
    let server = server("{proxy}{host}{", None);
    let context = Context { server: Some(&server), ..Context::default() };
    assert_eq!(fill("a {host} b {nothing} {", &context), "a {proxy}{host}{ b {nothing} {");
}

#[test]
fn what_changed_since_the_last_success_comes_first() {
    let server = server("mdm.example.com", None);
    let context = Context { server: Some(&server), ..Context::default() };
    let change = |what: &str| Change { what: what.into(), before: Some("old".into()), after: Some("new".into()) };
    let found = incident_diagnosis(Outcome::SynTimeout, &context, 3, &[change("certificate"), change("proxy")], true);
    assert_eq!(
        found.remedy[0],
        "In ISE, Administration > System > Settings > Proxy: the proxy changed since the last success, from old to new. Check that first."
    );
    assert!(found.remedy.iter().all(|line| !line.contains("certificate changed")));
    assert!(
        found.summary.ends_with("3 attempts in a row ended this way. A later attempt succeeded."),
        "{}",
        found.summary
    );
}

#[test]
fn a_topic_is_read_in_each_of_its_spellings() {
    let topic = |text: &str| text.parse::<Topic>().map(|topic| (topic.outcome, topic.detail));
    assert_eq!(topic("syn_timeout"), Ok((OutcomeName::SynTimeout, None)));
    assert_eq!(topic("SYN-timeout"), Ok((OutcomeName::SynTimeout, None)));
    assert_eq!(topic("http_error/504"), Ok((OutcomeName::HttpError, Some("504".into()))));
    assert_eq!(topic("nxdomain"), Ok((OutcomeName::DnsFailure, Some("nxdomain".into()))));
    assert_eq!(topic("404"), Ok((OutcomeName::Http404, None)));
    assert_eq!(topic("401"), Ok((OutcomeName::Http401, None)));
    assert_eq!(topic("503"), Ok((OutcomeName::HttpError, Some("503".into()))));
    assert_eq!(topic("407"), Ok((OutcomeName::ProxyError, Some("407".into()))));
    assert_eq!(topic("DNS"), Ok((OutcomeName::DnsFailure, None)));
    assert!(topic("199").is_err() && topic("204").is_err());
    assert_eq!(topic("syn_timout").unwrap_err(), "`syn_timout` is not an outcome; did you mean `syn_timeout`?");
    assert!(topic("refused").unwrap_err().contains("several outcomes"));
    assert!(topic("dns_failure/refusd").unwrap_err().contains("nxdomain, servfail, refused"));
    assert!(topic("syn_timeout/x").unwrap_err().contains("no details"));
    assert!(topic(&"x".repeat(1000)).unwrap_err().contains("lists them"));
}

#[test]
fn explanations_fit_the_width_and_json_parses() {
    for entry in entries() {
        let topic = Topic { outcome: entry.outcome, detail: entry.detail.map(str::to_owned) };
        let text = explain(&topic, ExplainFormat::Text, 80);
        assert!(text.lines().all(|line| line.chars().count() <= 80 || !line.trim().contains(' ')), "{text}");
        let json: serde_json::Value = serde_json::from_str(&explain(&topic, ExplainFormat::Json, 80)).unwrap();
        assert_eq!(json["title"], entry.title);
    }
    assert!(list(ExplainFormat::Text, 80).lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn an_explanation_reads_like_this() {
    insta::assert_snapshot!(explain(&"syn_timeout".parse().unwrap(), ExplainFormat::Text, 100));
    insta::assert_snapshot!(list(ExplainFormat::Text, 100));
}

#[test]
fn the_page_of_outcomes_is_in_step_with_the_catalog() {
    let page = list(ExplainFormat::Markdown, 0);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/outcomes.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).unwrap();
        std::fs::write(path, &page).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == page, "docs/outcomes.md is out of step; run `UPDATE_DOCS=1 cargo test catalog`");
}
