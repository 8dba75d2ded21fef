//! Captures and logs as customers make them: one direction, a capture filter, lost packets, a window of time, a short snap
//! length, stamps of several queues, two taps, a NAT; a log at another level, with lines or columns missing. Whatever is taken
//! away, what is still reported with confidence `high` must have happened, and what is not says why.

mod captures;
mod logs;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use mdmlog::catalog::{ExplainFormat, list};
use mdmlog::outcome::{Outcome, OutcomeName};
use mdmlog::report::{Attempt, Confidence};
use mdmlog::{Options, analyze};
use rayon::prelude::*;
use serde_json::Value;

use captures::{CAPTURES, packets};
use logs::{LOGS, records};

use crate::cases::Case;
use crate::damage::Dice;
use crate::support::Scratch;
use crate::traps::world::client_port;

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
    // What the node kept and what was captured need not be of the same time.
    if let (Some(log), Some(capture)) = (&log, &capture) {
        let (records, packets) = (records(log), packets(capture));
        let halves = [
            (
                "the first half of the log, the second of the capture",
                &records[..records.len() / 2],
                &packets[packets.len() / 2..],
            ),
            (
                "the second half of the log, the first of the capture",
                &records[records.len() / 2..],
                &packets[..packets.len() / 2],
            ),
        ];
        for (way, records, packets) in halves {
            let frames: Vec<u8> = packets.iter().flat_map(|packet| packet.0.clone()).collect();
            let capture = Some([&capture[..24], &frames].concat());
            trials.push(Trial { way, in_zone: true, log: Some(records.concat()), capture });
        }
    }
    trials
}

fn seconds(text: &str) -> f64 {
    text.parse::<jiff::Timestamp>().unwrap().as_nanosecond() as f64 / 1e9
}

/// Whether a truth is of this host.
fn names(one: &Value, host: Option<&str>) -> bool {
    one["host"].as_str().map(str::to_lowercase).as_deref() == host
}

/// Whether an attempt that is reported as sure happened so, as far as a truth of its host and time tells.
fn happened(attempt: &Attempt, clock_known: bool, trial: &Trial, truth: &Value) -> bool {
    let host = attempt.server.host.as_deref().map(str::to_lowercase);
    let skew = truth["clock"]["log_minus_capture_ms"].as_f64().unwrap_or_default() / 1000.0;
    let on_log_clock = if trial.capture.is_none() { skew } else { 0.0 };
    let started = attempt.started_at.map(|time| seconds(&time.to_string()) - on_log_clock);
    let all = truth["attempts"].as_array().unwrap();
    // Two connections of a case have different ports, so that a port tells which one is meant; of the log's, the thread does.
    let of_port = client_port(attempt).filter(|_| trial.log.is_none() && !trial.way.contains("NAT")).map(|port| {
        all.iter()
            .filter(|one| one["client_port"] == port && (host.is_none() || names(one, host.as_deref())))
            .collect::<Vec<_>>()
    });
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
    let candidates = match of_port {
        Some(known) if known.len() == 1 => known,
        // Where the clocks are hardly known, a thread's attempts are not told apart by their times.
        _ if nearest.len() == 1 && clock_known && !trial.way.contains(" half of the log, ") => nearest,
        _ => same,
    };
    let filtered = ["no icmp", "tcp", "port 443", "only SYN, FIN and RST"].contains(&trial.way);
    candidates.iter().any(|one| {
        let accepted = one["accept"].as_array().into_iter().flatten().map(|pair| pair[0].as_str().unwrap());
        let mut outcomes = accepted.chain(one["outcome"].as_str());
        // Where errors of ICMP were filtered out, silence is all that could be seen; a log alone can't tell whose status it was.
        outcomes.any(|outcome| outcome == attempt.outcome.name().as_str())
            || attempt.outcome == Outcome::SynTimeout && filtered && one["outcome"] == "unreachable"
            || attempt.outcome.name() == OutcomeName::HttpError
                && trial.capture.is_none()
                && one["outcome"] == "proxy_error"
                && one["detail"].as_str() == attempt.outcome.detail().as_deref()
    })
}

/// Reasons that may weaken a verdict, each with what it leaves at most, by outcome and detail.
type Explained = BTreeMap<(String, Option<String>), Vec<(String, String)>>;

/// What may weaken each verdict, and how far, as `mdmlog explain` tells.
fn explained() -> Explained {
    let entries: Value = serde_json::from_str(&list(ExplainFormat::Json, 100)).unwrap();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let weakened = |entry: &Value| {
        let reasons = entry["weakened_by"].as_array().unwrap().iter();
        reasons.map(|one| (text(&one["confidence"]).unwrap(), text(&one["reason"]).unwrap())).collect()
    };
    let of = |entry: &Value| ((text(&entry["outcome"]).unwrap(), text(&entry["detail"])), weakened(entry));
    entries.as_array().unwrap().iter().map(of).collect()
}

/// What is wrong with the reasons of an attempt that is less than sure.
fn unexplained(attempt: &Attempt, explained: &Explained) -> Option<String> {
    let key = |detail: Option<String>| (attempt.outcome.name().to_string(), detail);
    let known =
        explained.get(&key(attempt.outcome.detail().map(Into::into))).or_else(|| explained.get(&key(None))).unwrap();
    let rank = |word: &str| ["low", "medium", "high"].iter().position(|known| *known == word);
    if attempt.confidence_reasons.is_empty() != (attempt.confidence == Confidence::High) {
        return Some(format!("{} is {:?} for {:?}", attempt.outcome, attempt.confidence, attempt.confidence_reasons));
    }
    attempt.confidence_reasons.iter().find_map(|reason| {
        let allowed = known.iter().find(|(_, known)| known == reason);
        let fits = allowed.is_some_and(|(most, _)| rank(attempt.confidence.as_str()) <= rank(most));
        (!fits).then(|| format!("{} {:?}: {reason}", attempt.outcome, attempt.confidence))
    })
}

fn faults(case: &Case, trial: &Trial, explained: &Explained) -> Vec<String> {
    let scratch = Scratch::new();
    let mut inputs: Vec<PathBuf> = Vec::new();
    inputs.extend(trial.capture.as_ref().map(|bytes| scratch.file("left.pcap", bytes)));
    inputs.extend(trial.log.as_ref().map(|text| scratch.file("ise-psc.log", text)));
    let zone = case.truth["clock"]["log_utc_offset"].as_str().filter(|_| trial.in_zone);
    let options = Options { log_zone: zone.map(|zone| zone.parse().unwrap()), ..Options::default() };
    let Ok(report) = analyze(&inputs, &options) else { return Vec::new() };
    let is_sure =
        |attempt: &&Attempt| attempt.confidence == Confidence::High && attempt.outcome.name() != OutcomeName::Unknown;
    let clock_known = report.clocks.iter().all(|clock| clock.confidence != Confidence::Low);
    let is_wrong = |attempt: &&Attempt| !happened(attempt, clock_known, trial, &case.truth);
    let wrong = report.attempts.iter().filter(is_sure).filter(is_wrong);
    let with = match (&trial.log, &trial.capture) {
        (Some(_), Some(_)) => "log and capture",
        (Some(_), None) => "log",
        _ => "capture",
    };
    let wrong = wrong.map(|attempt| {
        let host = attempt.server.host.as_deref().unwrap_or("?");
        format!("{} ({with}, {}): #{} {host}: {}", case.name, trial.way, attempt.id, attempt.outcome)
    });
    let vague = report.attempts.iter().filter_map(|attempt| unexplained(attempt, explained));
    let vague = vague.map(|what| format!("{} ({with}, {}): {what}", case.name, trial.way));
    wrong.chain(vague).collect()
}

#[test]
fn what_is_sure_has_happened_however_little_was_seen_and_what_is_not_says_why() {
    let cases: Vec<Case> = Case::all().into_iter().filter(|case| case.truth["times_known"] == true).collect();
    let work: Vec<(&Case, Trial)> =
        cases.iter().flat_map(|case| trials(case).into_iter().map(move |trial| (case, trial))).collect();
    assert!(work.len() > 500, "{}", work.len());
    let explained = explained();
    let wrong: Vec<String> = work.par_iter().flat_map_iter(|(case, trial)| faults(case, trial, &explained)).collect();
    assert!(wrong.is_empty(), "{} of {} trials:\n{}", wrong.len(), work.len(), wrong.join("\n"));
}
