//! What logs lack, record by record.

use crate::damage::Dice;

pub type Lines = fn(Vec<String>, &mut Dice) -> Vec<String>;

fn at_levels(records: Vec<String>, levels: &[&str]) -> Vec<String> {
    let level = |record: &String| record.get(24..29).unwrap_or_default().trim().to_owned();
    records.into_iter().filter(|record| levels.contains(&level(record).as_str())).collect()
}

pub const LOGS: [(&str, Lines); 8] = [
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

/// The records of a log.
pub fn records(log: &str) -> Vec<String> {
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
