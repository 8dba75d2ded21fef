//! The two kinds of time that the inputs carry, kept apart by type so that they can't be mixed up.
//!
//! A capture's frames are stamped in UTC ([`Timestamp`]); `ise-psc.log` writes the appliance's wall clock without a
//! zone ([`LocalTime`]). Only the clock that the correlation estimates may turn one into the other.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;
/// Nanoseconds in a millisecond.
pub const MILLISECOND: i64 = 1_000_000;

/// The latest time that an input can have, early in 2106 as a pcap counts; none is before 1970. Sums and differences of such
/// times can't overflow.
pub(crate) const LATEST: i64 = (1 << 32) * SECOND;

/// A moment in UTC, in nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A reading of a wall clock whose zone is not known, in nanoseconds since 1970-01-01T00:00:00 on that clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime(i64);

impl Timestamp {
    /// Returns with how many digits behind the second it is written.
    const fn fraction_digits(self) -> usize {
        match self.0 {
            n if n % MILLISECOND == 0 => 3,
            n if n % 1_000 == 0 => 6,
            _ => 9,
        }
    }

    /// Writes it where it is the time of an input.
    fn text(self, room: &mut [u8; LONGEST]) -> Option<&str> {
        (0..=LATEST).contains(&self.0).then(|| text(self.0, self.fraction_digits(), room))
    }

    /// Makes it from nanoseconds since the epoch.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Returns the nanoseconds since the epoch.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Returns the milliseconds from `earlier` to `self`; negative when `earlier` is the later one.
    pub fn millis_since(self, earlier: Self) -> f64 {
        self.0.saturating_sub(earlier.0) as f64 / MILLISECOND as f64
    }

    /// Returns this moment moved by a number of nanoseconds.
    pub const fn plus_nanos(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }
}

impl LocalTime {
    /// Makes it from nanoseconds since the epoch of the wall clock.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Returns the nanoseconds since the epoch of the wall clock.
    pub const fn nanos(self) -> i64 {
        self.0
    }
}

/// Nanoseconds are the most that a time is written with.
const LONGEST: usize = "2026-07-01T00:00:00.000000000Z".len();

/// Writes a time of an input as RFC 3339 does, with so many digits behind the second. Reports hold millions of them, and
/// a calendar of all times takes longer.
fn text(nanos: i64, digits: usize, room: &mut [u8; LONGEST]) -> &str {
    const DAY: i64 = 86_400;
    let (seconds, fraction) = (nanos / SECOND, nanos % SECOND);
    let (days, of_day) = (seconds / DAY, seconds % DAY);
    let (year, month, day) = civil(days);
    let digit = |number: i64| b'0' + u8::try_from(number % 10).unwrap_or_default();
    let pair = |number: i64| [digit(number / 10), digit(number)];
    let [[y1, y2], [y3, y4], [m1, m2], [d1, d2]] = [year / 100, year, month, day].map(pair);
    let [[h1, h2], [n1, n2], [s1, s2]] = [of_day / 3600, of_day / 60 % 60, of_day % 60].map(pair);
    let [f1, f2, f3, f4, f5, f6, f7, f8, f9] = FRACTIONS.map(|unit| digit(fraction / unit));
    *room = [
        y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'.', f1, f2, f3, f4, f5,
        f6, f7, f8, f9, b'Z',
    ];
    let end = LONGEST - 1 - FRACTIONS.len() + digits;
    if let Some(last) = room.get_mut(end) {
        *last = b'Z';
    }
    room.get(..=end).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default()
}

/// Nanoseconds of each digit behind the second.
const FRACTIONS: [i64; 9] = [100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

/// Returns year, month and day of a day counted from 1970-01-01 (after Howard Hinnant's `civil_from_days`).
const fn civil(days: i64) -> (i64, i64, i64) {
    // Counted from 0000-03-01, so that the day that leap years have is the last of its year.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + if month <= 2 { 1 } else { 0 }, month, day)
}

/// RFC 3339 in UTC with milliseconds, or with microseconds or nanoseconds where the time has them.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.text(&mut [0; LONGEST]) {
            return f.write_str(text);
        }
        let digits = self.fraction_digits();
        let time = jiff::Timestamp::from_nanosecond(i128::from(self.0)).map_err(|_| fmt::Error)?;
        write!(f, "{time:.digits$}")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.text(&mut [0; LONGEST]) {
            Some(text) => serializer.serialize_str(text),
            None => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let time: jiff::Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        let nanos = i64::try_from(time.as_nanosecond()).map_err(serde::de::Error::custom)?;
        Ok(Self(nanos))
    }
}

impl JsonSchema for Timestamp {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_an_input_is_that_of_the_calendar() {
        for day in 0..LATEST / (86_400 * SECOND) {
            let nanos = day * 86_400 * SECOND + day % 86_400 * SECOND + day * 7919 % SECOND;
            let known = jiff::Timestamp::from_nanosecond(i128::from(nanos)).unwrap();
            assert_eq!(text(nanos, 9, &mut [0; LONGEST]), format!("{known:.9}"));
        }
    }

    #[test]
    fn a_time_shows_at_least_milliseconds_and_no_more_than_it_has() {
        assert_eq!(Timestamp::from_nanos(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::from_nanos(1_500).to_string(), "1970-01-01T00:00:00.000001500Z");
        assert_eq!(Timestamp::from_nanos(2_000).to_string(), "1970-01-01T00:00:00.000002Z");
    }
}
