//! Containers: variants of pcap and pcapng, what they hold besides frames, and damage.

use std::collections::BTreeSet;

use super::blocks::*;
use super::wire::*;
use crate::capture::{Container, Interest, LinkType, Wanted, container_of, excerpt, first_packet_time, read_capture};
use crate::model::time::Timestamp;
use crate::progress::Progress;

fn syn(port: u16) -> Vec<u8> {
    framed(1, &tcp(&format!("192.0.2.10:{port}"), SERVER, SYN, 1000, 0, b"", 1))
}

fn addressed() -> Interest {
    Interest { addresses: ["198.51.100.7".parse().unwrap()].into(), ..Interest::default() }
}

fn times(bytes: &[u8]) -> Vec<Timestamp> {
    facts(bytes, &addressed()).flows.iter().map(|flow| flow.first.time).collect()
}

#[test]
fn every_variant_of_pcap_is_read() {
    let frame = syn(1);
    for big_endian in [false, true] {
        for (magic, extra, fraction, nanos) in
            [(0xa1b2_c3d4, 0, 5, 5_000), (0xa1b2_3c4d, 0, 5, 5), (0xa1b2_cd34, 8, 5, 5_000), (0x1c00_01ac, 0, 5, 5)]
        {
            let mut bytes = word(magic, big_endian).to_vec();
            bytes.extend([half(2, big_endian), half(4, big_endian)].concat());
            bytes.extend([0, 0, 65_535, 1].map(|field| word(field, big_endian)).concat());
            if magic == 0x1c00_01ac {
                bytes.extend([0; 4]);
            }
            for _ in 0..2 {
                let length = frame.len() as u32;
                bytes.extend([1_700_000_000, fraction, length, length].map(|field| word(field, big_endian)).concat());
                bytes.extend(vec![0; extra]);
                bytes.extend(&frame);
            }
            let expected = Timestamp::from_nanos(1_700_000_000_000_000_000 + nanos);
            assert_eq!(container_of(&bytes), Some(Container::Pcap));
            assert_eq!(times(&bytes), [expected], "{magic:x} {big_endian}");
            assert_eq!(first_packet_time(&bytes), Some(expected));
        }
    }
}

#[test]
fn times_beyond_all_clocks_stay_within_the_calendar() {
    let latest = Timestamp::from_nanos((1 << 32) * 1_000_000_000);
    for (offset, ticks, expected) in [
        (i64::MAX, 0, latest),
        (0, u64::MAX, latest),
        (i64::MIN, 7, Timestamp::from_nanos(0)),
        (-1, 0, Timestamp::from_nanos(0)),
    ] {
        let described = interface(1, &[(9, &[0]), (14, &offset.to_le_bytes())], false);
        let bytes = [section(false), described, enhanced(0, ticks, &syn(1), false)].concat();
        assert_eq!(times(&bytes), [expected], "{offset} {ticks}");
    }
}

#[test]
fn sections_have_their_own_byte_order_and_interfaces() {
    let bytes = [
        section(true),
        interface(101, &[(9, &[9]), (14, &5_i64.to_be_bytes())], true), // nanoseconds, and five seconds more
        interface(1, &[(9, &[0x80 | 10])], true),                       // 1024 ticks a second
        enhanced(0, 7, &syn(1)[14..], true),
        enhanced(1, 512, &syn(2), true),
        section(false),
        block(0xbad, b"unknown block", false),
        interface(1, &[], false),
        enhanced(0, 3_000_000, &syn(3), false),
    ]
    .concat();
    assert_eq!(container_of(&bytes), Some(Container::Pcapng));
    let expected = [5_000_000_007, 500_000_000, 3_000_000_000].map(Timestamp::from_nanos);
    let mut sorted = expected;
    sorted.sort();
    assert_eq!(times(&bytes), sorted);
    assert_eq!(first_packet_time(&bytes), Some(expected[0]));
}

#[test]
fn older_blocks_of_frames_are_read() {
    let frame = syn(1);
    let length = frame.len() as u32;
    let old = [&[0, 0, 0, 0][..], &[0, 9, length, length].map(u32::to_le_bytes).concat(), &frame].concat();
    let simple = [&word(length, false)[..], &syn(2)].concat();
    let bytes = [section(false), interface(1, &[], false), block(2, &old, false), block(3, &simple, false)].concat();
    let facts = facts(&bytes, &addressed());
    assert_eq!((facts.flows.len(), facts.parts[0].frames), (2, 2));
    assert_eq!(facts.parts[0].span, Some((Timestamp::from_nanos(9_000), Timestamp::from_nanos(9_000))));
}

#[test]
fn names_in_the_file_lead_to_the_server() {
    let record = [&[1, 0, 20, 0][..], &[198, 51, 100, 7], b"MDM.example.com\0", &[0, 0, 0, 0]].concat();
    let bytes =
        [section(false), interface(1, &[], false), enhanced(0, 1, &syn(1), false), block(4, &record, false)].concat();
    assert_eq!(facts(&bytes, &interest()).flows.len(), 1);
}

#[test]
fn secrets_in_the_file_are_read_and_never_shown() {
    let log = format!("CLIENT_RANDOM {} {}\nnot a line 5a5a\n", "ab".repeat(32), "5a".repeat(48));
    let body = [&0x544c_534b_u32.to_le_bytes()[..], &word(log.len() as u32, false), log.as_bytes()].concat();
    let bytes = [section(false), interface(1, &[], false), block(10, &body, false)].concat();
    let facts = facts(&bytes, &interest());
    // That the bad line was seen shows that the good one was.
    assert_eq!(facts.warnings.iter().map(|warning| warning.code.as_str()).collect::<Vec<_>>(), ["keylog_line"]);
    assert!(!format!("{facts:?}").contains("5a5a"));
}

#[test]
fn frames_of_interfaces_that_nobody_described_keep_their_numbers() {
    let bytes =
        [section(false), interface(1, &[], false), enhanced(3, 1, &syn(1), false), enhanced(0, 2, &syn(2), false)]
            .concat();
    let facts = facts(&bytes, &addressed());
    assert_eq!(facts.flows.iter().map(|flow| flow.first.frame).collect::<Vec<_>>(), [2]);
    assert_eq!(facts.warnings[0].code.as_str(), "unknown_interface");
    assert_eq!(facts.warnings.len(), 1);
}

#[test]
fn an_unknown_link_type_is_told_once() {
    let mut wire = Wire::of_link(147);
    wire.frame(b"whatever").frame(b"whatever");
    let facts = wire.facts();
    assert_eq!(facts.warnings.len(), 1);
    assert_eq!(facts.warnings[0].code.as_str(), "unknown_link_type");
    assert!(facts.warnings[0].message.contains("147"), "{}", facts.warnings[0].message);
}

#[test]
fn a_file_that_is_cut_is_read_up_to_the_cut() {
    let mut wire = Wire::new();
    wire.frame(&syn(1)).frame(&syn(2));
    let whole = wire.bytes.len();
    for end in 24..whole {
        let facts = facts(&wire.bytes[..end], &addressed());
        let frame = syn(1).len() + 16;
        assert_eq!(facts.flows.len(), (end - 24) / frame, "cut at {end}");
        let told: Vec<_> = facts.warnings.iter().map(|warning| warning.code.as_str()).collect();
        assert_eq!(told, if (end - 24) % frame == 0 { vec![] } else { vec!["truncated"] }, "cut at {end}");
    }
    let mut bytes = [section(false), interface(1, &[], false), enhanced(0, 1, &syn(1), false)].concat();
    bytes.truncate(bytes.len() - 3);
    assert_eq!(facts(&bytes, &addressed()).warnings[0].code.as_str(), "truncated");
}

#[test]
fn garbage_in_the_middle_is_passed_by() {
    let mut wire = Wire::new();
    wire.frame(&syn(1));
    let at = wire.bytes.len();
    wire.bytes.extend([0xff; 333]);
    for port in 2..10 {
        wire.frame(&syn(port));
    }
    let read = facts(&wire.bytes, &addressed());
    assert_eq!(read.flows.len(), 9);
    assert_eq!(read.warnings[0].code.as_str(), "damaged");
    assert!(read.warnings[0].message.contains(&format!("byte {at};")), "{}", read.warnings[0].message);
    let blocks: Vec<u8> = (1..9).flat_map(|port| enhanced(0, 1, &syn(port), false)).collect();
    let bytes = [&section(false)[..], &interface(1, &[], false), &blocks, &[0xff; 332], &blocks].concat();
    let read = facts(&bytes, &addressed());
    assert_eq!((read.parts[0].frames, read.warnings[0].code.as_str()), (16, "damaged"));
}

#[test]
fn other_files_are_no_captures() {
    for bytes in [&b""[..], b"2023-08-15 10:21:07,123 DEBUG", b"\xd4\xc3\xb2", b"\n\r\r\n\x1c\0\0\0what"] {
        assert_eq!(container_of(bytes), None);
        assert_eq!(first_packet_time(bytes), None);
        let facts = facts(bytes, &interest());
        assert_eq!(facts.warnings[0].code.as_str(), "not_a_capture");
        assert_eq!((facts.parts.len(), facts.parts[0].frames), (1, 0));
    }
}

#[test]
fn an_empty_capture_is_no_trouble() {
    let wire = Wire::new();
    let facts = wire.facts();
    assert_eq!((facts.parts[0].frames, facts.parts[0].span, facts.warnings.len()), (0, None, 0));
    assert_eq!(first_packet_time(&wire.bytes), None);
    assert!(read_capture(&[], &interest(), &Default::default(), &Default::default()).parts.is_empty());
}

#[test]
fn frames_are_found_by_their_numbers() {
    let mut wire = Wire::cut_at(50);
    wire.frame(&syn(1)).frame(&[7; 60]).frame(&syn(3));
    let found =
        excerpt(&wire.bytes, &Wanted { frames: BTreeSet::from([2, 9]), ..Wanted::default() }, &Progress::default());
    assert_eq!(found.len(), 1);
    let frame = found[0];
    assert_eq!(
        (frame.number, frame.link_type, frame.bytes, frame.original_length),
        (2, LinkType::ETHERNET, &[7; 50][..], 60)
    );
    assert_eq!(frame.time, Timestamp::from_nanos(1_700_000_000_000_200_000));
}
