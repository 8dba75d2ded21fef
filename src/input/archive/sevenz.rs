//! 7z: blocks of members that are unpacked one after the other.

use std::io::{Cursor, Read};

use bytes::Bytes;
use sevenz_rust2::{Archive, ArchiveEntry, BlockDecoder, Error, Password};

use crate::options::Passphrase;

/// Memory for a dictionary or a header, in KiB; `7z -mx9` needs 64 MiB.
const MEMORY_KIB: usize = 256 << 10;

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
    for block in 0..archive.blocks.len() {
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
