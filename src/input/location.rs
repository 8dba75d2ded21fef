//! Where something lies: in the tree of paths, files and members, and as the report shows it.

use super::member_kind::MemberKind;
use crate::model::member_path;

/// Position in the tree of paths, files and members: sorting by it gives the order in which they lie there.
pub(super) type TreeKey = Vec<u32>;

/// The place of a file or member.
#[derive(Clone, Debug)]
pub(super) struct Location {
    pub(super) key: TreeKey,
    /// As the report shows it.
    pub(super) path: String,
    /// The codecs that it was unpacked from without getting a path of its own, outermost first.
    pub(super) wrapping: Vec<MemberKind>,
    /// Number of archives and codecs around it.
    pub(super) depth: usize,
}

impl Location {
    /// Returns the place of a path that a person gave.
    pub(super) fn root(ordinal: u32, path: String) -> Self {
        Self { key: vec![ordinal], path, wrapping: Vec::new(), depth: 0 }
    }

    /// Returns the place of a file in a folder that a person gave.
    pub(super) fn file(&self, ordinal: u32, path: String) -> Self {
        let mut key = self.key.clone();
        key.push(ordinal);
        Self { key, path, ..self.clone() }
    }

    /// Returns the place of a member.
    pub(super) fn member(&self, ordinal: u32, name: &str) -> Self {
        let mut key = self.key.clone();
        key.push(ordinal);
        Self { key, path: member_path::member(&self.path, name), wrapping: Vec::new(), depth: self.depth + 1 }
    }

    /// Returns the same place, one codec further in.
    pub(super) fn unwrapped(&self, kind: MemberKind) -> Self {
        let mut inner = self.clone();
        inner.wrapping.push(kind);
        inner.depth += 1;
        inner
    }
}
