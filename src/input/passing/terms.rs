//! What a file is held to while it passes.

use crate::input::budget::Budget;
use crate::input::spool::Store;

/// What a file is held to, and what is known of it.
#[derive(Clone, Copy)]
pub(in crate::input) struct Terms<'s> {
    pub(in crate::input) store: &'s Store,
    pub(in crate::input) budget: &'s Budget,
    /// Size of the file, where it is known.
    pub(in crate::input) size: Option<u64>,
    /// Size up to which a file is hashed.
    pub(in crate::input) hash_up_to: u64,
    /// Bytes of it that were counted as kept before.
    pub(in crate::input) counted: u64,
}
