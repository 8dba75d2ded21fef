//! DNS: messages, the exchanges that they make up, and those that come over TCP.

mod exchange;
mod message;
mod open_exchange;
mod rcode;
mod rr_type;
mod stream;

pub(super) use exchange::{Asked, Exchanges};
pub(super) use message::{DnsMessage, question_name};
pub use rcode::Rcode;
pub use rr_type::RrType;
pub(super) use stream::DnsStreams;
