//! What a file is, by its first bytes. Names lie: bundles are renamed, logs arrive as `.txt`, captures as `.bin`.

use memchr::memmem;
use serde::{Serialize, Serializer};

use crate::capture::secrets::looks_like_keylog;
use crate::report::InputKind;

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
    if looks_like_log(head) {
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

/// Which kind of session key packet a binary message begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SessionKey {
    Passphrase,
    PublicKey,
}

pub(super) fn session_key_packet(head: &[u8]) -> Option<SessionKey> {
    // A marker packet may stand in front.
    let head = head.strip_prefix(b"\xca\x03PGP").or_else(|| head.strip_prefix(b"\xa8\x03PGP")).unwrap_or(head);
    let (tag, body) = match *head {
        [first @ 0xc0..=0xff, length, ref rest @ ..] if length < 192 => (first & 0x3f, rest),
        [first @ 0xc0..=0xff, 192..=223, _, ref rest @ ..] => (first & 0x3f, rest),
        [first @ 0x80..=0xbf, _, ref rest @ ..] if first & 3 == 0 => ((first >> 2) & 15, rest),
        [first @ 0x80..=0xbf, _, _, ref rest @ ..] if first & 3 == 1 => ((first >> 2) & 15, rest),
        _ => return None,
    };
    match (tag, body) {
        // Version 4: cipher, then how the passphrase becomes a key.
        (3, [4, 1..=13, 0 | 1 | 3 | 4, ..] | [5 | 6, ..]) => Some(SessionKey::Passphrase),
        (1, [3 | 6, ..]) => Some(SessionKey::PublicKey),
        _ => None,
    }
}

/// Words that only records about MDM servers have.
const MDM_WORDS: [&str; 3] = ["cisco.cpm.mdm", "MdmRESTClient", "MDM Server URL"];

/// Whether a file that begins like this is an ISE log, whole or an excerpt.
fn looks_like_log(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if text.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty()).is_some_and(is_record) {
        return true;
    }
    MDM_WORDS.iter().any(|word| {
        let wide: Vec<u8> = word.bytes().flat_map(|byte| [byte, 0]).collect();
        // Without the last zero the same bytes are found in either byte order.
        let wide = wide.get(..wide.len() - 1).unwrap_or_default();
        memmem::find(head, word.as_bytes()).is_some() || memmem::find(head, wide).is_some()
    })
}

/// `2023-08-15 10:21:07,123 DEBUG  [thread][[context]] ...`
fn is_record(line: &[u8]) -> bool {
    const SHAPE: &[u8] = b"dddd-dd-dd dd:dd:dd,ddd ";
    let Some((stamp, rest)) = line.split_at_checked(SHAPE.len()) else { return false };
    let fits = stamp.iter().zip(SHAPE).all(|(byte, shape)| match shape {
        b'd' => byte.is_ascii_digit(),
        other => byte == other,
    });
    let rest = rest.trim_ascii_start();
    let level = rest.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let after = rest.get(level..).unwrap_or_default().trim_ascii_start();
    fits && (4..=5).contains(&level) && after.starts_with(b"[") && memmem::find(after, b"][").is_some()
}

/// What an unknown file seems to be, for the person who sent it, and whether it is of the sort that this program is
/// for (a capture or an archive in a format that it does not read).
pub(super) fn seems(head: &[u8]) -> (&'static str, bool) {
    const KNOWN: [(&[u8], &str, bool); 24] = [
        (b"snoop\0\0\0", "a snoop capture, which `editcap -F pcap` converts", true),
        (b"GMBU", "a Microsoft Network Monitor capture, which `editcap -F pcap` converts", true),
        (b"RTSS", "a Microsoft Network Monitor capture, which `editcap -F pcap` converts", true),
        (b"TRSNIFF data", "a Sniffer capture, which `editcap -F pcap` converts", true),
        (b"XCP\0", "a Sniffer capture, which `editcap -F pcap` converts", true),
        (b"\x04\x22\x4d\x18", "an lz4 archive, which has to be unpacked first", true),
        (b"\x1f\x9d", "a compress (.Z) archive, which has to be unpacked first", true),
        (b"Rar!\x1a\x07", "a rar archive, which has to be unpacked first", true),
        (b"MSCF", "a cabinet archive, which has to be unpacked first", true),
        (b"LZIP", "an lzip archive, which has to be unpacked first", true),
        (b"!<arch>", "an ar archive", false),
        (b"-----BEGIN ", "a certificate, key or other PEM text", false),
        (b"\x7fELF", "a program", false),
        (b"MZ", "a Windows program", false),
        (b"%PDF", "a PDF document", false),
        (b"\x89PNG", "a PNG picture", false),
        (b"\xff\xd8\xff", "a JPEG picture", false),
        (b"\xd0\xcf\x11\xe0", "an Office document", false),
        (b"SQLite format 3", "an SQLite database", false),
        (b"\xca\xfe\xba\xbe", "Java byte code", false),
        (b"\xfe\xed\xfe\xed", "a Java keystore", false),
        (b"<?xml", "XML", false),
        (b"<!DOCTYPE", "HTML", false),
        (b"<html", "HTML", false),
    ];
    if head.is_empty() {
        return ("empty", false);
    }
    if let Some((_, what, ours)) = KNOWN.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return (what, *ours);
    }
    let sample = head.get(..4096).unwrap_or(head);
    if sample.iter().all(|&byte| byte == 0) {
        return ("nothing but zeros", false);
    }
    let odd = sample.iter().filter(|&&byte| byte < 32 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b)).count();
    if odd == 0 {
        ("text that is no ISE log with MDM records", false)
    } else {
        ("binary data of an unknown kind", false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: MemberKind = MemberKind::Input(InputKind::IsePscLog);

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
    fn logs_are_recognised_by_a_record_or_by_words_of_mdm() {
        let record = "2023-08-15 10:21:07,123 DEBUG  [admin-http-pool16][[]] cisco.cpm.util.X -:::- hello\n";
        assert_eq!(sniff(record.as_bytes()), LOG);
        assert_eq!(sniff(format!("\u{feff}\r\n{record}").as_bytes()), LOG);
        assert_eq!(sniff(b"DEBUG [pool][[]] cisco.cpm.mdm.apiimp].MDMVerifyServer -:::- 1. Connecting"), LOG);
        let wide = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{feff}INFO MDM Server URL: https".encode_utf16().flat_map(order).collect()
        };
        assert_eq!(sniff(&wide(u16::to_le_bytes)), LOG);
        assert_eq!(sniff(&wide(u16::to_be_bytes)), LOG);
        for other in ["INFO: nothing of interest\n", "2023-08-15 10:21:07,123 DEBUG hello", "2023-08-15 10:21:07 x"] {
            assert_eq!(sniff(other.as_bytes()), MemberKind::Unknown, "{other}");
        }
    }

    #[test]
    fn encrypted_messages_are_told_by_how_their_key_is_wrapped() {
        let gpg = b"\x8c\x0d\x04\x09\x03\x02\x26\x16\xc5\x8e\xf5\x79\x2a\xcf\xff\xd2";
        assert_eq!(sniff(gpg), MemberKind::OpenPgp);
        assert_eq!(session_key_packet(gpg), Some(SessionKey::Passphrase));
        assert_eq!(session_key_packet(b"\xc3\x2e\x05\x09\x02\x03"), Some(SessionKey::Passphrase));
        assert_eq!(session_key_packet(b"\x85\x01\x0c\x03\x01\x02"), Some(SessionKey::PublicKey));
        assert_eq!(session_key_packet(b"\xca\x03PGP\xc1\xc0\x4c\x03abc"), Some(SessionKey::PublicKey));
        assert_eq!(session_key_packet(b"\x8c\x0d\x04\x63\x03\x02"), None);
        assert_eq!(sniff(b"-----BEGIN PGP MESSAGE-----\n\njA0"), MemberKind::OpenPgp);
        assert_eq!(sniff(b"-----BEGIN CERTIFICATE-----\n"), MemberKind::Unknown);
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

    #[test]
    fn unknown_files_are_described() {
        assert_eq!(seems(b"snoop\0\0\0\0\0\0\x02"), ("a snoop capture, which `editcap -F pcap` converts", true));
        assert_eq!(seems(b"hello\n").0, "text that is no ISE log with MDM records");
        assert_eq!(seems(&[0; 100]).0, "nothing but zeros");
        assert_eq!(seems(&[1, 2, 3]).0, "binary data of an unknown kind");
    }
}
