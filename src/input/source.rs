//! The kinds of file that an analysis reads, as those who read them tell this stage: it finds files and knows of no format
//! but those of archives.

use super::ahead::PieceReader;
use crate::model::report::InputKind;

/// A kind of file and how one is told from others.
#[derive(Clone, Copy, Debug)]
pub struct SourceKind {
    /// The kind.
    pub kind: InputKind,
    /// The means to recognise one.
    pub by: Recognise,
    /// Reads one while it is unpacked, where that can be done.
    pub ahead: Option<PieceReader>,
}

impl SourceKind {
    /// Returns a kind whose files are kept until they are read.
    pub const fn new(kind: InputKind, by: Recognise) -> Self {
        Self { kind, by, ahead: None }
    }
}

/// A function that recognises a kind of file by how one begins; it is given 64 KiB at most.
#[derive(Clone, Copy, Debug)]
pub enum Recognise {
    /// A number in the first bytes, which nothing else begins with.
    Magic(fn(&[u8]) -> bool),
    /// By its text; asked when the file is no archive, in which the same text may lie.
    Text(fn(&[u8]) -> bool),
    /// By its text as one that may be of the kind, and then by all of it: what `begins` like one is gone through once.
    Whole {
        /// Tells by how a file begins whether it is worth going through.
        begins: fn(&[u8]) -> bool,
        /// Tells by all of it.
        holds: fn(&[u8]) -> bool,
    },
}

/// The table of all kinds; where two would recognise the same file, the first has it.
pub type SourceKinds = &'static [SourceKind];

/// Returns what reads a file of this kind that begins so while it is unpacked.
pub(super) fn piece_reader(kinds: SourceKinds, kind: InputKind, head: &[u8]) -> Option<PieceReader> {
    if !kinds.iter().any(|source| source.kind == kind && source.ahead.is_some()) {
        return None;
    }
    let reader = of_text(kinds, head).filter(|source| source.kind == kind)?.ahead?;
    (reader.suits)(head).then_some(reader)
}

/// Returns the kind of a file by the number that it begins with.
pub(super) fn by_magic(kinds: SourceKinds, head: &[u8]) -> Option<InputKind> {
    let fits = |source: &&SourceKind| matches!(source.by, Recognise::Magic(recognises) if recognises(head));
    kinds.iter().find(fits).map(|source| source.kind)
}

/// Returns the kind of a file by its text.
pub(super) fn by_text(kinds: SourceKinds, head: &[u8]) -> Option<InputKind> {
    of_text(kinds, head).map(|source| source.kind)
}

/// Returns whether a file is what it begins like, now that all of it is at hand.
pub(super) fn is_what_it_begins_like(kinds: SourceKinds, kind: InputKind, head: &[u8], all: &[u8]) -> bool {
    // Most kinds are certain by how they begin, and are not looked at again.
    let by_all = |source: &SourceKind| source.kind == kind && matches!(source.by, Recognise::Whole { .. });
    if !kinds.iter().any(by_all) {
        return true;
    }
    let by = of_text(kinds, head).map(|source| source.by);
    if let Some(Recognise::Whole { holds, .. }) = by { holds(all) } else { true }
}

fn of_text(kinds: SourceKinds, head: &[u8]) -> Option<&'static SourceKind> {
    kinds.iter().find(|source| match source.by {
        Recognise::Magic(_) => false,
        Recognise::Text(recognises) | Recognise::Whole { begins: recognises, .. } => recognises(head),
    })
}
