//! What a file is, by its first bytes. Names lie: bundles are renamed, logs arrive as `.txt`, captures as `.bin`.

use serde::{Serialize, Serializer};

use super::archive::packet::session_key_packet;
use crate::capture::secrets::looks_like_keylog;
use crate::log::looks_like_log;
use crate::model::report::InputKind;

/// How many bytes of a file are looked at.
pub(super) const HEAD: usize = 64 << 10;

/// What something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// A log, capture or key log: what an analysis is made of.
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
    /// The stable word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Input(InputKind::IsePscLog) => "ise_psc_log",
            Self::Input(InputKind::Pcap) => "pcap",
            Self::Input(InputKind::Pcapng) => "pcapng",
            Self::Input(InputKind::KeyLog) => "key_log",
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

    /// What it is called in a sentence.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Input(InputKind::IsePscLog) => "ISE log",
            Self::Input(InputKind::Pcap) => "pcap capture",
            Self::Input(InputKind::Pcapng) => "pcapng capture",
            Self::Input(InputKind::KeyLog) => "TLS key log",
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

    /// Whether there is something inside that can be unpacked.
    pub(super) fn is_container(self) -> bool {
        matches!(self, Self::Tar | Self::Zip | Self::SevenZip | Self::OpenPgp) || self.is_packed_stream()
    }

    /// Whether it is one stream packed by one codec.
    pub(super) fn is_packed_stream(self) -> bool {
        matches!(self, Self::Gzip | Self::Bzip2 | Self::Xz | Self::Zstd)
    }
}

/// What a file that begins like this is.
pub(super) fn sniff(head: &[u8]) -> MemberKind {
    let head = head.get(..HEAD).unwrap_or(head);
    if head.is_empty() {
        return MemberKind::Empty;
    }
    if let Some(kind) = by_magic(head) {
        return kind;
    }
    if is_tar(head) {
        return MemberKind::Tar;
    }
    if looks_like_keylog(head) {
        return MemberKind::Input(InputKind::KeyLog);
    }
    if looks_like_log(head).is_some() {
        return MemberKind::Input(InputKind::IsePscLog);
    }
    if is_openpgp(head) {
        return MemberKind::OpenPgp;
    }
    MemberKind::Unknown
}

fn by_magic(head: &[u8]) -> Option<MemberKind> {
    let word = |at: usize| head.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    Some(match word(0)? {
        // libpcap: microseconds, nanoseconds, Kuznetzov's patch, IXIA's two; each as either byte order writes it.
        0xa1b2_c3d4 | 0xd4c3_b2a1 | 0xa1b2_3c4d | 0x4d3c_b2a1 | 0xa1b2_cd34 | 0x34cd_b2a1 | 0x1c00_01ac
        | 0xac01_001c | 0x1c00_01ab | 0xab01_001c => MemberKind::Input(InputKind::Pcap),
        0x0a0d_0d0a if matches!(word(8), Some(0x1a2b_3c4d | 0x4d3c_2b1a)) || head.len() < 12 => {
            MemberKind::Input(InputKind::Pcapng)
        }
        // Local header, end of an empty archive, or the marker of one that was to be split.
        0x504b_0304 | 0x504b_0506 | 0x504b_0708 | 0x504b_3030 => MemberKind::Zip,
        0x28b5_2ffd => MemberKind::Zstd,
        0x377a_bcaf if head.starts_with(b"7z\xbc\xaf\x27\x1c") => MemberKind::SevenZip,
        0xfd37_7a58 if head.starts_with(b"\xfd7zXZ\0") => MemberKind::Xz,
        _ if head.starts_with(b"\x1f\x8b\x08") => MemberKind::Gzip,
        _ if head.starts_with(b"BZh") && matches!(head.get(3), Some(b'1'..=b'9')) && bzip2_block(head) => {
            MemberKind::Bzip2
        }
        _ => return None,
    })
}

/// After `BZh9` comes a block (pi in decimal digits) or the end of an empty file (its square root).
fn bzip2_block(head: &[u8]) -> bool {
    head.get(4..10).is_none_or(|mark| mark == b"\x31\x41\x59\x26\x53\x59" || mark == b"\x17\x72\x45\x38\x50\x90")
}

/// Whether a block is the header of a tar member: the checksum fits, or at least the magic is there.
fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.first_chunk::<512>() else { return false };
    super::archive::tar::header_fits(block) || block.get(257..262) == Some(b"ustar")
}

/// A message that begins with a session key packet (RFC 9580, section 5), or its ASCII armour.
fn is_openpgp(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if text.starts_with(b"-----BEGIN PGP MESSAGE") {
        return true;
    }
    session_key_packet(head).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_of_every_magic_and_byte_order_are_recognised() {
        for magic in [0xa1b2_c3d4_u32, 0xa1b2_3c4d, 0xa1b2_cd34, 0x1c00_01ac, 0x1c00_01ab] {
            assert_eq!(sniff(&magic.to_le_bytes()), MemberKind::Input(InputKind::Pcap));
            assert_eq!(sniff(&magic.to_be_bytes()), MemberKind::Input(InputKind::Pcap));
        }
        let section = |order: u32| [0x0a0d_0d0a_u32.to_be_bytes(), [28, 0, 0, 0], order.to_le_bytes()].concat();
        assert_eq!(sniff(&section(0x1a2b_3c4d)), MemberKind::Input(InputKind::Pcapng));
        assert_eq!(sniff(&section(0x4d3c_2b1a)), MemberKind::Input(InputKind::Pcapng));
        assert_eq!(sniff(&section(0)), MemberKind::Unknown);
    }

    #[test]
    fn logs_and_key_logs_are_recognised_by_their_own_stages() {
        let record = "2023-08-15 10:21:07,123 DEBUG  [admin-http-pool16][[]] cisco.cpm.util.X -:::- hello\n";
        assert_eq!(sniff(record.as_bytes()), MemberKind::Input(InputKind::IsePscLog));
        let secret = format!("CLIENT_RANDOM {} {}\n", "ab".repeat(32), "cd".repeat(48));
        assert_eq!(sniff(secret.as_bytes()), MemberKind::Input(InputKind::KeyLog));
        assert_eq!(sniff(b"INFO: nothing of interest\n"), MemberKind::Unknown);
    }

    #[test]
    fn beginnings_that_are_cut_anywhere_do_not_panic() {
        for sample in
            [&b"BZh91AY&SY"[..], b"\xfd7zXZ\0", b"7z\xbc\xaf\x27\x1c", b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a"]
        {
            for length in 0..sample.len() {
                sniff(&sample[..length]);
            }
            assert_ne!(sniff(sample), MemberKind::Unknown);
        }
        assert_eq!(sniff(b""), MemberKind::Empty);
        assert_eq!(sniff(b"BZh9 is how a text may begin"), MemberKind::Unknown);
    }
}
