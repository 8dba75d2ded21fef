//! How far a run has come: numbers that the stages add to and that a program may look at from another thread, so that
//! the library itself never prints.

use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// What a run is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Stage {
    /// Looking for logs and captures, unpacking archives.
    #[default]
    Finding,
    /// Reading logs.
    Logs,
    /// Reading captures.
    Captures,
    /// Joining the two.
    Joining,
}

impl Stage {
    const ALL: [Self; 4] = [Self::Finding, Self::Logs, Self::Captures, Self::Joining];

    /// Returns the word that a person is shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Finding => "finding",
            Self::Logs => "reading logs",
            Self::Captures => "reading captures",
            Self::Joining => "joining",
        }
    }
}

/// The state of a run. Relaxed throughout: a figure that is a moment old does no harm.
#[derive(Debug, Default)]
pub struct Progress {
    stage: AtomicU8,
    total: AtomicU64,
    done: AtomicU64,
    watcher: Option<StepWatcher>,
}

/// Is told of each step.
struct StepWatcher(Box<dyn Fn((Stage, u64, u64)) + Send + Sync>);

impl fmt::Debug for StepWatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StepWatcher")
    }
}

impl Progress {
    /// Makes one that hands each step to `watch` as [`Progress::now`] returns it: for callers that have no other thread to look
    /// from.
    pub fn watched(watch: impl Fn((Stage, u64, u64)) + Send + Sync + 'static) -> Self {
        Self { watcher: Some(StepWatcher(Box::new(watch))), ..Self::default() }
    }

    /// Begins a stage that will go through so many bytes; 0 when that is not known.
    pub fn begin(&self, stage: Stage, total: u64) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        self.stage.store(stage as u8, Ordering::Relaxed);
        self.tell();
    }

    /// Tells that so many bytes more are done. For chunks, not for each packet or line.
    pub fn advance(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
        self.tell();
    }

    fn tell(&self) {
        if let Some(StepWatcher(watch)) = &self.watcher {
            watch(self.now());
        }
    }

    /// Returns the stage, the bytes done in it and the bytes in all.
    pub fn now(&self) -> (Stage, u64, u64) {
        let stage = usize::from(self.stage.load(Ordering::Relaxed));
        let stage = Stage::ALL.get(stage).copied().unwrap_or_default();
        (stage, self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_counts_from_zero() {
        let progress = Progress::default();
        progress.begin(Stage::Logs, 10);
        progress.advance(4);
        assert_eq!(progress.now(), (Stage::Logs, 4, 10));
        progress.begin(Stage::Captures, 0);
        assert_eq!(progress.now(), (Stage::Captures, 0, 0));
    }

    #[test]
    fn a_watcher_is_told_of_each_step() {
        let (sender, steps) = std::sync::mpsc::channel();
        let progress = Progress::watched(move |step| sender.send(step).unwrap());
        progress.begin(Stage::Captures, 10);
        progress.advance(4);
        assert_eq!(steps.try_iter().collect::<Vec<_>>(), [(Stage::Captures, 0, 10), (Stage::Captures, 4, 10)]);
    }
}
