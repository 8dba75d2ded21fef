//! DNS: messages, the exchanges that they make up, and those that come over TCP.

mod exchange;
mod message;
mod stream;

pub(super) use exchange::{Asked, Exchanges};
pub(super) use message::{DnsMessage, question_name};
pub(super) use stream::Streams;
