//! Authenticated encryption as the suites of TLS use it (RFC 5116): one key, a nonce of 12 bytes, and a tag of 16 bytes or,
//! with CCM_8, of 8.

use aes::{Aes128, Aes256};
use aes_gcm::aead::array::Array;
use aes_gcm::aead::consts::{U8, U12, U16};
use aes_gcm::aead::{AeadCore, AeadInOut, KeyInit};
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use ccm::Ccm;
use chacha20poly1305::ChaCha20Poly1305;

use super::suites::Cipher;

/// A cipher under its key.
pub(super) struct Aead {
    cipher: Box<dyn Opens + Send + Sync>,
    tag_length: usize,
}

impl Aead {
    /// Returns `None` when the cipher is no AEAD or the key has another length than it wants.
    pub(super) fn new(cipher: Cipher, key: &[u8]) -> Option<Self> {
        let keyed = match cipher {
            Cipher::Aes128Gcm => keyed::<Aes128Gcm>(key),
            Cipher::Aes256Gcm => keyed::<Aes256Gcm>(key),
            Cipher::ChaCha20Poly1305 => keyed::<ChaCha20Poly1305>(key),
            Cipher::Aes128Ccm => keyed::<Ccm<Aes128, U16, U12>>(key),
            Cipher::Aes256Ccm => keyed::<Ccm<Aes256, U16, U12>>(key),
            Cipher::Aes128Ccm8 => keyed::<Ccm<Aes128, U8, U12>>(key),
            Cipher::Aes256Ccm8 => keyed::<Ccm<Aes256, U8, U12>>(key),
            Cipher::Aes128Cbc(_) | Cipher::Aes256Cbc(_) => None,
        };
        Some(Self { cipher: keyed?, tag_length: cipher.tag_length() })
    }

    /// Returns the length of the tag in bytes.
    pub(super) fn tag_length(&self) -> usize {
        self.tag_length
    }

    /// Decrypts in place; returns whether the tag is right.
    pub(super) fn open(&self, nonce: [u8; 12], additional: &[u8], content: &mut [u8], tag: &[u8]) -> bool {
        self.cipher.open(nonce, additional, content, tag)
    }
}

trait Opens {
    fn open(&self, nonce: [u8; 12], additional: &[u8], content: &mut [u8], tag: &[u8]) -> bool;
}

impl<C: AeadInOut + AeadCore<NonceSize = U12>> Opens for C {
    fn open(&self, nonce: [u8; 12], additional: &[u8], content: &mut [u8], tag: &[u8]) -> bool {
        let Ok(tag) = Array::try_from(tag) else { return false };
        self.decrypt_inout_detached(&Array::from(nonce), additional, content.into(), &tag).is_ok()
    }
}

fn keyed<C: KeyInit + AeadInOut + AeadCore<NonceSize = U12> + Send + Sync + 'static>(
    key: &[u8],
) -> Option<Box<dyn Opens + Send + Sync>> {
    Some(Box::new(C::new_from_slice(key).ok()?))
}
