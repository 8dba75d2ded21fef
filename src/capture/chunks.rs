//! A capture file read in chunks side by side, and taken in its order.
//!
//! Nothing in a capture says where a frame begins but the frame before it. Walking all headers first to find borders would
//! cost most of what reading costs, so each chunk's first frame is guessed, as it would be found behind garbage, and what
//! was read is taken only when the chunk before really ended there; otherwise the chunk is read again from where it
//! begins. The outcome is that of one walk from front to back, whatever the size of the chunks.

use std::ops::Range;

use rayon::prelude::*;

use super::container::{Damage, Frame, Position, ReaderState, Sink};
use crate::ordered_parallel::ordered_parallel;
use crate::progress::Progress;

/// Small enough that what a few chunks find is small, large enough that a guess costs nothing.
pub(super) const CHUNK: usize = 1 << 20;
/// Chunks of one file, so that what is kept of each is little for a file of any size.
const MAX_CHUNKS: usize = 1 << 13;

/// Chunks that a thread reads before all wait for the last: a chunk takes a fraction of a millisecond, so that with few
/// the threads would wait for each other more than they read; many would hold more in memory.
const WAVE: usize = 8;

/// Bytes at the beginning of a file that are looked at for what all chunks must know.
const PROLOGUE: usize = 64 << 10;

/// The place where reading a chunk begins, and the state of the reader there.
#[derive(Clone, Debug)]
pub(super) struct Start {
    range: Range<usize>,
    state: ReaderState,
    from: Position,
}

struct Scanned<S> {
    start: Start,
    state: ReaderState,
    to: Position,
    sink: S,
}

/// Reads a file; `take` is given the sinks in the order of the file, each with the place where it can be read again. `false`
/// when the file is no capture.
pub(super) fn read<'a, S: Sink<'a> + Send>(
    bytes: &'a [u8],
    chunk: usize,
    progress: &Progress,
    make: impl Fn() -> S + Sync,
    mut take: impl FnMut(S, Start) + Send,
) -> bool {
    let chunk = chunk.max(bytes.len() / MAX_CHUNKS);
    let Some((mut state, mut position)) = ReaderState::open(bytes) else { return false };
    let mut known = state.clone();
    known.walk(bytes, position, PROLOGUE.min(bytes.len()), &mut Ignore);
    let chunks = bytes.len().div_ceil(chunk);
    let wave = rayon::current_num_threads() * WAVE;
    let mut scanned: Vec<Scanned<S>> = Vec::new();
    let mut next = 0;
    while next < chunks || !scanned.is_empty() {
        let ahead = next..(next + wave).min(chunks);
        next = ahead.end;
        let assumed = if ahead.start > wave { state.clone() } else { known.clone() };
        let (beginning, from) = (state.clone(), position);
        let scan = |index: usize| {
            let range = index * chunk..((index + 1) * chunk).min(bytes.len());
            if index == 0 {
                return scan(bytes, Start { range, state: beginning.clone(), from }, &make);
            }
            let from = match assumed.find(bytes, range.start, range.end) {
                Some(found) => Position::At(found),
                None => Position::Lost(range.end),
            };
            scan(bytes, Start { range, state: assumed.clone(), from }, &make)
        };
        let read = std::mem::take(&mut scanned);
        let ((), found) = rayon::join(
            || {
                for read in read {
                    let length = read.start.range.len();
                    if let Some((sink, start)) = verify(bytes, read, &mut state, &mut position, &make) {
                        take(sink, start);
                    }
                    progress.advance(length as u64);
                }
            },
            || ahead.into_par_iter().map(scan).collect(),
        );
        scanned = found;
    }
    true
}

/// Reads chunks of a file again.
pub(super) fn read_again<'a, S: Sink<'a> + Send>(
    bytes: &'a [u8],
    starts: &[&Start],
    make: impl Fn() -> S + Sync,
    take: impl FnMut(S) + Send,
) {
    let read = |start: &&Start| scan(bytes, (*start).clone(), &make).sink;
    ordered_parallel(starts.iter(), rayon::current_num_threads() * 2, read, take);
}

fn scan<'a, S: Sink<'a>>(bytes: &'a [u8], start: Start, make: &impl Fn() -> S) -> Scanned<S> {
    let mut sink = make();
    let mut state = start.state.clone();
    let end = start.range.end;
    let to = match start.from {
        Position::Lost(at) if at >= end => start.from,
        from => state.walk(bytes, from, end, &mut sink),
    };
    Scanned { start, state, to, sink }
}

/// Checks what was read of a chunk against how the one before it ended, and reads it again where they do not fit; `None`
/// when a frame covers it all.
fn verify<'a, S: Sink<'a>>(
    bytes: &'a [u8],
    read: Scanned<S>,
    state: &mut ReaderState,
    position: &mut Position,
    make: &impl Fn() -> S,
) -> Option<(S, Start)> {
    let range = read.start.range.clone();
    if matches!(*position, Position::At(at) if at >= range.end) {
        return None;
    }
    let guessed = read.start.state == *state
        && match *position {
            Position::At(_) => read.start.from == *position,
            Position::Lost(at) => at == range.start,
        };
    let read = if guessed { read } else { scan(bytes, Start { range, state: state.clone(), from: *position }, make) };
    *state = read.state;
    *position = read.to;
    Some((read.sink, read.start))
}

struct Ignore;

impl<'a> Sink<'a> for Ignore {
    fn frame(&mut self, _: Frame<'a>) {}
    fn damage(&mut self, _: Damage) {}
}
