//! Bytes of an archive: at hand, or passing by once.

use std::io::{self, Read};

use bytes::Bytes;

/// Yields an archive's bytes.
pub(in crate::input) trait ArchiveSource: Read {
    fn position(&self) -> u64;

    /// Goes forward so many bytes, or to the end; says how many.
    fn skip(&mut self, bytes: u64) -> io::Result<u64>;

    /// Returns the next bytes without reading them, where they are in memory; fewer at the end.
    fn ahead(&self, bytes: u64) -> Option<Bytes>;
}

/// An archive in memory or in a map.
pub(in crate::input) struct SliceSource {
    bytes: Bytes,
    at: usize,
}

impl SliceSource {
    pub(in crate::input) fn new(bytes: Bytes) -> Self {
        Self { bytes, at: 0 }
    }
}

impl Read for SliceSource {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.get(self.at..).unwrap_or_default().read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

impl ArchiveSource for SliceSource {
    fn position(&self) -> u64 {
        self.at as u64
    }

    fn skip(&mut self, bytes: u64) -> io::Result<u64> {
        let left = (self.bytes.len() - self.at) as u64;
        let skipped = left.min(bytes);
        self.at += skipped as usize;
        Ok(skipped)
    }

    fn ahead(&self, bytes: u64) -> Option<Bytes> {
        let length = (self.bytes.len() - self.at).min(usize::try_from(bytes).unwrap_or(usize::MAX));
        Some(self.bytes.slice(self.at..self.at + length))
    }
}

/// An archive that passes by.
pub(in crate::input) struct StreamSource<R> {
    inner: R,
    at: u64,
}

impl<R> StreamSource<R> {
    pub(in crate::input) fn new(inner: R) -> Self {
        Self { inner, at: 0 }
    }
}

impl<R: Read> Read for StreamSource<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl<R: Read> ArchiveSource for StreamSource<R> {
    fn position(&self) -> u64 {
        self.at
    }

    fn skip(&mut self, bytes: u64) -> io::Result<u64> {
        let mut scratch = [0; 16 << 10];
        let mut left = bytes;
        while left > 0 {
            let length = left.min(scratch.len() as u64) as usize;
            match self.read(scratch.get_mut(..length).unwrap_or_default()) {
                Ok(0) => break,
                Ok(read) => left -= read as u64,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(bytes - left)
    }

    fn ahead(&self, _: u64) -> Option<Bytes> {
        None
    }
}

/// Reads until the buffer is full or the source ends.
pub(in crate::input) fn read_full(source: &mut (impl Read + ?Sized), buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
