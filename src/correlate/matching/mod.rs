//! Which packets are whose.

mod assignment;
mod beside;
mod decide;
mod pairing;
mod place;
mod sizes;

pub(super) use beside::Beside;
pub(super) use decide::{Offsets, matching};
pub(super) use pairing::{estimate, with_changes};
pub(super) use place::WirePlace;
