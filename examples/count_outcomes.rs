//! Counts outcomes over bundles: `cargo run --example count_outcomes -- testdata/cases/*/bundle.tar`

use std::collections::BTreeMap;
use std::path::PathBuf;

use mdmlog::{Options, analyze};

fn main() {
    let mut counts = BTreeMap::new();
    for path in std::env::args_os().skip(1).map(PathBuf::from) {
        match analyze(std::slice::from_ref(&path), &Options::default()) {
            Ok(report) => {
                for attempt in report.attempts {
                    *counts.entry(attempt.outcome).or_insert(0) += 1;
                }
            }
            Err(error) => eprintln!("{}: {error}", path.display()),
        }
    }
    for (outcome, count) in counts {
        println!("{count:>6}  {outcome}");
    }
}
