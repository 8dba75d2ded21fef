//! Where unpacked bytes go: into memory while there is room, then into temporary files without a name, which the system
//! removes whatever becomes of the process. Small members share a file, a large one has its own.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;

use bytes::Bytes;

use super::budget::Budget;
use super::map;
use super::temporary;
pub(super) use memory::Charge;
use memory::{Held, Memory};
use shared_file::{SIZE, SharedFile, SharedFiles};

mod memory;
mod shared_file;

/// Bytes that are moved at a time.
pub(super) const CHUNK: usize = 256 << 10;

/// Bytes that are moved at a time at least.
const PIECE: usize = 4 << 10;

/// The room that all members of a run share.
pub(super) struct Store {
    memory: Arc<Memory>,
    files: SharedFiles,
}

impl Store {
    /// Makes room of which so many bytes are memory.
    pub(super) fn new(memory: u64) -> Self {
        Self { memory: Memory::new(memory), files: SharedFiles::default() }
    }

    /// Takes memory for something else, of which none is taken yet.
    pub(super) fn charge(&self) -> Charge {
        Charge::of(&self.memory)
    }

    /// Reads a small file of known size into memory; `None` when there is no room for it.
    pub(super) fn read(&self, reader: impl Read, size: u64) -> io::Result<Option<Bytes>> {
        Held::read(&self.memory, reader, size)
    }
}

/// Takes bytes of unknown number.
pub(super) struct Spool<'s> {
    store: &'s Store,
    budget: &'s Budget,
    kept: Kept,
    expected: Option<u64>,
}

enum Kept {
    Memory(Held),
    Disk(Disk),
}

/// A temporary file, or a part of one.
enum Disk {
    Shared(SharedFile),
    Own(File),
}

impl<'s> Spool<'s> {
    /// Makes room for so many bytes, if that is known; then nothing goes through memory that will not stay there.
    pub(super) fn new(store: &'s Store, budget: &'s Budget, expected: Option<u64>) -> io::Result<Self> {
        let kept = match expected {
            Some(expected) if expected > store.memory.left() => Kept::Disk(Disk::new(store, length(expected))?),
            _ => Kept::Memory(Held::new(&store.memory)),
        };
        Ok(Self { store, budget, kept, expected })
    }

    /// Takes all that a reader yields. What came before an error is kept.
    pub(super) fn fill(&mut self, reader: &mut dyn Read) -> io::Result<()> {
        // To clear a whole chunk for each of many small members would take longer than to unpack them.
        let mut buffer = vec![0; self.expected.map_or(CHUNK, length).clamp(PIECE, CHUNK)];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => self.push(buffer.get(..read).unwrap_or_default())?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Takes some bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.budget.keep(bytes.len() as u64)?;
        self.add(bytes)
    }

    /// Takes some bytes that count as kept already.
    pub(super) fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.kept {
            Kept::Memory(held) => {
                if held.push(bytes) {
                    return Ok(());
                }
                let expected = self.expected.map_or(0, length).max(held.as_slice().len() + bytes.len());
                let mut disk = Disk::new(self.store, expected)?;
                disk.write_all(held.as_slice())?;
                disk.write_all(bytes)?;
                self.kept = Kept::Disk(disk);
            }
            Kept::Disk(Disk::Shared(file)) if file.room() < bytes.len() => {
                // What has outgrown its place is not to do so again and again.
                let written = file.written();
                let mut disk = Disk::new(self.store, (written.len() + bytes.len()).saturating_mul(2))?;
                disk.write_all(&written)?;
                disk.write_all(bytes)?;
                if let Kept::Disk(Disk::Shared(outgrown)) = std::mem::replace(&mut self.kept, Kept::Disk(disk)) {
                    self.store.files.take_back(outgrown);
                }
            }
            Kept::Disk(disk) => disk.write_all(bytes)?,
        }
        Ok(())
    }

    /// Returns the bytes, to be read at will.
    pub(super) fn finish(self) -> io::Result<Bytes> {
        match self.kept {
            Kept::Memory(held) => Ok(held.finish()),
            Kept::Disk(Disk::Shared(file)) => {
                let bytes = file.written();
                self.store.files.give_back(file);
                Ok(bytes)
            }
            Kept::Disk(Disk::Own(file)) if file.metadata()?.len() == 0 => Ok(Bytes::new()),
            Kept::Disk(Disk::Own(file)) => map::map(&file).map(|(bytes, _)| bytes),
        }
    }
}

impl Disk {
    /// Makes room for a member that will have so many bytes, or more.
    fn new(store: &Store, expected: usize) -> io::Result<Self> {
        if temporary::folder().is_none() {
            return Err(no_space(io::ErrorKind::StorageFull.into()));
        }
        // Where no file may be that large, one of its own takes what there is room for.
        if expected <= SIZE
            && let Ok(file) = store.files.take(expected)
        {
            return Ok(Self::Shared(file));
        }
        tempfile::tempfile().map(Self::Own).map_err(no_space)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Shared(file) => file.write_all(bytes),
            Self::Own(file) => file.write_all(bytes),
        }
        .map_err(no_space)
    }
}

/// Returns it as a length in memory, where it can be no more than that anyway.
fn length(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// Returns an error of the temporary file with what can be done about it.
fn no_space(error: io::Error) -> io::Error {
    let text = match temporary::folder() {
        Some(folder) => format!(
            "cannot unpack into the temporary folder {}: {error}; set {} to a folder with more room",
            folder.display(),
            temporary::VARIABLE
        ),
        None => "there is no room for it in memory; the program has temporary files and can take it".to_owned(),
    };
    io::Error::new(error.kind(), Unpack(text))
}

/// The words of [`no_space`], whose type tells them from errors of the input.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unpack(String);
