//! Captures in pcap format: connections of others, and those of the attempts.

use std::io::{self, Write};

use super::{Attempt, BEGIN, PERIOD, random};

/// What others send meanwhile.
#[derive(Clone, Copy, Debug)]
pub enum Traffic {
    /// TLS on port 443 that moves much: full segments, and an acknowledgment for most of them.
    Bulk,
    /// Small segments on many ports, RADIUS, and DNS for other names.
    Small,
}

type Address = [u8; 4];

const NODE: Address = [192, 0, 2, 10];
const RESOLVER: Address = [192, 0, 2, 53];
const SERVER: Address = [198, 51, 100, 7];
const SYN: u8 = 2;
const ACK: u8 = 16;
const FIN: u8 = 1;
const PUSH: u8 = 8;

struct Pcap {
    bytes: Vec<u8>,
    now: u64,
    id: u16,
    noise: Vec<u8>,
}

impl Pcap {
    /// The headers of Ethernet and IPv4, and what the transport is.
    fn packet(&mut self, protocol: u8, from: Address, to: Address, transport: &[&[u8]]) {
        let length: usize = transport.iter().map(|part| part.len()).sum();
        let frame = (34 + length) as u32;
        let time = [(self.now / 1_000_000) as u32, (self.now % 1_000_000) as u32, frame, frame];
        time.iter().for_each(|field| self.bytes.extend(field.to_le_bytes()));
        self.bytes.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]);
        self.id = self.id.wrapping_add(1);
        let ([total_high, total_low], [id_high, id_low]) =
            (((20 + length) as u16).to_be_bytes(), self.id.to_be_bytes());
        self.bytes.extend([0x45, 0, total_high, total_low, id_high, id_low, 0x40, 0, 64, protocol, 0, 0]);
        self.bytes.extend(from);
        self.bytes.extend(to);
        transport.iter().for_each(|part| self.bytes.extend(*part));
    }

    fn tcp(&mut self, way: &Way, flags: u8, (sequence, acknowledged): (u32, u32), payload: &[u8]) {
        let mut header = [0; 32];
        header[..2].copy_from_slice(&way.from.1.to_be_bytes());
        header[2..4].copy_from_slice(&way.to.1.to_be_bytes());
        header[4..8].copy_from_slice(&sequence.to_be_bytes());
        header[8..12].copy_from_slice(&acknowledged.to_be_bytes());
        header[12..16].copy_from_slice(&[0x80, flags, 0x20, 0]);
        header[20..24].copy_from_slice(&[1, 1, 8, 10]);
        header[24..28].copy_from_slice(&((self.now / 1000) as u32).to_be_bytes());
        self.packet(6, way.from.0, way.to.0, &[&header, payload]);
    }

    fn udp(&mut self, from: (Address, u16), to: (Address, u16), payload: &[u8]) {
        let [high, low] = ((8 + payload.len()) as u16).to_be_bytes();
        let (source, destination) = (from.1.to_be_bytes(), to.1.to_be_bytes());
        self.packet(17, from.0, to.0, &[&source, &destination, &[high, low, 0, 0], payload]);
    }

    /// A question for the address of a name, and its answer.
    fn lookup(&mut self, client: u16, id: u16, name: &str, address: Address) {
        let [id_high, id_low] = id.to_be_bytes();
        let mut question = vec![id_high, id_low, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in name.split('.') {
            question.push(label.len() as u8);
            question.extend(label.as_bytes());
        }
        question.extend([0, 0, 1, 0, 1]);
        self.udp((NODE, client), (RESOLVER, 53), &question);
        let mut answer = question;
        answer[2..8].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 1]);
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
        answer.extend(address);
        self.now += 900;
        self.udp((RESOLVER, 53), (NODE, client), &answer);
    }

    /// A connection of the node over TLS: from SYN to ClientHello and ServerHello.
    fn open(&mut self, connection: &mut Connection, name: &str) {
        let (way, back) = (connection.way, connection.way.back());
        self.tcp(&way, SYN, (connection.sent, 0), &[]);
        self.now += 400;
        self.tcp(&back, SYN | ACK, (connection.received, connection.sent + 1), &[]);
        self.now += 20;
        (connection.sent, connection.received) = (connection.sent + 1, connection.received + 1);
        self.tcp(&way, ACK, (connection.sent, connection.received), &[]);
        self.now += 500;
        let hello = client_hello(name, &self.noise[..32]);
        self.send(connection, &hello);
        self.now += 2_000;
        let mut reply = server_hello(&self.noise[32..64]);
        reply.extend([0x14, 3, 3, 0, 1, 1, 0x17, 3, 3, 2, 0]);
        reply.extend(&self.noise[..512]);
        self.receive(connection, &reply);
    }

    fn send(&mut self, connection: &mut Connection, payload: &[u8]) {
        self.tcp(&connection.way, PUSH | ACK, (connection.sent, connection.received), payload);
        connection.sent = connection.sent.wrapping_add(payload.len() as u32);
    }

    fn receive(&mut self, connection: &mut Connection, payload: &[u8]) {
        self.tcp(&connection.way.back(), PUSH | ACK, (connection.received, connection.sent), payload);
        connection.received = connection.received.wrapping_add(payload.len() as u32);
    }

    fn attempt(&mut self, attempt: &Attempt) {
        let (id, port) = (attempt.number as u16, 40_000 + (attempt.number % 20_000) as u16);
        self.lookup(port, id, &attempt.host, SERVER);
        self.now += 300;
        let way = Way { from: (NODE, port), to: (SERVER, 443) };
        let mut connection = Connection { way, sent: random::of(attempt.number) as u32 >> 1, received: 77 };
        self.open(&mut connection, &attempt.host);
        let record = |length: usize, noise: &[u8]| {
            let [high, low] = (length as u16).to_be_bytes();
            [&[0x17, 3, 3, high, low], &noise[..length]].concat()
        };
        self.now += 1_000;
        let finished = [vec![0x14, 3, 3, 0, 1, 1], record(53, &self.noise)].concat();
        self.send(&mut connection, &finished);
        self.now += 1_000;
        let request = record(420, &self.noise);
        self.send(&mut connection, &request);
        self.now = attempt.start + attempt.takes;
        let response = record(900, &self.noise);
        self.receive(&mut connection, &response);
        self.now += 100;
        let close_notify = record(19, &self.noise);
        self.send(&mut connection, &close_notify);
        let (way, back) = (connection.way, connection.way.back());
        self.tcp(&way, ACK | FIN, (connection.sent, connection.received), &[]);
        self.tcp(&back, ACK | FIN, (connection.received, connection.sent + 1), &[]);
        self.tcp(&way, ACK, (connection.sent + 1, connection.received + 1), &[]);
    }
}

#[derive(Clone, Copy)]
struct Way {
    from: (Address, u16),
    to: (Address, u16),
}

impl Way {
    fn back(&self) -> Self {
        Self { from: self.to, to: self.from }
    }
}

#[derive(Clone, Copy)]
struct Connection {
    way: Way,
    sent: u32,
    received: u32,
}

impl Connection {
    /// The n-th connection of others.
    fn other(number: u64, port: u16) -> Self {
        let chance = random::of(number);
        let [high, low] = ((chance >> 16) as u16).to_be_bytes();
        let from = ([10, 1, (number % 200) as u8, 9], 32_768 + (chance % 28_000) as u16);
        Self { way: Way { from, to: ([203, 0, high, low], port) }, sent: chance as u32 >> 1, received: 1 }
    }
}

fn client_hello(name: &str, random: &[u8]) -> Vec<u8> {
    let length = |inner: usize| (inner as u16).to_be_bytes();
    let name_length = name.len();
    let mut extensions = [[0, 0], length(name_length + 5), length(name_length + 3)].concat();
    extensions.push(0);
    extensions.extend(length(name_length));
    extensions.extend(name.as_bytes());
    extensions.extend([0, 43, 0, 5, 4, 3, 4, 3, 3]);
    let mut body = [&[3, 3], random, &[0, 0, 4, 0x13, 1, 0x13, 2, 1, 0]].concat();
    body.extend(length(extensions.len()));
    body.extend(extensions);
    handshake(1, &body)
}

fn server_hello(random: &[u8]) -> Vec<u8> {
    let body = [&[3, 3], random, &[0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4]].concat();
    handshake(2, &body)
}

fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    let ([high, low], [body_high, body_low]) =
        (((body.len() + 4) as u16).to_be_bytes(), (body.len() as u16).to_be_bytes());
    [&[0x16, 3, 3, high, low, kind, 0, body_high, body_low], body].concat()
}

pub fn write(out: &mut impl Write, size: u64, distance: u64, traffic: Traffic) -> io::Result<()> {
    let mut pcap = Pcap { bytes: Vec::new(), now: BEGIN, id: 0, noise: random::bytes(64 << 10) };
    [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 262_144, 1].iter().for_each(|field| pcap.bytes.extend(field.to_le_bytes()));
    let mut others = Others { traffic, turn: 0, open: Vec::new() };
    let (mut written, mut number) = (0, 0);
    let mut next = Attempt::new(number);
    while written < size {
        let minute = BEGIN + number * PERIOD;
        let from = written;
        let mut told = false;
        while written < from + distance && written < size {
            pcap.now = minute + (written - from) * PERIOD / distance;
            if !told && pcap.now >= next.start {
                // Its packets are before what others send at the same time, so that a capture has them in a run.
                told = true;
                pcap.now = next.start;
                pcap.attempt(&next);
            } else {
                others.turn(&mut pcap);
            }
            written += pcap.bytes.len() as u64;
            out.write_all(&pcap.bytes)?;
            pcap.bytes.clear();
        }
        number += 1;
        next = Attempt::new(number);
    }
    Ok(())
}

/// Connections at a time.
const AT_A_TIME: u64 = 200;

struct Others {
    traffic: Traffic,
    turn: u64,
    open: Vec<Connection>,
}

impl Others {
    /// The next few packets.
    fn turn(&mut self, pcap: &mut Pcap) {
        self.turn += 1;
        let turn = self.turn;
        let chance = random::of(turn);
        match self.traffic {
            Traffic::Bulk => {
                let mut connection = self.connection(pcap, 443, 2_000);
                let at = (chance >> 40) as usize % 60_000;
                for segment in 0..4 {
                    let payload = pcap.noise[at + segment..at + segment + 1448].to_vec();
                    pcap.receive(&mut connection, &payload);
                    if segment != 1 {
                        pcap.tcp(&connection.way, ACK, (connection.sent, connection.received), &[]);
                    }
                }
                self.keep(connection);
            }
            Traffic::Small => match turn % 10 {
                0 => pcap.lookup(30_000 + (chance % 9_000) as u16, chance as u16, "www.example.org", [203, 0, 113, 9]),
                1 | 2 => {
                    let payload = pcap.noise[..150].to_vec();
                    pcap.udp(([10, 2, 0, chance as u8], 50_000), (NODE, 1812), &payload);
                    pcap.udp((NODE, 1812), ([10, 2, 0, chance as u8], 50_000), &payload);
                }
                _ => {
                    let port = [8443, 443, 8910, 1521][(chance >> 20) as usize % 4];
                    let mut connection = self.connection(pcap, port, 60);
                    let at = (chance >> 40) as usize % 60_000;
                    let payload = pcap.noise[at..at + 40 + chance as usize % 110].to_vec();
                    pcap.send(&mut connection, &payload);
                    pcap.receive(&mut connection, &payload);
                    self.keep(connection);
                }
            },
        }
    }

    fn slot(&self) -> usize {
        (self.turn % AT_A_TIME) as usize
    }

    /// The connection whose turn it is; a new one when it had so many turns.
    fn connection(&mut self, pcap: &mut Pcap, port: u16, turns: u64) -> Connection {
        let (slot, round) = (self.slot(), self.turn / AT_A_TIME);
        // Each ends at its own time.
        let fresh = (round + slot as u64 * 31).is_multiple_of(turns);
        match self.open.get(slot) {
            Some(connection) if !fresh => *connection,
            _ => {
                let mut connection = Connection::other(self.turn, port);
                pcap.open(&mut connection, "updates.example.net");
                connection
            }
        }
    }

    fn keep(&mut self, connection: Connection) {
        let slot = self.slot();
        if self.open.len() <= slot {
            self.open.resize(AT_A_TIME as usize, connection);
        }
        self.open[slot] = connection;
    }
}
