//! Throughput of the renderings that programs read, on a report of a thousand attempts.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a benchmark that cannot be made ends"
)]

mod made;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use mdmlog::render::{Format, Look};
use mdmlog::{Options, Report};

fn main() {
    divan::main();
}

fn report() -> Report {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut log, mut capture) = (Vec::new(), Vec::new());
    made::log(&mut log, 6_000_000, 6_000).expect("a vector takes everything");
    made::capture(&mut capture, 6_000_000, 6_000, false).expect("a vector takes everything");
    let paths = [folder.path().join("ise-psc.log"), folder.path().join("TCPDump.pcap")];
    for (path, bytes) in paths.iter().zip([log, capture]) {
        std::fs::write(path, bytes).expect("room for a small file");
    }
    mdmlog::analyze(&paths, &Options::default()).expect("a log and a capture")
}

#[divan::bench(args = [Format::Json, Format::Ndjson, Format::Csv, Format::Ecs, Format::Html])]
fn render(bencher: Bencher, format: Format) {
    let report = report();
    let rendering = format.rendering(&Look::default());
    let mut out = Vec::new();
    rendering.render(&report, &mut out).expect("a vector takes everything");
    bencher.counter(BytesCount::of_slice(&out)).bench_local(|| {
        let mut again = Vec::with_capacity(out.len());
        rendering.render(black_box(&report), &mut again).expect("a vector takes everything");
        again
    });
}
