//! Captures as the tests need them: the packets of one, written in other formats and wrapped as other networks would.

use etherparse::{IpNumber, Ipv4Header, PacketBuilder};

/// Seconds, nanoseconds and the bytes of each packet, as Ethernet.
pub type Packets = Vec<(u32, u32, Vec<u8>)>;

/// Link types of <https://www.tcpdump.org/linktypes.html>.
pub const NULL: u32 = 0;
pub const ETHERNET: u32 = 1;
pub const RAW: u32 = 101;
pub const COOKED: u32 = 113;
pub const COOKED_2: u32 = 276;

/// The packets of a little-endian pcap with microseconds.
pub fn read(pcap: &[u8]) -> Packets {
    assert_eq!(pcap[..4], 0xa1b2_c3d4_u32.to_le_bytes());
    let mut packets = Vec::new();
    let mut rest = &pcap[24..];
    while let Some((head, after)) = rest.split_at_checked(16) {
        let word = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().unwrap());
        let (data, after) = after.split_at(word(8) as usize);
        packets.push((word(0), word(4) * 1000, data.to_vec()));
        rest = after;
    }
    packets
}

/// How a pcap is written.
#[derive(Clone, Copy)]
pub struct Pcap {
    pub big_endian: bool,
    pub nanoseconds: bool,
    pub link: u32,
}

pub const PLAIN: Pcap = Pcap { big_endian: false, nanoseconds: false, link: ETHERNET };

impl Pcap {
    pub fn write(self, packets: &Packets) -> Vec<u8> {
        let word = |value: u32| if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        let half = |value: u16| if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        let mut out = word(if self.nanoseconds { 0xa1b2_3c4d } else { 0xa1b2_c3d4 }).to_vec();
        out.extend([half(2), half(4)].concat());
        out.extend([word(0), word(0), word(262_144), word(self.link)].concat());
        for (seconds, nanos, data) in packets {
            let length = word(data.len() as u32);
            let fraction = if self.nanoseconds { *nanos } else { nanos / 1000 };
            out.extend([word(*seconds), word(fraction), length, length].concat());
            out.extend(data);
        }
        out
    }
}

/// A pcapng of one section and one interface, with these TLS secrets.
pub fn pcapng(packets: &Packets, secrets: &[u8]) -> Vec<u8> {
    let mut out = block(0x0a0d_0d0a, &[&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat());
    // Option 9 is the resolution: nanoseconds.
    let interface = [&[1, 0, 0, 0][..], &262_144_u32.to_le_bytes(), &[9, 0, 1, 0, 9, 0, 0, 0], &[0; 4]].concat();
    out.extend(block(1, &interface));
    if !secrets.is_empty() {
        let length = (secrets.len() as u32).to_le_bytes();
        out.extend(block(10, &[&0x544c_534b_u32.to_le_bytes()[..], &length, secrets].concat()));
    }
    for (seconds, nanos, data) in packets {
        let time = u64::from(*seconds) * 1_000_000_000 + u64::from(*nanos);
        let length = data.len() as u32;
        let head = [0, (time >> 32) as u32, time as u32, length, length].map(u32::to_le_bytes).concat();
        out.extend(block(6, &[&head[..], data].concat()));
    }
    out
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let padding = body.len().next_multiple_of(4) - body.len();
    let length = ((12 + body.len() + padding) as u32).to_le_bytes();
    [&kind.to_le_bytes()[..], &length, body, &[0; 3][..padding], &length].concat()
}

/// Each packet made anew from its Ethernet header, its EtherType and what follows.
fn mapped(packets: &Packets, make: impl Fn(&[u8], [u8; 2], &[u8]) -> Vec<u8>) -> Packets {
    let of = |data: &[u8]| make(&data[..12], [data[12], data[13]], &data[14..]);
    packets.iter().map(|(seconds, nanos, data)| (*seconds, *nanos, of(data))).collect()
}

/// Only what is IP: other link types have no room for the rest.
pub fn ip_only(packets: &Packets) -> Packets {
    packets.iter().filter(|(_, _, data)| matches!(data[12..14], [8, 0] | [0x86, 0xdd])).cloned().collect()
}

/// With these bytes between the addresses and the EtherType.
pub fn tagged(packets: &Packets, tags: &[u8]) -> Packets {
    mapped(packets, |addresses, kind, rest| [addresses, tags, &kind, rest].concat())
}

/// Under an MPLS label, which leaves only the first nibble to tell what follows.
pub fn labelled(packets: &Packets) -> Packets {
    mapped(packets, |addresses, _, rest| [addresses, &[0x88, 0x47, 0, 1, 0x01, 64], rest].concat())
}

pub fn cooked(packets: &Packets) -> Packets {
    mapped(packets, |addresses, kind, rest| [&[0, 0, 0, 1, 0, 6][..], &addresses[6..12], &[0, 0], &kind, rest].concat())
}

pub fn cooked_2(packets: &Packets) -> Packets {
    mapped(packets, |addresses, kind, rest| {
        [&kind[..], &[0, 0, 0, 0, 0, 2, 0, 1, 0, 6], &addresses[6..12], &[0, 0], rest].concat()
    })
}

pub fn raw(packets: &Packets) -> Packets {
    mapped(packets, |_, _, rest| rest.to_vec())
}

/// The family is that of the host which captured, in its byte order.
pub fn loopback(packets: &Packets) -> Packets {
    mapped(packets, |_, kind, rest| [&(if kind == [8, 0] { 2_u32 } else { 30 }).to_le_bytes()[..], rest].concat())
}

const OUTER: ([u8; 4], [u8; 4]) = ([192, 0, 2, 201], [192, 0, 2, 202]);

/// Ethernet in VXLAN (RFC 7348).
pub fn in_vxlan(packets: &Packets) -> Packets {
    wrapped(packets, |frame| {
        let payload = [&[8, 0, 0, 0, 0, 0, 42, 0], frame].concat();
        let mut out = Vec::new();
        let outer = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(OUTER.0, OUTER.1, 64).udp(50_000, 4789);
        outer.write(&mut out, &payload).unwrap();
        out
    })
}

/// Ethernet in GRE (RFC 2784).
pub fn in_gre(packets: &Packets) -> Packets {
    wrapped(packets, |frame| over_gre(&[&[0, 0, 0x65, 0x58], frame].concat()))
}

/// As a switch mirrors it: GRE with a sequence number, an ERSPAN header of type II, the frame.
pub fn in_erspan(packets: &Packets) -> Packets {
    wrapped(packets, |frame| over_gre(&[&[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 1, 0, 1, 0, 0, 0, 0], frame].concat()))
}

fn over_gre(payload: &[u8]) -> Vec<u8> {
    let mut out = [2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 8, 0].to_vec();
    Ipv4Header::new(payload.len() as u16, 64, IpNumber(47), OUTER.0, OUTER.1).unwrap().write(&mut out).unwrap();
    out.extend(payload);
    out
}

fn wrapped(packets: &Packets, wrap: impl Fn(&[u8]) -> Vec<u8>) -> Packets {
    packets.iter().map(|(seconds, nanos, data)| (*seconds, *nanos, wrap(data))).collect()
}
