//! Where data goes: standard output, or a file that is there whole or not at all, and is none that the run reads.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Failure;
use super::reads::Reads;
use super::unfinished::{Unfinished, folder};

/// A place to write to.
pub struct Output {
    target: Destination,
    what: String,
}

enum Destination {
    Stdout,
    /// A device or a pipe: it takes what comes, and nothing can take its place.
    Special(PathBuf),
    /// A file, or one that is not there yet.
    File(PathBuf),
}

impl Output {
    /// Goes to standard output, for data that is made of nothing that was read.
    pub fn stdout(what: &str) -> Self {
        Self { target: Destination::Stdout, what: format!("{what} to standard output") }
    }

    /// Goes to standard output, or to this file; `what` names the data in messages. Fails where writing would destroy what the run
    /// reads, and where it is plain that nothing can be written, without leaving anything behind.
    pub fn new(path: Option<&Path>, what: &str, reads: &Reads) -> Result<Self, Failure> {
        let Some(path) = path else {
            let stdout = Self::stdout(what);
            reads.spared_by_stdout(&stdout.what)?;
            return Ok(stdout);
        };
        let what = format!("{what} to `{}`", path.display());
        reads.spared_by(path, &what)?;
        match target(path) {
            Ok(target) => Ok(Self { target, what }),
            Err(error) => Err(Failure::Write { what, error }),
        }
    }

    /// Writes what `render` gives. A reader of standard output that goes away early, as `head` does, has what it wanted.
    pub fn write(self, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        let written = match &self.target {
            Destination::Stdout => to_stdout(render),
            Destination::Special(path) => File::options().write(true).open(path).and_then(|mut file| render(&mut file)),
            Destination::File(path) => to_file(path, render),
        };
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe && !matches!(self.target, Destination::File(_)) => {
                Ok(())
            }
            Err(error) => Err(Failure::Write { what: self.what, error }),
            Ok(()) => Ok(()),
        }
    }
}

fn target(path: &Path) -> io::Result<Destination> {
    if is_device(path) {
        return Ok(Destination::Special(path.to_owned()));
    }
    let is_there = match fs::metadata(path) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    match is_there {
        Some(metadata) if metadata.is_dir() => Err(io::Error::other("it is a directory; name a file in it")),
        Some(metadata) if !metadata.is_file() => Ok(Destination::Special(path.to_owned())),
        // What a link points to is replaced, and the link stays.
        is_there => {
            let path = if is_there.is_some() { end_of_links(path)? } else { new_file(path) };
            // A file without a name is gone with the program, whatever happens.
            tempfile::tempfile_in(folder(&path))?;
            Ok(Destination::File(path))
        }
    }
}

/// Returns the path of what a link leads to.
#[cfg(not(windows))]
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

/// Returns the path of what a link leads to, or the path itself: not every drive can tell (those in memory can't).
#[cfg(windows)]
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    Ok(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()))
}

/// Returns the path under which a new file is made.
#[cfg(not(windows))]
fn new_file(path: &Path) -> PathBuf {
    path.to_owned()
}

/// Returns the path under which a new file is made, in the form in which Windows takes one of more than 260 characters.
#[cfg(windows)]
fn new_file(path: &Path) -> PathBuf {
    match (fs::canonicalize(folder(path)), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// Tells whether a path leads to a device, which Windows says is a file: `NUL` in any folder, and all below `\\.\`.
#[cfg(any(windows, test))]
fn names_device(path: &str) -> bool {
    let name = path.rsplit(['\\', '/']).next().unwrap_or_default();
    let stem = name.split(['.', ':']).next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered =
        |kind: &str| stem.strip_prefix(kind).is_some_and(|number| matches!(number.as_bytes(), [b'1'..=b'9']));
    let word = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONOUT$");
    word || numbered("COM") || numbered("LPT") || path.starts_with(r"\\.\")
}

#[cfg(windows)]
fn is_device(path: &Path) -> bool {
    names_device(&path.to_string_lossy())
}

/// Tells nothing: what is no file says so.
#[cfg(not(windows))]
fn is_device(_: &Path) -> bool {
    false
}

fn to_stdout(render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    render(&mut out)?;
    out.flush()
}

/// Writes a file that takes the place when it is whole.
fn to_file(path: &Path, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let unfinished = Unfinished::new(path)?;
    render(&mut unfinished.file())?;
    Unfinished::finish(vec![unfinished])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn output(path: &Path) -> Result<Output, Failure> {
        Output::new(Some(path), "the report", &Reads::default())
    }

    fn write(path: &Path, text: &str) -> Result<(), Failure> {
        output(path)?.write(|out| out.write_all(text.as_bytes()))
    }

    #[test]
    fn a_file_is_written_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        write(&path, "one").unwrap();
        write(&path, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(names(folder.path()), ["report.json"]);
    }

    #[test]
    fn an_error_leaves_the_old_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        write(&path, "old").unwrap();
        let output = output(&path).unwrap();
        let error = output
            .write(|out| {
                out.write_all(b"half")?;
                Err(io::Error::from(io::ErrorKind::StorageFull))
            })
            .unwrap_err();
        assert!(error.to_string().contains("report.json"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(folder.path()), ["report.json"]);
    }

    #[test]
    fn a_place_that_takes_no_file_is_found_out_before_the_work() {
        let folder = tempfile::tempdir().unwrap();
        let error = output(folder.path()).err().unwrap();
        assert!(error.to_string().contains("directory"), "{error}");
        assert!(output(&folder.path().join("no/report.json")).is_err());
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn the_devices_of_windows_are_known_by_their_names() {
        for path in ["NUL", "nul", r"C:\out\NUL", "nul.txt", "CON", "COM1", "lpt9", r"\\.\pipe\x", "NUL:"] {
            assert!(names_device(path), "{path}");
        }
        for path in ["report.json", "null.json", "COM10", "console.txt", r"C:\nul\report.json", "com.json", ""] {
            assert!(!names_device(path), "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("report.json"), folder.path().join("link.json"));
        write(&path, "old").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o600, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("report.json", &link).unwrap();
        write(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_and_not_replaced() {
        write(Path::new("/dev/null"), "gone").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
