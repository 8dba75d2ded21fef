//! Logs and captures of any size that the benchmarks make themselves: a node with much other traffic, which asks its MDM
//! server once a minute. All that looks random comes from a seed, so that a size always gives the same bytes; the
//! attempts of a log are those of a capture of the same distance, on clocks six hours apart.

use std::io::{self, Write};

mod log;
mod random;
mod wire;

/// When the first attempt begins, in microseconds of UTC: 2026-11-24 05:00.
const BEGIN: u64 = 1_795_496_400_000_000;
/// From one attempt to the next.
const PERIOD: u64 = 60_000_000;

/// The n-th attempt to reach the MDM server.
struct Attempt {
    number: u64,
    /// In microseconds of UTC.
    start: u64,
    /// From the request to its answer.
    takes: u64,
    host: String,
    found: bool,
}

impl Attempt {
    fn new(number: u64) -> Self {
        let chance = random::of(number);
        Self {
            number,
            start: BEGIN + number * PERIOD + chance % 20_000_000,
            takes: 150_000 + chance % 400_000,
            host: format!("tenant{}.jamfcloud.com", number % 5),
            found: number % 7 != 3,
        }
    }
}

/// Writes a log of about so many bytes with an attempt every `distance` bytes.
pub fn log(out: &mut impl Write, size: u64, distance: u64) -> io::Result<()> {
    log::write(out, size, distance)
}

/// Writes a capture of about so many bytes with an attempt every `distance` bytes, between full segments of bulk TLS or
/// between small packets.
pub fn capture(out: &mut impl Write, size: u64, distance: u64, bulk: bool) -> io::Result<()> {
    let traffic = if bulk { wire::Traffic::Bulk } else { wire::Traffic::Small };
    wire::write(out, size, distance, traffic)
}
