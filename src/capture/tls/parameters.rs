//! What the two hellos of a handshake agree on: the ground on which records are opened, told apart and read.

use super::hello::{ClientHello, ServerHello};
use super::registry::{CipherSuite, TlsVersion};

/// Parameters that a handshake settles, as far as its hellos were captured.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NegotiatedParameters<'a> {
    pub(super) client_random: &'a [u8],
    pub(super) server_random: &'a [u8],
    /// The server's name for the session.
    pub(super) session_id: &'a [u8],
    pub(super) version: Option<TlsVersion>,
    pub(super) cipher: Option<CipherSuite>,
    pub(super) encrypt_then_mac: bool,
    pub(super) early_data: bool,
}

impl<'a> NegotiatedParameters<'a> {
    /// Returns what two hellos agree on; a HelloRetryRequest settles the version and nothing else.
    pub(super) fn of(client: Option<&ClientHello<'a>>, server: Option<&ServerHello<'a>>) -> Self {
        let mut negotiated = Self::default();
        if let Some(hello) = client {
            negotiated.client_random = hello.random;
            negotiated.early_data = hello.early_data;
        }
        if let Some(hello) = server {
            negotiated.version = hello.version();
            if !hello.is_retry_request() {
                negotiated.server_random = hello.random;
                negotiated.session_id = hello.session_id;
                negotiated.cipher = hello.cipher;
                negotiated.encrypt_then_mac = hello.encrypt_then_mac;
            }
        }
        negotiated
    }

    /// Returns whether the session is known to be one of TLS 1.3.
    pub(super) fn is_tls13(&self) -> bool {
        self.version == Some(TlsVersion::TLS13)
    }
}
