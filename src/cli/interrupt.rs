//! Ctrl-C, and being told to end: a message, no half-written file, and the status that shells expect.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tempfile::NamedTempFile;

use super::{Failure, Status};

/// The file that is being written and has a name. Whoever holds the lock decides alone whether it lives.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// A person is typing, and the terminal does not show it.
static TYPING: AtomicBool = AtomicBool::new(false);

/// From now on, Ctrl-C and being told to end clean up first.
pub fn install() -> Result<(), Failure> {
    ctrlc::set_handler(stop).map_err(|error| Failure::System { what: "listen for Ctrl-C", error: error.to_string() })
}

/// Ends the program.
fn stop() {
    let unfinished = unfinished();
    if let Some(path) = unfinished.as_deref() {
        let _ = std::fs::remove_file(path);
    }
    // The prompt puts the terminal back as it was; give it the time.
    for _ in 0..20 {
        if !TYPING.load(Ordering::Acquire) {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = writeln!(io::stderr(), "\nmdmlog: interrupted; nothing was written");
    // The lock is held to the end: no file can be made or finished any more.
    std::process::exit(Status::Interrupted as i32);
}

/// Makes a file that goes when the program is interrupted.
pub fn create_unfinished(create: impl FnOnce() -> io::Result<NamedTempFile>) -> io::Result<NamedTempFile> {
    let mut unfinished = unfinished();
    let file = create()?;
    *unfinished = Some(file.path().to_owned());
    Ok(file)
}

/// Puts the file in its place.
pub fn finish(persist: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let mut unfinished = unfinished();
    *unfinished = None;
    persist()
}

/// Marks that a person is typing while `ask` runs.
pub fn while_typing<T>(ask: impl FnOnce() -> T) -> T {
    TYPING.store(true, Ordering::Release);
    let answer = ask();
    TYPING.store(false, Ordering::Release);
    answer
}

fn unfinished() -> MutexGuard<'static, Option<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}
