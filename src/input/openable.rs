//! What is to be opened, one node after the other: a file by its path, or a member whose bytes are at hand.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use super::archive::zip::ZipMember;
use super::budget::RootIndex;
use super::location::Location;
use super::supplied::SuppliedFile;

/// Something to be opened.
#[derive(Clone)]
pub(super) struct Openable {
    pub(super) location: Location,
    pub(super) content: NodeContent,
    /// The file in which it lies.
    pub(super) root: RootIndex,
}

/// The place of a node's bytes.
#[derive(Clone)]
pub(super) enum NodeContent {
    /// A file on disk, with its size when it was found.
    File(PathBuf, u64),
    /// A file that the caller reads.
    Supplied(Arc<dyn SuppliedFile>),
    /// Something that can be read once: a pipe, or standard input where there is no path.
    Pipe(Option<PathBuf>),
    /// In memory or in a map.
    Bytes(Bytes),
    /// In a zip archive.
    Zip(ZipMember),
}

impl Openable {
    /// Returns the packed bytes, for the progress.
    pub(super) fn size(&self) -> u64 {
        match &self.content {
            NodeContent::File(_, size) => *size,
            NodeContent::Supplied(file) => file.size(),
            NodeContent::Pipe(_) => 0,
            NodeContent::Bytes(bytes) => bytes.len() as u64,
            NodeContent::Zip(member) => member.packed,
        }
    }
}
