//! All targets in one binary, chosen by `MDMLOG_TARGET`, so that one build serves all.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use mdmlog_fuzz::targets::{TARGETS, Target};

fn target() -> Target {
    static TARGET: OnceLock<Target> = OnceLock::new();
    *TARGET.get_or_init(|| {
        // One thread, so that what an input costs is what libFuzzer sees.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
        let name = std::env::var("MDMLOG_TARGET").unwrap_or_default();
        let found = TARGETS.into_iter().find(|(known, _)| *known == name);
        found.unwrap_or_else(|| panic!("MDMLOG_TARGET must name a target; scripts/fuzz does")).1
    })
}

fuzz_target!(|data: &[u8]| target().run(data));
