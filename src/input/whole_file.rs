//! A file that is named besides the inputs, such as a key log: it is what its name says, whatever it begins with.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use bytes::Bytes;

use super::map::{self, COPY_BELOW};

/// Reads a file, or maps it when it is large.
///
/// # Errors
///
/// Says what the system says where it can't be opened or read.
pub fn whole_file(path: &Path) -> io::Result<Bytes> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() && metadata.len() >= COPY_BELOW {
        return map::map(&file).map(|(bytes, _)| bytes);
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Bytes::from(bytes))
}
