//! From an attempt back to its packets and log records.

use std::path::{Path, PathBuf};
use std::process::Command;

use mdmlog::Options;
use mdmlog::capture::{LinkType, Wanted, excerpt};

use crate::frames;
use crate::support::{Scratch, has_tool, mdmlog, quiet, root, run};

const FIVE: &str = "testdata/cases/five-outcomes/bundle.tar";

fn case(path: &str) -> PathBuf {
    root().join(path)
}

/// What tshark shows of these fields, line by line.
fn tshark(file: &Path, arguments: &[&str]) -> Vec<String> {
    let mut command = Command::new("tshark");
    quiet(&mut command).args(["-r"]).arg(file).args(["-n"]).args(arguments);
    run(&mut command).with_status(0).stdout.lines().map(str::to_owned).collect()
}

#[test]
fn a_slice_has_the_packets_of_its_attempt_as_they_were_captured() {
    let slice = mdmlog::slice(&[case(FIVE)], &Options::default(), 5, false).unwrap();
    let numbers: Vec<_> = slice.frames.iter().map(|frame| frame.frame).collect();
    assert_eq!(numbers, [96, 97, 98, 99, 100, 101, 102, 104]);
    let mut file = Vec::new();
    slice.write(&mut file).unwrap();
    let wanted = Wanted { frames: (1..=99).collect(), ..Wanted::default() };
    let read = excerpt(&file, &wanted, &Default::default());
    assert_eq!(read.len(), slice.frames.len());
    for (read, frame) in read.iter().zip(&slice.frames) {
        assert_eq!(
            (read.time, read.bytes, read.original_length),
            (frame.time, &frame.bytes[..], frame.original_length)
        );
        assert_eq!(read.link_type, LinkType::ETHERNET);
    }
}

#[test]
fn every_packet_of_an_attempt_that_the_report_cites_is_in_its_slice() {
    for case in std::fs::read_dir(root().join("testdata/cases")).unwrap() {
        let inputs: Vec<PathBuf> = std::fs::read_dir(case.unwrap().path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().is_some_and(|name| name != "truth.json"))
            .collect();
        let options =
            Options { passphrase: Some(mdmlog::options::Passphrase::new("ise-bundle")), ..Options::default() };
        let Ok(report) = mdmlog::analyze(&inputs, &options) else { continue };
        for attempt in &report.attempts {
            let cited = attempt.steps.iter().filter_map(|step| Some((step.input, step.frame?)));
            let cited: std::collections::BTreeSet<_> = cited.collect();
            if let Ok(slice) = mdmlog::slice(&inputs, &options, attempt.id, false) {
                let found = slice.frames.iter().map(|frame| (frame.input, frame.frame)).collect();
                assert!(cited.is_subset(&found), "{inputs:?} #{}: {cited:?} {found:?}", attempt.id);
            } else {
                assert!(cited.is_empty(), "{inputs:?} #{}", attempt.id);
            }
        }
    }
}

#[test]
fn tshark_shows_the_comments_of_a_slice() {
    if !has_tool("tshark") {
        return;
    }
    let scratch = Scratch::new();
    let file = scratch.path().join("five.pcapng");
    let ran = run(mdmlog(["slice", FIVE, "--attempt", "5", "-o"]).arg(&file).current_dir(root())).with_status(0);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("8 packets of attempt 5 (syn_timeout)"), "{ran}");
    let comments = tshark(&file, &["-Y", "frame.comment", "-T", "fields", "-e", "frame.number", "-e", "frame.comment"]);
    assert_eq!(
        comments.last().unwrap(),
        "8\tProof: SYN number 4 to 203.0.113.1:443, never answered (frame 104 of TCPDump.pcap)"
    );
    assert_eq!(comments.len(), 5, "{comments:#?}");
    let names = tshark(&file, &["-c", "1", "-T", "fields", "-e", "frame.interface_name", "-e", "frame.time_epoch"]);
    assert_eq!(names, ["TCPDump.pcap\t1795712489.324896000"]);
    if has_tool("capinfos") {
        let about = run(quiet(Command::new("capinfos").arg(&file))).with_status(0).stdout;
        assert!(about.contains("attempt 5, syn_timeout, confidence high"), "{about}");
    }
}

#[test]
fn secrets_are_in_a_slice_only_when_asked_for_and_only_its_own() {
    const CASE: &str = "testdata/cases/key-log/bundle.tar";
    let secrets = |options: &[&str]| {
        let scratch = Scratch::new();
        let file = scratch.path().join("k.pcapng");
        let ran = run(mdmlog(["slice", CASE, "-n", "1", "-o"]).arg(&file).args(options).current_dir(root()));
        let content = std::fs::read(&file).unwrap();
        let decrypted = has_tool("tshark").then(|| tshark(&file, &["-Y", "http.response.code == 200"]).len());
        (ran.with_status(0).stderr, content, decrypted)
    };
    let has_random =
        |content: &[u8]| content.windows(14).any(|text| text == b"CLIENT_RANDOM " || text == b"CLIENT_TRAFFIC");
    let (said, content, decrypted) = secrets(&[]);
    assert!(!said.contains("secrets") && !has_random(&content) && decrypted.is_none_or(|count| count == 0), "{said}");
    let (said, content, decrypted) = secrets(&["--secrets"]);
    assert!(said.contains("warning: the file has the secrets of a TLS session"), "{said}");
    assert!(has_random(&content) && decrypted.is_none_or(|count| count == 1), "{decrypted:?}");
}

#[test]
fn a_slice_without_known_secrets_says_so() {
    let scratch = Scratch::new();
    let file = scratch.path().join("five.pcapng");
    run(mdmlog(["slice", FIVE, "-n", "1", "--secrets", "-o"]).arg(&file).current_dir(root()))
        .with_status(0)
        .saying(&["none of the TLS secrets at hand"]);
}

#[test]
fn a_connection_is_followed_through_rotated_files() {
    let scratch = Scratch::new();
    let bundle = std::fs::read(case(FIVE)).unwrap();
    let mut archive = tar::Archive::new(&bundle[..]);
    let mut entries = archive.entries().unwrap().map(Result::unwrap);
    let mut pcap = entries.find(|entry| entry.path().unwrap().ends_with("TCPDump.pcap")).unwrap();
    let mut capture = Vec::new();
    std::io::Read::read_to_end(&mut pcap, &mut capture).unwrap();
    let packets = frames::read(&capture);
    for (name, packets) in [("c.pcap", &packets[..20]), ("c.pcap1", &packets[20..25]), ("c.pcap2", &packets[25..])] {
        scratch.file(name, frames::PLAIN.write(&packets.to_vec()));
    }
    let inputs = ["c.pcap", "c.pcap1", "c.pcap2"].map(|name| scratch.path().join(name));
    let whole = mdmlog::slice(&[case(FIVE)], &Options::default(), 1, false).unwrap();
    let slice = mdmlog::slice(&inputs, &Options::default(), 1, false).unwrap();
    assert_eq!(slice.attempts[0].flow.as_ref().unwrap().last_input, Some(2));
    let bytes = |slice: &mdmlog::Slice| slice.frames.iter().map(|frame| frame.bytes.clone()).collect::<Vec<_>>();
    assert_eq!(bytes(&slice), bytes(&whole));
}

#[test]
fn fragments_of_a_connection_are_in_its_slice() {
    let capture = std::fs::read(root().join(FIVE)).unwrap();
    let mut archive = tar::Archive::new(&capture[..]);
    let mut entries = archive.entries().unwrap().map(Result::unwrap);
    let mut pcap = entries.find(|entry| entry.path().unwrap().ends_with("TCPDump.pcap")).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut pcap, &mut bytes).unwrap();
    let packets: frames::Packets = frames::read(&bytes).into_iter().flat_map(in_two).collect();
    let scratch = Scratch::new();
    let file = scratch.file("f.pcap", frames::PLAIN.write(&packets));
    let whole = mdmlog::slice(&[case(FIVE)], &Options::default(), 1, false).unwrap();
    let slice = mdmlog::slice(&[file], &Options::default(), 1, false).unwrap();
    assert!(slice.frames.len() > whole.frames.len(), "{} {}", slice.frames.len(), whole.frames.len());
}

/// A long TCP packet as two fragments.
fn in_two((seconds, nanos, frame): (u32, u32, Vec<u8>)) -> frames::Packets {
    let is_long_tcp = frame[12..15] == [8, 0, 0x45] && frame[23] == 6 && frame.len() > 200;
    if !is_long_tcp {
        return vec![(seconds, nanos, frame)];
    }
    let make = |flags: u16, payload: &[u8]| {
        let mut part = frame[..34].to_vec();
        part[16..18].copy_from_slice(&(20 + payload.len() as u16).to_be_bytes());
        part[20..22].copy_from_slice(&flags.to_be_bytes());
        part.extend(payload);
        (seconds, nanos, part)
    };
    vec![make(0x2000, &frame[34..114]), make(10, &frame[114..])]
}

#[test]
fn an_extract_is_what_the_thread_wrote() {
    let ran = run(mdmlog(["extract", FIVE, "-n", "3"]).current_dir(root())).with_status(0);
    let records: Vec<_> = ran.stdout.lines().filter(|line| line.starts_with("2026-")).collect();
    assert!(records.iter().all(|record| record.contains("[admin-http-pool32][[]]")), "{ran}");
    assert!(records[0].contains("inside the method : callMdmServerInfo"), "{ran}");
    assert!(ran.stdout.ends_with("errorOccurred: true\n}\n"), "{ran}");
    assert!(ran.stderr.contains("records of attempt 3 (http_401), from line"), "{ran}");
}

#[test]
fn on_a_terminal_control_characters_of_a_log_are_spelled_out() {
    if !has_tool("script") {
        return;
    }
    let scratch = Scratch::new();
    let record = |text: &str| {
        format!("2023-08-15 10:21:07,123 DEBUG  [t1][[]] cisco.cpm.mdm.api.MdmServerInfoApi -:::- {text}\n")
    };
    let log = [
        record("inside the method : callMdmServerInfo"),
        record("title \u{1b}]0;owned\u{7}"),
        record("GET: MDM Server URL: https://mdm.example.com:443/ciscoise/mdminfo/?ise_api_version=3"),
    ];
    let file = scratch.file("ise-psc.log", log.concat());
    let program = assert_cmd::cargo::cargo_bin!("mdmlog");
    let mut command = Command::new("script");
    quiet(&mut command).args(["--quiet", "--return", "--command"]);
    command.arg(format!("'{}' extract -q -n 1 '{}'", program.display(), file.display())).arg("/dev/null");
    let shown = run(&mut command).with_status(0).stdout;
    assert!(shown.contains("title \\u{1b}]0;owned\\u{7}"), "{shown}");
    let piped = run(mdmlog(["extract", "-q", "-n", "1"]).arg(&file)).with_status(0).stdout;
    assert_eq!(piped, log.concat());
}

#[test]
fn an_attempt_that_is_not_there_or_was_not_seen_is_named() {
    let refused = |arguments: &[&str], texts: &[&str]| {
        run(mdmlog(arguments).current_dir(root())).with_status(2).saying(texts);
    };
    refused(&["slice", FIVE, "-n", "9"], &["no attempt 9", "numbers 1 to 5"]);
    refused(&["extract", FIVE, "-n", "0"], &["no attempt 0"]);
    refused(&["extract", "testdata/cases/capture-only", "-n", "1"], &["no log records", "no log is among"]);
    refused(&["slice", "testdata/cases/log-only", "-n", "1"], &["no frames", "no capture is among"]);
    refused(&["slice", FIVE], &["--attempt"]);
    refused(&["slice", "-n", "1"], &["nothing to slice"]);
}

#[test]
fn the_window_moves_the_numbers_as_in_analyze() {
    let inputs = [case(FIVE)];
    let report = mdmlog::analyze(&inputs, &Options::default()).unwrap();
    let options = Options { since: report.attempts[2].started_at, ..Options::default() };
    let extract = mdmlog::extract(&inputs, &options, 1).unwrap();
    assert_eq!(extract.attempts[0].started_at, report.attempts[2].started_at);
}

#[test]
fn several_attempts_and_all_of_them_are_cut_out_at_once() {
    let cut = |choice: &str| {
        mdmlog::slice(&[case(FIVE)], &Options::default(), choice.parse::<mdmlog::AttemptChoice>().unwrap(), false)
            .unwrap()
    };
    let numbers = |slice: &mdmlog::Slice| slice.frames.iter().map(|frame| frame.frame).collect::<Vec<_>>();
    let (one, two, both, all) = (cut("2"), cut("5"), cut("5,2"), cut("all"));
    assert_eq!(numbers(&both), [numbers(&one), numbers(&two)].concat());
    assert_eq!(all.attempts.len(), 5);
    // What proves the outcome of one of several says of which.
    let comments: Vec<&String> = both.frames.iter().flat_map(|frame| &frame.comments).collect();
    assert!(comments.iter().all(|comment| comment.starts_with("#2 ") || comment.starts_with("#5 ")), "{comments:?}");
    for alone in [one, two] {
        assert!(alone.frames.iter().flat_map(|frame| &frame.comments).all(|comment| !comment.starts_with('#')));
    }

    let records =
        |choice: &str| run(mdmlog(["extract", "-q", FIVE, "-n", choice]).current_dir(root())).with_status(0).stdout;
    let each: usize = (1..=5).map(|number: usize| records(&number.to_string()).lines().count()).sum();
    assert_eq!(records("all").lines().count(), each);
    assert_eq!(records("1-2").lines().count(), records("1").lines().count() + records("2").lines().count());
    let ran = run(mdmlog(["slice", FIVE, "-n", "3-9", "-o", "/dev/null"]).current_dir(root())).with_status(2);
    assert!(ran.stderr.contains("there is no attempt 9"), "{ran}");
    let ran = run(mdmlog(["slice", FIVE, "-n", "five", "-o", "/dev/null"]).current_dir(root())).with_status(2);
    assert!(ran.stderr.contains("`five` names no attempts"), "{ran}");
}
