//! What lies at a path: sniffing by content, archives, decryption, memory maps.

use bytes::Bytes;

use crate::report::InputKind;

/// A log, capture or key log that was found, with its bytes: mapped, or unpacked.
#[derive(Clone, Debug)]
pub struct Item {
    /// Path as the report shows it; a member's name follows an exclamation mark.
    pub path: String,
    /// What it is, by its content.
    pub kind: InputKind,
    /// Its bytes; a slice of the memory map where the file or the member of a tar is not compressed.
    pub data: Bytes,
}
