//! The targets of `fuzz/` as plain tests: what fuzzing found stays found.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::support::root;

#[path = "../../fuzz/src/targets/mod.rs"]
mod targets;

/// Inputs of a target that are kept, with their names.
fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = std::fs::read_dir(root().join("fuzz/corpus").join(target)) else { return Vec::new() };
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.display().to_string(), std::fs::read(&path).unwrap())
        })
        .collect()
}

#[test]
fn every_input_of_the_corpus_is_survived() {
    let mut failed = Vec::new();
    for (name, target) in targets::TARGETS {
        let seeds = targets::seeds(name).into_iter().enumerate();
        let inputs: Vec<_> = seeds.map(|(number, seed)| (format!("seed {number}"), seed)).chain(kept(name)).collect();
        assert!(!inputs.is_empty(), "{name} has no input");
        for (input, data) in inputs {
            if catch_unwind(AssertUnwindSafe(|| target.run(&data))).is_err() {
                failed.push(format!("{name}: {input}"));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Writes the first inputs for libFuzzer to begin with, where `scripts/fuzz` asks for it.
#[test]
fn seeds_are_written_where_they_are_asked_for() {
    let Some(folder) = std::env::var_os("MDMLOG_WRITE_SEEDS") else { return };
    for (name, _) in targets::TARGETS {
        let seeds = targets::seeds(name);
        write(Path::new(&folder), name, seeds);
    }
}

/// Writes what was found for the other targets as bundles, where `scripts/fuzz` asks for it.
#[test]
fn bundles_are_written_of_what_was_found_where_they_are_asked_for() {
    /// Larger ones are slow, and tell little that smaller ones don't.
    const LARGEST: usize = 20_000;
    let Some(folder) = std::env::var_os("MDMLOG_WRITE_BUNDLES") else { return };
    let grown = root().join("fuzz/grown");
    for (name, target) in targets::TARGETS {
        let Ok(found) = std::fs::read_dir(grown.join(name)) else { continue };
        let found = found.filter_map(|entry| std::fs::read(entry.ok()?.path()).ok());
        let bundles = found.filter_map(|data| target.file(&data)).filter(|file| file.len() <= LARGEST);
        write(Path::new(&folder), name, bundles);
    }
}

fn write(folder: &Path, target: &str, inputs: impl IntoIterator<Item = Vec<u8>>) {
    let folder = folder.join(target);
    std::fs::create_dir_all(&folder).unwrap();
    for (number, input) in inputs.into_iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{number}")), input).unwrap();
    }
}
