use std::any::Any;
use std::io::Cursor;

use super::windows::MAX_LINE;
use super::*;
use crate::input::ahead::AheadFacts;
use crate::input::budget::Budget;
use crate::input::limits::{Limits, Reached};
use crate::input::spool::Store;

/// The pieces with what was seen before and behind each.
#[derive(Default)]
struct Seen(Vec<(Vec<u8>, Vec<u8>, Vec<u8>)>);

impl AheadFacts for Seen {
    fn append(&mut self, next: Box<dyn AheadFacts>) {
        let next: Box<dyn Any> = next;
        self.0.extend(next.downcast::<Self>().unwrap().0);
    }

    fn held(&self) -> u64 {
        self.0.iter().map(|(_, piece, _)| piece.len() as u64).sum()
    }
}

const HOW: PieceReader = PieceReader {
    suits: |_| true,
    before: 100,
    behind: 200,
    read: |seen, piece| {
        let (before, behind) = (seen[..piece.start].to_vec(), seen[piece.end..].to_vec());
        Box::new(Seen(vec![(before, seen[piece].to_vec(), behind)]))
    },
};

struct Room(Store, Budget);

impl Room {
    fn of(memory: u64, total: Option<u64>) -> Self {
        let limits = Limits { memory, total, ..Limits::default() };
        Self(Store::new(memory), Budget::new(limits, Some(&std::env::temp_dir())))
    }

    fn pass(&self, reader: &mut dyn Read, piece: usize) -> (Passed, io::Result<()>) {
        let terms = Terms { store: &self.0, budget: &self.1, size: None, hash_up_to: u64::MAX, counted: 0 };
        read_in_pieces(reader, HOW, terms, piece)
    }
}

fn lines(count: usize) -> Vec<u8> {
    (0..count).flat_map(|line| format!("{line} {}\n", "x".repeat(line * 7 % 90)).into_bytes()).collect()
}

/// Returns the bytes that were read ahead, and those that were kept behind them.
fn both(passed: &Passed) -> (Vec<u8>, Vec<u8>) {
    let ahead = passed.ahead.as_ref();
    let read = ahead
        .and_then(|ahead| ahead.facts::<Seen>())
        .map(|seen| seen.0.iter().flat_map(|(_, piece, _)| piece.clone()).collect());
    (read.unwrap_or_default(), passed.rest[ahead.map_or(0, |ahead| ahead.overlap)..].to_vec())
}

#[test]
fn pieces_are_whole_lines_that_follow_each_other_with_what_stands_around_them() {
    let text = lines(2000);
    for piece in [150, 1000, 30_000, 1 << 20] {
        let (passed, result) = Room::of(1 << 30, None).pass(&mut Cursor::new(text.clone()), piece);
        result.unwrap();
        assert!(both(&passed) == (text.clone(), Vec::new()) && passed.size == text.len() as u64, "{piece}");
        let ahead = passed.ahead.unwrap();
        assert_eq!(ahead.sha256, Some(hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&text))));
        assert_eq!(ahead.fingerprint, crate::input::fingerprint::Fingerprint::of(&text));
        let mut at = 0;
        for (before, piece, behind) in &ahead.facts::<Seen>().unwrap().0 {
            let end = at + piece.len();
            assert!(piece.ends_with(b"\n") && text[..at].ends_with(before) && text[end..].starts_with(behind));
            assert!(before.len() >= HOW.before.min(at) && behind.len() >= HOW.behind.min(text.len() - end));
            at = end;
        }
    }
}

#[test]
fn what_does_not_fit_into_memory_is_kept() {
    let text = lines(5000);
    let (passed, result) = Room::of(100_000, None).pass(&mut Cursor::new(text.clone()), 4000);
    result.unwrap();
    let (read, kept) = both(&passed);
    assert!(!read.is_empty() && read.len() <= 100_000 && !kept.is_empty());
    assert!([read, kept].concat() == text && passed.size == text.len() as u64);
    assert_eq!(passed.ahead.unwrap().overlap, HOW.before);
}

#[test]
fn what_begins_with_a_line_without_an_end_is_kept() {
    let begun = lines(100);
    let text = [begun.clone(), vec![b'x'; 3 * MAX_LINE], b"\nnext\n".to_vec()].concat();
    let (passed, result) = Room::of(1 << 30, None).pass(&mut Cursor::new(text.clone()), 1000);
    result.unwrap();
    let (read, kept) = both(&passed);
    assert!(begun.starts_with(&read) && [read, kept].concat() == text);
}

#[test]
fn what_came_before_an_error_counts() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }
    let text = [lines(1000), b"the last line is c".to_vec()].concat();
    let (passed, result) = Room::of(1 << 30, None).pass(&mut Cursor::new(text.clone()).chain(Broken), 1000);
    assert_eq!(result.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    assert!(both(&passed).0 == text);
}

#[test]
fn what_passes_by_counts_for_a_limit_on_the_total() {
    let text = lines(5000);
    let room = Room::of(1 << 30, Some(10_000));
    let (passed, result) = room.pass(&mut Cursor::new(text.clone()), 1000);
    assert!(matches!(Reached::of(&result.unwrap_err()), Some(Reached::Total(10_000))));
    assert!(passed.size <= 10_000 && text.starts_with(&both(&passed).0));
}

#[test]
fn one_thread_alone_comes_to_the_same() {
    let text = lines(3000);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let pass = || Room::of(1 << 30, None).pass(&mut Cursor::new(text.clone()), 500).0;
    assert!(both(&pool.install(pass)).0 == text);
}
