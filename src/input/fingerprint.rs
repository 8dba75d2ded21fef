//! Tells files from each other by a number, where the bytes of one are not there to be compared.

use std::sync::LazyLock;

use twox_hash::XxHash3_128;

/// Drawn anew for each run, so that nobody can make files that are taken for the same.
static SEED: LazyLock<u64> = LazyLock::new(|| {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(())
});

/// The fingerprint of a file, while its bytes pass by.
pub(super) struct Fingerprint(XxHash3_128);

impl Fingerprint {
    /// Begins with nothing.
    pub(super) fn new() -> Self {
        Self(XxHash3_128::with_seed(*SEED))
    }

    /// Takes in the bytes that follow.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    /// Returns it, of all bytes so far.
    pub(super) fn finish(&self) -> u128 {
        self.0.finish_128()
    }

    /// Returns that of bytes at hand.
    pub(super) fn of(bytes: &[u8]) -> u128 {
        let mut whole = Self::new();
        whole.update(bytes);
        whole.finish()
    }
}
