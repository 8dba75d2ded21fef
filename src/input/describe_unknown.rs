//! What a file that is not read seems to be: words for the person who sent it.

/// Says what an unknown file seems to be, for the person who sent it, and whether it is of the sort that this program is
/// for (a capture or an archive in a format that it does not read).
pub(super) fn describe_unknown(head: &[u8]) -> (&'static str, bool) {
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

    #[test]
    fn unknown_files_are_described() {
        assert_eq!(
            describe_unknown(b"snoop\0\0\0\0\0\0\x02"),
            ("a snoop capture, which `editcap -F pcap` converts", true)
        );
        assert_eq!(describe_unknown(b"hello\n").0, "text that is no ISE log with MDM records");
        assert_eq!(describe_unknown(&[0; 100]).0, "nothing but zeros");
        assert_eq!(describe_unknown(&[1, 2, 3]).0, "binary data of an unknown kind");
    }
}
