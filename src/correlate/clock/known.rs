//! What is known of the logs' clocks before log and capture are compared: the zone that a person gave for all, and the clocks
//! that other files of the same nodes state.

use crate::model::report::OffsetSource;
use crate::model::wall_clock::WallClock;
use crate::model::zone::LogZone;
use crate::node::StatedClock;

/// The clocks of all logs, as far as they are known.
#[derive(Clone, Copy, Debug, Default)]
pub struct KnownClocks<'k> {
    /// The zone that a person gave.
    pub option: Option<&'k LogZone>,
    /// The clock that another file states, by log.
    pub stated: &'k [Option<StatedClock>],
}

/// A clock that is known.
#[derive(Clone, Debug)]
pub struct KnownClock {
    /// The clock.
    pub clock: WallClock,
    /// Who says so: a person or the bundle.
    pub source: OffsetSource,
}

impl<'k> KnownClocks<'k> {
    /// Returns the clock that a log is read by: a person's word comes before a file's.
    pub fn of(&self, log: usize) -> Option<KnownClock> {
        let given = self.option.map(|zone| (WallClock::Zone(zone.0.clone()), OffsetSource::Option));
        let stated = || self.stated(log).map(|stated| (stated.clock.clone(), OffsetSource::Bundle));
        let (clock, source) = given.or_else(stated)?;
        Some(KnownClock { clock, source })
    }

    /// Returns the clock that another file of the log's node states.
    pub fn stated(&self, log: usize) -> Option<&'k StatedClock> {
        self.stated.get(log)?.as_ref()
    }
}
