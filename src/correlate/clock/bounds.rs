//! Between which values cause and effect prove the offset of a log's clock to lie: no request is on the wire before it is logged,
//! and no result is logged before the packet that told it.
//!
//! Each matched attempt gives an interval. As NTP's selection of clocks does (RFC 5905, section 11.2.1), the values that most
//! intervals hold are believed, so that a few attempts matched with the wrong packets do no harm.

use super::line::ClockOffset;
use crate::correlate::interval::{LogInterval, WireInterval};
use crate::model::time::MILLISECOND;

/// The offset's range, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// At least this.
    pub low: ClockOffset,
    /// At most this.
    pub high: ClockOffset,
}

/// A log's stamps are cut to milliseconds, so that what is stamped with one may have happened up to the next; where they are
/// rounded instead, it may have happened half of one before.
const STAMP: i64 = MILLISECOND;
const ROUNDING: i64 = MILLISECOND / 2;
const MICROSECOND: i64 = 1_000;
/// Records follow their cause, and packets their record, within this time where nothing keeps the node busy.
const AT_ONCE: i64 = 4 * MILLISECOND;

impl Bounds {
    /// Reads the range that most of the pairs allow; `None` when they leave one side open.
    pub fn of(pairs: &[(LogInterval, WireInterval)]) -> Option<Self> {
        let intervals: Vec<(ClockOffset, Option<ClockOffset>)> =
            pairs.iter().filter_map(|pair| interval(*pair)).collect();
        let mut lows: Vec<ClockOffset> = intervals.iter().map(|(low, _)| *low).collect();
        lows.sort_unstable();
        let mut highs: Vec<ClockOffset> = intervals.iter().filter_map(|(_, high)| *high).collect();
        highs.sort_unstable();
        // Between two neighbouring ends the number of intervals that hold a value stays the same; it is greatest from some low end
        // on, up to the next high end.
        let held = |index: usize, low: ClockOffset| index + 1 - highs.partition_point(|high| *high < low);
        let (index, low) = lows.iter().copied().enumerate().max_by_key(|&(index, low)| (held(index, low), index))?;
        let most = held(index, low);
        let high = *highs.get(highs.partition_point(|high| *high < low))?;
        // Less than half of them agreeing is no agreement.
        (2 * most > intervals.len()).then_some(Self { low, high })
    }

    /// Returns the likeliest value: records and packets follow each other at once at the ends that bind, so it is in the middle of a
    /// narrow range, and in a wide one near the end of the requests, which nothing but the node delays.
    pub fn likeliest(self) -> ClockOffset {
        let (low, high) = (self.low.nanos(), self.high.nanos());
        let middle = low + (high - low) / 2;
        // More digits than packets have would say more than is known.
        ClockOffset::from_nanos(middle.min(low + AT_ONCE).div_euclid(MICROSECOND) * MICROSECOND)
    }
}

/// Returns the offsets that one matched attempt allows; none when its ends contradict each other, as those of a wrong match do.
fn interval((said, wire): (LogInterval, WireInterval)) -> Option<(ClockOffset, Option<ClockOffset>)> {
    let low = said.start.plus_nanos(-ROUNDING).ahead_of(wire.start);
    let high = said.result.zip(wire.told).map(|(result, told)| result.plus_nanos(STAMP).ahead_of(told));
    high.is_none_or(|high| high >= low).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::clock::LineTime;
    use crate::model::time::Timestamp;

    fn pair(low: i64, high: Option<i64>) -> (LogInterval, WireInterval) {
        let line = |high: i64| LineTime::from_nanos(1_000 * MILLISECOND + high - STAMP);
        let said = LogInterval { start: LineTime::from_nanos(low + ROUNDING), result: high.map(line) };
        let (start, told) = (Timestamp::from_nanos(0), Timestamp::from_nanos(1_000 * MILLISECOND));
        (said, WireInterval { start, end: None, told: high.map(|_| told), last: start })
    }

    fn bounds(low: i64, high: i64) -> Bounds {
        Bounds { low: ClockOffset::from_nanos(low), high: ClockOffset::from_nanos(high) }
    }

    #[test]
    fn what_all_allow_is_the_range() {
        let pairs = [pair(-5, Some(90)), pair(10, Some(40)), pair(0, None)];
        assert_eq!(Bounds::of(&pairs), Some(bounds(10, 40)));
    }

    #[test]
    fn a_wrong_match_does_not_move_it() {
        let pairs = [pair(0, Some(50)), pair(10, Some(60)), pair(5, Some(45)), pair(9_000, Some(9_100))];
        assert_eq!(Bounds::of(&pairs), Some(bounds(10, 45)));
    }

    #[test]
    fn a_side_that_nothing_bounds_leaves_no_range() {
        assert_eq!(Bounds::of(&[]), None);
        assert_eq!(Bounds::of(&[pair(0, None), pair(3, None)]), None);
        assert_eq!(Bounds::of(&[pair(0, Some(1)), pair(50, Some(51)), pair(90, Some(91))]), None);
    }

    #[test]
    fn a_value_that_two_ranges_have_as_their_ends_is_in_both() {
        assert_eq!(Bounds::of(&[pair(0, Some(10)), pair(10, Some(20))]), Some(bounds(10, 10)));
        assert_eq!(Bounds::of(&[pair(0, Some(1)), pair(50, Some(51))]), None, "half of them are not most");
    }

    #[test]
    fn stamps_are_of_the_millisecond_that_they_name_or_are_rounded_to_it() {
        let start = Timestamp::from_nanos(0);
        let said = LogInterval { start: LineTime::from_nanos(0), result: Some(LineTime::from_nanos(10 * MILLISECOND)) };
        let told = Some(Timestamp::from_nanos(5 * MILLISECOND));
        let allowed = interval((said, WireInterval { start, end: told, told, last: start }));
        let offset = ClockOffset::from_nanos;
        assert_eq!(allowed, Some((offset(-500_000), Some(offset(6 * MILLISECOND)))));
    }

    #[test]
    fn the_likeliest_is_the_middle_or_soon_behind_the_request_in_whole_microseconds() {
        let likeliest = |low, high| bounds(low, high).likeliest().nanos();
        assert_eq!(likeliest(MILLISECOND, 3 * MILLISECOND), 2 * MILLISECOND);
        assert_eq!(likeliest(10 * MILLISECOND, 500 * MILLISECOND), 14 * MILLISECOND);
        assert_eq!(likeliest(-500 * MILLISECOND, 10 * MILLISECOND), -496 * MILLISECOND);
        assert_eq!(likeliest(1_001, 2_003), 1_000);
        assert_eq!(likeliest(-3_001, -1_001), -3_000);
    }
}
