//! zip: by its directory where that is whole, else local header by local header as far as the archive goes.

use std::collections::HashSet;
use std::io::{Cursor, Read};

use ::zip::read::ZipReadOptions;
use ::zip::result::ZipError;
use ::zip::{CompressionMethod, ZipArchive};
use bytes::Bytes;
use flate2::bufread::DeflateDecoder;

use crate::input::passphrase::Passphrase;

const LOCAL: &[u8] = b"PK\x03\x04";

/// A member of an archive, to be opened when its turn comes.
#[derive(Clone)]
pub(in crate::input) struct ZipMember {
    archive: ZipArchive<Cursor<Bytes>>,
    index: usize,
    pub(in crate::input) encrypted: bool,
    pub(in crate::input) packed: u64,
}

/// A member as the directory has it.
pub(in crate::input) struct ZipEntry {
    pub(in crate::input) name: String,
    pub(in crate::input) size: u64,
    pub(in crate::input) content: ZipContent,
}

/// The place of a member's bytes.
pub(in crate::input) enum ZipContent {
    /// In the archive as they are.
    Stored(Bytes),
    Packed(ZipMember),
    /// In bytes that are those of another member as well.
    Overlapping,
    Directory,
    Link,
}

/// Returns the number of members that the end record claims, which bounds what reading the directory costs.
pub(in crate::input) fn claimed_members(bytes: &[u8]) -> Option<u64> {
    let tail_at = bytes.len().saturating_sub(22 + usize::from(u16::MAX));
    let end = tail_at + memchr::memmem::rfind(bytes.get(tail_at..)?, b"PK\x05\x06")?;
    let count = bytes.get(end + 10..end + 12)?.try_into().ok().map(u16::from_le_bytes)?;
    if count != u16::MAX {
        return Some(count.into());
    }
    // zip64: a locator of 20 bytes stands before and tells where the larger record is.
    let locator = bytes.get(end.checked_sub(20)?..end)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Some(count.into());
    }
    let record = usize::try_from(u64::from_le_bytes(locator.get(8..16)?.try_into().ok()?)).ok()?;
    let count = bytes.get(record.checked_add(32)?..record.checked_add(40)?)?.try_into().ok()?;
    Some(u64::from_le_bytes(count))
}

/// Lists the members by the archive's directory.
pub(in crate::input) fn list(bytes: &Bytes) -> Result<impl Iterator<Item = ZipEntry>, ZipError> {
    let archive = ZipArchive::new(Cursor::new(bytes.clone()))?;
    let bytes = bytes.clone();
    let overlapping = overlapping(&archive, &bytes);
    let count = archive.len();
    Ok((0..count).filter_map(move |index| {
        let entry = archive.by_index_data(index).ok()?;
        let name = entry.name().map_or_else(|_| String::from_utf8_lossy(entry.name_raw()).into_owned(), Into::into);
        let (size, packed, encrypted) = (entry.size(), entry.compressed_size(), entry.encrypted());
        let stored = entry.compression() == CompressionMethod::Stored && !encrypted;
        let content = if entry.is_dir() {
            ZipContent::Directory
        } else if entry.is_symlink() {
            ZipContent::Link
        } else if overlapping.contains(&index) {
            ZipContent::Overlapping
        } else {
            let start = if stored { data_start(&bytes, entry.header_start()) } else { None };
            let end = start.and_then(|start| start.checked_add(usize::try_from(packed).ok()?));
            match (start, end) {
                (Some(start), Some(end)) if end <= bytes.len() => ZipContent::Stored(bytes.slice(start..end)),
                _ => ZipContent::Packed(ZipMember { archive: archive.clone(), index, encrypted, packed }),
            }
        };
        Some(ZipEntry { name, size, content })
    }))
}

/// Returns the members that share bytes with one before them. No archiver writes such, and a few kilobytes that all of
/// them share would unpack to as much as the disk holds (David Fifield, "A better zip bomb").
fn overlapping(archive: &ZipArchive<Cursor<Bytes>>, bytes: &[u8]) -> HashSet<usize> {
    let extent = |index: usize| {
        let entry = archive.by_index_data(index).ok()?;
        let start = entry.header_start();
        let data = data_start(bytes, start).map_or(start, |data| data as u64);
        Some((start, data.saturating_add(entry.compressed_size()), index))
    };
    let mut extents: Vec<_> = (0..archive.len()).filter_map(extent).collect();
    extents.sort_unstable_by_key(|&(start, _, index)| (start, index));
    let mut behind = 0;
    let mut overlapping = HashSet::new();
    for (start, end, index) in extents {
        if start < behind {
            overlapping.insert(index);
        } else {
            behind = end;
        }
    }
    overlapping
}

/// Returns where the data behind a local header begins.
fn data_start(bytes: &[u8], header: u64) -> Option<usize> {
    let header = usize::try_from(header).ok()?;
    Some(LocalHeader::read(bytes, header)?.data)
}

impl ZipMember {
    /// Runs something over the unpacked bytes.
    pub(in crate::input) fn read<T>(
        &self,
        passphrase: Option<&Passphrase>,
        run: impl FnOnce(&mut dyn Read) -> T,
    ) -> Result<T, ZipError> {
        let mut archive = self.archive.clone();
        let password = passphrase.map(|passphrase| passphrase.reveal().as_bytes());
        let mut file = archive.by_index_with_options(self.index, ZipReadOptions::new().password(password))?;
        Ok(run(&mut file))
    }
}

/// The fields of a local header that matter here.
struct LocalHeader {
    name: (usize, usize),
    method: u16,
    encrypted: bool,
    /// `None` when the sizes stand behind the data.
    packed: Option<u64>,
    data: usize,
}

impl LocalHeader {
    fn read(bytes: &[u8], at: usize) -> Option<Self> {
        let header = bytes.get(at..)?.first_chunk::<30>()?;
        if !header.starts_with(LOCAL) {
            return None;
        }
        let short =
            |at: usize| header.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |two| u16::from_le_bytes(*two));
        let (flags, method) = (short(6), short(8));
        let (name_length, extra_length) = (usize::from(short(26)), usize::from(short(28)));
        let name = (at + 30, at + 30 + name_length);
        let data = name.1 + extra_length;
        let extra = bytes.get(name.1..data)?;
        let mut packed = u64::from(short(18)) | u64::from(short(20)) << 16;
        if packed == u64::from(u32::MAX) {
            packed = zip64_size(extra)?;
        }
        let packed = (flags & 8 == 0).then_some(packed);
        Some(Self { name, method, encrypted: flags & 1 != 0, packed, data })
    }
}

/// Returns the packed size in the zip64 field, behind the unpacked one.
fn zip64_size(mut extra: &[u8]) -> Option<u64> {
    while let Some((head, rest)) = extra.split_first_chunk::<4>() {
        let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let (field, rest) = rest.split_at_checked(length)?;
        if head.starts_with(&[1, 0]) {
            return field.get(8..16)?.try_into().ok().map(u64::from_le_bytes);
        }
        extra = rest;
    }
    None
}

/// A member found by its local header.
pub(in crate::input) struct Salvaged {
    pub(in crate::input) name: String,
    /// Packed bytes, to the end of the archive where their number is not known.
    data: Bytes,
    method: u16,
    pub(in crate::input) encrypted: bool,
    /// True when the end is known without unpacking.
    pub(in crate::input) known: bool,
    short: bool,
    at: usize,
}

/// Walks an archive whose directory is missing or damaged.
pub(in crate::input) struct Salvage {
    bytes: Bytes,
    at: usize,
}

impl Salvage {
    pub(in crate::input) fn new(bytes: Bytes) -> Self {
        Self { bytes, at: 0 }
    }

    /// Says where the next member is to be looked for, when only unpacking told where this one ends.
    pub(in crate::input) fn resume(&mut self, member: &Salvaged, taken: u64) {
        if !member.known {
            self.at = member.at.saturating_add(usize::try_from(taken).unwrap_or(usize::MAX)).min(self.bytes.len());
        }
    }
}

impl Iterator for Salvage {
    type Item = Salvaged;

    fn next(&mut self) -> Option<Salvaged> {
        loop {
            let found = memchr::memmem::find(self.bytes.get(self.at..)?, LOCAL)? + self.at;
            self.at = found + LOCAL.len();
            let Some(local) = LocalHeader::read(&self.bytes, found) else { continue };
            let name = String::from_utf8_lossy(self.bytes.get(local.name.0..local.name.1)?).into_owned();
            let whole = self.bytes.len();
            let (end, known) = match local.packed.map(|packed| usize::try_from(packed).unwrap_or(usize::MAX)) {
                Some(packed) => (local.data.saturating_add(packed), true),
                // Bytes that are stored as they are tell nothing of their end; the sizes behind them have a mark.
                None if local.method == 0 => {
                    let mark = memchr::memmem::find(self.bytes.get(local.data..)?, b"PK\x07\x08");
                    (mark.map_or(whole, |mark| local.data + mark), true)
                }
                None => (whole, false),
            };
            let short = end > whole;
            let end = end.min(whole);
            self.at = if known { end } else { local.data };
            return Some(Salvaged {
                name,
                data: self.bytes.slice(local.data..end),
                short,
                method: local.method,
                encrypted: local.encrypted,
                known,
                at: local.data,
            });
        }
    }
}

impl Salvaged {
    /// Returns how many packed bytes there are.
    pub(in crate::input) fn packed(&self) -> u64 {
        self.data.len() as u64
    }

    /// Tells whether the archive ends inside the member, of which so many packed bytes were taken.
    pub(in crate::input) fn is_cut(&self, taken: u64) -> bool {
        if self.known { self.short } else { taken >= self.packed() }
    }

    /// Runs something over the unpacked bytes and says how many packed ones that took; `None` for methods that are
    /// not salvaged.
    pub(in crate::input) fn read(&self, run: impl FnOnce(&mut dyn Read)) -> Option<u64> {
        let mut source = Cursor::new(self.data.clone());
        match self.method {
            0 => {
                run(&mut source);
                Some(source.position())
            }
            8 => {
                let mut decoder = DeflateDecoder::new(source);
                run(&mut decoder);
                Some(decoder.total_in())
            }
            _ => None,
        }
    }
}
