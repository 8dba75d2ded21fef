//! `showtech.out`, or `ise_show_tech_HOST_TIME.txt`: the answers of a node's `show` commands, one behind the other.
//!
//! The block of versions and the headings `Displaying ...` are proved by Cisco's own scanner (CiscoTacFirstResponder-ISE). Which
//! sections there are, their order and their headings vary with the release, so a section is recognised by what it says, and a line
//! counts only where it says nothing else.

use crate::model::byte_order_mark::without_mark;
use jiff::tz::TimeZone;

/// Begins the block of versions.
const PRODUCT: &str = "Cisco Identity Services Engine";
/// What such headings begin with.
const HEADING: &str = "Displaying ";
/// Longer lines are those of logs and tables.
const MAX_LINE: usize = 512;
/// Patches, name servers that a node may have.
const MAX_LIST: usize = 64;
/// Longest name.
const MAX_NAME: usize = 253;

/// What the answers say of the node; `None` where they say nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShowTech {
    /// Lines of the file.
    pub lines: u64,
    /// Its host name.
    pub hostname: Option<String>,
    /// Version of ISE.
    pub version: Option<String>,
    /// Patches, in the order in which they are listed; empty where the version is told and no patch.
    pub patches: Option<Vec<String>>,
    /// Its zone, as it names it.
    pub time_zone: Option<String>,
    /// Whether NTP keeps its clock.
    pub ntp_synchronized: Option<bool>,
    /// How far its clock was ahead of what NTP tells, in milliseconds.
    pub ntp_offset_ms: Option<i64>,
    /// Its DNS servers.
    pub name_servers: Option<Vec<String>>,
    /// Its proxy, with its port where that is told.
    pub proxy: Option<String>,
}

/// Returns whether a file that begins like this is one.
pub fn looks_like_showtech(head: &[u8]) -> bool {
    let mut headings = 0;
    let mut product = false;
    for line in lines(head) {
        if product && is_rule(&line) {
            return true;
        }
        product = is_product(&line);
        headings += usize::from(line.starts_with(HEADING));
    }
    headings >= 2
}

/// Reads a file.
pub fn read_showtech(bytes: &[u8]) -> ShowTech {
    let mut found = ShowTech::default();
    let mut section = ShowtechSection::Other;
    let mut proxy = ProxyParts::default();
    for line in lines(bytes) {
        found.lines += 1;
        if line.is_empty() || is_rule(&line) {
            continue;
        }
        if let Some(begun) = ShowtechSection::begun_by(&line) {
            section = begun;
            continue;
        }
        match section {
            ShowtechSection::Product | ShowtechSection::Patch => found.version_line(section, &line),
            ShowtechSection::TimeZone => found.zone(&line),
            ShowtechSection::NameServers if line.parse::<std::net::IpAddr>().is_ok() => found.name_server(&line),
            ShowtechSection::Proxy => proxy.line(&line),
            _ => {}
        }
        found.setting(&line);
    }
    if found.version.is_some() {
        found.patches.get_or_insert_default();
    }
    found.proxy = found.proxy.or_else(|| proxy.whole());
    found
}

/// Returns the lines without what surrounds them; of long ones, nothing.
fn lines(bytes: &[u8]) -> impl Iterator<Item = String> {
    let bytes = without_mark(bytes);
    bytes.split(|byte| *byte == b'\n').map(|line| match line.len() {
        0..=MAX_LINE => String::from_utf8_lossy(line).trim().to_owned(),
        _ => String::new(),
    })
}

/// Returns whether a line is drawn under or around a heading.
fn is_rule(line: &str) -> bool {
    line.len() >= 3 && line.bytes().all(|byte| matches!(byte, b'-' | b'*' | b'=' | b'#'))
}

fn is_product(line: &str) -> bool {
    line == PRODUCT
}

/// What the lines are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ShowtechSection {
    Product,
    Patch,
    TimeZone,
    NameServers,
    Proxy,
    Other,
}

impl ShowtechSection {
    /// Returns what a line begins when it is a heading.
    fn begun_by(line: &str) -> Option<Self> {
        if is_product(line) {
            return Some(Self::Product);
        }
        if line.strip_prefix(PRODUCT).is_some_and(|rest| rest.trim_start().starts_with("Patch")) {
            return Some(Self::Patch);
        }
        let heading = line.strip_prefix(HEADING)?.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| heading.contains(word));
        Some(if says(&["time zone", "timezone"]) {
            Self::TimeZone
        } else if says(&["name server", "name-server", "nameserver", "dns"]) {
            Self::NameServers
        } else if says(&["proxy"]) {
            Self::Proxy
        } else {
            Self::Other
        })
    }
}

/// Splits `Version      : 3.3.0.430`.
fn pair(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    Some((key.trim(), value.trim())).filter(|(key, value)| !key.is_empty() && !value.is_empty())
}

/// Returns what stands behind words at the beginning of a line.
fn behind<'l>(line: &'l str, words: &str) -> Option<&'l str> {
    let rest =
        line.get(..words.len()).filter(|start| start.eq_ignore_ascii_case(words)).and(line.get(words.len()..))?;
    Some(rest.trim()).filter(|value| !value.is_empty() && rest.starts_with([' ', '\t', ':']))
}

impl ShowTech {
    fn version_line(&mut self, section: ShowtechSection, line: &str) {
        let Some(("Version", value)) = pair(line) else { return };
        let is_version = value.len() <= 32 && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        if !is_version {
            return;
        }
        if section == ShowtechSection::Product {
            self.version.get_or_insert_with(|| value.to_owned());
            return;
        }
        let patches = self.patches.get_or_insert_default();
        if patches.len() < MAX_LIST && !patches.iter().any(|patch| patch == value) {
            patches.push(value.to_owned());
        }
    }

    /// Reads a line that is nothing but the name of a zone.
    fn zone(&mut self, line: &str) {
        if self.time_zone.is_none() && is_zone(line) {
            self.time_zone = Some(line.to_owned());
        }
    }

    fn name_server(&mut self, address: &str) {
        let servers = self.name_servers.get_or_insert_default();
        if servers.len() < MAX_LIST && !servers.iter().any(|server| server == address) {
            servers.push(address.to_owned());
        }
    }

    /// Reads what a line says wherever it stands: a setting of the configuration, or an answer whose words are like no other.
    fn setting(&mut self, line: &str) {
        if self.hostname.is_none()
            && let Some(name) = behind(line, "hostname").map(|name| name.trim_start_matches([':', ' ', '\t']))
            && is_name(name)
        {
            self.hostname = Some(name.to_owned());
        }
        if let Some(zone) = behind(line, "clock timezone") {
            self.zone(zone);
        }
        if let Some(servers) = behind(line, "ip name-server").or_else(|| behind(line, "nameserver")) {
            let addresses = servers.split_ascii_whitespace().filter(|word| word.parse::<std::net::IpAddr>().is_ok());
            addresses.for_each(|address| self.name_server(address));
        }
        if self.ntp_synchronized.is_none() {
            self.ntp_synchronized = synchronized(line);
        }
        if self.ntp_offset_ms.is_none() {
            self.ntp_offset_ms = ahead_of_ntp(line);
        }
    }
}

/// Returns whether a line says that NTP keeps the clock: of ntpd (`synchronised to NTP server ...`, `unsynchronised`), of chrony
/// (`Leap status     : Normal`), of timedatectl (`NTP synchronized: yes`).
fn synchronized(line: &str) -> Option<bool> {
    let lower = line.to_ascii_lowercase().replace("synchronised", "synchronized");
    if let Some((key, value)) = pair(&lower) {
        return match (key, value) {
            ("leap status", "normal") | ("ntp synchronized" | "system clock synchronized", "yes") => Some(true),
            ("leap status", "not synchronized") | ("ntp synchronized" | "system clock synchronized", "no") => {
                Some(false)
            }
            _ => None,
        };
    }
    if lower.starts_with("unsynchronized") || lower.starts_with("not synchronized") {
        return Some(false);
    }
    ["synchronized to ntp server", "synchronized to local net", "synchronized to ("]
        .iter()
        .any(|words| lower.starts_with(words))
        .then_some(true)
}

/// Returns how far a line says that the clock is ahead of NTP, in milliseconds: of chrony (`System time     : 0.000227 seconds fast
/// of NTP time`, chronyc(1), `tracking`), or the row of the server that ntpd follows, marked by a star, whose ninth column is how far
/// that server is ahead of the node (`ntpq -p`).
fn ahead_of_ntp(line: &str) -> Option<i64> {
    let milliseconds = |ms: f64| (ms.is_finite() && ms.abs() < 1e15).then_some(ms.round() as i64);
    if let Some(("System time", value)) = pair(line) {
        let mut words = value.split_ascii_whitespace();
        let seconds: f64 = words.next()?.parse().ok()?;
        return match words.collect::<Vec<_>>().as_slice() {
            ["seconds", "fast", "of", "NTP", "time"] => milliseconds(seconds * 1000.0),
            ["seconds", "slow", "of", "NTP", "time"] => milliseconds(seconds * -1000.0),
            _ => None,
        };
    }
    let columns: Vec<&str> = line.strip_prefix('*')?.split_ascii_whitespace().collect();
    let [_, _, stratum, _, _, _, reach, delay, offset, jitter] = columns.as_slice() else { return None };
    let is_row = stratum.parse::<u8>().is_ok() && reach.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    let is_row = is_row && delay.parse::<f64>().is_ok() && jitter.parse::<f64>().is_ok();
    milliseconds(-offset.parse::<f64>().ok().filter(|_| is_row)?)
}

fn is_zone(name: &str) -> bool {
    name.len() <= 64 && !name.is_empty() && TimeZone::get(name).is_ok()
}

fn is_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

/// A proxy whose host and port may stand in two lines.
#[derive(Debug, Default)]
struct ProxyParts {
    host: Option<String>,
    port: Option<u16>,
}

impl ProxyParts {
    fn line(&mut self, line: &str) {
        // `proxy.example.com:3128` is no name of a setting with its value.
        let named = pair(line).filter(|(key, _)| !(is_name(key) && key.contains('.')));
        let (key, value) = named.map_or((String::new(), line), |(key, value)| (key.to_ascii_lowercase(), value));
        if key.contains("port") {
            self.port = self.port.or_else(|| value.parse().ok());
        } else if key.is_empty() || ["host", "server", "address", "proxy"].iter().any(|word| key.contains(word)) {
            let value = value.trim_start_matches("http://").trim_start_matches("https://").trim_end_matches('/');
            let (host, port) = match value.rsplit_once(':') {
                Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse().ok()),
                _ => (value, None),
            };
            // A name without a dot is a word, such as `none` or `disabled`.
            if self.host.is_none() && is_name(host) && host.contains('.') {
                self.host = Some(host.to_owned());
                self.port = self.port.or(port);
            }
        }
    }

    fn whole(self) -> Option<String> {
        let host = self.host?;
        Some(self.port.map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = "\
Cisco Identity Services Engine
---------------------------------------------
Version      : 3.3.0.430
Build Date   : Thu Jul  6 19:01:26 2023
Install Date : Wed Jan 10 13:45:08 2024

Cisco Identity Services Engine Patch
---------------------------------------------
Version      : 4
Install Date : Fri Jan 18 19:25:00 2025

Cisco Identity Services Engine Patch
---------------------------------------------
Version      : 6
";

    #[test]
    fn the_block_of_versions_names_version_and_patches() {
        assert!(looks_like_showtech(VERSION.as_bytes()));
        let found = read_showtech(VERSION.as_bytes());
        assert_eq!(found.version.as_deref(), Some("3.3.0.430"));
        assert_eq!(found.patches, Some(vec!["4".to_owned(), "6".to_owned()]));
        let bare = read_showtech(VERSION.split("\n\n").next().unwrap().as_bytes());
        assert_eq!(bare.patches, Some(Vec::new()));
        assert_eq!(read_showtech(b"Displaying x ...\r\nVersion : 9\r\n").version, None);
    }

    #[test]
    fn sections_are_known_by_what_they_say() {
        let text = "\
*****************************************
Displaying System Clock ...
*****************************************
Wed Jul  1 11:05:12 CEST 2026
Displaying time zone ...
Europe/Berlin
Displaying NTP status ...
synchronised to NTP server (192.0.2.123) at stratum 3
Displaying running-config ...
hostname ise-psn1
ip name-server 192.0.2.53 2001:db8::53 dns.example
clock timezone America/Denver
Displaying Proxy settings ...
Proxy Host : proxy.example.com
Proxy Port : 3128
";
        assert!(looks_like_showtech(text.as_bytes()));
        let found = read_showtech(text.replace('\n', "\r\n").as_bytes());
        assert_eq!(found.hostname.as_deref(), Some("ise-psn1"));
        assert_eq!(found.time_zone.as_deref(), Some("Europe/Berlin"));
        assert_eq!(found.ntp_synchronized, Some(true));
        assert_eq!(found.name_servers, Some(vec!["192.0.2.53".to_owned(), "2001:db8::53".to_owned()]));
        assert_eq!(found.proxy.as_deref(), Some("proxy.example.com:3128"));
        assert_eq!((found.version, found.patches), (None, None));
        let bare = read_showtech(b"Displaying proxy ...\n192.0.2.8:3128\n");
        assert_eq!(bare.proxy.as_deref(), Some("192.0.2.8:3128"));
    }

    #[test]
    fn ntp_is_told_in_the_words_of_each_daemon() {
        for (line, expected) in [
            ("unsynchronised", Some(false)),
            ("  polling server every 64 s", None),
            ("Leap status     : Not synchronised", Some(false)),
            ("Leap status     : Normal", Some(true)),
            ("NTP synchronized: no", Some(false)),
            ("synchronised to local net at stratum 11", Some(true)),
            ("2026-07-01 11:00:00,001 INFO clock is unsynchronised", None),
        ] {
            assert_eq!(read_showtech(line.as_bytes()).ntp_synchronized, expected, "{line}");
        }
    }

    #[test]
    fn how_far_the_clock_is_ahead_is_told_in_the_words_of_each_daemon() {
        for (line, expected) in [
            ("System time     : 200.123456789 seconds fast of NTP time", Some(200_123)),
            ("System time     : 0.004000000 seconds slow of NTP time", Some(-4)),
            ("System time     : inf seconds fast of NTP time", None),
            ("*192.0.2.123     192.0.2.1        2 u   33   64  377    0.412  -431000.5   0.031", Some(431_001)),
            ("+192.0.2.124     192.0.2.1        2 u   33   64  377    0.412  -431000.5   0.031", None),
            ("*note: nine of ten words that stand behind a star say it", None),
        ] {
            assert_eq!(read_showtech(line.as_bytes()).ntp_offset_ms, expected, "{line}");
        }
    }

    #[test]
    fn what_is_not_set_is_not_told() {
        let text = "Displaying proxy ...\nnot configured\nProxy Server : none\nDisplaying time zone ...\n% Error\n";
        let found = read_showtech(text.as_bytes());
        assert_eq!(ShowTech { lines: 0, ..found }, ShowTech::default());
        assert!(!looks_like_showtech(b"notes on Cisco Identity Services Engine\nand more\n"));
    }

    #[test]
    fn lists_and_lines_are_bounded() {
        let mut text: String = (0..1000).map(|n| format!("nameserver 192.0.{}.{}\n", n / 256, n % 256)).collect();
        text.push_str(&format!("hostname {}\n", "a".repeat(300)));
        let found = read_showtech(text.as_bytes());
        assert_eq!(found.name_servers.map(|servers| servers.len()), Some(MAX_LIST));
        assert_eq!(found.hostname, None);
    }
}
