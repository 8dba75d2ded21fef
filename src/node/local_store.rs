//! `iseLocalStore.log`: the one file of a bundle whose lines state the offset of the node's clock, and what became of the MDM
//! server when nobody had set the MDM component to TRACE.
//!
//! A line is `2026-07-01 00:02:37.362 +02:00 SEQUENCE CODE SEVERITY Class: text, Attribute=value, ...` with commas in values behind
//! backslashes (Cisco, "Cisco ISE Syslogs", which has a colon before the milliseconds as well).

use std::ops::Range;

use memchr::memmem::Finder;

use super::failures::{FailureKind, Failures};
use crate::model::byte_order_mark::without_mark;
use crate::model::time::{LATEST, LocalTime, MILLISECOND, SECOND, Timestamp};
use crate::model::wall_clock::OffsetRun;
use crate::model::zone_offset::ZoneOffset;

/// Length of time and offset, up to the blank behind them.
const STAMP: usize = 30;
/// The shape of it: digits, signs, and a point or a colon before the milliseconds.
const SHAPE: &[u8; STAMP] = b"dddd-dd-dd dd:dd:dd.ddd sdd:dd";
/// Where the offset stands in it.
const OFFSET: Range<usize> = 24..STAMP;
/// Zones lie within so many minutes of UTC.
const FARTHEST: i64 = 18 * 60;
/// Changes of the offset that a file may have; one with more is no clock.
const MAX_RUNS: usize = 64;
/// Lines that are looked at when a file is to be recognised.
const SAMPLE: usize = 50;
/// Bytes of a line that are looked at.
const MAX_LINE: usize = 64 << 10;
/// Longest value that is believed to be a name or an address.
const MAX_VALUE: usize = 256;

/// What one file holds.
#[derive(Debug, Default)]
pub struct LocalStore {
    /// Lines that begin with a time.
    pub records: u64,
    /// Times in a row that have the same offset.
    pub runs: Vec<OffsetRun>,
    /// What it says of MDM servers.
    pub failures: Failures,
}

impl LocalStore {
    /// Returns the first and the last time.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let first = self.runs.iter().map(|run| run.first).min()?;
        Some((first, self.runs.iter().map(|run| run.last).max()?))
    }
}

/// Returns whether a file that begins like this is one.
pub fn looks_like_local_store(head: &[u8]) -> bool {
    let head = without_mark(head);
    head.split(|byte| *byte == b'\n').take(SAMPLE).any(|line| header(line).is_some_and(|header| header.code.is_some()))
}

/// What a line begins with.
struct Header<'a> {
    offset: &'a [u8],
    /// The message's number in ISE's catalog.
    code: Option<u32>,
}

fn header(line: &[u8]) -> Option<Header<'_>> {
    let stamp = line.first_chunk::<STAMP>()?;
    let fits = |(byte, shape): (&u8, &u8)| match shape {
        b'd' => byte.is_ascii_digit(),
        b's' => matches!(byte, b'+' | b'-'),
        b'.' => matches!(byte, b'.' | b':'),
        other => byte == other,
    };
    if !stamp.iter().zip(SHAPE).all(fits) {
        return None;
    }
    let mut fields = line.get(STAMP..)?.strip_prefix(b" ")?.splitn(4, |byte| *byte == b' ');
    let sequence = fields.next().filter(|sequence| is_number(sequence));
    let code = sequence.and_then(|_| fields.next()).filter(|code| code.len() <= 9 && is_number(code));
    let severe =
        fields.next().is_some_and(|severity| !severity.is_empty() && severity.iter().all(u8::is_ascii_uppercase));
    let code = code.filter(|_| severe).map(number);
    Some(Header { offset: line.get(OFFSET)?, code: code.and_then(|code| u32::try_from(code).ok()) })
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// Reads decimal digits, of which there are few.
fn number(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |sum: i64, digit| sum.saturating_mul(10).saturating_add(i64::from(digit.wrapping_sub(b'0'))))
}

/// Reads the time of a line that has a header, and its offset; `None` for what no clock shows.
fn time(line: &[u8]) -> Option<(Timestamp, ZoneOffset)> {
    let field = |at: Range<usize>| line.get(at).map(number);
    let small = |at: Range<usize>| field(at).and_then(|value| i8::try_from(value).ok());
    let date = jiff::civil::Date::new(i16::try_from(field(0..4)?).ok()?, small(5..7)?, small(8..10)?).ok()?;
    let midnight = jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?.as_second();
    let (hour, minute, second) = (field(11..13)?, field(14..16)?, field(17..19)?);
    let (hours, minutes) = (field(25..27)?, field(28..30)?);
    if hour > 23 || minute > 59 || second > 60 || minutes > 59 || hours * 60 + minutes > FARTHEST {
        return None;
    }
    let sign = if line.get(OFFSET.start) == Some(&b'-') { -1 } else { 1 };
    let offset = ZoneOffset::from_nanos(sign * (hours * 60 + minutes) * 60 * SECOND);
    let seconds = midnight + hour * 3600 + minute * 60 + second;
    let local = seconds.checked_mul(SECOND)? + field(20..23)? * MILLISECOND;
    (0..=LATEST).contains(&local).then(|| (offset.utc_of(LocalTime::from_nanos(local)), offset))
}

/// Reads a file.
pub fn read_local_store(bytes: &[u8]) -> LocalStore {
    let reachable = Finder::new(b"MdmServerReachable");
    let reason = Finder::new(b"MDMFailureReason");
    let mut store = LocalStore::default();
    let mut open: Option<(&[u8], &[u8])> = None;
    let mut number = 0;
    for line in lines(bytes) {
        number += 1;
        let Some(header) = header(line) else { continue };
        store.records += 1;
        open = match open {
            Some((first, last)) if last.get(OFFSET) != Some(header.offset) => {
                store.end_run(first, last);
                Some((line, line))
            }
            Some((first, _)) => Some((first, line)),
            None => Some((line, line)),
        };
        let line = line.get(..MAX_LINE).unwrap_or(line);
        let kind = match header.code {
            Some(89_003) => FailureKind::Connection,
            Some(89_004) => FailureKind::ApiVersion,
            Some(89_005) => FailureKind::Response,
            _ if reachable.find(line).is_some() || reason.find(line).is_some() => {
                if !was_hurt(line) {
                    continue;
                }
                FailureKind::Endpoint
            }
            _ => continue,
        };
        if let Some((at, _)) = time(line) {
            let endpoint = attribute(line, "EndpointMacAddress")
                .or_else(|| attribute(line, "Calling-Station-ID"))
                .or_else(|| attribute(line, "SessionId"));
            store.failures.add(kind, at, attribute(line, "MDMServerName"), endpoint, number);
        }
    }
    if let Some((first, last)) = open {
        store.end_run(first, last);
    }
    store
}

impl LocalStore {
    fn end_run(&mut self, first: &[u8], last: &[u8]) {
        let (Some((first, offset)), Some((last, _))) = (time(first), time(last)) else { return };
        if self.runs.len() < MAX_RUNS {
            self.runs.push(OffsetRun { first: first.min(last), last: first.max(last), offset });
        }
    }
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = without_mark(bytes);
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let text = rest.take().filter(|text| !text.is_empty())?;
        let Some(end) = memchr::memchr(b'\n', text) else { return Some(text) };
        rest = text.get(end + 1..);
        text.get(..end)
    })
}

/// Returns whether the endpoint of an authentication met an MDM server that could not be asked.
fn was_hurt(line: &[u8]) -> bool {
    match attribute(line, "MdmServerReachable") {
        Some(reachable) => {
            let reachable = reachable.to_ascii_lowercase();
            ["false", "un", "not", "no"].iter().any(|word| reachable.starts_with(word))
        }
        None => attribute(line, "MDMFailureReason").is_some_and(|reason| !reason.is_empty()),
    }
}

/// Returns the value of an attribute with the backslashes in front of its commas taken out.
fn attribute(line: &[u8], name: &str) -> Option<String> {
    let mut from = 0;
    let finder = Finder::new(name);
    while let Some(found) = line.get(from..).and_then(|rest| finder.find(rest)) {
        let at = from + found;
        from = at + name.len();
        let begins =
            at.checked_sub(1).and_then(|before| line.get(before)).is_none_or(|byte| matches!(byte, b' ' | b','));
        if let Some(rest) = line.get(from..).and_then(|rest| rest.strip_prefix(b"=")).filter(|_| begins) {
            return Some(value(rest));
        }
    }
    None
}

/// Reads a value up to the next comma that no backslash stands before.
fn value(rest: &[u8]) -> String {
    let mut value = Vec::new();
    let mut escaped = false;
    for &byte in rest {
        match byte {
            b'\\' if !escaped => escaped = true,
            b',' | b'\r' if !escaped => break,
            byte => {
                if escaped && byte != b',' && byte != b'\\' {
                    value.push(b'\\');
                }
                escaped = false;
                value.push(byte);
            }
        }
        if value.len() >= MAX_VALUE {
            break;
        }
    }
    String::from_utf8_lossy(&value).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Timestamp {
        Timestamp::from_nanos(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond() as i64)
    }

    fn passed(stamp: &str) -> String {
        format!("{stamp} 0000012345 5200 NOTICE Passed-Authentication: Authentication succeeded, UserName=user1,\n")
    }

    #[test]
    fn lines_are_recognised_with_a_point_or_a_colon_before_the_milliseconds() {
        assert!(looks_like_local_store(passed("2026-07-01 00:02:37.362 +02:00").as_bytes()));
        assert!(looks_like_local_store(passed("2026-07-01 00:02:37:362 -05:30").as_bytes()));
        for other in [
            "2026-07-01 00:02:37,362 INFO  [main][[]] cisco.cpm.mdm.util.X -:::- text",
            "2026-07-01 00:02:37.362 +02:00 not of this log",
            "2026-07-01 00:02:37.362 +02:00 12 x NOTICE Class: text",
            "",
        ] {
            assert!(!looks_like_local_store(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn offsets_are_read_with_the_times_that_they_hold_for() {
        let log = [
            passed("2026-10-25 02:59:59.900 +02:00"),
            "a second line of it\n".to_owned(),
            passed("2026-10-25 02:00:00.100 +01:00"),
            passed("2026-10-25 02:00:07:250 +01:00"),
        ];
        let store = read_local_store(log.concat().as_bytes());
        assert_eq!(store.records, 3);
        let [hour, two_hours] = [1, 2].map(|hours| ZoneOffset::from_nanos(hours * 3600 * SECOND));
        assert_eq!(
            store.runs,
            [
                OffsetRun {
                    first: utc("2026-10-25T00:59:59.9Z"),
                    last: utc("2026-10-25T00:59:59.9Z"),
                    offset: two_hours
                },
                OffsetRun { first: utc("2026-10-25T01:00:00.1Z"), last: utc("2026-10-25T01:00:07.25Z"), offset: hour },
            ]
        );
        assert_eq!(store.span(), Some((utc("2026-10-25T00:59:59.9Z"), utc("2026-10-25T01:00:07.25Z"))));
    }

    #[test]
    fn what_no_clock_shows_is_no_time() {
        for stamp in
            ["2026-02-30 00:00:00.000 +00:00", "2026-02-03 24:00:00.000 +00:00", "2026-02-03 00:00:00.000 +77:00"]
        {
            let store = read_local_store(passed(stamp).as_bytes());
            assert_eq!((store.records, store.runs.len()), (1, 0), "{stamp}");
        }
    }

    #[test]
    fn failures_of_mdm_servers_are_counted_by_minute() {
        let log = "\
2026-07-01 11:00:00.512 +02:00 0000012346 89003 ERROR External-MDM: Failed to connect to MDM server, MDMServerName=JAMF\\, PRO, EndpointMacAddress=00-26-B4-24-FE-B4,
2026-07-01 11:00:01.512 +02:00 0000012347 89005 ERROR External-MDM: Response error, MDMServerName=JAMF\\, PRO,
2026-07-01 11:00:02.000 +02:00 0000012348 5400 NOTICE Failed-Attempt: Authentication failed, Calling-Station-ID=a, MdmServerReachable=UnReachable, MDMServerName=JAMF\\, PRO,
2026-07-01 11:00:03.000 +02:00 0000012349 5400 NOTICE Failed-Attempt: Authentication failed, Calling-Station-ID=a, MdmServerReachable=UnReachable, MDMServerName=JAMF\\, PRO,
2026-07-01 11:00:04.000 +02:00 0000012350 5200 NOTICE Passed-Authentication: Authentication succeeded, Calling-Station-ID=b, MdmServerReachable=Reachable, MDMServerName=JAMF\\, PRO,
2026-07-01 11:01:00.000 +02:00 0000012351 89004 ERROR External-MDM: API version mismatch, MDMServerName=JAMF\\, PRO,
";
        let minutes = read_local_store(log.as_bytes()).failures.minutes();
        let shown: Vec<_> = minutes
            .iter()
            .map(|minute| {
                let server = minute.server.as_deref().unwrap();
                (
                    server,
                    minute.at.to_string(),
                    minute.connection,
                    minute.api_version,
                    minute.response,
                    minute.endpoints,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("JAMF, PRO", "2026-07-01T09:00:00.000Z".to_owned(), 1, 0, 1, 2),
                ("JAMF, PRO", "2026-07-01T09:01:00.000Z".to_owned(), 0, 1, 0, 0),
            ]
        );
    }

    #[test]
    fn a_file_that_changes_its_offset_all_the_time_is_bounded() {
        let log: String = (0..1000).map(|n| passed(&format!("2026-07-01 00:02:37.362 +{:02}:00", n % 12))).collect();
        assert_eq!(read_local_store(log.as_bytes()).runs.len(), MAX_RUNS);
    }

    #[test]
    fn cut_anywhere_it_is_read_without_a_panic() {
        let log = passed("2026-07-01 00:02:37.362 +02:00")
            + "2026-07-01 00:02:37.362 +02:00 1 89003 ERROR X: MDMServerName=a\\";
        for end in 0..log.len() {
            read_local_store(&log.as_bytes()[..end]);
            looks_like_local_store(&log.as_bytes()[..end]);
        }
    }
}
