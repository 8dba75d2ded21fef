//! Usage, errors and exit statuses.

use std::io::Read as _;
use std::process::Stdio;

use crate::support::{Scratch, mdmlog, run};

#[test]
fn without_a_command_the_help_is_shown_and_the_usage_is_wrong() {
    let ran = run(&mut mdmlog(["--color", "never"])).with_status(2);
    assert!(ran.stderr.contains("Usage: mdmlog"), "{ran}");
    assert!(ran.stdout.is_empty(), "{ran}");
}

#[test]
fn help_names_the_exit_statuses_and_gives_examples() {
    for arguments in [&["--help"][..], &["help", "analyze"], &["analyze", "--help"]] {
        let ran = run(&mut mdmlog(arguments)).with_status(0).silent();
        for text in ["Examples:", "mdmlog analyze bundle.tar", "Exit status:", "  130  "] {
            assert!(ran.stdout.contains(text), "{text}\n{ran}");
        }
    }
}

#[test]
fn the_version_may_name_the_commit() {
    let ran = run(&mut mdmlog(["--version"])).with_status(0).silent();
    let rest =
        ran.stdout.trim_end().strip_prefix(concat!("mdmlog ", env!("CARGO_PKG_VERSION"))).expect("name and version");
    let commit = |rest: &str| {
        let (hash, date) = rest.strip_prefix(" (")?.strip_suffix(')')?.split_once(' ')?;
        Some(hash.bytes().all(|byte| byte.is_ascii_hexdigit()) && date.parse::<jiff::civil::Date>().is_ok())
    };
    assert!(rest.is_empty() || commit(rest) == Some(true), "{ran}");
}

#[test]
fn a_near_miss_gets_a_hint() {
    run(&mut mdmlog(["analyse", "x"])).with_status(2).saying(&["mdmlog: ", "'analyze'"]);
    for arguments in [&["analyze", "x", "--json"][..], &["analyze", "--json", "x"]] {
        let ran = run(&mut mdmlog(arguments)).with_status(2).saying(&["tip: say `--format json`"]);
        assert_eq!(ran.stderr.matches("tip:").count(), 1, "{ran}");
    }
    run(&mut mdmlog(["analyze", "--formt", "json"])).with_status(2).saying(&["'--format'"]);
    run(&mut mdmlog(["analyze", "--format", "jsn", "x"])).with_status(2).saying(&["'json'", "markdown"]);
    run(&mut mdmlog(["analyze", "--fail-on", "http_410", "x"])).with_status(2).saying(&["`http_401`"]);
}

#[test]
fn a_wrong_value_is_named_with_what_was_expected() {
    for (option, value, expected) in [
        ("--log-timezone", "Mars/Olympus", "Europe/Paris"),
        ("--proxy", "192.0.2.8", "192.0.2.8:3128"),
        ("--host", "https://tenant.example/", "without scheme"),
        ("--port", "0", "1..=65535"),
        ("--since", "yesterday", "2023-08-15 10:21"),
        ("--until", "-2h", ""),
        ("--max-total", "many", "64G"),
        ("--threads", "many", "invalid value"),
        ("--color", "blue", "always"),
        ("--progress", "yes", "never"),
    ] {
        run(&mut mdmlog(["analyze", option, value, "x"])).with_status(2).saying(&["mdmlog: ", expected, "--help"]);
    }
}

#[test]
fn a_window_that_holds_nothing_is_wrong_usage() {
    let arguments = ["analyze", "x", "--since", "2023-08-16", "--until", "2023-08-15 10:00"];
    run(&mut mdmlog(arguments)).with_status(2).saying(&["2023-08-15T10:00:00.000Z is before"]);
}

#[test]
fn without_a_path_it_says_what_to_do() {
    run(&mut mdmlog(["analyze"])).with_status(2).saying(&[
        "mdmlog: nothing to analyze",
        "bundle.tar",
        "`mdmlog analyze -`",
    ]);
}

#[test]
fn standard_input_can_be_read_only_once() {
    run(&mut mdmlog(["analyze", "-", "-"])).with_status(2).saying(&["only once"]);
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let scratch = Scratch::new();
    let ran = run(&mut scratch.mdmlog(["analyze", "bundle.tar"])).with_status(2).saying(&["mdmlog: ", "bundle.tar"]);
    assert!(ran.stdout.is_empty(), "{ran}");
}

#[test]
fn a_control_character_in_a_path_is_not_sent_to_the_terminal() {
    let ran = run(&mut mdmlog(["analyze", "not\u{1b}[31mthere"])).with_status(2).saying(&["not\\u{1b}[31mthere"]);
    assert!(!ran.stderr.contains('\u{1b}'), "{ran}");
}

#[test]
fn an_output_that_can_not_be_written_is_found_out_first() {
    let scratch = Scratch::new();
    scratch.file("bundle.tar", "");
    let wrong = |output: &str| run(&mut scratch.mdmlog(["analyze", "bundle.tar", "-o", output])).with_status(2);
    wrong("nowhere/report.json").saying(&["cannot write the report to `nowhere/report.json`"]);
    wrong(".").saying(&["is a directory"]);
    assert_eq!(scratch.names(), ["bundle.tar"]);
}

#[test]
fn a_passphrase_or_key_that_can_not_be_read_is_said() {
    let scratch = Scratch::new();
    scratch.file("empty", "\n");
    let run = |option: &str, value: &str| run(&mut scratch.mdmlog(["analyze", "x", option, value])).with_status(2);
    run("--passphrase-file", "none").saying(&["cannot read the passphrase from `none`"]);
    run("--passphrase-file", "empty").saying(&["its first line is empty"]);
    run("--redact-key", "@none").saying(&["cannot read the key of the pseudonyms from `none`"]);
    run("--redact-key", "@empty").saying(&["it is empty"]);
}

#[test]
fn there_is_no_option_for_the_passphrase_itself() {
    run(&mut mdmlog(["analyze", "x", "--passphrase", "secret"])).with_status(2).saying(&["'--passphrase-file'"]);
}

#[test]
fn the_schema_is_json_of_the_draft_that_it_names() {
    let ran = run(&mut mdmlog(["schema"])).with_status(0).silent();
    let schema: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    jsonschema::meta::validate(&schema).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let ran = run(mdmlog(["schema"]).stdout(full)).with_status(2);
    assert!(ran.stderr.starts_with("mdmlog: cannot write the schema to standard output: No space left"), "{ran}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for arguments in [&["schema"][..], &["explain", "-f", "markdown"], &["--help"], &["completions", "zsh"]] {
        let mut child = mdmlog(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
}
