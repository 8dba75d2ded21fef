//! The times of the two sides and what lies between them, kept apart by type. A capture counts in UTC ([`Timestamp`]), a log on a
//! line of its own; only an offset leads from the one to the other.

use crate::model::time::Timestamp;
use crate::model::zone_offset::ZoneOffset;

/// A moment on a log's line of time: its wall clock as a calendar unfolds it, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineTime(i64);

/// How far a log's line of time is ahead of a capture's UTC, in nanoseconds: the zone where that is not known, and what the clocks
/// are off by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockOffset(i64);

/// What is left of an offset without the zone: the error of the clocks, in nanoseconds of log minus capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skew(i64);

impl LineTime {
    /// Makes one of nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Returns the moment in UTC, by a clock that is so far ahead.
    pub const fn to_utc(self, offset: ClockOffset) -> Timestamp {
        Timestamp::from_nanos(self.0.saturating_sub(offset.0))
    }

    /// Returns the offset of a clock that read this at a moment of UTC.
    pub const fn ahead_of(self, utc: Timestamp) -> ClockOffset {
        ClockOffset(self.0.saturating_sub(utc.nanos()))
    }

    /// Returns this time moved by nanoseconds.
    pub const fn plus_nanos(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// Returns the nanoseconds since an earlier time of the same line.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl ClockOffset {
    /// Makes one of nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Returns the nanoseconds, negative where the log's clock is behind.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Returns how far apart two offsets are, in nanoseconds.
    pub const fn apart(self, other: Self) -> i64 {
        self.0.saturating_sub(other.0).saturating_abs()
    }

    /// Returns what is left without the zone.
    pub const fn without(self, zone: ZoneOffset) -> Skew {
        Skew(self.0.saturating_sub(zone.nanos()))
    }
}

impl Skew {
    /// Returns the nanoseconds, negative where the log's clock is behind.
    pub const fn nanos(self) -> i64 {
        self.0
    }
}
