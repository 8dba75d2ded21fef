//! Link layers, tunnels and cuts: the same connection through each of them.

use super::wire::*;
use crate::capture::{Interest, LinkType, Unread};

const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

fn addressed() -> Interest {
    Interest { addresses: ["198.51.100.7".parse().unwrap()].into(), ..Interest::default() }
}

/// Makes the packets of a connection.
fn connection() -> Vec<Vec<u8>> {
    vec![
        tcp(CLIENT, SERVER, SYN, 1000, 0, b"", 1),
        tcp(SERVER, CLIENT, SYN | ACK, 5000, 1001, b"", 2),
        tcp(CLIENT, SERVER, ACK, 1001, 5001, b"GET /ciscoise/x HTTP/1.1\r\n\r\n", 3),
        tcp(SERVER, CLIENT, ACK, 5001, 1029, RESPONSE, 4),
    ]
}

/// Returns whether the connection comes out of what a wrapping makes of its packets.
fn comes_through(link: u16, wrap: impl Fn(&[u8]) -> Vec<u8>) {
    let mut wire = Wire::of_link(link);
    for packet in connection() {
        wire.frame(&wrap(&packet));
    }
    let facts = facts(&wire.bytes, &addressed());
    let [flow] = &facts.flows[..] else { panic!("link {link}: {:?}", facts.flows) };
    assert_eq!((flow.syns.len(), flow.to_server.bytes, flow.to_client.bytes), (1, 28, RESPONSE.len() as u64));
    assert_eq!(flow.http[0].reply.as_ref().unwrap().status, 200);
    assert_eq!(flow.stream, Some(0));
}

/// Puts a packet inside of another one.
fn outer(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let packet = ip("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap(), protocol, payload, 5);
    framed(1, &packet)
}

#[test]
fn every_link_type_is_read() {
    for link in [0, 1, 12, 14, 101, 108, 113, 228, 276] {
        comes_through(link, |packet| framed(link, packet));
    }
}

#[test]
fn tags_and_labels_are_passed() {
    let ethernet = |tags: &[u8], packet: &[u8]| [&[2; 12][..], tags, packet].concat();
    comes_through(1, |packet| ethernet(&[0x81, 0, 0, 5, 8, 0], packet));
    comes_through(1, |packet| ethernet(&[0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0], packet));
    comes_through(1, |packet| ethernet(&[0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64], packet));
    comes_through(1, |packet| ethernet(&[0x88, 0x47, 0, 2, 1, 64, 0, 0, 0, 0], &framed(1, packet)));
    comes_through(1, |packet| ethernet(&pppoe(packet.len()), packet));
    comes_through(1, |packet| ethernet(&[0, 60, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0], packet)); // LLC and SNAP
}

/// Makes a header of PPPoE for a packet of so many bytes.
fn pppoe(length: usize) -> [u8; 10] {
    let [high, low] = (length as u16 + 2).to_be_bytes();
    [0x88, 0x64, 0x11, 0, 0, 1, high, low, 0, 0x21]
}

#[test]
fn tags_of_cisco_fabrics_are_passed() {
    let ethernet = |tags: &[u8], packet: &[u8]| [&[2; 12][..], tags, packet].concat();
    // Cisco MetaData with a security group tag, alone, with two options, and behind a VLAN.
    comes_through(1, |packet| ethernet(&[0x89, 9, 1, 1, 0, 1, 0, 16, 8, 0], packet));
    comes_through(1, |packet| ethernet(&[0x89, 9, 1, 2, 0, 1, 0, 16, 0, 2, 0, 7, 8, 0], packet));
    comes_through(1, |packet| ethernet(&[0x81, 0, 0, 5, 0x89, 9, 1, 1, 0, 1, 0, 16, 8, 0], packet));
    comes_through(1, |packet| ethernet(&[0x89, 0x26, 0xc0, 1, 0, 2, 8, 0], packet)); // VN-Tag
    comes_through(1, |packet| ethernet(&[0x89, 0x26, 0xc0, 1, 0, 2, 0x81, 0, 0, 5, 8, 0], packet));
    comes_through(1, |packet| ethernet(&[0x89, 0x3f, 0xe0, 0, 0x10, 1, 0, 0, 8, 0], packet)); // IEEE 802.1BR
}

#[test]
fn the_frame_behind_apples_metadata_is_of_the_type_that_it_names() {
    let pktap = |link: u32, frame: &[u8]| {
        let mut header = [108, 1, link].map(u32::to_le_bytes).concat();
        header.resize(108, 0);
        [&header[..], frame].concat()
    };
    comes_through(258, |packet| pktap(1, &framed(1, packet)));
    comes_through(258, |packet| pktap(12, packet));
    comes_through(258, |packet| pktap(0, &framed(0, packet)));
    // Metadata within metadata is nothing that anybody writes.
    let mut wire = Wire::of_link(258);
    wire.frame(&pktap(258, &pktap(1, &framed(1, &connection()[0])))).frame(&pktap(105, &[0; 60])).frame(&[108, 0, 0]);
    let quality = &facts(&wire.bytes, &addressed()).quality[0];
    let unread: Vec<_> = quality.unread.iter().map(|unread| unread.at).collect();
    assert_eq!(unread, [LinkType::PKTAP, LinkType::IEEE802_11].map(Unread::Link));
    assert_eq!(quality.frames.short, 1);
}

#[test]
fn tunnels_as_switches_send_them_are_opened() {
    comes_through(1, |packet| outer(4, packet));
    comes_through(1, |packet| outer(47, &[&[0, 0, 8, 0][..], packet].concat()));
    comes_through(1, |packet| outer(47, &[&[0x20, 0, 8, 0, 9, 9, 9, 9][..], packet].concat()));
    comes_through(1, |packet| outer(47, &[&[0, 0, 0x65, 0x58][..], &framed(1, packet)].concat()));
    comes_through(1, |packet| outer(47, &[&[0, 0, 0x88, 0xbe][..], &framed(1, packet)].concat()));
    let second = [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 1, 0, 0, 0, 0, 0, 0];
    comes_through(1, |packet| outer(47, &[&second[..], &framed(1, packet)].concat()));
    let third = [0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    comes_through(1, |packet| outer(47, &[&third[..], &framed(1, packet)].concat()));
    comes_through(1, |packet| {
        let vxlan = [&[8, 0, 0, 0, 0, 0, 1, 0][..], &framed(1, packet)].concat();
        framed(1, &udp("10.0.0.1:50000", "10.0.0.2:4789", &vxlan, 5))
    });
    comes_through(1, |packet| {
        let vxlan = [&[8, 0, 0, 0, 0, 0, 1, 0][..], &framed(1, packet)].concat();
        framed(1, &udp("10.0.0.1:50000", "10.0.0.2:8472", &vxlan, 5))
    });
    for (next, ethernet) in [(1, false), (3, true)] {
        comes_through(1, |packet| {
            let inner = if ethernet { framed(1, packet) } else { packet.to_vec() };
            framed(
                1,
                &udp("10.0.0.1:50000", "10.0.0.2:4790", &[&[0x0c, 0, 0, next, 0, 0, 1, 0][..], &inner].concat(), 5),
            )
        });
    }
    // GENEVE with a frame, and with a packet behind eight bytes of options.
    comes_through(1, |packet| {
        let geneve = [&[0, 0, 0x65, 0x58, 0, 0, 1, 0][..], &framed(1, packet)].concat();
        framed(1, &udp("10.0.0.1:50000", "10.0.0.2:6081", &geneve, 5))
    });
    comes_through(1, |packet| {
        let geneve = [&[2, 0, 8, 0, 0, 0, 1, 0][..], &[1, 2, 3, 1, 9, 9, 9, 9], packet].concat();
        framed(1, &udp("10.0.0.1:50000", "10.0.0.2:6081", &geneve, 5))
    });
}

#[test]
fn a_port_of_a_tunnel_that_carries_none_is_udp() {
    let mut wire = Wire::new();
    wire.udp("10.0.0.1:53", "10.0.0.2:8472", b"no VXLAN").udp("10.0.0.1:123", "10.0.0.2:4789", &[0; 48]);
    wire.udp("10.0.0.1:123", "10.0.0.2:6081", &[0xff; 48]).udp("10.0.0.1:123", "10.0.0.2:4789", b"");
    let frames = facts(&wire.bytes, &addressed()).quality[0].frames;
    assert_eq!((frames.udp, frames.dns_answers, frames.unread, frames.short), (3, 1, 0, 0));
}

#[test]
fn tunnels_without_end_are_given_up() {
    let mut packet = connection().remove(0);
    for _ in 0..1000 {
        packet = ip("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap(), 4, &packet, 5);
    }
    let mut wire = Wire::new();
    wire.packet(&packet);
    assert_eq!(facts(&wire.bytes, &addressed()).flows.len(), 0);
}

#[test]
fn extension_headers_of_ipv6_are_passed() {
    let syn = tcp("[2001:db8::10]:40000", "[2001:db8::7]:443", SYN, 1000, 0, b"", 0);
    let mut packet = syn[..40].to_vec();
    packet[6] = 0; // hop-by-hop options
    packet[5] += 16;
    packet.extend([60, 0, 1, 4, 0, 0, 0, 0]); // then destination options
    packet.extend([6, 0, 1, 4, 0, 0, 0, 0]);
    packet.extend(&syn[40..]);
    let mut wire = Wire::new();
    wire.packet(&packet);
    let interest = Interest { addresses: ["2001:db8::7".parse().unwrap()].into(), ..Interest::default() };
    assert_eq!(facts(&wire.bytes, &interest).flows.len(), 1);
}

#[test]
fn fragments_of_a_segment_are_put_together() {
    let mut wire = Wire::new();
    let packets = connection();
    wire.packet(&packets[0]).packet(&packets[1]).packet(&packets[2]);
    let (header, body) = packets[3].split_at(20);
    for (from, to) in [(24, body.len()), (0, 24)] {
        let mut packet = header.to_vec();
        packet[2..4].copy_from_slice(&((20 + to - from) as u16).to_be_bytes());
        let more = if to < body.len() { 0x2000 } else { 0 };
        packet[6..8].copy_from_slice(&(more | (from / 8) as u16).to_be_bytes());
        packet.extend(&body[from..to]);
        wire.packet(&packet);
    }
    let flow = &facts(&wire.bytes, &addressed()).flows[0];
    assert_eq!((flow.to_client.bytes, flow.to_client.missing), (RESPONSE.len() as u64, 0));
    assert_eq!(flow.http[0].reply.as_ref().unwrap().at.frame, 5);
}

#[test]
fn what_a_snap_length_cuts_off_still_counts() {
    for snap_length in 14 + 20 + 14..120 {
        let mut wire = Wire::cut_at(snap_length);
        for packet in connection() {
            wire.packet(&packet);
        }
        let flow = &facts(&wire.bytes, &addressed()).flows[0];
        assert_eq!((flow.to_server.bytes, flow.to_client.bytes), (28, RESPONSE.len() as u64), "{snap_length}");
        assert_eq!((flow.to_client.missing, flow.syns.len()), (0, 1));
    }
}

#[test]
fn packets_that_offload_left_without_a_length_have_that_of_their_frame() {
    let mut wire = Wire::new();
    for mut packet in connection() {
        packet[2..4].copy_from_slice(&[0, 0]);
        wire.packet(&packet);
    }
    let flow = &facts(&wire.bytes, &addressed()).flows[0];
    assert_eq!(flow.to_client.bytes, RESPONSE.len() as u64);
}

#[test]
fn padding_of_short_frames_is_no_payload() {
    let padded = |wrap: fn(&[u8]) -> Vec<u8>| {
        let mut wire = Wire::new();
        for packet in connection() {
            let mut frame = wrap(&packet);
            frame.resize(frame.len().max(60) + 4, 0xaa);
            wire.frame(&frame);
        }
        facts(&wire.bytes, &addressed()).flows[0].to_client
    };
    let offloaded = |mut packet: Vec<u8>| {
        packet[2..4].copy_from_slice(&[0, 0]);
        [&[2; 12][..], &pppoe(packet.len()), &packet].concat()
    };
    assert_eq!(padded(|packet| framed(1, packet)).bytes, RESPONSE.len() as u64);
    assert_eq!(padded(|packet| [&[2; 12][..], &pppoe(packet.len()), packet].concat()).bytes, RESPONSE.len() as u64);
    // The packet does not say how long it is, and PPPoE does.
    let mut wire = Wire::new();
    for packet in connection() {
        wire.frame(&[&offloaded(packet)[..], &[0xaa; 9]].concat());
    }
    assert_eq!(facts(&wire.bytes, &addressed()).flows[0].to_client.bytes, RESPONSE.len() as u64);
}

#[test]
fn padding_that_the_packet_counts_as_its_own_is_no_payload() {
    let mut wire = Wire::new();
    let packets = connection();
    wire.packet(&packets[0]).packet(&packets[1]).packet(&packets[2]);
    // A bare acknowledgment of 40 bytes, brought to the 46 that Ethernet wants.
    wire.packet(&tcp(SERVER, CLIENT, ACK, 5001, 1029, &[0; 6], 9));
    wire.packet(&packets[3]);
    let flow = &facts(&wire.bytes, &addressed()).flows[0];
    assert_eq!((flow.to_client.bytes, flow.to_client.retransmissions), (RESPONSE.len() as u64, 0));
    assert_eq!(flow.to_client.first_data.unwrap().frame, 5);
    // As many bytes that say something, or that somebody pushed, are payload.
    for (flags, payload) in [(ACK, b"\0\0\0\0\0x"), (ACK | 8, b"\0\0\0\0\0\0")] {
        let mut wire = Wire::new();
        wire.packet(&packets[0]).packet(&packets[1]).packet(&packets[2]);
        let mut data = tcp(SERVER, CLIENT, ACK, 5001, 1029, payload, 9);
        data[33] = flags;
        wire.packet(&data);
        assert_eq!(facts(&wire.bytes, &addressed()).flows[0].to_client.bytes, 6, "{flags}");
    }
}
