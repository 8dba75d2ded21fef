//! Pseudonyms of paths: what every bundle has is kept, and so is what says what a file is and not whose.

use super::pseudonyms::Pseudonyms;
use crate::model::member_path;

/// Names that files have in every bundle.
const PUBLIC_FILES: [&str; 6] = ["ise-psc.log", "TCPDump.pcap", "support", "logs", "pcap", "-"];
/// Extensions that are kept, since they say what a file is and not whose.
pub(super) const EXTENSIONS: [&str; 29] = [
    "7z",
    "bz2",
    "cap",
    "class",
    "conf",
    "csv",
    "gpg",
    "gz",
    "html",
    "jar",
    "java",
    "json",
    "keys",
    "log",
    "md",
    "out",
    "pcap",
    "pcapng",
    "pem",
    "pgp",
    "tar",
    "tgz",
    "txt",
    "xml",
    "xz",
    "zip",
    "zst",
    "properties",
    "crt",
];

impl Pseudonyms {
    /// Returns the pseudonym of a path in a file system, and into archives by exclamation marks; known names and extensions stay.
    pub(super) fn file_path(&self, path: &str) -> String {
        let mut out = String::with_capacity(path.len() + 16);
        for (name, separator) in member_path::parts(path) {
            out.push_str(&self.file_name(name));
            out.extend(separator);
        }
        out
    }

    /// Returns the pseudonym of a path of some system, with slashes or backslashes; what tells of it is its last extension.
    pub(super) fn foreign_path(&self, path: &str) -> String {
        let mut out = String::with_capacity(path.len() + 16);
        let mut rest = path;
        loop {
            let (name, after) = rest.split_at(rest.find(['/', '\\']).unwrap_or(rest.len()));
            let is_mark = matches!(name, "." | ".." | "~") || name.ends_with(':');
            out.push_str(&if is_mark { name.to_owned() } else { self.file_name(name) });
            let mut characters = after.chars();
            let Some(separator) = characters.next() else { return out };
            out.push(separator);
            rest = characters.as_str();
        }
    }

    /// Returns the pseudonym of the name of a file or folder.
    pub(super) fn file_name(&self, name: &str) -> String {
        if is_public_file(name) {
            return name.to_owned();
        }
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension))
                if !stem.is_empty() && EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str()) =>
            {
                (stem, Some(extension))
            }
            _ => (name, None),
        };
        let word = self.stand_in("file", stem);
        match extension {
            Some(extension) => format!("{word}.{extension}"),
            None => word,
        }
    }
}

/// Returns whether a file's name is that of the log (with its date when rotated) or another that every bundle has.
pub(super) fn is_public_file(name: &str) -> bool {
    let rotation =
        |rest: &str| rest.trim_end_matches(".gz").bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    name.is_empty() || PUBLIC_FILES.contains(&name) || name.strip_prefix("ise-psc.log").is_some_and(rotation)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::redact::pseudonyms::Shape;

    #[test]
    fn what_says_where_a_path_begins_and_what_a_file_is_stays() {
        let names = Pseudonyms::new(b"key".to_vec(), Shape::Telling);
        let file = |name: &str| names.stand_in("file", name);
        assert_eq!(names.foreign_path("C:\\jdoe\\x.tar"), format!("C:\\{}\\{}.tar", file("jdoe"), file("x")));
        assert_eq!(names.foreign_path("~/../x.TAR"), format!("~/../{}.TAR", file("x")));
        // No extension that is known, or nothing but one.
        assert_eq!(names.file_name("jdoe.acme"), file("jdoe.acme"));
        assert_eq!(names.file_name(".log"), file(".log"));
    }

    #[test]
    fn a_rotated_log_has_no_ones_name() {
        for name in ["ise-psc.log", "ise-psc.log.2023-11-14-1", "ise-psc.log.3.gz", "TCPDump.pcap"] {
            assert!(is_public_file(name), "{name}");
        }
        assert!(!is_public_file("ise-psc.log.acme") && !is_public_file("ise-psc.log.1.acme"));
    }
}
