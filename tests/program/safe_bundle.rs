//! Bundles that may leave the house: an analysis comes to the same, tshark reads them as before, and no name is left in any byte.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::cases::Case;
use crate::secrets;
use crate::support::{Scratch, has_tool, mdmlog, quiet, run};

/// What an analysis comes to, attempt by attempt.
fn verdicts(report: &Value) -> Vec<String> {
    let verdict = |attempt: &Value| {
        format!(
            "{} {} {} {} {} tries {}",
            attempt["kind"],
            attempt["outcome"],
            attempt["detail"],
            attempt["http_status"],
            attempt["confidence"],
            attempt["tries"].as_array().map_or(0, Vec::len)
        )
    };
    report["attempts"].as_array().unwrap().iter().map(verdict).collect()
}

fn analysed(path: &Path) -> Value {
    let ran = run(mdmlog(["analyze", "-q", "--format", "json"]).arg(path)).with_status(0);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// Hosts and addresses of a report, as far as they are someone's.
fn names(report: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for attempt in report["attempts"].as_array().unwrap() {
        let host = attempt["server"]["host"].as_str().unwrap_or_default();
        let label = host.split('.').next().unwrap_or_default();
        if label.len() > 3 && host.contains('.') && !host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            found.insert(label.to_owned());
        }
        for address in attempt["server"]["addresses"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            found.insert(address.to_owned());
        }
        found.extend(attempt["api"]["path"].as_str().and_then(|path| path.split('/').nth(2)).map(str::to_owned));
    }
    found.retain(|name| name.len() > 4 && name != "ciscoise");
    found
}

/// The number of frames that tshark calls malformed.
fn malformed(file: &Path) -> usize {
    let mut command = Command::new("tshark");
    quiet(&mut command).arg("-r").arg(file).args(["-n", "-Y", "_ws.malformed"]);
    run(&mut command).with_status(0).stdout.lines().count()
}

/// Cases of each kind: other link layers, IPv6, a proxy, plain HTTP, rotated parts, cut packets.
const CASES: [&str; 14] = [
    "five-outcomes",
    "through-proxy",
    "tls-failures",
    "ipv6",
    "pcapng-cooked",
    "big-endian-vlan",
    "dns-failures",
    "rotated-gz-zip",
    "capture-only-plain",
    "odd-answers-plain",
    "transport-failures",
    "device-queries",
    "snap-96",
    "proxy-failures",
];

#[test]
fn a_safe_bundle_comes_to_the_same_and_names_no_one() {
    for case in Case::all().into_iter().filter(|case| CASES.contains(&case.name.as_str())) {
        let scratch = Scratch::new();
        let original = case.report(&[]);
        let safe = scratch.path().join("safe.tar");
        case.run("redact", &["-q", "--redact-key", "key", "-o", safe.to_str().unwrap()]).with_status(0);
        let redacted = analysed(&safe);
        assert_eq!(verdicts(&redacted), verdicts(&original), "{}", case.name);

        let bytes = std::fs::read(&safe).unwrap();
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for name in names(&original) {
            assert!(!text.contains(&name.to_lowercase()), "{name} in {}", case.name);
            if let Ok(std::net::IpAddr::V4(address)) = name.parse() {
                let found = memchr::memmem::find(&bytes, &address.octets());
                assert!(found.is_none(), "{name} in {}", case.name);
            }
        }
        let mut tar = tar::Archive::new(&bytes[..]);
        for entry in tar.entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().into_owned();
            if has_tool("tshark") && name.extension().is_some_and(|extension| extension == "pcapng") {
                let file = scratch.path().join("capture.pcapng");
                entry.unpack(&file).unwrap();
                assert_eq!(malformed(&file), 0, "{}: {}", case.name, name.display());
            }
        }
    }
}

/// Credentials, users, devices and paths in every place that a log and plain HTTP have for them.
#[test]
fn nothing_that_was_put_into_log_and_capture_is_left_in_any_byte() {
    let world = secrets::world();
    let scratch = Scratch::new();
    let log = world.log_text().replace("pool-3", "pool-jmeiersohn")
        + "2026-11-24 23:59:59,999 INFO  [x][[]] com.acmecorp.Other -:::- jmeiersohn\n";
    scratch.file("in/ise-psc.log", log);
    scratch.file("in/TCPDump.pcap", world.pcap());
    run(&mut scratch.mdmlog(["redact", "-q", "in", "-o", "safe.tar"])).with_status(0);
    let bytes = std::fs::read(scratch.path().join("safe.tar")).unwrap();
    let text = String::from_utf8_lossy(&bytes).to_lowercase();
    for original in
        secrets::SECRETS.iter().chain(&["tenant.", "svc", "jmeiersohn", "acmecorp", "198.51.100", "192.0.2"])
    {
        assert!(!text.contains(&original.to_lowercase()), "{original}");
    }
    assert!(text.contains("mdminfo") && text.contains("401 unauthorized") && text.contains("read timed out"));
    run(&mut scratch.mdmlog(["slice", "-q", "in", "-n", "all", "--redact", "-o", "safe.pcapng"])).with_status(0);
    let bytes = std::fs::read(scratch.path().join("safe.pcapng")).unwrap();
    let text = String::from_utf8_lossy(&bytes).to_lowercase();
    for original in secrets::SECRETS.iter().chain(&["tenant.", "jmeiersohn", "198.51.100", "192.0.2"]) {
        assert!(!text.contains(&original.to_lowercase()), "{original}");
    }
}

#[test]
fn the_same_key_makes_the_same_bundle_and_another_another() {
    let scratch = Scratch::new();
    let made = |key: &str, name: &str| {
        let file = scratch.path().join(name);
        let bundle = crate::support::root().join("testdata/cases/five-outcomes/bundle.tar");
        run(mdmlog(["redact", "-q", "--redact-key", key, "-o"]).arg(&file).arg(bundle)).with_status(0);
        std::fs::read(file).unwrap()
    };
    assert_eq!(made("one", "a.tar"), made("one", "b.tar"));
    assert_ne!(made("one", "a.tar"), made("two", "c.tar"));
}
