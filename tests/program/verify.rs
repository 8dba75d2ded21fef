//! Whether what a report cites still stands there.

use std::path::PathBuf;

use mdmlog::options::Passphrase;
use mdmlog::{CitationState, InputState, Options, Verification, analyze, read_report, verify};
use serde_json::Value;

use crate::support::{Scratch, mdmlog, root, run};
use crate::traps::world::{Told, World};

const HOST: &str = "mdm.example.com";

/// Successes that log and capture show, and a failure that the log alone tells.
fn delivery() -> (String, Vec<u8>) {
    let mut world = World { skew: 40, ..World::in_zone(120) };
    for (at, port) in [(1_000, 40_000), (8_000, 40_001), (21_000, 40_002)] {
        world.success(at, port, "admin-http-pool1", HOST);
    }
    world.told("admin-http-pool2", HOST, 30_000, &[(30_050, Told::Failure("Connection refused"))]);
    (world.log_text(), world.pcap())
}

struct Story {
    scratch: Scratch,
    log: String,
    capture: Vec<u8>,
}

impl Story {
    /// A delivery and its report.
    fn new() -> Self {
        let scratch = Scratch::new();
        let (log, capture) = delivery();
        scratch.file("in/ise-psc.log", &log);
        scratch.file("in/TCPDump.pcap", &capture);
        run(&mut scratch.mdmlog(["analyze", "in", "-q", "-f", "json", "-o", "report.json"])).with_status(0);
        Self { scratch, log, capture }
    }

    /// The report, held against what lies there now.
    fn verified(&self) -> Verification {
        let report = read_report(&self.scratch.path().join("report.json")).unwrap();
        verify(&report, &[self.scratch.path().join("in")], &Options::default())
    }

    /// The number of the first line with these words.
    fn line(&self, words: &str) -> u64 {
        1 + self.log.lines().position(|line| line.contains(words)).unwrap() as u64
    }

    fn change_report(&self, pointer: &str, value: Value) {
        let path = self.scratch.path().join("report.json");
        let mut report: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        *report.pointer_mut(pointer).unwrap() = value;
        std::fs::write(path, report.to_string()).unwrap();
    }
}

fn broken(verification: &Verification) -> Vec<(Option<u64>, CitationState)> {
    verification.broken.iter().map(|broken| (broken.line.or(broken.frame), broken.state)).collect()
}

#[test]
fn every_case_holds_against_its_own_files() {
    let mut checked = 0;
    for case in std::fs::read_dir(root().join("testdata/cases")).unwrap() {
        let inputs: Vec<PathBuf> = std::fs::read_dir(case.unwrap().path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().is_some_and(|name| name != "truth.json"))
            .collect();
        let options = Options { passphrase: Some(Passphrase::new("ise-bundle")), ..Options::default() };
        let Ok(report) = analyze(&inputs, &options) else { continue };
        let verification = verify(&report, &inputs, &options);
        assert!(verification.holds(), "{inputs:?}: {:#?}", verification.broken);
        checked += verification.citations.checked;
    }
    assert!(checked > 4000, "{checked}");
}

#[test]
fn a_word_that_was_changed_in_the_log_is_told_and_the_rest_holds() {
    let story = Story::new();
    let line = story.line("Connection Failed to the MDM server host") - 1;
    story.scratch.file("in/ise-psc.log", story.log.replace("Connection refused", "Connection reset"));
    let verification = story.verified();
    assert!(broken(&verification).contains(&(Some(line), CitationState::Changed)), "{:#?}", verification.broken);
    assert!(verification.broken.iter().all(|broken| broken.attempt == Some(4)), "{:#?}", verification.broken);
    assert!(verification.broken[0].why.contains("Connection reset"), "{:#?}", verification.broken);
    let states: Vec<_> = verification.inputs.iter().map(|input| input.state).collect();
    assert_eq!(states, [InputState::Same, InputState::Changed]);
}

#[test]
fn a_time_that_was_changed_in_the_log_is_told() {
    let story = Story::new();
    let line = story.log.lines().position(|line| line.contains("GET: ")).unwrap();
    let lines: Vec<String> = story.log.lines().map(str::to_owned).collect();
    let mut other = lines.clone();
    // A second later, and before what follows.
    other[line] = other[line].replacen(",", "!", 1).replacen(&lines[line][17..19], "22", 1).replacen('!', ",", 1);
    assert_ne!(other, lines);
    story.scratch.file("in/ise-psc.log", other.join("\n") + "\n");
    let verification = story.verified();
    assert!(broken(&verification).contains(&(Some(line as u64 + 1), CitationState::Changed)));
    assert!(verification.broken.iter().any(|broken| broken.why.contains("on the log's clock")));
}

#[test]
fn lines_that_are_cut_off_are_gone() {
    let story = Story::new();
    let line = story.line("inside the method : callMdmServerInfo");
    let all: Vec<&str> = story.log.lines().collect();
    story.scratch.file("in/ise-psc.log", all[..all.len() / 2].join("\n"));
    let verification = story.verified();
    assert!(verification.citations.gone > 0, "{:?}", verification.citations);
    assert!(!broken(&verification).iter().any(|(place, _)| *place == Some(line)));
}

#[test]
fn frames_that_changed_places_are_told() {
    let story = Story::new();
    let report = read_report(&story.scratch.path().join("report.json")).unwrap();
    let hello = report.attempts[0].evidence.iter().find(|evidence| evidence.what.starts_with("ClientHello")).unwrap();
    let number = hello.frame.unwrap() as usize;
    let frames = frames(&story.capture);
    let (first, second) = (frames[number - 1].clone(), frames[number].clone());
    let (head, tail) = (&story.capture[..first.start], &story.capture[second.end..]);
    let swapped = [head, &story.capture[second], &story.capture[first], tail].concat();
    story.scratch.file("in/TCPDump.pcap", swapped);
    let verification = story.verified();
    let near = [Some(number as u64), Some(number as u64 + 1)];
    assert!(verification.broken.iter().all(|broken| near.contains(&broken.frame)), "{:#?}", verification.broken);
    assert!(broken(&verification).contains(&(near[0], CitationState::Changed)), "{:#?}", verification.broken);
    story.scratch.file("in/TCPDump.pcap", &story.capture[..frames[2].end]);
    assert!(story.verified().citations.gone > 5);
}

/// Where the frames of a pcap lie.
fn frames(capture: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut frames = Vec::new();
    let mut at = 24;
    while let Some(length) = capture.get(at + 8..at + 12) {
        let end = at + 16 + u32::from_le_bytes(length.try_into().unwrap()) as usize;
        frames.push(at..end);
        at = end;
    }
    frames
}

#[test]
fn another_packet_at_the_same_time_is_told() {
    let story = Story::new();
    let report = read_report(&story.scratch.path().join("report.json")).unwrap();
    let syn = report.attempts[0].evidence.iter().find(|evidence| evidence.what.starts_with("SYN to")).unwrap();
    let frame = frames(&story.capture)[syn.frame.unwrap() as usize - 1].clone();
    let mut other = story.capture.clone();
    // Ethernet, IPv4, and in TCP the flags: no SYN any more.
    other[frame.start + 16 + 14 + 20 + 13] = 0x10;
    story.scratch.file("in/TCPDump.pcap", other);
    let verification = story.verified();
    assert!(
        verification.broken.iter().any(|broken| broken.frame == syn.frame && broken.why.contains("no SYN")),
        "{:#?}",
        verification.broken
    );
}

#[test]
fn a_report_that_says_what_its_inputs_do_not_is_told() {
    let story = Story::new();
    assert!(story.verified().holds());
    for (pointer, value) in [
        ("/attempts/3/evidence/0/what", "MDM Server Response Code: 200"),
        ("/attempts/3/evidence/0/time", "2023-11-14T22:13:51.000Z"),
        ("/attempts/0/evidence/1/time", "2023-11-14T22:13:51.000Z"),
    ] {
        let story = Story::new();
        story.change_report(pointer, value.into());
        let verification = story.verified();
        assert_eq!(verification.citations.changed, 1, "{pointer}: {:#?}", verification.broken);
        assert!(verification.inputs.iter().all(|input| input.state == InputState::Same));
    }
}

#[test]
fn other_words_in_the_payload_of_a_segment_are_told() {
    let other = [
        ("ClientHello for", "ClientHello for other.example.com"),
        ("TLS alert", "TLS alert bad_record_mac from the client"),
        ("GET /", "GET /another/path"),
        ("the server answers", "the server answers 302 Found"),
    ];
    let mut told = vec![0; other.len()];
    for case in ["five-outcomes", "tls-failures", "capture-only-plain", "odd-answers-plain"] {
        let inputs = [root().join("testdata/cases").join(case).join("bundle.tar")];
        let plain = analyze(&inputs, &Options::default()).unwrap();
        for ((begins, instead), told) in other.iter().zip(&mut told) {
            let mut report = plain.clone();
            let mut cited = Vec::new();
            for evidence in report.attempts.iter_mut().flat_map(|attempt| &mut attempt.evidence) {
                let is_frame = evidence.frame.is_some() && evidence.what.starts_with(begins);
                if is_frame && !evidence.what.starts_with(instead) && !evidence.what.ends_with(", decrypted") {
                    (*instead).clone_into(&mut evidence.what);
                    cited.push(evidence.frame);
                }
            }
            let verification = verify(&report, &inputs, &Options::default());
            let broken: Vec<_> = verification.broken.iter().map(|broken| broken.frame).collect();
            assert!(broken.iter().all(|frame| cited.contains(frame)), "{case}, {begins}: {:#?}", verification.broken);
            *told += broken.len();
        }
    }
    assert!(told.iter().all(|told| *told > 0), "{told:?}");
}

#[test]
fn files_are_found_by_their_sums_wherever_they_lie() {
    let story = Story::new();
    let packed = story.scratch.path().join("packed.tar");
    let mut tar = tar::Builder::new(std::fs::File::create(&packed).unwrap());
    for (name, from) in [("moved/other.txt", "in/ise-psc.log"), ("moved/b.cap", "in/TCPDump.pcap")] {
        tar.append_path_with_name(story.scratch.path().join(from), name).unwrap();
    }
    tar.finish().unwrap();
    let ran = run(&mut story.scratch.mdmlog(["verify", "report.json", "packed.tar", "-f", "text"])).with_status(0);
    assert!(ran.stdout.contains("found as packed.tar!moved/other.txt"), "{ran}");
}

#[test]
fn what_is_missing_is_said_and_the_status_is_one() {
    let story = Story::new();
    let ran = run(&mut story.scratch.mdmlog(["verify", "report.json", "in/ise-psc.log", "-f", "text"])).with_status(1);
    assert!(ran.stdout.contains("missing") && ran.stdout.contains("not at the paths"), "{ran}");
    let ran = run(&mut story.scratch.mdmlog(["verify", "report.json", "in"])).with_status(0);
    let value: Value = serde_json::from_str(&ran.stdout).unwrap();
    let schema: Value =
        serde_json::from_str(&run(&mut mdmlog(["schema", "--of", "verification"])).with_status(0).stdout).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&value), "{ran}");
    assert_eq!(value["citations"]["checked"], value["citations"]["holding"]);
}

#[test]
fn of_a_redacted_report_no_more_is_said_than_can_be() {
    let story = Story::new();
    let redact = ["analyze", "in", "-q", "--redact", "-f", "json", "-o", "redacted.json"];
    run(&mut story.scratch.mdmlog(redact)).with_status(0);
    let ran = run(&mut story.scratch.mdmlog(["verify", "redacted.json", "in", "-f", "text"])).with_status(1);
    assert!(ran.stdout.contains("the report is redacted") && !ran.stdout.contains("say something else"), "{ran}");
    assert!(!ran.stdout.contains(HOST), "{ran}");
}

#[test]
fn what_is_no_report_is_refused() {
    let story = Story::new();
    story.scratch.file("list.json", "[]");
    for (arguments, words) in [
        (&["verify", "list.json", "in"][..], "no report of mdmlog"),
        (&["verify", "none.json", "in"], "cannot read the report"),
        (&["verify", "report.json"], "nothing to verify"),
    ] {
        run(&mut story.scratch.mdmlog(arguments)).with_status(2).saying(&[words]);
    }
    story.change_report("/schema_version", "2.0".into());
    run(&mut story.scratch.mdmlog(["verify", "report.json", "in"])).with_status(2).saying(&["version 2.0"]);
}

#[test]
fn minutes_of_a_nodes_own_records_are_counted_again() {
    let scratch = Scratch::new();
    let trouble = "2023-11-14 23:13:21.000 +01:00 0000012346 89003 ERROR External-MDM: Failed to connect to MDM server, \
                   MDMServerName=FLEET,\n";
    scratch.file("in/ise-psc.log", delivery().0);
    scratch.file("in/iseLocalStore.log", trouble);
    run(&mut scratch.mdmlog(["analyze", "in", "-q", "-f", "json", "-o", "report.json"])).with_status(0);
    run(&mut scratch.mdmlog(["verify", "report.json", "in"])).with_status(0);
    scratch.file("in/iseLocalStore.log", trouble.replace("89003", "89005"));
    let ran = run(&mut scratch.mdmlog(["verify", "report.json", "in", "-f", "text"])).with_status(1);
    assert!(ran.stdout.contains("count otherwise"), "{ran}");
}
