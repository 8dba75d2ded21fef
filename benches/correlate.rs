//! Throughput of the join, in attempts: a log and a capture of the same attempts, on clocks six hours apart.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a benchmark that cannot be made ends"
)]

mod made;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use mdmlog::Options;
use mdmlog::capture::secrets::Secrets;
use mdmlog::capture::{CapturePart, read_capture};
use mdmlog::correlate::clock::KnownClocks;
use mdmlog::correlate::join;
use mdmlog::evidence::targets::Targets;
use mdmlog::log::{LogPart, read_log};
use mdmlog::progress::Progress;

fn main() {
    divan::main();
}

#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 5)]
fn attempts(bencher: Bencher, attempts: u64) {
    let (mut log, mut capture) = (Vec::new(), Vec::new());
    made::log(&mut log, attempts * 6_000, 6_000).expect("a vector takes everything");
    made::capture(&mut capture, attempts * 6_000, 6_000, false).expect("a vector takes everything");
    let progress = Progress::default();
    let logs = [read_log(&[LogPart { input: 0, bytes: &log }], &progress)];
    let known = Targets::gather(&logs, &Options::default().declared());
    let part = CapturePart { input: 1, bytes: &capture };
    let captures = [read_capture(&[part], &known.interest(), &Secrets::default(), &progress)];
    bencher
        .counter(ItemsCount::new(logs[0].attempts.len()))
        .bench_local(|| join(black_box(&logs), black_box(&captures), &known, KnownClocks::default()));
}
