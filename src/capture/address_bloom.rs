//! Sets of addresses that answer at the cost of a load or two and may say yes by mistake: one of all addresses that are
//! followed, which nearly all packets of a capture end with, and one of the addresses in each chunk of a file, so that the
//! second pass goes only to the chunks where somebody worth following may be.

use super::packet::FiveTuple;

/// Multiplies an address into a hash whose upper bits depend on all of its bits (Fibonacci hashing). No seed: addresses that
/// were chosen to collide make the second pass look where nothing is, and nothing more.
#[inline]
fn hash(address: u128) -> u64 {
    let folded = (address as u64) ^ ((address >> 64) as u64);
    folded.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Returns the word and the bit in it that a number stands for.
#[inline]
fn place(bit: u64) -> (usize, u64) {
    ((bit / 64) as usize, 1 << (bit % 64))
}

const CHUNK_WORDS: usize = 64;

/// The addresses of a chunk, two bits for each.
#[derive(Clone, Debug)]
pub(super) struct AddressBloom([u64; CHUNK_WORDS]);

impl Default for AddressBloom {
    fn default() -> Self {
        Self([0; CHUNK_WORDS])
    }
}

impl AddressBloom {
    fn places(address: u128) -> [(usize, u64); 2] {
        let hash = hash(address);
        [hash >> 52, (hash >> 40) & 0xfff].map(place)
    }

    /// Adds both addresses of a packet.
    pub(super) fn add(&mut self, tuple: &FiveTuple) {
        for (word, bit) in [tuple.source, tuple.destination].into_iter().flat_map(Self::places) {
            if let Some(word) = self.0.get_mut(word) {
                *word |= bit;
            }
        }
    }

    /// Returns whether an address may be there; `false` is sure.
    pub(super) fn may_hold(&self, address: u128) -> bool {
        Self::places(address).iter().all(|(word, bit)| self.0.get(*word).is_some_and(|word| word & bit != 0))
    }
}

/// Bits of the set of those who are followed. It lies in the first cache.
const FOLLOWED_BITS: u32 = 16;

/// The addresses that are followed, one bit for each.
#[derive(Clone, Debug)]
pub(super) struct FollowedAddresses(Vec<u64>);

impl FollowedAddresses {
    fn place(address: u128) -> (usize, u64) {
        place(hash(address) >> (u64::BITS - FOLLOWED_BITS))
    }

    /// Returns whether an address may be followed; `false` is sure.
    #[inline]
    pub(super) fn may_hold(&self, address: u128) -> bool {
        let (word, bit) = Self::place(address);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }
}

impl<'a> FromIterator<&'a u128> for FollowedAddresses {
    fn from_iter<I: IntoIterator<Item = &'a u128>>(addresses: I) -> Self {
        let mut words = vec![0; (1 << FOLLOWED_BITS) / 64];
        for (word, bit) in addresses.into_iter().map(|address| Self::place(*address)) {
            if let Some(word) = words.get_mut(word) {
                *word |= bit;
            }
        }
        Self(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_held_and_little_else() {
        let mut bloom = AddressBloom::default();
        let tuple =
            |number: u128| FiveTuple { source: number, destination: number << 90, source_port: 1, destination_port: 2 };
        (1..200).for_each(|number| bloom.add(&tuple(number)));
        assert!((1..200).all(|number| bloom.may_hold(number) && bloom.may_hold(number << 90)));
        let others = (0xffff_0a00_0000_u128..).take(10_000).filter(|number| bloom.may_hold(*number)).count();
        assert!(others < 1_000, "{others}");
    }

    #[test]
    fn who_is_followed_is_held_and_little_else() {
        let followed: Vec<u128> = (1..1000).collect();
        let addresses: FollowedAddresses = followed.iter().collect();
        assert!(followed.iter().all(|address| addresses.may_hold(*address)));
        let others = (0xffff_0a00_0000_u128..).take(10_000).filter(|address| addresses.may_hold(*address)).count();
        assert!(others < 500, "{others}");
    }
}
