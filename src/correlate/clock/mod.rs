//! How a log's clock stands to a capture's: the zone, what is left of it, and where the zone changed.

mod bounds;
mod calendar;
mod estimate;
mod known;
mod line;
#[cfg(test)]
mod made_up;
mod pair_clocks;
mod pairing;
mod votes;
mod zones;

pub use bounds::Bounds;
pub use calendar::{Calendar, milliseconds};
pub(super) use estimate::{Estimate, Reach, estimate, settle};
pub use known::{KnownClock, KnownClocks};
pub use line::{ClockOffset, LineTime, Skew};
pub(super) use pair_clocks::pair_clocks;
pub(super) use pairing::Pairing;
pub(super) use votes::promise;
pub(super) use zones::nearest_zone;
pub use zones::zone_at;
