use std::collections::BTreeMap;

use super::*;
use crate::catalog;
use crate::model::mdm::DeviceCriterion;
use crate::model::report::Quality;
use crate::render::{Format, Look, TextStyle};
use crate::sample;

/// What of the sample must not be seen after redaction.
const ORIGINALS: [&str; 34] = [
    "tenant.",
    "tenannt",
    "jamfcloud",
    "192.0.2.10",
    "192.0.2.8",
    "192.0.2.53",
    "192.0.2.1",
    "198.51.100.7",
    "203.0.113.40",
    "2001:db8::7",
    "2001:db8::10",
    "mdm.example.com",
    "Example Public CA",
    "Example Trust",
    "Corporate Inspection",
    "Example Corp",
    "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    "5d41402abc4b2a76b9719d911017c592",
    "4f00000012",
    "networkIntegrationEndpoint/7",
    "networkIntegrationEndpoint/9",
    "/7/",
    "bundle.tar",
    "LQU9qZlK",
    "5f0c2a9be0d14c77",
    "jdoe",
    "pan1",
    "corp.example",
    "America/Denver",
    "02:00:5E:10:00:01",
    "02-00-5E-10-00-01",
    "02005E100001",
    "642f4df8fd2066f7",
    "no access for 02",
];

fn sample_with_texts() -> Report {
    let mut report = sample::report();
    report.warnings[0].message = "bundle.tar is cut; user=jdoe at tenant.jamfcloud.com".into();
    report.attempts[0].thread = Some("https-jsse-nio-192.0.2.10-8443-exec-5".into());
    report.attempts[6].evidence[1].display_filter = Some("ip.addr == 198.51.100.7 and tcp.port == 443".into());
    report
}

#[test]
fn no_original_is_left_in_any_format() {
    let mut report = sample_with_texts();
    for format in Format::ALL {
        let before = rendered(format, &report);
        assert!(ORIGINALS.iter().any(|original| before.contains(original)), "{format} shows none to begin with");
    }
    // A key of its own makes other pseudonyms each time, and `2001:db8::7cd2:1` has an original in it by mere chance.
    redact(&mut report, Some(b"a key whose pseudonyms begin with no original"));
    for format in Format::ALL {
        let text = rendered(format, &report);
        for original in ORIGINALS {
            assert!(!text.to_lowercase().contains(&original.to_lowercase()), "{original} in {format}:\n{text}");
        }
    }
}

fn rendered(format: Format, report: &Report) -> String {
    let mut out = Vec::new();
    format
        .rendering(&TextStyle { width: 130, verbose: true, ..TextStyle::default() }.into())
        .render(report, &mut out)
        .unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn attempts_that_are_redacted_when_they_are_asked_for_are_those_of_the_whole_report() {
    let attempts = sample::queries(300, 10).attempts;
    let head = Report { attempts: Vec::new(), ..sample::report() };
    let mut whole = Report { attempts: attempts.clone(), ..head.clone() };
    redact(&mut whole, Some(b"key"));
    for format in Format::ALL {
        let rendering = format.rendering(&Look::default());
        let (mut at_once, mut one_by_one) = (Vec::new(), Vec::new());
        rendering.render(&whole, &mut at_once).unwrap();
        redact_with(&head, &attempts, Some(b"key"), |head, attempts| {
            rendering.stream(head, attempts, &mut one_by_one).unwrap();
        });
        assert!(at_once == one_by_one, "{format}");
    }
}

#[test]
fn the_same_original_has_the_same_pseudonym_everywhere() {
    let mut report = sample_with_texts();
    redact(&mut report, Some(b"key"));
    let host = report.attempts[0].server.host.clone().unwrap();
    assert_eq!(report.incidents[0].server.host.as_ref(), Some(&host));
    assert_eq!(report.attempts[0].flow.as_ref().unwrap().tls.as_ref().unwrap().sni.as_ref(), Some(&host));
    assert!(report.attempts[0].steps[3].what.contains(&host), "{}", report.attempts[0].steps[3].what);
    assert!(report.attempts[1].diagnosis.summary.contains(&host), "{}", report.attempts[1].diagnosis.summary);
    let address = &report.attempts[1].server.addresses[0];
    assert_eq!(report.attempts[1].flow.as_ref().unwrap().server.ip().to_string(), *address);
    assert!(report.attempts[6].evidence[1].display_filter.as_ref().unwrap().contains(address.as_str()));
}

/// Makes a report of an attempt that asked for a device, which is spelled in each way somewhere.
fn device_query(criteria: &str, value: &str, spellings: &[&str]) -> Report {
    let mut report = sample::report();
    let attempt = &mut report.attempts[0];
    let url = format!(
        "https://tenant.jamfcloud.com:443/ciscoise/v3/devices/?paging=0&querycriteria={criteria}&value={value}&filter=all"
    );
    attempt.query = Some(DeviceCriterion { criteria: criteria.into(), value: value.into() });
    attempt.server.url = Some(url.clone());
    attempt.tries[0].url = Some(format!("https://tenant.jamfcloud.com/ciscoise/devices/0/{criteria}/{value}/all"));
    attempt.evidence[0].what = format!("GET: MDM Server URL: {url}");
    attempt.steps[0].what = format!("GET /ciscoise/devices/0/{criteria}/{value}/all");
    attempt.reason = Some(format!("no device with {}", spellings.join(" or ")));
    attempt.diagnosis.summary = format!("asked for {criteria} {value}.");
    report
}

#[test]
fn what_a_device_was_asked_for_by_has_one_pseudonym_wherever_it_stands() {
    for (criteria, value, spellings) in [
        ("macaddress", "02:00:5E:AA:BB:CC", &["02005eaabbcc", "02-00-5E-AA-BB-CC", "0200.5eaa.bbcc"][..]),
        ("macaddress", "02005E101112", &["02:00:5e:10:11:12"]),
        ("guid", "5A4B3C2D-1E0F-4A5B-8C7D-9E8F7A6B5C4D", &["5a4b3c2d-1e0f-4a5b-8c7d-9e8f7a6b5c4d"]),
        ("serialnumber", "C02XK1ZZJGH5", &["serial number C02XK1ZZJGH5"]),
        ("udid", "0000111122223333444455556666777788889999", &["udid=0000111122223333444455556666777788889999"]),
        ("imei", "356938035643809", &["356938035643809"]),
        ("username", "jane.roe", &["user=jane.roe", "User: jane.roe"]),
    ] {
        let mut report = device_query(criteria, value, spellings);
        redact(&mut report, Some(b"key"));
        let attempt = &report.attempts[0];
        let asked = attempt.query.clone().unwrap();
        assert!(!asked.value.is_empty() && asked.value != value);
        for url in [attempt.server.url.as_deref().unwrap(), attempt.tries[0].url.as_deref().unwrap()] {
            assert_eq!(DeviceCriterion::of_target(url).as_ref(), Some(&asked), "{url}");
        }
        let said = attempt.reason.as_deref().unwrap();
        assert_eq!(said.matches(&asked.value).count(), spellings.len(), "{said} for {asked:?}");
        for text in [&attempt.evidence[0].what, &attempt.steps[0].what, &attempt.diagnosis.summary] {
            assert!(text.contains(&asked.value), "{text} for {asked:?}");
        }
        let all = serde_json::to_string(&report).unwrap().to_lowercase();
        for original in spellings.iter().chain([&value]) {
            let original = original.rsplit([' ', '=']).next().unwrap();
            assert!(!all.contains(&original.to_lowercase()), "{original}");
        }
    }
}

#[test]
fn the_filter_of_a_capture_names_no_host() {
    let mut report = sample::report();
    report.inputs[1].quality =
        Some(Quality { capture_filter: Some("host mdm.acmecorp.com and tcp".into()), ..Quality::default() });
    redact(&mut report, Some(b"key"));
    let filter = report.inputs[1].quality.as_ref().unwrap().capture_filter.as_deref().unwrap();
    assert!(filter.starts_with("host ") && filter.ends_with(" and tcp") && !filter.contains("acmecorp"), "{filter}");
}

#[test]
fn a_key_makes_pseudonyms_that_hold_over_reports_and_no_key_ones_that_do_not() {
    let host = |key: Option<&[u8]>| {
        let mut report = sample::report();
        redact(&mut report, key);
        report.attempts[0].server.host.clone().unwrap()
    };
    assert_eq!(host(Some(b"one")), host(Some(b"one")));
    assert_ne!(host(Some(b"one")), host(Some(b"two")));
    assert_ne!(host(None), host(None));
}

#[test]
fn shapes_are_kept() {
    let mut report = sample::report();
    redact(&mut report, Some(b"key"));
    let first = &report.attempts[0];
    let url = first.server.url.as_deref().unwrap();
    assert!(url.starts_with("https://host-") && url.contains(".example:443/networkIntegrationEndpoint/p-"), "{url}");
    assert!(url.ends_with("/ciscoise/mdminfo/?ise_api_version=3"), "{url}");
    assert!(first.server.addresses[0].parse::<std::net::Ipv4Addr>().is_ok());
    assert!(report.attempts[8].flow.as_ref().unwrap().client.is_ipv6());
    let names = &first.certificate().unwrap().names;
    assert_eq!(names[0], format!("*.{}", names[1]));
    assert!(first.server.host.as_deref().unwrap().ends_with(&names[1]));
    assert_eq!(first.certificate().unwrap().sha256.len(), 64);
    assert_eq!(report.inputs[0].path.rsplit('!').next(), Some("support/ise-psc.log"));
    assert!(report.inputs[0].path.starts_with("file-") && report.inputs[0].path.contains(".tar!"));
}

#[test]
fn what_the_verdict_rests_on_stays_readable() {
    let mut report = sample::report();
    let before = report.clone();
    redact(&mut report, Some(b"key"));
    for (redacted, original) in report.attempts.iter().zip(&before.attempts) {
        assert_eq!(redacted.outcome, original.outcome);
        assert_eq!(redacted.started_at, original.started_at);
        assert_eq!(redacted.evidence.len(), original.evidence.len());
        assert_eq!(redacted.diagnosis.remedy.len(), original.diagnosis.remedy.len());
    }
    assert_eq!(
        report.attempts[4].evidence[2].what,
        "Connection Failed: 404:Not Found: the MDM server is not reachable"
    );
    assert_eq!(report.attempts[6].evidence[3].what, before.attempts[6].evidence[3].what);
}

#[test]
fn hostile_text_is_redacted_too() {
    for payload in ["", "\u{1b}[31m", "a=b,c\\,=d+", "[::1", "://", "@", "..", "%", "ß/ü?é#à"] {
        let mut report = sample::hostile(payload);
        redact(&mut report, Some(b""));
        for format in Format::ALL {
            assert!(!rendered(format, &report).is_empty());
        }
    }
}

#[test]
fn the_programs_own_sentences_stay_as_they_are() {
    let names = Pseudonyms::new(b"key".to_vec(), Shape::Telling);
    let scanner = Scanner::new(&names, BTreeMap::new());
    let mut changed = Vec::new();
    for entry in catalog::entries() {
        let texts = entry.remedy.iter().map(|remedy| catalog::fill(&remedy.text(), &catalog::Context::default()));
        for text in texts.chain([entry.meaning.to_owned()]) {
            let redacted = scanner.redacted(&text);
            if redacted != text {
                changed.push(format!("{text}\n{redacted}"));
            }
        }
    }
    assert!(changed.is_empty(), "{}", changed.join("\n\n"));
}

#[test]
fn the_words_by_which_failures_are_told_apart_stay_as_they_are() {
    let names = Pseudonyms::new(b"key".to_vec(), Shape::Telling);
    let scanner = Scanner::new(&names, BTreeMap::new());
    // A class without its package is no class.
    for (words,) in crate::log::failure_words().filter(|(words,)| !words.contains(".auth")) {
        assert_eq!(scanner.redacted(words), words);
    }
}

/// Names of an organisation, its people and its devices, in forms that no pattern knows.
#[test]
fn what_is_not_known_to_be_harmless_goes() {
    let names = Pseudonyms::new(b"key".to_vec(), Shape::Telling);
    let scanner = Scanner::new(&names, BTreeMap::new());
    for (text, originals) in [
        ("host ise1.acmecorp.zip and cisco.acmecorp.Local failed", &["acmecorp"][..]),
        ("ISE-ACMECORP-01: Name or service not known", &["ACMECORP"]),
        ("user ACMECORP\\jdoe locked", &["ACMECORP", "jdoe"]),
        ("uid=jdoe,ou=people,dc=acmecorp,dc=com CN=John Doe", &["jdoe", "acmecorp", "John", "Doe"]),
        ("ip-10-99-88-77 and 010.099.088.077 and 0:50:56:99:88:77", &["10-99", "010.099", "56:99"]),
        ("SN C02XK1ZZJG99, serial number=[ 4f00 9988 7766]", &["JG99", "9988"]),
        ("deviceId: 12345, imei 490154203237599, phone +49 151 99887766", &["12345", "490154", "99887766"]),
        (
            "file C:\\Users\\jdoe\\acmecorp\\x.tar and file:/home/jdoe/x.tar and ~/acmecorp/x",
            &["jdoe", "acmecorp", "Users", "home"],
        ),
        ("{\"host\":\"mdm.acmecorp.com\",\"user\":\"admin\"} <user>jdoe</user>", &["acmecorp", "admin", "jdoe"]),
        ("session id 0a0b0c0d00001F2E99887766:x/4499", &["99887766", "4499"]),
        ("HOST://acmecorp1/x https://HOSTacmecorp.com/secretpath", &["acmecorp", "secretpath"]),
        ("at com.cisco.acmecorp.Handler.foo(Foo.java:1)", &["acmecorp"]),
    ] {
        let redacted = scanner.redacted(text);
        for original in originals {
            assert!(!redacted.to_lowercase().contains(&original.to_lowercase()), "{original}: {redacted}");
        }
    }
    let related = scanner.redacted("acmecorp: host mdm.acmecorp.com, user ACMECORP\\x9, /acmecorp/x9");
    let digits =
        related.split_whitespace().next().unwrap().trim_start_matches("word-").trim_end_matches(':').to_owned();
    assert_eq!((digits.len(), related.matches(&digits).count()), (16, 4), "{related}");
}

#[test]
fn what_happened_can_still_be_read() {
    let names = Pseudonyms::new(b"key".to_vec(), Shape::Telling);
    let scanner = Scanner::new(&names, BTreeMap::new());
    for text in [
        "Error message while connecting to the MDM server : Connection Failed: 404:Not Found: the MDM server is not reachable",
        "javax.net.ssl.SSLHandshakeException: PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed",
        "java.security.cert.CertificateExpiredException: NotAfter: Sat Jan 01 00:00:00 UTC 2022",
        "AADSTS7000222: The provided client secret keys for app are expired.",
        "Timeout waiting for connection from pool after 30000 ms, port 47386, frame 12345",
        "at sun.security.ssl.Alert.createSSLException(Alert.java:131)",
        "admin-http-pool16",
        "TLSv1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 SHA256withRSA x509 http/1.1 h2",
        "returning from the method : callMdmServerInfo, errorOccurred: true",
    ] {
        assert_eq!(scanner.redacted(text), text);
    }
}
