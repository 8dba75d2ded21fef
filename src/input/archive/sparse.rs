//! Sparse members of a tar: files with holes, of which only the rest is stored. Four ways to write down where the data
//! goes are in use: GNU's own header and three generations of pax records.

use std::io::{self, Read};

use tar::{GnuExtSparseHeader, GnuSparseHeader, Header, PaxExtensions};

/// Pieces of data that one member may have; more is taken for damage.
const MAX_PIECES: usize = 1 << 16;

/// The places to which the stored bytes of a sparse member go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::input) struct Sparse {
    /// Offset and length of each piece of data, in the order in which they are stored.
    pieces: Vec<(u64, u64)>,
    /// Size with the holes.
    pub(in crate::input) size: u64,
}

impl Sparse {
    /// Reads GNU's header; further blocks of the map are asked for one by one.
    pub(super) fn from_gnu(
        header: &Header,
        mut next_block: impl FnMut() -> io::Result<[u8; 512]>,
    ) -> io::Result<Option<Self>> {
        let Some(gnu) = header.as_gnu() else { return Ok(None) };
        let mut sparse = Self { pieces: Vec::new(), size: gnu.real_size()? };
        sparse.add(&gnu.sparse)?;
        let mut more = gnu.is_extended();
        while more {
            let mut block = GnuExtSparseHeader::new();
            block.as_mut_bytes().copy_from_slice(&next_block()?);
            sparse.add(block.sparse())?;
            more = block.is_extended();
        }
        Ok(Some(sparse))
    }

    fn add(&mut self, pieces: &[GnuSparseHeader]) -> io::Result<()> {
        for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
            self.push(piece.offset()?, piece.length()?)?;
        }
        Ok(())
    }

    fn push(&mut self, offset: u64, length: u64) -> io::Result<()> {
        if self.pieces.len() >= MAX_PIECES {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "too many pieces in a sparse member"));
        }
        self.pieces.push((offset, length));
        Ok(())
    }

    /// Reads the data at its places, and zeros between.
    pub(in crate::input) fn reader<R: Read>(&self, data: R) -> impl Read {
        let mut end = 0;
        let mut pieces = Vec::with_capacity(self.pieces.len());
        for &(offset, length) in &self.pieces {
            // Pieces that overlap or go back make no file; what is stored of them follows on.
            let offset = offset.max(end);
            pieces.push((offset, length));
            end = offset.saturating_add(length);
        }
        Expand { data, pieces: pieces.into_iter(), piece: None, at: 0, size: self.size }
    }
}

struct Expand<R> {
    data: R,
    pieces: std::vec::IntoIter<(u64, u64)>,
    piece: Option<(u64, u64)>,
    at: u64,
    size: u64,
}

impl<R: Read> Read for Expand<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.piece.is_none() {
                self.piece = self.pieces.next();
            }
            let (zeros_until, data_until) = match self.piece {
                Some((offset, length)) => (offset, offset.saturating_add(length)),
                None => (self.size, self.size),
            };
            let in_hole = self.at < zeros_until;
            let until = if in_hole { zeros_until } else { data_until }.min(self.size);
            let length = until.saturating_sub(self.at).min(buffer.len() as u64) as usize;
            if length == 0 {
                if self.piece.take().is_none() || self.at >= self.size || buffer.is_empty() {
                    return Ok(0);
                }
                continue;
            }
            let Some(part) = buffer.get_mut(..length) else { return Ok(0) };
            let read = if in_hole {
                part.fill(0);
                length
            } else {
                self.data.read(part)?
            };
            self.at += read as u64;
            return Ok(read);
        }
    }
}

/// Pax records that describe a sparse member.
#[derive(Debug, Default)]
pub(super) struct PaxSparse {
    sparse: Sparse,
    seen: bool,
    /// In the newest form the map is in front of the data.
    pub(super) map_in_data: bool,
    pub(super) name: Option<Vec<u8>>,
    offset: Option<u64>,
}

impl PaxSparse {
    pub(super) fn from_records(records: &[u8]) -> io::Result<Option<Self>> {
        let mut found = Self::default();
        for record in PaxExtensions::new(records).flatten() {
            let Some(key) = record.key_bytes().strip_prefix(b"GNU.sparse.") else { continue };
            found.seen = true;
            let value = record.value_bytes();
            match key {
                b"name" => found.name = Some(value.to_vec()),
                b"size" | b"realsize" => found.sparse.size = number(value)?,
                b"major" => found.map_in_data = value == b"1",
                b"offset" => found.offset = Some(number(value)?),
                b"numbytes" => {
                    let offset = found.offset.take().unwrap_or_default();
                    found.sparse.push(offset, number(value)?)?;
                }
                b"map" => {
                    let mut numbers = value.split(|&byte| byte == b',');
                    while let (Some(offset), Some(length)) = (numbers.next(), numbers.next()) {
                        found.sparse.push(number(offset)?, number(length)?)?;
                    }
                }
                _ => {}
            }
        }
        Ok(found.seen.then_some(found))
    }

    /// Returns the map, reads it from the data where it stands there, and says how many bytes of the data it took.
    pub(super) fn finish(self, mut next_block: impl FnMut() -> io::Result<[u8; 512]>) -> io::Result<(Sparse, u64)> {
        let mut sparse = self.sparse;
        if !self.map_in_data {
            return Ok((sparse, 0));
        }
        let (mut text, mut taken, mut at) = (Vec::new(), 0_u64, 0);
        let mut next_number = || -> io::Result<(u64, u64)> {
            loop {
                let rest = text.get(at..).unwrap_or_default();
                if let Some(length) = memchr::memchr(b'\n', rest) {
                    let value = number(rest.get(..length).unwrap_or_default())?;
                    at += length + 1;
                    return Ok((value, taken));
                }
                if rest.len() > 20 {
                    return Err(bad_number());
                }
                text.drain(..at);
                at = 0;
                text.extend_from_slice(&next_block()?);
                taken += 512;
            }
        };
        let (pieces, mut taken) = next_number()?;
        for _ in 0..pieces {
            let (offset, _) = next_number()?;
            let (length, so_far) = next_number()?;
            sparse.push(offset, length)?;
            taken = so_far;
        }
        Ok((sparse, taken))
    }
}

fn number(text: &[u8]) -> io::Result<u64> {
    std::str::from_utf8(text).ok().and_then(|text| text.trim().parse().ok()).ok_or_else(bad_number)
}

fn bad_number() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a number in a sparse member's map is none")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(pieces: &[(u64, u64)], size: u64, data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        Sparse { pieces: pieces.to_vec(), size }.reader(data).read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn holes_read_as_zeros() {
        assert_eq!(expand(&[(2, 3), (7, 1)], 10, b"abcd"), b"\0\0abc\0\0d\0\0");
        assert_eq!(expand(&[(0, 3), (3, 0)], 3, b"abc"), b"abc");
        assert_eq!(expand(&[], 2, b""), b"\0\0");
        assert_eq!(expand(&[(0, 9)], 4, b"abcdefghi"), b"abcd");
    }

    #[test]
    fn pieces_that_make_no_sense_end_all_the_same() {
        assert_eq!(expand(&[(5, 2), (0, 2)], 9, b"abcd"), b"\0\0\0\0\0abcd");
        assert_eq!(expand(&[(u64::MAX, u64::MAX)], 3, b"abcd"), b"\0\0\0");
    }

    #[test]
    fn the_three_forms_of_pax_records_say_the_same() {
        let record = |key: &str, value: &str| {
            let body = format!(" GNU.sparse.{key}={value}\n");
            let length = body.len() + 2;
            format!("{length}{body}")
        };
        let none = || -> io::Result<[u8; 512]> { Err(io::Error::other("the map is in the records")) };
        let expected = Sparse { pieces: vec![(0, 3), (512, 4)], size: 600 };
        let old = [
            record("size", "600"),
            record("offset", "0"),
            record("numbytes", "3"),
            record("offset", "512"),
            record("numbytes", "4"),
        ]
        .concat();
        let (sparse, _) = PaxSparse::from_records(old.as_bytes()).unwrap().unwrap().finish(none).unwrap();
        assert_eq!(sparse, expected);
        let newer = [record("size", "600"), record("map", "0,3,512,4")].concat();
        let (sparse, _) = PaxSparse::from_records(newer.as_bytes()).unwrap().unwrap().finish(none).unwrap();
        assert_eq!(sparse, expected);
        let newest = [record("major", "1"), record("minor", "0"), record("realsize", "600")].concat();
        let mut block = [0; 512];
        block[..12].copy_from_slice(b"2\n0\n3\n512\n4\n");
        let found = PaxSparse::from_records(newest.as_bytes()).unwrap().unwrap();
        let (sparse, taken) = found.finish(|| Ok(block)).unwrap();
        assert_eq!((sparse, taken), (expected, 512));
    }
}
