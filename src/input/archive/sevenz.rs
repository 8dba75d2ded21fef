//! 7z: blocks of members that are unpacked one after the other.

use std::io::{Cursor, Read};

use bytes::Bytes;
use memchr::memmem;
use sevenz_rust2::{Archive, ArchiveEntry, Block, BlockDecoder, EncoderMethod, Error, Password};

use crate::input::budget::Budget;
use crate::input::limits::Reached;
use crate::input::passphrase::Passphrase;

/// Memory for a dictionary or a header, in KiB; `7z -mx9` needs 64 MiB.
const MEMORY_KIB: usize = 256 << 10;

/// The most rounds of SHA-256, of a block each, that the library takes for a key.
const MAX_ROUNDS: u64 = 1 << 24;

/// Bytes before what an archive holds: signature, version, and where the header at its end is.
const START: usize = 32;

/// The first byte of a header that is packed itself, and maybe encrypted.
const ENCODED_HEADER: u8 = 0x17;

/// Says why an archive or one of its blocks could not be read.
#[derive(Debug)]
pub(in crate::input) enum Failed {
    /// A passphrase is needed or the given one is wrong.
    Passphrase,
    Damaged(String),
    Limit(Reached),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match error {
            Error::PasswordRequired | Error::MaybeBadPassword(_) => Self::Passphrase,
            Error::Other(why) | Error::Unsupported(why) => Self::Damaged(why.into_owned()),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<Reached> for Failed {
    fn from(reached: Reached) -> Self {
        Self::Limit(reached)
    }
}

/// Calls back for each member with its unpacked bytes, until the callback says that it is enough. A block that is
/// damaged ends alone: the failures come back, one a block.
pub(in crate::input) fn each(
    bytes: &Bytes,
    passphrase: Option<&Passphrase>,
    budget: &Budget,
    mut member: impl FnMut(&ArchiveEntry, &mut dyn Read) -> bool,
) -> Result<Vec<Failed>, Failed> {
    let password = passphrase.map_or_else(Password::empty, |passphrase| Password::new(passphrase.reveal()));
    let keys = passphrase.map(|_| budget);
    if bytes.get(8..START).is_some_and(|start| start.iter().all(|&byte| byte == 0)) {
        // The library would guess where the header is, at any byte of the last megabyte.
        return Err(Failed::Damaged(
            "it does not say where its header is: whoever wrote it was interrupted".to_owned(),
        ));
    }
    if let Some(budget) = keys {
        budget.key(rounds_of_header(bytes))?;
    }
    let mut source = Cursor::new(bytes.clone());
    let archive = Archive::read_with_memory_limit(&mut source, &password, MEMORY_KIB)?;
    let mut failures = Vec::new();
    let mut enough = false;
    let mut last = None;
    for (block, coders) in archive.blocks.iter().enumerate() {
        if let Some(budget) = keys
            && let Err(reached) = budget.key(rounds_of(encryptions(coders), &mut last))
        {
            failures.push(reached.into());
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

/// Returns in how many rounds the keys of a packed header are made at most.
fn rounds_of_header(bytes: &[u8]) -> u64 {
    let word = |at: usize| usize::try_from(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?)).ok();
    let header = || {
        let start = START.checked_add(word(12)?)?;
        bytes.get(start..start.checked_add(word(20)?)?)
    };
    // What unpacks the header stands in it as it is: coders, each with the length of its properties behind its name.
    let header = header().filter(|header| header.first() == Some(&ENCODED_HEADER)).unwrap_or_default();
    let name = EncoderMethod::ID_AES256_SHA256;
    let rounds = memmem::find_iter(header, name).map(|at| match header.get(at + name.len()..) {
        Some([length, properties @ ..]) if *length < 0x80 => {
            key_of(properties).map_or(MAX_ROUNDS, |(rounds, _)| rounds)
        }
        _ => MAX_ROUNDS,
    });
    rounds.fold(0, u64::saturating_add)
}

/// A key of a passphrase: how many rounds it takes, and what else it is made of.
type SevenZipKey<'a> = (u64, &'a [u8]);

/// Returns the properties of each encryption of a block.
fn encryptions(block: &Block) -> impl Iterator<Item = &[u8]> {
    let encrypted = block.coders.iter().filter(|coder| coder.encoder_method_id() == EncoderMethod::ID_AES256_SHA256);
    encrypted.map(|coder| coder.properties())
}

/// Returns in how many rounds the keys are made. The last key is remembered, which 7-Zip uses for all blocks.
fn rounds_of<'a>(encryptions: impl Iterator<Item = &'a [u8]>, last: &mut Option<SevenZipKey<'a>>) -> u64 {
    let keys = encryptions.filter_map(key_of);
    keys.filter(|key| last.replace(*key) != Some(*key)).fold(0, |rounds, (more, _)| rounds.saturating_add(more))
}

/// Returns what the properties of a coder say of its key.
fn key_of(properties: &[u8]) -> Option<SevenZipKey<'_>> {
    // The power of two and the lengths of salt and initialization vector, which differs from block to block.
    let [first, second, rest @ ..] = properties else { return None };
    let salt = usize::from(first >> 7) + usize::from(second >> 4);
    Some(((1 << (first & 0x3f)).min(MAX_ROUNDS), rest.get(..salt)?))
}

#[cfg(test)]
pub(in crate::input) mod tests {
    use super::*;
    use crate::input::limits::Limits;

    #[test]
    fn a_key_counts_where_it_is_another_than_the_last() {
        let key = |power: u8, salt: u8| [power | 0xc0, 0x0f, salt];
        let rounds = |keys: &[[u8; 3]]| rounds_of(keys.iter().map(|key| key.as_slice()), &mut None);
        assert_eq!(rounds(&[key(19, 1); 1000]), 1 << 19);
        assert_eq!(rounds(&[key(19, 1), key(19, 2), key(19, 1), key(10, 1)]), (3 << 19) + (1 << 10));
        assert_eq!(rounds(&[key(63, 1), [19, 0xff, 0]]), MAX_ROUNDS, "and what the library refuses");
        let mut last = None;
        let (first, second) = (key(19, 1), key(19, 1));
        assert_eq!(rounds_of([first.as_slice()].into_iter(), &mut last), 1 << 19);
        assert_eq!(rounds_of([second.as_slice()].into_iter(), &mut last), 0, "from block to block");
    }

    /// Makes an archive whose header is packed by as many encryptions, with a key of 2^24 rounds each.
    pub(in crate::input) fn packed_header(encryptions: u8) -> Bytes {
        const PACKED: [u8; 32] = [0; 32];
        // One packed stream of 32 bytes, and one block of coders, each of which takes what the next gives.
        let coders = [0x24, 6, 0xf1, 7, 1, 2, 24, 0].repeat(encryptions.into());
        let bonds: Vec<u8> = (1..encryptions).flat_map(|number| [number, number - 1]).collect();
        let sizes = [32].repeat(encryptions.into());
        let streams = [ENCODED_HEADER, 6, 0, 1, 9, 32, 0];
        let header = [&streams[..], &[7, 11, 1, 0, encryptions], &coders, &bonds, &[12], &sizes, &[0, 0]].concat();
        let mut bytes = [0; START];
        bytes[..8].copy_from_slice(b"7z\xbc\xaf\x27\x1c\0\x04");
        bytes[12..20].copy_from_slice(&(PACKED.len() as u64).to_le_bytes());
        bytes[20..28].copy_from_slice(&(header.len() as u64).to_le_bytes());
        let sum = |bytes: &[u8]| {
            let mut sum = flate2::Crc::new();
            sum.update(bytes);
            sum.sum().to_le_bytes()
        };
        bytes[28..].copy_from_slice(&sum(&header));
        let start = sum(&bytes[12..]);
        bytes[8..12].copy_from_slice(&start);
        Bytes::from([&bytes[..], &PACKED, &header].concat())
    }

    #[test]
    fn keys_of_all_headers_together_are_made_while_that_makes_sense() {
        let (budget, passphrase) =
            (Budget::new(Limits::default(), Some(&std::env::temp_dir())), Passphrase::new("secret"));
        let mut tries = (0..3).map(|_| each(&packed_header(6), Some(&passphrase), &budget, |_, _| true));
        for failed in tries.by_ref().take(2) {
            assert!(matches!(failed, Err(Failed::Damaged(_))), "{failed:?}");
        }
        assert!(matches!(tries.next(), Some(Err(Failed::Limit(Reached::Keys)))));
        // Without a passphrase none is made.
        assert!(!matches!(each(&packed_header(20), None, &budget, |_, _| true), Err(Failed::Limit(_))));
    }

    #[test]
    fn an_archive_that_does_not_say_where_its_header_is_is_not_searched() {
        let bytes = [&b"7z\xbc\xaf\x27\x1c\0\x04"[..], &[0; 24], &[1, 0].repeat(1 << 19)].concat();
        let failed =
            each(&Bytes::from(bytes), None, &Budget::new(Limits::default(), Some(&std::env::temp_dir())), |_, _| true);
        assert!(matches!(&failed, Err(Failed::Damaged(why)) if why.contains("interrupted")), "{failed:?}");
    }
}
