//! What each side claims of a request, in the vocabulary of outcomes: one place for the log, one for the wire. The join
//! compares the two claims, and the rules make one verdict of them.

pub mod claim;
pub mod declared;
pub mod log;
pub mod targets;
pub mod wire;
