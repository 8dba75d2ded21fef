//! Keys of TLS sessions that open nothing: whoever gave them is told why, and is not asked for them again.

use std::io::Read as _;

use serde_json::Value;

use crate::support::{Scratch, root, run};

/// A capture and the key log of its sessions, out of a bundle.
fn capture_and_keys() -> (Vec<u8>, String) {
    let bundle = std::fs::File::open(root().join("testdata/cases/key-log/bundle.tar")).unwrap();
    let (mut capture, mut keys) = (Vec::new(), String::new());
    for entry in tar::Archive::new(bundle).entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().ends_with("sslkeys.log") {
            entry.read_to_string(&mut keys).unwrap();
        } else {
            entry.read_to_end(&mut capture).unwrap();
        }
    }
    (capture, keys)
}

/// What a report says of each session's keys, its remedies, and its warnings.
fn told(keys: Option<&str>) -> (Vec<Value>, String, Vec<String>) {
    let scratch = Scratch::new();
    let (capture, _) = capture_and_keys();
    scratch.file("TCPDump.pcap", capture);
    let mut command = scratch.mdmlog(["analyze", "--format", "json", "TCPDump.pcap"]);
    if let Some(keys) = keys {
        scratch.file("keys.log", keys);
        command.args(["--keylog", "keys.log"]);
    }
    let report: Value = serde_json::from_str(&run(&mut command).with_status(0).stdout).unwrap();
    let attempts = report["attempts"].as_array().unwrap();
    let said = attempts.iter().map(|attempt| attempt["flow"]["tls"]["keys_in_vain"].clone()).collect();
    let remedies = attempts.iter().map(|attempt| attempt["diagnosis"]["remedy"].to_string()).collect();
    let warnings = report["warnings"].as_array().unwrap().iter();
    let warnings = warnings.filter(|warning| warning["code"] == "keys_in_vain");
    (said, remedies, warnings.map(|warning| warning["message"].as_str().unwrap().to_owned()).collect())
}

#[test]
fn wrong_keys_bring_a_warning_with_the_cipher_and_no_remedy_that_asks_for_keys() {
    let (_, keys) = capture_and_keys();
    let wrong: String = keys
        .lines()
        .map(|line| match line.rsplit_once(' ') {
            Some((session, secret)) if !line.starts_with('#') => {
                format!("{session} {}\n", secret.chars().rev().collect::<String>())
            }
            _ => format!("{line}\n"),
        })
        .collect();
    let (said, remedies, warnings) = told(Some(&wrong));
    assert!(said.iter().all(|said| said == "no_record"), "{said:?}");
    assert!(!remedies.contains("--keylog"), "{remedies}");
    assert!(!warnings.is_empty() && warnings.iter().all(|warning| warning.contains("TLS_")), "{warnings:?}");
}

#[test]
fn where_no_keys_were_given_they_are_asked_for_and_where_they_open_nothing_is_said() {
    let (said, remedies, warnings) = told(None);
    assert!(said.iter().all(Value::is_null) && remedies.contains("--keylog") && warnings.is_empty(), "{remedies}");
    let (said, remedies, warnings) = told(Some(&capture_and_keys().1));
    assert!(said.iter().all(Value::is_null) && !remedies.contains("--keylog") && warnings.is_empty(), "{warnings:?}");
}
