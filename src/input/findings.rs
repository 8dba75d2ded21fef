//! What comes out of opening things, each with a key that tells its place, so that the order of threads shows nowhere.

use std::path::PathBuf;
use std::time::SystemTime;

use super::identity::Identity;
use super::item::{Item, Member};
use super::location::TreeKey;
use super::map::Hits;
use super::openable::Openable;
use crate::model::warning::WarningCode;

/// Something that a person must know.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) key: TreeKey,
    pub(super) code: WarningCode,
    pub(super) message: String,
    /// True where it is a limit that all members share.
    pub(super) shared: bool,
}

/// A file that is read through a map, as it was when it was mapped.
#[derive(Clone, Debug)]
pub(super) struct MappedFile {
    pub(super) key: TreeKey,
    pub(super) path: PathBuf,
    pub(super) shown: String,
    pub(super) identity: Identity,
    pub(super) size: u64,
    pub(super) modified: Option<SystemTime>,
    pub(super) hits: Hits,
}

/// All that came out of one node, or of all of them.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) items: Vec<(TreeKey, Item)>,
    pub(super) members: Vec<(TreeKey, Member)>,
    pub(super) notes: Vec<Note>,
    pub(super) mapped: Vec<MappedFile>,
    /// Nodes that are to be opened next.
    pub(super) nodes: Vec<Openable>,
}

impl Findings {
    /// Adds what came out of another node and hands over what is to be opened next.
    pub(super) fn absorb(&mut self, mut other: Self) -> Vec<Openable> {
        self.items.append(&mut other.items);
        self.members.append(&mut other.members);
        self.notes.append(&mut other.notes);
        self.mapped.append(&mut other.mapped);
        other.nodes
    }
}
