//! Reads a file piece by piece while it is unpacked: one thread unpacks, the others read, and what is between them is bounded.
//! Only the facts of the pieces are kept, in memory that all unpacked members share; where they are too many, the rest of the
//! file is kept instead, as that of any other kind.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::ahead::PieceReader;
pub(super) use sink::Passed;
use sink::PieceSink;
pub(super) use terms::Terms;
use windows::{Window, Windows};

mod sink;
mod terms;
mod windows;

/// Bytes of a piece.
const PIECE: usize = 1 << 20;

/// Bytes below which a file is rather kept: it is small, and some of it is looked at more than once.
pub(super) const LEAST: u64 = 4 << 20;

/// How long to wait for a thread that reads, where this one has nothing to do.
const MOMENT: Duration = Duration::from_micros(50);

/// Reads all that a reader yields. An error ends it; what came before it counts.
pub(super) fn read(reader: &mut dyn Read, how: PieceReader, terms: Terms<'_>) -> (Passed, io::Result<()>) {
    read_in_pieces(reader, how, terms, PIECE)
}

/// Reads in pieces of about so many bytes, which makes no difference to what comes out.
fn read_in_pieces(reader: &mut dyn Read, how: PieceReader, terms: Terms<'_>, piece: usize) -> (Passed, io::Result<()>) {
    let line = PassingFile {
        how,
        in_flight: AtomicUsize::new(0),
        kept: AtomicBool::new(false),
        failed: AtomicBool::new(false),
        waiting: Mutex::new(Waiting { sink: Some(PieceSink::new(terms)), read: Vec::new(), next: 0 }),
        spare: Mutex::new(Vec::new()),
    };
    let mut windows = Windows::new(how, piece, terms);
    let most = 2 * rayon::current_num_threads() + 2;
    let error = rayon::in_place_scope(|scope| {
        loop {
            let spare = line.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let (window, error) = windows.next(reader, spare.unwrap_or_default());
            if let Some(window) = window {
                // A thread of the pool must not just wait: it may be the one to do it.
                while line.in_flight.load(Ordering::Acquire) >= most {
                    if rayon::yield_now() != Some(rayon::Yield::Executed) {
                        std::thread::sleep(MOMENT);
                    }
                }
                line.in_flight.fetch_add(1, Ordering::AcqRel);
                let line = &line;
                scope.spawn(move |_| line.read(window));
            } else if error.is_none() {
                return None;
            }
            if error.is_some() || line.failed.load(Ordering::Relaxed) {
                return error;
            }
        }
    });
    let waiting = line.waiting.into_inner().unwrap_or_else(PoisonError::into_inner);
    let sink = waiting.sink.unwrap_or_else(|| PieceSink::new(terms));
    sink.finish(error)
}

/// What the threads share that read pieces of one file.
struct PassingFile<'s> {
    how: PieceReader,
    /// Windows that were handed on and are not done with.
    in_flight: AtomicUsize,
    /// Whether the rest is kept, so that nobody needs to read it.
    kept: AtomicBool,
    failed: AtomicBool,
    waiting: Mutex<Waiting<'s>>,
    /// Buffers that may be used again.
    spare: Mutex<Vec<Vec<u8>>>,
}

/// Pieces that were read, until those before them are done with.
struct Waiting<'s> {
    /// Away while a thread puts pieces into it.
    sink: Option<PieceSink<'s>>,
    read: Vec<(Window, Option<Box<dyn super::ahead::AheadFacts>>)>,
    /// Number of the piece that comes next.
    next: usize,
}

impl PassingFile<'_> {
    /// Reads a piece, and puts those in their order that are there.
    fn read(&self, window: Window) {
        let wanted = !window.too_long && !self.kept.load(Ordering::Relaxed);
        let facts = wanted.then(|| (self.how.read)(window.seen(), window.piece.clone()));
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.read.push((window, facts));
        // Where another thread has it, that one looks once more before it is done.
        let Some(mut sink) = waiting.sink.take() else { return };
        loop {
            let next = waiting.next;
            let Some(at) = waiting.read.iter().position(|(window, _)| window.number == next) else { break };
            let (window, facts) = waiting.read.swap_remove(at);
            waiting.next += 1;
            drop(waiting);
            sink.take(&window, facts);
            if sink.keeps() {
                self.kept.store(true, Ordering::Relaxed);
            }
            if sink.failed() {
                self.failed.store(true, Ordering::Relaxed);
            }
            self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(window.bytes);
            self.in_flight.fetch_sub(1, Ordering::AcqRel);
            waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        }
        waiting.sink = Some(sink);
    }
}

#[cfg(test)]
mod tests;
