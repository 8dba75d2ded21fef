//! TLS as the wire shows it: records, the handshake in the clear, alerts, and the rhythm of what is encrypted.

mod certificate;
mod handshake;
mod hello;
mod key_schedule;
mod keys;
mod names;
mod opened;
mod protection;
mod reader;
mod record;
mod record_decryptor;
mod session;
mod suites;
#[cfg(test)]
mod tests;
mod traffic_analysis;

pub use hello::peek_sni;
pub use names::{alert_name, cipher_name, version_name};
pub(crate) use record::begins_tls;
pub(crate) use session::{ReadSession, read_session};
