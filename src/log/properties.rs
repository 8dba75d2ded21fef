//! What holds for every log: chunks and cuts change nothing, and damage does no harm.

use proptest::prelude::*;

use super::ahead::LogAhead;
use super::*;
use crate::input::AheadFacts as _;

/// Five attempts among other components' records, as an appliance writes them.
const FIVE: &[u8] = include_bytes!("../../testdata/log/five-outcomes.log");

fn read(bytes: &[u8]) -> LogFacts {
    read_log(&[LogPart { input: 0, bytes }], &Progress::default())
}

/// Writes down everything that must not depend on how the log was cut into chunks.
fn everything(bytes: &[u8], chunk: usize) -> String {
    let source = LogSource::of(LogPart { input: 0, bytes });
    format!("{:?}", read_in_chunks(&[source], 0, chunk, &Progress::default()))
}

/// Does the same for a log that was read while it was unpacked in pieces of about this many bytes, but for what follows this byte.
fn unpacked(bytes: &[u8], piece: usize, until: usize) -> String {
    let ends =
        |at: usize| memchr::memchr(b'\n', bytes.get(at..).unwrap_or_default()).map_or(bytes.len(), |end| at + end + 1);
    let (mut ahead, mut from) = (LogAhead::default(), 0);
    while from < until.min(bytes.len()) {
        let to = ends(from + piece);
        let seen = from.saturating_sub(LOG_PIECES.before)..bytes.len().min(to + LOG_PIECES.behind);
        ahead.append((LOG_PIECES.read)(&bytes[seen.clone()], from - seen.start..to - seen.start));
        from = to;
    }
    let before = from.min(LOG_PIECES.before);
    let source = LogSource { input: 0, bytes: &bytes[from - before..], from: before, ahead: Some(&ahead) };
    format!("{:?}", read_in_chunks(&[source], 0, usize::MAX, &Progress::default()))
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let lines: Vec<&'static [u8]> = FIVE.split_inclusive(|byte| *byte == b'\n').collect();
    let line = prop_oneof![
        8 => proptest::sample::select(lines),
        1 => proptest::sample::select(vec![
            &b"2023-08-15 10:2x:07,123 INFO   [t][[]] cisco.cpm.mdm.x -:::- MDM Server Response Code: 200\n"[..],
            b"2026-11-24 06:22:22,465 DEBUG  [admin-http-pool1][[]] cisco.cpm.mdm.api.MdmServerInfoApi -:::- inside the method\n",
            b"2026-99-24 05:22:22,465 x\n",
            b"--More--\r\r2026-11-24 05:32:22,4 DEBUG [t][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- GET: MDM Server URL: https://h/\n",
            b"DEBUG [t][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- \n",
            b"\n", b"\r\n", b"\0", b"cisco.cpm.mdm\n", b"2026-11-24 05:2",
        ]),
    ];
    proptest::collection::vec(line, 0..60).prop_map(|lines| lines.concat())
}

proptest! {
    #[test]
    fn chunks_make_no_difference(bytes in pieces(), chunk in 1usize..4000) {
        prop_assert_eq!(everything(&bytes, chunk), everything(&bytes, usize::MAX));
    }

    #[test]
    fn reading_while_it_is_unpacked_makes_no_difference(
        bytes in pieces(), copies in 1usize..12, piece in 1usize..40_000, until in 0usize..200_000,
    ) {
        let bytes = bytes.repeat(copies);
        prop_assert_eq!(unpacked(&bytes, piece, until), everything(&bytes, usize::MAX));
    }

    #[test]
    fn cutting_a_log_loses_nothing_before_the_cut(end in 0usize..28_000) {
        let bytes = FIVE.get(..end).unwrap_or(FIVE);
        let (cut, whole) = (read(bytes), read(FIVE));
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        // What ended in a line that is wholly there is the same, up to the record that the cut may have shortened.
        let ended = whole.attempts.iter().filter(|attempt| attempt.end.is_some_and(|end| end.line + 12 <= lines));
        for attempt in ended {
            let wanted = format!("{attempt:?}");
            let found = cut.attempts.iter().any(|other| format!("{other:?}") == wanted);
            prop_assert!(found);
        }
        let begun = whole.attempts.iter().filter(|attempt| attempt.begin.is_some_and(|begin| begin.line <= lines));
        prop_assert_eq!(cut.attempts.len() >= begun.clone().count(), true);
        for (other, attempt) in cut.attempts.iter().zip(begun) {
            prop_assert_eq!(other.begin, attempt.begin);
        }
    }

    #[test]
    fn nothing_that_is_fed_hurts(bytes in proptest::collection::vec(any::<u8>(), 0..2000), at in 0usize..28_000) {
        let mut damaged = FIVE.to_vec();
        for (offset, byte) in bytes.iter().enumerate() {
            if let Some(place) = damaged.get_mut(at + offset * 7) {
                *place = *byte;
            }
        }
        read(&damaged);
        read(&bytes);
        looks_like_log(&bytes);
    }
}
