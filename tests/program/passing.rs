//! Logs that are read while they are unpacked: what is said of one is what is said of the file that it was packed from.

use std::io::{Read as _, Write as _};
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Scratch, mdmlog, root, run};

/// A log that is too large to be kept in memory first, with attempts from its beginning to its end.
fn large() -> Vec<u8> {
    let five = std::fs::read(root().join("testdata/log/five-outcomes.log")).unwrap();
    let other = b"2026-11-24 05:12:00,000 INFO   [Timer-3][[]] cisco.mnt.common.utility.AlarmMessageDiskQueue -:::- root exists\n";
    (0..30).flat_map(|_| [five.clone(), other.repeat(2500)].concat()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, name, bytes).unwrap();
    tar.into_inner().unwrap()
}

/// The report, without what names the file.
fn without_paths(mut report: Value) -> Value {
    report["inputs"].as_array_mut().unwrap().iter_mut().for_each(|input| input["path"] = Value::Null);
    report
}

#[test]
fn a_packed_log_gives_the_same_report_as_the_log_itself() {
    let scratch = Scratch::new();
    let log = large();
    assert!(log.len() > 6 << 20);
    scratch.file("ise-psc.log", &log);
    scratch.file("ise-psc.log.gz", gzip(&log));
    scratch.file("bundle.tar.gz", gzip(&tar("support/ise-psc.log", &log)));
    let report = |arguments: &[&str]| -> Value {
        let ran = run(&mut scratch.mdmlog(["analyze", "--format", "json"].iter().chain(arguments))).with_status(0);
        serde_json::from_str(&ran.stdout).unwrap()
    };
    let plain = without_paths(report(&["ise-psc.log"]));
    assert_eq!(plain["summary"]["attempts"], 150);
    assert!(plain["inputs"][0]["sha256"].is_string());
    for packed in ["ise-psc.log.gz", "bundle.tar.gz"] {
        assert!(without_paths(report(&[packed])) == plain, "{packed}");
    }
    // Both are the same log, which is used once.
    let both = report(&["bundle.tar.gz", "ise-psc.log"]);
    assert_eq!((&both["summary"], both["inputs"].as_array().unwrap().len()), (&plain["summary"], 1));
    assert_eq!(both["warnings"][0]["code"], "duplicate_input");
}

#[test]
fn what_a_packed_log_says_is_there_for_those_who_go_back_to_it() {
    let scratch = Scratch::new();
    let log = large();
    scratch.file("ise-psc.log", &log);
    scratch.file("bundle.tar.gz", gzip(&tar("ise-psc.log", &log)));
    let extract = |path: &str| run(&mut scratch.mdmlog(["extract", path, "--attempt", "149"])).with_status(0).stdout;
    let of_log = extract("ise-psc.log");
    assert!(of_log.contains("cisco.cpm.mdm"), "{of_log}");
    assert_eq!(extract("bundle.tar.gz").replace("bundle.tar.gz!", ""), of_log);
    let report = scratch.path().join("report.json");
    run(&mut scratch.mdmlog(["analyze", "bundle.tar.gz", "--format", "json", "-o", report.to_str().unwrap()]))
        .with_status(0);
    run(&mut scratch.mdmlog(["verify", report.to_str().unwrap(), "bundle.tar.gz"])).with_status(0);
}

#[test]
fn a_log_that_comes_through_a_pipe_is_read_as_it_comes() {
    let log = large();
    let mut child = mdmlog(["analyze", "--format", "json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&log).unwrap());
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    writer.join().unwrap();
    child.wait().unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["summary"]["attempts"], 150);
}
