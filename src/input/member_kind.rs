//! What a file or member may turn out to be: an input, something to be opened, or neither.

use serde::{Serialize, Serializer};

use crate::model::report::InputKind;

/// A kind of file, or of what is found besides files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// A log, capture or another file that an analysis reads.
    Input(InputKind),
    /// A tar archive.
    Tar,
    /// A zip archive.
    Zip,
    /// A 7z archive.
    SevenZip,
    /// Something packed by gzip.
    Gzip,
    /// Something packed by bzip2.
    Bzip2,
    /// Something packed by xz.
    Xz,
    /// Something packed by zstd.
    Zstd,
    /// Something encrypted by OpenPGP.
    OpenPgp,
    /// A symbolic or hard link.
    Link,
    /// A device, socket or pipe.
    Special,
    /// Nothing at all.
    Empty,
    /// Anything else.
    Unknown,
}

impl Serialize for MemberKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl MemberKind {
    /// Returns the stable word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Input(kind) => kind.as_str(),
            Self::Tar => "tar",
            Self::Zip => "zip",
            Self::SevenZip => "7z",
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
            Self::OpenPgp => "openpgp",
            Self::Link => "link",
            Self::Special => "special",
            Self::Empty => "empty",
            Self::Unknown => "unknown",
        }
    }

    /// Returns what it is called in a sentence.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Input(kind) => kind.label(),
            Self::Tar => "tar archive",
            Self::Zip => "zip archive",
            Self::SevenZip => "7z archive",
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
            Self::OpenPgp => "OpenPGP encrypted",
            Self::Link => "link",
            Self::Special => "special file",
            Self::Empty => "empty file",
            Self::Unknown => "unknown",
        }
    }

    /// Tells whether there is something inside that can be unpacked.
    pub(super) const fn is_container(self) -> bool {
        matches!(self, Self::Tar | Self::Zip | Self::SevenZip | Self::OpenPgp) || self.is_packed_stream()
    }

    /// Tells whether it is one stream packed by one codec.
    pub(super) const fn is_packed_stream(self) -> bool {
        matches!(self, Self::Gzip | Self::Bzip2 | Self::Xz | Self::Zstd)
    }

    /// Tells whether an analysis has a use for it or for what may be in it.
    pub(super) const fn is_of_use(self) -> bool {
        matches!(self, Self::Input(_)) || self.is_container()
    }
}
