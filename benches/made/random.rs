//! Numbers that look random and are always the same (splitmix64).

pub fn of(number: u64) -> u64 {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// Bytes like those of an encrypted stream.
pub fn bytes(length: usize) -> Vec<u8> {
    (0..length as u64).map(|at| of(at) as u8).collect()
}
