//! What all that is opened shares: limits, room, passphrases, and the table of kinds.

use super::budget::Budget;
use super::keeping::Keeping;
use super::passphrase::Passphrases;
use super::source::SourceKinds;
use super::spool::Store;
use super::supplied::Supplied;
use crate::progress::Progress;

/// The things that the nodes of a run share.
pub(super) struct OpeningContext<'a> {
    pub(super) kinds: SourceKinds,
    pub(super) budget: Budget,
    pub(super) store: Store,
    pub(super) supplied: &'a Supplied,
    pub(super) passphrases: Passphrases<'a>,
    pub(super) progress: &'a Progress,
    pub(super) keeping: Keeping,
}
