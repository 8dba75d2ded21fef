//! What other files of a bundle say of the node that wrote its log: the zone of its clock, its version, how it is set, and which
//! trouble with MDM servers it met by its own records.
//!
//! Each kind of file has its parser ([`read_local_store`], [`read_showtech`]); [`gather`] says which files are of the same node.

mod belonging;
mod failures;
mod gather;
mod local_store;
mod showtech;

pub use failures::FailureMinute;
pub use gather::{NodeFacts, NodeFile, NodeFilePart, Nodes, StatedClock, gather};
pub use local_store::{LocalStore, looks_like_local_store, read_local_store};
pub use showtech::{ShowTech, looks_like_showtech, read_showtech};
