//! Which clock a log is read by, as the other files of its node state it.

use jiff::tz::TimeZone;

use super::belonging::in_common;
use super::told::{Content, Told};
use crate::model::wall_clock::{OffsetRun, StatedOffsets, WallClock};

/// How a node's clock stands to UTC by another file of that node.
#[derive(Clone, Debug, PartialEq)]
pub struct StatedClock {
    /// The clock.
    pub clock: WallClock,
    /// Index of the input that states it.
    pub input: usize,
    /// Index of an input that sets the node to another zone, and is not believed.
    pub contradicted_by: Option<usize>,
}

/// Returns the clock of a log by the files of its node: by the offsets in those local stores that lie nearest to it, else by the zone
/// that the node is set to. A zone that says the same as the offsets is the better of the two, since it knows when it changes.
pub(super) fn clock_of(log: &str, files: &[&Told<'_>]) -> Option<StatedClock> {
    let stores = files.iter().filter_map(|told| match &told.what {
        Content::Store(store) if !store.runs.is_empty() => {
            Some((in_common(log, told.file.path), told.file.input, &store.runs))
        }
        _ => None,
    });
    let stores: Vec<(usize, usize, &Vec<OffsetRun>)> = stores.collect();
    let nearest = stores.iter().map(|(near, ..)| *near).max();
    let nearest: Vec<_> = stores.iter().filter(|(near, ..)| Some(*near) == nearest).collect();
    let runs: Vec<OffsetRun> = nearest.iter().flat_map(|(_, _, runs)| runs.iter().copied()).collect();
    let zone = files.iter().find_map(|told| match &told.what {
        Content::Shown(shown) => Some((TimeZone::get(shown.time_zone.as_deref()?).ok()?, told.file.input)),
        _ => None,
    });
    let zone = zone.map(|(zone, input)| StatedClock { clock: WallClock::Zone(zone), input, contradicted_by: None });
    let Some((_, input, _)) = nearest.first() else { return zone };
    let agrees = |zone: &WallClock| {
        runs.iter().all(|run| zone.offset_at(run.first) == run.offset && zone.offset_at(run.last) == run.offset)
    };
    match zone {
        Some(zone) if agrees(&zone.clock) => Some(StatedClock { input: *input, ..zone }),
        other => {
            let contradicted_by = other.map(|zone| zone.input);
            Some(StatedClock { clock: WallClock::Stated(StatedOffsets::of(runs)?), input: *input, contradicted_by })
        }
    }
}
