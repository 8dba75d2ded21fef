//! Captures that a test writes packet by packet.

use std::net::{IpAddr, SocketAddr};

use etherparse::{IpHeaders, Ipv4Header, Ipv6FlowLabel, Ipv6Header, PacketBuilder, TcpHeader, ip_number};

use crate::capture::{CaptureFacts, CapturePart, Interest, TcpFlow, read_capture};

pub(super) const FIN: u8 = 1;
pub(super) const SYN: u8 = 2;
pub(super) const RST: u8 = 4;
pub(super) const ACK: u8 = 16;

pub(super) const CLIENT: &str = "192.0.2.10:40000";
pub(super) const SERVER: &str = "198.51.100.7:443";
pub(super) const RESOLVER: &str = "192.0.2.53:53";
pub(super) const HOST: &str = "mdm.example.com";

/// A pcap file that grows.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub(super) bytes: Vec<u8>,
    /// Microseconds of the next frame.
    now: u64,
    /// IP identification of the next packet.
    ip_id: u16,
    /// Bytes that are captured of a frame.
    snap_length: usize,
    link: u16,
}

impl Wire {
    pub(super) fn new() -> Self {
        Self::of_link(1)
    }

    /// Cuts packets at a snap length.
    pub(super) fn cut_at(snap_length: usize) -> Self {
        Self { snap_length, ..Self::new() }
    }

    pub(super) fn of_link(link: u16) -> Self {
        let mut bytes = 0xa1b2_c3d4_u32.to_le_bytes().to_vec();
        bytes.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0]);
        bytes.extend(u32::from(link).to_le_bytes());
        Self { bytes, now: 1_700_000_000_000_000, ip_id: 100, snap_length: 262_144, link }
    }

    /// Lets milliseconds go by.
    pub(super) fn wait(&mut self, millis: u64) -> &mut Self {
        self.now += millis * 1000;
        self
    }

    /// Sets the clock back by milliseconds.
    pub(super) fn back(&mut self, millis: u64) -> &mut Self {
        self.now -= millis * 1000;
        self
    }

    /// Adds a frame, a tenth of a millisecond after the one before.
    pub(super) fn frame(&mut self, frame: &[u8]) -> &mut Self {
        self.now += 100;
        let captured = frame.len().min(self.snap_length);
        let fields =
            [(self.now / 1_000_000) as u32, (self.now % 1_000_000) as u32, captured as u32, frame.len() as u32];
        self.bytes.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
        self.bytes.extend(&frame[..captured]);
        self
    }

    /// Adds a packet, in a frame of the link type.
    pub(super) fn packet(&mut self, packet: &[u8]) -> &mut Self {
        let frame = framed(self.link, packet);
        self.frame(&frame)
    }

    pub(super) fn tcp(&mut self, from: &str, to: &str, flags: u8, seq: u32, ack: u32, payload: &[u8]) -> &mut Self {
        self.ip_id += 1;
        let packet = tcp(from, to, flags, seq, ack, payload, self.ip_id);
        self.packet(&packet)
    }

    pub(super) fn udp(&mut self, from: &str, to: &str, payload: &[u8]) -> &mut Self {
        self.ip_id += 1;
        let packet = udp(from, to, payload, self.ip_id);
        self.packet(&packet)
    }

    /// Adds SYN, SYN-ACK and ACK from these first numbers.
    pub(super) fn handshake(&mut self, client: &str, server: &str, seq: u32, ack: u32) -> &mut Self {
        self.tcp(client, server, SYN, seq, 0, b"");
        self.tcp(server, client, SYN | ACK, ack, seq.wrapping_add(1), b"");
        self.tcp(client, server, ACK, seq.wrapping_add(1), ack.wrapping_add(1), b"")
    }

    /// Adds a query for an address, and its answer when there is one.
    pub(super) fn resolve(&mut self, name: &str, address: &str) -> &mut Self {
        self.udp("192.0.2.10:5353", RESOLVER, &query(7, name, 1));
        self.udp(RESOLVER, "192.0.2.10:5353", &answer(7, name, &[(name, address)]))
    }

    pub(super) fn facts(&self) -> CaptureFacts {
        facts(&self.bytes, &interest())
    }

    pub(super) fn flows(&self) -> Vec<TcpFlow> {
        self.facts().flows
    }
}

/// Returns what a file shows to somebody with this interest.
pub(super) fn facts(bytes: &[u8], interest: &Interest) -> CaptureFacts {
    read_capture(&[CapturePart { input: 0, bytes }], interest, &Default::default(), &Default::default())
}

/// Returns the interest in the host of the tests.
pub(super) fn interest() -> Interest {
    Interest { hosts: [HOST.to_owned()].into(), ..Interest::default() }
}

fn ends(from: &str, to: &str) -> (SocketAddr, SocketAddr) {
    (from.parse().unwrap(), to.parse().unwrap())
}

pub(super) fn ip(from: IpAddr, to: IpAddr, protocol: u8, payload: &[u8], ip_id: u16) -> Vec<u8> {
    let mut packet = Vec::new();
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let mut header =
                Ipv4Header::new(payload.len() as u16, 64, protocol.into(), from.octets(), to.octets()).unwrap();
            header.identification = ip_id;
            header.header_checksum = header.calc_header_checksum();
            header.write(&mut packet).unwrap();
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let header = Ipv6Header {
                traffic_class: 0,
                flow_label: Ipv6FlowLabel::ZERO,
                payload_length: payload.len() as u16,
                next_header: protocol.into(),
                hop_limit: 64,
                source: from.octets(),
                destination: to.octets(),
            };
            header.write(&mut packet).unwrap();
        }
        _ => panic!("one family"),
    }
    packet.extend(payload);
    packet
}

/// Makes a TCP packet from the network layer on.
pub(super) fn tcp(from: &str, to: &str, flags: u8, seq: u32, ack: u32, payload: &[u8], ip_id: u16) -> Vec<u8> {
    let (from, to) = ends(from, to);
    let mut header = TcpHeader::new(from.port(), to.port(), seq, 64_000);
    header.fin = flags & FIN != 0;
    header.syn = flags & SYN != 0;
    header.rst = flags & RST != 0;
    header.ack = flags & ACK != 0;
    header.acknowledgment_number = ack;
    let mut segment = header.to_bytes().to_vec();
    segment.extend(payload);
    ip(from.ip(), to.ip(), ip_number::TCP.0, &segment, ip_id)
}

/// Makes a UDP packet from the network layer on.
pub(super) fn udp(from: &str, to: &str, payload: &[u8], ip_id: u16) -> Vec<u8> {
    let (from, to) = ends(from, to);
    let mut packet = Vec::new();
    match (from.ip(), to.ip()) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            let mut header = Ipv4Header::new(0, 64, ip_number::UDP, source.octets(), destination.octets()).unwrap();
            header.identification = ip_id;
            let builder = PacketBuilder::ip(IpHeaders::Ipv4(header, Default::default()));
            builder.udp(from.port(), to.port()).write(&mut packet, payload).unwrap();
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            let builder = PacketBuilder::ipv6(source.octets(), destination.octets(), 64);
            builder.udp(from.port(), to.port()).write(&mut packet, payload).unwrap();
        }
        _ => panic!("one family"),
    }
    packet
}

/// Makes an ICMP error (ICMPv6 when the quoted packet is IPv6) from the network layer on.
pub(super) fn icmp(from: &str, to: &str, icmp_type: u8, code: u8, quoted: &[u8]) -> Vec<u8> {
    let mut message = vec![icmp_type, code, 0, 0, 0, 0, 0, 0];
    message.extend(quoted);
    let protocol = if quoted[0] >> 4 == 6 { ip_number::IPV6_ICMP } else { ip_number::ICMP };
    ip(from.parse().unwrap(), to.parse().unwrap(), protocol.0, &message, 9)
}

/// Puts a packet in a frame of this link type.
pub(super) fn framed(link: u16, packet: &[u8]) -> Vec<u8> {
    let ether_type: [u8; 2] = if packet[0] >> 4 == 6 { [0x86, 0xdd] } else { [8, 0] };
    match link {
        1 => [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2][..], &ether_type, packet].concat(),
        113 => [&[0; 14][..], &ether_type, packet].concat(),
        276 => [&ether_type[..], &[0; 18], packet].concat(),
        0 | 108 => [&[2, 0, 0, 0][..], packet].concat(),
        _ => packet.to_vec(),
    }
}

pub(super) fn name(text: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        text.split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()).collect();
    bytes.push(0);
    bytes
}

fn message(id: u16, flags: u16, asked: &str, qtype: u16, records: &[Vec<u8>]) -> Vec<u8> {
    let header = [id, flags, 1, records.len() as u16, 0, 0];
    let mut bytes: Vec<u8> = header.iter().flat_map(|field| field.to_be_bytes()).collect();
    bytes.extend(name(asked));
    bytes.extend([qtype.to_be_bytes(), 1_u16.to_be_bytes()].concat());
    bytes.extend(records.concat());
    bytes
}

fn record(owner: &str, kind: u16, data: &[u8]) -> Vec<u8> {
    let length = data.len() as u16;
    [&name(owner)[..], &kind.to_be_bytes(), &[0, 1, 0, 0, 0, 60], &length.to_be_bytes(), data].concat()
}

pub(super) fn query(id: u16, name: &str, qtype: u16) -> Vec<u8> {
    message(id, 0x0100, name, qtype, &[])
}

/// Makes an answer of these records, an address or else the name of an alias; the question is that for the first of them.
pub(super) fn answer(id: u16, asked: &str, records: &[(&str, &str)]) -> Vec<u8> {
    let first: Option<IpAddr> = records.first().and_then(|(_, data)| data.parse().ok());
    let qtype = if first.is_some_and(|address| address.is_ipv6()) { 28 } else { 1 };
    let records: Vec<Vec<u8>> = records
        .iter()
        .map(|(owner, data)| match data.parse() {
            Ok(IpAddr::V4(v4)) => record(owner, 1, &v4.octets()),
            Ok(IpAddr::V6(v6)) => record(owner, 28, &v6.octets()),
            Err(_) => record(owner, 5, &name(data)),
        })
        .collect();
    message(id, 0x8180, asked, qtype, &records)
}

/// Makes an answer without records.
pub(super) fn refusal(id: u16, asked: &str, flags: u16) -> Vec<u8> {
    message(id, 0x8180 | flags, asked, 1, &[])
}

/// Makes a ClientHello with this server name.
pub(super) fn client_hello(server_name: &str) -> Vec<u8> {
    let list = [&[0][..], &(server_name.len() as u16).to_be_bytes(), server_name.as_bytes()].concat();
    let extension = [&(list.len() as u16).to_be_bytes()[..], &list].concat();
    let extensions = [&[0, 0][..], &(extension.len() as u16).to_be_bytes(), &extension].concat();
    let body =
        [&[3, 3][..], &[7; 32], &[0, 0, 2, 0x13, 0x01, 1, 0], &(extensions.len() as u16).to_be_bytes(), &extensions]
            .concat();
    let message = [&[1, 0][..], &(body.len() as u16).to_be_bytes(), &body].concat();
    [&[22, 3, 1][..], &(message.len() as u16).to_be_bytes(), &message].concat()
}
