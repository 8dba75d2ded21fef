//! What makes a flow, what makes it matter, and the traps on the way.

use super::wire::*;
use crate::capture::{FlowSide, FrameRef, Interest};

fn numbers<'a>(frames: impl IntoIterator<Item = &'a FrameRef>) -> Vec<u64> {
    frames.into_iter().map(|at| at.frame).collect()
}

#[test]
fn a_lost_syn_and_its_answered_retransmission_are_one_flow() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7").tcp(CLIENT, SERVER, SYN, 1000, 0, b"").wait(1000);
    wire.handshake(CLIENT, SERVER, 1000, 5000);
    let flows = wire.flows();
    assert_eq!(flows.len(), 1);
    assert_eq!(numbers(&flows[0].syns), [3, 4]);
    assert_eq!(flows[0].syn_ack.unwrap().frame, 5);
    assert_eq!((flows[0].client.to_string(), flows[0].server.to_string()), (CLIENT.to_owned(), SERVER.to_owned()));
}

#[test]
fn duplicates_of_the_capture_are_no_retransmissions() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7");
    let mut twice = |packet: Vec<u8>| {
        let mut routed = packet.clone();
        routed[8] -= 1; // TTL
        wire.packet(&packet).packet(&routed).wait(1);
    };
    twice(tcp(CLIENT, SERVER, SYN, 1000, 0, b"", 1));
    twice(tcp(SERVER, CLIENT, SYN | ACK, 5000, 1001, b"", 0));
    twice(tcp(CLIENT, SERVER, ACK, 1001, 5001, b"hello", 2));
    twice(tcp(CLIENT, SERVER, FIN | ACK, 1006, 5001, b"", 3));
    let flow = &wire.flows()[0];
    assert_eq!(numbers(&flow.syns), [3]);
    assert_eq!((flow.to_server.bytes, flow.to_server.retransmissions), (5, 0));
    assert_eq!(flow.closes.len(), 1);
}

#[test]
fn a_quick_retransmission_has_another_identification() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7").handshake(CLIENT, SERVER, 1000, 5000);
    wire.tcp(CLIENT, SERVER, ACK, 1001, 5001, b"hello").wait(20).tcp(CLIENT, SERVER, ACK, 1001, 5001, b"hello");
    assert_eq!(wire.flows()[0].to_server.retransmissions, 1);
}

#[test]
fn ports_that_are_used_again_make_another_flow() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7").handshake(CLIENT, SERVER, 1000, 5000);
    wire.tcp(SERVER, CLIENT, RST, 5001, 0, b"").wait(20_000).handshake(CLIENT, SERVER, 900_000_000, 6000);
    // What is left of the first one still belongs to it.
    wire.tcp(CLIENT, SERVER, ACK | RST, 1001, 5001, b"");
    let flows = wire.flows();
    assert_eq!(flows.len(), 2);
    assert_eq!((flows[0].stream, flows[1].stream), (Some(0), Some(1)));
    assert_eq!((flows[0].first.frame, flows[0].last.frame), (3, 10));
    assert_eq!((flows[1].first.frame, flows[1].last.frame), (7, 9));
    assert_eq!(flows[0].closes.len(), 2);
}

#[test]
fn a_syn_that_meets_a_reset_and_comes_again_is_one_flow() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7");
    for _ in 0..3 {
        wire.tcp(CLIENT, SERVER, SYN, 1000, 0, b"").tcp(SERVER, CLIENT, RST | ACK, 0, 1001, b"").wait(500);
    }
    let flows = wire.flows();
    assert_eq!(flows.len(), 1);
    assert_eq!(numbers(&flows[0].syns), [3, 5, 7]);
    assert_eq!(
        flows[0].closes.iter().map(|close| (close.at.frame, close.by, close.reset)).collect::<Vec<_>>(),
        [(4, FlowSide::Server, true)]
    );
}

#[test]
fn lost_reordered_and_repeated_segments_are_counted_apart() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7").handshake(CLIENT, SERVER, 1000, 5000);
    wire.tcp(SERVER, CLIENT, ACK, 5011, 1001, b"second----"); // before the first
    wire.tcp(SERVER, CLIENT, ACK, 5001, 1001, b"first-----");
    wire.tcp(SERVER, CLIENT, ACK, 5001, 1001, b"first-----"); // again
    wire.tcp(SERVER, CLIENT, ACK, 5031, 1001, b"fourth----"); // the third was lost by the capture
    wire.tcp(CLIENT, SERVER, ACK, 1001, 5041, b"");
    let flow = &wire.flows()[0];
    let facts = flow.to_client;
    assert_eq!((facts.bytes, facts.missing, facts.retransmissions), (40, 10, 1));
    assert_eq!((facts.first_data.unwrap().frame, facts.last_data.unwrap().frame), (6, 9));
    assert_eq!(facts.last_acked.unwrap().frame, 10);
}

#[test]
fn what_the_other_side_acknowledged_was_sent() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7").handshake(CLIENT, SERVER, 1000, 5000);
    wire.tcp(CLIENT, SERVER, ACK, 1001, 5301, b"");
    assert_eq!((wire.flows()[0].to_client.bytes, wire.flows()[0].to_client.missing), (300, 300));
}

#[test]
fn sequence_numbers_may_wrap() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7").handshake(CLIENT, SERVER, u32::MAX - 3, u32::MAX);
    let hello = client_hello(HOST);
    wire.tcp(CLIENT, SERVER, ACK, u32::MAX - 2, 0, &hello);
    wire.tcp(SERVER, CLIENT, ACK, 0, (hello.len() as u32).wrapping_sub(3), b"x");
    let flow = &wire.flows()[0];
    assert_eq!(flow.to_server.bytes, hello.len() as u64);
    assert_eq!((flow.to_client.bytes, flow.to_client.missing), (1, 0));
    assert_eq!(flow.tls.as_ref().unwrap().sni.as_deref(), Some(HOST));
}

#[test]
fn a_gap_of_gigabytes_is_only_a_number() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7").handshake(CLIENT, SERVER, 1000, 5000);
    for step in 1..20_u32 {
        wire.tcp(SERVER, CLIENT, ACK, 5001_u32.wrapping_add(step.wrapping_mul(900_000_000)), 1001, b"x");
    }
    let facts = wire.flows()[0].to_client;
    assert_eq!((facts.bytes, facts.missing), (19 * 900_000_000 + 1, 19 * 900_000_000 - 18));
}

#[test]
fn a_flow_that_began_before_the_capture_has_its_roles_by_the_port() {
    let mut wire = Wire::new();
    wire.tcp(SERVER, CLIENT, ACK, 5000, 1000, b"late data").tcp(CLIENT, SERVER, ACK, 1000, 5009, b"");
    wire.resolve(HOST, "198.51.100.7");
    let flow = &wire.flows()[0];
    assert_eq!((flow.client.to_string(), flow.start_seen), (CLIENT.to_owned(), false));
    assert_eq!((flow.to_client.bytes, flow.to_client.missing), (9, 0));
}

#[test]
fn the_rest_of_a_connection_that_carries_nothing_is_no_flow() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7").tcp(SERVER, CLIENT, FIN | ACK, 5000, 1000, b"");
    wire.tcp(CLIENT, SERVER, ACK, 1000, 5001, b"");
    assert_eq!(wire.flows().len(), 0);
}

#[test]
fn a_syn_ack_alone_tells_who_opened() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7").tcp(SERVER, CLIENT, SYN | ACK, 5000, 1001, b"");
    wire.tcp(CLIENT, SERVER, ACK, 1001, 5001, b"");
    let flow = &wire.flows()[0];
    assert!(flow.start_seen && flow.syns.is_empty());
    assert_eq!(flow.client.to_string(), CLIENT);
}

#[test]
fn a_server_name_tells_without_dns() {
    let mut wire = Wire::new();
    wire.handshake(CLIENT, SERVER, 1000, 5000).tcp(CLIENT, SERVER, ACK, 1001, 5001, &client_hello(HOST));
    // Another try of the same endpoint that never got as far.
    wire.tcp("192.0.2.10:40001", SERVER, SYN, 1, 0, b"");
    let flows = wire.flows();
    assert_eq!(flows.iter().map(|flow| flow.first.frame).collect::<Vec<_>>(), [1, 5]);
}

#[test]
fn a_server_name_in_the_second_segment_tells_as_well() {
    let hello = client_hello(HOST);
    let mut wire = Wire::new();
    wire.handshake(CLIENT, SERVER, 1000, 5000).tcp(CLIENT, SERVER, ACK, 1001, 5001, &hello[..50]);
    wire.tcp(CLIENT, SERVER, ACK, 1051, 5001, &hello[50..]);
    assert_eq!(wire.flows().len(), 1);
    let hello = client_hello("www.example.com");
    let mut wire = Wire::new();
    wire.handshake(CLIENT, SERVER, 1000, 5000).tcp(CLIENT, SERVER, ACK, 1001, 5001, &hello[..50]);
    wire.tcp(CLIENT, SERVER, ACK, 1051, 5001, &hello[50..]);
    assert_eq!(wire.flows().len(), 0);
}

#[test]
fn other_names_at_the_same_address_are_left_out() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7").handshake(CLIENT, SERVER, 1000, 5000);
    wire.tcp(CLIENT, SERVER, ACK, 1001, 5001, &client_hello("www.example.com"));
    wire.tcp(SERVER, CLIENT, ACK, 5001, 1001, b"more").tcp(CLIENT, SERVER, FIN | ACK, 2000, 5005, b"");
    // The same ports once more, for a host that matters.
    wire.wait(1000).handshake(CLIENT, SERVER, 77_000, 99_000);
    wire.tcp(CLIENT, SERVER, ACK, 77_001, 99_001, &client_hello(HOST));
    let flows = wire.flows();
    assert_eq!(flows.len(), 1);
    assert_eq!((flows[0].first.frame, flows[0].stream), (9, Some(1)));
}

#[test]
fn names_under_the_clouds_of_vendors_matter_by_themselves() {
    let mut wire = Wire::new();
    wire.resolve("tenant.jamfcloud.com", "198.51.100.7").tcp(CLIENT, SERVER, SYN, 1, 0, b"");
    let facts = facts(&wire.bytes, &Interest::default());
    assert_eq!((facts.flows.len(), facts.dns.len()), (1, 1));
}

#[test]
fn a_proxy_is_known_by_what_it_is_asked_for() {
    const PROXY: &str = "192.0.2.8:3128";
    let mut wire = Wire::new();
    for (port, authority) in [(1, "mdm.example.com:443"), (2, "www.example.com:443")] {
        let client = format!("192.0.2.10:4000{port}");
        wire.handshake(&client, PROXY, 1000, 5000);
        let connect = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
        wire.tcp(&client, PROXY, ACK, 1001, 5001, connect.as_bytes());
    }
    // Not answered, and what is in the middle of somebody's tunnel.
    wire.tcp("192.0.2.10:40003", PROXY, SYN, 1, 0, b"");
    wire.tcp("192.0.2.10:40004", PROXY, ACK, 1, 1, b"\x17\x03\x03\x00\x10");
    let flows = wire.flows();
    assert_eq!(flows.iter().map(|flow| flow.client.port()).collect::<Vec<_>>(), [40_001, 40_003]);
    assert_eq!(flows[0].connect.as_ref().unwrap().host, HOST);
}

#[test]
fn a_proxy_may_be_known_by_address_or_by_name() {
    let mut wire = Wire::new();
    wire.resolve("proxy.example.com", "192.0.2.8").tcp(CLIENT, "192.0.2.8:8888", SYN, 1, 0, b"");
    wire.tcp(CLIENT, "192.0.2.9:3128", SYN, 1, 0, b"").tcp(CLIENT, "192.0.2.9:22", SYN, 1, 0, b"");
    let interest = Interest {
        proxies: ["192.0.2.9:3128".parse().unwrap()].into(),
        proxy_hosts: ["proxy.example.com".to_owned()].into(),
        ..interest()
    };
    let facts = facts(&wire.bytes, &interest);
    assert_eq!(facts.flows.iter().map(|flow| flow.server.port()).collect::<Vec<_>>(), [8888, 3128]);
    assert_eq!(facts.dns.len(), 1);
}

#[test]
fn plain_requests_of_the_api_matter_wherever_they_go() {
    let mut wire = Wire::new();
    let server = "203.0.113.9:8080";
    wire.handshake(CLIENT, server, 1000, 5000);
    wire.tcp(CLIENT, server, ACK, 1001, 5001, b"GET /a/ciscoise/mdminfo/?x=y HTTP/1.1\r\nHost: nobody\r\n\r\n");
    wire.handshake("192.0.2.10:40001", server, 1000, 5000);
    wire.tcp("192.0.2.10:40001", server, ACK, 1001, 5001, b"GET /index.html HTTP/1.1\r\nHost: nobody\r\n\r\n");
    let flows = wire.flows();
    assert_eq!(flows.len(), 1);
    assert_eq!(flows[0].client.to_string(), CLIENT);
}

#[test]
fn literal_addresses_and_ports_of_the_log_matter() {
    let mut wire = Wire::new();
    for server in ["203.0.113.9:443", "203.0.113.9:9443", "203.0.113.9:22", "203.0.113.10:9443"] {
        wire.tcp(CLIENT, server, SYN, 1, 0, b"");
    }
    let mut interest = Interest { addresses: ["203.0.113.9".parse().unwrap()].into(), ..Interest::default() };
    interest.ports.insert(9443);
    let flows = facts(&wire.bytes, &interest).flows;
    assert_eq!(flows.iter().map(|flow| flow.first.frame).collect::<Vec<_>>(), [1, 2]);
    // A port alone is all that somebody may know.
    interest.addresses.clear();
    let flows = facts(&wire.bytes, &interest).flows;
    assert_eq!(flows.iter().map(|flow| flow.first.frame).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn errors_of_routers_come_with_the_flow_that_they_quote() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7").tcp(CLIENT, SERVER, SYN, 1000, 0, b"");
    let syn = tcp(CLIENT, SERVER, SYN, 1000, 0, b"", 103);
    let error = icmp("192.0.2.1", "192.0.2.10", 3, 1, &syn[..28]);
    wire.packet(&error).packet(&error).wait(1000); // the second is a duplicate of the capture
    wire.tcp(CLIENT, SERVER, SYN, 1000, 0, b"").packet(&icmp("192.0.2.1", "192.0.2.10", 3, 13, &syn));
    // The SYN was not captured, and the quote is of IPv6.
    wire.udp("192.0.2.10:5353", RESOLVER, &query(8, HOST, 28));
    wire.udp(RESOLVER, "192.0.2.10:5353", &answer(8, HOST, &[(HOST, "2001:db8::7")]));
    let syn = tcp("[2001:db8::10]:40000", "[2001:db8::7]:443", SYN, 1000, 0, b"", 0);
    wire.packet(&icmp("2001:db8::1", "2001:db8::10", 1, 3, &syn));
    let flows = wire.flows();
    let errors = |index: usize| -> Vec<_> {
        flows[index].icmp.iter().map(|error| (error.at.frame, error.v6, error.icmp_type, error.code)).collect()
    };
    assert_eq!(flows.len(), 2);
    assert_eq!(errors(0), [(4, false, 3, 1), (7, false, 3, 13)]);
    assert_eq!(errors(1), [(10, true, 1, 3)]);
    assert_eq!(flows[1].server.to_string(), "[2001:db8::7]:443");
    assert!(flows[1].syns.is_empty() && !flows[1].start_seen);
}

#[test]
fn half_open_connections_to_others_leave_nothing() {
    let mut wire = Wire::new();
    for port in 1024..30_000 {
        wire.tcp(&format!("192.0.2.66:{port}"), "203.0.113.99:443", SYN, 1, 0, b"");
    }
    let facts = wire.facts();
    assert_eq!((facts.flows.len(), facts.parts[0].frames), (0, 28_976));
}

#[test]
fn a_flow_goes_on_in_the_next_file() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7").handshake(CLIENT, SERVER, 1000, 5000);
    let mut second = Wire::new();
    second.wait(5000).tcp(CLIENT, SERVER, ACK, 1001, 5001, b"hello");
    let part = |input, wire: &Wire| crate::capture::CapturePart { input, bytes: &wire.clone().bytes.leak()[..] };
    let read = |parts: &[crate::capture::CapturePart<'_>]| {
        crate::capture::read_capture(parts, &interest(), &Default::default(), &Default::default())
    };
    let (first, second) = (part(0, &wire), part(1, &second));
    let facts = read(&[first, second]);
    assert_eq!(facts.flows.len(), 1);
    assert_eq!((facts.flows[0].last.input, facts.flows[0].last.frame), (1, 1));
    assert_eq!(format!("{facts:?}"), format!("{:?}", read(&[second, first])));
}
