//! What the options of `mdmlog analyze` do to a report, and to where it goes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::cases::Case;
use crate::support::{Scratch, has_tool, quiet, run};

fn five() -> Case {
    Case::new("five_outcomes")
}

/// The outcomes of a report, in order.
fn outcomes(report: &Value) -> Vec<&str> {
    report["attempts"].as_array().unwrap().iter().map(|attempt| attempt["outcome"].as_str().unwrap()).collect()
}

#[test]
fn the_exit_status_tells_of_outcomes_that_were_named() {
    for (fail_on, status) in [
        ("any", 1),
        ("http_401", 1),
        ("dns_failure/nxdomain", 1),
        ("proxy_error,syn_timeout", 1),
        ("dns_failure/servfail", 0),
        ("proxy_error,unknown", 0),
    ] {
        let ran = five().analyze(&["--fail-on", fail_on]).with_status(status);
        assert!(ran.stdout.contains("\"attempts\""), "{fail_on}\n{ran}");
    }
    five().analyze(&[]).with_status(0);
}

#[test]
fn a_file_holds_what_standard_output_would() {
    let scratch = Scratch::new();
    let path = scratch.path().join("report.json");
    let to_stdout = five().analyze(&[]).with_status(0);
    let to_file = five().analyze(&["-o", path.to_str().unwrap()]).with_status(0);
    assert_eq!((to_file.stdout.as_str(), std::fs::read_to_string(&path).unwrap()), ("", to_stdout.stdout));
    assert_eq!(scratch.names(), ["report.json"]);
}

#[test]
fn a_file_name_that_speaks_of_another_format_is_remarked_on() {
    let scratch = Scratch::new();
    let path = scratch.path().join("ticket.md");
    five().analyze(&["-o", path.to_str().unwrap()]).with_status(0).saying(&["`--format markdown`"]);
    assert!(std::fs::read_to_string(&path).unwrap().starts_with('{'));
    five().analyze(&["-f", "json", "-o", path.to_str().unwrap()]).with_status(0).silent();
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_can_not_be_written_is_an_error() {
    let ran = five().analyze(&["-o", "/dev/full"]).with_status(2).saying(&["cannot write the report to `/dev/full`"]);
    assert!(ran.stdout.is_empty(), "{ran}");
}

#[test]
fn a_window_keeps_the_attempts_that_start_in_it() {
    let all = five().report(&[]);
    let starts: Vec<_> =
        all["attempts"].as_array().unwrap().iter().map(|a| a["started_at"].as_str().unwrap()).collect();
    let kept = five().report(&["--since", starts[1], "--until", starts[3]]);
    assert_eq!(outcomes(&kept), outcomes(&all)[1..=3]);
    let day = &starts[0][..10];
    assert_eq!(outcomes(&five().report(&["--since", day, "--until", day])), outcomes(&all));
    assert!(outcomes(&five().report(&["--until", "2001-01-01"])).is_empty());
}

/// A log of a policy service node: device queries by the thousand, some of which fail, and polls.
fn queries(count: usize) -> String {
    let mut log = String::new();
    for index in 0..count {
        let criteria = if index % 100 == 99 {
            "compliance&value=false".to_owned()
        } else {
            format!("macaddress&value=02005E{index:06X}")
        };
        let stamp = |ms: usize| {
            let at = index * 7_000 + ms;
            let (hour, minute, second) = (at / 3_600_000, at / 60_000 % 60, at / 1000 % 60);
            format!("2026-07-01 {hour:02}:{minute:02}:{second:02},{:03}", at % 1000)
        };
        let from = "[PolicyEngineEvaluationThread-1][[]] cisco.cpm.mdm.util.MdmRESTClient -:::::-";
        let url =
            format!("https://mdm.example.com:443/ciscoise/v3/devices/?paging=0&querycriteria={criteria}&filter=all");
        log.push_str(&format!("{} INFO  {from} GET: MDM Server URL: {url}\n", stamp(0)));
        let result = if (200..205).contains(&index) {
            "ERROR {from} Error message while connecting to the MDM server : Connection Failed: 401:Unauthorized: x"
        } else {
            "INFO  {from} MDM Server Response Code: 200"
        };
        log.push_str(&format!("{} {}\n", stamp(90), result.replace("{from}", from)));
    }
    log
}

#[test]
fn kinds_select_attempts() {
    let scratch = Scratch::new();
    scratch.file("ise-psc.log", queries(400));
    let report = |kinds: &[&str]| -> Value {
        let ran = run(&mut scratch.mdmlog(["analyze", "ise-psc.log", "-q"].iter().chain(kinds))).with_status(0);
        serde_json::from_str(&ran.stdout).unwrap()
    };
    let all = report(&[]);
    assert_eq!(all["summary"]["by_kind"]["device_query"], serde_json::json!({"attempts": 396, "failures": 5}));
    let polls = report(&["--kind", "compliance_poll"]);
    assert_eq!(outcomes(&polls), ["success"; 4]);
    assert_eq!(polls["incidents"], serde_json::json!([]));
    assert_eq!(outcomes(&report(&["--kind", "device_query,compliance_poll"])).len(), 400);
    assert!(outcomes(&report(&["--kind", "token"])).is_empty());
    run(&mut scratch.mdmlog(["analyze", "ise-psc.log", "--kind", "devices"])).with_status(2).saying(&["device_query"]);
}

#[test]
fn a_log_of_thousands_of_queries_is_read_on_a_page_or_two() {
    let scratch = Scratch::new();
    scratch.file("ise-psc.log", queries(3000));
    let text = |more: &[&str]| {
        run(&mut scratch.mdmlog(["analyze", "ise-psc.log", "-q", "--format", "text"].iter().chain(more)))
            .with_status(0)
            .stdout
    };
    let short = text(&[]);
    assert!(short.starts_with("Reached again since 00:23:55?; nothing open.\n"), "{short}");
    assert!(short.lines().count() < 100 && short.contains("5 endpoints") && short.contains("/min"), "{short}");
    assert_eq!(short.matches("http_401  ").count(), 6, "{short}");
    assert!(text(&["--all"]).lines().count() > 3000);
    for format in ["html", "markdown"] {
        let ran = run(&mut scratch.mdmlog(["analyze", "ise-psc.log", "-q", "--format", format])).with_status(0);
        assert!(ran.stdout.len() < 500_000, "{format}: {}", ran.stdout.len());
    }
}

#[test]
fn a_bundle_without_a_command_is_analysed() {
    let bundle = crate::support::root().join("testdata/cases/five-outcomes/bundle.tar");
    let bundle = bundle.to_str().unwrap();
    let plain = run(&mut crate::support::mdmlog(["analyze", bundle, "-q"])).with_status(0).stdout;
    for words in [&[bundle, "-q"][..], &["-q", bundle], &["--color", "never", "-q", bundle]] {
        assert_eq!(run(&mut crate::support::mdmlog(words)).with_status(0).stdout, plain, "{words:?}");
    }
    run(&mut crate::support::mdmlog(["no-such-file"])).with_status(2).saying(&["unrecognized subcommand"]);
    run(&mut crate::support::mdmlog(["analyze", bundle, "--json"])).with_status(2).saying(&["say `--format json`"]);
}

#[test]
fn fields_are_set_in_tickets_alone() {
    let ran = five().analyze(&["--format", "servicenow", "--field", "assignment_group=Network", "--field", "impact=1"]);
    for line in ran.with_status(0).stdout.lines() {
        let ticket: Value = serde_json::from_str(line).unwrap();
        assert_eq!((&ticket["assignment_group"], &ticket["impact"]), (&"Network".into(), &"1".into()));
    }
    five().analyze(&["--field", "a=b"]).with_status(2).saying(&["--format jira or servicenow"]);
    five().analyze(&["--format", "jira", "--field", "=b"]).with_status(2).saying(&["no name of a field"]);
}

#[test]
fn what_people_call_an_outcome_finds_it() {
    five().analyze(&["--fail-on", "404"]).with_status(1);
    five().analyze(&["--fail-on", "dns"]).with_status(1);
    five().analyze(&["--fail-on", "503,proxy"]).with_status(0);
    for (word, title) in [("401", "http_401: "), ("dns", "dns_failure: "), ("tls", "tls_failure: ")] {
        let said = run(&mut crate::support::mdmlog(["explain", word])).with_status(0).stdout;
        assert!(said.starts_with(title), "{said}");
    }
}

#[test]
fn a_zone_that_is_given_is_taken() {
    let clock = &five().report(&["--log-timezone", "-06:00"])["clock"];
    assert_eq!((&clock["log_utc_offset"], &clock["log_utc_offset_source"]), (&"-06:00".into(), &"option".into()));
}

#[test]
fn redaction_leaves_no_host_and_no_address_in_any_format() {
    let case = five();
    let report = case.report(&[]);
    let attempts = report["attempts"].as_array().unwrap();
    let hosts = attempts.iter().filter_map(|attempt| attempt["server"]["host"].as_str());
    let addresses = attempts.iter().flat_map(|attempt| attempt["server"]["addresses"].as_array().unwrap());
    let secrets: Vec<_> = hosts.chain(addresses.filter_map(Value::as_str)).collect();
    assert!(secrets.len() > 5, "{secrets:?}");
    for format in mdmlog::render::Format::ALL {
        let ran = case.analyze(&["--redact", "-v", "--format", format.as_str()]).with_status(0);
        for secret in &secrets {
            assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{format}: {secret}\n{ran}");
        }
    }
}

#[test]
fn pseudonyms_stay_the_same_with_a_key_and_change_without() {
    let scratch = Scratch::new();
    let key = scratch.file("key", "a key\n");
    let typed = five().analyze(&["--redact-key", "a key"]).with_status(0).stdout;
    let from_file = five().analyze(&["--redact-key", &format!("@{}", key.display())]).with_status(0).stdout;
    assert_eq!(typed, from_file);
    assert_ne!(typed, five().analyze(&["--redact"]).with_status(0).stdout);
}

#[test]
fn a_damaged_part_is_a_warning_and_the_rest_is_analysed() {
    let scratch = Scratch::new();
    let folder = Case::new("directory").folder.join("bundle");
    let capture = std::fs::read(folder.join("TCPDump.pcap")).unwrap();
    scratch.file("TCPDump.pcap", &capture[..capture.len() - 7]);
    scratch.file("ise-psc.log", std::fs::read(folder.join("support/ise-psc.log")).unwrap());
    let ran = run(&mut scratch.mdmlog(["analyze", "."])).with_status(0).saying(&["mdmlog: warning: ", "TCPDump.pcap"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(outcomes(&report), ["success", "http_404"]);
    assert!(!report["warnings"].as_array().unwrap().is_empty(), "{ran}");
    run(&mut scratch.mdmlog(["analyze", ".", "--quiet"])).with_status(0).silent();
}

#[test]
fn what_holds_nothing_known_is_an_error_that_names_it() {
    let scratch = Scratch::new();
    scratch.file("notes.txt", "Dear support,\nnothing works.\n");
    scratch.file("empty", "");
    std::fs::create_dir(scratch.path().join("folder")).unwrap();
    for path in ["notes.txt", "empty", "folder"] {
        let ran = run(&mut scratch.mdmlog(["analyze", path])).with_status(2).saying(&["mdmlog: ", path]);
        assert!(ran.stdout.is_empty(), "{ran}");
    }
}

#[test]
fn one_path_that_is_wrong_does_not_cost_the_others() {
    let ran = five().analyze(&["not-there.log"]).with_status(0).saying(&["mdmlog: warning: ", "not-there.log"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(outcomes(&report).len(), 5);
}

#[test]
fn a_passphrase_comes_from_a_file_or_the_environment_and_a_wrong_one_is_said() {
    let scratch = Scratch::new();
    let bundle = Case::new("encrypted_bundle").folder.join("bundle.tar.gpg");
    let analyze = || scratch.mdmlog([std::ffi::OsStr::new("analyze"), bundle.as_os_str()]);
    scratch.file("right", "correct horse\n");
    scratch.file("wrong", "battery staple\n");
    run(analyze().args(["--passphrase-file", "right"])).with_status(0);
    run(analyze().env("MDMLOG_PASSPHRASE", "correct horse")).with_status(0);
    let ran =
        run(analyze().args(["--passphrase-file", "wrong"])).with_status(2).saying(&["bundle.tar.gpg", "passphrase"]);
    assert!(!ran.stderr.contains("battery"), "{ran}");
    run(&mut analyze()).with_status(2).saying(&["bundle.tar.gpg", "MDMLOG_PASSPHRASE"]);
}

#[cfg(unix)]
#[test]
fn a_passphrase_is_asked_for_on_a_terminal() {
    if !has_tool("script") {
        return;
    }
    let scratch = Scratch::new();
    let program = assert_cmd::cargo::cargo_bin!("mdmlog");
    let line = format!("'{}' analyze bundle.tar.gpg --quiet -o report.json", program.display());
    let mut script = Command::new("script");
    quiet(&mut script).args(["--quiet", "--return", "--command", &line, "/dev/null"]).current_dir(scratch.path());
    std::fs::copy(Case::new("encrypted_bundle").folder.join("bundle.tar.gpg"), scratch.path().join("bundle.tar.gpg"))
        .unwrap();
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let (mut keyboard, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut seen = Vec::new();
    while !seen.ends_with(b": ") {
        let mut byte = [0];
        assert_eq!(screen.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&seen));
        seen.push(byte[0]);
    }
    assert!(String::from_utf8_lossy(&seen).contains("Passphrase for `bundle.tar.gpg`"));
    keyboard.write_all(b"correct horse\n").unwrap();
    let mut rest = String::new();
    screen.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest}");
    assert!(scratch.path().join("report.json").is_file());
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    let scratch = Scratch::new();
    let mut command = scratch.mdmlog(["analyze", "-", "-o", "report.json", "--progress", "always"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let keyboard = child.stdin.take();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    // The first line of progress shows that the run has begun, and it waits for input that does not come.
    let mut said = String::new();
    stderr.read_line(&mut said).unwrap();
    assert!(said.starts_with("mdmlog: finding"), "{said}");
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    stderr.read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    assert!(said.contains("mdmlog: interrupted"), "{said}");
    assert!(scratch.names().is_empty(), "{:?}", scratch.names());
    drop(keyboard);
}

#[test]
fn progress_is_shown_where_it_is_asked_for() {
    let ran = five().analyze(&["--progress", "always"]).with_status(0).saying(&["mdmlog: joining\n"]);
    assert!(ran.stdout.starts_with('{'), "{ran}");
    five().analyze(&[]).with_status(0).silent();
}

#[test]
fn a_terminal_gets_text_in_its_width_and_warnings_once() {
    if !has_tool("script") {
        return;
    }
    let program = assert_cmd::cargo::cargo_bin!("mdmlog");
    let line = format!("stty cols 80 rows 24; '{}' analyze bundle.tar --color never", program.display());
    let mut script = Command::new("script");
    quiet(&mut script).args(["--quiet", "--return", "--command", &line, "/dev/null"]).current_dir(five().folder);
    let ran = run(&mut script).with_status(0);
    let shown = ran.stdout.replace("\r\n", "\n");
    assert_eq!(shown, run_in_width(80), "{ran}");
}

/// The text report of the same case, not on a terminal.
fn run_in_width(width: usize) -> String {
    let mut command = crate::support::mdmlog(["analyze", "bundle.tar", "--format", "text"]);
    run(command.current_dir(five().folder).env("COLUMNS", width.to_string())).with_status(0).stdout
}
