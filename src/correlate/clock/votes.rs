//! Where an offset may lie: every pair of a request and a place that could be the same event votes for the one at which it would be.

use std::cmp::Reverse;

use super::line::ClockOffset;
use super::pairing::Pairing;
use crate::correlate::compatibility::Compatibility;
use crate::model::time::{MILLISECOND, SECOND};

/// Zones lie between -12:00 and +14:00; clocks that nobody set are minutes off, seldom more.
const EARLIEST: i64 = -(12 * 3600 + 900) * SECOND;

const LATEST: i64 = (14 * 3600 + 900) * SECOND;

/// When the zone is given, what is left is the error of the clocks.
const LARGEST_SKEW: i64 = 2 * 3600 * SECOND;

/// Votes so near to each other are for the same offset.
const WINDOW: i64 = 120 * MILLISECOND;

/// Offsets that are tried in earnest.
const CANDIDATES: usize = 192;

/// Pairs that may vote; with more, an even sample of the requests does.
const MAX_PAIRS: usize = 1_000_000;

/// Pairs that vote where no more is asked than whether a log and a capture have anything in common.
const MAX_PROMISING: usize = 1 << 15;

/// A pair of a request and a place that could be the same event, by the offset at which it would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Vote {
    offset: ClockOffset,
    weight: u32,
}

/// Votes for offsets that are so near to each other that they are for the same one.
#[derive(Clone, Copy, Debug)]
struct VoteWindow {
    weight: u64,
    /// Its first vote, and the first behind it.
    begin: usize,
    end: usize,
}

/// Returns the offsets with the most votes, each the middle of its votes.
pub(super) fn candidates(pairing: &impl Pairing, zone_given: bool) -> Vec<ClockOffset> {
    heaviest(&votes(pairing, zone_given, MAX_PAIRS))
}

/// Returns how many votes the likeliest offset has of a few requests.
pub fn promise(pairing: &impl Pairing, zone_given: bool) -> u64 {
    let votes = votes(pairing, zone_given, MAX_PROMISING);
    windows(&votes).into_iter().map(|window| window.weight).max().unwrap_or_default()
}

/// Returns the votes of so many pairs of a request and a place at most, in order.
fn votes(pairing: &impl Pairing, zone_given: bool, most: usize) -> Vec<Vote> {
    let marks = pairing.marks();
    let pairs: usize = (0..marks.len()).map(|mark| pairing.candidates(mark).len()).sum();
    let step = pairs.div_ceil(most).max(1);
    let mut votes: Vec<Vote> = Vec::new();
    for (index, mark) in marks.iter().enumerate().step_by(step) {
        for &place in pairing.candidates(index) {
            let Some(spot) = pairing.spot(index, place) else { continue };
            let offset = mark.start.ahead_of(spot.start);
            if !in_range(offset, zone_given) {
                continue;
            }
            let lasted = mark.result.zip(spot.end);
            let lasted = lasted.map(|(result, end)| result.since(mark.start) - (end.nanos() - spot.start.nanos()));
            let duration = match lasted {
                Some(difference) if difference.abs() <= 40 * MILLISECOND => 3,
                Some(difference) if difference.abs() <= 300 * MILLISECOND => 1,
                Some(_) => 0,
                None => 1,
            };
            let fit = match pairing.agreement(index, place) {
                Some((Compatibility::Same, _)) => 2,
                Some((Compatibility::Possible, _)) => 1,
                Some((Compatibility::Contradiction, _)) | None => 0,
            };
            if duration * fit > 0 {
                votes.push(Vote { offset, weight: duration * fit });
            }
        }
    }
    votes.sort_unstable();
    votes
}

fn in_range(offset: ClockOffset, zone_given: bool) -> bool {
    let nanos = offset.nanos();
    if zone_given { nanos.abs() <= LARGEST_SKEW } else { (EARLIEST..=LATEST).contains(&nanos) }
}

/// Returns for each vote the window that begins with it.
fn windows(votes: &[Vote]) -> Vec<VoteWindow> {
    let mut windows: Vec<VoteWindow> = Vec::with_capacity(votes.len());
    let (mut end, mut weight) = (0, 0_u64);
    for (begin, vote) in votes.iter().enumerate() {
        while let Some(next) = votes.get(end).filter(|next| next.offset.apart(vote.offset) <= WINDOW) {
            weight += u64::from(next.weight);
            end += 1;
        }
        windows.push(VoteWindow { weight, begin, end });
        weight -= u64::from(vote.weight);
    }
    windows
}

/// Returns the windows with the most votes, none within another.
fn heaviest(votes: &[Vote]) -> Vec<ClockOffset> {
    let mut windows = windows(votes);
    // Windows that overlap crowd the head of the list; looking at some times more than are wanted is enough.
    let most = CANDIDATES * 64;
    if windows.len() > most {
        windows.select_nth_unstable_by_key(most, |window| (Reverse(window.weight), window.begin));
        windows.truncate(most);
    }
    windows.sort_unstable_by_key(|window| (Reverse(window.weight), window.begin));
    let mut chosen: Vec<ClockOffset> = Vec::new();
    for VoteWindow { begin, end, .. } in windows {
        let Some(middle) = votes.get(begin + (end - begin) / 2) else { continue };
        if chosen.iter().all(|other| other.apart(middle.offset) > WINDOW) {
            chosen.push(middle.offset);
        }
        if chosen.len() == CANDIDATES {
            break;
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::clock::made_up::MadeUp;

    fn cast(cast: &[(i64, u32)]) -> Vec<Vote> {
        cast.iter()
            .map(|(ms, weight)| Vote { offset: ClockOffset::from_nanos(ms * MILLISECOND), weight: *weight })
            .collect()
    }

    #[test]
    fn votes_within_the_window_are_for_one_offset_and_its_middle_stands_for_them() {
        let cast = cast(&[(0, 2), (50, 1), (120, 1), (1000, 3), (1121, 1)]);
        let weights: Vec<u64> = windows(&cast).iter().map(|window| window.weight).collect();
        assert_eq!(weights, [4, 2, 1, 3, 1]);
        let chosen: Vec<i64> = heaviest(&cast).iter().map(|offset| offset.nanos() / MILLISECOND).collect();
        // What is as near to a chosen one as the window is wide adds nothing.
        assert_eq!(chosen, [50, 1000, 1121]);
    }

    #[test]
    fn offsets_as_far_apart_as_the_window_is_wide_are_one() {
        let chosen = heaviest(&cast(&[(0, 5), (60, 1), (180, 2)]));
        assert_eq!(chosen, [ClockOffset::from_nanos(60 * MILLISECOND)]);
    }

    #[test]
    fn a_crowd_of_votes_for_one_offset_leaves_room_for_the_next() {
        let crowd = (0..300).map(|number| (number / 10, 6));
        let all: Vec<(i64, u32)> = crowd.chain([(10_000, 2), (10_001, 2)]).collect();
        let chosen: Vec<i64> = heaviest(&cast(&all)).iter().map(|offset| offset.nanos() / MILLISECOND).collect();
        assert_eq!(chosen, [15, 10_001]);
    }

    #[test]
    fn a_pair_has_the_more_weight_the_better_durations_and_results_agree() {
        use Compatibility::{Contradiction, Possible, Same};
        // A request of 60 ms by the log, four seconds ahead.
        let weights = |shown: Option<i64>, fits: [Compatibility; 3]| {
            fits.map(|fit| {
                let mut pairing = MadeUp::new(&[(5000, Some(5060))], &[(1000, shown)]);
                pairing.fit = fit;
                let cast = votes(&pairing, false, MAX_PAIRS);
                assert!(cast.iter().all(|vote| vote.offset == ClockOffset::from_nanos(4000 * MILLISECOND)));
                cast.first().map(|vote| vote.weight)
            })
        };
        for near in [1020, 1040, 1060, 1100] {
            assert_eq!(weights(Some(near), [Same, Possible, Contradiction]), [Some(6), Some(3), None], "{near}");
        }
        for not_told_or_somewhat_off in [None, Some(1101), Some(1360)] {
            assert_eq!(weights(not_told_or_somewhat_off, [Same, Possible, Contradiction]), [Some(2), Some(1), None]);
        }
        assert_eq!(weights(Some(1361), [Same, Possible, Contradiction]), [None; 3]);
    }

    #[test]
    fn what_the_likeliest_offset_has_is_what_a_capture_promises() {
        let requests = [(5000, Some(5060)), (6500, Some(6560))];
        assert_eq!(promise(&MadeUp::new(&requests, &[(1000, Some(1060)), (2500, Some(2560))]), false), 12);
        assert_eq!(promise(&MadeUp::new(&requests, &[]), false), 0);
    }

    #[test]
    fn a_zone_that_is_given_leaves_the_error_of_a_clock_and_no_more() {
        let in_range = |seconds: i64, given| in_range(ClockOffset::from_nanos(seconds * SECOND), given);
        assert!(in_range(7200, true) && in_range(-7200, true) && !in_range(7201, true) && !in_range(-7201, true));
        // Samoa and Kiribati, each with a clock that is a quarter of an hour wrong.
        assert!(in_range(-12 * 3600 - 900, false) && !in_range(-12 * 3600 - 901, false));
        assert!(in_range(14 * 3600 + 900, false) && !in_range(14 * 3600 + 901, false));
    }
}
