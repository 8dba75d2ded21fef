//! TLS as the wire shows it: records, the handshake in the clear, alerts, and the rhythm of what is encrypted.

mod hello;
mod names;
mod reader;

pub use hello::peek_sni;
pub use names::{alert_name, cipher_name, version_name};
