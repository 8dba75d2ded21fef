//! Temporary files in which many members stand one behind the other, each file with one map through which all of them are
//! read. With a file and a map for each, a bundle of a hundred thousand small logs would use up what the system has.
//!
//! A file has its full size from the start, so that its map does as well; what was not written takes no room on the disk. A
//! member is written through the file and read through the map, which show the same pages. It is read only when it is
//! whole, so no byte changes that anyone can see.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

use crate::input::map;

/// Size of a file. More than that is written to a file of its own.
pub(super) const SIZE: usize = 64 << 20;

/// Room with which it makes no sense to begin another member.
const LEAST: usize = 4 << 20;

/// A file and how far it is full. Whoever has it writes to it alone.
pub(super) struct SharedFile {
    file: File,
    map: Bytes,
    /// Start of the member that is being written.
    start: usize,
    end: usize,
}

impl SharedFile {
    fn new() -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        file.set_len(SIZE as u64)?;
        let (map, _) = map::map(&file)?;
        Ok(Self { file, map, start: 0, end: 0 })
    }

    pub(super) fn room(&self) -> usize {
        self.map.len() - self.end
    }

    /// Adds to the member. When the disk is full, what fitted of it counts.
    pub(super) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let result = self.file.write_all(bytes);
        self.end = match &result {
            Ok(()) => self.end + bytes.len(),
            Err(_) => usize::try_from(self.file.stream_position()?).unwrap_or(self.end),
        };
        result
    }

    /// Returns what was written of the member so far.
    pub(super) fn written(&self) -> Bytes {
        self.map.slice(self.start..self.end.min(self.map.len()))
    }
}

/// The files that have room and that nobody writes to.
#[derive(Default)]
pub(super) struct SharedFiles(Mutex<Vec<SharedFile>>);

impl SharedFiles {
    /// Returns a file with so much room at least.
    pub(super) fn take(&self, room: usize) -> io::Result<SharedFile> {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match files.iter().position(|file| file.room() >= room) {
            Some(at) => Ok(files.swap_remove(at)),
            None => {
                drop(files);
                SharedFile::new()
            }
        }
    }

    /// Takes back a file whose member is whole; its bytes live as long as someone has them.
    pub(super) fn give_back(&self, mut file: SharedFile) {
        file.start = file.end;
        if file.room() >= LEAST {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(file);
        }
    }

    /// Takes back a file whose member went elsewhere.
    pub(super) fn take_back(&self, mut file: SharedFile) {
        if file.file.seek(SeekFrom::Start(file.start as u64)).is_ok() {
            file.end = file.start;
            self.give_back(file);
        }
    }
}
