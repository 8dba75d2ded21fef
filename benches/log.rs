//! Throughput of the log stage on logs that the bench makes itself: a busy node with little of interest, and one that
//! does nothing but reach for its MDM server.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a benchmark that cannot be made ends"
)]

use std::fmt::Write;

use divan::Bencher;
use divan::counter::BytesCount;
use mdmlog::log::{LogPart, looks_like_log, read_log};
use mdmlog::progress::Progress;

/// Five attempts, with what an appliance writes around them.
const ATTEMPT: &str = include_str!("../testdata/log/five-outcomes.log");
/// What other components write meanwhile.
const OTHERS: [&str; 3] = [
    "INFO   [Timer-3][[]] cisco.mnt.common.utility.AlarmMessageDiskQueue -:::- alarm.1795519343084 deleted",
    "INFO   [admin-http-pool71][[]] cpm.admin.infra.spring.ISEAdminControllerUtils --:admin:-- mapping path found",
    "DEBUG  [Thread-59][[]] cisco.cpm.posture.runtime.PostureManager -:::- session attribute 404 not found for key",
];
const SIZE: usize = 32 << 20;

fn main() {
    divan::main();
}

/// A log of about [`SIZE`] bytes with the records of five attempts in so many.
fn log(distance: usize) -> String {
    let mut log = String::with_capacity(SIZE + distance);
    let mut records = 0u64;
    while log.len() < SIZE {
        let end = log.len() + distance;
        while log.len() < end {
            let (minute, second, milli) = (records / 60_000 % 60, records / 1000 % 60, records % 1000);
            let other = OTHERS[records as usize % OTHERS.len()];
            let _ = writeln!(log, "2026-11-24 05:{minute:02}:{second:02},{milli:03} {other}");
            records += 1;
        }
        log.push_str(ATTEMPT);
    }
    log
}

fn read(bencher: Bencher<'_, '_>, log: &str) {
    let parts = [LogPart { input: 0, bytes: log.as_bytes() }];
    bencher.counter(BytesCount::of_str(log)).bench(|| read_log(divan::black_box(&parts), &Progress::default()));
}

#[divan::bench]
fn busy_node(bencher: Bencher<'_, '_>) {
    read(bencher, &log(4 << 20));
}

#[divan::bench]
fn attempts_everywhere(bencher: Bencher<'_, '_>) {
    read(bencher, &log(80 << 10));
}

#[divan::bench]
fn nothing_but_attempts(bencher: Bencher<'_, '_>) {
    read(bencher, &log(0));
}

#[divan::bench]
fn sniffing(bencher: Bencher<'_, '_>) {
    let log = log(4 << 20);
    let prefix = &log.as_bytes()[..64 << 10];
    bencher.counter(BytesCount::of_slice(prefix)).bench(|| looks_like_log(divan::black_box(prefix)));
}
