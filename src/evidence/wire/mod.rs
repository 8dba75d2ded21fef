//! What a capture shows of single requests, before any log is asked: lookups of names, connections in the order in
//! which a client tried them, and the requests on each connection.

mod account;
mod answer;
mod claim;
mod destination;
mod ending;
mod handshake;
mod icmp;
mod lookup;
mod request;
mod session;
mod sight;
mod tls_failure;
mod unexplained;
mod visibility;
mod wire_try;

pub use account::{WireEvidence, side};
pub use claim::{claim, dead_before};
pub use destination::HostSource;
pub use ending::Ending;
pub use icmp::icmp_meaning;
pub use lookup::{Lookup, LookupResult, read_lookups};
pub use request::Request;
pub use session::{Session, read_sessions};
pub use tls_failure::{is_for_host, is_valid_at, name_for_host};
pub use visibility::Visibility;
pub use wire_try::WireTry;
