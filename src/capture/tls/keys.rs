//! Keys of records from what a key log holds: the key block of a master secret (RFC 5246 section 6.3), and keys of a
//! traffic secret (RFC 8446 section 7.3). Nothing here can be printed.

use hkdf::Hkdf;
use sha2::{Sha256, Sha384};

use super::registry::TlsVersion;
use super::suites::{Cipher, Hash, Suite};
use crate::capture::FlowSide;
use crate::capture::secrets::Secret;

/// The secrets that protect the records of one direction.
pub(super) struct Keys {
    pub(super) mac: Vec<u8>,
    pub(super) key: Vec<u8>,
    pub(super) iv: Vec<u8>,
}

/// Keys up to TLS 1.2.
pub(super) fn from_master(
    suite: Suite,
    version: TlsVersion,
    side: FlowSide,
    (master, client_random, server_random): (&Secret, &[u8], &[u8]),
) -> Option<Keys> {
    let iv_length = match suite.cipher {
        Cipher::ChaCha20Poly1305 => 12,
        // Behind TLS 1.0 each record brings its own.
        Cipher::Aes128Cbc(_) | Cipher::Aes256Cbc(_) => 16,
        _ => 4,
    };
    let lengths = [suite.cipher.mac_length(), suite.cipher.key_length(), iv_length];
    let block_length = 2 * lengths.iter().sum::<usize>();
    let seed: [&[u8]; 3] = [b"key expansion", server_random, client_random];
    let block = if version > TlsVersion::TLS11 {
        expand(suite.hash, master.bytes(), &seed, block_length)
    } else {
        // Up to TLS 1.1 keys are made with MD5 and SHA-1 (RFC 4346 section 5). Each half of the secret has its hash; halves of an odd secret share a byte.
        let half = master.bytes().len().div_ceil(2);
        let first = expand(Hash::Md5, master.bytes().get(..half)?, &seed, block_length);
        let second = expand(Hash::Sha1, master.bytes().get(master.bytes().len() - half..)?, &seed, block_length);
        first.iter().zip(second).map(|(first, second)| first ^ second).collect()
    };
    let mut rest = block.as_slice();
    let mut parts = Vec::with_capacity(lengths.len());
    for length in lengths {
        let (client, behind) = rest.split_at_checked(length)?;
        let (server, behind) = behind.split_at_checked(length)?;
        parts.push(if side == FlowSide::Client { client.to_vec() } else { server.to_vec() });
        rest = behind;
    }
    let [mac, key, iv] = parts.try_into().ok()?;
    Some(Keys { mac, key, iv })
}

/// Computes `P_hash` of RFC 5246 section 5.
fn expand(hash: Hash, secret: &[u8], seed: &[&[u8]], length: usize) -> Vec<u8> {
    let mut output = Vec::with_capacity(length + hash.length());
    let mut chained = hash.hmac(secret, seed);
    while output.len() < length {
        let mut parts = vec![chained.as_slice()];
        parts.extend(seed);
        output.extend(hash.hmac(secret, &parts));
        chained = hash.hmac(secret, &[&chained]);
    }
    output.truncate(length);
    output
}

/// Keys of TLS 1.3; `None` when the secret does not belong to the suite's hash.
pub(super) fn from_traffic_secret(suite: Suite, secret: &Secret) -> Option<Keys> {
    let key = expand_label(suite.hash, secret, b"key", suite.cipher.key_length())?;
    let iv = expand_label(suite.hash, secret, b"iv", 12)?;
    Some(Keys { mac: Vec::new(), key, iv })
}

/// Derives the traffic secret behind a KeyUpdate.
pub(super) fn next_traffic_secret(suite: Suite, secret: &Secret) -> Option<Secret> {
    expand_label(suite.hash, secret, b"traffic upd", suite.hash.length()).map(Secret::new)
}

/// Computes `HKDF-Expand-Label` of RFC 8446 section 7.1 with an empty context.
fn expand_label(hash: Hash, secret: &Secret, label: &[u8], length: usize) -> Option<Vec<u8>> {
    const PREFIX: &[u8] = b"tls13 ";
    if secret.bytes().len() != hash.length() {
        return None;
    }
    let output_length = u16::try_from(length).ok()?.to_be_bytes();
    let label_length = [u8::try_from(PREFIX.len() + label.len()).ok()?];
    let info: [&[u8]; 5] = [&output_length, &label_length, PREFIX, label, &[0]];
    let mut output = vec![0; length];
    match hash {
        Hash::Sha256 => Hkdf::<Sha256>::from_prk(secret.bytes()).ok()?.expand_multi_info(&info, &mut output).ok()?,
        Hash::Sha384 => Hkdf::<Sha384>::from_prk(secret.bytes()).ok()?.expand_multi_info(&info, &mut output).ok()?,
        Hash::Md5 | Hash::Sha1 => return None,
    }
    Some(output)
}

#[cfg(test)]
mod tests {
    use super::super::registry::CipherSuite;
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        hex::decode(text).unwrap()
    }

    #[test]
    fn the_traffic_secret_of_rfc_8448_gives_its_keys() {
        let secret = Secret::new(hex("b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21"));
        let keys = from_traffic_secret(Suite::of(CipherSuite::AES_128_GCM_SHA256).unwrap(), &secret).unwrap();
        assert_eq!(keys.key, hex("dbfaa693d1762c5b666af5d950258d01"));
        assert_eq!(keys.iv, hex("5bd3c71b836e0b76bb73265f"));
    }

    #[test]
    fn a_secret_of_another_hash_gives_no_keys() {
        let secret = Secret::new(vec![7; 32]);
        assert!(from_traffic_secret(Suite::of(CipherSuite::AES_256_GCM_SHA384).unwrap(), &secret).is_none());
        assert!(next_traffic_secret(Suite::of(CipherSuite::AES_256_GCM_SHA384).unwrap(), &secret).is_none());
        assert!(
            next_traffic_secret(Suite::of(CipherSuite::AES_128_GCM_SHA256).unwrap(), &secret)
                .is_some_and(|next| next != secret)
        );
    }

    #[test]
    fn both_sides_have_keys_of_their_own() {
        let master = Secret::new(vec![1; 48]);
        let suite = Suite::of(CipherSuite(0xc028)).unwrap();
        let keys = |side, version| from_master(suite, version, side, (&master, &[2; 32], &[3; 32])).unwrap();
        let (client, server) = (keys(FlowSide::Client, TlsVersion::TLS12), keys(FlowSide::Server, TlsVersion::TLS12));
        assert_eq!((client.mac.len(), client.key.len(), client.iv.len()), (48, 32, 16));
        assert!(client.key != server.key && client.mac != server.mac && client.iv != server.iv);
        assert!(client.key != keys(FlowSide::Client, TlsVersion::TLS10).key);
    }
}
