//! TLS as the wire shows it: records, the handshake in the clear, alerts, and the rhythm of what is encrypted.

mod certificate;
mod epochs;
mod handshake;
mod hello;
mod keys;
mod names;
mod open;
mod opened;
mod protection;
mod reader;
mod record;
mod rhythm;
mod session;
mod suites;
#[cfg(test)]
mod tests;

pub use hello::peek_sni;
pub use names::{alert_name, cipher_name, version_name};
pub(crate) use record::begins_tls;
pub(crate) use session::{ReadSession, read_session};
