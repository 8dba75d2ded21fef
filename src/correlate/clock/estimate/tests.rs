//! Offsets that are tried in earnest, with what speaks for and against each.

use super::*;
use crate::correlate::clock::made_up::MadeUp;
use crate::correlate::made_up::{line_time, time};

#[test]
fn requests_that_ought_to_be_seen_and_are_not_cost_the_more_the_more_they_are() {
    // Half of them: the logarithm of two for each.
    assert_eq!([unseen(1, 2), unseen(2, 4)], [1386, 2772]);
    assert_eq!(unseen(3, 4), 2249);
    assert_eq!([unseen(4, 4), unseen(5, 4), unseen(0, 4)], [0; 3]);
}

#[test]
fn a_quantile_is_one_of_the_values() {
    let mut values = [5, 1, 4, 2, 3].map(ClockOffset::from_nanos);
    assert_eq!(quantile(&mut values, 3, 4), Some(ClockOffset::from_nanos(4)));
    assert_eq!(quantile(&mut values, 1, 4), Some(ClockOffset::from_nanos(2)));
    assert_eq!(quantile(&mut [], 1, 4), None);
}

#[test]
fn a_clock_that_is_right_is_likelier_than_one_that_is_off() {
    let hour = 3600 * SECOND;
    let unlikely = |nanos, zone_given| unlikely(ClockOffset::from_nanos(nanos), zone_given);
    assert_eq!([unlikely(0, true), unlikely(5 * hour, false)], [0; 2]);
    assert_eq!([unlikely(-SECOND, true), unlikely(5 * hour + SECOND, false)], [415; 2]);
    assert!(unlikely(hour, true) > unlikely(60 * SECOND, true));
}

/// Requests of 60 ms by the log, by when they began, beside a capture that shows such at these times.
fn requests(said: &[i64], shown: &[i64]) -> MadeUp {
    let lasting = |starts: &[i64]| starts.iter().map(|start| (*start, Some(start + 60))).collect::<Vec<_>>();
    MadeUp::new(&lasting(said), &lasting(shown))
}

const ANYWHERE: Reach = Reach { log: None, capture: None };

#[test]
fn a_request_takes_the_place_whose_times_agree_and_not_the_first() {
    let found = matches(&requests(&[5000], &[4000, 5000, 6000]), ClockOffset::default(), 1);
    assert_eq!(found.iter().map(|found| (found.place, found.cost)).collect::<Vec<_>>(), [(1, 0)]);
}

#[test]
fn a_sample_is_of_the_requests_that_have_a_place() {
    let all = requests(&[0, 1000, 2000, 3000, 4000], &[0]);
    assert_eq!([step(&all, 2), step(&all, 4), step(&all, 5), step(&all, 300)], [3, 2, 1, 1]);
    assert_eq!(step(&requests(&[0, 1000, 2000], &[]), 2), 1);
}

#[test]
fn a_clock_that_fits_as_well_as_another_is_not_called_certain() {
    let of = |shown: &[i64]| estimate(&requests(&[0, 7000, 19_000], shown), ANYWHERE, false).unwrap();
    let sure = of(&[0, 7000, 19_000]);
    assert_eq!((sure.matched, sure.confidence), (3, Confidence::High));
    let unsure = of(&[0, 7000, 10_000, 17_000, 19_000, 29_000]);
    assert_eq!((unsure.offset, unsure.confidence), (sure.offset, Confidence::Low));
}

#[test]
fn what_both_sides_ought_to_show_and_do_not_speaks_against_an_offset() {
    let offset = ClockOffset::from_nanos(SECOND);
    let pairing = requests(&[1000, 8000, 12_000, 16_000], &[0, 7000, 50_000, 60_000]);
    let score = |reach, step| try_offset(&pairing, reach, offset, true, step).map(|tried| (tried.matched, tried.score));
    // Two are found, and a clock that is a second off costs something by itself.
    assert_eq!(score(ANYWHERE, 1), Some((2, 20_000 - 415)));
    let capture = Some((time(0), time(60_000)));
    assert_eq!(score(Reach { capture, ..ANYWHERE }, 1), Some((2, 20_000 - 415 - unseen(2, 4))));
    let log = Some((line_time(1000), line_time(61_000)));
    assert_eq!(score(Reach { log, capture }, 1), Some((2, 20_000 - 415 - 2 * unseen(2, 4))));
    // Of a sample of the requests, the capture's other places may be the rest's.
    assert_eq!(score(Reach { log, capture }, 2), Some((2, 10_000 - 415 - unseen(1, 2))));
}
