//! What other files of a bundle say of the node, and what follows from it.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use mdmlog::report::{Input, InputKind, OffsetSource, Report};
use mdmlog::time::Timestamp;
use mdmlog::warning::WarningCode;
use mdmlog::{Options, analyze};

use crate::support::{Scratch, mdmlog, run};
use crate::traps::world::{EPOCH, Told, World};

const HOST: &str = "mdm.example.com";
const SHOWTECH: &str = "\
*****************************************
Displaying System Clock ...
*****************************************
Wed Nov 15 00:13:20 CET 2023

Displaying running-config ...
hostname ise-psn1
clock timezone Europe/Berlin
ip name-server 192.0.2.153
Displaying NTP status ...
unsynchronised

Cisco Identity Services Engine
---------------------------------------------
Version      : 3.2.0.542

Cisco Identity Services Engine Patch
---------------------------------------------
Version      : 2
";

/// A local store with a line at each of these times, in milliseconds of the story, at a zone in minutes.
fn store(lines: impl IntoIterator<Item = (i64, i64)>) -> String {
    let mut text = String::new();
    for (number, (at, zone)) in lines.into_iter().enumerate() {
        let local = EPOCH + at + zone * 60_000;
        let time = TimeZone::UTC.to_datetime(jiff::Timestamp::from_millisecond(local).unwrap());
        let sign = if zone < 0 { '-' } else { '+' };
        let (time, fraction) = (time.strftime("%Y-%m-%d %H:%M:%S"), local.rem_euclid(1000));
        let (hours, minutes) = (zone.abs() / 60, zone.abs() % 60);
        writeln!(
            text,
            "{time}.{fraction:03} {sign}{hours:02}:{minutes:02} {number:010} 5200 NOTICE Passed-Authentication: Authentication \
             succeeded, ConfigVersionId=77, UserName=user{number},"
        )
        .unwrap();
    }
    text
}

/// Successes that the log alone tells, at these seconds of the story.
fn told(zone: i64, seconds: &[i64]) -> World {
    let mut world = World::in_zone(zone);
    for at in seconds {
        world.told("admin-http-pool1", HOST, at * 1000, &[(at * 1000 + 62, Told::Status(200))]);
    }
    world
}

/// Successes that log and capture show.
fn shown(zone: i64, skew: i64, seconds: &[i64]) -> World {
    let mut world = World { skew, ..World::in_zone(zone) };
    for (at, port) in seconds.iter().zip(40_000..) {
        world.success(at * 1000, port, "admin-http-pool1", HOST);
    }
    world
}

/// A delivery, analysed.
fn report_of(files: &[(&str, &[u8])], options: &Options) -> Report {
    let scratch = Scratch::new();
    for (name, content) in files {
        scratch.file(name, content);
    }
    let here = [scratch.path().to_owned()];
    analyze(&here, options).unwrap()
}

/// When the attempts began, in milliseconds of the story.
fn starts(report: &Report) -> Vec<i64> {
    let at = |time: Option<Timestamp>| time.unwrap().nanos() / 1_000_000 - EPOCH;
    report.attempts.iter().map(|attempt| at(attempt.started_at)).collect()
}

#[track_caller]
fn log(report: &Report) -> &Input {
    report.inputs.iter().find(|input| input.kind == InputKind::IsePscLog).unwrap()
}

fn zone_warnings(report: &Report) -> Vec<(&str, &str)> {
    let of_zone = [WarningCode::ZoneAssumed, WarningCode::ZoneDisagrees];
    let warnings = report.warnings.iter().filter(|warning| of_zone.contains(&warning.code));
    warnings.map(|warning| (warning.code.as_str(), warning.message.as_str())).collect()
}

#[test]
fn a_log_without_a_capture_is_read_by_the_offsets_of_its_nodes_local_store() {
    for (zone, offset) in [(330, "+05:30"), (-360, "-06:00"), (0, "+00:00")] {
        let report = report_of(
            &[
                ("support/logs/ise-psc.log", told(zone, &[1, 60]).log_text().as_bytes()),
                ("support/localStore/iseLocalStore.log", store([(0, zone), (90_000, zone)]).as_bytes()),
            ],
            &Options::default(),
        );
        assert_eq!(starts(&report), [1_000, 60_000]);
        assert_eq!(log(&report).utc_offset.as_deref(), Some(offset));
        assert_eq!(log(&report).utc_offset_source, Some(OffsetSource::Bundle));
        assert_eq!(zone_warnings(&report), []);
    }
}

#[test]
fn without_a_word_of_the_bundle_the_zone_is_assumed_and_that_is_said() {
    let report = report_of(&[("ise-psc.log", told(60, &[1]).log_text().as_bytes())], &Options::default());
    assert_eq!(log(&report).utc_offset.as_deref(), Some("+00:00"));
    assert_eq!(log(&report).utc_offset_source, Some(OffsetSource::Assumed));
    assert!(matches!(zone_warnings(&report)[..], [("zone_assumed", _)]));
    assert!(report.nodes.is_empty());
}

#[test]
fn the_hour_that_comes_twice_is_read_as_the_store_says_and_the_log_shows() {
    // 22:13:20 UTC; at 23:00 UTC the clock goes back from 01:00 to 00:00.
    let change = 2_800_000;
    let seconds = [600, 2_500, 2_900, 5_000, 9_000];
    let mut world = told(120, &seconds);
    world.later_zone = Some((change, 60));
    for at in 0..100 {
        world.noise(at * 100_000);
    }
    let lines = (0..1000).map(|n| n * 10_000).map(|at| (at, if at < change { 120 } else { 60 }));
    let report = report_of(
        &[
            ("ise-psc.log", world.log_text().as_bytes()),
            ("iseLocalStore.log", store(lines).replace('.', ":").as_bytes()),
        ],
        &Options::default(),
    );
    assert_eq!(starts(&report), seconds.map(|at| at * 1000));
    assert_eq!(zone_warnings(&report), []);
}

#[test]
fn with_the_zone_of_the_bundle_one_attempt_is_enough_to_find_the_skew() {
    let world = shown(345, 1_850, &[5]);
    let report = report_of(
        &[
            ("ise-psc.log", world.log_text().as_bytes()),
            ("TCPDump.pcap", &world.pcap()),
            ("localStore/iseLocalStore.log", store([(0, 345)]).as_bytes()),
        ],
        &Options::default(),
    );
    let clock = report.clock.unwrap();
    assert_eq!((clock.log_utc_offset.as_str(), clock.log_utc_offset_source), ("+05:45", OffsetSource::Bundle));
    assert!((clock.log_minus_capture_ms.unwrap() - 1_850.0).abs() <= 50.0, "{clock:?}");
    assert_eq!(report.attempts.len(), 1);
}

#[test]
fn an_option_that_the_bundle_contradicts_is_used_and_both_are_named() {
    let files = [("ise-psc.log", told(120, &[1]).log_text()), ("iseLocalStore.log", store([(0, 120)]))];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let given = |zone: &str| Options { log_zone: Some(zone.parse().unwrap()), ..Options::default() };
    let report = report_of(&files, &given("-06:00"));
    assert_eq!(starts(&report), [1_000 + 8 * 3_600_000]);
    let warnings = zone_warnings(&report);
    assert!(
        matches!(warnings[..], [("zone_disagrees", message)] if ["--log-timezone", "UTC-06:00", "iseLocalStore.log", "+02:00"]
        .iter()
        .all(|part| message.contains(part))),
        "{warnings:?}"
    );
    assert_eq!(log(&report).utc_offset_source, Some(OffsetSource::Option));
    let report = report_of(&files, &given("Africa/Cairo"));
    assert_eq!((starts(&report), zone_warnings(&report)), (vec![1_000], vec![]));
}

#[test]
fn a_bundle_that_the_capture_contradicts_is_not_believed() {
    for (stated, used, source) in [(-360, "+02:00", OffsetSource::Estimated), (60, "+01:00", OffsetSource::Bundle)] {
        let world = shown(120, 0, &[1, 8, 21, 47, 95]);
        let report = report_of(
            &[
                ("ise-psc.log", world.log_text().as_bytes()),
                ("TCPDump.pcap", &world.pcap()),
                ("iseLocalStore.log", store([(0, stated)]).as_bytes()),
            ],
            &Options::default(),
        );
        // Whatever the zone is called, the times are the capture's.
        let wanted = [1_000, 8_000, 21_000, 47_000, 95_000];
        let near = |(start, wanted): (&i64, &i64)| (start - wanted).abs() <= 50;
        assert!(starts(&report).iter().zip(&wanted).all(near), "{:?}", starts(&report));
        assert_eq!(log(&report).utc_offset.as_deref(), Some(used));
        assert_eq!(log(&report).utc_offset_source, Some(source));
        let warnings = zone_warnings(&report);
        assert!(
            matches!(warnings[..], [("zone_disagrees", message)] if message.contains("iseLocalStore.log")
            && message.contains("UTC+02:00")),
            "{warnings:?}"
        );
    }
}

#[test]
fn each_node_of_a_delivery_has_its_own_clock() {
    let (pan, psn) = (told(120, &[1]), told(-300, &[31]));
    let report = report_of(
        &[
            ("ise-pan1/support/ise-psc.log", pan.log_text().as_bytes()),
            ("ise-pan1/support/localStore/iseLocalStore.log", store([(0, 120)]).as_bytes()),
            ("ise-psn1/support/ise-psc.log", psn.log_text().as_bytes()),
            ("ise-psn1/support/localStore/iseLocalStore.log", store([(0, -300)]).as_bytes()),
            ("ise_show_tech_ise-psn1_2023-11-15.txt", SHOWTECH.replace("Europe/Berlin", "Etc/GMT+5").as_bytes()),
        ],
        &Options::default(),
    );
    assert_eq!(starts(&report), [1_000, 31_000]);
    let of_logs: Vec<_> = report.inputs.iter().filter(|input| input.kind == InputKind::IsePscLog).collect();
    let hosts = of_logs.iter().map(|log| report.nodes[log.node.unwrap()].hostname.as_deref());
    assert_eq!(hosts.collect::<Vec<_>>(), [None, Some("ise-psn1")]);
    let offsets: Vec<_> = of_logs.iter().map(|log| log.utc_offset.as_deref()).collect();
    assert_eq!(offsets, [Some("+02:00"), Some("-05:00")]);
    assert_eq!(zone_warnings(&report), []);
}

#[test]
fn what_a_node_says_of_itself_is_in_the_report() {
    let report = report_of(
        &[("logs/ise-psc.log", told(60, &[1]).log_text().as_bytes()), ("showtech/showtech.out", SHOWTECH.as_bytes())],
        &Options::default(),
    );
    let [node] = &report.nodes[..] else { panic!("{:?}", report.nodes) };
    assert_eq!(node.hostname.as_deref(), Some("ise-psn1"));
    assert_eq!(node.version.as_deref(), Some("3.2.0.542"));
    assert_eq!(node.patches, Some(vec!["2".to_owned()]));
    assert_eq!(node.time_zone.as_deref(), Some("Europe/Berlin"));
    assert_eq!(node.ntp_synchronized, Some(false));
    assert_eq!(node.name_servers, Some(vec!["192.0.2.153".to_owned()]));
    assert_eq!(node.proxy, None);
    // The zone that the node is set to is better than none.
    assert_eq!((starts(&report), log(&report).node), (vec![1_000], Some(0)));
}

/// Two minutes of trouble by the node's own records.
const TROUBLE: &str = "\
2023-11-14 23:13:21.000 +01:00 0000012346 89003 ERROR External-MDM: Failed to connect to MDM server, MDMServerName=FLEET_PRO, EndpointMacAddress=00-26-B4-24-FE-B4,
2023-11-14 23:13:22.000 +01:00 0000012347 5400 NOTICE Failed-Attempt: Authentication failed, Calling-Station-ID=00-26-B4-24-FE-B5, MdmServerReachable=UnReachable, MDMServerName=FLEET_PRO,
2023-11-14 23:14:22.000 +01:00 0000012348 89005 ERROR External-MDM: Response error, MDMServerName=FLEET_PRO,
";

#[test]
fn a_nodes_own_records_tell_how_many_endpoints_were_hurt() {
    let report = report_of(
        &[("ise-psc.log", told(60, &[1]).log_text().as_bytes()), ("iseLocalStore.log", TROUBLE.as_bytes())],
        &Options::default(),
    );
    let minutes: Vec<_> = report.nodes[0]
        .mdm_failures
        .iter()
        .map(|minute| (minute.line, minute.connection_failures, minute.response_errors, minute.endpoints))
        .collect();
    assert_eq!(minutes, [(1, 1, 0, 2), (3, 0, 1, 0)]);
    assert_eq!(report.nodes[0].mdm_failures[0].at.to_string(), "2023-11-14T22:13:00.000Z");
    assert_eq!(report.nodes[0].mdm_failures[0].server.as_deref(), Some("FLEET_PRO"));
}

#[test]
fn advice_goes_by_what_the_node_says_of_itself() {
    let mut world = World::in_zone(60);
    let refused = "AADSTS700024: Client assertion is not within its valid time range";
    world.told("admin-http-pool1", "login.microsoftonline.com", 1_000, &[(1_062, Told::Failure(refused))]);
    let log = world.log_text();
    let remedy = |files: &[(&str, &[u8])]| report_of(files, &Options::default()).attempts[0].diagnosis.remedy.clone();
    let with = remedy(&[("ise-psc.log", log.as_bytes()), ("showtech.out", SHOWTECH.as_bytes())]);
    assert!(with[0].contains("not synchronized") && with[0].contains("AADSTS700024"), "{with:?}");
    let without = remedy(&[("ise-psc.log", log.as_bytes())]);
    assert!(!without[0].contains("not synchronized"), "{without:?}");
    let astray = SHOWTECH
        .replace("unsynchronised", "Leap status     : Normal\nSystem time     : 431.5 seconds fast of NTP time");
    let astray = remedy(&[("ise-psc.log", log.as_bytes()), ("showtech.out", astray.as_bytes())]);
    assert!(astray[0].contains("7 min 11 s ahead of its NTP servers"), "{astray:?}");
}

#[test]
fn records_of_the_mdm_component_are_read_wherever_they_stand_in_the_log_of_the_guest_portals() {
    let guest = "2023-11-14 23:13:20,000 INFO   [http-7][[]] cpm.guestaccess.flowmanager.Flow -:::- a guest came\n"
        .repeat(3000);
    let (log, plain) = (told(60, &[1]).log_text(), told(60, &[90]).log_text());
    let store = store([(0, 60)]);
    let with = |guest: &str| {
        let files =
            [("ise-psc.log", plain.as_str()), ("guest.log", guest), ("localStore/iseLocalStore.log", store.as_str())];
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        report_of(&files, &Options::default())
    };
    let read = with(&format!("{guest}{log}"));
    assert_eq!(starts(&read), [1_000, 90_000]);
    let evidence = &read.attempts[0].evidence[0];
    let input = &read.inputs[evidence.input];
    assert!(input.path.ends_with("guest.log") && evidence.line > Some(3000), "{evidence:?}");
    assert_eq!((input.kind, input.utc_offset.as_deref()), (InputKind::IsePscLog, Some("+01:00")));
    // One without such records is no input.
    let passed_by = with(&guest);
    assert_eq!(starts(&passed_by), [90_000]);
    assert!(passed_by.inputs.iter().all(|input| !input.path.ends_with("guest.log")), "{:?}", passed_by.inputs);
}

#[test]
fn nothing_that_names_a_node_is_left_when_names_are_replaced() {
    let scratch = Scratch::new();
    scratch.file("ise-psc.log", told(60, &[1]).log_text());
    scratch.file("localStore/iseLocalStore.log", TROUBLE);
    scratch.file(
        "showtech.out",
        SHOWTECH.replace("Displaying NTP", "Displaying proxy\nproxy.corp.example:3128\nDisplaying NTP"),
    );
    let ran = |redact: &[&str]| {
        let arguments = [&["analyze", ".", "--format", "json"], redact].concat();
        run(mdmlog(arguments).current_dir(scratch.path())).with_status(0).stdout
    };
    let (plain, redacted) = (ran(&[]), ran(&["--redact"]));
    for name in ["ise-psn1", "192.0.2.153", "FLEET_PRO", "proxy.corp.example", "Europe/Berlin"] {
        assert!(plain.contains(name) && !redacted.contains(name), "{name}\n{redacted}");
    }
}

#[test]
fn inspect_says_what_each_file_of_a_bundle_is_used_for() {
    let scratch = Scratch::new();
    scratch.file("logs/ise-psc.log", told(60, &[1]).log_text());
    scratch.file("logs/localStore/iseLocalStore.log", store([(0, 60)]));
    scratch.file("showtech.out", SHOWTECH);
    let ran = run(mdmlog(["inspect", ".", "--format", "text"]).current_dir(scratch.path())).with_status(0);
    for part in [
        "time zone, and trouble with MDM servers, of the node of ./logs/ise-psc.log",
        "version and settings of the node of",
        "3 of 3 are used",
    ] {
        assert!(ran.stdout.contains(part), "expected `{part}`\n{ran}");
    }
}

#[test]
fn a_zone_that_is_set_and_offsets_that_are_written_are_named_where_they_differ() {
    let report = report_of(
        &[
            ("ise-psc.log", told(-360, &[1]).log_text().as_bytes()),
            ("localStore/iseLocalStore.log", store([(0, -360)]).as_bytes()),
            ("showtech.out", SHOWTECH.as_bytes()),
        ],
        &Options::default(),
    );
    assert_eq!(starts(&report), [1_000]);
    let warnings = zone_warnings(&report);
    let [("zone_disagrees", message)] = &warnings[..] else { panic!("{warnings:?}") };
    for part in ["showtech.out sets", "localStore/iseLocalStore.log", "UTC-06:00"] {
        assert!(message.contains(part), "{message}");
    }
}

/// The agent's log, at a time of the story on a clock two hours ahead of UTC.
const AGENT: &str = "\
15/11/2023 00:13:20,VERBOSE,140204120491776,Finding user alice
15/11/2023 00:13:24,WARNING,140204120491776,DNS query for _ldap._tcp.corp.example failed: timed out
";

#[test]
fn trouble_with_dns_that_the_agent_shares_is_no_trouble_of_one_name() {
    let mut world = World::in_zone(120);
    world.told(
        "pool-1",
        HOST,
        2_000,
        &[(2_050, Told::Failure("mdm.example.com: Temporary failure in name resolution"))],
    );
    world.told("pool-2", HOST, 3_600_000, &[(3_600_050, Told::Failure("mdm.example.com: Name or service not known"))]);
    let log = world.log_text();
    let report = report_of(&[("ise-psc.log", log.as_bytes()), ("ad_agent.log", AGENT.as_bytes())], &Options::default());
    let trouble = &report.nodes[0].dns_trouble[0];
    assert_eq!((trouble.local_time.as_str(), trouble.line, trouble.records), ("2023-11-15T00:13:00", 2, 1));
    let told = |attempt: usize| report.attempts[attempt].diagnosis.remedy[0].contains("(ad_agent.log, line 2)");
    assert!(told(0), "{:?}", report.attempts[0].diagnosis);
    assert!(!told(1), "an hour later is another matter");
    assert!(report.incidents[0].diagnosis.remedy[0].contains("ad_agent.log"), "{:?}", report.incidents[0]);
}

#[test]
fn the_system_below_tells_the_nodes_name_and_whether_its_clock_is_kept() {
    let messages = "\
Nov 15 00:00:00 ise-psn1 ADEOSSHELL[2331]: [4711]:[info] config:network: setup is complete
Nov 15 00:13:20 ise-psn1 chronyd[917]: Can't synchronise: no selectable sources
";
    let delivery = |showtech: &str| {
        report_of(
            &[
                ("ise-psc.log", told(60, &[1]).log_text().as_bytes()),
                ("ade/ADE.log", messages.as_bytes()),
                ("showtech.out", showtech.as_bytes()),
            ],
            &Options::default(),
        )
    };
    let alone = delivery("Displaying nothing ...\nDisplaying more ...\n");
    let node = &alone.nodes[log(&alone).node.unwrap()];
    assert_eq!((node.hostname.as_deref(), node.ntp_synchronized), (Some("ise-psn1"), Some(false)));
    // What the node's own commands say is better.
    let both = delivery("Displaying x ...\nhostname ise-pan1\nDisplaying NTP ...\nLeap status     : Normal\n");
    let node = &both.nodes[log(&both).node.unwrap()];
    assert_eq!((node.hostname.as_deref(), node.ntp_synchronized), (Some("ise-pan1"), Some(true)));
}

#[test]
fn every_rotation_of_a_log_is_a_part_of_it() {
    use std::io::Write as _;
    let parts: Vec<String> = (0..4).map(|part| told(0, &[part * 1000 + 1]).log_text()).collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(parts[0].as_bytes()).unwrap();
    let report = report_of(
        &[
            ("logs/ise-psc.log", parts[3].as_bytes()),
            ("logs/ise-psc.log.1", parts[2].as_bytes()),
            ("logs/ise-psc.log.2023-11-14-1", parts[1].as_bytes()),
            ("logs/ise-psc.log.2023-11-13-1.gz", &gzip.finish().unwrap()),
        ],
        &Options::default(),
    );
    assert_eq!(starts(&report), [1_000, 1_001_000, 2_001_000, 3_001_000]);
    // Parts of one log are of one node; nothing says that there is another.
    assert!(report.nodes.is_empty() && report.inputs.len() == 4, "{:#?}", report.inputs);
}

#[test]
fn a_capture_in_a_nodes_folder_is_joined_with_that_nodes_log() {
    let bundle = crate::support::root().join("testdata/cases/two-nodes/bundle.tar");
    let report = analyze(&[bundle], &Options::default()).unwrap();
    let node_of = |inputs: &[usize]| report.inputs[inputs[0]].node.unwrap();
    let nodes: Vec<_> =
        report.clocks.iter().map(|clock| (node_of(&clock.log_inputs), node_of(&clock.capture_inputs))).collect();
    assert_eq!(nodes, [(1, 1), (0, 0)]);
}

/// Many of the other files are a gigabyte, nearly all of it a hole that takes no room on the disk: a look at the beginning of each is
/// nothing, and to read them whole would take more processor time than the shell lets the program have.
#[cfg(unix)]
#[test]
fn thousands_of_other_files_cost_a_look_each() {
    use std::process::Command;
    let scratch = Scratch::new();
    scratch.file("bundle/ise-psc.log", told(60, &[1]).log_text());
    let other = "some other log of the appliance, which nobody reads\n".repeat(20);
    for number in 0..5_000 {
        let path = scratch.file(&format!("bundle/{}/other-{number}.log", number % 50), &other);
        if number % 25 == 0 {
            std::fs::File::options().write(true).open(path).unwrap().set_len(1 << 30).unwrap();
        }
    }
    let mut shell = Command::new("sh");
    crate::support::quiet(&mut shell).current_dir(scratch.path()).arg("-c");
    shell.arg("ulimit -t 120; exec \"$0\" inspect bundle --format json").arg(assert_cmd::cargo::cargo_bin!("mdmlog"));
    let ran = run(&mut shell).with_status(0);
    let listed: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let members = listed["members"].as_array().unwrap();
    let used = members.iter().filter(|member| member["used"] == true).count();
    assert_eq!((members.len(), used), (5_001, 1));
    let report = analyze(&[scratch.path().join("bundle")], &Options::default()).unwrap();
    assert_eq!((report.inputs.len(), starts(&report)), (1, vec![1_000 + 3_600_000]));
}
