//! A file that the caller reads: an archive that can be read from front to back passes by, and what else is of use is read
//! into memory.

use std::io::{self, Cursor, Read};

use bytes::Bytes;

use crate::input::archive::source::read_full;
use crate::input::gathering::Gathering;
use crate::input::location::Location;
use crate::input::member_kind::MemberKind;
use crate::input::sniff::HEAD;
use crate::input::spool::Spool;
use crate::input::supplied::SuppliedFile;
use crate::model::warning::WarningCode;

/// The content of a file that is of use.
pub(super) enum SuppliedContent<'f> {
    /// It passes by.
    Passing(Box<dyn Read + 'f>),
    /// It is at hand.
    Whole(Bytes),
}

/// Returns the content of a file; `None` when it is of no use or can't be read, which is then noted.
pub(super) fn read<'f>(
    gathering: &mut Gathering<'_, '_>,
    location: &Location,
    file: &'f dyn SuppliedFile,
) -> Option<SuppliedContent<'f>> {
    match open(gathering, location, file) {
        Ok(content) => content,
        Err(error) => {
            let note = format!("cannot be read: {error}");
            gathering.list(location, MemberKind::Unknown, Some(file.size()), Some(note));
            let message = format!("{} cannot be read: {error}", location.path);
            gathering.note(&location.key, WarningCode::Unreadable, message);
            None
        }
    }
}

fn open<'f>(
    gathering: &mut Gathering<'_, '_>,
    location: &Location,
    file: &'f dyn SuppliedFile,
) -> io::Result<Option<SuppliedContent<'f>>> {
    let size = file.size();
    let mut reader = file.open()?;
    let mut head = vec![0; HEAD];
    let filled = read_full(&mut reader, &mut head)?;
    head.truncate(filled);
    let kind = gathering.sniff(&head);
    if !kind.is_of_use() {
        gathering.unknown(location, &head, Some(size));
        gathering.context.progress.advance(size);
        return Ok(None);
    }
    let whole = Cursor::new(head).chain(reader);
    if kind == MemberKind::Tar || kind.is_packed_stream() {
        return Ok(Some(SuppliedContent::Passing(Box::new(whole))));
    }
    into_memory(gathering, whole, size).map(|bytes| Some(SuppliedContent::Whole(bytes)))
}

/// Reads a file whole, into as little memory as it takes.
fn into_memory(gathering: &Gathering<'_, '_>, mut whole: impl Read, size: u64) -> io::Result<Bytes> {
    let store = &gathering.context.store;
    if let Some(bytes) = store.read(&mut whole, size)? {
        return Ok(bytes);
    }
    let mut spool = Spool::new(store, &gathering.context.budget, Some(size))?;
    spool.fill(&mut whole)?;
    spool.finish()
}
