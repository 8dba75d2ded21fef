//! One decision over all logs and captures: which request of which log is at which place of which capture.

use super::assignment::{Edge, assign};
use super::pairing::Pair;
use super::place::WirePlace;
use super::sizes::Sizes;
use crate::correlate::capture_view::CaptureView;
use crate::correlate::clock::ClockOffset;
use crate::correlate::cost::{self, PairTimes, UNMATCHED};
use crate::correlate::interval::WireInterval;
use crate::correlate::log_request::LogRequest;
use crate::model::time::{SECOND, Timestamp};

/// How far from where it should be a request's first packet is looked for.
const REACH: i64 = 3 * SECOND;
/// The cheapest places of a request that take part.
const MAX_PLACES: usize = 16;
/// Places in time that are compared to find them.
const MAX_COMPARED: usize = 256;
/// What it is worth that the tries of an attempt follow each other on one connection.
const TOGETHER: i64 = 1_500;

/// Clock offsets: for each log and each capture, when something of the one is on the other.
#[derive(Clone, Debug)]
pub struct Offsets(pub Vec<Vec<Option<ClockOffset>>>);

impl Offsets {
    /// Returns the offset of a log and a capture.
    pub fn get(&self, log: usize, capture: usize) -> Option<ClockOffset> {
        self.0.get(log)?.get(capture).copied().flatten()
    }
}

/// Returns the place of each request. `said` has the requests of each log.
pub fn matching(
    said: &[Vec<LogRequest<'_>>],
    views: &[CaptureView<'_>],
    offsets: &Offsets,
) -> Vec<Vec<Option<WirePlace>>> {
    let mut board = Board::new(said, views, offsets);
    let mut flat = assign(&board.edges, board.places.len(), UNMATCHED);
    if board.weigh_sizes(&flat) {
        flat = assign(&board.edges, board.places.len(), UNMATCHED);
    }
    let flat = board.keep_together(flat);
    let mut flat = flat.into_iter().map(|seat| seat.and_then(|place| board.places.get(place).copied()));
    said.iter().map(|log| flat.by_ref().take(log.len()).collect()).collect()
}

/// All requests and places with the costs between them.
struct Board<'b, 'a> {
    said: Vec<&'b LogRequest<'a>>,
    views: &'b [CaptureView<'a>],
    places: Vec<WirePlace>,
    edges: Vec<Vec<Edge>>,
}

impl<'b, 'a> Board<'b, 'a> {
    fn new(said: &'b [Vec<LogRequest<'a>>], views: &'b [CaptureView<'a>], offsets: &Offsets) -> Self {
        let places: Vec<WirePlace> = views
            .iter()
            .enumerate()
            .flat_map(|(capture, view)| (0..view.slots.len()).map(move |slot| WirePlace { capture, slot }))
            .collect();
        let first: Vec<usize> =
            views.iter().scan(0, |next, view| Some(std::mem::replace(next, *next + view.slots.len()))).collect();
        let mut edges = Vec::new();
        for (log, requests) in said.iter().enumerate() {
            // Without a clock to a capture, requests that have no times may still be in it.
            let timeless = requests.iter().any(|request| request.start.is_none());
            let pairs: Vec<(usize, Pair<'_, '_>)> = views
                .iter()
                .enumerate()
                .filter(|(capture, _)| timeless || offsets.get(log, *capture).is_some())
                .map(|(capture, view)| (capture, Pair::new(requests, view)))
                .collect();
            for request in requests {
                let mut found = Vec::new();
                for &(capture, ref pair) in &pairs {
                    let offset = offsets.get(log, capture);
                    let (Some(view), Some(&base)) = (views.get(capture), first.get(capture)) else { continue };
                    let near = costs(request, pair, view, offset);
                    found.extend(near.into_iter().map(|(place, cost)| Edge { place: base + place, cost }));
                }
                found.sort_unstable_by_key(|edge| (edge.cost, edge.place));
                found.truncate(MAX_PLACES);
                edges.push(found);
            }
        }
        Self { said: said.iter().flatten().collect(), views, places, edges }
    }

    /// Adds what the sizes of answers cost, as a first decision tells them; returns whether that speaks against it.
    fn weigh_sizes(&mut self, seats: &[Option<usize>]) -> bool {
        let (said, views, places) = (&self.said, self.views, &self.places);
        let decided = said.iter().zip(seats).filter_map(|(said, seat)| Some((*said, *places.get((*seat)?)?)));
        let sizes = Sizes::learn(views, decided);
        let mut against = false;
        for ((said, seat), edges) in said.iter().zip(seats).zip(&mut self.edges) {
            for edge in edges {
                let cost = places.get(edge.place).map_or(0, |place| sizes.cost(views, said, *place));
                edge.cost += cost;
                against |= cost > 0 && *seat == Some(edge.place);
            }
        }
        against
    }

    /// Puts two tries of an attempt together where they ended up on different connections though two requests of one connection would do as
    /// well: they change places with whoever is there.
    fn keep_together(&self, mut seats: Vec<Option<usize>>) -> Vec<Option<usize>> {
        let mut holder = vec![None; self.places.len()];
        for (request, seat) in seats.iter().enumerate() {
            if let Some(slot) = seat.and_then(|place| holder.get_mut(place)) {
                *slot = Some(request);
            }
        }
        for second in 1..seats.len() {
            let (Some(a), Some(b)) = (self.said.get(second - 1), self.said.get(second)) else { continue };
            if (a.log, a.attempt) != (b.log, b.attempt) {
                continue;
            }
            let first_seat = seats.get(second - 1).copied().flatten();
            let second_seat = seats.get(second).copied().flatten();
            let next = first_seat.and_then(|seat| self.next_request(seat));
            let previous = second_seat.and_then(|seat| self.previous_request(seat));
            if next.is_some() && next == second_seat {
                continue;
            }
            if !next.is_some_and(|wanted| self.change_places(second, wanted, &mut seats, &mut holder))
                && let Some(wanted) = previous
            {
                self.change_places(second - 1, wanted, &mut seats, &mut holder);
            }
        }
        seats
    }

    /// Gives a request the place that it wants, and its own to whoever had that, if it costs little.
    fn change_places(
        &self,
        request: usize,
        wanted: usize,
        seats: &mut [Option<usize>],
        holder: &mut [Option<usize>],
    ) -> bool {
        let Some(price) = self.price(request, Some(wanted)) else { return false };
        let now = seats.get(request).copied().flatten();
        let other = holder.get(wanted).copied().flatten();
        let before = self.price(request, now).unwrap_or(UNMATCHED)
            + other.map_or(0, |other| self.price(other, Some(wanted)).unwrap_or(UNMATCHED));
        let after = price + other.map_or(0, |other| self.price(other, now).unwrap_or(UNMATCHED));
        if after > before + TOGETHER {
            return false;
        }
        let goes = other.filter(|other| now.is_none() || self.price(*other, now).is_some());
        if other.is_some() && goes.is_none() {
            return false;
        }
        for (request, seat) in [(Some(request), Some(wanted)), (other, now)] {
            if let Some(entry) = request.and_then(|request| seats.get_mut(request)) {
                *entry = seat;
            }
            if let Some(entry) = seat.and_then(|seat| holder.get_mut(seat)) {
                *entry = request;
            }
        }
        true
    }

    /// Returns the place of the next request on the same connection.
    fn next_request(&self, place: usize) -> Option<usize> {
        let WirePlace { capture, slot } = *self.places.get(place)?;
        let slots = &self.views.get(capture)?.slots;
        let here = slots.get(slot)?;
        let later = slots.get(slot + 1..)?.iter().take(MAX_COMPARED);
        let next = later
            .clone()
            .position(|next| next.session == here.session && next.request == here.request.map(|request| request + 1))?;
        Some(place + 1 + next)
    }

    /// Returns the place of the request before on the same connection.
    fn previous_request(&self, place: usize) -> Option<usize> {
        let WirePlace { capture, slot } = *self.places.get(place)?;
        let slots = &self.views.get(capture)?.slots;
        let here = slots.get(slot)?;
        let wanted = here.request?.checked_sub(1)?;
        let mut earlier = slots.get(..slot)?.iter().rev().take(MAX_COMPARED);
        let back = earlier.position(|before| before.session == here.session && before.request == Some(wanted))?;
        place.checked_sub(1 + back)
    }

    /// Returns what a request pays at a place; nothing known means that it must not be there.
    fn price(&self, request: usize, seat: Option<usize>) -> Option<i64> {
        match seat {
            None => Some(UNMATCHED),
            Some(place) => self.edges.get(request)?.iter().find(|edge| edge.place == place).map(|edge| edge.cost),
        }
    }
}

/// Returns the places of a capture that a request may take, with what they cost.
fn costs(
    said: &LogRequest<'_>,
    pair: &Pair<'_, '_>,
    view: &CaptureView<'_>,
    offset: Option<ClockOffset>,
) -> Vec<(usize, i64)> {
    let places = pair.places(said);
    let start = said.start.zip(offset).map(|(start, offset)| start.to_utc(offset));
    let result = said.result.zip(offset).map(|(result, offset)| result.to_utc(offset));
    let near = match (start, offset) {
        (Some(start), _) => {
            let until = start.plus_nanos(REACH).max(result.map_or(start, |result| result.plus_nanos(SECOND)));
            let at = |time: Timestamp| {
                places.partition_point(|&place| view.slots.get(place).is_some_and(|slot| slot.start < time))
            };
            places.get(at(start.plus_nanos(-REACH))..at(until))
        }
        // A log without times: whatever is left for its hosts.
        (None, None) if said.start.is_none() => Some(places),
        _ => None,
    };
    near.unwrap_or_default()
        .iter()
        .take(MAX_COMPARED)
        .filter_map(|&place| {
            let slot = view.slots.get(place)?;
            let (fit, host) = pair.agree(said, place)?;
            let WireInterval { start: first, end, last, .. } = slot.spot_for(&said.claim);
            let times = PairTimes { said_start: start, said_result: result, start: first, end, last };
            let cost = cost::cost(times, fit, host);
            (cost < UNMATCHED).then_some((place, cost))
        })
        .collect()
}

#[cfg(test)]
mod tests;
