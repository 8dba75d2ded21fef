//! Which addresses a chunk of a file may hold: a small Bloom filter for each chunk, so that the second pass goes only to the
//! chunks where somebody worth following may be.

use super::packet::FiveTuple;

const WORDS: usize = 64;

/// The addresses of a chunk. Addresses that were chosen to collide make the second pass look where nothing is.
#[derive(Clone, Debug)]
pub(super) struct AddressBloom([u64; WORDS]);

impl Default for AddressBloom {
    fn default() -> Self {
        Self([0; WORDS])
    }
}

/// Two bits, each with its word.
fn bits(address: u128) -> [(usize, u64); 2] {
    let folded = (address as u64) ^ ((address >> 64) as u64);
    let hash = folded.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    [hash >> 52, (hash >> 40) & 0xfff].map(|bit| ((bit / 64) as usize, 1 << (bit % 64)))
}

impl AddressBloom {
    pub(super) fn add(&mut self, ends: &FiveTuple) {
        for (word, bit) in [ends.source, ends.destination].into_iter().flat_map(bits) {
            if let Some(word) = self.0.get_mut(word) {
                *word |= bit;
            }
        }
    }

    /// Whether an address may be there; `false` is sure.
    pub(super) fn may_hold(&self, address: u128) -> bool {
        bits(address).iter().all(|(word, bit)| self.0.get(*word).is_some_and(|word| word & bit != 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_held_and_little_else() {
        let mut bloom = AddressBloom::default();
        let ends =
            |number: u128| FiveTuple { source: number, destination: number << 90, source_port: 1, destination_port: 2 };
        (1..200).for_each(|number| bloom.add(&ends(number)));
        assert!((1..200).all(|number| bloom.may_hold(number) && bloom.may_hold(number << 90)));
        let others = (0xffff_0a00_0000_u128..).take(10_000).filter(|number| bloom.may_hold(*number)).count();
        assert!(others < 1_000, "{others}");
    }
}
