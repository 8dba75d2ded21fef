//! What comes out of the rules for one attempt.

use super::rules::Ruling;
use crate::model::report::Likely;

/// The verdict on an attempt: that on its last request, and those on each.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Of the attempt.
    pub ruling: Ruling,
    /// Of each request, in order.
    pub tries: Vec<Ruling>,
    /// What an encrypted answer most likely was.
    pub likely: Option<Likely>,
}
