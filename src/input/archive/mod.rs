//! The archive formats, each in a file; what to do with a member is decided by the walk that calls them.

pub(super) mod codec;
pub(super) mod pgp;
pub(super) mod sevenz;
mod sparse;
pub(super) mod tar;
pub(super) mod zip;
