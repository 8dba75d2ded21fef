//! Bundles that are cut anywhere or damaged anyhow end with a report or with an error that says something.
//!
//! `MDMLOG_LONG=1` tries all of what is tried in part otherwise; `scripts/robustness` says it.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Stdio;

use mdmlog::options::Passphrase;
use mdmlog::render::{Format, Look};
use mdmlog::{Options, analyze};
use rayon::prelude::*;

use crate::cases::Case;
use crate::support::Scratch;
#[cfg(target_os = "linux")]
use crate::support::mdmlog_within;
use crate::traps::world::World;

/// Whether all is to be tried.
pub fn long() -> bool {
    std::env::var_os("MDMLOG_LONG").is_some()
}

/// Numbers that look like chance and are the same in each run (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }
}

/// A log and a capture of one attempt, in a tar.
fn small() -> Vec<u8> {
    let mut world = World::default();
    world.success(0, 40_001, "pool-1", "tenant.jamfcloud.com");
    let mut tar = tar::Builder::new(Vec::new());
    for (name, data) in [("ise-psc.log", world.log_text().into_bytes()), ("TCPDump.pcap", world.pcap())] {
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, &data[..]).unwrap();
    }
    tar.into_inner().unwrap()
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(data).unwrap();
    out.finish().unwrap()
}

/// Bundles of several kinds, by name.
fn bundles() -> Vec<(&'static str, Vec<u8>)> {
    let of = |case: &str, file: &str| std::fs::read(Case::new(case).folder.join(file)).unwrap();
    vec![
        ("small tar", small()),
        ("small tar.gz", gzip(&small())),
        ("tar of failures", of("dns_failures", "bundle.tar")),
        ("tar with pcapng", of("pcapng_cooked", "bundle.tar")),
        ("tar with secrets", of("key_log", "bundle.tar")),
        ("zip with gzip inside", of("rotated_gz_zip", "bundle.zip")),
        ("OpenPGP", of("encrypted_bundle", "bundle.tar.gpg")),
        ("log", of("directory", "bundle/support/ise-psc.log")),
        ("capture", of("directory", "bundle/TCPDump.pcap")),
    ]
}

/// Analyses the bytes and shows the report in a format; says what is wrong.
fn survives(scratch: &Scratch, bytes: &[u8], format: Format) -> Result<(), String> {
    let path = scratch.file("bundle", bytes);
    let options = Options { passphrase: Some(Passphrase::new("correct horse")), ..Options::default() };
    let run = AssertUnwindSafe(|| match analyze(&[path], &options) {
        Ok(report) => {
            let mut out = Vec::new();
            format.rendering(&Look::default()).render(&report, &mut out).unwrap();
            !out.is_empty() || report.incidents.is_empty() || report.attempts.is_empty()
        }
        Err(error) => error.to_string().len() > 20,
    });
    match catch_unwind(run) {
        Ok(true) => Ok(()),
        Ok(false) => Err("nothing was said".to_owned()),
        Err(_) => Err("it panicked".to_owned()),
    }
}

/// Damages bytes as disks, transfers and people do: single bits, bytes, blocks of zeros, pieces lost, doubled or moved.
fn damage(bytes: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..=dice.below(6) {
        let at = dice.below(bytes.len());
        let length = (1 + dice.below(600)).min(bytes.len() - at);
        match dice.below(7) {
            0 => bytes[at] ^= 1 << dice.below(8),
            1 => bytes[at] = dice.below(256) as u8,
            2 => bytes[at..at + length].fill(0),
            3 => bytes[at..at + length].fill(0xff),
            4 => drop(bytes.drain(at..at + length)),
            5 => {
                let piece = bytes[at..at + length].to_vec();
                let to = dice.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => (at..at + length.min(8)).for_each(|at| bytes[at] = dice.below(256) as u8),
        }
        if bytes.is_empty() {
            return;
        }
    }
}

#[test]
fn a_bundle_cut_at_any_byte_ends_with_a_report_or_an_error() {
    let scratch = Scratch::new();
    let whole = small();
    let step = if long() { 1 } else { 53 };
    for end in (0..whole.len()).step_by(step) {
        survives(&scratch, &whole[..end], Format::Json).unwrap_or_else(|wrong| panic!("cut at {end}: {wrong}"));
    }
}

#[test]
fn random_damage_ends_with_a_report_or_an_error() {
    let bundles = bundles();
    let tries = if long() { 10_000 } else { 270 };
    (0..tries).into_par_iter().for_each_init(Scratch::new, |scratch, seed: usize| {
        let (name, whole) = &bundles[seed % bundles.len()];
        let mut bytes = whole.clone();
        damage(&mut bytes, &mut Dice(seed as u64));
        let format = Format::ALL[seed / bundles.len() % Format::ALL.len()];
        survives(scratch, &bytes, format).unwrap_or_else(|wrong| panic!("{name}, seed {seed}: {wrong}"));
    });
}

/// The whole program with a bound on its address space, which a claim of gigabytes would break.
#[cfg(target_os = "linux")]
#[test]
fn the_program_survives_damage_within_its_memory() {
    let bundles = bundles();
    let tries = if long() { 300 } else { 18 };
    for seed in 0..tries {
        let (name, whole) = &bundles[seed % bundles.len()];
        let mut bytes = whole.clone();
        damage(&mut bytes, &mut Dice(0xd00d + seed as u64));
        let mut program = mdmlog_within(1 << 20);
        program.args(["analyze", "-", "-j", "2"]).env("MDMLOG_PASSPHRASE", "correct horse");
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // It may end before it read all.
        let _ = child.stdin.take().unwrap().write_all(&bytes);
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 2)), "{name}, seed {seed}: {:?}\n{stderr}", output.status);
        assert!(!stderr.contains("panicked"), "{name}, seed {seed}\n{stderr}");
        assert!(!output.stdout.is_empty() || stderr.starts_with("mdmlog: "), "{name}, seed {seed}\n{stderr}");
    }
}
