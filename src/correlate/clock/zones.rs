//! The zones of the world, as far as an offset can be told to be one of them.

use super::line::ClockOffset;
use crate::model::time::SECOND;
use crate::model::zone_offset::ZoneOffset;

/// Zones in use that are not a whole number of hours, in minutes (IANA tz database).
const BETWEEN: [i64; 13] = [-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825];

/// An offset so near to a quarter of an hour is a zone's, in use or not: that is likelier than a clock which is off by just
/// that.
const NEAR_ZONE: i64 = 30 * SECOND;

/// Every zone is a multiple of this.
const ZONE_STEP: i64 = 900 * SECOND;

/// Returns what an offset, or what is left of one, is as a zone's, where it is near enough to that; it is given in nanoseconds.
pub fn zone_at(offset: i64) -> Option<ZoneOffset> {
    let quarter = (offset + ZONE_STEP / 2).div_euclid(ZONE_STEP) * ZONE_STEP;
    ((offset - quarter).abs() <= NEAR_ZONE).then_some(ZoneOffset::from_nanos(quarter))
}

/// Returns the zone in use that is nearest to an offset.
pub(crate) fn nearest_zone(offset: ClockOffset) -> ZoneOffset {
    let offset = offset.nanos();
    let minute = 60 * SECOND;
    if let Some(quarter) = zone_at(offset) {
        return quarter;
    }
    let whole = (-12..=14).map(|hours| hours * 60);
    let zones = whole.chain(BETWEEN).map(|minutes| minutes * minute);
    ZoneOffset::from_nanos(zones.min_by_key(|zone| ((offset - zone).abs(), zone.abs())).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::MILLISECOND;

    #[test]
    fn a_zone_is_a_quarter_of_an_hour_that_is_near_or_one_in_use() {
        let minute = 60 * SECOND;
        let zone = |nanos| nearest_zone(ClockOffset::from_nanos(nanos)).nanos();
        assert_eq!(zone(150 * minute - 33 * MILLISECOND), 150 * minute);
        assert_eq!(zone(345 * minute + 20 * SECOND), 345 * minute);
        for between in [-570, -210, -150] {
            assert_eq!(zone(between * minute + 417 * SECOND), between * minute);
        }
        assert_eq!(zone(14 * minute), 0);
    }

    #[test]
    fn a_quarter_that_is_near_is_a_zone_though_nobody_uses_it() {
        let near = |seconds: i64| zone_at(seconds * SECOND).map(|zone| zone.nanos() / SECOND);
        assert_eq!([near(929), near(871), near(-929)], [Some(900), Some(900), Some(-900)]);
        assert_eq!([near(931), near(450)], [None; 2]);
        assert_eq!(nearest_zone(ClockOffset::from_nanos((13 * 3600 + 417) * SECOND)).nanos(), 13 * 3600 * SECOND);
        assert_eq!(nearest_zone(ClockOffset::from_nanos((-11 * 3600 - 417) * SECOND)).nanos(), -11 * 3600 * SECOND);
    }
}
