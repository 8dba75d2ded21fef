//! Packets that no TCP stack would believe, and those that come before what they answer.

use super::wire::*;
use crate::capture::{FlowSide, TcpFlow};

const ISN: u32 = 1000;

/// Makes the flow of a node that asked for the host and then saw this.
fn flow(see: impl FnOnce(&mut Wire)) -> TcpFlow {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7");
    see(&mut wire);
    let mut flows = wire.flows();
    assert_eq!(flows.len(), 1, "{flows:?}");
    flows.remove(0)
}

fn resets(flow: &TcpFlow) -> Vec<(FlowSide, u64)> {
    flow.closes.iter().filter(|close| close.reset).map(|close| (close.by, close.at.frame)).collect()
}

#[test]
fn a_reset_refuses_a_syn_only_when_it_acknowledges_it() {
    for (flags, ack, believed) in [
        (RST | ACK, ISN + 1, true),
        (RST | ACK, ISN, false),
        (RST | ACK, ISN + 2, false),
        (RST | ACK, 0x9999_9999, false),
        (RST, 0, false), // acknowledges nothing (RFC 9293, section 3.10.7.3)
    ] {
        let flow = flow(|wire| {
            wire.tcp(CLIENT, SERVER, SYN, ISN, 0, b"").tcp(SERVER, CLIENT, flags, 5, ack, b"");
        });
        assert_eq!(resets(&flow), if believed { vec![(FlowSide::Server, 4)] } else { vec![] }, "{ack}");
        assert_eq!(flow.visibility.disbelieved, u64::from(!believed));
    }
    // Where the SYN was not captured, nothing speaks against it.
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7").tcp(SERVER, CLIENT, RST | ACK, 0, 77, b"").tcp(SERVER, CLIENT, ACK, 1, 77, b"x");
    assert_eq!(resets(&wire.flows()[0]).len(), 1);
}

#[test]
fn a_reset_of_a_connection_has_a_number_that_is_due() {
    // The server has sent up to 5101, of which the client has acknowledged 51.
    let after = |reset: u32, by_server: bool| {
        resets(&flow(|wire| {
            wire.handshake(CLIENT, SERVER, ISN, 5000).tcp(CLIENT, SERVER, ACK, 1001, 5001, b"hello");
            wire.tcp(SERVER, CLIENT, ACK, 5001, 1006, &[7; 100]).tcp(CLIENT, SERVER, ACK, 1006, 5051, b"");
            let (from, to) = if by_server { (SERVER, CLIENT) } else { (CLIENT, SERVER) };
            wire.tcp(from, to, RST, reset, 0, b"");
        }))
        .len()
    };
    assert_eq!([after(5101, true), after(5051, true), after(5102, true), after(5101 + 60_000, true)], [1; 4]);
    assert_eq!([after(5050, true), after(4999, true), after(0, true), after(0x7000_0000, true)], [0; 4]);
    assert_eq!([after(1006, false), after(1007, false), after(1005, false), after(0x8000_0000, false)], [1, 1, 0, 0]);
}

#[test]
fn a_side_that_goes_on_has_not_reset_the_connection() {
    let forged = |pause: u64| {
        flow(|wire| {
            wire.handshake(CLIENT, SERVER, ISN, 5000).tcp(CLIENT, SERVER, ACK, 1001, 5001, b"hello");
            // In the window, so that its number does not tell.
            wire.tcp(SERVER, CLIENT, RST, 5040, 0, b"").wait(pause).tcp(SERVER, CLIENT, ACK, 5001, 1006, &[7; 100]);
        })
    };
    assert_eq!((resets(&forged(20)), forged(20).visibility.disbelieved), (vec![], 1));
    // Queues bring the last data behind the RST.
    assert_eq!(resets(&forged(1)), [(FlowSide::Server, 7)]);
}

#[test]
fn an_acknowledgment_of_something_else_is_an_answer_that_opens_nothing() {
    let challenged = flow(|wire| {
        for _ in 0..3 {
            wire.tcp(CLIENT, SERVER, SYN, 7_777_777, 0, b"").tcp(SERVER, CLIENT, ACK, 7001, 3001, b"");
            wire.tcp(CLIENT, SERVER, RST, 3001, 0, b"").wait(1000);
        }
    });
    assert_eq!((challenged.syns.len(), challenged.challenge_ack.map(|at| at.frame)), (3, Some(4)));
    assert_eq!((challenged.syn_ack, resets(&challenged)), (None, vec![]));
    assert_eq!((challenged.to_server.bytes, challenged.to_server.missing), (0, 0));
    // The older connection is gone, and the next SYN opens the new one.
    let opened = flow(|wire| {
        wire.tcp(CLIENT, SERVER, SYN, ISN, 0, b"").tcp(SERVER, CLIENT, ACK, 7001, 900_000_000, b"").wait(1000);
        wire.handshake(CLIENT, SERVER, ISN, 5000).tcp(CLIENT, SERVER, ACK, 1001, 5001, b"hello");
        wire.tcp(SERVER, CLIENT, ACK, 5001, 1006, b"world");
    });
    assert_eq!((opened.syn_ack.map(|at| at.frame), opened.to_client.bytes, opened.to_client.missing), (Some(6), 5, 0));
    assert_eq!((opened.to_server.bytes, opened.to_server.missing), (5, 0));
    // An acknowledgment that fits shows that the SYN-ACK was lost.
    let lost = flow(|wire| {
        wire.tcp(CLIENT, SERVER, SYN, ISN, 0, b"").tcp(CLIENT, SERVER, ACK, 1001, 5001, b"hello");
        wire.tcp(SERVER, CLIENT, ACK, 5001, 1006, b"");
    });
    assert!(lost.challenge_ack.is_none() && lost.visibility.syn_ack_missing);
}

#[test]
fn a_syn_ack_of_another_connection_opens_nothing() {
    let flow = flow(|wire| {
        wire.tcp(CLIENT, SERVER, SYN, ISN, 0, b"").tcp(SERVER, CLIENT, SYN | ACK, 5, 0x9999_9999, b"");
    });
    assert_eq!((flow.syn_ack, flow.syns.len()), (None, 1));
}

#[test]
fn an_icmp_error_is_about_a_packet_on_its_way() {
    let quoting = |sequence: u32, open: bool| {
        let flow = flow(|wire| {
            if open {
                wire.handshake(CLIENT, SERVER, ISN, 5000).tcp(CLIENT, SERVER, ACK, 1001, 5001, b"hello");
            } else {
                wire.tcp(CLIENT, SERVER, SYN, ISN, 0, b"");
            }
            let quoted = tcp(CLIENT, SERVER, SYN, sequence, 0, b"", 1);
            wire.packet(&icmp("192.0.2.66", "192.0.2.10", 3, 1, &quoted[..28]));
        });
        (flow.icmp.len(), flow.visibility.disbelieved)
    };
    assert_eq!([quoting(ISN, false), quoting(ISN + 1, false)], [(1, 0), (1, 0)]);
    assert_eq!([quoting(ISN - 1, false), quoting(0x7777_7777, false)], [(0, 1), (0, 1)]);
    assert_eq!([quoting(1001, true), quoting(1006, true)], [(1, 0), (1, 0)]);
    // The SYN was answered long ago.
    assert_eq!([quoting(ISN, true), quoting(0x7777_7777, true)], [(0, 1), (0, 1)]);
}

#[test]
fn only_errors_of_the_way_say_that_there_is_none() {
    let unreachable = |v6: bool, icmp_type: u8, code: u8| {
        let (client, server) = if v6 { ("[2001:db8::10]:40000", "[2001:db8::7]:443") } else { (CLIENT, SERVER) };
        let mut wire = Wire::new();
        wire.resolve(HOST, if v6 { "2001:db8::7" } else { "198.51.100.7" });
        let syn = tcp(client, server, SYN, ISN, 0, b"", 1);
        wire.packet(&syn);
        let (from, to) = if v6 { ("2001:db8::1", "2001:db8::10") } else { ("192.0.2.1", "192.0.2.10") };
        wire.packet(&icmp(from, to, icmp_type, code, &syn));
        wire.flows()[0].icmp[0].is_unreachable()
    };
    assert!(unreachable(false, 3, 1) && unreachable(false, 3, 13) && unreachable(false, 11, 0));
    assert!(unreachable(true, 1, 3) && unreachable(true, 3, 0));
    // Source quench (RFC 6633), fragmentation needed (RFC 1191), packet too big (RFC 8201).
    assert!(!unreachable(false, 4, 0) && !unreachable(false, 3, 4) && !unreachable(true, 2, 0));
}

#[test]
fn what_answers_a_syn_belongs_to_it_in_whatever_order_they_come() {
    let syn = tcp(CLIENT, SERVER, SYN, ISN, 0, b"", 1);
    let refused = tcp(SERVER, CLIENT, RST | ACK, 0, ISN + 1, b"", 2);
    let flow_of = |packets: &[&[u8]]| {
        flow(|wire| {
            wire.wait(10);
            for packet in packets {
                wire.packet(packet).back(1);
            }
        })
    };
    let early = flow_of(&[&refused, &syn]);
    assert_eq!((resets(&early), early.syns.len(), early.start_seen), (vec![(FlowSide::Server, 3)], 1, true));
    assert_eq!((early.first.frame, early.stream, early.visibility.begins_before), (4, Some(0), false));
    let accepted = tcp(SERVER, CLIENT, SYN | ACK, 5000, ISN + 1, b"", 2);
    let opened = flow_of(&[&accepted, &syn, &tcp(CLIENT, SERVER, ACK, 1001, 5001, b"", 3)]);
    assert_eq!(
        (opened.syns.len(), opened.syn_ack.map(|at| at.frame), opened.visibility.syn_missing),
        (1, Some(3), false)
    );
    let error = icmp("192.0.2.1", "192.0.2.10", 3, 13, &syn[..28]);
    let denied = flow_of(&[&error, &syn]);
    assert_eq!((denied.syns.len(), denied.icmp.len()), (1, 1));
    // Data before the handshake's end.
    let request = tcp(CLIENT, SERVER, ACK, 1001, 5001, b"hello", 4);
    let carried = flow_of(&[&syn, &request, &accepted]);
    assert_eq!(
        (carried.syn_ack.is_some(), carried.to_server.bytes, carried.visibility.syn_ack_missing),
        (true, 5, false)
    );
}

#[test]
fn a_later_syn_with_another_number_is_another_connection_than_what_was_refused() {
    let mut wire = Wire::new();
    wire.resolve(HOST, "198.51.100.7").tcp(SERVER, CLIENT, RST | ACK, 0, ISN + 1, b"").wait(5000);
    wire.tcp(CLIENT, SERVER, SYN, 900_000, 0, b"");
    let flows = wire.flows();
    let shown: Vec<_> = flows.iter().map(|flow| (flow.syns.len(), resets(flow).len())).collect();
    assert_eq!(shown, [(1, 0)]);
}
