//! What lies in a bundle besides `ise-psc.log`, and what of it is used.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::{Scratch, root, run};
use crate::traps::world::{Told, World};

const HOST: &str = "tenant.jamfcloud.com";

fn report(scratch: &Scratch, arguments: &[&str]) -> Value {
    let ran = run(scratch.mdmlog(["analyze"]).args(arguments)).with_status(0);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}\n{ran}"))
}

/// A log of one attempt that fails.
fn log() -> String {
    let mut world = World::default();
    world.told("pool-1", HOST, 0, &[(50, Told::Failure("Connection refused"))]);
    world.log_text()
}

#[test]
fn records_of_the_mdm_component_in_the_log_of_guests_are_read() {
    let scratch = Scratch::new();
    let guest = "2023-08-15 10:21:07,123 INFO   [portal-1][[]] cpm.guestaccess.flowmanager.step.StepExecutor -:::- x\n";
    scratch.file("b/guest.log", format!("{guest}{}", log()));
    scratch.file("b/other/guest.log", guest);
    let report = report(&scratch, &["b"]);
    let paths: Vec<_> =
        report["inputs"].as_array().unwrap().iter().map(|input| input["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["b/guest.log"]);
    assert_eq!(report["attempts"][0]["outcome"], "connection_refused");
}

#[test]
fn every_input_has_the_digest_of_what_was_read() {
    let scratch = Scratch::new();
    let bundle = root().join("testdata/cases/rotated-gz-zip/bundle.zip");
    let log = log();
    scratch.file("ise-psc.log", &log);
    let named = report(&scratch, &["ise-psc.log", bundle.to_str().unwrap()]);
    let inputs = named["inputs"].as_array().unwrap();
    assert!(inputs.len() > 3, "{inputs:?}");
    assert_eq!(inputs[0]["sha256"], hex::encode(Sha256::digest(&log)));
    let found = mdmlog::input::find(
        &[bundle],
        mdmlog::sources::KINDS,
        &mdmlog::input::InputOptions::default(),
        &mdmlog::progress::Progress::default(),
    );
    for (input, item) in inputs[1..].iter().zip(&found.items) {
        assert_eq!(input["sha256"], hex::encode(Sha256::digest(&item.data)), "{}", item.path);
    }
    let without = report(&scratch, &["ise-psc.log", "--sha256", "never"]);
    assert_eq!(without["inputs"][0]["sha256"], Value::Null);
    let redacted = report(&scratch, &["ise-psc.log", "--redact"]);
    assert_eq!(redacted["inputs"][0]["sha256"], Value::Null, "who has the file could find it by its digest");
}

#[test]
fn a_file_is_hashed_whatever_its_size_where_that_is_asked_for() {
    let scratch = Scratch::new();
    let mut log = log();
    // Holes take no room on the disk.
    let path = scratch.file("ise-psc.log", &log);
    let size = (256 << 20) + 1;
    std::fs::File::options().write(true).open(&path).unwrap().set_len(size).unwrap();
    assert_eq!(report(&scratch, &["ise-psc.log"])["inputs"][0]["sha256"], Value::Null);
    std::fs::File::options().write(true).open(&path).unwrap().set_len(9 << 20).unwrap();
    log.push_str(&"\0".repeat((9 << 20) - log.len()));
    for arguments in [&["ise-psc.log"][..], &["ise-psc.log", "--sha256", "always", "-j", "1"]] {
        assert_eq!(report(&scratch, arguments)["inputs"][0]["sha256"], hex::encode(Sha256::digest(&log)));
    }
}

#[test]
fn what_is_not_read_is_listed_with_what_it_is() {
    let scratch = Scratch::new();
    scratch.file("b/ise-psc.log", log());
    scratch.file("b/prrt-server.log", "Radius,2026-07-01 10:59:58,362,DEBUG,0x7f0,cntx=1,RADIUS PACKET\n");
    scratch.file("b/ise-bundle-pk-260701-1105.tar.gpg", b"\x85\x01\x0c\x03\x01\x02\x03\x04\x05\x06\x07\x08\x01");
    let ran = run(&mut scratch.mdmlog(["inspect", "b", "--format", "text"])).with_status(0);
    let ran = ran.saying(&["[public_key]", "Cisco", "encryption-key plain", "--passphrase-file"]);
    // What a file is stands behind its name, on the lines down to the next file where it is long.
    let mut lines = ran.stdout.lines().skip_while(|line| !line.ends_with("prrt-server.log"));
    let name = lines.next().unwrap_or_else(|| panic!("{ran}"));
    let what: Vec<&str> = lines.take_while(|line| line.starts_with("  ")).collect();
    assert!(name.starts_with("- ") && what.concat().contains("ISE's runtime"), "{name} {what:?}");
}
