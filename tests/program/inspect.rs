//! `mdmlog inspect`.

use serde_json::Value;

use crate::support::{Scratch, mdmlog, root, run};

const BUNDLE: &str = "testdata/cases/rotated-gz-zip/bundle.zip";

fn members(arguments: &[&str]) -> Vec<Value> {
    let ran = run(mdmlog(["inspect"]).args(arguments).current_dir(root())).with_status(0);
    let list: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}\n{ran}"));
    list["members"].as_array().unwrap().clone()
}

#[test]
fn every_member_is_listed_with_what_it_is_and_whether_it_is_used() {
    let members = members(&[BUNDLE]);
    let listed: Vec<_> = members
        .iter()
        .map(|member| {
            let name = member["path"].as_str().unwrap().rsplit('!').next().unwrap().rsplit('/').next().unwrap();
            (name, member["kind"].as_str().unwrap(), member["used"].as_bool().unwrap())
        })
        .collect();
    assert_eq!(
        listed,
        [
            ("bundle.zip", "zip", true),
            ("README.txt", "unknown", false),
            ("TCPDump.pcap", "pcap", true),
            ("catalina.out", "unknown", false),
            ("ise-psc.log", "ise_psc_log", true),
            ("ise-psc.log.2026-11-23-1.gz", "ise_psc_log", true),
        ]
    );
}

#[test]
fn records_and_the_time_they_cover_are_told() {
    let members = members(&[BUNDLE]);
    let capture = &members[2];
    assert_eq!(capture["records"], 116);
    assert!(capture["first_time"].as_str().unwrap().ends_with('Z'), "{capture}");
    assert!(capture["first_time"].as_str() < capture["last_time"].as_str(), "{capture}");
    let log = &members[4];
    assert_eq!((&log["first_time"], log["records"].as_u64()), (&Value::Null, Some(70)), "{log}");
    assert!(log["first_local_time"].as_str() < log["last_local_time"].as_str(), "{log}");
    assert_eq!(members[5]["wrapping"], serde_json::json!(["gzip"]));
}

#[test]
fn the_table_says_the_same() {
    let ran = run(mdmlog(["inspect", BUNDLE, "--format", "text"]).current_dir(root())).with_status(0);
    assert!(
        ran.stdout.contains("log of ISE in gzip") && ran.stdout.contains("4 of 6 are used: 3 are read, 1 is unpacked"),
        "{ran}"
    );
    assert!(ran.stdout.lines().all(|line| line.trim_end() == line), "{ran}");
}

#[test]
fn on_a_narrow_terminal_each_file_has_lines_of_its_own() {
    let mut command = mdmlog(["inspect", BUNDLE, "--format", "text"]);
    let ran = run(command.env("COLUMNS", "60").current_dir(root())).with_status(0);
    let (paths, rest): (Vec<&str>, Vec<&str>) = ran.stdout.lines().partition(|line| line.contains(BUNDLE));
    assert_eq!(paths.len(), 6, "{ran}");
    assert!(paths.iter().filter(|line| line.starts_with("used ")).count() == 4, "{ran}");
    // A path stays whole, so that it can be copied.
    assert!(rest.iter().filter(|line| line.starts_with(' ')).all(|line| line.chars().count() <= 60), "{ran}");
    assert!(ran.stdout.contains("log of ISE in gzip"), "{ran}");
    let note = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(note.contains("seems to be text that is no ISE log with MDM records"), "{ran}");
}

#[test]
fn a_name_can_not_act_on_the_terminal() {
    let scratch = Scratch::new();
    scratch.file("\u{1b}[31mred.txt", "x");
    for format in ["text", "json"] {
        let ran = run(&mut scratch.mdmlog(["inspect", ".", "--format", format])).with_status(0);
        assert!(!ran.stdout.contains('\u{1b}') && ran.stdout.contains("red.txt"), "{ran}");
    }
}

#[test]
fn where_nothing_is_that_is_an_error() {
    run(&mut mdmlog(["inspect", "not-there"])).with_status(2).saying(&["mdmlog: not-there"]);
    run(&mut mdmlog(["inspect"])).with_status(2).saying(&["`mdmlog inspect bundle.tar`"]);
}

#[test]
fn an_encrypted_bundle_is_listed_and_says_what_it_needs() {
    let bundle = "testdata/cases/encrypted-bundle/bundle.tar.gpg";
    let mut command = mdmlog(["inspect", bundle]);
    run(command.current_dir(root())).with_status(0).saying(&["mdmlog: warning: ", "--passphrase-file"]);
    let mut command = mdmlog(["inspect", bundle]);
    let ran = run(command.current_dir(root()).env("MDMLOG_PASSPHRASE", "correct horse")).with_status(0);
    assert!(ran.stdout.contains("bundle.tar.gpg!support/ise-psc.log"), "{ran}");
}
