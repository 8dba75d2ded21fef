//! Pieces of a file read side by side, and taken in their order.

use rayon::prelude::*;

/// Reads so many pieces at a time on all threads; what they held is taken while the next ones are read. So no more than two
/// waves are in memory.
pub(crate) fn ordered_parallel<P: Send, R: Send>(
    mut pieces: impl Iterator<Item = P>,
    wave: usize,
    read: impl Fn(P) -> R + Sync,
    mut take: impl FnMut(R) + Send,
) {
    let mut found: Vec<R> = Vec::new();
    loop {
        let next: Vec<P> = pieces.by_ref().take(wave).collect();
        let before = std::mem::take(&mut found);
        if next.is_empty() && before.is_empty() {
            return;
        }
        ((), found) =
            rayon::join(|| before.into_iter().for_each(&mut take), || next.into_par_iter().map(&read).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_piece_is_taken_once_and_in_order() {
        for (count, wave) in [(0, 3), (1, 3), (3, 3), (10, 3), (10, 1), (10, 100)] {
            let mut taken = Vec::new();
            ordered_parallel(0..count, wave, |piece| piece * 2, |found| taken.push(found));
            assert_eq!(taken, (0..count).map(|piece| piece * 2).collect::<Vec<_>>());
        }
    }
}
