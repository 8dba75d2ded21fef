//! What a file is, by its first bytes. Names lie: bundles are renamed, logs arrive as `.txt`, captures as `.bin`.

use super::archive::packet::session_key_packet;
use super::archive::tar::header_fits;
use super::member_kind::MemberKind;
use super::source::{SourceKinds, by_magic, by_text};
use crate::model::byte_order_mark::without_mark;

/// Bytes of a file that are looked at.
pub(super) const HEAD: usize = 64 << 10;

/// Returns what a file that begins like this is.
pub(super) fn sniff(head: &[u8], kinds: SourceKinds) -> MemberKind {
    let head = head.get(..HEAD).unwrap_or(head);
    if head.is_empty() {
        return MemberKind::Empty;
    }
    if let Some(kind) = by_magic(kinds, head) {
        return MemberKind::Input(kind);
    }
    if let Some(kind) = archive_by_magic(head) {
        return kind;
    }
    if is_tar(head) {
        return MemberKind::Tar;
    }
    if let Some(kind) = by_text(kinds, head) {
        return MemberKind::Input(kind);
    }
    if is_openpgp(head) {
        return MemberKind::OpenPgp;
    }
    MemberKind::Unknown
}

fn archive_by_magic(head: &[u8]) -> Option<MemberKind> {
    Some(match u32::from_be_bytes(*head.first_chunk()?) {
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

/// Tells whether after `BZh9` comes a block (pi in decimal digits) or the end of an empty file (its square root).
fn bzip2_block(head: &[u8]) -> bool {
    head.get(4..10).is_none_or(|mark| mark == b"\x31\x41\x59\x26\x53\x59" || mark == b"\x17\x72\x45\x38\x50\x90")
}

/// Tells whether a block is the header of a tar member: the checksum fits, or at least the magic is there.
fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.first_chunk::<512>() else { return false };
    header_fits(block) || block.get(257..262) == Some(b"ustar")
}

/// Tells whether it is a message that begins with a session key packet (RFC 9580, section 5), or its ASCII armour.
fn is_openpgp(head: &[u8]) -> bool {
    let text = without_mark(head).trim_ascii_start();
    if text.starts_with(b"-----BEGIN PGP MESSAGE") {
        return true;
    }
    session_key_packet(head).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_that_are_cut_anywhere_do_not_panic() {
        for sample in [&b"BZh91AY&SY"[..], b"\xfd7zXZ\0", b"7z\xbc\xaf\x27\x1c"] {
            for length in 0..sample.len() {
                sniff(&sample[..length], &[]);
            }
            assert_ne!(sniff(sample, &[]), MemberKind::Unknown);
        }
        assert_eq!(sniff(b"", &[]), MemberKind::Empty);
        assert_eq!(sniff(b"BZh9 is how a text may begin", &[]), MemberKind::Unknown);
    }

    #[test]
    fn encrypted_messages_are_told_from_other_armour() {
        assert_eq!(
            sniff(b"\x8c\x0d\x04\x09\x03\x02\x26\x16\xc5\x8e\xf5\x79\x2a\xcf\xff\xd2", &[]),
            MemberKind::OpenPgp
        );
        assert_eq!(sniff(b"-----BEGIN PGP MESSAGE-----\n\njA0", &[]), MemberKind::OpenPgp);
        assert_eq!(sniff(b"-----BEGIN CERTIFICATE-----\n", &[]), MemberKind::Unknown);
    }

    #[test]
    fn a_kind_known_by_its_text_is_not_seen_in_an_archive() {
        use crate::input::source::{Recognise, SourceKind};
        use crate::model::report::InputKind;
        const KINDS: SourceKinds = &[
            SourceKind::new(InputKind::IsePscLog, Recognise::Text(|head| head.windows(3).any(|at| at == b"log"))),
            SourceKind::new(InputKind::Pcap, Recognise::Magic(|head| head.starts_with(b"pcap"))),
        ];
        let mut tar = [0; 1024];
        tar[..3].copy_from_slice(b"log");
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(sniff(&tar, KINDS), MemberKind::Tar);
        assert_eq!(sniff(b"a log", KINDS), MemberKind::Input(InputKind::IsePscLog));
        tar[..4].copy_from_slice(b"pcap");
        assert_eq!(sniff(&tar, KINDS), MemberKind::Input(InputKind::Pcap));
    }
}
