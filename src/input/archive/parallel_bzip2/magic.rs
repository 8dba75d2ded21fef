//! The numbers by which the parts of a bzip2 stream are known.

/// What each block begins with: digits of pi.
pub(super) const BLOCK: u64 = 0x3141_5926_5359;
/// What stands behind the last block: digits of its square root.
pub(super) const END: u64 = 0x1772_4538_5090;
/// Bits of either.
pub(super) const MAGIC_BITS: usize = 48;
pub(super) const MAGIC_MASK: u64 = (1 << MAGIC_BITS) - 1;
/// Bits of the checksum that stands behind either.
pub(super) const CHECKSUM_BITS: usize = 32;
