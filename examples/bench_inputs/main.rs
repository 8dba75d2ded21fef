//! Writes a large log or capture for a comparison with other programs: `bench_inputs log SIZE DISTANCE FILE`, or `bulk` or
//! `small` for a capture. An attempt to reach the MDM server comes every DISTANCE bytes; in `queries`, the log of a policy
//! service node, a device query.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "inputs that cannot be made end it"
)]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

#[path = "../../benches/made/mod.rs"]
mod made;
mod queries;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, size, distance, path] = arguments.as_slice() else { return usage() };
    if !["log", "queries", "bulk", "small"].contains(&kind.as_str()) {
        return usage();
    }
    let (Ok(size), Ok(distance)) = (size.parse(), distance.parse()) else { return usage() };
    let write = |file: File| {
        let mut out = BufWriter::with_capacity(1 << 20, file);
        match kind.as_str() {
            "log" => made::log(&mut out, size, distance)?,
            "queries" => queries::write(&mut out, size, distance)?,
            kind => made::capture(&mut out, size, distance, kind == "bulk")?,
        }
        out.flush()
    };
    match File::create(path).and_then(write) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench_inputs: cannot write {path}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: bench_inputs log|queries|bulk|small SIZE DISTANCE FILE");
    ExitCode::from(2)
}
