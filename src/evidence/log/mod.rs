//! What the log alone says of a request.

mod claim;

pub use claim::{LogEvidence, claim};
