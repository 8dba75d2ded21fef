//! TLS as the wire shows it: records, the handshake in the clear, alerts, and order, size and time of what is encrypted.

mod aead;
mod certificate;
mod contents;
mod handshake;
mod hello;
mod key_schedule;
mod keys;
mod lengths;
mod opened;
mod parameters;
mod protection;
mod reader;
mod record;
mod record_decryptor;
mod registry;
mod session;
mod suites;
#[cfg(test)]
mod tests;
mod traffic_analysis;
mod turns;
mod unopened;

pub use hello::peek_sni;
pub(crate) use record::begins_tls;
pub use registry::{AlertDescription, AlertLevel, CipherSuite, TlsVersion};
pub(crate) use session::{ReadSession, read_session};
pub(crate) use unopened::warn_of_unopened;
