//! Progress on standard error: a bar on a terminal, lines elsewhere when they are asked for. A thread looks at the
//! numbers of the run now and then; the run itself knows nothing of it.

use std::io::Write as _;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{BinaryBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use mdmlog::progress::{Progress, Stage};

use super::args::When;
use super::{Failure, terminal};

/// Shorter work needs no bar.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the bar moves.
const STEP: Duration = Duration::from_millis(100);
/// How often a line is written where there is no bar.
const LINE: Duration = Duration::from_secs(1);

/// What shows the progress of a run.
#[derive(Clone)]
pub struct Bar {
    bar: ProgressBar,
    watcher: Arc<Mutex<Option<Watcher>>>,
}

struct Watcher {
    thread: JoinHandle<()>,
    /// Going away is the message.
    running: Sender<()>,
}

impl Bar {
    /// Begins to watch, if there is someone to show it to.
    pub fn start(when: When, progress: &Arc<Progress>) -> Result<Self, Failure> {
        let terminal = terminal::stderr_is_terminal();
        let watched = when == When::Always || (when == When::Auto && terminal);
        let this = Self { bar: ProgressBar::hidden(), watcher: Arc::default() };
        if watched {
            let (running, ended) = mpsc::channel();
            let (progress, bar) = (Arc::clone(progress), this.bar.clone());
            let watch = move || {
                let wait = |time| ended.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
                if terminal { draw(&progress, &bar, when, wait) } else { tell(&progress, wait) }
            };
            let thread = thread::Builder::new().name("progress".to_owned()).spawn(watch);
            let thread = thread.map_err(|error| Failure::System {
                what: "start the thread of --progress",
                error: error.to_string(),
            })?;
            *this.watcher.lock().unwrap_or_else(PoisonError::into_inner) = Some(Watcher { thread, running });
        }
        Ok(this)
    }

    /// Does something else on the terminal, with the bar out of the way.
    pub fn aside<T>(&self, other: impl FnOnce() -> T) -> T {
        self.bar.suspend(other)
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        let watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Watcher { thread, running }) = watcher {
            drop(running);
            // Had it panicked, there would be no bar to take away.
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}

/// What a person is told.
struct Figures {
    stage: Stage,
    done: u64,
    total: u64,
    per_second: u64,
}

/// Takes the figures of a run, and measures its speed since the stage began.
struct Meter<'a> {
    progress: &'a Progress,
    stage: Stage,
    since: Instant,
    read_at: Instant,
}

impl<'a> Meter<'a> {
    fn new(progress: &'a Progress) -> Self {
        let now = Instant::now();
        Self { progress, stage: Stage::default(), since: now, read_at: now }
    }

    fn read(&mut self) -> Figures {
        let (stage, done, total) = self.progress.now();
        if stage != self.stage {
            // It began somewhere after the last look.
            (self.stage, self.since) = (stage, self.read_at);
        }
        self.read_at = Instant::now();
        let per_second = done as f64 / self.since.elapsed().as_secs_f64().max(1e-3);
        Figures { stage, done, total, per_second: per_second as u64 }
    }
}

/// Moves a bar until the run ends.
fn draw(progress: &Progress, bar: &ProgressBar, when: When, wait: impl Fn(Duration) -> bool) {
    let mut meter = Meter::new(progress);
    if when == When::Auto && !wait(PATIENCE) {
        return;
    }
    let mut known = None;
    loop {
        let Figures { stage, done, total, per_second } = meter.read();
        if known.replace(total > 0) != Some(total > 0) {
            bar.set_style(style(total > 0));
        }
        bar.set_length(total);
        bar.set_position(done);
        bar.set_prefix(stage.as_str());
        bar.set_message(if done > 0 { figures(done, total, per_second) } else { String::new() });
        if bar.is_hidden() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        bar.tick();
        if !wait(STEP) {
            return;
        }
    }
}

fn style(of_known_length: bool) -> ProgressStyle {
    let template = if of_known_length { "{prefix:16} [{bar:30}] {msg}" } else { "{prefix:16} {spinner} {msg}" };
    // A bar without a style is worth more than an error about it.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ")
}

/// Returns `12.5 MiB of 2.0 GiB, 1.1 GiB/s`
fn figures(done: u64, total: u64, per_second: u64) -> String {
    let of = if total > 0 { format!(" of {}", BinaryBytes(total)) } else { String::new() };
    format!("{}{of}, {}/s", BinaryBytes(done), BinaryBytes(per_second))
}

/// Writes a line now and then until the run ends, and one at the end.
fn tell(progress: &Progress, wait: impl Fn(Duration) -> bool) {
    let mut meter = Meter::new(progress);
    loop {
        let running = wait(LINE);
        let Figures { stage, done, total, per_second } = meter.read();
        let figures = if done > 0 { format!(": {}", figures(done, total, per_second)) } else { String::new() };
        let line = format!("mdmlog: {}{figures}", stage.as_str());
        let _ = writeln!(std::io::stderr(), "{line}");
        if !running {
            return;
        }
    }
}
