//! The archive formats, each in a file; what to do with a member is decided by the walk that calls them.

pub(super) mod codec;
pub(super) mod packet;
mod parallel_bzip2;
#[cfg(feature = "openpgp")]
pub(super) mod pgp;
#[cfg(feature = "openpgp")]
mod s2k;
pub(super) mod sevenz;
pub(super) mod source;
mod sparse;
pub(super) mod tar;
pub(super) mod zip;
