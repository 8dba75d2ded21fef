//! What the search for an offset asks of a log beside a capture.

use crate::correlate::compatibility::Compatibility;
use crate::correlate::interval::{LogInterval, WireInterval};
use crate::evidence::wire::HostSource;
use crate::model::time::Timestamp;

/// Which requests and places could be the same event, and how well they agree without a look at the clock.
pub trait Pairing: Sync {
    /// Returns the requests that have a time, in order of time.
    fn marks(&self) -> &[LogInterval];
    /// Returns when a place began; places are in order of time.
    fn start_of(&self, place: usize) -> Option<Timestamp>;
    /// Returns how many places begin in a range of time.
    fn places_within(&self, first: Timestamp, last: Timestamp) -> usize;
    /// Returns the places that may be a request's by its host, in ascending order.
    fn candidates(&self, mark: usize) -> &[usize];
    /// Returns how a request and a place agree; `None` when they cannot be the same event.
    fn agreement(&self, mark: usize, place: usize) -> Option<(Compatibility, HostSource)>;
    /// Returns a place as it bears on a request.
    fn spot(&self, mark: usize, place: usize) -> Option<WireInterval>;
}
