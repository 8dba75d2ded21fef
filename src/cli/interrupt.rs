//! Ctrl-C, and being told to end: a message, no half-written file, and the status that shells expect.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tempfile::NamedTempFile;

use super::{Failure, Status};

/// The files that are being written and have a name. Whoever holds the lock decides alone whether they live.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A person is typing, and the terminal does not show it.
static TYPING: AtomicBool = AtomicBool::new(false);

/// Makes Ctrl-C and being told to end clean up first from now on.
pub fn install() -> Result<(), Failure> {
    ctrlc::set_handler(stop).map_err(|error| Failure::System { what: "listen for Ctrl-C", error: error.to_string() })
}

/// Ends the program.
fn stop() {
    let unfinished = unfinished();
    for path in unfinished.iter() {
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
    unfinished.push(file.path().to_owned());
    Ok(file)
}

/// Puts the files in their places.
pub fn finish(persist: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let mut unfinished = unfinished();
    unfinished.clear();
    persist()
}

/// Marks that a person is typing while `ask` runs.
pub fn while_typing<T>(ask: impl FnOnce() -> T) -> T {
    TYPING.store(true, Ordering::Release);
    let answer = ask();
    TYPING.store(false, Ordering::Release);
    answer
}

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}
