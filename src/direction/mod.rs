//! Data flows one way: a stage names nothing of a stage after it, and no two files name each other.

mod circles;
mod imports;
mod modules;
mod tokens;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use imports::Imports;
use modules::Modules;

/// The stages, each before those that may name it. Those of one row know nothing of each other.
const STAGES: &[&[&str]] = &[
    &["model", "progress", "ordered_parallel", "digests"],
    &["input"],
    &["log", "capture", "node"],
    &["evidence"],
    &["correlate"],
    &["classify"],
    &["catalog"],
    &["options"],
    &["assemble"],
    &["redact", "render"],
    &["sources"],
    &["reading"],
    &["analysis"],
    &["slice", "extract", "inspect", "verify", "diff"],
    &["lib"],
];

/// Returns the path of a file of this crate.
fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name)
}

/// Returns the number of the row and the name of the stage that a file belongs to.
fn stage(file: &Path) -> (usize, String) {
    let name = file.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
    let row = STAGES.iter().position(|row| row.contains(&name.as_str()));
    (row.unwrap_or_else(|| panic!("{name} has no place in the table of stages")), name)
}

/// Returns what is named against the direction.
fn against(imports: &Imports) -> Vec<String> {
    let mut found = Vec::new();
    for (file, named) in imports {
        let (row, name) = stage(file);
        for (other, path) in named {
            let (other_row, other_name) = stage(other);
            if other_row > row || (other_row == row && other_name != name) {
                found.push(format!("{} names {path} of {}", file.display(), other.display()));
            }
        }
    }
    found
}

/// Returns the circles, each with the imports that make it.
fn in_circles(imports: &Imports) -> Vec<String> {
    let files: Vec<&PathBuf> = imports.keys().collect();
    let index = |file: &PathBuf| files.iter().position(|one| *one == file).unwrap();
    let edges: Vec<Vec<usize>> = imports.values().map(|named| named.keys().map(index).collect()).collect();
    let told = |circle: &Vec<usize>| {
        let within: BTreeSet<&PathBuf> = circle.iter().map(|&one| files[one]).collect();
        let mut lines = format!("a circle of {} files", within.len());
        for file in &within {
            for (other, path) in imports[*file].iter().filter(|(other, _)| within.contains(other)) {
                lines += &format!("\n  {} names {path} of {}", file.display(), other.display());
            }
        }
        lines
    };
    circles::circles(&edges).iter().map(told).collect()
}

#[test]
fn no_stage_names_one_after_it() {
    let library = Modules::read(&source("lib.rs"));
    assert!(library.0.len() > 100, "{} modules", library.0.len());
    let found = against(&imports::imports(&library, true));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    for top in ["lib.rs", "main.rs"] {
        let found = in_circles(&imports::imports(&Modules::read(&source(top)), false));
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

#[test]
fn a_wrong_import_and_a_circle_are_told() {
    let crate_of = |files: &[(&str, &str)]| {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Modules::read(&folder.path().join("lib.rs"))
    };
    let lib = ("lib.rs", "mod input;\nmod log;\nmod capture;\npub use log::event::Event;");
    let event =
        ("log/event.rs", "/// Names `crate::capture`.\npub struct Event;\n#[cfg(test)]\nuse crate::capture::x;");
    let log = ("log/mod.rs", "pub(crate) mod event;\nuse event::Event;\nfn read() -> Event { Event }");
    let right = crate_of(&[lib, event, log, ("input.rs", "fn f(x: u8) {}"), ("capture.rs", "use crate::input::f;")]);
    assert_eq!(against(&imports::imports(&right, true)), [] as [&str; 0]);
    assert_eq!(in_circles(&imports::imports(&right, false)), [] as [&str; 0]);

    let wrong = crate_of(&[
        lib,
        ("log/event.rs", "pub struct Event;\nimpl Event { fn new() { super::read(); } }"),
        log,
        ("input.rs", "use crate::{Event as Other};"),
        ("capture.rs", "fn f() { assert!(crate::log::event::Event::new()); }"),
    ]);
    let expected = [
        "capture.rs names crate::log::event::Event::new of log/event.rs",
        "input.rs names crate::Event of log/event.rs",
    ];
    assert_eq!(against(&imports::imports(&wrong, true)), expected);
    let circles = in_circles(&imports::imports(&wrong, false));
    assert!(matches!(&circles[..], [one] if one.starts_with("a circle of 2 files")), "{circles:?}");

    let methods = crate_of(&[
        ("lib.rs", "mod log;"),
        ("log/mod.rs", "mod facts;\npub struct Log;\nimpl Log { fn read(&self) { self.count() } }"),
        ("log/facts.rs", "use super::Log;\nimpl Log { pub fn count(&self) {} }"),
    ]);
    assert_eq!(in_circles(&imports::imports(&methods, false)).len(), 1);
}
