//! 7z: blocks of members that are unpacked one after the other.

use std::io::{Cursor, Read};

use bytes::Bytes;
use sevenz_rust2::{Archive, ArchiveEntry, Block, BlockDecoder, EncoderMethod, Error, Password};

use crate::options::Passphrase;

/// Memory for a dictionary or a header, in KiB; `7z -mx9` needs 64 MiB.
const MEMORY_KIB: usize = 256 << 10;

/// Rounds of SHA-256 in which keys are made of a passphrase, for one archive. 7-Zip takes 2^19, and the same key for all
/// blocks; an archive may ask for 2^24 and another key for each.
const MAX_ROUNDS: u64 = 1 << 26;

/// What became of an archive or of one of its blocks.
#[derive(Debug)]
pub(in crate::input) enum Failed {
    /// A passphrase is needed or the given one is wrong.
    Passphrase,
    Damaged(String),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match error {
            Error::PasswordRequired | Error::MaybeBadPassword(_) => Self::Passphrase,
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// Calls back for each member with its unpacked bytes, until the callback says that it is enough. A block that is
/// damaged ends alone: the failures come back, one a block.
pub(in crate::input) fn each(
    bytes: &Bytes,
    passphrase: Option<&Passphrase>,
    mut member: impl FnMut(&ArchiveEntry, &mut dyn Read) -> bool,
) -> Result<Vec<Failed>, Failed> {
    let password = passphrase.map_or_else(Password::empty, |passphrase| Password::new(passphrase.reveal()));
    let mut source = Cursor::new(bytes.clone());
    let archive = Archive::read_with_memory_limit(&mut source, &password, MEMORY_KIB)?;
    let mut failures = Vec::new();
    let mut enough = false;
    let mut work = Work::default();
    for (block, coders) in archive.blocks.iter().enumerate() {
        if !work.affords(key_of(coders)) {
            failures.push(Failed::Damaged("its blocks ask for more keys than make sense".to_owned()));
            break;
        }
        let decoder = BlockDecoder::new_with_memory_limit(1, MEMORY_KIB, block, &archive, &password, &mut source);
        let result = decoder.for_each_entries(&mut |entry, reader| {
            enough = !member(entry, reader);
            Ok(!enough)
        });
        failures.extend(result.err().map(Failed::from));
        if enough {
            return Ok(failures);
        }
    }
    for (entry, block) in archive.files.iter().zip(&archive.stream_map.file_block_index) {
        if block.is_none() && !member(entry, &mut std::io::empty()) {
            break;
        }
    }
    Ok(failures)
}

/// The keys that were made for an archive.
#[derive(Default)]
struct Work<'a> {
    rounds: u64,
    last: Option<(u64, &'a [u8])>,
}

impl<'a> Work<'a> {
    /// Whether the next block's key can be made as well; the last one is still known.
    fn affords(&mut self, key: Option<(u64, &'a [u8])>) -> bool {
        if let Some((rounds, _)) = key
            && key != self.last
        {
            self.last = key;
            self.rounds = self.rounds.saturating_add(rounds);
        }
        self.rounds <= MAX_ROUNDS
    }
}

/// How many rounds the key of a block takes, and what it is made of besides the passphrase.
fn key_of(block: &Block) -> Option<(u64, &[u8])> {
    let coder = block.coders.iter().find(|coder| coder.encoder_method_id() == EncoderMethod::ID_AES256_SHA256)?;
    // The power of two and the lengths of salt and initialization vector, which differs from block to block.
    let [first, second, rest @ ..] = coder.properties() else { return None };
    let salt = usize::from(first >> 7) + usize::from(second >> 4);
    Some((1_u64.checked_shl(u32::from(first & 0x3f)).unwrap_or(u64::MAX), rest.get(..salt)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_while_that_makes_sense() {
        // A thousand blocks with the key of 7-Zip, and a hundred with a key of their own each.
        let mut work = Work::default();
        assert!((0..1000).all(|_| work.affords(Some((1 << 19, b""))) && work.affords(None)));
        let salts: Vec<_> = (0..100_u8).map(|number| [number]).collect();
        assert!(salts.iter().all(|salt| work.affords(Some((1 << 19, salt)))));
        // Keys that were made to take long.
        let mut work = Work::default();
        let made = salts.iter().filter(|salt| work.affords(Some((1 << 24, *salt)))).count();
        assert_eq!(made, 4);
        assert!(!Work::default().affords(Some((u64::MAX, b""))));
    }
}
