//! A secret, and those of one session. They never leave these types in text.

use std::fmt;

/// A secret: as long as the hash of the cipher suite, so 32 or 48 bytes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Vec<u8>);

impl Secret {
    /// Returns the bytes, for key derivation only.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} bytes)", self.0.len())
    }
}

/// The secrets of one session, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionSecrets {
    /// Up to TLS 1.2: the master secret, extended (RFC 7627) or not.
    pub(crate) master: Option<Secret>,
    /// TLS 1.3, early data of the client.
    pub(crate) client_early: Option<Secret>,
    /// TLS 1.3, the client's handshake messages.
    pub(crate) client_handshake: Option<Secret>,
    /// TLS 1.3, the server's handshake messages.
    pub(crate) server_handshake: Option<Secret>,
    /// TLS 1.3, the client's application data before any key update.
    pub(crate) client_traffic: Option<Secret>,
    /// TLS 1.3, the server's application data before any key update.
    pub(crate) server_traffic: Option<Secret>,
}
