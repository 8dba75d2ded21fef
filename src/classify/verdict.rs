//! What comes out of the rules for one attempt.

use super::rules::Ruling;
use crate::model::report::Likely;

/// The verdict on an attempt: that on its last request, and those on each.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Of the attempt, which is that of its last request.
    pub ruling: Ruling,
    /// Of the requests before the last one, in order.
    pub earlier: Vec<Ruling>,
    /// What an encrypted answer most likely was.
    pub likely: Option<Box<Likely>>,
}

impl Verdict {
    /// Returns the verdicts on the requests, in order.
    pub fn tries(&self) -> impl Iterator<Item = &Ruling> {
        self.earlier.iter().chain(std::iter::once(&self.ruling))
    }
}
