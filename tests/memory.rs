//! A process that analyses one bundle after the other. It is alone in this program, so that its memory is its own.

#![allow(clippy::unwrap_used, reason = "a test says by a panic that it failed")]
#![cfg(target_os = "linux")]

use std::path::Path;

use mdmlog::{Options, analyze};

#[test]
fn an_analysis_on_the_callers_thread_gives_back_what_it_took() {
    rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global().unwrap();
    let bundles = [Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases/dozen-tls12/bundle.tar")];
    let analyses = |count| (0..count).for_each(|_| drop(analyze(&bundles, &Options::default()).unwrap()));
    analyses(20);
    let before = anonymous_kib();
    analyses(200);
    let grown = anonymous_kib().saturating_sub(before);
    assert!(grown < 4096, "{grown} KiB");
}

/// Memory of this process that is no file's.
fn anonymous_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
