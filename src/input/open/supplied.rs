//! A file that the caller reads: an archive that can be read from front to back passes by, and what else is of use is read
//! into memory.

use std::io::{self, Cursor, Read};

use bytes::Bytes;

use super::file;
use crate::input::gathering::Gathering;
use crate::input::location::Location;
use crate::input::member_kind::MemberKind;
use crate::input::supplied::SuppliedFile;

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
    supplied: &'f dyn SuppliedFile,
) -> Option<SuppliedContent<'f>> {
    match open(gathering, location, supplied) {
        Ok(content) => content,
        Err(error) => {
            file::unread(gathering, location, supplied.size(), &error);
            None
        }
    }
}

fn open<'f>(
    gathering: &mut Gathering<'_, '_>,
    location: &Location,
    supplied: &'f dyn SuppliedFile,
) -> io::Result<Option<SuppliedContent<'f>>> {
    let size = supplied.size();
    let mut reader = supplied.open()?;
    let Some((kind, head)) = file::of_use(gathering, location, &mut reader, size)? else { return Ok(None) };
    let whole = Cursor::new(head).chain(reader);
    if kind == MemberKind::Tar || kind.is_packed_stream() {
        return Ok(Some(SuppliedContent::Passing(Box::new(whole))));
    }
    into_memory(gathering, whole, size).map(|bytes| Some(SuppliedContent::Whole(bytes)))
}

/// Reads a file whole, into as little memory as it takes.
fn into_memory(gathering: &Gathering<'_, '_>, mut whole: impl Read, size: u64) -> io::Result<Bytes> {
    match gathering.context.store.read(&mut whole, size)? {
        Some(bytes) => Ok(bytes),
        None => file::spooled(gathering, whole, Some(size)),
    }
}
