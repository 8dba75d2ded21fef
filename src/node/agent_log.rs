//! `ad_agent.log`: what the agent that talks to Active Directory writes. It asks the same resolver as the MDM component, so what it
//! meets there tells whether the resolver or one name is at fault.
//!
//! A line begins `28/08/2016 17:23:35,VERBOSE,...`, by the node's clock and without a zone (Cisco, document 200780). In which words the agent
//! speaks of DNS is not documented; a line counts that speaks of DNS and of a failure.

use crate::model::byte_order_mark::without_mark;
use crate::model::time::{LATEST, LocalTime, SECOND};

/// Shape of the time that a line begins with.
const SHAPE: &[u8] = b"dd/dd/dddd dd:dd:dd,";
/// Lines that are looked at when a file is to be recognised.
const SAMPLE: usize = 20;
/// Bytes of a line that are looked at.
const MAX_LINE: usize = 2048;
/// Minutes that are kept.
const MAX_MINUTES: usize = 1000;
const MINUTE: i64 = 60 * SECOND;
/// Words for a failure, in lower case.
const FAILURES: [&[u8]; 9] =
    [b"fail", b"error", b"timeout", b"timed out", b"unable", b"not found", b"refused", b"unreachable", b"no answer"];

/// What one file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentLog {
    /// Lines that begin with a time.
    pub records: u64,
    /// Trouble with DNS, minute by minute, in the order of the file.
    pub trouble: Vec<DnsTroubleMinute>,
}

/// Trouble with DNS within a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DnsTroubleMinute {
    /// The beginning of the minute on the node's clock.
    pub at: LocalTime,
    /// The first line that tells, from 1.
    pub line: u64,
    /// How many lines tell.
    pub records: u64,
}

/// Returns whether a file that begins like this is one.
pub fn looks_like_agent_log(head: &[u8]) -> bool {
    let is_record = |line: &[u8]| {
        let rest = without_mark(line);
        time(rest).is_some_and(|(_, rest)| {
            let level = rest.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
            level > 0 && rest.get(level) == Some(&b',')
        })
    };
    head.split(|byte| *byte == b'\n').take(SAMPLE).any(is_record)
}

/// Reads a file.
pub fn read_agent_log(bytes: &[u8]) -> AgentLog {
    let mut log = AgentLog::default();
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1..) {
        let Some((at, rest)) = time(line) else { continue };
        log.records += 1;
        if !tells_of_dns(rest.get(..MAX_LINE).unwrap_or(rest)) {
            continue;
        }
        let at = LocalTime::from_nanos(at.nanos().div_euclid(MINUTE) * MINUTE);
        if let Some(minute) = log.trouble.last_mut().filter(|minute| minute.at == at) {
            minute.records += 1;
        } else if log.trouble.len() < MAX_MINUTES {
            log.trouble.push(DnsTroubleMinute { at, line: number, records: 1 });
        }
    }
    log
}

/// Reads the time at the beginning of a line, and returns it with what follows.
fn time(line: &[u8]) -> Option<(LocalTime, &[u8])> {
    let (stamp, rest) = line.split_at_checked(SHAPE.len())?;
    let fits = |(byte, shape): (&u8, &u8)| if *shape == b'd' { byte.is_ascii_digit() } else { byte == shape };
    if !stamp.iter().zip(SHAPE).all(fits) {
        return None;
    }
    let number = |at: std::ops::Range<usize>| {
        let digits = stamp.get(at)?;
        Some(digits.iter().fold(0_i64, |sum, digit| sum * 10 + i64::from(digit.wrapping_sub(b'0'))))
    };
    let small = |at| number(at).and_then(|value| i8::try_from(value).ok());
    let year = i16::try_from(number(6..10)?).ok()?;
    let date =
        jiff::civil::DateTime::new(year, small(3..5)?, small(0..2)?, small(11..13)?, small(14..16)?, small(17..19)?, 0);
    let seconds = jiff::tz::TimeZone::UTC.to_timestamp(date.ok()?).ok()?.as_second();
    let nanos = seconds.checked_mul(SECOND).filter(|nanos| (0..=LATEST).contains(nanos))?;
    Some((LocalTime::from_nanos(nanos), rest))
}

/// Returns whether a line speaks of DNS, as a word or in the name of an error, and of a failure.
fn tells_of_dns(line: &[u8]) -> bool {
    let lower = line.to_ascii_lowercase();
    let has = |word: &[u8]| memchr::memmem::find(&lower, word).is_some();
    let is_word = |at: usize| {
        let letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
        !letter(at.checked_sub(1).and_then(|before| lower.get(before))) && !letter(lower.get(at + 3))
    };
    memchr::memmem::find_iter(&lower, b"dns").any(is_word) && FAILURES.iter().any(|word| has(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
28/08/2016 17:23:35,VERBOSE,140204120491776,Finding user alice
28/08/2016 17:23:36,WARNING,140204120491776,DNS query for _ldap._tcp.corp.example failed: timed out
a line that goes on
28/08/2016 17:23:59,ERROR  ,140204120491776,DNS_ERROR_RCODE_SERVER_FAILURE
28/08/2016 17:25:00,VERBOSE,140204120491776,DNS answer in 2 ms
28/08/2016 17:26:00,ERROR,140204120491776,join failed for hostdnsname
";

    #[test]
    fn trouble_with_dns_is_counted_by_minute() {
        assert!(looks_like_agent_log(LOG.as_bytes()));
        let log = read_agent_log(LOG.replace('\n', "\r\n").as_bytes());
        assert_eq!(log.records, 5);
        let [minute] = &log.trouble[..] else { panic!("{log:?}") };
        assert_eq!((minute.line, minute.records), (2, 2));
        assert_eq!(minute.at, LocalTime::from_nanos(1_472_404_980 * SECOND));
    }

    #[test]
    fn other_texts_are_none() {
        for other in [
            "",
            "28/08/2016 17:23:35 started",
            "2016-08-28 17:23:35,VERBOSE,x",
            "31/02/2016 17:23:35,VERBOSE,x",
            "28/08/2016 17:23:35,x,y",
        ] {
            assert!(!looks_like_agent_log(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let log: String =
            (0..3000).map(|n| format!("28/08/2016 {:02}:{:02}:00,ERROR,1,DNS failed\n", n / 60 % 24, n % 60)).collect();
        assert_eq!(read_agent_log(log.as_bytes()).trouble.len(), MAX_MINUTES);
    }

    #[test]
    fn cut_anywhere_it_is_read_without_a_panic() {
        for end in 0..LOG.len() {
            read_agent_log(&LOG.as_bytes()[..end]);
            looks_like_agent_log(&LOG.as_bytes()[..end]);
        }
    }
}
