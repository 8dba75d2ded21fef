//! The few blocks of pcapng (draft-ietf-opsawg-pcapng) that a slice is made of, little-endian, with nanoseconds.

use std::io::{self, Write};

use super::frame::SliceFrame;
use crate::capture::{LinkType, RawFrame};
use crate::model::member_path;
use crate::model::visible::visible;

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
const DECRYPTION_SECRETS: u32 = 10;

const COMMENT: u16 = 1;
const APPLICATION: u16 = 4;
const INTERFACE_NAME: u16 = 2;
const INTERFACE_DESCRIPTION: u16 = 3;
const RESOLUTION: u16 = 9;

/// `TLSK`: TLS secrets in NSS key log format.
const TLS_KEY_LOG: u32 = 0x544c_534b;

/// A capture file and a link type in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Interface {
    input: usize,
    path: String,
    link_type: LinkType,
    snap_length: u32,
}

impl Interface {
    /// Returns the interface of a frame.
    pub(super) fn of(frame: &RawFrame<'_>, path: &str, input: usize) -> Self {
        // Some writers keep more of a frame than their own limit; readers would take that for damage.
        let snap_length = if frame.bytes.len() > frame.snap_length as usize { 0 } else { frame.snap_length };
        Self { input, path: visible(path).into_owned(), link_type: frame.link_type, snap_length }
    }

    /// Returns the kind of header that its frames begin with.
    pub(super) fn link_type(&self) -> LinkType {
        self.link_type
    }

    /// Gives it another name than that of its file.
    pub(super) fn rename(&mut self, name: &str) {
        name.clone_into(&mut self.path);
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut body = self.link_type.0.to_le_bytes().to_vec();
        body.extend([0; 2]);
        body.extend(self.snap_length.to_le_bytes());
        option(&mut body, INTERFACE_NAME, member_path::base(&self.path).as_bytes());
        option(&mut body, INTERFACE_DESCRIPTION, format!("frames of {}", self.path).as_bytes());
        option(&mut body, RESOLUTION, &[9]);
        end_of_options(&mut body);
        block(out, INTERFACE, &[&body])
    }
}

/// Writes the section's header, with what is to be said of all of it.
pub(super) fn section(out: &mut impl Write, comment: &str) -> io::Result<()> {
    let mut body = 0x1a2b_3c4d_u32.to_le_bytes().to_vec();
    // Version 1.0, and a length that is not known.
    body.extend([1, 0, 0, 0]);
    body.extend([0xff; 8]);
    option(&mut body, COMMENT, comment.as_bytes());
    option(&mut body, APPLICATION, concat!("mdmlog ", env!("CARGO_PKG_VERSION")).as_bytes());
    end_of_options(&mut body);
    block(out, SECTION_HEADER, &[&body])
}

/// Writes TLS secrets for the packets that follow.
pub(super) fn secrets(out: &mut impl Write, key_log: &[u8]) -> io::Result<()> {
    let length = u32::try_from(key_log.len()).map_err(io::Error::other)?;
    block(out, DECRYPTION_SECRETS, &[&TLS_KEY_LOG.to_le_bytes(), &length.to_le_bytes(), key_log])
}

/// Writes a frame.
pub(super) fn frame(out: &mut impl Write, frame: &SliceFrame) -> io::Result<()> {
    // The format knows no time before 1970.
    let ticks = u64::try_from(frame.time.nanos()).unwrap_or_default();
    let captured = u32::try_from(frame.bytes.len()).map_err(io::Error::other)?;
    let words = [frame.interface, (ticks >> 32) as u32, ticks as u32, captured, frame.original_length];
    let mut options = vec![0; padding(frame.bytes.len())];
    for comment in &frame.comments {
        option(&mut options, COMMENT, comment.as_bytes());
    }
    if !frame.comments.is_empty() {
        end_of_options(&mut options);
    }
    block(out, ENHANCED_PACKET, &[words.map(u32::to_le_bytes).as_flattened(), &frame.bytes, &options])
}

fn padding(length: usize) -> usize {
    length.next_multiple_of(4) - length
}

/// Adds an option. A value that is longer than one may be is cut.
fn option(out: &mut Vec<u8>, code: u16, value: &[u8]) {
    let value = value
        .get(..usize::from(u16::MAX) - 3)
        .map_or(value, |cut| cut.utf8_chunks().next().map_or(cut, |chunk| chunk.valid().as_bytes()));
    out.extend(code.to_le_bytes());
    out.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_le_bytes());
    out.extend(value);
    out.extend(std::iter::repeat_n(0, padding(value.len())));
}

fn end_of_options(out: &mut Vec<u8>) {
    out.extend([0; 4]);
}

fn block(out: &mut impl Write, kind: u32, parts: &[&[u8]]) -> io::Result<()> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let padding = padding(length);
    let total = u32::try_from(12 + length + padding).map_err(io::Error::other)?.to_le_bytes();
    out.write_all(&kind.to_le_bytes())?;
    out.write_all(&total)?;
    parts.iter().try_for_each(|part| out.write_all(part))?;
    out.write_all([0; 3].get(..padding).unwrap_or_default())?;
    out.write_all(&total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_options_are_padded() {
        let mut out = Vec::new();
        let mut body = Vec::new();
        option(&mut body, COMMENT, b"abcde");
        block(&mut out, INTERFACE, &[&body, b"x"]).unwrap();
        assert_eq!(body, [1, 0, 5, 0, b'a', b'b', b'c', b'd', b'e', 0, 0, 0]);
        assert_eq!(out.len(), 12 + 12 + 4);
        assert_eq!((&out[4..8], &out[24..]), (&[28, 0, 0, 0][..], &[28, 0, 0, 0][..]));
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        let mut body = Vec::new();
        option(&mut body, COMMENT, format!("a{}", "é".repeat(40_000)).as_bytes());
        let length = usize::from(u16::from_le_bytes([body[2], body[3]]));
        assert!(length > 65_000 && str::from_utf8(&body[4..4 + length]).is_ok(), "{length}");
    }
}
