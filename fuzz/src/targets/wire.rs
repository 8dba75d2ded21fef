//! A capture around the bytes of a target.

use std::net::{IpAddr, Ipv4Addr};

use mdmlog::capture::secrets::Secrets;
use mdmlog::capture::{CaptureFacts, CapturePart, Interest, read_capture};
use mdmlog::progress::Progress;

pub const CLIENT: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 10);
pub const SERVER: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 7);
pub const RESOLVER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 53);
/// The servers that are looked for: one in a cloud, and those of the captures in testdata.
const HOSTS: [&str; 3] = ["tenant.jamfcloud.com", "mdm.example.com", "mdm.corp.example"];

pub const SYN: u8 = 2;
pub const ACK: u8 = 16;

/// A pcap file in the making.
pub struct Wire {
    pub bytes: Vec<u8>,
    millis: u32,
}

impl Wire {
    pub fn new(link: u16) -> Self {
        let mut bytes = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0];
        bytes.extend(u32::from(link).to_le_bytes());
        Self { bytes, millis: 0 }
    }

    pub fn frame(&mut self, frame: &[u8]) {
        self.millis += 1;
        let length = frame.len() as u32;
        for word in [1_700_000_000 + self.millis / 1000, self.millis % 1000 * 1000, length, length] {
            self.bytes.extend(word.to_le_bytes());
        }
        self.bytes.extend(frame);
    }

    /// An Ethernet frame around an IPv4 packet; `fragment` is flags and offset.
    pub fn ip(&mut self, from: Ipv4Addr, to: Ipv4Addr, protocol: u8, fragment: u16, payload: &[u8]) {
        let payload = &payload[..payload.len().min(60_000)];
        let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
        frame.extend([0x45, 0]);
        frame.extend((payload.len() as u16 + 20).to_be_bytes());
        // A fragment has the identification of the others; another packet has its own.
        frame.extend(if fragment == 0 { self.millis as u16 } else { 7 }.to_be_bytes());
        frame.extend(fragment.to_be_bytes());
        frame.extend([64, protocol, 0, 0]);
        frame.extend(from.octets());
        frame.extend(to.octets());
        frame.extend(payload);
        self.frame(&frame);
    }

    pub fn udp(&mut self, from: (Ipv4Addr, u16), to: (Ipv4Addr, u16), payload: &[u8]) {
        let payload = &payload[..payload.len().min(60_000)];
        let mut segment = [from.1.to_be_bytes(), to.1.to_be_bytes(), (payload.len() as u16 + 8).to_be_bytes()].concat();
        segment.extend([0, 0]);
        segment.extend(payload);
        self.ip(from.0, to.0, 17, 0, &segment);
    }

    pub fn tcp(&mut self, to_server: bool, port: u16, flags: u8, (seq, ack): (u32, u32), payload: &[u8]) {
        let segment = tcp(to_server, port, flags, (seq, ack), payload);
        let (from, to) = if to_server { (CLIENT, SERVER) } else { (SERVER, CLIENT) };
        self.ip(from, to, 6, 0, &segment);
    }

    /// A connection that carries the bytes of both directions, the client's first, in segments of this size.
    pub fn connection(&mut self, port: u16, client: &[u8], server: &[u8], size: usize) {
        let mut next = self.open(port);
        client.chunks(size).for_each(|piece| self.send(true, port, &mut next, piece));
        server.chunks(size).for_each(|piece| self.send(false, port, &mut next, piece));
    }

    /// Opens a connection; what client and server number next.
    pub fn open(&mut self, port: u16) -> [u32; 2] {
        self.tcp(true, port, SYN, (99, 0), &[]);
        self.tcp(false, port, SYN | ACK, (199, 100), &[]);
        [100, 200]
    }

    /// A segment of one side, which then numbers on.
    pub fn send(&mut self, to_server: bool, port: u16, next: &mut [u32; 2], piece: &[u8]) {
        let [client, server] = next;
        let (own, other) = if to_server { (client, server) } else { (server, client) };
        self.tcp(to_server, port, ACK, (*own, *other), piece);
        *own = own.wrapping_add(piece.len() as u32);
    }

    pub fn read(&self, secrets: &Secrets) -> CaptureFacts {
        read(&self.bytes, secrets)
    }
}

/// A segment without its IP header.
pub fn tcp(to_server: bool, port: u16, flags: u8, (seq, ack): (u32, u32), payload: &[u8]) -> Vec<u8> {
    let (from, to) = if to_server { (40_000, port) } else { (port, 40_000) };
    let mut segment = [from.to_be_bytes(), to.to_be_bytes()].concat();
    segment.extend([seq.to_be_bytes(), ack.to_be_bytes()].concat());
    segment.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend(payload);
    segment
}

/// Reads a capture as an analysis would that looks for these servers.
pub fn read(bytes: &[u8], secrets: &Secrets) -> CaptureFacts {
    let interest = Interest {
        hosts: HOSTS.map(str::to_owned).into(),
        addresses: [IpAddr::from(SERVER)].into(),
        ports: [80, 3128].into(),
        ..Interest::default()
    };
    let facts = read_capture(&[CapturePart { input: 0, bytes }], &interest, secrets, &Progress::default());
    let _ = format!("{facts:?}");
    facts
}
