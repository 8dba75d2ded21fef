//! OpenPGP messages under a passphrase: what ISE makes of a support bundle with "shared key encryption", and `gpg -c`.

use std::io::{BufReader, Cursor, Read};

use bytes::Bytes;
use pgp::composed::{DecryptionOptions, Esk, Message, TheRing};
use pgp::types::{Password, Seipdv1ReadMode, StringToKey};

use super::packet::{SessionKey, session_key_packet};
use super::s2k;
use crate::input::budget::Budget;
use crate::input::limits::{Limits, Reached};
use crate::input::passphrase::Passphrase;
use crate::input::spool::CHUNK;

/// Layers of compression inside a message; `gpg` makes one at most.
const MAX_LAYERS: usize = 4;

/// Memory for making a key of a passphrase with Argon2, in KiB.
const MEMORY_KIB: u64 = 256 << 10;

/// One pass of Argon2 over a KiB takes as long as to hash so many blocks.
const BLOCKS_PER_KIB: u64 = 8;
/// The most blocks that are hashed for a key otherwise: 65 MB.
const MAX_HASHED: u64 = 1 << 20;

/// Says why a message was not opened.
#[derive(Debug)]
pub(in crate::input) enum Closed {
    /// Only the holder of a private key can open it.
    PublicKey,
    /// The passphrase is wrong, or the first encrypted bytes are damaged: the two look the same.
    WrongPassphrase,
    /// It is no message, or one that uses what the library does not know.
    Damaged(String),
    /// Its keys would take too long.
    Limit(Reached),
}

/// An encrypted message whose first packets were read.
pub(in crate::input) struct Encrypted {
    message: Message<'static>,
    /// Blocks of 64 bytes that are hashed to make its keys.
    key_blocks: u64,
}

impl Encrypted {
    /// Reads up to the encrypted data; an error when no passphrase can open it.
    pub(in crate::input) fn parse(bytes: &Bytes) -> Result<Self, Closed> {
        let source = BufReader::with_capacity(CHUNK, Cursor::new(bytes.clone()));
        let message = match Message::from_reader(source) {
            Ok((message, _)) => message,
            // A session key for an algorithm that the library does not know.
            Err(_) if session_key_packet(bytes) == Some(SessionKey::PublicKey) => return Err(Closed::PublicKey),
            Err(error) => return Err(Closed::Damaged(error.to_string())),
        };
        match &message {
            // Without any key packet the passphrase itself is the key, as in the oldest messages.
            Message::Encrypted { esk, .. } if esk.is_empty() => {
                Err(Closed::Damaged("it has no session key".to_owned()))
            }
            Message::Encrypted { esk, .. }
                if esk.iter().any(|key| matches!(key, Esk::SymKeyEncryptedSessionKey(_))) =>
            {
                let key_blocks = key_blocks(esk)?;
                Ok(Self { message, key_blocks })
            }
            Message::Encrypted { .. } => Err(Closed::PublicKey),
            _ => Err(Closed::Damaged("it is not encrypted".to_owned())),
        }
    }

    /// Returns what the message holds, decrypted as it is read. Its integrity is known at the end only; what was read before
    /// that is used with a warning, as from any damaged archive, and nothing is sent back to whoever wrote it.
    pub(in crate::input) fn open(
        self,
        passphrase: &Passphrase,
        budget: &Budget,
    ) -> Result<Box<dyn Read + Send>, Closed> {
        budget.key(self.key_blocks).map_err(Closed::Limit)?;
        let password = Password::from(passphrase.reveal());
        let session_keys = match &self.message {
            Message::Encrypted { esk, .. } => s2k::session_key(esk, passphrase.reveal().as_bytes()),
            _ => None,
        };
        let ring = TheRing {
            message_password: vec![&password],
            session_keys: session_keys.transpose().map_err(|_| Closed::WrongPassphrase)?.into_iter().collect(),
            // Old appliances write messages without an integrity code, new GnuPG writes its own authenticated ones.
            decrypt_options: DecryptionOptions::new()
                .enable_legacy()
                .enable_gnupg_aead()
                .set_seipdv1_read_mode(Seipdv1ReadMode::Streaming),
            ..TheRing::default()
        };
        let (mut message, _) = self.message.decrypt_the_ring(ring, true).map_err(|_| Closed::WrongPassphrase)?;
        for _ in 0..MAX_LAYERS {
            if !message.is_compressed() {
                return Ok(Box::new(message));
            }
            message = message.decompress().map_err(|error| Closed::Damaged(error.to_string()))?;
        }
        Err(Closed::Damaged(format!("more than {MAX_LAYERS} layers of compression lie in each other")))
    }
}

/// Returns what is hashed to make the session keys of a passphrase, in blocks of 64 bytes: whoever wrote the message says what it
/// takes (RFC 9580 section 3.7.1).
fn key_blocks(keys: &[Esk]) -> Result<u64, Closed> {
    let mut blocks: u64 = 0;
    for key in keys {
        let Esk::SymKeyEncryptedSessionKey(key) = key else { continue };
        blocks = blocks.saturating_add(match key.s2k() {
            Some(StringToKey::Argon2 { t, m_enc, .. }) => {
                let memory = 1_u64.checked_shl((*m_enc).into()).unwrap_or(u64::MAX);
                if memory > MEMORY_KIB {
                    let limit = MEMORY_KIB >> 10;
                    return Err(Closed::Damaged(format!("to make its key takes more than {limit} MiB of memory")));
                }
                memory * u64::from(*t) * BLOCKS_PER_KIB
            }
            _ => MAX_HASHED,
        });
    }
    // No passphrase would be of use, so nobody needs to be asked for one.
    if blocks > Limits::KEY_BLOCKS { Err(Closed::Limit(Reached::Keys)) } else { Ok(blocks) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a message whose session keys are made of a passphrase with Argon2, in passes over 2^`memory` KiB.
    fn message(keys: usize, passes: u8, memory: u8) -> Bytes {
        let key = [&[0xc3, 22, 4, 9, 4][..], &[7; 16], &[passes, 4, memory]].concat();
        let encrypted = [&[0xd2, 41, 1][..], &[9; 40]].concat();
        Bytes::from([key.repeat(keys), encrypted].concat())
    }

    #[test]
    fn a_message_does_not_choose_how_much_memory_and_time_its_key_takes() {
        let blocks = |keys, passes, memory| Encrypted::parse(&message(keys, passes, memory)).map(|own| own.key_blocks);
        assert!(matches!(blocks(1, 3, 16), Ok(blocks) if blocks < Limits::KEY_BLOCKS / 16));
        assert!(matches!(blocks(1, 1, 21), Err(Closed::Damaged(why)) if why.contains("256 MiB of memory")));
        assert!(
            [blocks(129, 1, 18), blocks(2, 65, 18)].iter().all(|own| matches!(own, Err(Closed::Limit(Reached::Keys))))
        );
        // Two that may each be opened are too much together.
        let (budget, passphrase) =
            (Budget::new(Limits::default(), Some(&std::env::temp_dir())), Passphrase::new("secret"));
        let open = || Encrypted::parse(&message(1, 65, 18)).and_then(|own| own.open(&passphrase, &budget));
        budget.key(Limits::KEY_BLOCKS - blocks(1, 65, 18).unwrap() + 1).unwrap();
        assert!(matches!(open().map(|_| ()), Err(Closed::Limit(Reached::Keys))));
    }
}
