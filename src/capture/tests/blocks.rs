//! Blocks of pcapng, for captures that a test writes.

/// Writes a number in one byte order.
pub(super) fn word(number: u32, big_endian: bool) -> [u8; 4] {
    if big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
}

pub(super) fn half(number: u16, big_endian: bool) -> [u8; 2] {
    if big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
}

pub(super) fn block(kind: u32, body: &[u8], big_endian: bool) -> Vec<u8> {
    let mut padded = body.to_vec();
    padded.resize(body.len().next_multiple_of(4), 0);
    let length = word(padded.len() as u32 + 12, big_endian);
    [&word(kind, big_endian)[..], &length, &padded, &length].concat()
}

pub(super) fn section(big_endian: bool) -> Vec<u8> {
    let body = [&word(0x1a2b_3c4d, big_endian)[..], &half(1, big_endian), &half(0, big_endian), &[0xff; 8]].concat();
    block(0x0a0d_0d0a, &body, big_endian)
}

/// Makes an interface of a link type with options.
pub(super) fn interface(link: u16, options: &[(u16, &[u8])], big_endian: bool) -> Vec<u8> {
    let mut body = [&half(link, big_endian)[..], &[0, 0], &word(0, big_endian)].concat();
    for (code, value) in options {
        body.extend([half(*code, big_endian), half(value.len() as u16, big_endian)].concat());
        body.extend(*value);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    if !options.is_empty() {
        body.extend([0; 4]);
    }
    block(1, &body, big_endian)
}

pub(super) fn enhanced(index: u32, ticks: u64, frame: &[u8], big_endian: bool) -> Vec<u8> {
    let length = frame.len() as u32;
    let fields = [index, (ticks >> 32) as u32, ticks as u32, length, length];
    let body = [&fields.map(|field| word(field, big_endian)).concat()[..], frame].concat();
    block(6, &body, big_endian)
}
