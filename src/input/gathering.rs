//! Gathers what comes out of one node: keeps what is of use, lists all, and notes what a person must know. What is to be
//! opened further becomes a node of its own, so nothing here goes deeper.

use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use bytes::Bytes;

use super::ahead::ReadAhead;
use super::budget::RootIndex;
use super::context::OpeningContext;
use super::describe_unknown::{describe_named, describe_unknown};
use super::findings::{Findings, Note};
use super::item::{EXPECTED, Item, Member};
use super::keeping::Keeping;
use super::limits::Reached;
use super::location::{Location, TreeKey};
use super::member_kind::MemberKind;
use super::metered::MeteredReader;
use super::names;
use super::openable::{NodeContent, Openable};
use super::passing::{self, Passed, Terms};
use super::sniff::{HEAD, sniff};
use super::source::{is_what_it_begins_like, piece_reader};
use super::spool::{Spool, Unpack};
use crate::model::report::InputKind;
use crate::model::warning::WarningCode;

/// The opening of one node.
pub(super) struct Gathering<'a, 'c> {
    pub(super) context: &'a OpeningContext<'c>,
    pub(super) root: RootIndex,
    pub(super) out: Findings,
}

impl<'a, 'c> Gathering<'a, 'c> {
    /// Begins with nothing, in what lies in this root.
    pub(super) fn new(context: &'a OpeningContext<'c>, root: RootIndex) -> Self {
        Self { context, root, out: Findings::default() }
    }

    /// Returns what a file is that begins like this.
    pub(super) fn sniff(&self, head: &[u8]) -> MemberKind {
        sniff(head, self.context.kinds)
    }

    /// Holds what a decoder yields to the limits.
    pub(super) fn metered<R: Read>(&self, inner: R, packed: Arc<AtomicU64>) -> MeteredReader<'a, R> {
        MeteredReader::new(inner, packed, self.root, &self.context.budget)
    }

    /// Uses or lists a member whose bytes are at hand; an archive waits for its turn.
    pub(super) fn settle(&mut self, location: Location, bytes: Bytes) {
        match self.sniff(&bytes) {
            MemberKind::Input(kind) => self.item(location, kind, bytes),
            kind if kind.is_container() => self.open_later(location, NodeContent::Bytes(bytes)),
            _ => self.unknown(&location, &bytes, Some(bytes.len() as u64)),
        }
    }

    /// Looks at a member that passes by inside an archive: keeps what matters, leaves the rest unread. Tells whether the
    /// data was whole as far as it was read.
    pub(super) fn passing(&mut self, location: Location, reader: &mut dyn Read, size: Option<u64>) -> bool {
        let mut peeked = Peeked::new(reader);
        let kind = self.sniff(&peeked.head);
        let broken = peeked.broken();
        self.keep(location, kind, &mut peeked, size) && !broken
    }

    /// Keeps a log, capture or archive; lists what is neither. Tells whether the data was whole as far as it was read.
    pub(super) fn keep(
        &mut self,
        location: Location,
        kind: MemberKind,
        peeked: &mut Peeked<'_>,
        size: Option<u64>,
    ) -> bool {
        let head = peeked.head.clone();
        let mut whole = peeked.whole();
        if !kind.is_of_use() {
            // An error in the first bytes is worth a word; the rest of an unknown file is not looked at.
            let mut rest = whole.take(head.len() as u64 + 1);
            if head.len() < HEAD
                && let Err(error) = io::copy(&mut rest, &mut io::sink())
            {
                self.failed(&location.key, &location.path, &error, head.len() as u64);
            }
            self.unknown(&location, &head, size);
            return true;
        }
        // What ended within the head is known to its end.
        let expected = if head.len() < HEAD { Some(head.len() as u64) } else { size };
        let context = self.context;
        match unpack(context, kind, &head, &mut whole, expected) {
            // It is no empty file; there was no room for it.
            Ok((passed, Err(error))) if passed.size == 0 => {
                self.list(&location, kind, size, Some("it was not unpacked".to_owned()));
                self.failed(&location.key, &location.path, &error, 0);
                false
            }
            Ok((passed, result)) => {
                let complete = result.is_ok();
                if let Err(error) = result {
                    self.failed(&location.key, &location.path, &error, passed.size);
                }
                match kind {
                    MemberKind::Input(kind) if passed.ahead.is_none() => self.item(location, kind, passed.rest),
                    MemberKind::Input(kind) => self.use_item(location, kind, passed.rest, passed.ahead),
                    _ => self.open_later(location, NodeContent::Bytes(passed.rest)),
                }
                complete
            }
            Err(error) => {
                self.list(&location, kind, size, Some("it could not be unpacked".to_owned()));
                self.failed(&location.key, &location.path, &error, 0);
                false
            }
        }
    }

    /// Makes a node of what is to be opened when its turn comes.
    pub(super) fn open_later(&mut self, location: Location, content: NodeContent) {
        self.out.nodes.push(Openable { location, content, root: self.root });
    }

    /// Tells whether an archive lies too deep to be opened, and says so.
    pub(super) fn too_deep(&mut self, location: &Location, kind: MemberKind, size: u64) -> bool {
        // The stack bounds what `limits.depth` may be.
        let limit = self.context.budget.limits.depth.min(MAX_DEPTH);
        let deep = location.depth >= limit;
        if deep {
            let reached = Reached::Depth(limit);
            self.list(location, kind, Some(size), Some(format!("not opened: {reached}")));
            self.note(&location.key, WarningCode::Limit, format!("{} is not opened: {reached}", location.path));
        }
        deep
    }

    /// Uses a file of a kind that an analysis reads, or lists one that only began like it.
    pub(super) fn item(&mut self, location: Location, kind: InputKind, data: Bytes) {
        let head = data.get(..HEAD).unwrap_or(&data);
        if !is_what_it_begins_like(self.context.kinds, kind, head, &data) {
            return self.unknown(&location, head, Some(data.len() as u64));
        }
        self.use_item(location, kind, data, None);
    }

    /// Uses a file, the beginning of which may have been read while it was unpacked.
    pub(super) fn use_item(&mut self, location: Location, kind: InputKind, data: Bytes, ahead: Option<ReadAhead>) {
        let item = Item { path: location.path.clone(), kind, data, ahead: ahead.map(Arc::new) };
        self.list(&location, MemberKind::Input(kind), Some(item.size()), None);
        self.out.items.push((location.key, item));
    }

    /// Lists what is of no use; says so where its name or content promises more.
    pub(super) fn unknown(&mut self, location: &Location, head: &[u8], size: Option<u64>) {
        let kind = if head.is_empty() { MemberKind::Empty } else { MemberKind::Unknown };
        let (seems, ours) = describe_named(&location.path).unwrap_or_else(|| describe_unknown(head));
        self.list(location, kind, size, Some(format!("seems to be {seems}")));
        if names::is_for_cisco(&location.path) {
            // It would be recognised, were it whole.
            let message = format!(
                "{} is not read: by its name it is a support bundle for Cisco alone, but it seems to be {seems}; make it \
                 anew with shared key encryption",
                location.path
            );
            self.note(&location.key, WarningCode::PublicKey, message);
        } else if ours || names::promises_input(&location.path) {
            let message = match kind {
                MemberKind::Empty => format!("{} is empty", location.path),
                _ => format!("{} is not read: it seems to be {seems}; expected {EXPECTED}", location.path),
            };
            let code = if kind == MemberKind::Empty { WarningCode::Empty } else { WarningCode::UnknownContent };
            self.note(&location.key, code, message);
        }
    }

    /// Puts something into the listing.
    pub(super) fn list(&mut self, location: &Location, kind: MemberKind, bytes: Option<u64>, note: Option<String>) {
        let member = Member {
            path: location.path.clone(),
            kind,
            wrapping: location.wrapping.clone(),
            bytes,
            item: None,
            used: false,
            note,
        };
        self.out.members.push((location.key.clone(), member));
    }

    /// Notes something about one member.
    pub(super) fn note(&mut self, key: &TreeKey, code: WarningCode, message: String) {
        self.out.notes.push(Note { key: key.clone(), code, message, shared: false });
    }

    /// Notes that something could not be read to its end.
    pub(super) fn failed(&mut self, key: &TreeKey, path: &str, error: &io::Error, read: u64) {
        let reached = Reached::of(error);
        let (code, message) = if let Some(reached @ Reached::Keys) = reached {
            (WarningCode::Limit, format!("{path} is not opened: {reached}"))
        } else if let Some(reached) = reached {
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
        let shared = reached.is_some_and(Reached::is_shared);
        self.out.notes.push(Note { key: key.clone(), code, message, shared });
    }

    /// Counts a member; says that there are too many when there are. One with a long name counts for several, so that
    /// the limit bounds what the listing takes.
    pub(super) fn one_more(&mut self, archive: &Location, name: usize) -> bool {
        let counts = 1 + (archive.path.len() + name) as u64 / NAME;
        match self.context.budget.members(counts) {
            Ok(()) => true,
            Err(reached) => {
                let message = format!("{} is not read to its end: {reached}", archive.path);
                self.note(&archive.key, WarningCode::Limit, message);
                false
            }
        }
    }
}

/// Unpacks a member: reads it as it passes by, where that can be done and is worth it, and keeps the others.
fn unpack(
    context: &OpeningContext<'_>,
    kind: MemberKind,
    head: &[u8],
    reader: &mut dyn Read,
    size: Option<u64>,
) -> io::Result<(Passed, io::Result<()>)> {
    let how = match (context.keeping, kind) {
        (Keeping::Facts { hash_up_to }, MemberKind::Input(kind)) if size.is_none_or(|size| size >= passing::LEAST) => {
            piece_reader(context.kinds, kind, head).map(|how| (how, hash_up_to))
        }
        _ => None,
    };
    let (store, budget) = (&context.store, &context.budget);
    let keep = |reader: &mut dyn Read| {
        let mut spool = Spool::new(store, budget, size)?;
        let result = spool.fill(reader);
        spool.finish().map(|bytes| (Passed::kept(bytes), result))
    };
    let Some((how, hash_up_to)) = how else { return keep(reader) };
    let mut terms = Terms { store, budget, size, hash_up_to, counted: 0 };
    if size.is_some() {
        return Ok(passing::read(reader, how, terms));
    }
    // How large it is shows when it has passed.
    let (Passed { rest: begun, .. }, result) = keep(&mut (&mut *reader).take(passing::LEAST))?;
    if (begun.len() as u64) < passing::LEAST || result.is_err() {
        return Ok((Passed::kept(begun), result));
    }
    terms.counted = begun.len() as u64;
    Ok(passing::read(&mut Cursor::new(begun).chain(reader), how, terms))
}

/// Bytes of a path that count as one member.
const NAME: u64 = 256;

/// Depth of archives in each other beyond which none is opened whatever the options say, so that the stack is deep enough.
const MAX_DEPTH: usize = 32;

/// A stream whose first bytes were looked at.
pub(super) struct Peeked<'r> {
    /// The first bytes.
    pub(super) head: Bytes,
    /// The error that ended them, until it is met.
    error: Option<io::Error>,
    rest: &'r mut dyn Read,
}

impl<'r> Peeked<'r> {
    pub(super) fn new(reader: &'r mut dyn Read) -> Self {
        let mut head = Vec::new();
        let error = (&mut *reader).take(HEAD as u64).read_to_end(&mut head).err();
        Self { head: Bytes::from(head), error, rest: reader }
    }

    /// Tells whether an error ended the first bytes.
    pub(super) fn broken(&self) -> bool {
        self.error.is_some()
    }

    /// Reads the stream from its beginning, the error included.
    pub(super) fn whole(&mut self) -> impl Read {
        Cursor::new(self.head.clone()).chain(FailedRead(&mut self.error)).chain(&mut *self.rest)
    }
}

/// Yields an error that was met while looking ahead, once.
struct FailedRead<'e>(&'e mut Option<io::Error>);

impl Read for FailedRead<'_> {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
