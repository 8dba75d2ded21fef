//! Attempts taken one behind the other: made and laid out side by side, a run of them at a time, and handed on in their order, so
//! that few of them are in memory.

use std::io;
use std::sync::{Mutex, PoisonError};

use crate::model::attempts::Attempts;
use crate::model::report::Attempt;
use crate::ordered_parallel::{self, in_order, runs, wave};

/// Writes each attempt as `lay_out` gives it; that is told the attempt's place, from 0.
pub(super) fn each(
    attempts: &dyn Attempts,
    out: &mut impl io::Write,
    lay_out: impl Fn(usize, &Attempt, &mut Vec<u8>) -> io::Result<()> + Sync,
) -> io::Result<()> {
    picked(attempts, (0..attempts.count()).map(|place| (place, place)), out, lay_out)
}

/// Writes the attempts at these places as `lay_out` gives them; that is told what stands beside the place.
pub(super) fn picked<P: Send>(
    attempts: &dyn Attempts,
    places: impl Iterator<Item = (usize, P)>,
    out: &mut impl io::Write,
    lay_out: impl Fn(P, &Attempt, &mut Vec<u8>) -> io::Result<()> + Sync,
) -> io::Result<()> {
    // Texts that were written give their room to later ones: asked for each time, the system clears it each time.
    let spare: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());
    let spare = || spare.lock().unwrap_or_else(PoisonError::into_inner);
    let run = |places: Vec<(usize, P)>| -> io::Result<Vec<u8>> {
        let mut text = spare().pop().unwrap_or_default();
        for (place, told) in places {
            if let Some(attempt) = attempts.attempt(place) {
                lay_out(told, &attempt, &mut text)?;
            }
        }
        Ok(text)
    };
    in_order(runs(places), wave(), run, |text| {
        let mut text = text?;
        out.write_all(&text)?;
        text.clear();
        spare().push(text);
        Ok(())
    })
}

/// Gathers what is to be known of the attempts at these places: a run of them into a value of its own, which is taken in
/// the order of the runs. `add` is told what stands beside the place.
pub(super) fn gathered<P: Send, G: Default + Send>(
    attempts: &dyn Attempts,
    places: impl Iterator<Item = (usize, P)>,
    add: impl Fn(&mut G, P, &Attempt) + Sync,
    take: impl FnMut(G) + Send,
) {
    let add = |gathered: &mut G, (place, told): (usize, P)| {
        if let Some(attempt) = attempts.attempt(place) {
            add(gathered, told, &attempt);
        }
    };
    ordered_parallel::gathered(places, add, take);
}
