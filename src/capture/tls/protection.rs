//! Takes the protection off one record (RFC 5246 section 6.2.3, RFC 7366, RFC 6655, RFC 7905, RFC 8446 section 5.2). A record opens
//! only when its authentication holds: what comes out is what was sent.

use aes::cipher::common::KeyInit;
use aes::cipher::{Array, BlockModeDecrypt, InnerIvInit};
use aes::{Aes128, Aes256};

use super::aead::Aead;
use super::keys::Keys;
use super::record::TlsRecord;
use super::registry::TlsVersion;
use super::suites::{Cipher, Hash, Suite};

/// Bytes of an AES block.
const BLOCK: usize = 16;

enum Cbc {
    Aes128(Box<Aes128>),
    Aes256(Box<Aes256>),
}

impl Cbc {
    /// Decrypts whole blocks in place.
    fn decrypt(&self, iv: [u8; BLOCK], content: &mut [u8]) {
        let (blocks, _) = Array::slice_as_chunks_mut(content);
        let iv = Array::from(iv);
        match self {
            Self::Aes128(aes) => cbc::Decryptor::inner_iv_init(aes.as_ref().clone(), &iv).decrypt_blocks(blocks),
            Self::Aes256(aes) => cbc::Decryptor::inner_iv_init(aes.as_ref().clone(), &iv).decrypt_blocks(blocks),
        }
    }
}

enum Scheme {
    /// With the fixed part of the nonce; the rest is in the record (AES-GCM and AES-CCM of TLS 1.2).
    ExplicitNonce(Aead, [u8; 4]),
    /// With what the sequence number is mixed into.
    MixedNonce(Aead, [u8; 12]),
    /// With the hash and key of the MAC.
    Cbc { cipher: Cbc, hash: Hash, mac_key: Vec<u8>, encrypt_then_mac: bool },
}

/// The place of CBC's initialization vector.
#[derive(Clone, Copy)]
enum Iv {
    /// In the record.
    Explicit,
    /// The last block of the record before (TLS 1.0).
    Chained([u8; BLOCK]),
    /// The record before was not captured.
    Lost,
}

/// The protection of one direction under one key.
pub(super) struct Protection {
    version: TlsVersion,
    scheme: Scheme,
    iv: Iv,
}

impl Protection {
    /// Makes a protection; `None` when suite, version and keys do not go together.
    pub(super) fn new(suite: Suite, version: TlsVersion, encrypt_then_mac: bool, keys: Keys) -> Option<Self> {
        let mut iv = Iv::Explicit;
        let scheme = match suite.cipher {
            Cipher::Aes128Cbc(hash) | Cipher::Aes256Cbc(hash) => {
                let cipher = match suite.cipher {
                    Cipher::Aes128Cbc(_) => Cbc::Aes128(Box::new(Aes128::new_from_slice(&keys.key).ok()?)),
                    _ => Cbc::Aes256(Box::new(Aes256::new_from_slice(&keys.key).ok()?)),
                };
                // From TLS 1.1 on records bring their own initialization vector.
                if version < TlsVersion::TLS11 {
                    iv = Iv::Chained(keys.iv.as_slice().try_into().ok()?);
                }
                Scheme::Cbc { cipher, hash, mac_key: keys.mac, encrypt_then_mac }
            }
            cipher if version < TlsVersion::TLS13 && cipher.has_explicit_nonce() => {
                Scheme::ExplicitNonce(Aead::new(cipher, &keys.key)?, keys.iv.as_slice().try_into().ok()?)
            }
            cipher => Scheme::MixedNonce(Aead::new(cipher, &keys.key)?, keys.iv.as_slice().try_into().ok()?),
        };
        Some(Self { version, scheme, iv })
    }

    /// Opens a record that is complete into `content`, if this is its sequence number.
    pub(super) fn open(&self, record: &TlsRecord, sequence: u64, content: &mut Vec<u8>) -> bool {
        content.clear();
        self.try_open(record, sequence, content).is_some()
    }

    fn try_open(&self, record: &TlsRecord, sequence: u64, content: &mut Vec<u8>) -> Option<()> {
        match &self.scheme {
            Scheme::ExplicitNonce(aead, fixed) => {
                let (explicit, sealed) = record.body.split_first_chunk::<8>()?;
                let mut nonce = [0; 12];
                nonce[..4].copy_from_slice(fixed);
                nonce[4..].copy_from_slice(explicit);
                self.open_aead(aead, nonce, record, sequence, sealed, content)
            }
            Scheme::MixedNonce(aead, iv) => {
                let mut nonce = *iv;
                for (byte, mixed) in nonce[4..].iter_mut().zip(sequence.to_be_bytes()) {
                    *byte ^= mixed;
                }
                self.open_aead(aead, nonce, record, sequence, record.body, content)
            }
            Scheme::Cbc { cipher, hash, mac_key, encrypt_then_mac } => {
                let mac =
                    |content: &[u8]| hash.hmac(mac_key, &[&pseudo_header(record, sequence, content.len()), content]);
                let mut sealed = record.body;
                if *encrypt_then_mac {
                    let (authentic, tag) = sealed.split_at_checked(sealed.len().checked_sub(hash.length())?)?;
                    if mac(authentic) != tag {
                        return None;
                    }
                    sealed = authentic;
                }
                let iv = match self.iv {
                    Iv::Chained(iv) => iv,
                    Iv::Explicit => {
                        let (iv, rest) = sealed.split_first_chunk()?;
                        sealed = rest;
                        *iv
                    }
                    Iv::Lost => return None,
                };
                if sealed.is_empty() || !sealed.len().is_multiple_of(BLOCK) {
                    return None;
                }
                content.extend_from_slice(sealed);
                cipher.decrypt(iv, content);
                let padding = *content.last()?;
                let behind = content.len().checked_sub(usize::from(padding) + 1)?;
                if content.get(behind..)?.iter().any(|&byte| byte != padding) {
                    return None;
                }
                content.truncate(behind);
                if !*encrypt_then_mac {
                    let (authentic, tag) = content.split_at_checked(content.len().checked_sub(hash.length())?)?;
                    if mac(authentic) != tag {
                        return None;
                    }
                    content.truncate(authentic.len());
                }
                Some(())
            }
        }
    }

    fn open_aead(
        &self,
        aead: &Aead,
        nonce: [u8; 12],
        record: &TlsRecord,
        sequence: u64,
        sealed: &[u8],
        content: &mut Vec<u8>,
    ) -> Option<()> {
        let (sealed, tag) = sealed.split_at_checked(sealed.len().checked_sub(aead.tag_length())?)?;
        content.extend_from_slice(sealed);
        let header = pseudo_header(record, sequence, sealed.len());
        let additional = if self.version == TlsVersion::TLS13 { record.header.as_slice() } else { &header };
        aead.open(nonce, additional, content, tag).then_some(())
    }

    /// Returns whether all that is needed to open a record was captured.
    pub(super) fn can_open(&self, record: &TlsRecord) -> bool {
        record.is_complete()
            && match self.iv {
                Iv::Explicit => true,
                Iv::Chained(_) => record.lost_before == 0,
                Iv::Lost => false,
            }
    }

    /// Lets a record go by, opened or not: TLS 1.0 chains the next one to its last block.
    pub(super) fn pass(&mut self, record: &TlsRecord) {
        if matches!(self.iv, Iv::Explicit) {
            return;
        }
        let behind = match &self.scheme {
            Scheme::Cbc { hash, encrypt_then_mac: true, .. } => hash.length(),
            _ => 0,
        };
        let encrypted = record.body.len().checked_sub(behind).and_then(|length| record.body.get(..length));
        let last = encrypted.filter(|_| record.is_complete()).and_then(|encrypted| encrypted.last_chunk());
        self.iv = last.map_or(Iv::Lost, |last| Iv::Chained(*last));
    }

    /// Returns the counter that AES-GCM and AES-CCM of TLS 1.2 send along; most implementations count with it.
    pub(super) fn explicit_nonce(&self, record: &TlsRecord) -> Option<u64> {
        let Scheme::ExplicitNonce(..) = self.scheme else { return None };
        record.body.first_chunk().map(|bytes| u64::from_be_bytes(*bytes))
    }

    /// Returns how many bytes of content a record of this length can have at most.
    pub(super) fn content_at_most(&self, length: usize) -> usize {
        length.saturating_sub(match &self.scheme {
            Scheme::ExplicitNonce(aead, _) => 8 + aead.tag_length(),
            Scheme::MixedNonce(aead, _) if self.version == TlsVersion::TLS13 => aead.tag_length() + 1,
            Scheme::MixedNonce(aead, _) => aead.tag_length(),
            Scheme::Cbc { hash, .. } => hash.length() + 1 + if matches!(self.iv, Iv::Explicit) { BLOCK } else { 0 },
        })
    }
}

/// Writes down what authenticates a record besides its content up to TLS 1.2: sequence number, type, version and length.
fn pseudo_header(record: &TlsRecord, sequence: u64, length: usize) -> [u8; 13] {
    let mut header = [0; 13];
    header[..8].copy_from_slice(&sequence.to_be_bytes());
    header[8..11].copy_from_slice(&record.header[..3]);
    // No record is longer than its own length field says.
    header[11..].copy_from_slice(&u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
    header
}
