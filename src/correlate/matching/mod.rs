//! Which packets are whose.

mod assignment;
mod decide;
mod pairing;

pub(super) use decide::{Offsets, Place, matching};
pub(super) use pairing::with_changes;
