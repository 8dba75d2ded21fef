//! The records of one thread as they stand in the file, for those who want to read on where a report cites a line.

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

/// Returns the records of a thread that begin in a range of lines. A record whose thread cannot be read counts when its
/// line is one of the ends.
pub fn records_of(text: &[u8], thread: &str, first: u64, last: u64) -> Vec<RecordRange> {
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
            let is_cited = number == first || number == last;
            if is_cited || record::header(line).is_ok_and(|(_, header)| is_of(header.thread, thread)) {
                open = Some(RecordRange { line: number, bytes: at..at });
            }
        }
        at += length;
    }
    found.extend(open.map(|record| ended(record, text.len())));
    found
}

/// Returns whether a thread is that of an attempt, whose name has no secrets.
fn is_of(name: &[u8], thread: &str) -> bool {
    name == thread.as_bytes() || sanitize::bytes(name) == thread
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
        let records = records_of(LOG.as_bytes(), thread, first, last);
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
        assert_eq!(records_of(b"", "t", 1, 9), []);
        assert_eq!(texts("t1", 9, 3), []);
    }

    #[test]
    fn a_cited_record_counts_whatever_its_thread() {
        assert_eq!(texts("t9", 4, 6).into_iter().map(|(line, _)| line).collect::<Vec<_>>(), [4, 6]);
    }
}
