//! Throughput of the capture stage, over captures that the benchmark makes: what cannot matter, and what does.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a benchmark that cannot be made ends"
)]

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use etherparse::PacketBuilder;
use mdmlog::capture::secrets::Secrets;
use mdmlog::capture::{CapturePart, Interest, read_capture};
use mdmlog::progress::Progress;

/// Bytes of each capture; larger than the caches.
const SIZE: usize = 64 << 20;

fn main() {
    divan::main();
}

struct Pcap {
    bytes: Vec<u8>,
    now: u64,
}

impl Pcap {
    fn new() -> Self {
        let mut bytes = 0xa1b2_c3d4_u32.to_le_bytes().to_vec();
        bytes.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0]);
        Self { bytes, now: 1_700_000_000_000_000 }
    }

    fn frame(&mut self, frame: &[u8]) {
        self.now += 10;
        let length = frame.len() as u32;
        let fields = [(self.now / 1_000_000) as u32, (self.now % 1_000_000) as u32, length, length];
        self.bytes.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
        self.bytes.extend(frame);
    }

    fn tcp(&mut self, from: ([u8; 4], u16), to: ([u8; 4], u16), syn: bool, seq: u32, payload: &[u8]) {
        let builder = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(from.0, to.0, 64).tcp(from.1, to.1, seq, 64_000);
        let builder = if syn { builder.syn() } else { builder.ack(1) };
        let mut frame = Vec::with_capacity(builder.size(payload.len()));
        builder.write(&mut frame, payload).expect("a vector takes everything");
        self.frame(&frame);
    }
}

/// Connections of others, two hundred at a time, with so many bytes in a segment.
fn others(segment: usize) -> Vec<u8> {
    let payload = vec![0x17; segment];
    let mut pcap = Pcap::new();
    let mut turn = 0_u32;
    while pcap.bytes.len() < SIZE {
        let connection = turn % 200 + (turn / 20_000) * 200;
        let server = [93, 184, (connection >> 8) as u8, connection as u8];
        let client = ([10, 0, (turn % 200) as u8, 9], 20_000 + (connection % 40_000) as u16);
        let first = turn % 20_000 < 200;
        pcap.tcp((server, 443), client, first, turn.wrapping_mul(segment as u32), if first { &[] } else { &payload });
        turn += 1;
    }
    pcap.bytes
}

/// Connections to one address of interest, which are all followed.
fn ours() -> Vec<u8> {
    let mut pcap = Pcap::new();
    let mut turn = 0_u32;
    while pcap.bytes.len() < SIZE / 8 {
        let client = ([10, 0, 0, 9], 20_000 + (turn % 40_000) as u16);
        let server = ([198, 51, 100, 7], 443);
        pcap.tcp(client, server, true, turn * 1000, &[]);
        pcap.tcp(client, server, false, turn * 1000 + 1, &[0x17; 500]);
        pcap.tcp(server, client, false, turn * 1000, &[0x17; 900]);
        turn += 1;
    }
    pcap.bytes
}

fn read(bencher: Bencher, bytes: &[u8]) {
    let interest = Interest { addresses: ["198.51.100.7".parse().expect("an address")].into(), ..Interest::default() };
    let (secrets, progress) = (Secrets::default(), Progress::default());
    bencher
        .counter(BytesCount::of_slice(bytes))
        .bench_local(|| read_capture(black_box(&[CapturePart { input: 0, bytes }]), &interest, &secrets, &progress));
}

#[divan::bench(sample_count = 10)]
fn bulk_of_others(bencher: Bencher) {
    read(bencher, &others(1400));
}

#[divan::bench(sample_count = 10)]
fn small_packets_of_others(bencher: Bencher) {
    read(bencher, &others(100));
}

#[divan::bench(sample_count = 10)]
fn connections_that_matter(bencher: Bencher) {
    read(bencher, &ours());
}
