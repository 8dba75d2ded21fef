//! What must hold for any capture: chunks, order, cuts, conversions, duplicates and corruption.

use std::path::Path;

use proptest::prelude::*;

use super::wire::*;
use crate::capture::read::read_in_chunks;
use crate::capture::{CaptureFacts, CapturePart, Interest};

const REAL: [&str; 8] = [
    "big-endian-vlan.pcap",
    "dns-failures.pcap",
    "duplicated-packets.pcap",
    "ipv6.pcap",
    "pcapng-cooked.pcapng",
    "proxy-failures.pcap",
    "short-snaplen.pcap",
    "transport-failures.pcap",
];

fn real(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/capture").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn chunked(parts: &[&[u8]], chunk: usize) -> CaptureFacts {
    let parts: Vec<_> = parts.iter().map(|bytes| CapturePart { input: 0, bytes }).collect();
    read_in_chunks(&parts, &Interest::default(), &Default::default(), &Default::default(), chunk)
}

/// Positions and headers of the frames of a little-endian pcap file.
fn records(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut records = Vec::new();
    let mut at = 24;
    while at + 16 <= bytes.len() {
        let captured = u32::from_le_bytes(bytes[at + 8..at + 12].try_into().unwrap()) as usize;
        records.push(at..at + 16 + captured);
        at += 16 + captured;
    }
    records
}

/// Returns what is known of flows and exchanges, without the numbers of frames.
fn verdicts(facts: &CaptureFacts) -> Vec<String> {
    let flows = facts.flows.iter().map(|flow| {
        let directions =
            [flow.to_server, flow.to_client].map(|facts| (facts.bytes, facts.missing, facts.retransmissions));
        let closes: Vec<_> = flow.closes.iter().map(|close| (close.by, close.reset)).collect();
        let tls = flow.tls.as_ref().map(|tls| (&tls.sni, tls.version, tls.established.is_some(), tls.alerts.len()));
        let connect = flow.connect.as_ref().map(|connect| connect.reply.as_ref().map(|reply| reply.status));
        let ends = (flow.stream, flow.client, flow.server, flow.start_seen);
        format!("{ends:?} {} {} {directions:?} {closes:?} {tls:?} {connect:?}", flow.syns.len(), flow.icmp.len())
    });
    let dns = facts.dns.iter().map(|exchange| {
        let answer = exchange.answer.as_ref().map(|answer| (answer.rcode, &answer.addresses));
        format!("{} {} {} {answer:?}", exchange.name, exchange.qtype, exchange.queries.len())
    });
    flows.chain(dns).collect()
}

#[test]
fn the_size_of_chunks_means_nothing() {
    for name in REAL {
        let bytes = real(name);
        let whole = format!("{:?}", chunked(&[&bytes], usize::MAX >> 1));
        assert!(whole.contains("TcpFlow"), "{name}");
        for chunk in [1, 7, 64, 100, 333, 1000, 4096] {
            assert_eq!(format!("{:?}", chunked(&[&bytes], chunk)), whole, "{name} in chunks of {chunk}");
        }
    }
}

#[test]
fn a_capture_and_its_duplicate_tell_the_same() {
    for name in REAL.into_iter().filter(|name| !["big-endian-vlan.pcap", "pcapng-cooked.pcapng"].contains(name)) {
        let bytes = real(name);
        let mut doubled = bytes[..24].to_vec();
        for record in records(&bytes) {
            doubled.extend(&bytes[record.clone()]);
            doubled.extend(&bytes[record]);
        }
        assert_eq!(verdicts(&chunked(&[&doubled], 1000)), verdicts(&chunked(&[&bytes], 1000)), "{name}");
    }
}

#[test]
fn a_capture_cut_into_files_tells_the_same() {
    let bytes = real("transport-failures.pcap");
    let whole = verdicts(&chunked(&[&bytes], 1000));
    let flows = |verdicts: &[String]| -> Vec<String> {
        // Streams are counted in each file anew.
        let rest = |verdict: &String| verdict.split_once(", ").map_or(verdict.as_str(), |(_, rest)| rest).to_owned();
        verdicts.iter().map(rest).collect()
    };
    for record in records(&bytes).into_iter().skip(1).step_by(10) {
        let second = [&bytes[..24], &bytes[record.start..]].concat();
        let parts: [&[u8]; 2] = [&bytes[..record.start], &second];
        let forth = verdicts(&chunked(&parts, 1000));
        assert_eq!(flows(&forth), flows(&whole));
        assert_eq!(verdicts(&chunked(&[parts[1], parts[0]], 1000)), forth);
    }
}

#[test]
fn a_pcap_and_its_pcapng_tell_the_same() {
    for name in REAL.into_iter().filter(|name| !["big-endian-vlan.pcap", "pcapng-cooked.pcapng"].contains(name)) {
        let bytes = real(name);
        let field = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let block = |kind: u32, body: &[u8]| {
            let mut padded = body.to_vec();
            padded.resize(body.len().next_multiple_of(4), 0);
            let length = (padded.len() as u32 + 12).to_le_bytes();
            [&kind.to_le_bytes()[..], &length, &padded, &length].concat()
        };
        let mut converted =
            block(0x0a0d_0d0a, &[0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
        converted.extend(block(1, &[&bytes[20..22], &[0, 0], &bytes[16..20]].concat()));
        for record in records(&bytes) {
            let ticks = u64::from(field(record.start)) * 1_000_000 + u64::from(field(record.start + 4));
            let head = [0, (ticks >> 32) as u32, ticks as u32].map(u32::to_le_bytes).concat();
            converted.extend(block(6, &[&head[..], &bytes[record.start + 8..record.end]].concat()));
        }
        assert_eq!(format!("{:?}", chunked(&[&converted], 999)), format!("{:?}", chunked(&[&bytes], 999)), "{name}");
    }
}

#[test]
fn a_cut_loses_nothing_before_it() {
    let bytes = real("proxy-failures.pcap");
    let records = records(&bytes);
    for (index, record) in records.iter().enumerate() {
        let before = format!("{:?}", chunked(&[&bytes[..record.start]], 500).flows);
        for end in [record.start + 1, record.start + 16, record.end - 1] {
            let cut = chunked(&[&bytes[..end]], 500);
            assert_eq!(format!("{:?}", cut.flows), before);
            assert_eq!((cut.parts[0].frames, cut.warnings.len()), (index as u64, 1));
        }
    }
}

proptest! {
    #[test]
    fn corruption_is_survived_and_chunks_still_mean_nothing(
        file in 0..REAL.len(),
        hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        chunk in 1..5000_usize,
    ) {
        let mut bytes = real(REAL[file]);
        for (at, byte) in hits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let whole = format!("{:?}", chunked(&[&bytes], usize::MAX >> 1));
        prop_assert_eq!(format!("{:?}", chunked(&[&bytes], chunk)), whole);
    }

    #[test]
    fn packets_of_any_bytes_are_survived(
        packets in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 1..20),
        link in proptest::sample::select(vec![0_u16, 1, 101, 113, 276]),
        ether_type in proptest::sample::select(vec![[8_u8, 0], [0x86, 0xdd], [0x81, 0], [0x88, 0x47], [0x88, 0x64]]),
        first in proptest::sample::select(vec![0x45_u8, 0x60, 0x4f]),
        protocol in proptest::sample::select(vec![1_u8, 4, 6, 17, 41, 43, 44, 47, 51, 58, 60]),
    ) {
        let mut wire = Wire::of_link(link);
        for mut packet in packets {
            for (at, byte) in [(0, first), (9, protocol), (6, protocol)] {
                if let Some(place) = packet.get_mut(at) {
                    *place = byte;
                }
            }
            let frame = match link {
                1 => [&[0; 12][..], &ether_type, &packet].concat(),
                _ if packet.is_empty() => packet,
                _ => framed(link, &packet),
            };
            wire.frame(&frame);
        }
        let interest = Interest { ports: [443].into(), ..Interest::default() };
        facts(&wire.bytes, &interest);
    }
}
