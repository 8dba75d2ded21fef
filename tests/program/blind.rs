//! Captures and logs as customers make them: one direction, a capture filter, lost packets, a window of time, a short snap
//! length, stamps of several queues, two taps; a log at another level, with lines or columns missing. Whatever is taken away,
//! what is still reported with confidence `high` must have happened.

use std::io::Read;
use std::net::IpAddr;
use std::path::PathBuf;

use mdmlog::outcome::OutcomeName;
use mdmlog::report::{Attempt, Confidence};
use mdmlog::{Options, analyze};
use rayon::prelude::*;
use serde_json::Value;

use crate::cases::Case;
use crate::damage::Dice;
use crate::support::Scratch;

/// The node of every case.
const NODE: [&str; 2] = ["192.0.2.10", "2001:db8::10"];

/// A record of a classic pcap: its 16 bytes of header and the frame.
#[derive(Clone)]
struct Packet(Vec<u8>);

impl Packet {
    fn time(&self) -> f64 {
        let word = |at: usize| f64::from(u32::from_le_bytes(self.0[at..at + 4].try_into().unwrap()));
        word(0) + word(4) / 1e6
    }

    fn at(mut self, time: f64) -> Self {
        let seconds = time.floor();
        self.0[..4].copy_from_slice(&(seconds as u32).to_le_bytes());
        self.0[4..8].copy_from_slice(&(((time - seconds) * 1e6) as u32).to_le_bytes());
        self
    }

    fn cut(mut self, length: usize) -> Self {
        self.0.truncate(16 + length);
        let kept = (self.0.len() - 16) as u32;
        self.0[8..12].copy_from_slice(&kept.to_le_bytes());
        self
    }

    /// Source, protocol and ports of a frame of Ethernet.
    fn look(&self) -> (Option<IpAddr>, u8, [u16; 2]) {
        let frame = &self.0[16..];
        let ports = |at: usize| match frame.get(at..at + 4) {
            Some(found) => [u16::from_be_bytes([found[0], found[1]]), u16::from_be_bytes([found[2], found[3]])],
            None => [0; 2],
        };
        match frame.get(12..14) {
            Some([8, 0]) if frame.len() >= 34 => {
                let source: [u8; 4] = frame[26..30].try_into().unwrap();
                (Some(source.into()), frame[23], ports(14 + usize::from(frame[14] & 15) * 4))
            }
            Some([0x86, 0xdd]) if frame.len() >= 54 => {
                let source: [u8; 16] = frame[22..38].try_into().unwrap();
                (Some(source.into()), frame[20], ports(54))
            }
            _ => (None, 0, [0; 2]),
        }
    }

    fn by_node(&self) -> bool {
        self.look().0.is_some_and(|source| NODE.iter().any(|node| node.parse() == Ok(source)))
    }

    fn has_port(&self, port: u16) -> bool {
        matches!(self.look().1, 6 | 17) && self.look().2.contains(&port)
    }
}

type Change = fn(Vec<Packet>, &mut Dice) -> Vec<Packet>;

fn lose(packets: Vec<Packet>, dice: &mut Dice, of_hundred: usize) -> Vec<Packet> {
    packets.into_iter().filter(|_| dice.below(100) >= of_hundred).collect()
}

fn window(packets: Vec<Packet>, from: f64, until: f64) -> Vec<Packet> {
    let (Some(first), Some(last)) = (packets.first().map(Packet::time), packets.last().map(Packet::time)) else {
        return packets;
    };
    let span = first + (last - first) * from..=first + (last - first) * until;
    packets.into_iter().filter(|packet| span.contains(&packet.time())).collect()
}

fn jitter(packets: Vec<Packet>, dice: &mut Dice, seconds: f64) -> Vec<Packet> {
    let mut moved = |packet: Packet| {
        let time = packet.time() + (dice.below(1000) as f64 / 1000.0 - 0.5) * seconds;
        packet.at(time)
    };
    packets.into_iter().map(&mut moved).collect()
}

fn swap(mut packets: Vec<Packet>, dice: &mut Dice) -> Vec<Packet> {
    let mut at = 0;
    while at + 1 < packets.len() {
        if dice.below(10) < 3 && packets[at + 1].time() - packets[at].time() < 0.002 {
            packets.swap(at, at + 1);
            at += 1;
        }
        at += 1;
    }
    packets
}

fn two_taps(packets: Vec<Packet>, dice: &mut Dice) -> Vec<Packet> {
    let mut all = packets.clone();
    for packet in packets {
        if dice.below(10) < 7 {
            let time = packet.time() + 0.0004 + dice.below(400) as f64 / 1e6;
            all.push(packet.at(time));
        }
    }
    all.sort_by(|a, b| a.time().total_cmp(&b.time()));
    all
}

const CAPTURES: [(&str, Change); 20] = [
    ("jitter of 0.2 ms", |packets, dice| jitter(packets, dice, 0.0002)),
    ("jitter of 2 ms", |packets, dice| jitter(packets, dice, 0.002)),
    ("out of order", swap),
    ("two taps", two_taps),
    ("only what the node sends", |packets, _| packets.into_iter().filter(Packet::by_node).collect()),
    ("only what the node gets", |packets, _| packets.into_iter().filter(|packet| !packet.by_node()).collect()),
    ("port 443", |packets, _| packets.into_iter().filter(|packet| packet.has_port(443)).collect()),
    ("port 53", |packets, _| packets.into_iter().filter(|packet| packet.has_port(53)).collect()),
    ("tcp", |packets, _| packets.into_iter().filter(|packet| packet.look().1 == 6).collect()),
    ("no icmp", |packets, _| packets.into_iter().filter(|packet| !matches!(packet.look().1, 1 | 58)).collect()),
    ("no answers of DNS", |packets, _| {
        packets.into_iter().filter(|packet| !(packet.has_port(53) && packet.look().2[0] == 53)).collect()
    }),
    ("10 % lost", |packets, dice| lose(packets, dice, 10)),
    ("40 % lost", |packets, dice| lose(packets, dice, 40)),
    ("80 % lost", |packets, dice| lose(packets, dice, 80)),
    ("the middle", |packets, _| window(packets, 0.35, 0.65)),
    ("the first half", |packets, _| window(packets, 0.0, 0.5)),
    ("the second half", |packets, _| window(packets, 0.5, 1.0)),
    ("snap length 60", |packets, _| packets.into_iter().map(|packet| packet.cut(60)).collect()),
    ("snap length 68", |packets, _| packets.into_iter().map(|packet| packet.cut(68)).collect()),
    ("snap length 128", |packets, _| packets.into_iter().map(|packet| packet.cut(128)).collect()),
];

type Lines = fn(Vec<String>, &mut Dice) -> Vec<String>;

fn at_levels(records: Vec<String>, levels: &[&str]) -> Vec<String> {
    let level = |record: &String| record.get(24..29).unwrap_or_default().trim().to_owned();
    records.into_iter().filter(|record| levels.contains(&level(record).as_str())).collect()
}

const LOGS: [(&str, Lines); 8] = [
    ("a log at INFO", |records, _| at_levels(records, &["INFO", "WARN", "ERROR"])),
    ("a log at ERROR", |records, _| at_levels(records, &["ERROR"])),
    ("a log that lost 10 %", |records, dice| records.into_iter().filter(|_| dice.below(100) >= 10).collect()),
    ("a log that lost 40 %", |records, dice| records.into_iter().filter(|_| dice.below(100) >= 40).collect()),
    ("a log cut at column 120", |records, _| {
        let cut = |line: &str| line.chars().take(120).collect::<String>();
        records.iter().map(|record| record.lines().map(cut).collect::<Vec<_>>().join("\n") + "\n").collect()
    }),
    ("the first half of the log", |records, _| records[..records.len() / 2].to_vec()),
    ("the second half of the log", |records, _| records[records.len() / 2..].to_vec()),
    ("a log that was searched for .mdm.", |records, _| {
        let first = |record: &String| record.lines().next().unwrap_or_default().to_owned();
        records.iter().map(first).filter(|line| line.contains(".mdm.")).map(|line| line + "\n").collect()
    }),
];

/// Log and capture of a case, where it has one of either and the capture is a classic pcap of Ethernet.
fn parts(case: &Case) -> (Option<String>, Option<Vec<u8>>) {
    let (mut logs, mut captures): (Vec<String>, Vec<Vec<u8>>) = (Vec::new(), Vec::new());
    let mut take = |name: &str, bytes: Vec<u8>| {
        if bytes.get(..4) == Some(&[0xd4, 0xc3, 0xb2, 0xa1]) && bytes.get(20..24) == Some(&[1, 0, 0, 0]) {
            captures.push(bytes);
        } else if name.rsplit('/').next().is_some_and(|name| name.starts_with("ise-psc.log")) {
            let text = String::from_utf8_lossy(&bytes);
            logs.push(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"));
        }
    };
    for argument in case.truth["arguments"].as_array().unwrap().iter().filter_map(Value::as_str) {
        let path = case.folder.join(argument);
        let mut todo = vec![path.clone()];
        while let Some(path) = todo.pop() {
            if path.is_dir() {
                todo.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|extension| extension == "tar") {
                let mut archive = tar::Archive::new(std::fs::File::open(&path).unwrap());
                for entry in archive.entries().unwrap() {
                    let mut entry = entry.unwrap();
                    let name = entry.path().unwrap().to_string_lossy().into_owned();
                    let mut bytes = Vec::new();
                    entry.read_to_end(&mut bytes).unwrap();
                    take(&name, bytes);
                }
            } else if path.is_file() {
                take(&path.to_string_lossy(), std::fs::read(&path).unwrap());
            }
        }
    }
    let (log, more_logs) = (logs.pop(), !logs.is_empty());
    let (capture, more_captures) = (captures.pop(), !captures.is_empty());
    (log.filter(|_| !more_logs), capture.filter(|_| !more_captures))
}

fn packets(capture: &[u8]) -> Vec<Packet> {
    let mut found = Vec::new();
    let mut at = 24;
    while let Some(header) = capture.get(at..at + 16) {
        let end = at + 16 + u32::from_le_bytes(header[8..12].try_into().unwrap()) as usize;
        // A capture that is cut ends inside of a frame.
        let Some(packet) = capture.get(at..end) else { break };
        found.push(Packet(packet.to_vec()));
        at = end;
    }
    found
}

fn records(log: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in log.split_inclusive('\n') {
        let begins = line.as_bytes().first().is_some_and(u8::is_ascii_digit) && line.as_bytes().get(4) == Some(&b'-');
        match found.last_mut().filter(|_| !begins) {
            Some(record) => record.push_str(line),
            None => found.push(line.to_owned()),
        }
    }
    found
}

/// One input with something taken away.
struct Trial {
    way: &'static str,
    /// The zone is given: what is left of a log may not tell it.
    in_zone: bool,
    log: Option<String>,
    capture: Option<Vec<u8>>,
}

fn trials(case: &Case) -> Vec<Trial> {
    let (log, capture) = parts(case);
    let mut trials = Vec::new();
    let seed = case.name.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    if let Some(capture) = &capture {
        for (number, (way, change)) in (0..).zip(CAPTURES) {
            let left = change(packets(capture), &mut Dice(seed + number));
            if left.is_empty() {
                continue;
            }
            let bytes = [&capture[..24], &left.into_iter().flat_map(|packet| packet.0).collect::<Vec<_>>()].concat();
            trials.push(Trial { way, in_zone: false, log: None, capture: Some(bytes.clone()) });
            trials.extend(log.clone().map(|log| Trial { way, in_zone: false, log: Some(log), capture: Some(bytes) }));
        }
    }
    // Without a clock to compare with, the times of a log alone are in no zone that is known.
    if let Some(log) = log.as_ref().filter(|_| !case.truth["clock"].is_null()) {
        for (number, (way, change)) in (100..).zip(LOGS) {
            let left = change(records(log), &mut Dice(seed + number)).concat();
            trials.push(Trial { way, in_zone: true, log: Some(left.clone()), capture: None });
            trials.extend(capture.clone().map(|capture| Trial {
                way,
                in_zone: true,
                log: Some(left),
                capture: Some(capture),
            }));
        }
    }
    trials
}

fn seconds(text: &str) -> f64 {
    text.parse::<jiff::Timestamp>().unwrap().as_nanosecond() as f64 / 1e9
}

/// Whether an attempt that is reported as sure happened so, as far as a truth of its host and time tells.
fn happened(attempt: &Attempt, trial: &Trial, truth: &Value) -> bool {
    let host = attempt.server.host.as_deref().map(str::to_lowercase);
    let skew = truth["clock"]["log_minus_capture_ms"].as_f64().unwrap_or_default() / 1000.0;
    let on_log_clock = if trial.capture.is_none() { skew } else { 0.0 };
    let started = attempt.started_at.map(|time| seconds(&time.to_string()) - on_log_clock);
    let all = truth["attempts"].as_array().unwrap();
    let of_host = |one: &&Value| match (&host, started) {
        (Some(host), _) => one["host"].as_str().is_some_and(|wanted| wanted.to_lowercase() == *host),
        (None, Some(started)) => (seconds(one["started_at"].as_str().unwrap()) - started).abs() < 12.0 + skew.abs(),
        (None, None) => true,
    };
    // A thread carries one attempt at a time, whatever the clock makes of it.
    let of_thread = |one: &&Value| match (&attempt.thread, one["thread"].as_str()) {
        (Some(thread), Some(wanted)) => thread == wanted,
        _ => true,
    };
    let same: Vec<&Value> = all.iter().filter(of_host).filter(of_thread).collect();
    // The nearest of its host is what it tells of; one that starts farther off may be told by what is left of it.
    let near = |one: &&&Value| {
        started.is_some_and(|started| (seconds(one["started_at"].as_str().unwrap()) - started).abs() < 2.5)
    };
    let nearest: Vec<&Value> = same.iter().filter(near).copied().collect();
    let candidates = if nearest.len() == 1 { nearest } else { same };
    let filtered = ["no icmp", "tcp", "port 443"].contains(&trial.way);
    candidates.iter().any(|one| {
        let accepted = one["accept"].as_array().into_iter().flatten().map(|pair| pair[0].as_str().unwrap());
        let mut outcomes = accepted.chain(one["outcome"].as_str());
        // Where errors of ICMP were filtered out, silence is all that could be seen; a log alone can't tell whose status it was.
        outcomes.any(|outcome| outcome == attempt.outcome.as_str())
            || attempt.outcome == OutcomeName::SynTimeout && filtered && one["outcome"] == "unreachable"
            || attempt.outcome == OutcomeName::HttpError
                && trial.capture.is_none()
                && one["outcome"] == "proxy_error"
                && one["detail"].as_str() == attempt.detail.as_deref()
    })
}

fn wrong_at_high(case: &Case, trial: &Trial) -> Vec<String> {
    let scratch = Scratch::new();
    let mut inputs: Vec<PathBuf> = Vec::new();
    inputs.extend(trial.capture.as_ref().map(|bytes| scratch.file("left.pcap", bytes)));
    inputs.extend(trial.log.as_ref().map(|text| scratch.file("ise-psc.log", text)));
    let zone = case.truth["clock"]["log_utc_offset"].as_str().filter(|_| trial.in_zone);
    let options = Options { log_zone: zone.map(|zone| zone.parse().unwrap()), ..Options::default() };
    let Ok(report) = analyze(&inputs, &options) else { return Vec::new() };
    let is_sure =
        |attempt: &&Attempt| attempt.confidence == Confidence::High && attempt.outcome != OutcomeName::Unknown;
    let wrong = report.attempts.iter().filter(is_sure).filter(|attempt| !happened(attempt, trial, &case.truth));
    let with = match (&trial.log, &trial.capture) {
        (Some(_), Some(_)) => "log and capture",
        (Some(_), None) => "log",
        _ => "capture",
    };
    wrong
        .map(|attempt| {
            let host = attempt.server.host.as_deref().unwrap_or("?");
            format!("{} ({with}, {}): #{} {host}: {}", case.name, trial.way, attempt.id, attempt.outcome)
        })
        .collect()
}

#[test]
fn what_is_sure_has_happened_however_little_was_seen() {
    let cases: Vec<Case> = Case::all().into_iter().filter(|case| case.truth["times_known"] == true).collect();
    let work: Vec<(&Case, Trial)> =
        cases.iter().flat_map(|case| trials(case).into_iter().map(move |trial| (case, trial))).collect();
    assert!(work.len() > 500, "{}", work.len());
    let wrong: Vec<String> = work.par_iter().flat_map_iter(|(case, trial)| wrong_at_high(case, trial)).collect();
    assert!(wrong.is_empty(), "{} of {} trials:\n{}", wrong.len(), work.len(), wrong.join("\n"));
}
