//! What the report tells to collect is enough: the printed filter, put to a capture of everything, keeps what decides.

use std::collections::BTreeMap;
use std::process::Command;

use mdmlog::outcome::Outcome;
use mdmlog::report::{Attempt, InputKind, InputRole, Report};
use mdmlog::{Options, analyze};

use crate::support::{Scratch, has_tool, quiet, root, run};
use crate::traps::world::{Told, World};

/// A case unpacked: its logs and its captures, each in a folder.
fn unpacked(case: &str) -> Scratch {
    let scratch = Scratch::new();
    let found = mdmlog::input::find(
        &[root().join("testdata/cases").join(case)],
        mdmlog::sources::KINDS,
        &mdmlog::input::InputOptions::default(),
        &mdmlog::progress::Progress::default(),
    );
    for (index, item) in found.items.iter().enumerate() {
        match item.kind.role() {
            InputRole::Log => drop(scratch.file(&format!("log/{index}/ise-psc.log"), &item.data)),
            InputRole::Capture => drop(scratch.file(&format!("full/{index}.pcap"), &item.data)),
            _ => {}
        }
    }
    scratch
}

fn report(scratch: &Scratch, folders: &[&str]) -> Report {
    let paths: Vec<_> = folders.iter().map(|folder| scratch.path().join(folder)).collect();
    analyze(&paths, &Options::default()).unwrap()
}

/// Has tcpdump keep of each capture what the filter lets through.
fn filtered(scratch: &Scratch, filter: &str) {
    std::fs::create_dir_all(scratch.path().join("filtered")).unwrap();
    for name in scratch.names_in("full") {
        let mut tcpdump = Command::new("tcpdump");
        quiet(&mut tcpdump).current_dir(scratch.path());
        tcpdump.args(["-r", &format!("full/{name}"), "-w", &format!("filtered/{name}"), filter]);
        run(&mut tcpdump).with_status(0);
    }
}

fn filter_of(attempts: &[&Attempt]) -> String {
    let filters = attempts.iter().filter_map(|attempt| attempt.next_collection.as_ref()?.capture_filter.clone());
    let mut filters: Vec<String> = filters.map(|filter| format!("({filter})")).collect();
    filters.sort();
    filters.dedup();
    filters.join(" or ")
}

/// Verdicts by where the log tells the attempt, and by the connection where it does not.
fn verdicts<'r>(attempts: impl IntoIterator<Item = &'r Attempt>) -> BTreeMap<String, (Outcome, String)> {
    let key = |attempt: &Attempt| {
        let line = attempt.evidence.iter().find_map(|evidence| evidence.line);
        let client = attempt.flow.as_ref().map(|flow| flow.client);
        line.map_or_else(|| format!("{client:?} {:?}", attempt.started_at), |line| format!("line {line}"))
    };
    let verdict = |attempt: &Attempt| (attempt.outcome, format!("{:?} {:?}", attempt.confidence, attempt.conflict));
    attempts.into_iter().map(|attempt| (key(attempt), verdict(attempt))).collect()
}

/// With nothing but a log, the report says how to capture; a capture through that filter gives what the whole one gives.
#[test]
fn a_capture_through_the_printed_filter_decides_what_the_log_alone_does_not() {
    if !has_tool("tcpdump") {
        return;
    }
    let mut decided = 0;
    for case in [
        "five-outcomes",
        "dns-failures",
        "ipv6",
        "pcapng-cooked",
        "transport-failures",
        "many-addresses",
        "http-errors",
        "tls-failures",
        "late-success",
        "long-syn-timeout",
        "resolver-first-silent",
        "proxy-failures",
        "through-proxy",
        "proxy-and-direct",
    ] {
        let scratch = unpacked(case);
        let log = report(&scratch, &["log"]);
        let open: Vec<&Attempt> = log.attempts.iter().filter(|attempt| attempt.next_collection.is_some()).collect();
        if open.is_empty() {
            continue;
        }
        filtered(&scratch, &filter_of(&open));
        let (with_all, with_some) = (report(&scratch, &["log", "full"]), report(&scratch, &["log", "filtered"]));
        let lines: Vec<_> = verdicts(open.iter().copied()).into_keys().collect();
        let (wanted, got) = (verdicts(&with_all.attempts), verdicts(&with_some.attempts));
        for line in lines {
            assert_eq!(got.get(&line), wanted.get(&line), "{case}, {line}: {}", filter_of(&open));
            decided += 1;
        }
    }
    assert!(decided > 20, "{decided}");
}

/// What is not sure with a capture of everything says what to collect; that loses nothing of what was seen.
#[test]
fn the_printed_filter_loses_nothing_of_what_was_seen() {
    if !has_tool("tcpdump") {
        return;
    }
    let mut kept = 0;
    for case in ["capture-only", "dozen-tls12", "odd-answers-plain", "pool-stale", "proxy-moods", "tls13-blind"] {
        let scratch = unpacked(case);
        let folders = |capture| if scratch.path().join("log").is_dir() { vec!["log", capture] } else { vec![capture] };
        let with_all = report(&scratch, &folders("full"));
        let open = || with_all.attempts.iter().filter(|attempt| attempt.next_collection.is_some());
        filtered(&scratch, &filter_of(&open().collect::<Vec<_>>()));
        let got = verdicts(&report(&scratch, &folders("filtered")).attempts);
        for (key, verdict) in verdicts(open()) {
            assert_eq!(got.get(&key), Some(&verdict), "{case}, {key}");
            kept += 1;
        }
    }
    assert!(kept > 10, "{kept}");
}

/// A pcap of Ethernet, little-endian, with tags of VLANs in each frame.
fn tagged(pcap: &[u8], tags: &[u8]) -> Vec<u8> {
    let mut out = pcap[..24].to_vec();
    let mut at = 24;
    while let Some(header) = pcap.get(at..at + 16) {
        let length = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().unwrap());
        let frame = &pcap[at + 16..at + 16 + length(8) as usize];
        out.extend(&header[..8]);
        for field in [8, 12] {
            out.extend((length(field) + tags.len() as u32).to_le_bytes());
        }
        out.extend([&frame[..12], tags, &frame[12..]].concat());
        at += 16 + frame.len();
    }
    out
}

/// On a trunk, a filter sees nothing behind a tag that it does not name.
#[test]
fn where_frames_have_tags_the_printed_filter_names_them() {
    if !has_tool("tcpdump") {
        return;
    }
    let mut kept = 0;
    for (case, tags) in [
        ("capture-only", &[0x81, 0, 0, 100][..]),
        ("dozen-tls12", &[0x81, 0, 0, 100]),
        ("tls13-blind", &[0x81, 0, 0, 100]),
        ("capture-only", &[0x88, 0xa8, 0, 20, 0x81, 0, 0, 100]),
    ] {
        let scratch = unpacked(case);
        for name in scratch.names_in("full") {
            let path = scratch.path().join("full").join(&name);
            let plain = std::fs::read(&path).unwrap();
            std::fs::write(path, tagged(&plain, tags)).unwrap();
        }
        let folders = |capture| if scratch.path().join("log").is_dir() { vec!["log", capture] } else { vec![capture] };
        let with_all = report(&scratch, &folders("full"));
        // Behind `vlan` all terms are about what stands behind a tag, so that such filters can't be joined by `or`.
        for attempt in with_all.attempts.iter().filter(|attempt| attempt.next_collection.is_some()) {
            let filter = filter_of(&[attempt]);
            assert!(filter.contains("or (vlan and ("), "{filter}");
            filtered(&scratch, &filter);
            let got = verdicts(&report(&scratch, &folders("filtered")).attempts);
            for (key, verdict) in verdicts([attempt]) {
                assert_eq!(got.get(&key), Some(&verdict), "{case}, {key}: {filter}");
                kept += 1;
            }
        }
    }
    assert!(kept > 4, "{kept}");
}

const SHOWTECH: &str = "Displaying running-config ...\nhostname ise-psn1\nip name-server 192.0.2.153\nclock timezone America/Denver\n\
                        Displaying NTP status ...\nLeap status     : Normal\n";

#[test]
fn the_collection_names_the_node_its_resolver_and_the_next_poll_on_its_clock() {
    let mut world = World::in_zone(-7 * 60);
    for number in 0..4 {
        let at = number * 14_400_000;
        world.told(&format!("poll-{number}"), "mdm.example.com", at, &[(at + 50, Told::Failure("Read timed out"))]);
    }
    let log = world
        .log_text()
        .replace("mdminfo/?ise_api_version=3", "devices/?paging=0&querycriteria=compliance&value=false&filter=all");
    let scratch = Scratch::new();
    scratch.file("ise-psc.log", log);
    scratch.file("showtech.out", SHOWTECH);
    let report = analyze(&[scratch.path().to_owned()], &Options::default()).unwrap();
    let next = report.attempts[0].next_collection.as_ref().unwrap();
    assert!(next.node.starts_with("ise-psn1, the policy service node"), "{next:?}");
    assert_eq!(next.capture_filter.as_deref(), Some("tcp port 443 or (port 53 and host 192.0.2.153) or icmp or icmp6"));
    // The last poll began at 10:13:20 UTC, four hours before the next; Denver is seven behind.
    assert!(next.when.contains("2023-11-15 07:13:20 on the appliance's clock"), "{next:?}");
    assert!(next.when.contains("every 240 minutes"), "{next:?}");
    assert_eq!(report.inputs.iter().filter(|input| input.kind == InputKind::ShowTech).count(), 1);
    for format in ["text", "markdown", "html"] {
        let ran = run(&mut scratch.mdmlog(["analyze", ".", "-q", "--format", format])).with_status(0);
        for part in ["collect next time", "ise-psn1, the policy service node", "port 53 and host 192.0.2.153"] {
            assert!(ran.stdout.replace("\n            ", " ").contains(part), "{format}: `{part}`\n{ran}");
        }
        let redacted = run(&mut scratch.mdmlog(["analyze", ".", "-q", "--redact", "--format", format])).with_status(0);
        for name in ["ise-psn1", "192.0.2.153", "mdm.example.com"] {
            assert!(!redacted.stdout.contains(name), "{format}: {name}\n{redacted}");
        }
    }
}

#[test]
fn minutes_of_hurt_endpoints_are_in_every_report_for_people() {
    let scratch = Scratch::new();
    let mut world = World::default();
    world.told("pool-1", "mdm.example.com", 0, &[(50, Told::Failure("Connection refused"))]);
    scratch.file("ise-psc.log", world.log_text());
    let mut store = String::new();
    for endpoint in 0..7 {
        store += &format!(
            "2023-11-14 22:13:{:02}.000 +00:00 000001234{endpoint} 89003 ERROR External-MDM: Failed to connect to MDM server, \
             MDMServerName=FLEET_PRO, EndpointMacAddress=00-26-B4-24-FE-B{endpoint},\n",
            20 + endpoint
        );
    }
    scratch.file("iseLocalStore.log", store);
    for format in ["text", "markdown", "html"] {
        let shown = |redact: &[&str]| {
            let arguments = [&["analyze", ".", "-q", "--format", format], redact].concat();
            run(&mut scratch.mdmlog(arguments)).with_status(0).stdout
        };
        let page = shown(&[]);
        for part in ["7 endpoints hurt", "2023-11-14 22:13", "FLEET_PRO", "89003"] {
            assert!(page.contains(part), "{format}: `{part}`\n{page}");
        }
        let page = shown(&["--redact"]);
        assert!(page.contains("7 endpoints hurt") && !page.contains("FLEET_PRO"), "{page}");
    }
}
