//! How far a zone is ahead of UTC. It is one of four things that must not be mixed up: the skew is what a clock is off by besides
//! its zone, a log's line of time is what an offset of both leads to UTC from, and UTC is where they meet.

use std::fmt;

use super::time::{LocalTime, SECOND, Timestamp};

/// A zone's offset from UTC in nanoseconds, east positive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ZoneOffset(i64);

impl ZoneOffset {
    /// The offset of UTC itself.
    pub const UTC: Self = Self(0);

    /// Makes one of nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Makes one of whole seconds.
    pub(crate) const fn from_seconds(seconds: i32) -> Self {
        Self(seconds as i64 * SECOND)
    }

    /// Returns the nanoseconds, negative west of Greenwich.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Returns this offset grown by nanoseconds, as at a change to summer time.
    pub(crate) const fn plus_nanos(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// Returns the moment in UTC at which a clock that is set to the zone reads this.
    pub const fn utc_of(self, reading: LocalTime) -> Timestamp {
        Timestamp::from_nanos(reading.nanos().saturating_sub(self.0))
    }

    /// Reads `-06:00`, as reports write it.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+')?),
        };
        let (hours, minutes) = rest.split_once(':')?;
        let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
        Some(Self(sign * (i64::from(hours) * 60 + i64::from(minutes)) * 60 * SECOND))
    }
}

/// Writes `-06:00`, as RFC 3339 does.
impl fmt::Display for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = (self.0.unsigned_abs() / (60 * SECOND.unsigned_abs())) % (100 * 60);
        write!(f, "{}{:02}:{:02}", if self.0 < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_ahead_of_utc_reads_later_than_utc() {
        let nanos = 2 * 3600 * SECOND;
        let utc = ZoneOffset::from_nanos(nanos).utc_of(LocalTime::from_nanos(nanos));
        assert_eq!(utc, Timestamp::from_nanos(0));
    }

    #[test]
    fn an_offset_is_read_as_it_is_written() {
        for (text, minutes) in [("-06:00", -360), ("+05:45", 345), ("+00:00", 0), ("-00:30", -30)] {
            let offset = ZoneOffset::from_seconds(minutes * 60);
            assert_eq!(offset.to_string(), text);
            assert_eq!(ZoneOffset::read(text), Some(offset));
        }
        for wrong in ["", "06:00", "+6", "+xx:00", "+999:00", "--6:00"] {
            assert_eq!(ZoneOffset::read(wrong), None, "{wrong}");
        }
    }
}
