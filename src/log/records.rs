//! The records of threads as they stand in the file, for those who want to read on where a report cites a line.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::record;
use crate::model::sanitize;

/// A record in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRange {
    /// Its first line, from 1.
    pub line: u64,
    /// Its bytes, up to the next record.
    pub bytes: Range<usize>,
}

/// What a thread wrote from one line to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadLines<'t> {
    /// Name of the thread.
    pub thread: &'t str,
    /// The first line, from 1.
    pub first: u64,
    /// The last line that a record begins at.
    pub last: u64,
}

/// Returns the records that begin in one of the stretches and are of its thread, each once, in the order of the file. A record
/// whose thread cannot be read counts when its line is one of the ends.
pub fn records_of(text: &[u8], stretches: &[ThreadLines<'_>]) -> Vec<RecordRange> {
    let mut stretches: Vec<ThreadLines<'_>> = stretches.to_vec();
    stretches.sort_unstable_by_key(|stretch| stretch.first);
    let cited: HashSet<u64> = stretches.iter().flat_map(|stretch| [stretch.first, stretch.last]).collect();
    let Some(first) = stretches.first().map(|stretch| stretch.first) else { return Vec::new() };
    let last = stretches.iter().map(|stretch| stretch.last).max().unwrap_or_default();
    let mut coming = stretches.iter().peekable();
    // Up to which line a thread's records are wanted.
    let mut until: HashMap<&str, u64> = HashMap::new();
    let mut found: Vec<RecordRange> = Vec::new();
    let mut open: Option<RecordRange> = None;
    let (mut number, mut at) = (0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        number += 1;
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
        let begins = if number < first || rest.len() < record::SECONDS { None } else { record::start(rest) };
        if let Some(start) = begins {
            found.extend(open.take().map(|record| ended(record, at)));
            if number > last {
                return found;
            }
            let line = rest.get(start..length).unwrap_or_default();
            while let Some(begun) = coming.next_if(|stretch| stretch.first <= number) {
                let last = until.entry(begun.thread).or_default();
                *last = begun.last.max(*last);
            }
            let wanted = |name: &[u8]| of(name, &until).is_some_and(|last| number <= last);
            if cited.contains(&number) || record::header(line).is_ok_and(|(_, header)| wanted(header.thread)) {
                open = Some(RecordRange { line: number, bytes: at..at });
            }
        }
        at += length;
    }
    found.extend(open.map(|record| ended(record, text.len())));
    found
}

/// Returns up to which line a thread's records are wanted. The names of attempts' threads have no secrets.
fn of(name: &[u8], until: &HashMap<&str, u64>) -> Option<u64> {
    let as_it_stands = str::from_utf8(name).ok().and_then(|name| until.get(name));
    as_it_stands.or_else(|| until.get(sanitize::bytes(name).as_str())).copied()
}

fn ended(record: RecordRange, at: usize) -> RecordRange {
    RecordRange { bytes: record.bytes.start..at, ..record }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
2023-08-15 10:21:07,123 DEBUG  [t1][[]] cisco.cpm.mdm.A -:::- before
2023-08-15 10:21:07,124 DEBUG  [t1][[]] cisco.cpm.mdm.A -:::- first
 of two lines
2023-08-15 10:21:07,125 DEBUG  [t2][[]] cisco.cpm.mdm.A -:::- another thread
2023-08-15 10:21:07,126 DEBUG  [t1][[]] com.cisco.other.B -:::- another component
2023-08-15 10:21:07,127 DEBUG  [t1][[]] cisco.cpm.mdm.A -:::- last {
}
2023-08-15 10:21:07,128 DEBUG  [t1][[]] cisco.cpm.mdm.A -:::- behind
";

    fn texts(thread: &str, first: u64, last: u64) -> Vec<(u64, &'static str)> {
        let records = records_of(LOG.as_bytes(), &[ThreadLines { thread, first, last }]);
        records.into_iter().map(|record| (record.line, &LOG[record.bytes])).collect()
    }

    #[test]
    fn records_are_whole_and_of_the_thread() {
        let texts = texts("t1", 2, 6);
        assert_eq!(texts.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 5, 6]);
        assert!(texts[0].1.ends_with("first\n of two lines\n") && texts[2].1.ends_with("last {\n}\n"), "{texts:?}");
    }

    #[test]
    fn the_last_record_ends_with_the_file() {
        assert_eq!(texts("t1", 8, 8)[0].1.lines().count(), 1);
        assert_eq!(records_of(b"", &[ThreadLines { thread: "t", first: 1, last: 9 }]), []);
        assert_eq!(records_of(LOG.as_bytes(), &[]), []);
        assert_eq!(texts("t1", 9, 3), []);
    }

    #[test]
    fn stretches_that_overlap_give_each_record_once() {
        let of = |thread: &'static str, first, last| ThreadLines { thread, first, last };
        let stretches = [of("t2", 4, 4), of("t1", 5, 6), of("t1", 1, 5)];
        let lines: Vec<u64> = records_of(LOG.as_bytes(), &stretches).iter().map(|record| record.line).collect();
        assert_eq!(lines, [1, 2, 4, 5, 6]);
    }

    #[test]
    fn a_cited_record_counts_whatever_its_thread() {
        assert_eq!(texts("t9", 4, 6).into_iter().map(|(line, _)| line).collect::<Vec<_>>(), [4, 6]);
    }
}
