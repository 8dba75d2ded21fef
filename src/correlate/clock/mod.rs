//! How a log's clock stands to a capture's: the zone, what is left of it, and where the zone changed.

mod bounds;
mod calendar;
mod estimate;
mod known;
mod line;
mod pair_clocks;

pub use bounds::Bounds;
pub use calendar::{Calendar, milliseconds};
pub use estimate::zone_at;
pub(super) use estimate::{Estimate, Pairing, Reach, estimate, nearest_zone, promise, settle};
pub use known::{KnownClock, KnownClocks};
pub use line::{ClockOffset, LineTime, Skew};
pub(super) use pair_clocks::pair_clocks;
