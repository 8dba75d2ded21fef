//! What captures lack and how they are disturbed, packet by packet.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::damage::Dice;

/// The node of every case.
const NODE: [&str; 2] = ["192.0.2.10", "2001:db8::10"];
/// What a NAT makes of its IPv4 address.
const OUTSIDE: [u8; 4] = [203, 0, 113, 200];

/// A record of a classic pcap: its 16 bytes of header and the frame.
#[derive(Clone)]
pub struct Packet(pub Vec<u8>);

impl Packet {
    fn time(&self) -> f64 {
        let word = |at: usize| f64::from(u32::from_le_bytes(self.0[at..at + 4].try_into().unwrap()));
        word(0) + word(4) / 1e6
    }

    fn at(mut self, time: f64) -> Self {
        let seconds = time.floor();
        self.0[..4].copy_from_slice(&(seconds as u32).to_le_bytes());
        self.0[4..8].copy_from_slice(&(((time - seconds) * 1e6) as u32).to_le_bytes());
        self
    }

    fn cut(mut self, length: usize) -> Self {
        self.0.truncate(16 + length);
        let kept = (self.0.len() - 16) as u32;
        self.0[8..12].copy_from_slice(&kept.to_le_bytes());
        self
    }

    /// Source, protocol and ports of a frame of Ethernet.
    fn look(&self) -> (Option<IpAddr>, u8, [u16; 2]) {
        let frame = &self.0[16..];
        let ports = |at: usize| match frame.get(at..at + 4) {
            Some(found) => [u16::from_be_bytes([found[0], found[1]]), u16::from_be_bytes([found[2], found[3]])],
            None => [0; 2],
        };
        match frame.get(12..14) {
            Some([8, 0]) if frame.len() >= 34 => {
                let source: [u8; 4] = frame[26..30].try_into().unwrap();
                (Some(source.into()), frame[23], ports(14 + usize::from(frame[14] & 15) * 4))
            }
            Some([0x86, 0xdd]) if frame.len() >= 54 => {
                let source: [u8; 16] = frame[22..38].try_into().unwrap();
                (Some(source.into()), frame[20], ports(54))
            }
            _ => (None, 0, [0; 2]),
        }
    }

    /// Where its transport header begins; 0 when it has none.
    fn transport(&self) -> usize {
        let frame = &self.0[16..];
        match frame.get(12..14) {
            Some([8, 0]) if frame.len() >= 34 => 16 + 14 + usize::from(frame[14] & 15) * 4,
            Some([0x86, 0xdd]) if frame.len() >= 54 => 16 + 54,
            _ => 0,
        }
    }

    /// Flags of TCP; 0 of everything else.
    fn flags(&self) -> u8 {
        let at = self.transport();
        if self.look().1 == 6 && at > 0 { self.0.get(at + 13).copied().unwrap_or_default() } else { 0 }
    }

    /// The ports of a TCP connection, the same in both directions.
    fn connection(&self) -> Option<[u16; 2]> {
        let (_, protocol, mut ports) = self.look();
        ports.sort_unstable();
        (protocol == 6).then_some(ports)
    }

    /// As it looks behind a NAT: another address and another port of the node's.
    fn behind_nat(mut self) -> Self {
        let node: [u8; 4] = [192, 0, 2, 10];
        let at = self.transport();
        let is_v4 = self.0.get(16 + 12..16 + 14) == Some(&[8, 0]);
        if !is_v4 || at == 0 || self.0.len() < at + 4 || !matches!(self.look().1, 6 | 17) {
            return self;
        }
        for (address, port) in [(16 + 26, at), (16 + 30, at + 2)] {
            if self.0[address..address + 4] == node {
                self.0[address..address + 4].copy_from_slice(&OUTSIDE);
                self.0[port] ^= 0x40;
            }
        }
        self
    }

    fn by_node(&self) -> bool {
        self.look().0.is_some_and(|source| NODE.iter().any(|node| node.parse() == Ok(source)))
    }

    fn has_port(&self, port: u16) -> bool {
        matches!(self.look().1, 6 | 17) && self.look().2.contains(&port)
    }
}

pub type Change = fn(Vec<Packet>, &mut Dice) -> Vec<Packet>;

fn lose(packets: Vec<Packet>, dice: &mut Dice, of_hundred: usize) -> Vec<Packet> {
    packets.into_iter().filter(|_| dice.below(100) >= of_hundred).collect()
}

/// Loses six runs of five packets, as a capturing program does that falls behind.
fn lose_in_bursts(packets: Vec<Packet>, dice: &mut Dice) -> Vec<Packet> {
    let starts: Vec<usize> = (0..6).map(|_| dice.below(packets.len())).collect();
    let is_lost = |place: usize| starts.iter().any(|start| (*start..start + 5).contains(&place));
    packets.into_iter().enumerate().filter(|(place, _)| !is_lost(*place)).map(|(_, packet)| packet).collect()
}

fn window(packets: Vec<Packet>, from: f64, until: f64) -> Vec<Packet> {
    let (Some(first), Some(last)) = (packets.first().map(Packet::time), packets.last().map(Packet::time)) else {
        return packets;
    };
    let span = first + (last - first) * from..=first + (last - first) * until;
    packets.into_iter().filter(|packet| span.contains(&packet.time())).collect()
}

fn jitter(packets: Vec<Packet>, dice: &mut Dice, seconds: f64) -> Vec<Packet> {
    let mut moved = |packet: Packet| {
        let time = packet.time() + (dice.below(1000) as f64 / 1000.0 - 0.5) * seconds;
        packet.at(time)
    };
    packets.into_iter().map(&mut moved).collect()
}

fn swap(mut packets: Vec<Packet>, dice: &mut Dice) -> Vec<Packet> {
    let mut at = 0;
    while at + 1 < packets.len() {
        if dice.below(10) < 3 && packets[at + 1].time() - packets[at].time() < 0.002 {
            packets.swap(at, at + 1);
            at += 1;
        }
        at += 1;
    }
    packets
}

fn two_taps(packets: Vec<Packet>, dice: &mut Dice) -> Vec<Packet> {
    let mut all = packets.clone();
    for packet in packets {
        if dice.below(10) < 7 {
            let time = packet.time() + 0.0004 + dice.below(400) as f64 / 1e6;
            all.push(packet.at(time));
        }
    }
    all.sort_by(|a, b| a.time().total_cmp(&b.time()));
    all
}

/// Connections of a capture as they come, each with its packets counted from 0.
fn numbered(packets: &[Packet]) -> Vec<Option<(usize, usize)>> {
    let mut known: BTreeMap<[u16; 2], (usize, usize)> = BTreeMap::new();
    let mut number = |packet: &Packet| {
        let count = known.len();
        let (connection, next) = known.entry(packet.connection()?).or_insert((count, 0));
        *next += 1;
        Some((*connection, *next - 1))
    };
    packets.iter().map(&mut number).collect()
}

/// Keeps the packets that are of no TCP connection, or of one whose number and place in it fit.
fn of_connections(packets: Vec<Packet>, keep: impl Fn(usize, usize) -> bool) -> Vec<Packet> {
    let numbers = numbered(&packets);
    let kept = packets.into_iter().zip(numbers);
    kept.filter(|(_, number)| number.is_none_or(|(connection, place)| keep(connection, place)))
        .map(|(packet, _)| packet)
        .collect()
}

/// A second look at everything, so much later.
fn again(packets: Vec<Packet>, seconds: f64, change: fn(Packet) -> Packet) -> Vec<Packet> {
    let later = packets.iter().cloned().map(|packet| {
        let time = packet.time() + seconds;
        change(packet).at(time)
    });
    let mut all: Vec<Packet> = packets.iter().cloned().chain(later).collect();
    all.sort_by(|a, b| a.time().total_cmp(&b.time()));
    all
}

/// SYN, FIN and RST.
const CONTROL: u8 = 0x07;

pub const CAPTURES: [(&str, Change); 40] = [
    ("jitter of 0.2 ms", |packets, dice| jitter(packets, dice, 0.0002)),
    ("jitter of 2 ms", |packets, dice| jitter(packets, dice, 0.002)),
    ("out of order", swap),
    ("two taps", two_taps),
    ("only what the node sends", |packets, _| packets.into_iter().filter(Packet::by_node).collect()),
    ("only what the node gets", |packets, _| packets.into_iter().filter(|packet| !packet.by_node()).collect()),
    ("port 443", |packets, _| packets.into_iter().filter(|packet| packet.has_port(443)).collect()),
    ("port 53", |packets, _| packets.into_iter().filter(|packet| packet.has_port(53)).collect()),
    ("tcp", |packets, _| packets.into_iter().filter(|packet| packet.look().1 == 6).collect()),
    ("no icmp", |packets, _| packets.into_iter().filter(|packet| !matches!(packet.look().1, 1 | 58)).collect()),
    ("no answers of DNS", |packets, _| {
        packets.into_iter().filter(|packet| !(packet.has_port(53) && packet.look().2[0] == 53)).collect()
    }),
    ("10 % lost", |packets, dice| lose(packets, dice, 10)),
    ("40 % lost", |packets, dice| lose(packets, dice, 40)),
    ("80 % lost", |packets, dice| lose(packets, dice, 80)),
    ("the middle", |packets, _| window(packets, 0.35, 0.65)),
    ("the first half", |packets, _| window(packets, 0.0, 0.5)),
    ("the second half", |packets, _| window(packets, 0.5, 1.0)),
    ("snap length 60", |packets, _| packets.into_iter().map(|packet| packet.cut(60)).collect()),
    ("snap length 68", |packets, _| packets.into_iter().map(|packet| packet.cut(68)).collect()),
    ("snap length 128", |packets, _| packets.into_iter().map(|packet| packet.cut(128)).collect()),
    ("every other packet of every other connection", |packets, _| {
        of_connections(packets, |connection, place| connection % 2 == 1 || place % 2 == 0)
    }),
    ("the first packets of each connection", |packets, _| of_connections(packets, |_, place| place < 6)),
    ("each connection from its fourth packet on", |packets, _| of_connections(packets, |_, place| place >= 3)),
    ("one of two interfaces", |packets, _| of_connections(packets, |connection, _| connection % 2 == 0)),
    ("DNS over TCP only", |packets, _| {
        packets.into_iter().filter(|packet| !(packet.look().1 == 17 && packet.has_port(53))).collect()
    }),
    ("only SYN, FIN and RST", |packets, _| {
        packets.into_iter().filter(|packet| packet.flags() & CONTROL != 0).collect()
    }),
    ("no SYN-ACK", |packets, _| packets.into_iter().filter(|packet| packet.flags() & 0x12 != 0x12).collect()),
    ("out of order, 30 % lost", |packets, dice| {
        let swapped = swap(packets, dice);
        lose(swapped, dice, 30)
    }),
    ("two taps, 30 % lost", |packets, dice| {
        let twice = two_taps(packets, dice);
        lose(twice, dice, 30)
    }),
    ("60 % of DNS lost", |packets, dice| {
        packets.into_iter().filter(|packet| !packet.has_port(53) || dice.below(100) >= 60).collect()
    }),
    ("lost in bursts", lose_in_bursts),
    ("only short packets", |packets, _| packets.into_iter().filter(|packet| packet.0.len() < 200).collect()),
    ("snap length 96", |packets, _| packets.into_iter().map(|packet| packet.cut(96)).collect()),
    ("no RST", |packets, _| packets.into_iter().filter(|packet| packet.flags() & 0x04 == 0).collect()),
    ("no FIN", |packets, _| packets.into_iter().filter(|packet| packet.flags() & 0x01 == 0).collect()),
    ("half of what the node gets", |packets, dice| {
        packets.into_iter().filter(|packet| packet.by_node() || dice.below(2) == 0).collect()
    }),
    ("everything again 30 ms later", |packets, _| again(packets, 0.03, |packet| packet)),
    ("everything again 0.7 s later", |packets, _| again(packets, 0.7, |packet| packet)),
    ("before and behind a NAT", |packets, _| again(packets, 0.0006, Packet::behind_nat)),
    ("behind a NAT", |packets, _| packets.into_iter().map(Packet::behind_nat).collect()),
];

/// The packets of a classic pcap.
pub fn packets(capture: &[u8]) -> Vec<Packet> {
    let mut found = Vec::new();
    let mut at = 24;
    while let Some(header) = capture.get(at..at + 16) {
        let end = at + 16 + u32::from_le_bytes(header[8..12].try_into().unwrap()) as usize;
        // A capture that is cut ends inside of a frame.
        let Some(packet) = capture.get(at..end) else { break };
        found.push(Packet(packet.to_vec()));
        at = end;
    }
    found
}
