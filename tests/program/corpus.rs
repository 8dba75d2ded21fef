//! The targets of `fuzz/` as plain tests: what fuzzing found stays found.

use std::panic::{AssertUnwindSafe, catch_unwind};

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
    for (name, body) in targets::TARGETS {
        let seeds = targets::seeds(name).into_iter().enumerate();
        let inputs: Vec<_> = seeds.map(|(number, seed)| (format!("seed {number}"), seed)).chain(kept(name)).collect();
        assert!(!inputs.is_empty(), "{name} has no input");
        for (input, data) in inputs {
            if catch_unwind(AssertUnwindSafe(|| body(&data))).is_err() {
                failed.push(format!("{name}: {input}"));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Writes the first inputs for libFuzzer to begin with, where `scripts/robustness` asks for it.
#[test]
fn seeds_are_written_where_they_are_asked_for() {
    let Some(folder) = std::env::var_os("MDMLOG_WRITE_SEEDS") else { return };
    for (name, _) in targets::TARGETS {
        let folder = std::path::Path::new(&folder).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        for (number, seed) in targets::seeds(name).iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), seed).unwrap();
        }
    }
}
