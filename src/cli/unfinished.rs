//! A file while it is being written: it takes its place when it is whole, or is never there.
//!
//! On Linux it has no name until then, so that nothing is left of it whatever becomes of the program. Where the file system
//! knows no such files, and on other systems, it lies beside its place under a name of its own, and goes when the program is
//! interrupted.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::interrupt;

/// A file that can take the place of another.
pub struct Unfinished {
    file: Written,
    place: PathBuf,
}

enum Written {
    #[cfg(target_os = "linux")]
    Unnamed(File),
    Named(NamedTempFile),
}

impl Unfinished {
    /// Makes one that can take this place, with the permissions of what is there.
    pub fn new(place: &Path) -> io::Result<Self> {
        let file = match unnamed_in(folder(place)) {
            Some(file) => file?,
            None => Written::Named(named_in(folder(place))?),
        };
        let unfinished = Self { file, place: place.to_owned() };
        if let Ok(metadata) = fs::metadata(place) {
            unfinished.file().set_permissions(metadata.permissions())?;
        }
        Ok(unfinished)
    }

    /// Returns the file, to be written to.
    pub fn file(&self) -> &File {
        match &self.file {
            #[cfg(target_os = "linux")]
            Written::Unnamed(file) => file,
            Written::Named(file) => file.as_file(),
        }
    }

    /// Puts the files in their places, one after the other, when all of them are on the disk. An interrupt comes before
    /// the first or after the last.
    pub fn finish(files: Vec<Self>) -> io::Result<()> {
        for unfinished in &files {
            // Some systems find out only now that the disk is full.
            unfinished.file().sync_all()?;
        }
        interrupt::finish(|| files.into_iter().try_for_each(Self::take_place))
    }

    fn take_place(self) -> io::Result<()> {
        match self.file {
            #[cfg(target_os = "linux")]
            Written::Unnamed(file) => linked::take_place(&file, &self.place),
            Written::Named(file) => file.persist(&self.place).map(drop).map_err(io::Error::from),
        }
    }
}

/// Returns the folder in which a file lies.
pub fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a file with a name, which goes when the program is interrupted.
fn named_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mdmlog-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(NEW));
    }
    interrupt::create_unfinished(|| builder.tempfile_in(folder))
}

/// Permissions of any new file, of which the umask then takes its part.
#[cfg(unix)]
const NEW: u32 = 0o666;

/// Makes a file without a name; `None` where there are no such.
#[cfg(target_os = "linux")]
fn unnamed_in(folder: &Path) -> Option<io::Result<Written>> {
    linked::unnamed_in(folder).map(|file| file.map(Written::Unnamed))
}

/// Makes none: other systems have no such files that could get a name later.
#[cfg(not(target_os = "linux"))]
fn unnamed_in(_: &Path) -> Option<io::Result<Written>> {
    None
}

/// Files without a name, and how they get one (`O_TMPFILE` in open(2), linkat(2)).
#[cfg(target_os = "linux")]
mod linked {
    use std::fs::{self, File};
    use std::io::{self, Seek as _};
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, OFlags, linkat};
    use rustix::io::Errno;

    use super::{NEW, folder, named_in};

    /// Names that are tried for the moment between the file's getting a name and its taking the place.
    const NAMES: u32 = 100;

    pub(super) fn unnamed_in(folder: &Path) -> Option<io::Result<File>> {
        let flags = OFlags::TMPFILE.bits().cast_signed();
        let file = File::options().read(true).write(true).mode(NEW).custom_flags(flags).open(folder);
        // These are what a kernel or a file system answers that knows no such files.
        let unknown = |error: &io::Error| {
            matches!(Errno::from_io_error(error), Some(Errno::OPNOTSUPP | Errno::ISDIR | Errno::NOENT | Errno::INVAL))
        };
        match file {
            Err(error) if unknown(&error) => None,
            file => Some(file),
        }
    }

    pub(super) fn take_place(file: &File, place: &Path) -> io::Result<()> {
        let open = format!("/proc/self/fd/{}", file.as_raw_fd());
        let link = |name: &Path| linkat(CWD, open.as_str(), CWD, name, AtFlags::SYMLINK_FOLLOW);
        match link(place) {
            Ok(()) => return Ok(()),
            Err(Errno::EXIST) => {}
            // There may be no /proc.
            Err(_) => return copy(file, place),
        }
        for number in 0..NAMES {
            let name = folder(place).join(format!(".mdmlog-{}-{number}.tmp", std::process::id()));
            match link(&name) {
                Ok(()) => {
                    return fs::rename(&name, place).inspect_err(|_| {
                        let _ = fs::remove_file(&name);
                    });
                }
                Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Errno::EXIST.into())
    }

    /// Writes the file once more, under a name.
    fn copy(mut file: &File, place: &Path) -> io::Result<()> {
        let named = named_in(folder(place))?;
        file.rewind()?;
        io::copy(&mut file, &mut named.as_file())?;
        named.as_file().set_permissions(file.metadata()?.permissions())?;
        named.as_file().sync_all()?;
        named.persist(place).map(drop).map_err(io::Error::from)
    }

    #[cfg(test)]
    mod tests {
        use std::io::Write as _;

        use super::*;

        #[test]
        fn a_file_without_a_name_gets_that_of_its_place() {
            let folder = tempfile::tempdir().unwrap();
            let place = folder.path().join("report.json");
            for (text, take) in [("one", take_place as fn(&File, &Path) -> _), ("two", take_place), ("three", copy)] {
                let mut file = unnamed_in(folder.path()).unwrap().unwrap();
                file.write_all(text.as_bytes()).unwrap();
                take(&file, &place).unwrap();
                assert_eq!(fs::read_to_string(&place).unwrap(), text);
                assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
            }
        }
    }
}
