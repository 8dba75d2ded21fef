//! What other files of a bundle say of the node that wrote its log: the zone of its clock, its version, how it is set, and which
//! trouble with MDM servers and with DNS it met by its own records.
//!
//! Each kind of file has its parser ([`read_local_store`], [`read_showtech`], [`read_agent_log`], [`read_system_log`]); `gather` says
//! which files are of the same node.

mod agent_log;
mod belonging;
mod clock;
mod failures;
mod file;
mod gather;
mod local_store;
mod showtech;
mod system_log;
mod told;

pub use agent_log::{AgentLog, DnsTroubleMinute, looks_like_agent_log, read_agent_log};
pub use clock::StatedClock;
pub use failures::MdmFailureMinute;
pub use file::{NodeFile, NodeFilePart};
pub use gather::{NodeFacts, Nodes, gather};
pub use local_store::{LocalStore, looks_like_local_store, read_local_store};
pub use showtech::{ShowTech, looks_like_showtech, read_showtech};
pub use system_log::{SystemLog, looks_like_system_log, read_system_log};
