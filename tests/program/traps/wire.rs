//! Packets: connections with their sequence numbers, DNS messages, ICMP errors.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use etherparse::PacketBuilder;

pub const NODE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 10);
pub const NODE6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x10);
pub const RESOLVER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 53);
pub const ROUTER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

/// A packet with its time in microseconds since the beginning of the story.
#[derive(Clone, Debug)]
pub struct Packet {
    pub at: i64,
    pub bytes: Vec<u8>,
}

/// TCP flags.
#[derive(Clone, Copy, PartialEq)]
pub enum Flag {
    Syn,
    SynAck,
    Ack,
    Fin,
    Rst,
}

/// A segment in an Ethernet frame.
pub fn segment(
    (from, from_port): (IpAddr, u16),
    (to, to_port): (IpAddr, u16),
    flag: Flag,
    (seq, ack): (u32, u32),
    payload: &[u8],
) -> Vec<u8> {
    let link = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]);
    let net = match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => link.ipv4(from.octets(), to.octets(), 64),
        (IpAddr::V6(from), IpAddr::V6(to)) => link.ipv6(from.octets(), to.octets(), 64),
        _ => panic!("two families"),
    };
    let mut tcp = net.tcp(from_port, to_port, seq, 64240);
    if flag != Flag::Syn {
        tcp = tcp.ack(ack);
    }
    tcp = match flag {
        Flag::Syn | Flag::SynAck => tcp.syn(),
        Flag::Fin => tcp.fin(),
        Flag::Rst => tcp.rst(),
        Flag::Ack => tcp.psh(),
    };
    let mut bytes = Vec::new();
    tcp.write(&mut bytes, payload).unwrap();
    bytes
}

/// A DNS query, or the answer to it.
pub struct Dns<'a> {
    pub id: u16,
    pub name: &'a str,
    pub qtype: u16,
    pub port: u16,
    pub resolver: Ipv4Addr,
}

impl Dns<'_> {
    fn message(&self, flags: u16, answers: &[IpAddr], cname: Option<&str>) -> Vec<u8> {
        let count = (answers.len() + usize::from(cname.is_some())) as u16;
        let mut bytes = Vec::new();
        for word in [self.id, flags, 1, count, 0, 0] {
            bytes.extend(word.to_be_bytes());
        }
        let name = |bytes: &mut Vec<u8>, name: &str| {
            for label in name.split('.') {
                bytes.push(label.len() as u8);
                bytes.extend(label.as_bytes());
            }
            bytes.push(0);
        };
        name(&mut bytes, self.name);
        bytes.extend(self.qtype.to_be_bytes());
        bytes.extend(1_u16.to_be_bytes());
        let owner = cname.unwrap_or(self.name);
        if let Some(target) = cname {
            let mut data = Vec::new();
            name(&mut data, target);
            name(&mut bytes, self.name);
            bytes.extend([0, 5, 0, 1, 0, 0, 0, 60]);
            bytes.extend((data.len() as u16).to_be_bytes());
            bytes.extend(data);
        }
        for answer in answers {
            name(&mut bytes, owner);
            let (kind, data) = match answer {
                IpAddr::V4(v4) => (1_u16, v4.octets().to_vec()),
                IpAddr::V6(v6) => (28, v6.octets().to_vec()),
            };
            bytes.extend(kind.to_be_bytes());
            bytes.extend([0, 1, 0, 0, 0, 60]);
            bytes.extend((data.len() as u16).to_be_bytes());
            bytes.extend(data);
        }
        bytes
    }

    /// The query in a frame.
    pub fn query(&self) -> Vec<u8> {
        let message = self.message(0x0100, &[], None);
        udp((NODE, self.port), (self.resolver, 53), &message)
    }

    /// The answer in a frame.
    pub fn answer(&self, rcode: u16, answers: &[IpAddr], cname: Option<&str>) -> Vec<u8> {
        let message = self.message(0x8180 | rcode, answers, cname);
        udp((self.resolver, 53), (NODE, self.port), &message)
    }

    /// An answer that says that it does not fit.
    pub fn truncated(&self) -> Vec<u8> {
        udp((self.resolver, 53), (NODE, self.port), &self.message(0x8380, &[], None))
    }

    /// Query and answer as TCP carries them.
    pub fn over_tcp(&self, answers: &[IpAddr]) -> (Vec<u8>, Vec<u8>) {
        let framed = |message: Vec<u8>| [&(message.len() as u16).to_be_bytes()[..], &message].concat();
        (framed(self.message(0x0100, &[], None)), framed(self.message(0x8180, answers, None)))
    }
}

fn udp((from, from_port): (Ipv4Addr, u16), (to, to_port): (Ipv4Addr, u16), payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]);
    let mut bytes = Vec::new();
    builder.ipv4(from.octets(), to.octets(), 64).udp(from_port, to_port).write(&mut bytes, payload).unwrap();
    bytes
}

/// An ICMP error of the router that quotes a frame of the node.
pub fn icmp(kind: u8, code: u8, quoted: &[u8]) -> Vec<u8> {
    let quote = &quoted[14..quoted.len().min(14 + 28)];
    let builder = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 1]);
    let mut bytes = Vec::new();
    builder.ipv4(ROUTER.octets(), NODE.octets(), 64).icmpv4_raw(kind, code, [0; 4]).write(&mut bytes, quote).unwrap();
    bytes
}

pub fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3][..], &(body.len() as u16).to_be_bytes(), body].concat()
}

pub fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    record(22, &[&[kind][..], &(body.len() as u32).to_be_bytes()[1..], body].concat())
}

/// What TLS 1.2 sends, as far as it can be seen from outside: a session that is resumed.
pub mod tls {
    use super::{handshake, record};

    const SESSION: [u8; 32] = [7; 32];

    pub fn client_hello(name: &str) -> Vec<u8> {
        let entry = [&[0][..], &(name.len() as u16).to_be_bytes(), name.as_bytes()].concat();
        let list = [&(entry.len() as u16).to_be_bytes()[..], &entry].concat();
        let extension = [&[0, 0][..], &(list.len() as u16).to_be_bytes(), &list].concat();
        let extensions = [&(extension.len() as u16).to_be_bytes()[..], &extension].concat();
        let body = [&[3, 3][..], &[1; 32], &[32], &SESSION, &[0, 2, 0xc0, 0x2f], &[1, 0], &extensions].concat();
        handshake(1, &body)
    }

    /// ServerHello that resumes, ChangeCipherSpec, Finished.
    pub fn server_flight() -> Vec<u8> {
        let hello = [&[3, 3][..], &[2; 32], &[32], &SESSION, &[0xc0, 0x2f, 0]].concat();
        [handshake(2, &hello), record(20, &[1]), record(22, &[9; 40])].concat()
    }

    /// ChangeCipherSpec, Finished.
    pub fn client_finished() -> Vec<u8> {
        [record(20, &[1]), record(22, &[9; 40])].concat()
    }

    pub fn data(length: usize) -> Vec<u8> {
        record(23, &vec![0x5a; length])
    }

    pub fn alert(description: u8) -> Vec<u8> {
        record(21, &[2, description])
    }

    pub fn close_notify() -> Vec<u8> {
        record(21, &[8; 26])
    }
}
