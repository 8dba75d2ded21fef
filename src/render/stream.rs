//! Attempts written one behind the other: laid out side by side, a run of them at a time, and written in their order, so that
//! few of them are in memory.

use std::io;
use std::sync::{Mutex, PoisonError};

use crate::model::attempts::Attempts;
use crate::model::report::Attempt;
use crate::ordered_parallel::in_order;

/// Attempts that a thread lays out at a time.
pub(super) const RUN: usize = 64;
/// Runs that each thread lays out before any of them is written.
const WAVE: usize = 4;

/// Writes each attempt as `lay_out` gives it; that is told the attempt's place, from 0.
pub(super) fn each(
    attempts: &dyn Attempts,
    out: &mut impl io::Write,
    lay_out: impl Fn(usize, &Attempt, &mut Vec<u8>) -> io::Result<()> + Sync,
) -> io::Result<()> {
    let count = attempts.count();
    // Texts that were written give their room to later ones: asked for each time, the system clears it each time.
    let spare: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());
    let spare = || spare.lock().unwrap_or_else(PoisonError::into_inner);
    let run = |start: usize| -> io::Result<Vec<u8>> {
        let mut text = spare().pop().unwrap_or_default();
        let found = attempts.range(start..count.min(start + RUN));
        for (index, attempt) in (start..).zip(found.iter()) {
            lay_out(index, attempt, &mut text)?;
        }
        Ok(text)
    };
    let wave = WAVE * rayon::current_num_threads();
    in_order((0..count).step_by(RUN), wave, run, |text| {
        let mut text = text?;
        out.write_all(&text)?;
        text.clear();
        spare().push(text);
        Ok(())
    })
}
