//! Throughput of the input stage: a log and a capture as files, in a tar, and compressed.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a benchmark that cannot be made ends"
)]

mod made;

use std::io;
use std::path::PathBuf;

use divan::Bencher;
use divan::counter::BytesCount;
use mdmlog::input::{InputOptions, Keeping, find};
use mdmlog::progress::Progress;

const SIZE: u64 = 16 << 20;
/// Bytes of a log that is packed.
const PACKED: u64 = 64 << 20;

fn main() {
    divan::main();
}

/// What lies in the bundle.
fn members() -> [(&'static str, Vec<u8>); 2] {
    let (mut log, mut capture) = (Vec::new(), Vec::new());
    made::log(&mut log, SIZE, 550_000).expect("a vector takes everything");
    made::capture(&mut capture, SIZE, 7_000_000, true).expect("a vector takes everything");
    [("ise-psc.log", log), ("TCPDump.pcap", capture)]
}

fn tar() -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in members() {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, bytes.as_slice()).expect("a vector takes everything");
    }
    tar.into_inner().expect("a vector takes everything")
}

fn look(bencher: Bencher, files: &[(&str, Vec<u8>)]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.path().join(name)).collect();
    for (path, (_, bytes)) in paths.iter().zip(files) {
        std::fs::write(path, bytes).expect("room for a small file");
    }
    bencher.counter(BytesCount::new(2 * SIZE)).bench_local(|| {
        find(divan::black_box(&paths), mdmlog::sources::KINDS, &InputOptions::default(), &Progress::default())
    });
}

/// A log of a node that has more to do than to ask its MDM server, packed; what of it matters is read while it is unpacked.
#[divan::bench(args = ["gz", "xz", "zst", "bz2"], sample_count = 5)]
fn packed_log(bencher: Bencher, codec: &str) {
    let mut log = Vec::new();
    made::log(&mut log, PACKED, 550_000).expect("a vector takes everything");
    let mut packed = Vec::new();
    let copied = match codec {
        "gz" => {
            io::copy(&mut flate2::read::GzEncoder::new(log.as_slice(), flate2::Compression::default()), &mut packed)
        }
        "xz" => io::copy(&mut liblzma::read::XzEncoder::new(log.as_slice(), 1), &mut packed),
        "bz2" => io::copy(&mut bzip2::read::BzEncoder::new(log.as_slice(), bzip2::Compression::best()), &mut packed),
        _ => zstd::stream::copy_encode(log.as_slice(), &mut packed, 3).map(|()| 0),
    };
    copied.expect("a vector takes everything");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(format!("ise-psc.log.{codec}"));
    std::fs::write(&path, packed).expect("room for a small file");
    let paths = [path];
    let options = InputOptions { keeping: Keeping::Facts { hash_up_to: 0 }, ..InputOptions::default() };
    bencher
        .counter(BytesCount::new(log.len()))
        .bench_local(|| find(divan::black_box(&paths), mdmlog::sources::KINDS, &options, &Progress::default()));
}

#[divan::bench]
fn files(bencher: Bencher) {
    look(bencher, &members());
}

#[divan::bench]
fn in_a_tar(bencher: Bencher) {
    look(bencher, &[("bundle.tar", tar())]);
}

#[divan::bench(sample_count = 10)]
fn in_a_compressed_tar(bencher: Bencher) {
    let mut packed = Vec::new();
    let mut encoder = flate2::read::GzEncoder::new(std::io::Cursor::new(tar()), flate2::Compression::fast());
    std::io::copy(&mut encoder, &mut packed).expect("a vector takes everything");
    look(bencher, &[("bundle.tar.gz", packed)]);
}
