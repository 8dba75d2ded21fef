//! The same bytes twice: a bundle that lies beside what was unpacked from it. Used twice they would double every attempt.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use super::findings::{Findings, Note};
use super::fingerprint::Fingerprint;
use super::item::Item;
use crate::model::report::InputKind;
use crate::model::warning::WarningCode;

/// Items that are compared at most with one that may be the same: a bound on what made-up collisions cost.
const COMPARED: usize = 8;

/// Bytes at the beginning, in the middle and at the end that tell most files apart.
const SAMPLE: usize = 4096;

/// Removes items with the bytes of an earlier one, with a note.
pub(super) fn remove(all: &mut Findings) {
    let hasher = RandomState::new();
    let mut seen: HashMap<(InputKind, u64), Vec<usize>> = HashMap::new();
    let mut twice = Vec::new();
    // Of a file that was read while it was unpacked there are no bytes to compare.
    let passed: HashSet<(InputKind, u64)> =
        all.items.iter().filter(|(_, item)| item.ahead.is_some()).map(|(_, item)| (item.kind, item.size())).collect();
    for (index, (_, item)) in all.items.iter().enumerate() {
        let digest = if passed.contains(&(item.kind, item.size())) {
            hasher.hash_one((item.size(), fingerprint(item)))
        } else {
            hasher.hash_one((item.data.len(), samples(&item.data)))
        };
        let alike = seen.entry((item.kind, digest)).or_default();
        let earlier =
            alike.iter().filter_map(|&earlier| all.items.get(earlier)).find(|(_, earlier)| same(earlier, item));
        match earlier {
            Some((_, earlier)) => twice.push((index, earlier.path.clone())),
            None if alike.len() < COMPARED => alike.push(index),
            None => {}
        }
    }
    // Taken out one by one, each would move all that come after it.
    let mut twice = twice.into_iter().peekable();
    let items = std::mem::take(&mut all.items);
    for (index, (key, item)) in items.into_iter().enumerate() {
        let Some((_, earlier)) = twice.next_if(|(other, _)| *other == index) else {
            all.items.push((key, item));
            continue;
        };
        let message = format!("{} has the same content as {earlier} and is used once", item.path);
        if let Ok(member) = all.members.binary_search_by(|(other, _)| other.cmp(&key))
            && let Some((_, member)) = all.members.get_mut(member)
        {
            member.note = Some(format!("the same content as {earlier}"));
        }
        all.notes.push(Note { key, code: WarningCode::DuplicateInput, message, shared: false });
    }
}

fn same(one: &Item, other: &Item) -> bool {
    if one.ahead.is_none() && other.ahead.is_none() {
        return one.data == other.data;
    }
    one.size() == other.size() && fingerprint(one) == fingerprint(other)
}

fn fingerprint(item: &Item) -> u128 {
    item.ahead.as_ref().map_or_else(|| Fingerprint::of(&item.data), |ahead| ahead.fingerprint)
}

fn samples(bytes: &[u8]) -> [&[u8]; 3] {
    let length = SAMPLE.min(bytes.len());
    let from = |at: usize| bytes.get(at..at + length).unwrap_or_default();
    [from(0), from((bytes.len() - length) / 2), from(bytes.len() - length)]
}
