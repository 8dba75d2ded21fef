//! The bytes of a file: small ones are read and large ones mapped. What can be read once passes by.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use bytes::Bytes;

use crate::input::archive::source::read_full;
use crate::input::findings::MappedFile;
use crate::input::gathering::Gathering;
use crate::input::identity::Identity;
use crate::input::location::Location;
use crate::input::map::{self, COPY_BELOW};
use crate::input::member_kind::MemberKind;
use crate::input::sniff::HEAD;
use crate::input::spool::Spool;
use crate::model::warning::WarningCode;

/// Returns the bytes of a file; `None` when it is of no use or can't be read, which is then noted.
pub(super) fn read(gathering: &mut Gathering<'_, '_>, location: &Location, path: &Path, size: u64) -> Option<Bytes> {
    match read_or_map(gathering, location, path) {
        Ok(bytes) => bytes,
        Err(error) => {
            unread(gathering, location, size, &error);
            None
        }
    }
}

/// Returns what reads a pipe, or standard input where there is no path.
pub(super) fn pipe(
    gathering: &mut Gathering<'_, '_>,
    location: &Location,
    path: Option<&Path>,
) -> Option<Box<dyn Read>> {
    let Some(path) = path else { return Some(Box::new(io::stdin().lock())) };
    match File::open(path) {
        Ok(file) => Some(Box::new(file)),
        Err(error) => {
            unreadable(gathering, location, &error);
            None
        }
    }
}

/// Lists a file that can't be read, and says why.
pub(super) fn unread(gathering: &mut Gathering<'_, '_>, location: &Location, size: u64, error: &io::Error) {
    let note = format!("cannot be read: {error}");
    gathering.list(location, MemberKind::Unknown, Some(size), Some(note));
    unreadable(gathering, location, error);
}

fn unreadable(gathering: &mut Gathering<'_, '_>, location: &Location, error: &io::Error) {
    let message = format!("{} cannot be read: {error}", location.path);
    gathering.note(&location.key, WarningCode::Unreadable, message);
}

/// Looks at the first bytes of a file, and returns what it is with them; `None` when it is of no use, which is then listed.
pub(super) fn of_use(
    gathering: &mut Gathering<'_, '_>,
    location: &Location,
    file: &mut impl Read,
    size: u64,
) -> io::Result<Option<(MemberKind, Vec<u8>)>> {
    let mut head = vec![0; HEAD];
    let filled = read_full(file, &mut head)?;
    head.truncate(filled);
    let kind = gathering.sniff(&head);
    if !kind.is_of_use() {
        gathering.unknown(location, &head, Some(size));
        gathering.context.progress.advance(size);
        return Ok(None);
    }
    Ok(Some((kind, head)))
}

fn read_or_map(gathering: &mut Gathering<'_, '_>, location: &Location, path: &Path) -> io::Result<Option<Bytes>> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    let size = metadata.len();
    let store = &gathering.context.store;
    if size < COPY_BELOW {
        let Some((_, head)) = of_use(gathering, location, &mut file, size)? else { return Ok(None) };
        // Files of /proc and the like say that they are empty.
        if head.len() as u64 > size {
            return spooled(gathering, io::Cursor::new(head).chain(file), None).map(Some);
        }
        if let Some(bytes) = store.read(io::Cursor::new(head).chain(&file), size)? {
            return Ok(Some(bytes));
        }
    }
    if map::are_many() {
        file.seek(SeekFrom::Start(0))?;
        return spooled(gathering, file, Some(size)).map(Some);
    }
    let (bytes, hits) = map::map(&file)?;
    gathering.out.mapped.push(MappedFile {
        key: location.key.clone(),
        path: path.to_owned(),
        shown: location.path.clone(),
        identity: Identity::of(path, &metadata),
        size,
        modified: metadata.modified().ok(),
        hits,
    });
    Ok(Some(bytes))
}

/// Reads a file to its end, into memory or a temporary file.
pub(super) fn spooled(gathering: &Gathering<'_, '_>, mut reader: impl Read, size: Option<u64>) -> io::Result<Bytes> {
    let mut spool = Spool::new(&gathering.context.store, &gathering.context.budget, size)?;
    spool.fill(&mut reader)?;
    spool.finish()
}
