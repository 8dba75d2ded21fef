//! Certificates and other structures in DER (ITU-T X.690) with other names, numbers and keys, byte for byte as long as they were:
//! dates, algorithms and uses stay, by which a certificate is judged.

use super::bytes::put_address;
use crate::redact::StandIns;

/// Deepest nesting that is followed.
const DEEPEST: u8 = 24;
/// Longest integer that is a version or an exponent, and no number of a certificate or of a key.
const SMALL: usize = 3;
/// Longest bit string that is a set of flags.
const FLAGS: usize = 4;

/// Puts other names, numbers and keys into a structure. What cannot be read is replaced as a whole.
pub(super) fn disguise(bytes: &mut [u8], stand_ins: &StandIns<'_>) {
    if elements(bytes, DEEPEST, stand_ins).is_none() {
        scramble(bytes, stand_ins);
    }
}

/// Goes through the elements of a structure; `None` when they do not fill it.
fn elements(bytes: &mut [u8], depth: u8, stand_ins: &StandIns<'_>) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    fills(bytes)?;
    let mut rest = bytes;
    while !rest.is_empty() {
        let (tag, header, length) = head(rest)?;
        let (element, after) = rest.split_at_mut_checked(header + length)?;
        value(tag, element.get_mut(header..)?, depth, stand_ins);
        rest = after;
    }
    Some(())
}

/// Returns whether elements fill the bytes to their end.
fn fills(mut bytes: &[u8]) -> Option<()> {
    while !bytes.is_empty() {
        let (_, header, length) = head(bytes)?;
        bytes = bytes.get(header + length..)?;
    }
    Some(())
}

/// Returns the tag of the element that begins here, and the lengths of its header and of its value.
fn head(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (&tag, &first) = (bytes.first()?, bytes.get(1)?);
    if tag & 0x1f == 0x1f || tag == 0 {
        return None;
    }
    match first {
        0..=0x7f => Some((tag, 2, first.into())),
        0x81..=0x83 => {
            let count = usize::from(first & 0x7f);
            let length = bytes.get(2..2 + count)?.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            Some((tag, 2 + count, length))
        }
        _ => None,
    }
}

fn value(tag: u8, value: &mut [u8], depth: u8, stand_ins: &StandIns<'_>) {
    let is_constructed = tag & 0x20 != 0;
    match tag {
        _ if is_constructed => {
            if elements(value, depth, stand_ins).is_none() {
                scramble(value, stand_ins);
            }
        }
        // Boolean, null, object identifier, enumerated, times.
        0x01 | 0x05 | 0x06 | 0x0a | 0x17 | 0x18 => {}
        0x02 if value.len() <= SMALL => {}
        0x02 => {
            scramble(value, stand_ins);
            // Positive, and in its shortest form.
            if let Some(first) = value.first_mut() {
                *first = *first & 0x3f | 0x40;
            }
        }
        0x03 if value.len() <= FLAGS => {}
        0x03 => {
            let Some((_, bits)) = value.split_first_mut() else { return };
            if elements(bits, depth, stand_ins).is_none() {
                scramble(bits, stand_ins);
            }
        }
        0x04 => {
            if elements(value, depth, stand_ins).is_none() {
                scramble(value, stand_ins);
            }
        }
        // The strings of names, and of alternative names: mail, host, URL.
        0x0c | 0x12..=0x16 | 0x1a | 0x81 | 0x82 | 0x86 => string(value, stand_ins),
        // The address of an alternative name.
        0x87 => match value.len() {
            4 => put_address(value, 0, false, stand_ins),
            16 => put_address(value, 0, true, stand_ins),
            _ => scramble(value, stand_ins),
        },
        _ => scramble(value, stand_ins),
    }
}

fn string(value: &mut [u8], stand_ins: &StandIns<'_>) {
    let told = str::from_utf8(value).map(|text| {
        if text.contains('.') && !text.contains(' ') { stand_ins.host(text) } else { stand_ins.word(text) }
    });
    match told {
        Ok(told) if told.len() == value.len() => value.copy_from_slice(told.as_bytes()),
        _ => value.fill(b'x'),
    }
}

fn scramble(bytes: &mut [u8], stand_ins: &StandIns<'_>) {
    let other = stand_ins.bytes(bytes);
    bytes.copy_from_slice(&other);
}
