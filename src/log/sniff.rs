//! Tells by how a file begins whether it is a log that this stage can read.
//!
//! A support bundle holds other logs of the same format, such as `profiler.log`. What tells them apart is who writes: the
//! logs of single components hold the records of that component only.

use memchr::memmem;

use super::decode;
use super::record::{self, LogHeader, MAX_HEADER};
use super::scan::NEEDLE;

/// How a file looks that this stage can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLook {
    /// Records with time stamps in the format of `ise-psc.log`.
    Records,
    /// Records of the MDM component without time stamps, as people paste them.
    Excerpt,
}

/// Records that are looked at when none of them is of the MDM component.
const SAMPLE: usize = 2000;
/// Who writes the log of the guest portals.
const GUEST: [&[u8]; 2] = [b"cpm.guestaccess.", b"cpm.guest."];
/// Who writes logs of the same format of their own.
const OTHER_LOGS: [&[u8]; 7] = [
    b"cisco.profiler.",
    b"com.cisco.profiler.",
    b"cpm.ers.",
    b"cisco.cpm.ers.",
    b"cpm.ca.",
    b"com.cisco.cpm.scep.",
    b"com.cisco.pxgrid.",
];

/// Returns how a file that begins like this looks; `None` when it is not a log of this kind.
pub fn looks_like_log(prefix: &[u8]) -> Option<LogLook> {
    let text = decode::as_utf8(prefix);
    let records = || text.split(|byte| *byte == b'\n').filter_map(header);
    // The component may have little to say, so the search for its name is not limited to a sample.
    if memmem::find(&text, NEEDLE).is_some() {
        let mdm = records().find(LogHeader::is_mdm);
        if let Some(mdm) = mdm {
            return Some(if mdm.time.is_some() { LogLook::Records } else { LogLook::Excerpt });
        }
    }
    let mut stamped = records().filter(|header| header.time.is_some()).take(SAMPLE);
    stamped.any(|header| header.has_context && is_of_ise(header.logger)).then_some(LogLook::Records)
}

/// Returns whether a file that begins like this is the log of the guest portals, in which records of the MDM component may stand
/// anywhere: the portals ask the MDM server when a guest registers a device.
pub fn looks_like_guest_log(prefix: &[u8]) -> bool {
    let mut stamped = prefix.split(|byte| *byte == b'\n').filter_map(header).filter(|header| header.time.is_some());
    stamped
        .next()
        .is_some_and(|header| header.has_context && GUEST.iter().any(|start| header.logger.starts_with(start)))
}

/// Returns whether a record of the MDM component with a time stamp stands anywhere in a log.
pub fn holds_mdm_records(log: &[u8]) -> bool {
    memmem::find_iter(log, NEEDLE).any(|at| {
        let before = log.get(at.saturating_sub(MAX_HEADER)..at).unwrap_or_default();
        let start = at - before.len() + memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let line = log.get(start..).unwrap_or_default();
        let line = line.get(..2 * MAX_HEADER).unwrap_or(line);
        let line = line.get(..memchr::memchr(b'\n', line).unwrap_or(line.len())).unwrap_or_default();
        header(line).is_some_and(|header| header.time.is_some() && header.is_mdm())
    })
}

/// Returns the header of a record with level, thread and context, which no other log has in that form.
fn header(line: &[u8]) -> Option<LogHeader<'_>> {
    let line = line.get(record::start(line)?..)?;
    let (_, header) = record::header(line).ok()?;
    (!header.thread.is_empty()).then_some(header)
}

/// Returns whether a logger is of the appliance itself, and of no component that has a log of its own.
fn is_of_ise(logger: &[u8]) -> bool {
    let ise = [&b"cisco."[..], b"com.cisco.", b"cpm."].iter().any(|start| logger.starts_with(start));
    ise && !OTHER_LOGS.iter().chain(&GUEST).any(|start| logger.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADMIN: &str = "2023-08-15 10:21:07,123 INFO   [admin-http-pool70][[]] cpm.admin.infra.spring.ISEAdminControllerUtils --:admin:-- mapping";
    const PROFILER: &str = "2023-08-15 10:21:07,124 INFO   [Collector-2][[]] cisco.profiler.probes.Probe -:::- x";

    #[test]
    fn a_log_of_the_format_is_one_even_without_mdm_records() {
        assert_eq!(looks_like_log(ADMIN.as_bytes()), Some(LogLook::Records));
        assert_eq!(
            looks_like_log(format!("\tat a.B.c(B.java:1)\n{PROFILER}\n{ADMIN}").as_bytes()),
            Some(LogLook::Records)
        );
    }

    #[test]
    fn logs_of_other_components_are_not_it_unless_they_hold_mdm_records() {
        assert_eq!(looks_like_log(PROFILER.as_bytes()), None);
        let mdm = "2023-08-15 10:21:07,125 INFO   [t][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- x";
        assert_eq!(looks_like_log(format!("{PROFILER}\n{mdm}\n").as_bytes()), Some(LogLook::Records));
    }

    #[test]
    fn a_log_of_the_guest_portals_is_gone_through_for_mdm_records() {
        let guest =
            "2023-08-15 10:21:07,124 INFO   [http-7][[]] cpm.guestaccess.flowmanager.Flow -:::- x\n".repeat(2000);
        assert!(looks_like_guest_log(&guest.as_bytes()[..4096]));
        assert_eq!(looks_like_log(&guest.as_bytes()[..65_536]), None);
        assert!(!looks_like_guest_log(PROFILER.as_bytes()) && !looks_like_guest_log(ADMIN.as_bytes()));
        let mdm = "2023-08-15 10:21:07,125 INFO   [t][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- x";
        assert!(holds_mdm_records(format!("{guest}{mdm}").as_bytes()));
        assert!(holds_mdm_records(format!("{guest}\tat a.mdm.b\n{mdm}\r\n{guest}").as_bytes()));
        let quoted = format!("{guest}Caused by: see {mdm} in another log, and a.mdm.b\n{}", ".mdm.".repeat(10_000));
        assert!(!holds_mdm_records(quoted.as_bytes()));
    }

    #[test]
    fn excerpts_are_known_by_mdm_records() {
        let line =
            "INFO [admin-http-pool8][[]] cisco.cpm.mdm.util.MdmRESTClient -::::- GET: MDM Server URL: https://YOUR";
        assert_eq!(looks_like_log(format!("Hello,\r\n\r\n  {line}\r\n").as_bytes()), Some(LogLook::Excerpt));
        let utf16: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(looks_like_log(&utf16), Some(LogLook::Excerpt));
        assert_eq!(
            looks_like_log(b"ERROR  [pxgrid-5][[]] cpm.pxgrid.client.StompPubsubClient -:::- Connection refused"),
            None
        );
    }

    #[test]
    fn other_texts_are_not_logs() {
        for text in [
            "",
            "INFO: nothing of interest\n",
            "at cisco.cpm.mdm.util.MdmRESTClient.sendGETRequestDom(MdmRESTClient.java:412)\n",
            "Set cisco.cpm.mdm to TRACE, then read ise-psc.log\n",
            "2023-08-15 10:21:07,123 INFO  [main] org.apache.catalina.startup.Catalina - Server startup\n",
            "2023-08-15T10:21:07+00:00 ise33 CISE_RADIUS_Accounting 0000000001 1 0\n",
            "15-Aug-2023 10:21:07.123 INFO [main] org.apache.catalina.core.StandardEngine.startInternal Starting\n",
        ] {
            assert_eq!(looks_like_log(text.as_bytes()), None, "{text}");
        }
    }
}
