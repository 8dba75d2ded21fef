//! Which packets are whose.

mod assignment;
mod beside;
mod decide;
mod pairing;

pub(super) use beside::Beside;
pub(super) use decide::{Offsets, WirePlace, matching};
pub(super) use pairing::{estimate, with_changes};
