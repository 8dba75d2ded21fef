//! Lists in which everything stands once, however often it comes: with the place of each in the list, and with the attempts that
//! it holds for.

use std::collections::HashMap;
use std::hash::Hash;

/// A list in which everything stands once, known by its place.
pub(super) struct EachOnce<T>(HashMap<T, u32>);

impl<T> Default for EachOnce<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Eq + Hash> EachOnce<T> {
    /// Returns the place of an item, from 0, which is the next one when it has none yet.
    pub(super) fn place(&mut self, item: T) -> u32 {
        // Each item takes more than a byte, so that their number is less than that of addresses of 32 bits.
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(item).or_insert(next)
    }

    /// Returns the items by their places.
    pub(super) fn in_order(self) -> Vec<T> {
        let mut items: Vec<(T, u32)> = self.0.into_iter().collect();
        items.sort_unstable_by_key(|(_, place)| *place);
        items.into_iter().map(|(item, _)| item).collect()
    }
}

/// What holds for attempts, each with their ids.
pub(super) struct HoldsFor<T> {
    places: HashMap<T, usize>,
    ids: Vec<Vec<usize>>,
}

impl<T> Default for HoldsFor<T> {
    fn default() -> Self {
        Self { places: HashMap::new(), ids: Vec::new() }
    }
}

impl<T: Eq + Hash> HoldsFor<T> {
    /// Takes note that something holds for these attempts. What is new is left out when there are so many already.
    pub(super) fn add(&mut self, what: T, ids: impl IntoIterator<Item = usize>, most: usize) {
        let known = self.places.get(&what).copied();
        if let Some(known) = known.and_then(|place| self.ids.get_mut(place)) {
            known.extend(ids);
        } else if self.ids.len() < most {
            self.places.insert(what, self.ids.len());
            self.ids.push(ids.into_iter().collect());
        }
    }

    /// Returns all in the order in which it came.
    pub(super) fn in_order(mut self) -> Vec<(T, Vec<usize>)> {
        let mut items: Vec<(T, usize)> = self.places.into_iter().collect();
        items.sort_unstable_by_key(|(_, place)| *place);
        items
            .into_iter()
            .map(|(item, place)| (item, self.ids.get_mut(place).map(std::mem::take).unwrap_or_default()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_has_its_first_place() {
        let mut list = EachOnce::default();
        let places: Vec<u32> = ["b", "a", "b", "c", "a"].into_iter().map(|item| list.place(item)).collect();
        assert_eq!(places, [0, 1, 0, 2, 1]);
        assert_eq!(list.in_order(), ["b", "a", "c"]);
    }

    #[test]
    fn what_holds_for_many_names_them_all_and_what_is_too_much_is_left_out() {
        let mut said = HoldsFor::default();
        for (what, ids) in
            [("one", vec![1]), ("other", vec![2, 3]), ("one", vec![4]), ("third", vec![5]), ("other", vec![6])]
        {
            said.add(what, ids, 2);
        }
        assert_eq!(said.in_order(), [("one", vec![1, 4]), ("other", vec![2, 3, 6])]);
    }
}
