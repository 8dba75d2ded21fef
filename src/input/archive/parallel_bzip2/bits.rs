//! The bits of a block, which begin and end anywhere in a byte of the stream.

use super::magic::{CHECKSUM_BITS, END, MAGIC_BITS};

/// The bits of a block, laid out from the beginning of a byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bits {
    /// The size of blocks that the stream says, `1` to `9`.
    level: u8,
    bytes: Vec<u8>,
    /// Bits of the last byte that are not used, from 0 to 7; they are zeros.
    spare: u32,
}

impl Bits {
    /// Takes the bits from one place to another, counted from the beginning of `bytes`.
    pub(super) fn between(level: u8, bytes: &[u8], from: usize, to: usize) -> Self {
        let (bytes, shift) = (bytes.get(from / 8..to.div_ceil(8)).unwrap_or_default(), from % 8);
        let count = (8 * bytes.len()).min(to.saturating_sub(from));
        let next = bytes.iter().skip(1).copied().chain([0]);
        let aligned = bytes.iter().zip(next).map(|(byte, next)| {
            let both = u16::from_be_bytes([*byte, next]) << shift;
            both.to_be_bytes()[0]
        });
        let mut own = Self { level, bytes: aligned.take(count.div_ceil(8)).collect(), spare: 0 };
        own.spare = (8 * own.bytes.len()).saturating_sub(count) as u32;
        if let Some(last) = own.bytes.last_mut() {
            *last &= u8::MAX << own.spare;
        }
        own
    }

    /// Returns the checksum that stands behind the magic number of a block.
    pub(super) fn checksum(&self) -> u32 {
        let checksum = MAGIC_BITS / 8..(MAGIC_BITS + CHECKSUM_BITS) / 8;
        number(self.bytes.get(checksum).unwrap_or_default()) as u32
    }

    /// Returns the number that these bits are, where they are whole bytes, up to eight.
    pub(super) fn number(&self) -> u64 {
        number(&self.bytes)
    }

    /// Adds the bits of what stands behind.
    pub(super) fn append(&mut self, behind: &Self) {
        for byte in &behind.bytes {
            self.push((*byte).into(), 8);
        }
        self.drop_bits(behind.spare);
    }

    /// Returns a stream of this block alone. Where the block is whole, the stream has an end.
    pub(super) fn stream(&self, whole: bool) -> Vec<u8> {
        let mut stream = self.clone();
        stream.bytes.splice(0..0, [b'B', b'Z', b'h', self.level]);
        if whole {
            stream.push(END, MAGIC_BITS as u32);
            stream.push(self.checksum().into(), CHECKSUM_BITS as u32);
        }
        stream.bytes
    }

    /// Cuts the bits in two.
    #[cfg(test)]
    pub(super) fn halves(&self) -> (Self, Self) {
        let bits = 8 * self.bytes.len() - self.spare as usize;
        let part = |from, to| Self::between(self.level, &self.bytes, from, to);
        (part(0, bits / 2), part(bits / 2, bits))
    }

    /// Adds the lowest bits of a number, the highest of them first.
    fn push(&mut self, value: u64, bits: u32) {
        let mut left = bits;
        while left > 0 {
            if self.spare == 0 {
                self.bytes.push(0);
                self.spare = 8;
            }
            let taken = left.min(self.spare);
            left -= taken;
            self.spare -= taken;
            let part = (value >> left) as u8 & (u8::MAX >> (8 - taken));
            if let Some(last) = self.bytes.last_mut() {
                *last |= part << self.spare;
            }
        }
    }

    /// Takes up to seven bits off the end, which are zeros.
    fn drop_bits(&mut self, bits: u32) {
        self.spare += bits;
        if self.spare >= 8 {
            self.spare -= 8;
            self.bytes.pop();
        }
    }
}

/// Returns the number that bytes are, the highest first.
pub(super) fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_taken_from_any_place_and_put_together_again() {
        let bytes: Vec<u8> = (0..40_u8).map(|byte| byte.wrapping_mul(37)).collect();
        let all = Bits::between(b'9', &bytes, 0, 320);
        assert_eq!(all.bytes, bytes);
        for cut in [1, 7, 8, 9, 100, 319] {
            let mut first = Bits::between(b'9', &bytes, 0, cut);
            first.append(&Bits::between(b'9', &bytes, cut, 320));
            assert_eq!(first, all, "{cut}");
        }
        let inner = Bits::between(b'9', &[0b1010_1111, 0b0000_1111, 0b1100_0000], 3, 19);
        assert_eq!((inner.bytes.as_slice(), inner.spare), (&[0b0111_1000, 0b0111_1110][..], 0));
    }
}
