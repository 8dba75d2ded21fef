//! Nothing that is read is written over: what a customer sent may be there only once.

use std::fs::{self, File, OpenOptions};
use std::path::Path;
use std::process::Stdio;

use crate::support::{Ran, Scratch, root, run};

/// A bundle, a log, a folder of both with another file, and what options name.
fn delivery() -> Scratch {
    let scratch = Scratch::new();
    let cases = root().join("testdata/cases");
    let bundle = fs::read(cases.join("five-outcomes/bundle.tar")).unwrap();
    let ran = run(scratch.mdmlog(["extract", "-n", "3"]).arg(cases.join("five-outcomes/bundle.tar"))).with_status(0);
    scratch.file("b.tar", &bundle);
    scratch.file("a.log", &ran.stdout);
    scratch.file("in/deep/b.tar", &bundle);
    scratch.file("in/ise-psc.log", &ran.stdout);
    scratch.file("in/damaged/ise-psc.log.1", [0; 100]);
    scratch.file("in/report.json", "the last report");
    scratch.file("keys.txt", format!("CLIENT_RANDOM {} {}\n", "ab".repeat(32), "cd".repeat(48)));
    scratch.file("words", "correct horse\n");
    scratch
}

/// All files of a folder with their content.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(content(&path));
        } else {
            all.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}

#[track_caller]
fn refused(scratch: &Scratch, ran: Ran, before: &[(String, Vec<u8>)], victim: &str) {
    let ran = ran.with_status(2).saying(&["cannot write", victim, "name another file"]);
    assert!(ran.stdout.is_empty(), "{ran}");
    assert!(content(scratch.path()) == before, "something changed\n{ran}");
}

#[test]
fn no_command_writes_over_what_it_reads() {
    let scratch = delivery();
    let before = content(scratch.path());
    for (arguments, victim) in [
        (&["analyze", "a.log", "-o", "a.log"][..], "the input `a.log`"),
        (&["analyze", "b.tar", "a.log", "-o", "./in/../a.log"], "the input `a.log`"),
        (&["slice", "b.tar", "-n", "5", "-o", "b.tar"], "the input `b.tar`"),
        (&["extract", "b.tar", "-n", "3", "-o", "b.tar"], "the input `b.tar`"),
        (&["analyze", "in", "-o", "in/ise-psc.log"], "a file in the input folder `in`"),
        (&["analyze", "in", "-o", "in/deep/b.tar"], "a file in the input folder `in`"),
        (&["analyze", "in", "-o", "in/damaged/ise-psc.log.1"], "a file in the input folder `in`"),
        (&["slice", "in", "-n", "5", "-o", "in/deep/b.tar"], "a file in the input folder `in`"),
        (&["analyze", "b.tar", "--keylog", "keys.txt", "-o", "keys.txt"], "the TLS key log `keys.txt`"),
        (&["slice", "b.tar", "-n", "5", "--keylog", "keys.txt", "-o", "keys.txt"], "the TLS key log `keys.txt`"),
        (&["analyze", "b.tar", "--passphrase-file", "words", "-o", "words"], "the passphrase file `words`"),
        (&["extract", "b.tar", "-n", "3", "--passphrase-file", "words", "-o", "words"], "the passphrase file `words`"),
        (&["analyze", "b.tar", "--redact-key", "@words", "-o", "words"], "the key of the pseudonyms `words`"),
    ] {
        refused(&scratch, run(&mut scratch.mdmlog(arguments)), &before, victim);
    }
}

#[cfg(unix)]
#[test]
fn links_to_an_input_are_that_input() {
    use std::os::unix::fs::symlink;
    let scratch = delivery();
    let path = |name: &str| scratch.path().join(name);
    symlink("b.tar", path("soft.tar")).unwrap();
    symlink("soft.tar", path("softer.tar")).unwrap();
    fs::hard_link(path("b.tar"), path("hard.tar")).unwrap();
    fs::hard_link(path("in/ise-psc.log"), path("other.log")).unwrap();
    symlink("in", path("folder")).unwrap();
    let before = content(scratch.path());
    for (arguments, victim) in [
        (["b.tar", "-o", "soft.tar"], "the input `b.tar`"),
        (["b.tar", "-o", "softer.tar"], "the input `b.tar`"),
        (["b.tar", "-o", "hard.tar"], "the input `b.tar`"),
        (["softer.tar", "-o", "b.tar"], "the input `softer.tar`"),
        (["softer.tar", "-o", "hard.tar"], "the input `softer.tar`"),
        (["in", "-o", "other.log"], "a file in the input folder `in`"),
        (["folder", "-o", "in/ise-psc.log"], "a file in the input folder `folder`"),
    ] {
        refused(&scratch, run(scratch.mdmlog(["analyze"]).args(arguments)), &before, victim);
    }
}

#[cfg(unix)]
#[test]
fn streams_that_lead_to_an_input_are_that_input() {
    let scratch = delivery();
    let before = content(scratch.path());
    let read = || File::open(scratch.path().join("a.log")).unwrap();
    let ran = run(scratch.mdmlog(["analyze", "-", "-o", "a.log"]).stdin(Stdio::from(read())));
    refused(&scratch, ran, &before, "the input `-`");
    for arguments in [&["analyze", "a.log"][..], &["inspect", "a.log"], &["extract", "a.log", "-n", "1"]] {
        let appended = OpenOptions::new().append(true).open(scratch.path().join("a.log")).unwrap();
        let mut child = scratch.mdmlog(arguments);
        let child = child.stdout(Stdio::from(appended)).stderr(Stdio::piped()).spawn().unwrap();
        let ran = Ran::new(format!("{arguments:?}"), &child.wait_with_output().unwrap());
        refused(&scratch, ran, &before, "the input `a.log`");
    }
}

#[test]
fn what_is_no_input_is_written() {
    let scratch = delivery();
    for arguments in [
        &["analyze", "in", "-o", "in/new.json"][..],
        // Once more, when it lies among the inputs.
        &["analyze", "in", "-o", "in/new.json"],
        &["analyze", "in", "-o", "in/report.json"],
        &["analyze", "a.log", "-o", "b.tar"],
    ] {
        let before = content(scratch.path());
        run(&mut scratch.mdmlog(arguments)).with_status(0);
        assert!(content(scratch.path()) != before || arguments[3] == "in/new.json", "{arguments:?}");
    }
}

#[cfg(feature = "parquet")]
#[test]
fn no_table_takes_the_place_of_an_input() {
    let scratch = delivery();
    fs::rename(scratch.path().join("a.log"), scratch.path().join("in/attempts.parquet")).unwrap();
    let before = content(scratch.path());
    let ran = run(&mut scratch.mdmlog(["analyze", "in", "--format", "parquet", "-o", "in"]));
    refused(&scratch, ran, &before, "a file in the input folder `in`");
}
