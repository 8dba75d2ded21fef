//! Seals records of TLS 1.3 and messages of OpenPGP under secrets that are known, so that what lies behind the encryption
//! can be chosen.

use aes_gcm::aead::AeadInOut;
use aes_gcm::aead::array::Array;
use aes_gcm::{Aes128Gcm, KeyInit};
use hkdf::Hkdf;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// In the byte for a record's type: from here on under the secret of application data, and under the next of those.
pub const APPLICATION: u8 = 0x80;
pub const UPDATED: u8 = 0x40;

/// The traffic secrets of one direction: of the handshake, and of application data.
pub type Secrets = [[u8; 32]; 2];

/// Records of a type, a length of one byte and content each, sealed for TLS_AES_128_GCM_SHA256 (RFC 8446 section 5.2).
pub fn sealed(data: &[u8], [handshake, application]: Secrets) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut secret, mut sequence, mut switched) = (handshake, 0_u64, false);
    let mut rest = data;
    while let [kind, length, behind @ ..] = rest {
        let (content, behind) = behind.split_at(behind.len().min(usize::from(*length)));
        rest = behind;
        if kind & APPLICATION != 0 && !switched {
            (secret, sequence, switched) = (application, 0, true);
        }
        if kind & UPDATED != 0 {
            (secret, sequence) = (expand(&secret, b"traffic upd"), 0);
        }
        let mut nonce: [u8; 12] = expand(&secret, b"iv");
        nonce[4..].iter_mut().zip(sequence.to_be_bytes()).for_each(|(byte, mixed)| *byte ^= mixed);
        sequence += 1;
        let mut inner = [content, &[kind & 0x3f]].concat();
        let [high, low] = (inner.len() as u16 + 16).to_be_bytes();
        let header = [23, 3, 3, high, low];
        let cipher = Aes128Gcm::new(&Array::from(expand::<16>(&secret, b"key")));
        let tag = cipher.encrypt_inout_detached(&Array::from(nonce), &header, inner.as_mut_slice().into());
        out.extend([&header[..], &inner, &tag.expect("a short record")].concat());
    }
    out
}

/// `HKDF-Expand-Label` with an empty context (RFC 8446 section 7.1).
fn expand<const LENGTH: usize>(secret: &[u8; 32], label: &[u8]) -> [u8; LENGTH] {
    let label = [b"tls13 ", label].concat();
    let info = [&(LENGTH as u16).to_be_bytes()[..], &[label.len() as u8], &label, &[0]].concat();
    let mut out = [0; LENGTH];
    Hkdf::<Sha256>::from_prk(secret).expect("a secret").expand(&info, &mut out).expect("a short key");
    out
}

/// Opens what `message` seals.
pub const PASSPHRASE: &str = "correct horse";

/// A message of OpenPGP that holds these packets, for AES-128 under a key that is the passphrase's SHA-256 (RFC 9580 sections
/// 3.7.1.1, 5.3.1 and 5.13.1). An integrity code stands behind the packets.
pub fn message(packets: &[u8]) -> Vec<u8> {
    const SESSION_KEY: [u8; 6] = [0xc3, 4, 4, 7, 0, 8];
    // What would be random, with its end repeated.
    let mut sealed = [&[7; 18][..], packets, &[0xd3, 20]].concat();
    let code = Sha1::digest(&sealed);
    sealed.extend(code);
    let key = Sha256::digest(PASSPHRASE);
    SymmetricKeyAlgorithm::AES128.encrypt_with_iv(&key[..16], &[0; 16], &mut sealed).expect("a key of AES-128");
    [&SESSION_KEY[..], &[0xd2, 255], &(sealed.len() as u32 + 1).to_be_bytes(), &[1], &sealed].concat()
}
