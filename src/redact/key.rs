//! The key that pseudonyms are made with.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// Returns the key that was given, or one that no one will know.
pub(super) fn key_or_random(key: Option<&[u8]>) -> Vec<u8> {
    key.map_or_else(random_key, <[u8]>::to_vec)
}

/// Returns 32 bytes out of the keys that the standard library draws from the system for its hash maps: unlike reading the
/// system's generator, this can't fail.
fn random_key() -> Vec<u8> {
    let state = RandomState::new();
    (0_u64..4).flat_map(|block| state.hash_one(block).to_ne_bytes()).collect()
}
