//! Pieces of a file read, or of a report made, side by side, and taken in their order.

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

/// Items that a thread takes at a time, where each is little work.
pub(crate) const RUN: usize = 64;
/// Runs that each thread takes before what they made is handed on.
const WAVE: usize = 4;

/// Returns how many runs are a wave.
pub(crate) fn wave() -> usize {
    WAVE * rayon::current_num_threads()
}

/// Returns the items a run at a time.
pub(crate) fn runs<T>(mut items: impl Iterator<Item = T>) -> impl Iterator<Item = Vec<T>> {
    std::iter::from_fn(move || Some(items.by_ref().take(RUN).collect::<Vec<T>>()).filter(|run| !run.is_empty()))
}

/// Gathers what is to be known of items: a run of them into a value of its own, which is taken in the order of the runs.
pub(crate) fn gathered<P: Send, G: Default + Send>(
    items: impl Iterator<Item = P>,
    add: impl Fn(&mut G, P) + Sync,
    take: impl FnMut(G) + Send,
) {
    let run = |items: Vec<P>| {
        let mut gathered = G::default();
        items.into_iter().for_each(|item| add(&mut gathered, item));
        gathered
    };
    ordered_parallel(runs(items), wave(), run, take);
}

/// Makes so many pieces at a time on all threads; those before are given to `take` on this thread meanwhile, in their order.
/// An error of `take` ends it.
pub(crate) fn in_order<P: Send, R: Send, E>(
    mut pieces: impl Iterator<Item = P>,
    wave: usize,
    make: impl Fn(P) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let mut made: Vec<R> = Vec::new();
    loop {
        let next: Vec<P> = pieces.by_ref().take(wave).collect();
        let before = std::mem::take(&mut made);
        if next.is_empty() && before.is_empty() {
            return Ok(());
        }
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| made = next.into_par_iter().map(&make).collect());
            before.into_iter().try_for_each(&mut take)
        })?;
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

    #[test]
    fn what_runs_gather_is_in_the_order_of_the_items() {
        for count in [0, 1, RUN, RUN + 1, 40 * RUN + 7] {
            let mut all = Vec::new();
            gathered(0..count, |run: &mut Vec<usize>, item| run.push(item), |run| all.extend(run));
            assert!(all.into_iter().eq(0..count), "{count}");
        }
    }

    #[test]
    fn what_is_made_is_taken_in_order_until_it_is_refused() {
        for (count, wave) in [(0, 3), (1, 3), (10, 3), (10, 1), (10, 100)] {
            for refused in [4, 100] {
                let mut taken = Vec::new();
                let done = in_order(
                    0..count,
                    wave,
                    |piece| piece * 2,
                    |made| {
                        taken.push(made);
                        if made == 2 * refused { Err(made) } else { Ok(()) }
                    },
                );
                let expected: Vec<_> = (0..count.min(refused + 1)).map(|piece| piece * 2).collect();
                assert_eq!((taken, done.is_err()), (expected, count > refused), "{count} {wave} {refused}");
            }
        }
    }
}
