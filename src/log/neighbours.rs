//! What stands around a record, where that tells of text that somebody wrote into the log through another component.
//!
//! Whoever gets a line break into what a component logs, such as a user agent or a name, can follow it with whole records. These
//! stand right behind a record of that component, on its thread where the writer knows it, or at a time that the writer guessed.

use std::ops::Range;

use super::event::What;
use super::record::{self, LogHeader};
use super::steps::distance;
use crate::model::time::{LocalTime, SECOND};

/// Records of several threads are written out of their order by less than this.
const DISORDER: i64 = SECOND;
/// Lines before a record among which the one before it is looked for, and bytes.
const MAX_LINES: u64 = 16;
pub(super) const MAX_BYTES: usize = 8 << 10;

/// A record beside another one that should not be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Neighbour {
    /// In which way it does not fit.
    pub(super) kind: NeighbourKind,
    /// Lines from it to the record; negative for one that follows.
    pub(super) lines_before: i64,
}

/// In which way a record does not fit to the one beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NeighbourKind {
    /// The one before is another component's on the same thread.
    OtherComponent,
    /// The one before is later, or the one behind earlier.
    OtherTime,
}

/// Looks around a record of the MDM component whose first line begins at `line`. `next` is where the record behind it begins, and
/// how many lines away that is.
pub(super) fn strange(
    bytes: &[u8],
    line: usize,
    header: &LogHeader<'_>,
    what: &What,
    next: Option<(usize, i64)>,
) -> Option<Neighbour> {
    match what {
        What::Begin | What::Verify | What::Get(_) => before(bytes, line, header),
        What::Response(_) | What::Answer(_) => {
            let (at, lines) = next?;
            let time = time_at(bytes, at)?;
            let goes_back = header.time.is_some_and(|own| distance(time, own) > DISORDER);
            goes_back.then_some(Neighbour { kind: NeighbourKind::OtherTime, lines_before: -lines })
        }
        _ => None,
    }
}

fn before(bytes: &[u8], line: usize, header: &LogHeader<'_>) -> Option<Neighbour> {
    let floor = line.saturating_sub(MAX_BYTES);
    let mut end = line.checked_sub(1)?;
    for back in 1..=MAX_LINES {
        let begin = memchr::memrchr(b'\n', bytes.get(floor..end)?).map(|newline| floor + newline + 1);
        let begin = begin.or((floor == 0).then_some(0))?;
        let Some(offset) = record::start_at(bytes, begin) else {
            end = begin.checked_sub(1)?;
            continue;
        };
        return judge(bytes, begin + offset..end, header)
            .map(|kind| Neighbour { kind, lines_before: i64::try_from(back).unwrap_or(i64::MAX) });
    }
    None
}

/// Tells what is strange about the record before, whose first line this is.
fn judge(bytes: &[u8], first_line: Range<usize>, header: &LogHeader<'_>) -> Option<NeighbourKind> {
    let (_, other) = record::header(bytes.get(first_line)?).ok()?;
    let later = header.time.zip(other.time).is_some_and(|(own, other)| distance(own, other) > DISORDER);
    if later {
        return Some(NeighbourKind::OtherTime);
    }
    let same_thread = !header.thread.is_empty() && header.thread == other.thread;
    (same_thread && !other.is_mdm()).then_some(NeighbourKind::OtherComponent)
}

fn time_at(bytes: &[u8], line: usize) -> Option<LocalTime> {
    bytes.get(line + record::start_at(bytes, line)?..).and_then(record::time)
}
