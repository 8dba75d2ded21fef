//! Which paths lead to the same file: links, other spellings and other mounts of it included.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

/// Two paths with the same identity lead to the same file: device and inode, or the path without links where there are no such numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Identity {
    #[cfg(unix)]
    Inode(u64, u64),
    Path(PathBuf),
}

impl Identity {
    #[cfg(unix)]
    pub(super) fn of(_: &Path, metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self::Inode(metadata.dev(), metadata.ino())
    }

    #[cfg(not(unix))]
    pub(super) fn of(path: &Path, _: &Metadata) -> Self {
        Self::Path(path.canonicalize().unwrap_or_else(|_| path.to_owned()))
    }
}
