//! What a file that is not read seems to be: words for the person who sent it.

use crate::model::member_path::base;

/// What the words for a log end with that an analysis has no use for, though it is one of a node.
pub(super) const NO_REQUESTS: &str = "which holds no requests to MDM servers";

/// Says what a file of a bundle is whose lines no public source describes, so that only its name tells.
pub(super) fn describe_named(path: &str) -> Option<(&'static str, bool)> {
    const ALARMS: &str = "the export of ISE's alarms (alarmexp.txt), whose lines no public source describes and which holds no requests to MDM servers";
    base(path).eq_ignore_ascii_case("alarmexp.txt").then_some((ALARMS, false))
}

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
    if let Some(log) = other_log(sample) {
        return (log, false);
    }
    let odd = sample.iter().filter(|&&byte| byte < 32 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b)).count();
    if odd == 0 {
        ("text that is no ISE log with MDM records", false)
    } else {
        ("binary data of an unknown kind", false)
    }
}

/// Returns the name of a log that lies in every bundle and tells nothing of MDM servers, by the shape of its lines: `d` is a
/// digit, `w` what a word is made of, once or more, and `l` a letter, once or more.
fn other_log(head: &[u8]) -> Option<&'static str> {
    const SHAPES: [(&[u8], &str); 3] = [
        // `Radius,2026-07-01 10:59:58,362,DEBUG,0x7f0...`
        (
            b"w,dddd-dd-dd dd:dd:dd,ddd,",
            "the log of ISE's runtime (prrt-server.log), which holds no requests to MDM servers",
        ),
        // `15-Aug-2023 10:21:07.123 INFO [main] ...`
        (b"dd-l-dddd dd:dd:dd.ddd w [", TOMCAT),
        // `2023-08-15 10:21:07,123 INFO  [main] org.apache.catalina...`
        (b"dddd-dd-dd dd:dd:dd,ddd w  [w] org.apache.", TOMCAT),
    ];
    let lines = || head.split(|&byte| byte == b'\n').take(20);
    let shaped = lines().find_map(|line| SHAPES.iter().find(|(shape, _)| has_shape(line, shape)));
    shaped.map(|(_, name)| *name).or_else(|| lines().find_map(component))
}

const TOMCAT: &str = "the log of ISE's web server (catalina.out), which holds no requests to MDM servers";

/// Returns the name of the log of one component, by who writes in it: such logs have the format of `ise-psc.log`.
fn component(line: &[u8]) -> Option<&'static str> {
    const WRITERS: [(&[u8], &str); 7] = [
        (b"cisco.profiler.", "the log of ISE's profiler (profiler.log), which holds no requests to MDM servers"),
        (b"cpm.guest", "the log of ISE's guest portals (guest.log), which holds no requests to MDM servers"),
        (b"cpm.ers.", "the log of ISE's REST service (ers.log), which holds no requests to MDM servers"),
        (b"cpm.ca.", "the log of ISE's CA (caservice.log), which holds no requests to MDM servers"),
        (b"cpm.scep.", "the log of ISE's CA (caservice.log), which holds no requests to MDM servers"),
        (b"cisco.pxgrid.", "the log of pxGrid (pxgrid-server.log), which holds no requests to MDM servers"),
        (b"cpm.pxgrid.", "the log of pxGrid (pxgrid-server.log), which holds no requests to MDM servers"),
    ];
    if !has_shape(line, b"dddd-dd-dd dd:dd:dd,ddd w") {
        return None;
    }
    // The logger stands behind thread and context.
    let logger = line.get(memchr::memmem::find(line, b"]] ")? + 3..)?;
    let end = logger.iter().position(|byte| *byte == b' ').unwrap_or(logger.len());
    let logger = logger.get(..end)?;
    WRITERS.iter().find(|(writer, _)| memchr::memmem::find(logger, writer).is_some()).map(|(_, name)| *name)
}

fn has_shape(mut line: &[u8], shape: &[u8]) -> bool {
    shape.iter().all(|shape| {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let length = match shape {
            b'w' => line.iter().take_while(|byte| is_word(byte)).count(),
            b'l' => line.iter().take_while(|byte| byte.is_ascii_alphabetic()).count(),
            b'd' => line.first().is_some_and(u8::is_ascii_digit).into(),
            other => (line.first() == Some(other)).into(),
        };
        line = line.get(length..).unwrap_or_default();
        length > 0
    })
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
        let runtime = b"Radius,2026-07-01 10:59:58,362,DEBUG,0x7f0,cntx=1,RADIUS PACKET\n";
        assert!(describe_unknown(runtime).0.contains("prrt-server.log"));
        for (line, name) in [
            (
                "15-Aug-2023 10:21:07.123 INFO [main] org.apache.catalina.core.StandardEngine.startInternal Go",
                "catalina.out",
            ),
            (
                "2023-08-15 10:21:07,123 INFO  [main] org.apache.catalina.startup.Catalina - Server startup",
                "catalina.out",
            ),
            ("2023-08-15 10:21:07,124 INFO   [Collector-2][[]] cisco.profiler.probes.Probe -:::- x", "profiler.log"),
            ("2023-08-15 10:21:07,124 INFO   [http-7][[]] cpm.guestaccess.flowmanager.Flow -:::- x", "guest.log"),
        ] {
            let (seems, ours) = describe_unknown(line.as_bytes());
            assert!(seems.contains(name) && seems.ends_with(NO_REQUESTS) && !ours, "{line}: {seems}");
        }
        let (seems, ours) = describe_named("bundle.tar!support/alarmexp.txt").unwrap();
        assert!(seems.contains("alarms") && seems.ends_with(NO_REQUESTS) && !ours);
        assert_eq!(describe_named("support/alarms.txt"), None);
        assert_eq!(describe_unknown(&[0; 100]).0, "nothing but zeros");
        assert_eq!(describe_unknown(&[1, 2, 3]).0, "binary data of an unknown kind");
    }
}
