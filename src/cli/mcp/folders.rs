//! The folders that a client may have read, and nothing else.

use std::path::{Path, PathBuf};

use crate::cli::Failure;

/// Folders, with links resolved.
pub(super) struct Folders(Vec<PathBuf>);

impl Folders {
    /// Takes the folders that were named. Fails where one is none.
    pub(super) fn new(named: &[PathBuf]) -> Result<Self, Failure> {
        let folder = |path: &PathBuf| match path.canonicalize() {
            Ok(found) if found.is_dir() => Ok(found),
            Ok(_) => Err(Failure::Usage(format!("`{}` is not a folder: name the one it lies in", path.display()))),
            Err(error) => Err(Failure::Read { what: format!("the folder `{}`", path.display()), error }),
        };
        named.iter().map(folder).collect::<Result<_, _>>().map(Self)
    }

    /// Returns what a client's path stands for: below one of the folders, links resolved. A relative path is one of the first
    /// folder that has it. Fails with words for the client.
    pub(super) fn allowed(&self, path: &str) -> Result<PathBuf, String> {
        let asked = Path::new(path);
        let mut found = self.0.iter().filter_map(|folder| folder.join(asked).canonicalize().ok());
        let inside = found.find(|found| self.0.iter().any(|folder| found.starts_with(folder)));
        // What lies elsewhere and what is not there look the same from outside.
        inside.ok_or_else(|| {
            let folders: Vec<_> = self.0.iter().map(|folder| format!("`{}`", folder.display())).collect();
            format!("there is no `{}` below {}", path.escape_debug(), folders.join(" or "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_below_the_folders_is_read() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("bundles");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("a.tar"), "").unwrap();
        std::fs::write(outer.path().join("secret"), "").unwrap();
        let folders = Folders::new(std::slice::from_ref(&folder)).unwrap();
        assert!(folders.allowed("a.tar").unwrap().ends_with("bundles/a.tar"));
        assert!(folders.allowed(folder.join("a.tar").to_str().unwrap()).is_ok());
        assert!(folders.allowed(".").is_ok());
        let outside = outer.path().join("secret");
        for path in ["../secret", outside.to_str().unwrap(), "none.tar", "/etc/passwd", "-", ""] {
            assert!(folders.allowed(path).is_err() || path.is_empty(), "{path}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outer.path().join("secret"), folder.join("link")).unwrap();
            assert!(folders.allowed("link").is_err());
        }
    }

    #[test]
    fn a_file_is_no_folder() {
        let outer = tempfile::tempdir().unwrap();
        std::fs::write(outer.path().join("a.tar"), "").unwrap();
        assert!(Folders::new(&[outer.path().join("a.tar")]).is_err());
        assert!(Folders::new(&[outer.path().join("none")]).is_err());
    }
}
