//! Where attempts are put when they are over.

use std::sync::Arc;

use super::attempt_builder::AttemptBuilder;
use super::facts::{LineRef, LogAttempt};
use crate::model::mdm::RequestKind;

/// More attempts than a node can make in the years that a log may span; bounds memory where a log was made up.
const MAX_ATTEMPTS: usize = 1 << 20;

/// Attempts that are complete, each with its place in the order of their beginnings.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) begun: usize,
    /// Whether there were more than are kept.
    pub(super) overflowed: bool,
    pub(super) done: Vec<(usize, LogAttempt)>,
}

impl Shelf {
    /// Begins an attempt, unless there are too many.
    pub(super) fn begin(
        &mut self,
        thread: &Arc<str>,
        at: LineRef,
        kind: RequestKind,
        in_call: bool,
    ) -> Option<AttemptBuilder> {
        let room = self.done.len() < MAX_ATTEMPTS;
        self.overflowed |= !room;
        self.begun += 1;
        room.then(|| AttemptBuilder::new(self.begun, Arc::clone(thread), at, kind, in_call))
    }

    /// Puts an attempt away that is over.
    pub(super) fn close(&mut self, open: Option<AttemptBuilder>) {
        self.done.extend(open.and_then(AttemptBuilder::finish));
    }
}
