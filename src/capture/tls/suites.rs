//! What a cipher suite protects records with: the ones that are read are AES-GCM, AES-CCM, AES-CBC and ChaCha20-Poly1305.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384};
use tls_parser::{TlsCipherEnc, TlsCipherEncMode, TlsCipherMac, TlsCipherSuite, TlsPRF};

use super::registry::CipherSuite;

/// A hash function, alone or under HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
}

impl Hash {
    /// Returns how many bytes its output has.
    pub(super) fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }

    /// Computes HMAC (RFC 2104) over parts that follow each other.
    pub(super) fn hmac(self, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Md5 => hmac::<Hmac<Md5>>(key, parts),
            Self::Sha1 => hmac::<Hmac<Sha1>>(key, parts),
            Self::Sha256 => hmac::<Hmac<Sha256>>(key, parts),
            Self::Sha384 => hmac::<Hmac<Sha384>>(key, parts),
        }
    }
}

fn hmac<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // HMAC takes keys of any length.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return Vec::new() };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

/// An encryption algorithm with its mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cipher {
    Aes128Gcm,
    Aes256Gcm,
    Aes128Ccm,
    Aes256Ccm,
    /// With a tag of 8 bytes.
    Aes128Ccm8,
    /// With a tag of 8 bytes.
    Aes256Ccm8,
    ChaCha20Poly1305,
    /// With the hash of its MAC.
    Aes128Cbc(Hash),
    /// With the hash of its MAC.
    Aes256Cbc(Hash),
}

impl Cipher {
    pub(super) fn key_length(self) -> usize {
        match self {
            Self::Aes128Gcm | Self::Aes128Ccm | Self::Aes128Ccm8 | Self::Aes128Cbc(_) => 16,
            Self::Aes256Gcm | Self::Aes256Ccm | Self::Aes256Ccm8 | Self::Aes256Cbc(_) | Self::ChaCha20Poly1305 => 32,
        }
    }

    pub(super) fn mac_length(self) -> usize {
        match self {
            Self::Aes128Cbc(hash) | Self::Aes256Cbc(hash) => hash.length(),
            _ => 0,
        }
    }

    /// Returns the length of an AEAD's tag in bytes; 0 for others.
    pub(super) fn tag_length(self) -> usize {
        match self {
            Self::Aes128Cbc(_) | Self::Aes256Cbc(_) => 0,
            Self::Aes128Ccm8 | Self::Aes256Ccm8 => 8,
            _ => 16,
        }
    }

    /// Returns whether records of TLS 1.2 bring a part of their nonce (RFC 5288 section 3, RFC 6655 section 3).
    pub(super) fn has_explicit_nonce(self) -> bool {
        !matches!(self, Self::ChaCha20Poly1305 | Self::Aes128Cbc(_) | Self::Aes256Cbc(_))
    }
}

/// A suite that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Suite {
    pub(super) cipher: Cipher,
    /// Hash of the key derivation in TLS 1.2 and TLS 1.3.
    pub(super) hash: Hash,
}

impl Suite {
    /// Returns how a suite protects records; `None` when it is not read.
    pub(super) fn of(suite: CipherSuite) -> Option<Self> {
        let suite = TlsCipherSuite::from_id(suite.0)?;
        let mac = match suite.mac {
            TlsCipherMac::HmacSha1 => Some(Hash::Sha1),
            TlsCipherMac::HmacSha256 => Some(Hash::Sha256),
            TlsCipherMac::HmacSha384 => Some(Hash::Sha384),
            _ => None,
        };
        // The name alone tells the length of CCM's tag.
        let short_tag = suite.name.contains("_CCM_8");
        let cipher = match (&suite.enc, &suite.enc_mode, suite.enc_size) {
            (TlsCipherEnc::Aes, TlsCipherEncMode::Gcm, 128) => Cipher::Aes128Gcm,
            (TlsCipherEnc::Aes, TlsCipherEncMode::Gcm, 256) => Cipher::Aes256Gcm,
            (TlsCipherEnc::Aes, TlsCipherEncMode::Ccm, 128) if short_tag => Cipher::Aes128Ccm8,
            (TlsCipherEnc::Aes, TlsCipherEncMode::Ccm, 256) if short_tag => Cipher::Aes256Ccm8,
            (TlsCipherEnc::Aes, TlsCipherEncMode::Ccm, 128) => Cipher::Aes128Ccm,
            (TlsCipherEnc::Aes, TlsCipherEncMode::Ccm, 256) => Cipher::Aes256Ccm,
            (TlsCipherEnc::Aes, TlsCipherEncMode::Cbc, 128) => Cipher::Aes128Cbc(mac?),
            (TlsCipherEnc::Aes, TlsCipherEncMode::Cbc, 256) => Cipher::Aes256Cbc(mac?),
            (TlsCipherEnc::Chacha20_Poly1305, ..) => Cipher::ChaCha20Poly1305,
            _ => return None,
        };
        let hash = match suite.prf {
            TlsPRF::Sha384 => Hash::Sha384,
            TlsPRF::Default | TlsPRF::Sha256 => Hash::Sha256,
            _ => return None,
        };
        Some(Self { cipher, hash })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_says_how_records_and_keys_are_made() {
        let suite = |cipher, hash| Some(Suite { cipher, hash });
        let of = |number| Suite::of(CipherSuite(number));
        assert_eq!(of(0x1301), suite(Cipher::Aes128Gcm, Hash::Sha256));
        assert_eq!(of(0x1302), suite(Cipher::Aes256Gcm, Hash::Sha384));
        assert_eq!(of(0x1303), suite(Cipher::ChaCha20Poly1305, Hash::Sha256));
        assert_eq!(of(0x002f), suite(Cipher::Aes128Cbc(Hash::Sha1), Hash::Sha256));
        assert_eq!(of(0x003d), suite(Cipher::Aes256Cbc(Hash::Sha256), Hash::Sha256));
        assert_eq!(of(0xc028), suite(Cipher::Aes256Cbc(Hash::Sha384), Hash::Sha384));
        assert_eq!(of(0xc030), suite(Cipher::Aes256Gcm, Hash::Sha384));
        assert_eq!(of(0x1304), suite(Cipher::Aes128Ccm, Hash::Sha256));
        assert_eq!(of(0x1305), suite(Cipher::Aes128Ccm8, Hash::Sha256));
        assert_eq!(of(0xc0ad), suite(Cipher::Aes256Ccm, Hash::Sha256));
        assert_eq!(of(0xc0af), suite(Cipher::Aes256Ccm8, Hash::Sha256));
        assert_eq!(of(0xcca9), suite(Cipher::ChaCha20Poly1305, Hash::Sha256));
    }

    #[test]
    fn suites_that_are_not_read_are_none() {
        // RC4, 3DES, SM4, Camellia, a signalling value, nothing.
        for number in [0x0005, 0x000a, 0x00c7, 0x0041, 0x00ff, 0x0a0a] {
            assert_eq!(Suite::of(CipherSuite(number)), None, "{number:04x}");
        }
    }
}
