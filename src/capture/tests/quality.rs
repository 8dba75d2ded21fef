//! What a capture could see, and what is said of it.

use super::blocks::*;
use super::wire::*;
use crate::capture::{
    CaptureFacts, CaptureQuality, Direction, EtherType, FlowVisibility, Interest, IpProtocol, LinkType, TcpDirections,
    TimeOrder, Unread,
};
use crate::model::warning::WarningCode;

fn quality(wire: &Wire) -> CaptureQuality {
    wire.facts().quality.remove(0)
}

/// Returns the messages of warnings of a kind.
fn told(facts: &CaptureFacts, code: WarningCode) -> Vec<&str> {
    facts.warnings.iter().filter(|warning| warning.code == code).map(|warning| warning.message.as_str()).collect()
}

/// Adds a connection with a request and an answer.
fn talk(wire: &mut Wire, client: &str) {
    wire.handshake(client, SERVER, 1000, 5000);
    wire.tcp(client, SERVER, ACK, 1001, 5001, b"GET / HTTP/1.1\r\n\r\n");
    wire.tcp(SERVER, client, ACK, 5001, 1019, b"HTTP/1.1 200 OK\r\n\r\n");
}

/// Returns the frames of a capture that pass a test of source address and number.
fn only(wire: &Wire, keep: impl Fn(&[u8], usize) -> bool) -> Wire {
    let mut left = Wire::new();
    let mut at = 24;
    for number in 1.. {
        let Some(header) = wire.bytes.get(at..at + 16) else { break };
        let length = u32::from_le_bytes(header[8..12].try_into().unwrap()) as usize;
        let record = &wire.bytes[at..at + 16 + length];
        if keep(&record[16 + 26..16 + 30], number) {
            left.bytes.extend(record);
        }
        at += record.len();
    }
    left
}

fn is_client(source: &[u8]) -> bool {
    source == [192, 0, 2, 10]
}

#[test]
fn frames_are_counted_by_what_they_are() {
    let mut wire = Wire::cut_at(90);
    wire.resolve(HOST, "198.51.100.7");
    wire.tcp(CLIENT, SERVER, SYN, 1, 0, b"").tcp(CLIENT, SERVER, ACK, 2, 1, &[7; 1700]);
    wire.udp("192.0.2.10:5000", "192.0.2.1:123", b"time").udp(
        "192.0.2.10:5353",
        RESOLVER,
        &query(8, "other.example", 1),
    );
    let syn = tcp(CLIENT, SERVER, SYN, 1, 0, b"", 1);
    wire.packet(&icmp("192.0.2.1", "192.0.2.10", 3, 1, &syn)).packet(&icmp("192.0.2.1", "192.0.2.10", 8, 0, &syn));
    wire.packet(&ip("192.0.2.1".parse().unwrap(), "224.0.0.5".parse().unwrap(), 89, b"hello", 1));
    wire.frame(&[&[2; 12][..], &[8, 6], &[0; 28]].concat()).frame(&[2; 9]);
    let frames = quality(&wire).frames;
    assert_eq!((frames.tcp, frames.dns_queries, frames.dns_answers, frames.udp, frames.icmp), (2, 2, 1, 1, 2));
    assert_eq!((frames.other_ip, frames.not_ip, frames.unread, frames.short), (1, 1, 0, 1));
    assert_eq!((frames.cut, frames.giants, frames.frames()), (2, 1, 11));
}

#[test]
fn one_direction_is_told_by_connections_that_go_on_without_the_other() {
    let mut both = Wire::new();
    both.resolve(HOST, "198.51.100.7");
    (1..6).for_each(|port| talk(&mut both, &format!("192.0.2.10:4000{port}")));
    assert_eq!(quality(&both).directions, TcpDirections { both: 5, ..TcpDirections::default() });
    assert_eq!(quality(&both).one_direction(), None);
    let facts = only(&both, |source, _| is_client(source)).facts();
    assert_eq!(facts.quality[0].directions, TcpDirections { only_client: 5, ..TcpDirections::default() });
    assert_eq!(facts.quality[0].one_direction(), Some(Direction::FromClients));
    let [message] = told(&facts, WarningCode::OneDirection)[..] else { panic!("{:?}", facts.warnings) };
    assert!(message.starts_with("only packets from the node") && message.contains("5 connections"), "{message}");
    let facts = only(&both, |source, _| !is_client(source)).facts();
    assert_eq!(facts.quality[0].one_direction(), Some(Direction::FromServers));
}

#[test]
fn unanswered_syns_and_the_edges_of_a_capture_are_no_missing_direction() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7").tcp("192.0.2.10:39999", SERVER, ACK, 77, 99, b"");
    (1..6).for_each(|port| talk(&mut wire, &format!("192.0.2.10:4000{port}")));
    (1..40).for_each(|port| {
        wire.tcp(&format!("192.0.2.10:{}", 41_000 + port), SERVER, SYN, 1, 0, b"");
    });
    let quality = quality(&wire);
    assert_eq!(quality.directions, TcpDirections { both: 5, only_client: 1, only_server: 0, unanswered: 39 });
    assert_eq!(quality.one_direction(), None);
}

#[test]
fn who_receives_and_who_sends_is_known_of_each_peer() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7");
    talk(&mut wire, CLIENT);
    let peer =
        |facts: &CaptureFacts, address: &str| facts.peers.get(&address.parse().unwrap()).copied().unwrap_or_default();
    let facts = wire.facts();
    let (node, server, resolver) =
        (peer(&facts, "192.0.2.10"), peer(&facts, "198.51.100.7"), peer(&facts, "192.0.2.53"));
    assert!(node.tcp_sent && node.tcp_received && node.dns_sent && node.dns_received && !node.icmp_received);
    assert!(server.tcp_sent && server.receives() && !server.dns_sent && resolver.dns_sent && !resolver.tcp_sent);
    let facts = only(&wire, |source, _| is_client(source)).facts();
    assert!(peer(&facts, "192.0.2.10").sends() && !peer(&facts, "192.0.2.10").receives());
    assert!(!peer(&facts, "192.0.2.53").sends());
}

#[test]
fn what_was_acknowledged_and_never_captured_is_a_gap() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7");
    talk(&mut wire, CLIENT);
    wire.tcp(CLIENT, SERVER, ACK, 1019, 5320, b"").tcp(SERVER, CLIENT, ACK, 5400, 1019, b"more");
    let facts = wire.facts();
    // 300 bytes that the client acknowledged, and 80 that it may yet have to.
    assert_eq!((facts.flows[0].to_client.missing, facts.flows[0].to_client.missing_acknowledged), (380, 300));
    assert_eq!((facts.quality[0].followed.with_gaps, facts.quality[0].followed.lost_bytes), (1, 300));
    let [message] = told(&facts, WarningCode::PacketsMissing)[..] else { panic!("{:?}", facts.warnings) };
    assert!(message.contains("300 bytes that the other side acknowledged"), "{message}");
}

#[test]
fn a_handshake_that_goes_on_shows_what_is_missing_of_it() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7");
    talk(&mut wire, CLIENT);
    let visibility = |without: &[usize]| only(&wire, |_, number| !without.contains(&number)).flows()[0].visibility;
    let FlowVisibility { from_client, from_server, .. } = visibility(&[]);
    assert_eq!((from_client, from_server), (3, 2));
    let seen = |without: &[usize]| {
        let seen = visibility(without);
        (seen.syn_missing, seen.syn_ack_missing, seen.begins_before)
    };
    assert_eq!(seen(&[]), (false, false, false));
    assert_eq!(seen(&[3]), (true, false, false));
    assert_eq!(seen(&[4]), (false, true, false));
    // The client's acknowledgment of the SYN-ACK is enough.
    assert_eq!(seen(&[4, 6, 7]), (false, true, false));
    assert_eq!(seen(&[4, 5, 6, 7]), (false, false, false));
    assert_eq!(seen(&[3, 4]), (false, false, true));
    let facts = only(&wire, |_, number| number != 4).facts();
    let [message] = told(&facts, WarningCode::PacketsMissing)[..] else { panic!("{:?}", facts.warnings) };
    assert!(message.contains("SYN-ACK of 1 handshake"), "{message}");
}

#[test]
fn packets_of_a_second_tap_are_counted_and_count_once() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7");
    for packet in [tcp(CLIENT, SERVER, SYN, 1000, 0, b"", 1), tcp(SERVER, CLIENT, SYN | ACK, 5000, 1001, b"", 2)] {
        wire.packet(&packet).packet(&packet);
    }
    let facts = wire.facts();
    assert_eq!((facts.flows[0].visibility.duplicates, facts.quality[0].followed.duplicates), (2, 2));
    assert_eq!((facts.flows[0].visibility.from_client, facts.flows[0].visibility.from_server), (1, 1));
}

#[test]
fn payload_that_the_snap_length_cut_is_counted_for_the_flow() {
    let mut wire = Wire::cut_at(60);
    wire.resolve(HOST, "198.51.100.7");
    talk(&mut wire, CLIENT);
    let interest = Interest { addresses: ["198.51.100.7".parse().unwrap()].into(), ..Interest::default() };
    let facts = facts(&wire.bytes, &interest);
    assert_eq!((facts.flows[0].visibility.cut, facts.quality[0].frames.cut), (2, 4));
}

#[test]
fn a_clock_that_was_set_back_is_told_of_and_queues_are_not() {
    let mut wire = Wire::new();
    talk(&mut wire, CLIENT);
    let swapped = |gap: u32| {
        let mut bytes = wire.bytes.clone();
        // The second frame's time, in microseconds.
        let at = 24 + 16 + 54 + 4;
        let time = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        bytes[at - 4] -= u8::from(gap > time);
        bytes[at..at + 4]
            .copy_from_slice(&(if gap > time { 1_000_000 + time - gap } else { time - gap }).to_le_bytes());
        facts(&bytes, &interest())
    };
    let facts = swapped(150);
    assert_eq!(facts.quality[0].order, TimeOrder { backwards: 1, farthest: 50_000 });
    assert_eq!(facts.warnings, []);
    let mut late = Wire::new();
    talk(late.wait(7500), CLIENT);
    wire.bytes = [&late.bytes[..], &wire.bytes[24..]].concat();
    let facts = wire.facts();
    assert_eq!((facts.quality[0].order.backwards, facts.quality[0].order.farthest), (1, 7_500_400_000));
    let [message] = told(&facts, WarningCode::TimeBackwards)[..] else { panic!("{:?}", facts.warnings) };
    assert!(message.contains("1 frame") && message.contains("7.5 s"), "{message}");
}

#[test]
fn statistics_of_interfaces_tell_of_drops() {
    let number = |number: u64, big_endian: bool| if big_endian { number.to_be_bytes() } else { number.to_le_bytes() };
    for big_endian in [false, true] {
        let statistics = |interface: u32, counts: &[(u16, u64)]| {
            let mut body = [interface, 0, 0].map(|field| word(field, big_endian)).concat();
            for (code, count) in counts {
                body.extend([half(*code, big_endian), half(8, big_endian)].concat());
                body.extend(number(*count, big_endian));
            }
            body.extend([0; 4]);
            block(5, &body, big_endian)
        };
        let frame = framed(1, &tcp(CLIENT, SERVER, SYN, 1000, 0, b"", 1));
        let bytes = [
            section(big_endian),
            interface(1, &[(2, b"eth0"), (11, b"\0host 198.51.100.7")], big_endian),
            enhanced(0, 1_000, &frame, big_endian),
            statistics(0, &[(4, 9000), (5, 7)]),
            // What comes later counts for all of the time.
            statistics(0, &[(4, 10_000), (5, 312), (6, 8000), (7, 4000), (8, 3688)]),
            section(big_endian),
            interface(1, &[], big_endian),
            enhanced(0, 2_000, &frame, big_endian),
        ]
        .concat();
        let facts = facts(&bytes, &interest());
        let quality = &facts.quality[0];
        assert_eq!(quality.interfaces.iter().map(|interface| interface.number).collect::<Vec<_>>(), [0, 1]);
        let [first, second] = &quality.interfaces[..] else { panic!("{quality:?}") };
        assert_eq!((first.described.name.as_deref(), first.frames.tcp, second.frames.tcp), (Some("eth0"), 1, 1));
        assert_eq!(first.described.filter.as_deref(), Some("host 198.51.100.7"));
        assert_eq!((first.described.link, second.statistics), (Some(LinkType::ETHERNET), None));
        let counted = first.statistics.unwrap();
        assert_eq!(
            (counted.received, counted.accepted_by_filter, counted.delivered),
            (Some(10_000), Some(8000), Some(3688))
        );
        assert_eq!((first.dropped(), second.dropped(), quality.dropped()), (Some(4312), None, Some(4312)));
        let [message] = told(&facts, WarningCode::PacketsDropped)[..] else { panic!("{:?}", facts.warnings) };
        assert!(message.starts_with("the capture dropped 4,312 packets (interface statistics)"), "{message}");
    }
}

#[test]
fn frames_that_say_what_was_dropped_before_them_are_added_up() {
    let frame = framed(1, &tcp(CLIENT, SERVER, SYN, 1000, 0, b"", 1));
    let with = |options: &[u8]| {
        let plain = enhanced(0, 1_000, &frame, false);
        let mut body = plain[8..plain.len() - 4].to_vec();
        body.extend(options);
        block(6, &body, false)
    };
    let dropped = |count: u64| [&[4, 0, 8, 0][..], &count.to_le_bytes(), &[0; 4]].concat();
    let flags = [2, 0, 4, 0, 1, 0, 0, 0];
    let bytes = [
        section(false),
        interface(1, &[], false),
        with(&dropped(5)),
        with(&[&flags[..], &dropped(37)].concat()),
        with(&flags),
    ]
    .concat();
    let facts = facts(&bytes, &interest());
    assert_eq!((facts.quality[0].dropped(), facts.quality[0].frames.tcp), (Some(42), 3));
    assert_eq!(told(&facts, WarningCode::PacketsDropped).len(), 1);
}

#[test]
fn frames_that_cannot_be_read_are_counted_and_named() {
    let mut wire = Wire::new();
    let ethernet = |ether_type: u16, rest: &[u8]| [&[2; 12][..], &ether_type.to_be_bytes(), rest].concat();
    let esp = ip("192.0.2.1".parse().unwrap(), "192.0.2.10".parse().unwrap(), 50, b"secret", 1);
    wire.packet(&esp);
    for _ in 0..412 {
        wire.frame(&ethernet(0x88e5, &[0; 50]));
    }
    // ARP, LLDP, spanning tree, and OSPF hold nothing that could be missed.
    wire.frame(&ethernet(0x0806, &[0; 28])).frame(&ethernet(0x88cc, &[0; 28])).frame(&ethernet(38, &[0x42; 38]));
    wire.packet(&ip("192.0.2.1".parse().unwrap(), "224.0.0.5".parse().unwrap(), 89, b"hello", 1));
    let facts = wire.facts();
    let unread: Vec<_> =
        facts.quality[0].unread.iter().map(|unread| (unread.at, unread.frames, unread.first_frame)).collect();
    assert_eq!(unread, [(Unread::Ether(EtherType(0x88e5)), 412, 2), (Unread::Protocol(IpProtocol(50)), 1, 1)]);
    let told = told(&facts, WarningCode::FramesNotRead);
    assert_eq!(
        told,
        [
            "412 frames of EtherType 0x88e5 (MACsec) were not read, the first is 2; MDM traffic in them is missing here",
            "1 frame of IP protocol 50 (ESP) was not read, the first is 1; MDM traffic in them is missing here",
        ]
    );
}
