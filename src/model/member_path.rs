//! Paths as reports show them: that of a file, and behind an exclamation mark the name of the member in it, as in
//! `bundle.tar!support/logs.zip!ise-psc.log`. They are put together and taken apart here alone.
//!
//! The members' names are those that whoever made the archive chose, with slashes of either kind.

/// Stands between an archive and the name of its member.
const INSIDE: char = '!';

/// What ends a part of a path.
const SEPARATORS: [char; 3] = ['/', '\\', INSIDE];

/// Bytes of a member's name that are kept: as many as any file system takes.
const LONGEST: usize = 4096;

/// Returns the path of a member; what its name has beyond what any file system takes is cut off.
pub fn member(archive: &str, name: &str) -> String {
    format!("{archive}{INSIDE}{}", shorten(name))
}

/// Cuts a name off where it is longer than any that a file system takes.
pub fn shorten(name: &str) -> &str {
    name.get(..name.floor_char_boundary(LONGEST)).unwrap_or(name)
}

/// Returns the last part of a path: the name of the file or member, without folders and archives.
pub fn base(path: &str) -> &str {
    path.rsplit(SEPARATORS).next().unwrap_or(path)
}

/// Returns what stands before the last part: the folder, with the archive that it is in, up to the separator.
pub fn folder(path: &str) -> &str {
    path.get(..path.len() - base(path).len()).unwrap_or_default()
}

/// Returns the archive that holds what lies at this path; `None` for a file that lies in none.
pub fn archive(path: &str) -> Option<&str> {
    path.rsplit_once(INSIDE).map(|(archive, _)| archive)
}

/// Returns what stands behind the name of the outermost file, the separator with it; nothing for a file that was named itself.
pub fn within(path: &str) -> &str {
    path.find(INSIDE).and_then(|at| path.get(at..)).unwrap_or_default()
}

/// Returns the names of which a path is made, outermost first, each with the separator behind it.
pub fn parts(path: &str) -> impl Iterator<Item = (&str, Option<char>)> {
    path.split_inclusive(SEPARATORS).map(|part| match part.strip_suffix(SEPARATORS) {
        Some(name) => (name, part.chars().next_back()),
        None => (part, None),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_a_folder_and_a_base() {
        for (path, before, last) in [
            ("b.tar!support/ise-psc.log", "b.tar!support/", "ise-psc.log"),
            ("a.zip!x", "a.zip!", "x"),
            ("a.zip!logs\\x.pcap", "a.zip!logs\\", "x.pcap"),
            ("x", "", "x"),
            ("folder/", "folder/", ""),
        ] {
            assert_eq!((folder(path), base(path)), (before, last));
        }
    }

    #[test]
    fn a_member_lies_in_its_archive() {
        let path = member(&member("d/b.tar", "logs.zip"), "support/ise-psc.log");
        assert_eq!(path, "d/b.tar!logs.zip!support/ise-psc.log");
        assert_eq!(archive(&path), Some("d/b.tar!logs.zip"));
        assert_eq!(archive("d/b.tar"), None);
        assert_eq!((within(&path), within("d/b.tar")), ("!logs.zip!support/ise-psc.log", ""));
        assert_eq!(member("b", &"ü".repeat(4096)).len(), 2 + 4096);
    }

    #[test]
    fn parts_make_up_the_path_again() {
        let path = "d/b.tar!logs\\ise-psc.log";
        let names: Vec<_> = parts(path).map(|(name, _)| name).collect();
        assert_eq!(names, ["d", "b.tar", "logs", "ise-psc.log"]);
        let again: String = parts(path).flat_map(|(name, separator)| name.chars().chain(separator)).collect();
        assert_eq!(again, path);
    }
}
