//! Goes into what was found, level by level: each node is a file or a member that is opened; what it holds is used,
//! listed, or becomes a node of the next level. Nodes of a level are opened in parallel.

use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use bytes::Bytes;

use super::archive::codec;
use super::archive::source::{Slice, Stream};
use super::archive::zip::ZipMember;
use super::describe_unknown::describe_unknown;
use super::files::{self, FileAt};
use super::limits::{Counted, Limits, Metered, Reached, Used};
use super::outcome::{Key, Note, Outcome, Place};
use super::passphrase::Passphrases;
use super::sniff::{HEAD, MemberKind, sniff};
use super::spool::{CHUNK, Spool, Store, Unpack};
use super::{Item, Member, names};
use crate::model::report::InputKind;
use crate::model::warning::WarningCode;
use crate::progress::Progress;

/// What all nodes share.
pub(super) struct Context<'a> {
    pub(super) limits: Limits,
    pub(super) used: Used,
    pub(super) store: Store,
    pub(super) passphrases: Passphrases<'a>,
    pub(super) progress: &'a Progress,
}

/// Something to be opened.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) content: Content,
}

/// Where the bytes of a node are.
#[derive(Clone)]
pub(super) enum Content {
    /// A file on disk.
    File(FileAt),
    /// Something that can be read once: standard input, a pipe.
    Pipe(FileAt),
    /// In memory or in a map.
    Bytes(Bytes),
    /// In a zip archive.
    Zip(ZipMember),
}

impl Node {
    /// Packed bytes, for the progress.
    pub(super) fn size(&self) -> u64 {
        match &self.content {
            Content::File(file) | Content::Pipe(file) => file.size,
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Zip(member) => member.packed,
        }
    }

    /// Opens it and says what came out.
    pub(super) fn open(&self, context: &Context<'_>) -> Outcome {
        let mut walk = Walk { context, out: Outcome::default() };
        let place = self.place.clone();
        match &self.content {
            Content::File(file) => files::open(&mut walk, place, file),
            Content::Pipe(file) => files::open_pipe(&mut walk, place, file),
            Content::Bytes(bytes) => walk.bytes(place, bytes.clone()),
            Content::Zip(member) => {
                walk.zip_member(place, member);
                context.progress.advance(member.packed);
            }
        }
        walk.out
    }
}

/// The opening of one node.
pub(super) struct Walk<'a, 'c> {
    pub(super) context: &'a Context<'c>,
    pub(super) out: Outcome,
}

impl<'a> Walk<'a, '_> {
    /// Goes into bytes that can be read at will.
    pub(super) fn bytes(&mut self, place: Place, bytes: Bytes) {
        let kind = sniff(&bytes);
        let size = bytes.len() as u64;
        if kind.is_container() && self.too_deep(&place, kind, size) {
            return;
        }
        if kind.is_packed_stream() {
            let place = place.unwrapped(kind);
            let (counted, taken) = Counted::new(Cursor::new(bytes), Some(self.context.progress));
            return self.packed(place, kind, counted, taken);
        }
        match kind {
            MemberKind::Input(kind) => self.item(place, kind, bytes),
            MemberKind::Tar => {
                self.list(&place, kind, Some(size), None);
                self.tar(&place, Slice::new(bytes));
            }
            MemberKind::Zip => {
                self.list(&place, kind, Some(size), None);
                self.zip(&place, &bytes);
            }
            MemberKind::SevenZip => {
                self.list(&place, kind, Some(size), None);
                self.sevenz(&place, &bytes);
            }
            MemberKind::OpenPgp => self.pgp(place, &bytes),
            _ => self.unknown(&place, &bytes, Some(size)),
        }
        self.context.progress.advance(size);
    }

    /// Unpacks a stream and goes into what comes out.
    fn packed(&mut self, place: Place, kind: MemberKind, counted: Counted<'_, impl Read>, taken: Arc<AtomicU64>) {
        match codec::decoder(kind, BufReader::with_capacity(CHUNK, counted)) {
            Ok(Some(decoder)) => {
                let mut metered = self.metered(decoder, taken);
                self.stream(place, &mut metered, None);
            }
            Ok(None) => {}
            Err(error) => self.failed(&place.key, &place.path, &error, 0),
        }
    }

    /// Holds what a decoder yields to the limits.
    pub(super) fn metered<R: Read>(&self, inner: R, packed: Arc<AtomicU64>) -> Metered<'a, R> {
        Metered::new(inner, packed, &self.context.used, &self.context.limits)
    }

    /// Goes into bytes that pass by. Calls itself for a codec inside a codec, so not more often than the limit on the
    /// depth allows.
    pub(super) fn stream(&mut self, place: Place, reader: &mut dyn Read, size: Option<u64>) {
        let (head, error) = peek(reader);
        let kind = sniff(&head);
        if kind.is_container() && self.too_deep(&place, kind, size.unwrap_or_default()) {
            return;
        }
        let mut broken = Broken(error);
        let mut whole = Cursor::new(&head).chain(&mut broken).chain(reader);
        if kind.is_packed_stream() {
            let (counted, taken) = Counted::new(whole, None);
            return self.packed(place.unwrapped(kind), kind, counted, taken);
        }
        if kind == MemberKind::Tar {
            self.list(&place, kind, size, None);
            return self.tar(&place, Stream::new(whole));
        }
        self.keep(place, kind, &head, &mut whole, size);
    }

    /// Looks at a member that passes by inside an archive: keeps what matters, leaves the rest unread.
    pub(super) fn passing(&mut self, place: Place, reader: &mut dyn Read, size: Option<u64>) -> bool {
        let (head, error) = peek(reader);
        let kind = sniff(&head);
        let broken = error.is_some();
        let mut error = Broken(error);
        let mut whole = Cursor::new(&head).chain(&mut error).chain(reader);
        self.keep(place, kind, &head, &mut whole, size) && !broken
    }

    /// Keeps a log, capture or archive; lists what is neither. Says whether the data was whole as far as it was read.
    fn keep(&mut self, place: Place, kind: MemberKind, head: &[u8], whole: &mut dyn Read, size: Option<u64>) -> bool {
        if !matches!(kind, MemberKind::Input(_)) && !kind.is_container() {
            // An error in the first bytes is worth a word; the rest of an unknown file is not looked at.
            let mut rest = whole.take(head.len() as u64 + 1);
            if head.len() < HEAD
                && let Err(error) = io::copy(&mut rest, &mut io::sink())
            {
                self.failed(&place.key, &place.path, &error, head.len() as u64);
            }
            self.unknown(&place, head, size);
            return true;
        }
        let mut complete = false;
        // What ended within the head is known to its end.
        let expected = if head.len() < HEAD { Some(head.len() as u64) } else { size };
        let spooled = Spool::new(&self.context.store, expected).and_then(|mut spool| {
            let result = spool.fill(whole);
            complete = result.is_ok();
            spool.finish().map(|bytes| (bytes, result))
        });
        match spooled {
            Ok((bytes, result)) => {
                if let Err(error) = result {
                    self.failed(&place.key, &place.path, &error, bytes.len() as u64);
                }
                match kind {
                    MemberKind::Input(kind) => self.item(place, kind, bytes),
                    _ => self.out.nodes.push(Node { place, content: Content::Bytes(bytes) }),
                }
            }
            Err(error) => {
                self.list(&place, kind, size, Some("it could not be unpacked".to_owned()));
                self.failed(&place.key, &place.path, &error, 0);
            }
        }
        complete
    }

    /// Whether an archive lies too deep to be opened.
    fn too_deep(&mut self, place: &Place, kind: MemberKind, size: u64) -> bool {
        // The stack bounds what `limits.depth` may be.
        let limit = self.context.limits.depth.min(MAX_DEPTH);
        let deep = place.depth >= limit;
        if deep {
            let reached = Reached::Depth(limit);
            self.list(place, kind, Some(size), Some(format!("not opened: {reached}")));
            self.note(&place.key, WarningCode::Limit, format!("{} is not opened: {reached}", place.path));
        }
        deep
    }

    /// Uses a log, capture or key log.
    pub(super) fn item(&mut self, place: Place, kind: InputKind, data: Bytes) {
        self.list(&place, MemberKind::Input(kind), Some(data.len() as u64), None);
        self.out.items.push((place.key, Item { path: place.path, kind, data }));
    }

    /// Lists what is of no use; says so where its name or content promises more.
    pub(super) fn unknown(&mut self, place: &Place, head: &[u8], size: Option<u64>) {
        let kind = if head.is_empty() { MemberKind::Empty } else { MemberKind::Unknown };
        let (seems, ours) = describe_unknown(head);
        self.list(place, kind, size, Some(format!("seems to be {seems}")));
        if ours || names::promises_input(&place.path) {
            let message = match kind {
                MemberKind::Empty => format!("{} is empty", place.path),
                _ => format!("{} is not read: it seems to be {seems}; expected {EXPECTED}", place.path),
            };
            let code = if kind == MemberKind::Empty { WarningCode::Empty } else { WarningCode::UnknownContent };
            self.note(&place.key, code, message);
        }
    }

    /// Puts something into the listing.
    pub(super) fn list(&mut self, place: &Place, kind: MemberKind, bytes: Option<u64>, note: Option<String>) {
        let member = Member {
            path: place.path.clone(),
            kind,
            wrapping: place.wrapping.clone(),
            bytes,
            item: None,
            used: false,
            note,
        };
        self.out.members.push((place.key.clone(), member));
    }

    pub(super) fn note(&mut self, key: &Key, code: WarningCode, message: String) {
        self.out.notes.push(Note { key: key.clone(), code, message, shared: false });
    }

    /// Says that something could not be read to its end.
    pub(super) fn failed(&mut self, key: &Key, path: &str, error: &io::Error, read: u64) {
        let (code, message) = if let Some(reached @ Reached::Keys) = Reached::of(error) {
            (WarningCode::Limit, format!("{path} is not opened: {reached}"))
        } else if let Some(reached) = Reached::of(error) {
            (WarningCode::Limit, format!("{path} is not unpacked further than {read} bytes: {reached}"))
        } else if error.get_ref().is_some_and(|inner| inner.is::<Unpack>()) {
            (WarningCode::TemporaryFolder, format!("{path}: {error}"))
        } else if error.kind() == io::ErrorKind::UnexpectedEof {
            (
                WarningCode::Truncated,
                format!("{path} is cut: it ends after {read} bytes of its content, which are used; get a whole copy"),
            )
        } else {
            (
                WarningCode::Damaged,
                format!(
                    "{path} is damaged behind {read} bytes of its content, which are used ({error}); get a whole copy"
                ),
            )
        };
        let shared = matches!(Reached::of(error), Some(Reached::Total(_) | Reached::Keys));
        self.out.notes.push(Note { key: key.clone(), code, message, shared });
    }

    /// Counts a member; says that there are too many when there are. One with a long name counts for several, so that
    /// the limit bounds what the listing takes.
    pub(super) fn one_more(&mut self, archive: &Place, name: usize) -> bool {
        let counts = 1 + (archive.path.len() + name) as u64 / NAME;
        match self.context.used.members(counts, &self.context.limits) {
            Ok(()) => true,
            Err(reached) => {
                self.note(
                    &archive.key,
                    WarningCode::Limit,
                    format!("{} is not read to its end: {reached}", archive.path),
                );
                false
            }
        }
    }
}

/// Bytes of a path that count as one member.
const NAME: u64 = 256;

/// What a person is told that this program reads.
pub(super) const EXPECTED: &str = "an ISE log, a pcap or pcapng capture, a TLS key log, or an archive of them";

/// How deep archives may lie in each other whatever the options say, so that the stack is deep enough.
const MAX_DEPTH: usize = 32;

/// The first bytes of a stream, and the error that ended them.
fn peek(reader: &mut dyn Read) -> (Vec<u8>, Option<io::Error>) {
    let mut head = Vec::new();
    let error = reader.take(HEAD as u64).read_to_end(&mut head).err();
    (head, error)
}

/// Yields an error that was met while looking ahead, once.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
