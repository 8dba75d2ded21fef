//! The Huffman code of HPACK (RFC 7541, appendix B). It is canonical: the lengths of the codes say what the codes are, since
//! those of a length follow each other in the order of their symbols, and behind those of the length before.

use std::sync::LazyLock;

/// Bits of the code of each byte, and of the end of a string.
const LENGTHS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
    28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12,
    10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6,
    5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22,
    22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20,
    22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28,
    27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28,
    27, 27, 27, 27, 27, 26, 30,
];
/// The symbol that ends a string, which stands in none.
const END: u16 = 256;
const SHORTEST: u8 = 5;
const LONGEST: u8 = 30;

/// The one code, made when it is first needed.
pub(super) static HUFFMAN: LazyLock<Huffman> = LazyLock::new(Huffman::new);

/// The codes of one length.
#[derive(Clone, Copy, Debug, Default)]
struct OfLength {
    /// The first of them.
    first: u32,
    count: u32,
    /// The place of the first of their symbols among all.
    place: usize,
}

/// The code, as a decoder needs it.
#[derive(Debug)]
pub(super) struct Huffman {
    of_length: [OfLength; LONGEST as usize + 1],
    /// In the order of their codes.
    symbols: Vec<u16>,
}

impl Huffman {
    /// Makes the code out of its lengths.
    fn new() -> Self {
        let mut symbols: Vec<(u8, u16)> = LENGTHS.iter().copied().zip(0..).collect();
        symbols.sort_unstable();
        let mut of_length = [OfLength::default(); LONGEST as usize + 1];
        let (mut next, mut place) = (0_u32, 0);
        for (length, codes) in of_length.iter_mut().enumerate() {
            next <<= 1;
            let count = symbols.iter().filter(|(bits, _)| usize::from(*bits) == length).count();
            *codes = OfLength { first: next, count: u32::try_from(count).unwrap_or_default(), place };
            next += codes.count;
            place += count;
        }
        Self { of_length, symbols: symbols.into_iter().map(|(_, symbol)| symbol).collect() }
    }

    /// Decodes a string; `None` when it is none of this code.
    pub(super) fn decode(&self, coded: &[u8]) -> Option<Vec<u8>> {
        // The shortest codes have five bits.
        let mut text = Vec::with_capacity(coded.len() * 8 / usize::from(SHORTEST));
        let (mut code, mut bits) = (0_u32, 0_u8);
        for byte in coded {
            for shift in (0..8).rev() {
                code = code << 1 | u32::from(byte >> shift & 1);
                bits += 1;
                let codes = self.of_length.get(usize::from(bits))?;
                let Some(index) = code.checked_sub(codes.first).filter(|index| *index < codes.count) else { continue };
                let symbol = *self.symbols.get(codes.place + index as usize)?;
                text.push(u8::try_from(symbol).ok().filter(|_| symbol != END)?);
                (code, bits) = (0, 0);
            }
        }
        // What fills up the last byte is the beginning of the end's code, all ones, and shorter than a byte (section 5.2).
        let filled = bits < 8 && code == (1 << bits) - 1;
        filled.then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(hex: &str) -> Option<String> {
        HUFFMAN.decode(&hex::decode(hex).unwrap()).map(|text| String::from_utf8(text).unwrap())
    }

    #[test]
    fn the_examples_of_the_rfc_are_decoded() {
        for (coded, text) in [
            ("f1e3c2e5f23a6ba0ab90f4ff", "www.example.com"),
            ("a8eb10649cbf", "no-cache"),
            ("25a849e95ba97d7f", "custom-key"),
            ("6402", "302"),
            ("d07abe941054d444a8200595040b8166e082a62d1bff", "Mon, 21 Oct 2013 20:13:21 GMT"),
            ("9d29ad171863c78f0b97c8e9ae82ae43d3", "https://www.example.com"),
        ] {
            assert_eq!(decode(coded).as_deref(), Some(text));
        }
        assert_eq!(decode("").as_deref(), Some(""));
    }

    #[test]
    fn what_is_no_string_of_the_code_is_none() {
        // A byte of ones too many, zeros behind the last code, and the end of a string within one.
        for coded in ["a8eb10649cbfff", "1c64", "00", "ffffffff", "fffffffc"] {
            assert_eq!(decode(coded).is_some(), coded == "1c64", "{coded}");
        }
    }

    #[test]
    fn every_byte_has_a_code_of_its_own() {
        let huffman = &*HUFFMAN;
        assert_eq!(huffman.symbols.len(), LENGTHS.len());
        let used: u64 = LENGTHS.iter().map(|bits| 1 << (LONGEST - bits)).sum();
        // No code is left over, and none is the beginning of another.
        assert_eq!(used, 1 << LONGEST);
    }
}
