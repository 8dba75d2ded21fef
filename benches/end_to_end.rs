//! From files to the bytes of the report: a busy node with few attempts, and one that does little else.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a benchmark that cannot be made ends"
)]

mod made;

use divan::Bencher;
use divan::counter::BytesCount;
use mdmlog::Options;
use mdmlog::render::{Format, Look};

const SIZE: u64 = 32 << 20;

fn main() {
    divan::main();
}

fn analyze(bencher: Bencher, distance: u64, bulk: bool) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut log, mut capture) = (Vec::new(), Vec::new());
    made::log(&mut log, SIZE, distance).expect("a vector takes everything");
    made::capture(&mut capture, SIZE, distance, bulk).expect("a vector takes everything");
    let bytes = log.len() + capture.len();
    let paths = [folder.path().join("ise-psc.log"), folder.path().join("TCPDump.pcap")];
    for (path, bytes) in paths.iter().zip([log, capture]) {
        std::fs::write(path, bytes).expect("room for a small file");
    }
    let rendering = Format::Json.rendering(&Look::default());
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        let report = mdmlog::analyze(&paths, &Options::default()).expect("a log and a capture");
        let mut out = Vec::new();
        rendering.render(&report, &mut out).expect("a vector takes everything");
        out
    });
}

#[divan::bench(sample_count = 10)]
fn few_attempts_in_bulk(bencher: Bencher) {
    analyze(bencher, 2_000_000, true);
}

#[divan::bench(sample_count = 10)]
fn few_attempts_among_small_packets(bencher: Bencher) {
    analyze(bencher, 2_000_000, false);
}

#[divan::bench(sample_count = 10)]
fn many_attempts(bencher: Bencher) {
    analyze(bencher, 20_000, false);
}
