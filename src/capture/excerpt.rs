//! Packets of chosen connections as the file holds them, for those who write them out again.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use super::container::{Frame, Position, RawFrame, ReaderState, Sink};
use super::packet::{FastPath, FiveTuple, IpFragments, Packet, PacketBody, decode, fast_path, number};
use crate::progress::Progress;

/// Bytes of a file that are walked over before asking whether there can be more to find.
const STEP: usize = 4 << 20;
/// Packets whose fragments are waited for, and fragments of each; bounds memory where they never become whole.
const MAX_WAITING: usize = 1024;
const MAX_PIECES: usize = 128;

/// The frames that are wanted of a file.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Frames by their numbers.
    pub frames: BTreeSet<u64>,
    /// TCP connections, each by its ends and the numbers of the frames between which it lives.
    pub connections: Vec<(SocketAddr, SocketAddr, RangeInclusive<u64>)>,
}

impl Wanted {
    fn last(&self) -> u64 {
        let connections = self.connections.iter().map(|(_, _, frames)| *frames.end());
        connections.chain(self.frames.last().copied()).max().unwrap_or_default()
    }
}

/// Returns the frames that are wanted of a file, in its order: those with the numbers, and those of the connections, fragments
/// and ICMP errors about them included.
pub fn excerpt<'a>(bytes: &'a [u8], wanted: &Wanted, progress: &Progress) -> Vec<RawFrame<'a>> {
    let mut connections: HashMap<FiveTuple, Vec<&RangeInclusive<u64>>> = HashMap::new();
    let mut pairs = HashSet::new();
    for (client, server, frames) in &wanted.connections {
        let tuple = FiveTuple::new(client.ip(), client.port(), server.ip(), server.port());
        connections.entry(tuple.canonical().0).or_default().push(frames);
        pairs.insert((number(client.ip()), number(server.ip())));
        pairs.insert((number(server.ip()), number(client.ip())));
    }
    let mut picker = Picker {
        wanted,
        connections,
        pairs,
        number: 0,
        found: Vec::new(),
        waiting: HashMap::new(),
        fragments: IpFragments::default(),
    };
    let last = wanted.last();
    let Some((mut state, mut position)) = ReaderState::open(bytes) else { return Vec::new() };
    loop {
        let (Position::At(at) | Position::Lost(at)) = position;
        if at >= bytes.len() || picker.number >= last {
            break;
        }
        position = state.walk(bytes, position, at.saturating_add(STEP).min(bytes.len()), &mut picker);
        let (Position::At(now) | Position::Lost(now)) = position;
        progress.advance(now.saturating_sub(at) as u64);
    }
    picker.found.sort_unstable_by_key(|frame| frame.number);
    picker.found
}

/// Shows every frame of a file, in its order.
pub(crate) fn every_frame<'a>(bytes: &'a [u8], visit: impl FnMut(RawFrame<'a>)) {
    struct Every<F> {
        number: u64,
        visit: F,
    }
    impl<'a, F: FnMut(RawFrame<'a>)> Sink<'a> for Every<F> {
        fn frame(&mut self, frame: Frame<'a>) {
            self.number += 1;
            (self.visit)(RawFrame {
                number: self.number,
                time: frame.time,
                link_type: frame.link,
                snap_length: frame.snap_length,
                bytes: frame.bytes,
                original_length: frame.length,
            });
        }
    }
    if let Some((mut state, mut position)) = ReaderState::open(bytes) {
        let mut every = Every { number: 0, visit };
        loop {
            let (Position::At(at) | Position::Lost(at)) = position;
            if at >= bytes.len() {
                break;
            }
            position = state.walk(bytes, position, at.saturating_add(STEP).min(bytes.len()), &mut every);
        }
    }
}

/// Returns the TLS key logs that lie within a capture.
pub fn key_logs(bytes: &[u8]) -> Vec<&[u8]> {
    struct KeyLogSink<'a>(Vec<&'a [u8]>);
    impl<'a> Sink<'a> for KeyLogSink<'a> {
        fn frame(&mut self, _frame: Frame<'a>) {}
        fn key_log(&mut self, text: &'a [u8]) {
            self.0.push(text);
        }
    }
    let mut found = KeyLogSink(Vec::new());
    if let Some((mut state @ ReaderState::Pcapng(_), from)) = ReaderState::open(bytes) {
        state.walk(bytes, from, bytes.len(), &mut found);
    }
    found.0
}

/// The key that the fragments of one packet have in common.
type FragmentKey = (IpAddr, IpAddr, u32);

struct Picker<'a, 'w> {
    wanted: &'w Wanted,
    connections: HashMap<FiveTuple, Vec<&'w RangeInclusive<u64>>>,
    /// The addresses of the connections, both ways.
    pairs: HashSet<(u128, u128)>,
    number: u64,
    found: Vec<RawFrame<'a>>,
    /// Fragments between these addresses whose packet is not whole yet.
    waiting: HashMap<FragmentKey, Vec<RawFrame<'a>>>,
    fragments: IpFragments<'a>,
}

impl<'a> Picker<'a, '_> {
    fn is_of_connection(&self, tuple: &FiveTuple) -> bool {
        let ranges = self.connections.get(&tuple.canonical().0);
        ranges.is_some_and(|ranges| ranges.iter().any(|frames| frames.contains(&self.number)))
    }

    fn is_wanted(&mut self, frame: &Frame<'a>) -> bool {
        let packet = match fast_path(frame.link, frame.bytes) {
            FastPath::Skip(_) => return false,
            FastPath::Tcp(tcp) => return self.is_of_connection(&tcp.tuple),
            FastPath::Decode => decode(frame.link, frame.bytes, frame.length),
        };
        match packet {
            Ok(packet) => match packet.body {
                PacketBody::Icmp(icmp) => icmp.quote.tcp && self.is_of_connection(&icmp.quote.tuple()),
                PacketBody::Fragment(fragment) => {
                    if self.pairs.contains(&(number(packet.source), number(packet.destination))) {
                        self.fragment(&packet, fragment.id, frame);
                    }
                    false
                }
                _ => five_tuple(&packet).is_some_and(|tuple| self.is_of_connection(&tuple)),
            },
            Err(_) => false,
        }
    }

    /// Takes a fragment. Those but the first have no ports, so they are wanted when the packet that they make is.
    fn fragment(&mut self, packet: &Packet<'a>, id: u32, frame: &Frame<'a>) {
        let key = (packet.source, packet.destination, id);
        if self.waiting.len() >= MAX_WAITING {
            self.waiting.clear();
        }
        let pieces = self.waiting.entry(key).or_default();
        if pieces.len() < MAX_PIECES {
            pieces.push(raw(self.number, frame));
        }
        let Some(whole) = self.fragments.add(packet, frame.time) else { return };
        let pieces = self.waiting.remove(&key).unwrap_or_default();
        let tuple = whole.packet().and_then(|packet| five_tuple(&packet));
        if tuple.is_some_and(|tuple| self.is_of_connection(&tuple)) {
            let chosen = pieces.into_iter().filter(|piece| !self.wanted.frames.contains(&piece.number));
            self.found.extend(chosen);
        }
    }
}

fn five_tuple(packet: &Packet<'_>) -> Option<FiveTuple> {
    match packet.body {
        PacketBody::Tcp(segment) => Some(packet.tuple_of(&segment)),
        _ => None,
    }
}

fn raw<'a>(number: u64, frame: &Frame<'a>) -> RawFrame<'a> {
    RawFrame {
        number,
        time: frame.time,
        link_type: frame.link,
        snap_length: frame.snap_length,
        bytes: frame.bytes,
        original_length: frame.length,
    }
}

impl<'a> Sink<'a> for Picker<'a, '_> {
    fn frame(&mut self, frame: Frame<'a>) {
        self.number += 1;
        let by_number = self.wanted.frames.contains(&self.number);
        if self.is_wanted(&frame) || by_number {
            self.found.push(raw(self.number, &frame));
        }
    }
}
