//! What the report says where something that was looked for is not there.

use std::io::Read as _;

use serde_json::Value;

use crate::cases::Case;
use crate::support::{Scratch, quiet, root, run};

/// Log and capture of a case.
fn log_and_capture() -> (Vec<u8>, Vec<u8>) {
    let bundle = std::fs::File::open(root().join("testdata/cases/five-outcomes/bundle.tar")).unwrap();
    let (mut log, mut capture) = (Vec::new(), Vec::new());
    for entry in tar::Archive::new(bundle).entries().unwrap() {
        let mut entry = entry.unwrap();
        let into = match entry.path().unwrap().extension().and_then(|end| end.to_str()) {
            Some("log") => &mut log,
            _ => &mut capture,
        };
        entry.read_to_end(into).unwrap();
    }
    (log, capture)
}

/// Moves all frames of a pcap file by seconds.
fn move_frames(capture: &mut [u8], by: i64) {
    let mut at = 24;
    while at + 16 <= capture.len() {
        let field = |at: usize| u32::from_le_bytes(capture[at..at + 4].try_into().unwrap());
        let (seconds, length) = (field(at), field(at + 8) as usize);
        let moved = u32::try_from(i64::from(seconds) + by).unwrap();
        capture[at..at + 4].copy_from_slice(&moved.to_le_bytes());
        at += 16 + length;
    }
}

fn warning<'r>(report: &'r Value, code: &str) -> Vec<&'r str> {
    let warnings = report["warnings"].as_array().unwrap().iter().filter(|warning| warning["code"] == code);
    warnings.map(|warning| warning["message"].as_str().unwrap()).collect()
}

fn report(scratch: &Scratch, arguments: &[&str]) -> Value {
    let mut command = scratch.mdmlog([&["analyze", "in"], arguments].concat());
    serde_json::from_str(&run(quiet(&mut command)).with_status(0).stdout).unwrap()
}

#[test]
fn a_capture_of_another_day_is_said_once() {
    const DAY: i64 = 86_400;
    for (by, words) in [
        (-3 * DAY, Some("ends 2 days before the log begins")),
        (3 * DAY, Some("begins 3 days after the log ends")),
        // A zone that nobody knows may be a day away.
        (-DAY / 2, None),
    ] {
        let scratch = Scratch::new();
        let (log, mut capture) = log_and_capture();
        move_frames(&mut capture, by);
        scratch.file("in/ise-psc.log", log);
        scratch.file("in/a.pcap", capture);
        let report = report(&scratch, &[]);
        let told = warning(&report, "no_overlap");
        assert_eq!(told.len(), usize::from(words.is_some()), "{by}: {told:?}");
        assert!(words.is_none_or(|words| told[0].contains(words)), "{told:?}");
    }
}

#[test]
fn a_zone_that_joins_nothing_is_contradicted_with_the_one_that_does() {
    let wrong = Case::new("five_outcomes").report(&["--log-timezone", "+05:45"]);
    let told = warning(&wrong, "zone_disagrees");
    assert!(matches!(told[..], [one] if one.contains("UTC-06:00 would")), "{told:?}");
    assert!(warning(&wrong, "no_overlap").is_empty());
    let right = Case::new("five_outcomes").report(&["--log-timezone", "-06:00"]);
    assert!(warning(&right, "zone_disagrees").is_empty());
}

#[test]
fn what_lies_outside_of_the_window_is_counted_when_nothing_lies_within() {
    let none = Case::new("five_outcomes").report(&["--since", "2099-01-01"]);
    let told = warning(&none, "all_left_out");
    assert!(
        matches!(told[..], [one] if one.starts_with("5 attempts were found, from ") && one.contains("--since leaves none")),
        "{told:?}"
    );
    let kinds = Case::new("five_outcomes").report(&["--kind", "device_query"]);
    assert!(warning(&kinds, "all_left_out")[0].contains("--kind"));
    assert!(warning(&Case::new("five_outcomes").report(&[]), "all_left_out").is_empty());
}

#[test]
fn a_capture_of_unknown_servers_names_whom_clients_went_to() {
    let scratch = Scratch::new();
    let (_, mut capture) = log_and_capture();
    // The cloud of a vendor that nobody has heard of, with paths that are nobody's.
    for (known, unknown) in [(&b"jamfcloud"[..], &b"jemfcloud"[..]), (b"ciscoise", b"ciscoisx")] {
        while let Some(at) = capture.windows(known.len()).position(|window| window == known) {
            capture[at..at + known.len()].copy_from_slice(unknown);
        }
    }
    scratch.file("in/a.pcap", capture);
    let nothing = report(&scratch, &[]);
    assert_eq!(nothing["summary"]["attempts"], 0);
    let told = warning(&nothing, "no_known_server");
    assert!(
        matches!(told[..], [one] if one.contains(".jemfcloud.com at 198.51.100.7:443 (3 SYNs)") && one.contains("--host")),
        "{told:?}"
    );
    let named = report(&scratch, &["--host", "t9f77.jemfcloud.com"]);
    assert_eq!(named["summary"]["attempts"], 1, "{named:#}");
    assert!(warning(&named, "no_known_server").is_empty());
}

#[test]
fn a_log_of_another_component_is_named_with_what_to_collect_instead() {
    for (name, line) in [
        (
            "catalina.out",
            "15-Aug-2023 10:21:07.123 INFO [main] org.apache.catalina.core.StandardEngine.startInternal Go\n",
        ),
        ("prrt-server.log", "Radius,2026-07-01 10:59:58,362,DEBUG,0x7f0,cntx=1,RADIUS PACKET\n"),
        ("guest.log", "2023-08-15 10:21:07,124 INFO   [http-7][[]] cpm.guestaccess.flowmanager.Flow -:::- x\n"),
    ] {
        let scratch = Scratch::new();
        scratch.file(&format!("in/{name}"), line);
        for path in [format!("in/{name}"), "in".to_owned()] {
            let ran = run(&mut scratch.mdmlog(["analyze", &path])).with_status(2);
            let words = [
                &format!("({name})")[..],
                "holds no requests to MDM servers",
                "Collect ise-psc.log",
                "external-mdm at TRACE",
            ];
            ran.saying(&words);
        }
    }
}
