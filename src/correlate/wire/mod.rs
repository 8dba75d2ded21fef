//! What a capture shows of single requests, before any log is asked: lookups of names, connections in the order in
//! which a client tried them, and the requests on each connection.

mod ending;
mod lookup;
mod request;
mod session;

pub use ending::Ending;
pub use lookup::{Lookup, LookupResult, read_lookups};
pub use request::Request;
pub use session::{HostSource, Session, read_sessions};
