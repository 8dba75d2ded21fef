//! The kinds of file that an analysis reads, as those who read them tell this stage: it finds files and knows of no format
//! but those of archives.

use crate::model::report::InputKind;

/// A kind of file and how one is told from others.
#[derive(Clone, Copy, Debug)]
pub struct SourceKind {
    /// The kind.
    pub kind: InputKind,
    /// The means to recognise one.
    pub by: Recognise,
}

/// A function that recognises a kind of file by how one begins; it is given 64 KiB at most.
#[derive(Clone, Copy, Debug)]
pub enum Recognise {
    /// A number in the first bytes, which nothing else begins with.
    Magic(fn(&[u8]) -> bool),
    /// By its text; asked when the file is no archive, in which the same text may lie.
    Text(fn(&[u8]) -> bool),
}

/// The table of all kinds; where two would recognise the same file, the first has it.
pub type SourceKinds = &'static [SourceKind];

/// Returns the kind of a file by the number that it begins with.
pub(super) fn by_magic(kinds: SourceKinds, head: &[u8]) -> Option<InputKind> {
    let fits = |source: &&SourceKind| matches!(source.by, Recognise::Magic(recognises) if recognises(head));
    kinds.iter().find(fits).map(|source| source.kind)
}

/// Returns the kind of a file by its text.
pub(super) fn by_text(kinds: SourceKinds, head: &[u8]) -> Option<InputKind> {
    let fits = |source: &&SourceKind| matches!(source.by, Recognise::Text(recognises) if recognises(head));
    kinds.iter().find(fits).map(|source| source.kind)
}
