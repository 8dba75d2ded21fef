//! The key that GnuPG makes of a passphrase unless it is told otherwise: SHA-1 over 65 MB of salt and passphrase. OpenPGP's
//! library does so with a SHA-1 that looks for collisions, which protects nothing here and took longer than to decrypt a bundle.

use pgp::composed::{Esk, PlainSessionKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::errors::Error;
use pgp::types::{SkeskVersion, StringToKey};
use rayon::prelude::*;
use sha1::{Digest as _, Sha1};

/// Bytes of a SHA-1 digest.
const DIGEST: usize = 20;
/// Salt and passphrase are laid out again and again in about so many bytes, as short ones cost a call each.
const LAID_OUT: usize = 16 << 10;

/// Returns the session key of a message that has one key packet, of this kind; `None` for all others, which the library knows.
///
/// An error means that the passphrase is wrong or the packet damaged, which look the same.
pub(super) fn session_key(packets: &[Esk], passphrase: &[u8]) -> Option<Result<PlainSessionKey, Error>> {
    let [Esk::SymKeyEncryptedSessionKey(packet)] = packets else { return None };
    let (SkeskVersion::V4, Some(sym_alg)) = (packet.version(), packet.sym_algorithm()) else { return None };
    let Some(StringToKey::IteratedAndSalted { hash_alg: HashAlgorithm::Sha1, salt, count }) = packet.s2k() else {
        return None;
    };
    // A cipher that nobody knows has a key of no bytes.
    let size = Some(sym_alg.key_size()).filter(|size| *size > 0)?;
    let key = iterated_and_salted(salt, passphrase, octet_count(*count), size);
    Some(match packet.encrypted_key() {
        Some(encrypted) if !encrypted.is_empty() => packet.decrypt(&key),
        _ => Ok(PlainSessionKey::V3_4 { sym_alg, key: key.into() }),
    })
}

/// Decodes how many bytes are hashed (RFC 9580 section 3.7.1.3).
fn octet_count(coded: u8) -> usize {
    (16 + usize::from(coded & 15)) << ((coded >> 4) + 6)
}

/// Makes a key of so many bytes: each digest that it takes is one of zeros before, as many as there were digests, and the salt
/// and the passphrase again and again, up to so many bytes but once at the least (RFC 9580 section 3.7.1.3).
fn iterated_and_salted(salt: &[u8; 8], passphrase: &[u8], octets: usize, size: usize) -> Vec<u8> {
    let once = [salt, passphrase].concat();
    let octets = octets.max(once.len());
    let laid_out = once.repeat((LAID_OUT / once.len()).max(1));
    let digest = |zeros: usize| {
        let mut hash = Sha1::new();
        hash.update(vec![0; zeros]);
        for _ in 0..octets / laid_out.len() {
            hash.update(&laid_out);
        }
        hash.update(laid_out.get(..octets % laid_out.len()).unwrap_or_default());
        hash.finalize()
    };
    let digests: Vec<_> = (0..size.div_ceil(DIGEST)).into_par_iter().map(digest).collect();
    digests.iter().flatten().copied().take(size).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_that_the_library_makes() {
        let salt = [1, 2, 3, 4, 5, 6, 7, 8];
        for (passphrase, count, size) in [
            (&b""[..], 0, 16),
            (b"secret", 0, 16),
            (b"secret", 96, 24),
            (b"a passphrase of more words", 97, 32),
            (&[b'x'; 1500], 0, 32),
            (&[b'y'; 20_000], 100, 32),
        ] {
            let library = StringToKey::IteratedAndSalted { hash_alg: HashAlgorithm::Sha1, salt, count };
            let wanted = library.derive_key(passphrase, size).unwrap();
            let own = iterated_and_salted(&salt, passphrase, octet_count(count), size);
            assert_eq!(own, wanted.as_ref(), "{} bytes, count {count}", passphrase.len());
        }
    }

    #[test]
    fn what_gnupg_says_by_default_is_65_megabytes() {
        assert_eq!((octet_count(255), octet_count(0)), (65_011_712, 1024));
    }
}
