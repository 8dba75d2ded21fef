//! Where the pieces come to in their order: their facts are joined and their bytes hashed, and where no room is left for
//! facts the bytes are kept.

use std::io;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::terms::Terms;
use super::windows::Window;
use crate::input::ahead::{AheadFacts, ReadAhead};
use crate::input::fingerprint::Fingerprint;
use crate::input::spool::{Charge, Spool};

/// What is left of a file that has passed.
pub(in crate::input) struct Passed {
    /// How many bytes it had.
    pub(in crate::input) size: u64,
    /// What was read ahead; `None` where nothing was.
    pub(in crate::input) ahead: Option<ReadAhead>,
    /// What was kept: the rest, behind what of it stands before.
    pub(in crate::input) rest: Bytes,
}

impl Passed {
    /// Returns a file that was kept.
    pub(in crate::input) fn kept(rest: Bytes) -> Self {
        Self { size: rest.len() as u64, ahead: None, rest }
    }
}

/// Takes the pieces of one file.
pub(super) struct PieceSink<'s> {
    terms: Terms<'s>,
    facts: Option<Box<dyn AheadFacts>>,
    /// The memory that the facts take.
    charge: Charge,
    rest: Option<Spool<'s>>,
    overlap: usize,
    size: u64,
    /// Bytes whose facts are there.
    ahead: u64,
    sha256: Option<Sha256>,
    fingerprint: Fingerprint,
    error: Option<io::Error>,
}

impl<'s> PieceSink<'s> {
    pub(super) fn new(terms: Terms<'s>) -> Self {
        Self {
            terms,
            facts: None,
            charge: terms.store.charge(),
            rest: None,
            overlap: 0,
            size: 0,
            ahead: 0,
            sha256: terms.size.is_none_or(|size| size <= terms.hash_up_to).then(Sha256::new),
            fingerprint: Fingerprint::new(),
            error: None,
        }
    }

    /// Takes the piece that comes next, with its facts where it was read.
    pub(super) fn take(&mut self, window: &Window, facts: Option<Box<dyn AheadFacts>>) {
        if self.error.is_some() {
            return;
        }
        let piece = window.piece();
        let result = match facts.filter(|facts| self.rest.is_none() && self.charge.more(facts.held())) {
            Some(facts) => {
                self.ahead += piece.len() as u64;
                match &mut self.facts {
                    Some(before) => before.append(facts),
                    None => self.facts = Some(facts),
                }
                Ok(())
            }
            None => self.keep(window),
        };
        if let Err(error) = result {
            self.error = Some(error);
            return;
        }
        self.size += piece.len() as u64;
        if self.size > self.terms.hash_up_to {
            self.sha256 = None;
        }
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(piece);
        }
        self.fingerprint.update(piece);
    }

    fn keep(&mut self, window: &Window) -> io::Result<()> {
        if self.rest.is_none() {
            let left = self.terms.size.map(|size| size.saturating_sub(self.ahead));
            let mut spool = Spool::new(self.terms.store, self.terms.budget, left)?;
            spool.add(window.before())?;
            self.overlap = window.before().len();
            self.rest = Some(spool);
        }
        let Some(spool) = &mut self.rest else { return Ok(()) };
        // Where it was counted as it came, it is not once more.
        if self.terms.budget.limits.total.is_some() { spool.add(window.piece()) } else { spool.push(window.piece()) }
    }

    /// Tells whether the rest of the file is kept.
    pub(super) fn keeps(&self) -> bool {
        self.rest.is_some()
    }

    /// Tells whether it could not be.
    pub(super) fn failed(&self) -> bool {
        self.error.is_some()
    }

    /// Returns what is left, and the error that ended it: of the reader, or else of what keeps.
    pub(super) fn finish(self, error: Option<io::Error>) -> (Passed, io::Result<()>) {
        let sha256 = self.sha256.filter(|_| self.error.is_none()).map(|sha256| hex::encode(sha256.finalize()));
        let (rest, kept) = match self.rest.map_or(Ok(Bytes::new()), Spool::finish) {
            Ok(rest) => (rest, None),
            Err(error) => (Bytes::new(), Some(error)),
        };
        let ahead = self.facts.map(|facts| ReadAhead {
            bytes: self.ahead,
            facts,
            overlap: self.overlap,
            sha256,
            fingerprint: self.fingerprint.finish(),
            _charge: self.charge,
        });
        let size = self.ahead + rest.len().saturating_sub(self.overlap) as u64;
        (Passed { size, ahead, rest }, self.error.or(kept).or(error).map_or(Ok(()), Err))
    }
}
