use super::*;
use crate::model::outcome::{DnsDetail, OtherDetail, Outcome, ProxyDetail, TlsDetail, UnreachableDetail};
use crate::model::report::{Change, Proxy, Server};

fn server(host: &str, url: Option<&str>) -> Server {
    Server { host: Some(host.to_owned()), port: Some(443), url: url.map(str::to_owned), addresses: vec![] }
}

/// Every detail that the design's table names, as `Outcome` spells it.
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
    all.extend(TlsDetail::ALL.map(|detail| Outcome::TlsFailure(Some(detail))));
    all.extend(OtherDetail::ALL.map(|detail| Outcome::OtherFailure(Some(detail))));
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
        let texts = [entry.title, entry.meaning]
            .into_iter()
            .chain(entry.proof.iter().chain(entry.causes).chain(entry.remedy).copied());
        for text in texts {
            let filled = fill(text, &Context::default());
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
    assert_eq!(found.summary, "192.0.2.8:3128 refused the way to tenant.jamfcloud.com:443 with status 407.");
}

#[test]
fn advice_for_another_vendor_is_left_out() {
    let has = |host: &str, start: &str| {
        let server = server(host, None);
        let context = Context { server: Some(&server), ..Context::default() };
        diagnosis(Outcome::Http401, &context).remedy.iter().any(|line| line.starts_with(start))
    };
    assert!(has("tenant.jamfcloud.com", JAMF) && !has("tenant.jamfcloud.com", INTUNE));
    assert!(!has("graph.microsoft.com", JAMF) && has("graph.microsoft.com", INTUNE));
    assert!(has("mdm.example.com", JAMF) && !has("mdm.example.com", INTUNE));
    assert!(has("notjamfcloud.com", JAMF));
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
    assert!(found.summary.ends_with("3 attempts in a row ended so. A later attempt succeeded."), "{}", found.summary);
}

#[test]
fn a_topic_is_read_in_each_of_its_spellings() {
    let topic = |text: &str| text.parse::<Topic>().map(|topic| (topic.outcome, topic.detail));
    assert_eq!(topic("syn_timeout"), Ok((OutcomeName::SynTimeout, None)));
    assert_eq!(topic("SYN-timeout"), Ok((OutcomeName::SynTimeout, None)));
    assert_eq!(topic("http_error/504"), Ok((OutcomeName::HttpError, Some("504".into()))));
    assert_eq!(topic("nxdomain"), Ok((OutcomeName::DnsFailure, Some("nxdomain".into()))));
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
