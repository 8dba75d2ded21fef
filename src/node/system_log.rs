//! `ade/ADE.log` and `messages`: what the operating system below ISE logs, with the node's name on every line, and among it what becomes
//! of NTP.
//!
//! Lines are those of syslog: `Aug 15 10:21:07 HOST PROGRAM[PID]: text` (RFC 3164), or with the time of RFC 3339 in front. Other systems
//! write the same, so a file counts only where one of the appliance's own programs writes in it. Its times are not used: those of the one
//! form say neither year nor zone.

use crate::model::byte_order_mark::without_mark;
use std::collections::BTreeMap;

/// Programs of the appliance, as their names begin in lower case.
const PROGRAMS: [&str; 4] = ["ade", "debugd", "cisco", "ise"];
/// Programs that keep the clock.
const NTP: [&str; 3] = ["chronyd", "ntpd", "ntpdate"];
/// Lines that are looked at when a file is to be recognised.
const SAMPLE: usize = 400;
/// Bytes of a line that are looked at.
const MAX_LINE: usize = 512;
/// Names that are counted; a file of one node has one.
const MAX_NAMES: usize = 8;
/// Longest name.
const MAX_NAME: usize = 253;

/// What one file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemLog {
    /// Lines of syslog.
    pub records: u64,
    /// The name that nearly all lines bear.
    pub hostname: Option<String>,
    /// Whether NTP kept the clock at the end.
    pub ntp_synchronized: Option<bool>,
}

/// A line of syslog.
struct Line<'a> {
    host: &'a str,
    program: &'a str,
    text: &'a str,
}

/// Returns whether a file that begins like this is one.
pub fn looks_like_system_log(head: &[u8]) -> bool {
    lines(head).take(SAMPLE).any(|line| {
        let program = line.program.to_ascii_lowercase();
        PROGRAMS.iter().any(|name| program.starts_with(name))
    })
}

/// Reads a file.
pub fn read_system_log(bytes: &[u8]) -> SystemLog {
    let mut log = SystemLog::default();
    let mut names: BTreeMap<String, u64> = BTreeMap::new();
    for line in lines(bytes) {
        log.records += 1;
        if let Some(count) = names.get_mut(line.host) {
            *count += 1;
        } else if names.len() < MAX_NAMES {
            names.insert(line.host.to_owned(), 1);
        }
        if NTP.contains(&line.program) {
            log.ntp_synchronized = synchronized(line.text).or(log.ntp_synchronized);
        }
    }
    let most = names.into_iter().max_by_key(|(_, count)| *count);
    // Lines that other hosts sent are few, or the file is of no one node.
    let own = most.filter(|(name, count)| is_name(name) && count.saturating_mul(10) >= log.records.saturating_mul(9));
    log.hostname = own.map(|(name, _)| name);
    log
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let bytes = without_mark(bytes);
    bytes.split(|byte| *byte == b'\n').filter_map(|line| {
        let line = line.get(..MAX_LINE).unwrap_or(line);
        let end = std::str::from_utf8(line).map_or_else(|error| error.valid_up_to(), str::len);
        syslog(std::str::from_utf8(line.get(..end)?).ok()?)
    })
}

/// Splits a line.
fn syslog(line: &str) -> Option<Line<'_>> {
    let rest = behind_time(line)?.trim_start();
    let (host, rest) = rest.split_once(' ')?;
    let (tag, text) = rest.split_once(':')?;
    let program = tag.split(['[', '(']).next()?.trim();
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    (is_word(host) && is_word(program)).then(|| Line { host, program, text: text.trim() })
}

/// Returns what follows the time of RFC 3164 or RFC 3339.
fn behind_time(line: &str) -> Option<&str> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let fits = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(byte, shape)| match shape {
                b'd' => byte.is_ascii_digit(),
                b'_' => byte.is_ascii_digit() || byte == b' ',
                shape => byte == shape,
            })
    };
    let (first, rest) = (line.get(..16)?, line.get(16..)?);
    if MONTHS.iter().any(|month| first.starts_with(month)) && fits(first.get(3..)?, " _d dd:dd:dd ") {
        return Some(rest);
    }
    let (stamp, rest) = line.split_once(' ')?;
    fits(stamp.get(..19)?, "dddd-dd-ddTdd:dd:dd").then_some(rest)
}

/// Returns whether a line of chrony or ntpd says that the clock is kept.
fn synchronized(text: &str) -> Option<bool> {
    let lower = text.to_ascii_lowercase().replace("synchronise", "synchronize");
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if says(&[
        "can't synchronize",
        "no selectable sources",
        "no servers reachable",
        "not synchronized",
        "unsynchronized",
        "no server suitable",
    ]) {
        return Some(false);
    }
    says(&["selected source", "synchronized to"]).then_some(true)
}

/// Returns whether it is a name that can tell nodes apart.
fn is_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len())
        && !name.eq_ignore_ascii_case("localhost")
        && name.parse::<std::net::IpAddr>().is_err()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
Aug  5 10:21:07 ise-psn1 debugd[2331]: [4711]:[info] config:network: main.c[242] [setup]: Setup is complete
Aug 15 10:21:07 ise-psn1 chronyd[917]: Selected source 192.0.2.123
Aug 15 10:21:08 ise-psn1 systemd: Started Session 9 of user root.
Aug 15 11:00:00 ise-psn1 chronyd[917]: Can't synchronise: no selectable sources
";

    #[test]
    fn the_node_and_its_clock_are_told_by_the_system_below() {
        assert!(looks_like_system_log(LOG.as_bytes()));
        let log = read_system_log(LOG.as_bytes());
        assert_eq!((log.records, log.hostname.as_deref(), log.ntp_synchronized), (4, Some("ise-psn1"), Some(false)));
        let later =
            LOG.to_owned() + "2026-08-15T11:05:00.123456+02:00 ise-psn1 chronyd[917]: Selected source 192.0.2.124\r\n";
        let log = read_system_log(later.as_bytes());
        assert_eq!((log.records, log.ntp_synchronized), (5, Some(true)));
    }

    #[test]
    fn logs_of_other_systems_are_none_of_it() {
        for other in [
            "Aug 15 10:21:08 laptop kernel: eth0 is up\nAug 15 10:21:09 laptop sshd[7]: Accepted publickey\n",
            "2026-08-15 10:21:07,123 INFO  [main][[]] cisco.cpm.mdm.util.X -:::- text",
            "Aug 15 is a day: debugd",
            "",
        ] {
            assert!(!looks_like_system_log(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn a_file_of_several_hosts_names_none() {
        let of_two = LOG.to_owned() + &LOG.replace("ise-psn1", "ise-psn2");
        assert_eq!(read_system_log(of_two.as_bytes()).hostname, None);
        assert_eq!(read_system_log(LOG.replace("ise-psn1", "localhost").as_bytes()).hostname, None);
        assert_eq!(read_system_log(LOG.replace("ise-psn1", "192.0.2.10").as_bytes()).hostname, None);
    }

    #[test]
    fn what_another_program_says_of_time_is_not_believed() {
        let line = "Aug 15 10:21:07 ise-psn1 debugd[2]: remote peer said: no selectable sources\n";
        assert_eq!(read_system_log(line.as_bytes()).ntp_synchronized, None);
    }

    #[test]
    fn cut_anywhere_it_is_read_without_a_panic() {
        let text = LOG.to_owned() + "Aug 15 10:21:07 \u{fc}\u{fc} x[1]: y";
        for end in 0..text.len() {
            read_system_log(&text.as_bytes()[..end]);
            looks_like_system_log(&text.as_bytes()[..end]);
        }
    }
}
