//! Files that lie in no file system: what a browser hands over, or what a caller has in memory. They are read from front to
//! back, a piece at a time, so that of an archive no more is held than what is of use.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

/// A file that its owner reads.
pub trait SuppliedFile: Send + Sync {
    /// Returns its size in bytes.
    fn size(&self) -> u64;

    /// Returns what reads it from its beginning.
    ///
    /// # Errors
    ///
    /// Says why it can't be read.
    fn open(&self) -> io::Result<Box<dyn Read + '_>>;
}

impl SuppliedFile for Bytes {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(io::Cursor::new(self.as_ref())))
    }
}

/// Files by the paths under which a caller names them as inputs. A path that leads into one of their folders means all that
/// lies there, as it does on a disk.
#[derive(Clone, Default)]
pub struct Supplied(BTreeMap<PathBuf, Arc<dyn SuppliedFile>>);

impl fmt::Debug for Supplied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Supplied {
    /// Adds a file; one that was added under the same path before is no longer there.
    pub fn add(&mut self, path: impl Into<PathBuf>, file: Arc<dyn SuppliedFile>) {
        self.0.insert(path.into(), file);
    }

    /// Returns the file of this path.
    pub(super) fn file(&self, path: &Path) -> Option<&Arc<dyn SuppliedFile>> {
        self.0.get(path)
    }

    /// Returns the files below a folder, in the order in which folders are walked.
    pub(super) fn below<'s>(&'s self, folder: &'s Path) -> impl Iterator<Item = (&'s Path, &'s Arc<dyn SuppliedFile>)> {
        let from = self.0.range(folder.to_owned()..);
        from.map(|(path, file)| (path.as_path(), file)).take_while(move |(path, _)| path.starts_with(folder))
    }
}
