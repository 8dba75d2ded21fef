//! Numbers of a capture file, in the byte order that it is written in.

/// Returns a number of four bytes in the byte order of the file.
#[inline]
pub(super) fn word(bytes: &[u8], at: usize, big_endian: bool) -> Option<u32> {
    let field = bytes.get(at..)?.first_chunk::<4>()?;
    Some(if big_endian { u32::from_be_bytes(*field) } else { u32::from_le_bytes(*field) })
}

/// Returns a number of two bytes in the byte order of the file.
#[inline]
pub(super) fn half(bytes: &[u8], at: usize, big_endian: bool) -> Option<u16> {
    let field = bytes.get(at..)?.first_chunk::<2>()?;
    Some(if big_endian { u16::from_be_bytes(*field) } else { u16::from_le_bytes(*field) })
}
