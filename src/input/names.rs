//! What a name tells: whether it promises an input, and which names are parts of one log or one capture.
//!
//! Nothing is recognised by its name; names decide what belongs together, and whether an unreadable file is worth a word.

use crate::model::member_path::base;
use crate::model::report::InputKind;

/// Tells whether someone who sees the name expects an input behind it.
pub(super) fn promises_input(path: &str) -> bool {
    let name = unpacked(base(path)).to_ascii_lowercase();
    let promised = InputKind::ALL.iter().flat_map(|kind| kind.names()).any(|part| name.contains(part));
    promised || capture_parts(&name).is_some()
}

/// Tells whether ISE names a support bundle like this that it encrypts for Cisco: `NAME-pk-YYMMDD-HHMM.tar.gpg`.
pub(super) fn is_for_cisco(path: &str) -> bool {
    let name = base(path).to_ascii_lowercase();
    name.contains("-pk-") && (name.ends_with(".gpg") || name.ends_with(".pgp"))
}

/// Returns the name without the ending of a codec.
fn unpacked(name: &str) -> &str {
    let endings = [".gz", ".bz2", ".xz", ".zst", ".gpg", ".pgp", ".asc"];
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// Returns the name of the log that this file is a part of, and whether it is a rotated part: `ise-psc.log.2023-08-15-1.gz` is
/// one of `ise-psc.log`.
pub(super) fn log_parts(name: &str) -> (&str, bool) {
    let name = unpacked(name);
    let mut rest = name;
    // A date, a number behind it, or both; `ise-psc.log-20230815` and `ise-psc.log.old` are in use as well.
    while let Some((head, tail)) = rest.rsplit_once(['.', '-', '_']) {
        let number = !tail.is_empty() && tail.bytes().all(|byte| byte.is_ascii_digit());
        if !(number || matches!(tail, "old" | "bak")) {
            break;
        }
        rest = head;
    }
    // Only a name that still has an ending was rotated: `node-2.log` lost nothing, `trace.2` would lose its identity.
    if rest.contains('.') { (rest, rest.len() < name.len()) } else { (name, false) }
}

/// Returns stem and format of a capture's name: `x_00001_20230815102107.pcap` and `x.pcap1` are both parts of `x`, `pcap`.
pub(super) fn capture_parts(name: &str) -> Option<(&str, &str)> {
    let name = unpacked(name);
    let (stem, ending) = name.rsplit_once('.')?;
    // tcpdump -C and -W put their number behind the ending.
    let format = ending.trim_end_matches(|digit: char| digit.is_ascii_digit());
    let known = ["pcap", "pcapng", "cap", "dmp", "ntar"].iter().any(|known| known.eq_ignore_ascii_case(format));
    known.then(|| (rotation_stem(stem), format))
}

/// Takes off what a rotation adds: a five digit number, a time stamp, or both in either order.
fn rotation_stem(stem: &str) -> &str {
    let mut rest = stem;
    // Number, date and time are three parts at most.
    for _ in 0..3 {
        let Some(shorter) = without_stamp(rest) else { break };
        rest = shorter;
    }
    if rest.is_empty() { stem } else { rest }
}

/// The shapes of number and time stamp that dumpcap, editcap and `tcpdump -G` write, longest first.
const STAMPS: [&str; 10] = [
    "dddd-dd-dd_dd-dd-dd",
    "dddd-dd-dd-dd-dd-dd",
    "dddd-dd-dd_dd:dd:dd",
    "dddd-dd-ddTdd:dd:dd",
    "dddddddd-dddddd",
    "dddddddd_dddddd",
    "dddddddddddddd",
    "dddd-dd-dd",
    "dddddddd",
    "ddddd",
];

fn without_stamp(stem: &str) -> Option<&str> {
    STAMPS.iter().find_map(|shape| {
        let at = stem.len().checked_sub(shape.len())?;
        let (head, tail) = stem.split_at_checked(at)?;
        let fits = tail.bytes().zip(shape.bytes()).all(|(byte, shape)| match shape {
            b'd' => byte.is_ascii_digit(),
            other => byte == other,
        });
        fits.then(|| head.strip_suffix(['_', '-', '.'])).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_logs_keep_the_name_of_their_log() {
        for name in [
            "ise-psc.log.1",
            "ise-psc.log.2023-08-15-1",
            "ise-psc.log.2023-08-15-1.gz",
            "ise-psc.log-20230815.xz",
            "ise-psc.log.old",
        ] {
            assert_eq!(log_parts(name), ("ise-psc.log", true), "{name}");
        }
        assert_eq!(log_parts("ise-psc.log"), ("ise-psc.log", false));
        assert_eq!(log_parts("ise-psc.log.gz"), ("ise-psc.log", false));
        assert_eq!(log_parts("node-2.log"), ("node-2.log", false));
        assert_eq!(log_parts("trace.2"), ("trace.2", false));
        assert_eq!(log_parts("excerpt.txt"), ("excerpt.txt", false));
    }

    #[test]
    fn parts_of_a_rotated_capture_share_a_stem() {
        for name in [
            "x.pcap",
            "x.pcap1",
            "x.pcap02",
            "x_00001_20230815102107.pcap",
            "x_00001.pcap",
            "x-20230815-102107.pcap.gz",
            "x_2023-08-15_10:21:07.pcap",
            "x_20230815102107_00002.pcap",
        ] {
            assert_eq!(capture_parts(name), Some(("x", "pcap")), "{name}");
        }
        assert_eq!(capture_parts("x.pcapng"), Some(("x", "pcapng")));
        assert_eq!(capture_parts("client1.pcap"), Some(("client1", "pcap")));
        assert_eq!(capture_parts("00001.pcap"), Some(("00001", "pcap")));
        assert_eq!(capture_parts("ise-psc.log"), None);
        assert_eq!(capture_parts("ü_00001.pcap"), Some(("ü", "pcap")));
    }

    #[test]
    fn names_promise_inputs() {
        assert!(promises_input("b.tar!logs/ise-psc.log.2023-08-15-1.gz"));
        assert!(promises_input("a/TCPDump.PCAP3"));
        assert!(!promises_input("b.tar!support/catalina.out"));
    }

    #[test]
    fn a_bundle_that_is_for_cisco_says_so_in_its_name() {
        assert!(is_for_cisco("d/ise-support-bundle-ise1-pk-260701-1105.tar.gpg"));
        assert!(!is_for_cisco("ise-support-bundle-ise1-ps-260701-1105.tar.gpg"));
        assert!(!is_for_cisco("d-pk-x/ise-psc.log"));
    }
}
