//! What is kept of the files that are found.

/// What is kept of the files that are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeping {
    /// All bytes, for those who go back to them.
    #[default]
    Whole,
    /// Of those that can be read while they are unpacked, only what was read of them.
    Facts {
        /// Size in bytes up to which they are hashed.
        hash_up_to: u64,
    },
}
