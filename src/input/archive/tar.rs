//! tar: ustar, GNU and pax, read header by header so that members of a mapped archive can be sliced and those of a
//! stream passed by, with a search for the next header where one is damaged.
//!
//! The header types are the `tar` crate's; its iterator is not used, since it ends at the first damaged header, reads
//! long names without a bound and cannot go on where a stream was cut.

use std::io::{self, Read};

use bytes::Bytes;
use tar::{EntryType, Header, PaxExtensions};

use super::source::{ArchiveSource, read_full};
use super::sparse::{PaxSparse, Sparse};

const BLOCK: u64 = 512;

/// Bytes of a long name or of pax records; more is taken for damage.
const MAX_RECORDS: u64 = 1 << 20;

/// The kinds of member.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::input) enum TarEntryKind {
    File,
    Sparse(Sparse),
    Directory,
    /// With what it points to.
    Link(Vec<u8>),
    Special,
}

/// One member; its data is what the source yields next.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::input) struct TarEntry {
    pub(in crate::input) name: Vec<u8>,
    pub(in crate::input) kind: TarEntryKind,
    /// Bytes stored in the archive.
    pub(in crate::input) size: u64,
}

/// Damage between members, and at which byte of the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::input) enum TarDamage {
    /// A header that is none, or whose checksum is wrong.
    Header(u64),
    /// The archive ends inside a header or without its end mark.
    Cut(u64),
}

/// The damage met since it was last looked at. Of what has more wrong with it than can be told only the first is kept.
#[derive(Default)]
pub(in crate::input) struct TarDamages(Vec<TarDamage>);

impl TarDamages {
    const KEPT: usize = 16;

    fn note(&mut self, damage: TarDamage) {
        if self.0.len() < Self::KEPT {
            self.0.push(damage);
        }
    }

    /// Returns what there is, which is then forgotten.
    pub(in crate::input) fn take(&mut self) -> Vec<TarDamage> {
        std::mem::take(&mut self.0)
    }
}

/// The members of an archive, one after the other.
pub(in crate::input) struct TarMembers<S> {
    source: S,
    /// MemberData of the current member that was not read yet.
    left: u64,
    /// From the end of that data to the next header.
    padding: u64,
    end_mark: bool,
}

/// Values that extended headers in front of a member give for it.
#[derive(Default)]
struct Extended {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: Option<PaxSparse>,
}

impl<S: ArchiveSource> TarMembers<S> {
    pub(in crate::input) fn new(source: S) -> Self {
        Self { source, left: 0, padding: 0, end_mark: false }
    }

    /// Returns how far the archive was read.
    pub(in crate::input) fn position(&self) -> u64 {
        self.source.position()
    }

    /// Returns the stored bytes of the current member without reading them, where the archive is in memory.
    pub(in crate::input) fn slice(&self) -> Option<Bytes> {
        self.source.ahead(self.left)
    }

    /// Reads the stored bytes of the current member that were not read yet.
    pub(in crate::input) fn data(&mut self) -> MemberData<'_, S> {
        MemberData { source: &mut self.source, left: &mut self.left }
    }

    /// Returns the next member. An error is one of the source: nothing can follow it.
    pub(in crate::input) fn next(&mut self, damage: &mut TarDamages) -> io::Result<Option<TarEntry>> {
        let mut extended = Extended::default();
        loop {
            let Some(block) = self.next_header(damage)? else { return Ok(None) };
            let header = Header::from_byte_slice(&block);
            let at = self.source.position() - BLOCK;
            let Ok(stated) = header.entry_size() else {
                damage.note(TarDamage::Header(at));
                continue;
            };
            let entry_type = header.entry_type();
            let described = entry_type.is_gnu_longname()
                || entry_type.is_gnu_longlink()
                || entry_type.is_pax_local_extensions()
                || entry_type.is_pax_global_extensions();
            let size = if described { stated } else { extended.size.unwrap_or(stated) };
            self.left = size;
            self.padding = size.wrapping_neg() % BLOCK;
            if described {
                if size > MAX_RECORDS {
                    damage.note(TarDamage::Header(at));
                    continue;
                }
                let mut records = Vec::new();
                if self.data().read_to_end(&mut records).is_err() {
                    damage.note(TarDamage::Cut(self.source.position()));
                    return Ok(None);
                }
                extended.take(entry_type, records);
                continue;
            }
            return self.entry(header, extended, damage).map(Some);
        }
    }

    fn entry(&mut self, header: &Header, extended: Extended, damage: &mut TarDamages) -> io::Result<TarEntry> {
        let mut name = extended.name.unwrap_or_else(|| header.path_bytes().into_owned());
        let link = || extended.link.or_else(|| header.link_name_bytes().map(|name| name.into_owned()));
        let kind = match header.entry_type() {
            EntryType::Directory => TarEntryKind::Directory,
            EntryType::Link | EntryType::Symlink => TarEntryKind::Link(link().unwrap_or_default()),
            EntryType::Char | EntryType::Block | EntryType::Fifo => TarEntryKind::Special,
            // In the oldest archives a folder is a file whose name ends in a slash.
            EntryType::Regular if name.ends_with(b"/") => TarEntryKind::Directory,
            EntryType::GNUSparse => {
                let at = self.source.position();
                match Sparse::from_gnu(header, || next_block(&mut self.source)) {
                    Ok(Some(sparse)) => TarEntryKind::Sparse(sparse),
                    Ok(None) => TarEntryKind::File,
                    Err(_) => {
                        damage.note(TarDamage::Header(at));
                        TarEntryKind::File
                    }
                }
            }
            _ => TarEntryKind::File,
        };
        let mut entry = TarEntry { name: Vec::new(), kind, size: self.left };
        match entry.kind {
            // These have no data, whatever their size field says.
            TarEntryKind::Directory | TarEntryKind::Link(_) | TarEntryKind::Special => {
                (self.left, self.padding, entry.size) = (0, 0, 0);
            }
            TarEntryKind::File => {
                if let Some(mut pax) = extended.sparse {
                    if let Some(real) = pax.name.take() {
                        name = real;
                    }
                    let at = self.source.position();
                    let mut data = self.data();
                    match pax.finish(|| next_block(&mut data)) {
                        Ok((sparse, taken)) => {
                            entry.kind = TarEntryKind::Sparse(sparse);
                            entry.size = entry.size.saturating_sub(taken);
                        }
                        Err(_) => damage.note(TarDamage::Header(at)),
                    }
                }
            }
            TarEntryKind::Sparse(_) => {}
        }
        entry.name = name;
        Ok(entry)
    }

    /// Goes behind the current member, to the next block that is a header.
    fn next_header(&mut self, damage: &mut TarDamages) -> io::Result<Option<[u8; 512]>> {
        let behind = std::mem::take(&mut self.left).saturating_add(std::mem::take(&mut self.padding));
        let skipped = self.source.skip(behind)?;
        if skipped < behind {
            damage.note(TarDamage::Cut(self.source.position()));
            return Ok(None);
        }
        let mut searching = false;
        loop {
            let at = self.source.position();
            let mut block = [0; 512];
            let read = read_full(&mut self.source, &mut block)?;
            if read < block.len() {
                if !self.end_mark && !searching {
                    damage.note(TarDamage::Cut(at + read as u64));
                }
                return Ok(None);
            }
            // Two blocks of zeros end an archive, but archives are joined end to end as well.
            if block == [0; 512] {
                self.end_mark = true;
                continue;
            }
            let magic = block.get(257..262) == Some(b"ustar");
            if (magic || !searching) && header_fits(&block) {
                self.end_mark = false;
                return Ok(Some(block));
            }
            if !searching {
                // What stands behind the end is no damage.
                if self.end_mark {
                    return Ok(None);
                }
                damage.note(TarDamage::Header(at));
                searching = true;
            }
        }
    }
}

impl Extended {
    fn take(&mut self, entry_type: EntryType, mut records: Vec<u8>) {
        if entry_type.is_gnu_longname() || entry_type.is_gnu_longlink() {
            if let Some(end) = memchr::memchr(0, &records) {
                records.truncate(end);
            }
            *if entry_type.is_gnu_longname() { &mut self.name } else { &mut self.link } = Some(records);
        } else if entry_type.is_pax_local_extensions() {
            for record in PaxExtensions::new(&records).flatten() {
                match record.key_bytes() {
                    b"path" => self.name = Some(record.value_bytes().to_vec()),
                    b"linkpath" => self.link = Some(record.value_bytes().to_vec()),
                    b"size" => self.size = record.value().ok().and_then(|size| size.parse().ok()),
                    _ => {}
                }
            }
            self.sparse = PaxSparse::from_records(&records).ok().flatten();
        }
        // A global header tells of times, owners and comments.
    }
}

/// The data of one member; ends early with an error where the archive does.
pub(in crate::input) struct MemberData<'a, S> {
    source: &'a mut S,
    left: &'a mut u64,
}

impl<S: ArchiveSource> Read for MemberData<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = (*self.left).min(buffer.len() as u64) as usize;
        let Some(part) = buffer.get_mut(..length).filter(|part| !part.is_empty()) else { return Ok(0) };
        let read = self.source.read(part)?;
        if read == 0 {
            *self.left = 0;
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends inside this member"));
        }
        *self.left -= read as u64;
        Ok(read)
    }
}

fn next_block(source: &mut impl Read) -> io::Result<[u8; 512]> {
    let mut block = [0; 512];
    source.read_exact(&mut block)?;
    Ok(block)
}

/// Tells whether a block's checksum is that of a header; some archivers summed signed bytes.
pub(in crate::input) fn header_fits(block: &[u8; 512]) -> bool {
    let Ok(stated) = Header::from_byte_slice(block).cksum() else { return false };
    let (mut unsigned, mut signed) = (0_u32, 0_i32);
    for (at, &byte) in block.iter().enumerate() {
        let byte = if (148..156).contains(&at) { b' ' } else { byte };
        unsigned += u32::from(byte);
        signed += i32::from(byte.cast_signed());
    }
    stated == unsigned || i32::try_from(stated) == Ok(signed)
}
