//! What the two hellos of a session agree on: the ground on which records are opened, told apart and read.

use super::registry::{CipherSuite, TlsVersion};

/// Parameters of a session, as far as its hellos were captured.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NegotiatedParameters<'a> {
    pub(super) client_random: &'a [u8],
    pub(super) server_random: &'a [u8],
    pub(super) version: Option<TlsVersion>,
    pub(super) cipher: Option<CipherSuite>,
    pub(super) encrypt_then_mac: bool,
    pub(super) early_data: bool,
}

impl NegotiatedParameters<'_> {
    /// Returns whether the session is known to be one of TLS 1.3.
    pub(super) fn is_tls13(&self) -> bool {
        self.version == Some(TlsVersion::TLS13)
    }
}
