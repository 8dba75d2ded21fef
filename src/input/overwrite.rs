//! Keeps what is written from taking the place of what is read: the log or capture of a customer may be there only once.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::archive::source::read_full;
use super::describe_unknown::describe_unknown;
use super::identity::Identity;
use super::member_kind::MemberKind;
use super::names;
use super::sniff::{HEAD, sniff};
use super::source::SourceKinds;

/// A file that is there and that something may be written over.
#[derive(Debug)]
pub struct Existing {
    path: PathBuf,
    metadata: Metadata,
    identity: Identity,
}

impl Existing {
    /// Looks at what lies at a path, links followed; `None` where nothing does, or nothing that writing would change for
    /// good, such as a terminal.
    pub fn at(path: &Path) -> Option<Self> {
        Self::new(path, fs::metadata(path).ok()?)
    }

    /// Looks at where standard output goes; `None` unless that is a file which has something in it already, as the
    /// `>>` of a shell leaves it there.
    pub fn behind_stdout() -> Option<Self> {
        let metadata = opened(io::stdout())?;
        Self::new(Path::new("/dev/stdout"), metadata).filter(|file| file.metadata.len() > 0)
    }

    fn new(path: &Path, metadata: Metadata) -> Option<Self> {
        lasting(&metadata).then(|| Self { identity: Identity::of(path, &metadata), path: path.to_owned(), metadata })
    }

    /// Returns the first of the paths that a run reads which leads to this file: the file itself, `-` where standard
    /// input comes from it, or a folder in which it lies, when it is of a kind that an analysis looks into there.
    pub fn among<'p>(&self, inputs: &'p [PathBuf], kinds: SourceKinds) -> Option<&'p Path> {
        inputs.iter().map(PathBuf::as_path).find(|input| self.is_read_at(input, kinds))
    }

    /// Tells whether a path leads to this file.
    pub fn is_at(&self, path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|metadata| self.is(path, &metadata))
    }

    fn is_read_at(&self, input: &Path, kinds: SourceKinds) -> bool {
        if input == Path::new("-") {
            return opened(io::stdin()).is_some_and(|metadata| self.is(Path::new("/dev/stdin"), &metadata));
        }
        match fs::metadata(input) {
            Ok(metadata) if metadata.is_dir() => self.lies_in(input) && self.is_evidence(kinds),
            Ok(metadata) => self.is(input, &metadata),
            Err(_) => false,
        }
    }

    fn is(&self, path: &Path, metadata: &Metadata) -> bool {
        Identity::of(path, metadata) == self.identity
    }

    /// Walks a folder as the search for inputs does: links in it are not followed.
    fn lies_in(&self, folder: &Path) -> bool {
        let mut open = vec![folder.to_owned()];
        while let Some(folder) = open.pop() {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries.flatten() {
                let Ok(metadata) = entry.metadata() else { continue };
                if metadata.is_dir() {
                    open.push(entry.path());
                } else if metadata.is_file() && self.is(&entry.path(), &metadata) {
                    return true;
                }
            }
        }
        false
    }

    /// Tells whether an analysis of the folder reads it, or would had it not been damaged. The report of the last run is
    /// nothing of the kind and may be written again.
    fn is_evidence(&self, kinds: SourceKinds) -> bool {
        let mut head = vec![0; HEAD];
        let Ok(filled) = File::open(&self.path).and_then(|mut file| read_full(&mut file, &mut head)) else {
            return true;
        };
        head.truncate(filled);
        let kind = sniff(&head, kinds);
        let known = !matches!(kind, MemberKind::Unknown | MemberKind::Empty);
        let promised = names::promises_input(&self.path.to_string_lossy());
        known || (!head.is_empty() && (promised || describe_unknown(&head).1))
    }
}

/// Tells whether it keeps what is written to it in place of what was there.
fn lasting(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        metadata.is_file() || metadata.file_type().is_block_device()
    }
    #[cfg(not(unix))]
    metadata.is_file()
}

/// Returns metadata of what a standard stream was redirected to.
#[cfg(unix)]
fn opened(stream: impl std::os::fd::AsFd) -> Option<Metadata> {
    File::from(stream.as_fd().try_clone_to_owned().ok()?).metadata().ok()
}

/// Returns nothing: a stream does not tell the path that it was opened by.
#[cfg(not(unix))]
fn opened<T>(_: T) -> Option<Metadata> {
    None
}
