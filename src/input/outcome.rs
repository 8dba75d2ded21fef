//! What the walk collects, each thing with a key that tells its place, so that the order of threads shows nowhere.

use std::path::PathBuf;
use std::time::SystemTime;

use super::identity::Identity;
use super::map::Hits;
use super::sniff::MemberKind;
use super::walk::Node;
use super::{Item, Member, names};
use crate::model::warning::WarningCode;

/// Position in the tree of paths, files and members: sorting by it gives the order in which they lie there.
pub(super) type Key = Vec<u32>;

/// Where something lies.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) key: Key,
    /// As the report shows it.
    pub(super) path: String,
    /// What it was unpacked from without getting a path of its own, outermost first.
    pub(super) wrapping: Vec<MemberKind>,
    /// How many archives and codecs are around it.
    pub(super) depth: usize,
}

impl Place {
    /// The place of a member.
    pub(super) fn member(&self, ordinal: u32, name: &str) -> Self {
        let mut key = self.key.clone();
        key.push(ordinal);
        Self {
            key,
            path: format!("{}!{}", self.path, names::shorten(name)),
            wrapping: Vec::new(),
            depth: self.depth + 1,
        }
    }

    /// The same place, one codec further in.
    pub(super) fn unwrapped(&self, kind: MemberKind) -> Self {
        let mut place = self.clone();
        place.wrapping.push(kind);
        place.depth += 1;
        place
    }
}

/// Something that a person must know.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) key: Key,
    pub(super) code: WarningCode,
    pub(super) message: String,
    /// Whether it is a limit that all members share.
    pub(super) shared: bool,
}

/// A file that is read through a map, as it was when it was mapped.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    pub(super) key: Key,
    pub(super) path: PathBuf,
    pub(super) shown: String,
    pub(super) identity: Identity,
    pub(super) size: u64,
    pub(super) modified: Option<SystemTime>,
    pub(super) hits: Hits,
}

/// What came out of one node, or of all.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) items: Vec<(Key, Item)>,
    pub(super) members: Vec<(Key, Member)>,
    pub(super) notes: Vec<Note>,
    pub(super) watches: Vec<Watch>,
    /// What is to be opened next.
    pub(super) nodes: Vec<Node>,
}

impl Outcome {
    /// Adds what came out of another node and hands over what is to be opened next.
    pub(super) fn absorb(&mut self, mut other: Self) -> Vec<Node> {
        self.items.append(&mut other.items);
        self.members.append(&mut other.members);
        self.notes.append(&mut other.notes);
        self.watches.append(&mut other.watches);
        other.nodes
    }
}
