//! Places that change hands so that the tries of an attempt stay on one connection, and requests without times.

use super::*;
use crate::correlate::made_up::{SERVER, flow, place, said, session, view};
use crate::evidence::wire::HostSource;

/// Decides anew about the two tries of an attempt and another attempt's request. On the wire, each with its place: a connection that
/// is no one's (0), one with one request, which the first try has (1), and one with two (2 and 4), between which another's begins
/// (3). The other attempt has the first of those, and the second try the second. What the places cost the first try and the other.
fn decided(first: [i64; 2], other: [i64; 2]) -> Vec<Option<usize>> {
    let requests = [said(0, Some(0)), said(0, Some(100)), said(1, Some(0))];
    let views = [view(
        Vec::new(),
        vec![
            place(9, Some(0), 0),
            place(0, Some(0), 1),
            place(1, Some(0), 2),
            place(2, Some(0), 3),
            place(1, Some(1), 100),
        ],
    )];
    let edge = |place, cost| Edge { place, cost };
    let board = Board {
        said: requests.iter().collect(),
        views: &views,
        places: (0..5).map(|slot| WirePlace { capture: 0, slot }).collect(),
        edges: vec![
            vec![edge(1, first[0]), edge(2, first[1])],
            vec![edge(4, 0)],
            vec![edge(2, other[0]), edge(1, other[1])],
        ],
    };
    board.keep_together(vec![Some(1), Some(4), Some(2)])
}

#[test]
fn a_first_try_changes_places_with_whoever_has_the_request_before_the_second() {
    let kept = [Some(1), Some(4), Some(2)];
    let together = [Some(2), Some(4), Some(1)];
    assert_eq!(decided([400, 1100], [300, 1100]), together, "it costs 1500 more");
    assert_eq!(decided([400, 1100], [300, 1101]), kept, "it costs 1501 more");
}

#[test]
fn a_request_without_a_time_may_be_anywhere_and_one_with_a_time_needs_a_clock() {
    let connection = flow(SERVER);
    let view = view(vec![session(Some(HostSource::Named), vec![&connection])], vec![place(0, None, 0)]);
    for (start, places) in [(None, vec![0]), (Some(0), Vec::new())] {
        let requests = [said(0, start)];
        let found = costs(&requests[0], &Pair::new(&requests, &view), &view, None);
        assert_eq!(found.into_iter().map(|(place, _)| place).collect::<Vec<_>>(), places);
    }
}
