//! What it costs to take a request of the log and a place on the wire for the same event. The unit is about that of a
//! natural logarithm of odds, in thousandths, so that sums are exact and every run decides alike.
//!
//! | term | grows with |
//! |---|---|
//! | start | how far the first packet is from where the record of the request lets one expect it |
//! | end | how far the record of the result is from the packet that told the client |
//! | fit | what the log says of the result against what the wire shows |
//! | host | how sure it is whom the connection is for |
//! | size | how far the answer's size is from that of others with the same status (`matching/sizes`) |
//!
//! A pair that costs more than [`UNMATCHED`] is none.

use super::compatibility::Compatibility;
use crate::evidence::wire::HostSource;
use crate::model::time::{MILLISECOND, Timestamp};

/// Cost of leaving a request of the log without a place.
pub const UNMATCHED: i64 = 10_000;

/// Spread of the first packet behind the record of the request: name lookup and socket follow in some milliseconds.
const START_LATE: i64 = 30 * MILLISECOND;
/// And before it, which only an error of the clock can bring.
const START_EARLY: i64 = 12 * MILLISECOND;
/// Spread of the record of the result behind the last packet.
const RESULT_LATE: i64 = 25 * MILLISECOND;
/// And before it.
const RESULT_EARLY: i64 = 12 * MILLISECOND;
/// So many spreads off, a start alone costs [`UNMATCHED`]: `ln(1 + 149^2)` is above 10.
const MOST_SPREADS: i64 = 149;
/// Cost of an end that only one side tells.
const END_UNTOLD: i64 = 1_500;
/// Cost of each side when the log has no times.
const TIMELESS: i64 = 2_500;
/// Cost of results that exclude each other: only times that agree to the millisecond outweigh it.
const CONTRADICTION: i64 = 7_000;
/// Cost of results that may be the same.
const POSSIBLE: i64 = 700;

/// When something happened, by the log's clock with the offset taken off, and by the capture's.
#[derive(Clone, Copy, Debug)]
pub struct PairTimes {
    /// Record of the request.
    pub said_start: Option<Timestamp>,
    /// Record of the result.
    pub said_result: Option<Timestamp>,
    /// First packet.
    pub start: Timestamp,
    /// Packet that told the client.
    pub end: Option<Timestamp>,
    /// Last packet in which the client still waited.
    pub last: Timestamp,
}

/// Returns the cost of a pair.
pub fn cost(times: PairTimes, fit: Compatibility, host: HostSource) -> i64 {
    let behind = |later: Timestamp, earlier: Timestamp| later.nanos().saturating_sub(earlier.nanos());
    let start = times.said_start.map_or(TIMELESS, |said| spread(behind(times.start, said), START_EARLY, START_LATE));
    let end = match (times.said_result, times.end) {
        (Some(said), Some(end)) => spread(behind(said, end), RESULT_EARLY, RESULT_LATE),
        (Some(said), None) if said < times.last => END_UNTOLD + spread(behind(said, times.last), RESULT_EARLY, 1),
        (Some(_), None) => END_UNTOLD,
        (None, _) if times.said_start.is_none() => TIMELESS,
        (None, _) => END_UNTOLD,
    };
    let fit = match fit {
        Compatibility::Same => 0,
        Compatibility::Possible => POSSIBLE,
        Compatibility::Contradiction => CONTRADICTION,
    };
    let host = match host {
        HostSource::Named => 0,
        HostSource::LookedUp => 200,
        HostSource::Address => 1_500,
    };
    start.saturating_add(end).saturating_add(fit).saturating_add(host)
}

/// Returns whether a first packet so many nanoseconds behind the record of a request can cost less than no match, whatever else
/// speaks for the pair; says so without a logarithm.
pub fn may_match(delay: i64) -> bool {
    (-MOST_SPREADS * START_EARLY..=MOST_SPREADS * START_LATE).contains(&delay)
}

/// Returns `ln(1 + (delay / spread)^2)`: nearly nothing within the spread, and never so much that one late packet decides alone.
fn spread(delay: i64, early: i64, late: i64) -> i64 {
    let scale = if delay < 0 { early } else { late };
    let ratio = delay as f64 / scale as f64;
    (ratio.mul_add(ratio, 1.0).ln() * 1000.0) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(start_delay: i64, result_delay: i64) -> PairTimes {
        let end = Timestamp::from_nanos(1_000_000_000);
        PairTimes {
            said_start: Some(Timestamp::from_nanos(0)),
            said_result: Some(end.plus_nanos(result_delay * MILLISECOND)),
            start: Timestamp::from_nanos(start_delay * MILLISECOND),
            end: Some(end),
            last: end,
        }
    }

    #[test]
    fn what_agrees_costs_next_to_nothing() {
        assert!(cost(times(4, 2), Compatibility::Same, HostSource::Named) < 100);
    }

    #[test]
    fn a_second_off_at_both_ends_is_no_match() {
        assert!(cost(times(1000, 1000), Compatibility::Same, HostSource::Named) > UNMATCHED);
        assert!(cost(times(-1000, -1000), Compatibility::Same, HostSource::Named) > UNMATCHED);
    }

    #[test]
    fn what_may_not_match_costs_too_much() {
        for (scale, sign) in [(START_LATE, 1), (START_EARLY, -1)] {
            let farthest = sign * MOST_SPREADS * scale;
            assert!(may_match(farthest) && !may_match(farthest + sign));
            assert!(spread(farthest, START_EARLY, START_LATE) >= UNMATCHED);
        }
    }

    #[test]
    fn a_contradiction_is_only_outweighed_by_exact_times() {
        assert!(cost(times(2, 2), Compatibility::Contradiction, HostSource::Named) < UNMATCHED);
        assert!(cost(times(100, 100), Compatibility::Contradiction, HostSource::Named) > UNMATCHED);
    }

    #[test]
    fn one_spread_off_costs_the_logarithm_of_two_and_more_cost_more_slowly() {
        let cost = |start, result| cost(times(start, result), Compatibility::Same, HostSource::Named);
        assert_eq!(cost(0, 0), 0);
        // The node is slow, or its clock is wrong; the latter is less likely.
        assert_eq!([cost(30, 0), cost(-12, 0), cost(0, 25), cost(0, -12)], [693; 4]);
        assert_eq!([cost(60, 0), cost(-24, 0)], [1609; 2]);
    }

    #[test]
    fn what_one_side_does_not_tell_has_its_price() {
        let cost = |times| cost(times, Compatibility::Same, HostSource::Named);
        let exact = times(0, 0);
        let pasted = PairTimes { said_start: None, said_result: None, ..exact };
        assert_eq!(cost(pasted), 2 * TIMELESS);
        assert_eq!(cost(PairTimes { said_result: None, ..exact }), END_UNTOLD);
        // Nothing on the wire tells the client; it can't have given up before it last asked.
        let waited = |delay| cost(PairTimes { end: None, ..times(0, delay) });
        assert_eq!([waited(0), waited(8000)], [END_UNTOLD; 2]);
        assert_eq!(waited(-12), END_UNTOLD + 693);
    }
}
