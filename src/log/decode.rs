//! Brings a log's bytes into the one form that the rest reads: UTF-8 or something close to it.
//!
//! Appliances write UTF-8 and are left as they are, without a copy; editors on Windows save what was pasted into them as
//! UTF-16, with a byte order mark or without.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// How many bytes tell whether a text without byte order mark is UTF-16.
const SAMPLE: usize = 512;

/// Returns the same text in UTF-8; borrowed unless it was UTF-16. Line numbers stay the same.
pub(super) fn as_utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    match utf16(bytes) {
        // The byte order mark is junk in front of the first record like any other.
        Some(encoding) => match encoding.decode_without_bom_handling(bytes).0 {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        },
        None => Cow::Borrowed(bytes),
    }
}

/// Tells whether a text that begins so is left as it is.
pub(super) fn is_as_it_stands(head: &[u8]) -> bool {
    utf16(head).is_none()
}

/// Tells which UTF-16 it is, if it is: by its mark, or by the zero bytes that Latin text has in every second place.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0xff, 0xfe, ..] => return Some(UTF_16LE),
        [0xfe, 0xff, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let (pairs, _) = bytes.get(..SAMPLE).unwrap_or(bytes).as_chunks::<2>();
    let most = pairs.len() - pairs.len() / 8;
    let zeros = |place: usize| {
        let latin = pairs.iter().filter(|pair| pair.get(place) == Some(&0) && pair.iter().any(|byte| *byte != 0));
        pairs.len() >= 8 && latin.count() >= most
    };
    if zeros(1) {
        Some(UTF_16LE)
    } else if zeros(0) {
        Some(UTF_16BE)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_is_known_with_and_without_a_mark() {
        let text = "2023-08-15 10:21:07,123 DEBUG é\r\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(*as_utf8(&little), *text.as_bytes());
        assert_eq!(*as_utf8(&big), *text.as_bytes());
        let marked = [&[0xff, 0xfe], &little[..]].concat();
        assert_eq!(*as_utf8(&marked), *format!("\u{feff}{text}").as_bytes());
    }

    #[test]
    fn everything_else_is_left_as_it_is() {
        for bytes in [&b""[..], b"a\0", b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", b"2023-08-15 \xff\xfe plain text"]
        {
            assert!(matches!(as_utf8(bytes), Cow::Borrowed(same) if same == bytes));
        }
    }
}
