//! Archives, and a whole bundle with all that is made of it.

use std::path::PathBuf;

use mdmlog::input::{Found, InputOptions, MemberKind, PassphraseSource, find};
use mdmlog::options::{Limits, Passphrase};
use mdmlog::progress::Progress;
use mdmlog::render::{Format, TextStyle};
use mdmlog::{Options, Report, analyze};

use super::seal::PASSPHRASE;

const TOTAL: u64 = 16 << 20;
/// So little that the limits are met.
const LIMITS: Limits =
    Limits { memory: 1 << 20, total: Some(TOTAL), ratio: 500, beyond_ratio: 256 << 20, depth: 4, members: 200 };

/// For a target of one kind of archive: what lies in it is not opened.
const ALONE: Limits = Limits { depth: 1, ..LIMITS };

/// A file whose content is the data, gone when it is dropped. Where there is a folder in memory, it is used.
struct Laid(tempfile::TempDir);

impl Laid {
    fn new(data: &[u8]) -> Self {
        let memory = std::path::Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let laid = Self(folder.expect("a folder for the input"));
        std::fs::write(laid.path(), data).expect("the input");
        laid
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("input")
    }
}

/// Opens an archive, and holds what comes out to the limits.
pub fn unpack(data: &[u8]) {
    let found = found(data);
    let unpacked: u64 = found.items.iter().map(|item| item.data.len() as u64).sum();
    // A sparse member may have its holes for nothing, an archive in the map may name the same bytes twice.
    assert!(unpacked <= TOTAL + 64 * data.len() as u64, "{unpacked} bytes of {}", data.len());
    assert!(found.listing.len() as u64 <= ALONE.members + 100, "{} members", found.listing.len());
    assert!(found.listing.iter().all(|member| !member.used || member.kind != MemberKind::Empty));
}

fn found(data: &[u8]) -> Found {
    let laid = Laid::new(data);
    let passphrase = PassphraseSource::Given(Passphrase::new(PASSPHRASE));
    let options = InputOptions { passphrase, limits: ALONE, ..InputOptions::default() };
    find(&[laid.path()], mdmlog::sources::KINDS, &options, &Progress::default())
}

/// The data is a tar whose first header has its mark. Headers that have it get the checksum that they should have, so that
/// what they say is read; those that state none remain damaged.
pub fn tar(data: &[u8]) -> Vec<u8> {
    let mut data = data.to_vec();
    if let Some(mark) = data.get_mut(257..263) {
        mark.copy_from_slice(b"ustar\0");
    }
    for block in data.as_chunks_mut::<512>().0 {
        let header = tar::Header::from_byte_slice(block);
        if block.get(257..262) == Some(b"ustar") && header.cksum().is_ok() {
            let mut mended = header.clone();
            mended.set_cksum();
            block.copy_from_slice(mended.as_bytes());
        }
    }
    data
}

/// The data is a zip without its first four bytes.
pub fn zip(data: &[u8]) -> Vec<u8> {
    [b"PK\x03\x04", data].concat()
}

/// The data is a 7z archive without its first six bytes. The checksums of the headers are made right, so that what they
/// speak of is read.
pub fn sevenz(data: &[u8]) -> Vec<u8> {
    let mut bytes = [b"7z\xbc\xaf\x27\x1c", data].concat();
    let word = |bytes: &[u8], at: usize| bytes.get(at..at + 8).map(|word| u64::from_le_bytes(word.try_into().unwrap()));
    if let (Some(offset), Some(size)) = (word(&bytes, 12), word(&bytes, 20))
        && let Some(start) = 32_usize.checked_add(offset as usize)
        && let Some(end) = start.checked_add(size as usize)
        && let Some(header) = bytes.get(start..end)
    {
        let sum = checksum(header).to_le_bytes();
        bytes[28..32].copy_from_slice(&sum);
        let sum = checksum(&bytes[12..32]).to_le_bytes();
        bytes[8..12].copy_from_slice(&sum);
    }
    bytes
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    sum.sum()
}

/// The first byte chooses gzip, bzip2, xz or zstd, and the rest follows its magic number.
pub fn codecs(data: &[u8]) -> Vec<u8> {
    const MAGIC: [&[u8]; 4] = [&[0x1f, 0x8b, 8], b"BZh", b"\xfd7zXZ\0", &[0x28, 0xb5, 0x2f, 0xfd]];
    let (choice, rest) = data.split_first().unwrap_or((&0, &[]));
    [MAGIC[usize::from(*choice) % MAGIC.len()], rest].concat()
}

/// The data is an OpenPGP message. Where it begins as `gpg` lets one begin, it may not ask for more than 4 KB of hashing, so that
/// the time goes into what it says and not into its key (RFC 9580 section 3.7.1.3).
pub fn openpgp(data: &[u8]) -> Vec<u8> {
    let mut data = data.to_vec();
    if let [0x8c, 13, 4, _, 3, _, _, _, _, _, _, _, _, _, count, ..] = &mut data[..] {
        *count &= 0x1f;
    }
    data
}

/// The data is a bundle; its length chooses the format that is made of its report.
pub fn bundle(data: &[u8]) {
    if let Some(report) = report(data) {
        render(&report, Format::ALL[data.len() % Format::ALL.len()]);
    }
}

/// The report on a bundle.
pub fn report(data: &[u8]) -> Option<Report> {
    let laid = Laid::new(data);
    let options = Options { limits: LIMITS, ..Options::default() };
    analyze(&[laid.path()], &options).ok()
}

/// Makes of a bundle one that may leave the house, and reads that.
pub fn safe_bundle(data: &[u8]) {
    let laid = Laid::new(data);
    let options = Options { limits: LIMITS, ..Options::default() };
    let Ok(bundle) = mdmlog::safe_bundle(&[laid.path()], &options, Some(b"key")) else { return };
    let mut safe = Vec::new();
    bundle.write(&mut safe).expect("memory takes what comes");
    report(&safe);
}

/// Shows a report, in which no control characters of the input's may be.
pub fn render(report: &Report, format: Format) {
    let mut out = Vec::new();
    let style = TextStyle { verbose: true, ..TextStyle::default() };
    format.rendering(&style.into()).render(report, &mut out).expect("memory takes what comes");
    let text = String::from_utf8(out).expect("reports are UTF-8");
    assert!(!text.contains(|c: char| c.is_control() && c != '\n' && c != '\r' && c != '\t'), "{format}: {text}");
}

#[cfg(test)]
mod tests {
    use super::super::seal::message;
    use super::*;

    fn names(found: &Found) -> Vec<&str> {
        found.listing.iter().map(|member| &*member.path).collect()
    }

    #[test]
    fn what_a_header_says_is_read_though_its_checksum_was_another() {
        let mut header = tar::Header::new_ustar();
        header.set_path("ise-psc.log").unwrap();
        header.set_size(5);
        header.set_cksum();
        let mut data = [&header.as_bytes()[..], b"hello", &[0; 507 + 1024]].concat();
        data[0] = b'x';
        assert!(names(&found(&data)).iter().all(|name| !name.contains("xse-psc.log")));
        assert!(names(&found(&tar(&data))).iter().any(|name| name.ends_with("!xse-psc.log")));
    }

    #[test]
    fn what_is_sealed_is_unpacked() {
        // A capture without packets in a literal packet (RFC 9580 section 5.9).
        let capture = [&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0][..], &[0; 13], &[1, 1, 0]].concat();
        let packet = [&[0xcb, 6 + 24, b'b', 0, 0, 0, 0, 0][..], &capture].concat();
        let found = found(&message(&packet));
        assert_eq!(found.items.iter().map(|item| &item.data[..]).collect::<Vec<_>>(), [&capture[..]]);
    }
}
