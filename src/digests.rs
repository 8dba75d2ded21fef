//! SHA-256 of the inputs, made beside the analysis by threads that have nothing else to do.
//!
//! To hash takes longer than to read a capture of bulk traffic, and one file can't be hashed by two threads. A file is
//! therefore hashed piece by piece, and after each piece the thread looks whether something else is to be done; what is
//! left when the analysis is done is waited for. Larger files than [`Digests::UP_TO`] are hashed on demand alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

/// Bytes that are hashed at a time, in a few milliseconds.
const PIECE: usize = 4 << 20;

/// The digests of a run, while they are made.
pub(crate) struct Digests {
    made: Receiver<(usize, String)>,
    files: usize,
    pending: usize,
    cancelled: Arc<AtomicBool>,
}

impl Digests {
    /// Size of a file beyond which it is hashed only when that is asked for.
    pub(crate) const UP_TO: u64 = 256 << 20;

    /// Begins to hash those of the files that have this many bytes or fewer.
    pub(crate) fn begin(files: impl Iterator<Item = Bytes>, up_to: u64) -> Self {
        let (sender, made) = channel();
        let cancelled = Arc::new(AtomicBool::new(false));
        let mut batch = Batch::default();
        let (mut count, mut pending) = (0, 0);
        for (index, file) in files.enumerate() {
            count += 1;
            if file.len() as u64 > up_to {
                continue;
            }
            pending += 1;
            batch.bytes += file.len();
            batch.files.push((index, file));
            if batch.bytes >= PIECE {
                std::mem::take(&mut batch).begin(&sender, &cancelled);
            }
        }
        batch.begin(&sender, &cancelled);
        Self { made, files: count, pending, cancelled }
    }

    /// Hashes nothing.
    pub(crate) fn none() -> Self {
        Self::begin(std::iter::empty(), 0)
    }

    /// Returns the digests in the order of the files, in hexadecimal; `None` for files that are larger.
    pub(crate) fn finish(mut self) -> Vec<Option<String>> {
        let mut digests = vec![None; self.files];
        while self.pending > 0 {
            let (index, digest) = match self.made.try_recv() {
                Ok(made) => made,
                // A thread of the pool must not wait: it may be the one to do it.
                Err(TryRecvError::Empty) => {
                    if rayon::yield_now() != Some(rayon::Yield::Executed) {
                        std::thread::sleep(Duration::from_micros(100));
                    }
                    continue;
                }
                Err(TryRecvError::Disconnected) => break,
            };
            self.pending -= 1;
            if let Some(place) = digests.get_mut(index) {
                *place = Some(digest);
            }
        }
        digests
    }
}

impl Drop for Digests {
    /// Lets go of the files where nobody waits for the digests any more.
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

/// Files that are hashed one after the other: a large one, or as many small ones as make a piece.
#[derive(Default)]
struct Batch {
    /// The last one is the first.
    files: Vec<(usize, Bytes)>,
    bytes: usize,
}

impl Batch {
    fn begin(self, sender: &Sender<(usize, String)>, cancelled: &Arc<AtomicBool>) {
        if !self.files.is_empty() {
            let (sender, cancelled) = (sender.clone(), Arc::clone(cancelled));
            rayon::spawn(move || step(self.files, Sha256::new(), &sender, &cancelled));
        }
    }
}

/// Hashes a piece, and leaves the rest to the next step.
fn step(
    mut files: Vec<(usize, Bytes)>,
    mut hasher: Sha256,
    sender: &Sender<(usize, String)>,
    cancelled: &Arc<AtomicBool>,
) {
    let mut left = PIECE;
    while let Some((index, file)) = files.last_mut() {
        if cancelled.load(Ordering::Relaxed) {
            return;
        }
        let piece = file.split_to(file.len().min(left));
        left -= piece.len();
        hasher.update(&piece);
        if !file.is_empty() {
            let (sender, cancelled) = (sender.clone(), Arc::clone(cancelled));
            rayon::spawn(move || step(files, hasher, &sender, &cancelled));
            return;
        }
        let digest = hex::encode(std::mem::take(&mut hasher).finalize());
        // Nobody listens where the analysis came to nothing.
        if sender.send((*index, digest)).is_err() {
            return;
        }
        files.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn each_file_has_its_digest_however_many_threads_there_are() {
        let files: Vec<Bytes> = [0, 1, PIECE - 1, PIECE, 3 * PIECE + 5, 17, 0]
            .iter()
            .enumerate()
            .map(|(number, size)| Bytes::from(vec![number as u8; *size]))
            .collect();
        let expected: Vec<_> = files.iter().map(|file| Some(hex::encode(Sha256::digest(file)))).collect();
        assert_eq!(expected[0].as_deref(), Some(OF_NOTHING));
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let digests = pool.install(|| Digests::begin(files.iter().cloned(), u64::MAX).finish());
            assert_eq!(digests, expected, "{threads}");
        }
        assert_eq!(Digests::begin(files.iter().cloned(), u64::MAX).finish(), expected);
    }

    #[test]
    fn what_is_larger_than_wanted_has_none() {
        let files = [Bytes::from_static(b"four"), Bytes::from_static(b"three"), Bytes::new()];
        let digests = Digests::begin(files.into_iter(), 4).finish();
        assert!(digests[0].is_some() && digests[1].is_none());
        assert_eq!(digests[2].as_deref(), Some(OF_NOTHING));
    }

    #[test]
    fn what_nobody_waits_for_is_given_back() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let file = Bytes::from(vec![7; 4 * PIECE]);
        pool.install(|| drop(Digests::begin([file.clone()].into_iter(), u64::MAX)));
        // Comes after what the one thread of the pool has to do already.
        pool.install(|| ());
        assert!(file.try_into_mut().is_ok());
    }
}
