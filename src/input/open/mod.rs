//! Opens a node and says what came out of it. What is one stream inside another is gone through at once, codec by codec;
//! archives in archives become nodes of the next level.

use std::io::{BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use bytes::Bytes;

use super::archive::codec;
use super::archive::source::{SliceSource, StreamSource};
use super::context::OpeningContext;
use super::findings::Findings;
use super::gathering::{Gathering, Peeked};
use super::location::Location;
use super::member_kind::MemberKind;
use super::metered::{CountedReader, packed as no_bytes};
use super::openable::{NodeContent, Openable};
use super::spool::CHUNK;

mod closed;
mod file;
#[cfg(feature = "openpgp")]
mod pgp;
mod sevenz;
mod supplied;
mod tar;
mod zip;

/// Opens a node.
pub(super) fn open(node: &Openable, context: &OpeningContext<'_>) -> Findings {
    let mut gathering = Gathering::new(context, node.root);
    let location = node.location.clone();
    match &node.content {
        NodeContent::File(path, size) => {
            if let Some(content) = file::read(&mut gathering, &location, path, *size) {
                bytes(&mut gathering, location, content);
            }
        }
        NodeContent::Supplied(file) => match supplied::read(&mut gathering, &location, file.as_ref()) {
            Some(supplied::SuppliedContent::Passing(reader)) => {
                let mut counted = CountedReader::new(reader, &no_bytes(0), Some(context.progress));
                stream(&mut gathering, location, &mut counted, Some(file.size()));
            }
            Some(supplied::SuppliedContent::Whole(content)) => bytes(&mut gathering, location, content),
            None => {}
        },
        NodeContent::Pipe(path) => {
            if let Some(reader) = file::pipe(&mut gathering, &location, path.as_deref()) {
                let mut counted = CountedReader::new(reader, &context.budget.size_of(node.root), None);
                stream(&mut gathering, location, &mut counted, None);
            }
        }
        NodeContent::Bytes(content) => bytes(&mut gathering, location, content.clone()),
        NodeContent::Zip(member) => {
            zip::open_member(&mut gathering, &location, member, |gathering, reader| {
                stream(gathering, location.clone(), reader, None);
            });
            context.progress.advance(member.packed);
        }
    }
    gathering.out
}

/// Goes into bytes that can be read at will.
fn bytes(gathering: &mut Gathering<'_, '_>, location: Location, bytes: Bytes) {
    let kind = gathering.sniff(&bytes);
    let size = bytes.len() as u64;
    if kind.is_container() && gathering.too_deep(&location, kind, size) {
        return;
    }
    let progress = gathering.context.progress;
    if kind.is_packed_stream() {
        let taken = no_bytes(0);
        let counted = CountedReader::new(Cursor::new(bytes), &taken, Some(progress));
        return packed(gathering, location.unwrapped(kind), kind, counted, taken);
    }
    match kind {
        MemberKind::Input(kind) => gathering.item(location, kind, bytes),
        MemberKind::Tar => {
            gathering.list(&location, kind, Some(size), None);
            tar::members(gathering, &location, SliceSource::new(bytes));
        }
        MemberKind::Zip => {
            gathering.list(&location, kind, Some(size), None);
            zip::members(gathering, &location, &bytes);
        }
        MemberKind::SevenZip => {
            gathering.list(&location, kind, Some(size), None);
            sevenz::members(gathering, &location, &bytes);
        }
        MemberKind::OpenPgp => {
            #[cfg(not(feature = "openpgp"))]
            closed::left_out(gathering, &location, kind, size);
            #[cfg(feature = "openpgp")]
            if let Some(mut decrypted) = pgp::decrypt(gathering, &location, &bytes) {
                stream(gathering, location.unwrapped(kind), &mut decrypted, None);
            }
        }
        _ => gathering.unknown(&location, &bytes, Some(size)),
    }
    progress.advance(size);
}

/// Unpacks a stream and goes into what comes out.
fn packed(
    gathering: &mut Gathering<'_, '_>,
    location: Location,
    kind: MemberKind,
    counted: CountedReader<'_, impl Read>,
    taken: Arc<AtomicU64>,
) {
    match codec::decoder(kind, BufReader::with_capacity(CHUNK, counted)) {
        Ok(Some(decoder)) => {
            let mut metered = gathering.metered(decoder, taken);
            stream(gathering, location, &mut metered, None);
        }
        Ok(None) => {}
        Err(error) => gathering.failed(&location.key, &location.path, &error, 0),
    }
}

/// Goes into bytes that pass by. Calls itself for a codec inside a codec, so not more often than the limit on the depth
/// allows.
fn stream(gathering: &mut Gathering<'_, '_>, location: Location, reader: &mut dyn Read, size: Option<u64>) {
    let mut peeked = Peeked::new(reader);
    let kind = gathering.sniff(&peeked.head);
    if kind.is_container() && gathering.too_deep(&location, kind, size.unwrap_or_default()) {
        return;
    }
    if kind.is_packed_stream() {
        let taken = no_bytes(0);
        let counted = CountedReader::new(peeked.whole(), &taken, None);
        return packed(gathering, location.unwrapped(kind), kind, counted, taken);
    }
    if kind == MemberKind::Tar {
        gathering.list(&location, kind, size, None);
        return tar::members(gathering, &location, StreamSource::new(peeked.whole()));
    }
    gathering.keep(location, kind, &mut peeked, size);
}
