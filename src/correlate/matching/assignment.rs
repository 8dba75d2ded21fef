//! The cheapest way to give each request of the log at most one place on the wire and each place to at most one request.
//!
//! Requests are added one by one, each by the cheapest chain of changes to what was decided before (successive shortest
//! paths with potentials, after Jonker and Volgenant 1987), so that the result is the best of all, not the first that
//! fits. A request may also stay alone, at a cost.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// A request that may take a place, at a cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The place.
    pub place: usize,
    /// What it costs.
    pub cost: i64,
}

/// Places that are looked at to seat one request. Real captures need a few; this bounds the time that ones made for the
/// purpose can take.
const MAX_VISITED: usize = 4096;

/// Returns the place of each request. `edges` has the places that a request may take, `alone` what it costs to have none.
pub fn assign(edges: &[Vec<Edge>], places: usize, alone: i64) -> Vec<Option<usize>> {
    let mut solver = Solver {
        edges,
        alone,
        holder: vec![None; places],
        seat: vec![None; edges.len()],
        place_price: vec![0; places],
    };
    for request in 0..edges.len() {
        solver.seat_request(request);
    }
    solver.seat
}

struct Solver<'e> {
    edges: &'e [Vec<Edge>],
    alone: i64,
    /// Who has a place.
    holder: Vec<Option<usize>>,
    /// Which place a request has.
    seat: Vec<Option<usize>>,
    /// What the competition for a place has brought its price to, at most 0.
    place_price: Vec<i64>,
}

/// Where a chain of changes ends.
#[derive(Clone, Copy)]
enum Target {
    /// At a place that is free.
    Free(usize),
    /// At a request that gives up its place and stays alone.
    Alone(usize),
}

impl Solver<'_> {
    /// Returns the cost of a request at a place, the place's price taken off.
    fn reduced(&self, edge: Edge) -> i64 {
        edge.cost - self.place_price.get(edge.place).copied().unwrap_or_default()
    }

    fn seat_request(&mut self, request: usize) {
        // Cheapest way to each place, and the request from which it was reached.
        let mut reached: BTreeMap<usize, (i64, usize)> = BTreeMap::new();
        let mut done: BTreeMap<usize, i64> = BTreeMap::new();
        let mut heap = BinaryHeap::new();
        let mut best = (self.alone, Target::Alone(request));
        self.relax(request, 0, &mut reached, &mut heap);
        while let Some(Reverse((distance, place))) = heap.pop() {
            if distance >= best.0 || done.len() >= MAX_VISITED {
                break;
            }
            if done.contains_key(&place) {
                continue;
            }
            done.insert(place, distance);
            let Some(holder) = self.holder.get(place).copied().flatten() else {
                best = (distance, Target::Free(place));
                break;
            };
            // What the holder pays now is given back when it moves.
            let paid = self.edges.get(holder).into_iter().flatten().find(|edge| edge.place == place);
            let behind = distance - paid.map_or(0, |edge| self.reduced(*edge));
            if behind + self.alone < best.0 {
                best = (behind + self.alone, Target::Alone(holder));
            }
            self.relax(holder, behind, &mut reached, &mut heap);
        }
        let (total, target) = best;
        for (place, distance) in done {
            if let Some(price) = self.place_price.get_mut(place)
                && distance < total
            {
                *price -= total - distance;
            }
        }
        self.change(request, target, &reached);
    }

    fn relax(
        &self,
        from: usize,
        distance: i64,
        reached: &mut BTreeMap<usize, (i64, usize)>,
        heap: &mut BinaryHeap<Reverse<(i64, usize)>>,
    ) {
        for edge in self.edges.get(from).into_iter().flatten() {
            let next = distance + self.reduced(*edge);
            if reached.get(&edge.place).is_none_or(|(known, _)| next < *known) {
                reached.insert(edge.place, (next, from));
                heap.push(Reverse((next, edge.place)));
            }
        }
    }

    /// Moves everyone along the chain.
    fn change(&mut self, request: usize, target: Target, reached: &BTreeMap<usize, (i64, usize)>) {
        let mut place = match target {
            Target::Free(place) => Some(place),
            Target::Alone(other) => self.seat.get_mut(other).and_then(Option::take),
        };
        while let Some(taken) = place {
            let Some(&(_, mover)) = reached.get(&taken) else { return };
            if let Some(holder) = self.holder.get_mut(taken) {
                *holder = Some(mover);
            }
            let left = self.seat.get_mut(mover).and_then(|seat| seat.replace(taken));
            place = if mover == request { None } else { left };
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALONE: i64 = 100;

    fn total(edges: &[Vec<Edge>], seats: &[Option<usize>]) -> i64 {
        let cost = |(request, seat): (usize, &Option<usize>)| match seat {
            None => ALONE,
            Some(place) => edges[request].iter().find(|edge| edge.place == *place).unwrap().cost,
        };
        seats.iter().enumerate().map(cost).sum()
    }

    fn best(edges: &[Vec<Edge>], used: u32) -> i64 {
        let Some((first, rest)) = edges.split_first() else { return 0 };
        let seated = first.iter().filter(|edge| used & 1 << edge.place == 0);
        let seated = seated.map(|edge| edge.cost + best(rest, used | 1 << edge.place)).min();
        seated.into_iter().chain([ALONE + best(rest, used)]).min().unwrap()
    }

    #[test]
    fn the_first_that_fits_is_not_the_best() {
        // The first request would take place 0, but place 1 costs it little and the second has nothing else.
        let edge = |place, cost| Edge { place, cost };
        let edges = vec![vec![edge(0, 1), edge(1, 2)], vec![edge(0, 1)]];
        assert_eq!(assign(&edges, 2, ALONE), [Some(1), Some(0)]);
    }

    #[test]
    fn what_costs_too_much_stays_alone() {
        let edges = vec![vec![Edge { place: 0, cost: 101 }], vec![]];
        assert_eq!(assign(&edges, 1, ALONE), [None, None]);
    }

    proptest! {
        #[test]
        fn where_all_want_the_same_places_no_other_way_is_cheaper(
            costs in prop::collection::vec(prop::collection::vec(0..12_i64, 5), 6)
        ) {
            let edges: Vec<Vec<Edge>> = costs
                .iter()
                .map(|row| row.iter().enumerate().map(|(place, &cost)| Edge { place, cost }).collect())
                .collect();
            prop_assert_eq!(total(&edges, &assign(&edges, 5, ALONE)), best(&edges, 0));
        }

        #[test]
        fn no_other_way_is_cheaper(
            costs in prop::collection::vec(prop::collection::btree_map(0..6_usize, 0..150_i64, 0..6), 0..7)
        ) {
            let edges: Vec<Vec<Edge>> = costs
                .iter()
                .map(|row| row.iter().map(|(&place, &cost)| Edge { place, cost }).collect())
                .collect();
            let seats = assign(&edges, 6, ALONE);
            let mut taken: Vec<usize> = seats.iter().flatten().copied().collect();
            let count = taken.len();
            taken.sort_unstable();
            taken.dedup();
            prop_assert_eq!(taken.len(), count);
            prop_assert_eq!(total(&edges, &seats), best(&edges, 0));
        }
    }
}
