//! Reads on a thread of its own what takes a core to itself: while that decrypts a bundle, this one unpacks what came of it.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Bytes that are handed over at a time.
const PIECE: usize = 256 << 10;
/// Pieces that may wait to be taken.
const WAITING: usize = 4;

/// Returns a reader of the same bytes, which are read on another thread. Where the program may not have one more, or the system has
/// none, it is the reader itself.
pub(super) fn aside(reader: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
    if cfg!(target_family = "wasm") || rayon::current_num_threads() < 2 {
        return reader;
    }
    let (sender, pieces) = sync_channel(WAITING);
    let (to_thread, of_thread) = sync_channel::<Box<dyn Read + Send>>(1);
    let spawned = thread::Builder::new().name("decrypt".to_owned()).spawn(move || {
        if let Ok(reader) = of_thread.recv() {
            hand_over(reader, &sender);
        }
    });
    match spawned {
        Ok(_) => match to_thread.send(reader) {
            Ok(()) => Box::new(Aside { pieces, piece: Vec::new(), taken: 0, ended: false }),
            Err(unsent) => unsent.0,
        },
        Err(_) => reader,
    }
}

/// Reads up to the end, or to an error, or until nobody takes what is read. The end is an empty piece.
fn hand_over(mut reader: Box<dyn Read + Send>, sender: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        let read = reader.by_ref().take(PIECE as u64).read_to_end(&mut piece);
        let is_last = piece.is_empty();
        // What came before an error counts.
        if !(is_last && read.is_err()) && sender.send(Ok(piece)).is_err() {
            return;
        }
        if let Err(error) = read {
            // Where nobody takes it any more, nobody needs to know.
            let _ = sender.send(Err(error));
            return;
        }
        if is_last {
            return;
        }
    }
}

/// What the other thread has read.
struct Aside {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    /// How much of the piece was read here.
    taken: usize,
    ended: bool,
}

impl Read for Aside {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.piece.len() && !self.ended && !buffer.is_empty() {
            // Without an end, the thread is gone: what is there of the data is not all.
            let gone = || Err(io::Error::other("the thread that decrypts it ended before the data did"));
            let next = self.pieces.recv().unwrap_or_else(|_| gone());
            self.ended = next.as_ref().map_or(true, Vec::is_empty);
            (self.piece, self.taken) = (next?, 0);
        }
        let read = self.piece.get(self.taken..).unwrap_or_default().read(buffer)?;
        self.taken += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Yields so many bytes, then an error or the end.
    struct Cut {
        left: usize,
        fails: bool,
    }

    impl Read for Cut {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.left == 0 {
                return if self.fails { Err(io::Error::other("cut")) } else { Ok(0) };
            }
            let read = buffer.len().min(self.left).min(10_007);
            self.left -= read;
            buffer.iter_mut().take(read).for_each(|byte| *byte = 7);
            Ok(read)
        }
    }

    fn read_aside(reader: impl Read + Send + 'static) -> (usize, Option<String>, usize) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        pool.install(|| {
            let mut aside = aside(Box::new(reader));
            let mut all = Vec::new();
            let error = aside.read_to_end(&mut all).err().map(|error| error.to_string());
            (all.len(), error, aside.read(&mut [0; 9]).unwrap())
        })
    }

    #[test]
    fn all_comes_through_up_to_the_end_or_the_error() {
        for left in [0, 1, PIECE - 1, PIECE, 7 * PIECE + 5] {
            assert_eq!(read_aside(Cut { left, fails: false }), (left, None, 0));
            assert_eq!(read_aside(Cut { left, fails: true }), (left, Some("cut".to_owned()), 0));
        }
    }

    #[test]
    fn a_reader_that_panics_is_no_end_of_the_data() {
        struct Panics;
        impl Read for Panics {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                panic!("a fault of the library")
            }
        }
        let (length, error, _) = read_aside(Panics);
        assert!(length == 0 && error.unwrap().contains("ended before the data did"));
    }

    #[test]
    fn whoever_reads_no_further_leaves_no_thread_behind() {
        let (sender, receiver) = sync_channel(WAITING);
        let endless = thread::spawn(move || hand_over(Box::new(io::repeat(1)), &sender));
        drop(receiver);
        endless.join().unwrap();
    }
}
