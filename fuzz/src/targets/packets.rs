//! Capture files, and packets up to TCP.

use mdmlog::capture::secrets::Secrets;
use mdmlog::capture::{Wanted, container_of, excerpt, first_packet_time};
use mdmlog::progress::Progress;

use super::wire::{ACK, CLIENT, RESOLVER, SERVER, SYN, Wire, read, tcp};

/// The data is what follows the magic number of a pcap, of which the first byte chooses one.
pub fn pcap(data: &[u8]) -> Vec<u8> {
    const MAGIC: [[u8; 4]; 5] = [
        [0xd4, 0xc3, 0xb2, 0xa1],
        [0xa1, 0xb2, 0xc3, 0xd4],
        [0x4d, 0x3c, 0xb2, 0xa1],
        [0xa1, 0xb2, 0x3c, 0x4d],
        [0x34, 0xcd, 0xb2, 0xa1],
    ];
    let (choice, rest) = data.split_first().unwrap_or((&0, &[]));
    [&MAGIC[usize::from(*choice) % MAGIC.len()], rest].concat()
}

/// The data is a pcapng without the type of its first block.
pub fn pcapng(data: &[u8]) -> Vec<u8> {
    [&[0x0a, 0x0d, 0x0d, 0x0a], data].concat()
}

/// Does with a capture what can be done with one.
pub fn capture(bytes: &[u8]) {
    let _ = (container_of(bytes), first_packet_time(bytes));
    let wanted = Wanted { frames: (1..=20).collect(), ..Wanted::default() };
    let found = excerpt(bytes, &wanted, &Progress::default());
    assert!(found.iter().all(|frame| frame.bytes.len() <= bytes.len()));
    read(bytes, &Secrets::default());
}

/// A byte for the link type; then each frame with its length before it.
pub fn packet_layers(data: &[u8]) -> Vec<u8> {
    const LINKS: [u16; 8] = [1, 0, 12, 101, 108, 113, 276, 228];
    let (choice, mut rest) = data.split_first().unwrap_or((&0, &[]));
    let mut wire = Wire::new(LINKS[usize::from(*choice) % LINKS.len()]);
    while let Some((length, behind)) = rest.split_first() {
        let (frame, behind) = behind.split_at(behind.len().min(usize::from(*length)));
        wire.frame(frame);
        rest = behind;
    }
    wire.bytes
}

/// Fragments of a segment or of a DNS answer: two bytes of flags and offset, one of length.
pub fn defragmentation(data: &[u8]) -> Vec<u8> {
    let mut wire = Wire::new(1);
    wire.tcp(true, 443, SYN, (99, 0), &[]);
    let mut rest = data;
    while let [high, low, length, behind @ ..] = rest {
        let (payload, behind) = behind.split_at(behind.len().min(usize::from(*length)));
        let (from, protocol) = if high & 0x80 == 0 { (SERVER, 6) } else { (RESOLVER, 17) };
        wire.ip(from, CLIENT, protocol, u16::from_be_bytes([high & 0x3f, *low]), payload);
        rest = behind;
    }
    wire.bytes
}

/// The data is a DNS message: asked, answered over UDP, and answered over TCP.
pub fn dns(data: &[u8]) -> Vec<u8> {
    let mut wire = Wire::new(1);
    wire.udp((CLIENT, 30_000), (RESOLVER, 53), data);
    let mut answer = data.to_vec();
    if let Some(flags) = answer.get_mut(2) {
        *flags |= 0x80;
    }
    wire.udp((RESOLVER, 53), (CLIENT, 30_000), &answer);
    let framed = |message: &[u8]| [&(message.len() as u16).to_be_bytes(), message].concat();
    wire.connection(53, &framed(data), &framed(&answer), 700);
    wire.bytes
}

/// Segments: direction and flags, four bytes that place them, one of length. Gaps, overlaps and wraps come by themselves.
pub fn tcp_reassembly(data: &[u8]) -> Vec<u8> {
    let mut wire = Wire::new(1);
    wire.tcp(true, 443, SYN, (u32::MAX - 50, 0), &[]);
    wire.tcp(false, 443, SYN | ACK, (9, u32::MAX - 49), &[]);
    let mut rest = data;
    while let [choice, a, b, c, d, length, behind @ ..] = rest {
        let (payload, behind) = behind.split_at(behind.len().min(usize::from(*length)));
        let seq = u32::from_be_bytes([*a, *b, *c, *d]);
        let segment = tcp(choice & 0x80 == 0, 443, choice & 0x17, (seq, seq.rotate_left(9)), payload);
        let (from, to) = if choice & 0x80 == 0 { (CLIENT, SERVER) } else { (SERVER, CLIENT) };
        wire.ip(from, to, 6, 0, &segment);
        rest = behind;
    }
    wire.bytes
}
