//! What becomes of a map while it is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts how often a page of a map turned out to be gone.
#[derive(Clone, Debug, Default)]
pub(in crate::input) struct Hits(pub(super) Arc<AtomicUsize>);

impl Hits {
    /// Tells whether bytes were read that the file no longer had.
    pub(in crate::input) fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}
