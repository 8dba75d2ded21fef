//! For the tests of the application parsers: connections of a small pcap file, put together by sequence number without
//! any of the follower's care.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use etherparse::{LaxNetSlice, LaxSlicedPacket, TransportSlice};

use super::application::read_application;
use super::byte_stream::ByteStream;
use super::secrets::Secrets;
use super::{DirectionFacts, FlowVisibility, FrameRef, TcpFlow};
use crate::model::time::Timestamp;

/// Payload of one direction by offset from the first byte.
#[derive(Clone, Debug, Default)]
pub(crate) struct FixtureDirection {
    isn: Option<u32>,
    /// Offset, captured bytes and frame of each segment that brought something new.
    pub(crate) segments: BTreeMap<u64, (Vec<u8>, u64, FrameRef)>,
}

impl FixtureDirection {
    /// Returns the direction as the parsers take it.
    pub(crate) fn text<'a>(&self, buffer: &'a mut Vec<u8>) -> ByteStream<'a> {
        let mut ranges: Vec<(u64, std::ops::Range<usize>)> = Vec::new();
        let mut marks = Vec::new();
        let mut end = 0;
        for (&start, (bytes, length, frame)) in &self.segments {
            let skip = end.max(start) - start;
            if skip >= *length {
                continue;
            }
            marks.push((start + skip, *frame));
            let new = bytes.get(skip as usize..).unwrap_or_default();
            match ranges.last_mut() {
                Some((from, range)) if *from + range.len() as u64 == start + skip => range.end += new.len(),
                _ => ranges.push((start + skip, buffer.len()..buffer.len() + new.len())),
            }
            buffer.extend_from_slice(new);
            end = start + length;
        }
        let pieces = ranges.into_iter().filter(|(_, range)| !range.is_empty());
        ByteStream::new(pieces.map(|(start, range)| (start, &buffer[range])).collect(), marks, end)
    }
}

/// A connection with its payload.
#[derive(Clone, Debug)]
pub(crate) struct FixtureConnection {
    pub(crate) flow: TcpFlow,
    pub(crate) to_server: FixtureDirection,
    pub(crate) to_client: FixtureDirection,
}

impl FixtureConnection {
    /// Returns the flow with what the parsers found.
    pub(crate) fn read(&self, secrets: &Secrets) -> TcpFlow {
        let mut flow = self.flow.clone();
        let (mut client, mut server) = (Vec::new(), Vec::new());
        read_application(&mut flow, &self.to_server.text(&mut client), &self.to_client.text(&mut server), secrets);
        flow
    }
}

/// Returns the connections of a pcap file in the order of their SYNs.
pub(crate) fn connections(path: impl AsRef<Path>) -> Vec<FixtureConnection> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let nanoseconds = bytes[0] == 0x4d;
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let mut connections: Vec<FixtureConnection> = Vec::new();
    let (mut at, mut number) = (24, 0);
    while at + 16 <= bytes.len() {
        number += 1;
        let fraction = i64::from(word(at + 4)) * if nanoseconds { 1 } else { 1000 };
        let time = Timestamp::from_nanos(i64::from(word(at)) * 1_000_000_000 + fraction);
        let frame = FrameRef { time, input: 0, frame: number };
        let captured = word(at + 8) as usize;
        let Some(packet) = bytes.get(at + 16..at + 16 + captured) else { break };
        at += 16 + captured;
        add(&mut connections, packet, frame);
    }
    connections
}

fn add(connections: &mut Vec<FixtureConnection>, packet: &[u8], frame: FrameRef) {
    let Ok(sliced) = LaxSlicedPacket::from_ethernet(packet) else { return };
    let (source, destination, sent): (IpAddr, IpAddr, usize) = match &sliced.net {
        Some(LaxNetSlice::Ipv4(v4)) => {
            let header = v4.header();
            let sent = usize::from(header.total_len()) - header.slice().len();
            (header.source_addr().into(), header.destination_addr().into(), sent)
        }
        Some(LaxNetSlice::Ipv6(v6)) => {
            let header = v6.header();
            (header.source_addr().into(), header.destination_addr().into(), header.payload_length().into())
        }
        _ => return,
    };
    let Some(TransportSlice::Tcp(tcp)) = &sliced.transport else { return };
    let from = SocketAddr::new(source, tcp.source_port());
    let to = SocketAddr::new(destination, tcp.destination_port());
    if tcp.syn() && !tcp.ack() && !connections.iter().any(|known| known.flow.client == from && known.flow.server == to)
    {
        connections.push(FixtureConnection {
            flow: TcpFlow {
                stream: None,
                client: from,
                server: to,
                start_seen: true,
                first: frame,
                last: frame,
                syns: vec![frame],
                syn_ack: None,
                challenge_ack: None,
                closes: Vec::new(),
                icmp: Vec::new(),
                visibility: FlowVisibility::default(),
                to_server: DirectionFacts::default(),
                to_client: DirectionFacts::default(),
                connect: None,
                tls: None,
                http: Vec::new(),
            },
            to_server: FixtureDirection::default(),
            to_client: FixtureDirection::default(),
        });
    }
    let belongs = |known: &&mut FixtureConnection| {
        (known.flow.client, known.flow.server) == (from, to) || (known.flow.client, known.flow.server) == (to, from)
    };
    let Some(connection) = connections.iter_mut().rev().find(belongs) else { return };
    let direction = if connection.flow.client == from {
        &mut connection.to_server
    } else {
        if tcp.syn() {
            connection.flow.syn_ack.get_or_insert(frame);
        }
        &mut connection.to_client
    };
    connection.flow.last = frame;
    if tcp.syn() {
        direction.isn = Some(tcp.sequence_number().wrapping_add(1));
    }
    let length = sent.saturating_sub(tcp.header_len()) as u64;
    let offset = tcp.sequence_number().wrapping_sub(*direction.isn.get_or_insert(tcp.sequence_number()));
    if length > 0 && offset < 1 << 30 {
        direction.segments.entry(offset.into()).or_insert((tcp.payload().to_vec(), length, frame));
    }
}
