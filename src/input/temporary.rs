//! The folder for temporary files, and what a person can do about it.

use std::path::PathBuf;

/// The variable of the environment that names it.
pub(super) const VARIABLE: &str = if cfg!(windows) { "TMP" } else { "TMPDIR" };

/// Returns it; `None` where there is no file system, as in a browser: to ask the system there ends the process.
pub(super) fn folder() -> Option<PathBuf> {
    (!cfg!(target_family = "wasm")).then(std::env::temp_dir)
}
