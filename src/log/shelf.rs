//! Where attempts are put when they are over.

use std::sync::Arc;

use super::attempt_builder::AttemptBuilder;
use super::facts::{LineRef, LogAttempt};
use crate::model::mdm::RequestKind;

/// Attempts of all logs of a run together; bounds memory where a log was made up. A busy node makes a hundred thousand an hour.
const MAX_ATTEMPTS: usize = 1 << 20;
/// What each log may keep, however many there are.
const LEAST: usize = 1 << 12;

/// Attempts that are complete, each with its place in the order of their beginnings.
pub(super) struct Shelf {
    /// How many are kept.
    room: usize,
    pub(super) begun: usize,
    /// Whether there were more than are kept.
    pub(super) overflowed: bool,
    pub(super) done: Vec<(usize, LogAttempt)>,
}

impl Shelf {
    /// Makes one for a log beside so many others, which share the room.
    pub(super) fn new(beside: usize) -> Self {
        let room = (MAX_ATTEMPTS / beside.saturating_add(1)).max(LEAST);
        Self { room, begun: 0, overflowed: false, done: Vec::new() }
    }

    /// Begins an attempt, unless there are too many.
    pub(super) fn begin(
        &mut self,
        thread: &Arc<str>,
        at: LineRef,
        kind: RequestKind,
        in_call: bool,
    ) -> Option<AttemptBuilder> {
        let room = self.done.len() < self.room;
        self.overflowed |= !room;
        self.begun += 1;
        room.then(|| AttemptBuilder::new(self.begun, Arc::clone(thread), at, kind, in_call))
    }

    /// Puts an attempt away that is over.
    pub(super) fn close(&mut self, open: Option<AttemptBuilder>) {
        self.done.extend(open.and_then(AttemptBuilder::finish));
    }
}
