//! Readers that count: what a decoder takes, and what it yields, which is held to the limits.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::budget::{Budget, RootIndex};
use super::limits::{Limits, Reached};
use crate::progress::Progress;

/// Counts packed bytes whose number is known from the start.
pub(super) fn packed(bytes: u64) -> Arc<AtomicU64> {
    Arc::new(AtomicU64::new(bytes))
}

/// Counts the packed bytes that a decoder takes.
pub(super) struct CountedReader<'a, R> {
    inner: R,
    taken: Arc<AtomicU64>,
    progress: Option<&'a Progress>,
}

impl<'a, R> CountedReader<'a, R> {
    /// Counts what is read from `inner`; a progress is told of each chunk.
    pub(super) fn new(inner: R, taken: &Arc<AtomicU64>, progress: Option<&'a Progress>) -> Self {
        Self { inner, taken: Arc::clone(taken), progress }
    }
}

impl<R: Read> Read for CountedReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)? as u64;
        self.taken.fetch_add(read, Ordering::Relaxed);
        if let Some(progress) = self.progress {
            progress.advance(read);
        }
        Ok(read as usize)
    }
}

/// Holds what a decoder yields to the limits.
pub(super) struct MeteredReader<'a, R> {
    inner: R,
    packed: Arc<AtomicU64>,
    produced: u64,
    failed: bool,
    root: RootIndex,
    budget: &'a Budget,
}

impl<'a, R> MeteredReader<'a, R> {
    /// Holds `inner` to the limits; `packed` is what the decoder has taken so far.
    pub(super) fn new(inner: R, packed: Arc<AtomicU64>, root: RootIndex, budget: &'a Budget) -> Self {
        Self { inner, packed, produced: 0, failed: false, root, budget }
    }
}

impl<R: Read> Read for MeteredReader<'_, R> {
    /// Yields nothing more after an error: a decoder in a broken state is not asked again.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.failed {
            return Ok(0);
        }
        let result = self.read_on(buffer);
        self.failed = result.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        result
    }
}

impl<R: Read> MeteredReader<'_, R> {
    fn read_on(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)? as u64;
        self.produced += read;
        self.budget.unpack(self.root, read)?;
        let packed = self.packed.load(Ordering::Relaxed).max(1);
        let Limits { ratio, beyond_ratio, .. } = self.budget.limits;
        if self.produced > beyond_ratio && self.produced / packed > ratio {
            return Err(Reached::Ratio(ratio).into());
        }
        Ok(read as usize)
    }
}
