//! Which file at the paths is which input of the report: the one with the same sum, wherever it lies now, and else the one whose
//! path ends alike. Of a redacted report, whose paths and sums are gone, size and kind must do.

use std::collections::HashSet;

use super::verification::{InputState, VerifiedInput};
use crate::digests::Digests;
use crate::input::Item;
use crate::model::member_path::parts;
use crate::model::report::{Input, Report};

/// The inputs of a report, each with what was found of it.
pub(super) struct Inputs {
    items: Vec<Option<usize>>,
    listed: Vec<VerifiedInput>,
}

impl Inputs {
    /// Puts what was found to the inputs of a report.
    pub(super) fn of(report: &Report, items: &[Item]) -> Self {
        let stated = report.inputs.iter().any(|input| input.sha256.is_some());
        let files = items.iter().map(|item| item.data.clone());
        let sums = if stated { Digests::begin(files, u64::MAX).finish() } else { vec![None; items.len()] };
        let mut taken: HashSet<usize> = HashSet::new();
        let mut found: Vec<Option<usize>> = vec![None; report.inputs.len()];
        let mut take = |found: &mut Vec<Option<usize>>, pick: &dyn Fn(&Input, &HashSet<usize>) -> Option<usize>| {
            for (input, place) in report.inputs.iter().zip(found.iter_mut()).filter(|(_, place)| place.is_none()) {
                *place = pick(input, &taken);
                taken.extend(*place);
            }
        };
        let same_sum = |input: &Input, taken: &HashSet<usize>| {
            let sum = input.sha256.as_ref()?;
            let has = |index: &usize| sums.get(*index).is_some_and(|other| other.as_ref() == Some(sum));
            (0..items.len()).filter(|index| !taken.contains(index)).find(has)
        };
        take(&mut found, &same_sum);
        if report.redacted {
            let alike = |input: &Input, taken: &HashSet<usize>| {
                let fits = |item: &Item| (item.kind, item.data.len() as u64) == (input.kind, input.bytes);
                let free = items.iter().enumerate().filter(|(index, item)| !taken.contains(index) && fits(item));
                free.map(|(index, _)| index).next()
            };
            take(&mut found, &alike);
        } else {
            take(&mut found, &|input, taken| nearest(input, items, taken));
        }
        let listed = report.inputs.iter().zip(&found).map(|(input, at)| listed(input, *at, items, &sums)).collect();
        Self { items: found, listed }
    }

    /// Returns the index of the item that was found of an input.
    pub(super) fn item_of(&self, input: usize) -> Option<usize> {
        self.items.get(input).copied().flatten()
    }

    /// Returns the list for the output.
    pub(super) fn into_listed(self) -> Vec<VerifiedInput> {
        self.listed
    }
}

/// Finds the one file of the same kind whose path has the most last parts in common with that of the input, the name at the least.
fn nearest(input: &Input, items: &[Item], taken: &HashSet<usize>) -> Option<usize> {
    let alike = |item: &Item| {
        let ends = |path: &str| parts(path).map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        let (one, other) = (ends(&input.path), ends(&item.path));
        one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count()
    };
    let free = items.iter().enumerate().filter(|(index, item)| !taken.contains(index) && item.kind == input.kind);
    let rated: Vec<(usize, usize)> = free.map(|(index, item)| (alike(item), index)).collect();
    let best = rated.iter().map(|(alike, _)| *alike).max().filter(|best| *best > 0)?;
    let mut nearest = rated.iter().filter(|(alike, _)| *alike == best);
    let (_, index) = nearest.next()?;
    // Two that are equally near may each be meant.
    nearest.next().is_none().then_some(*index)
}

fn listed(input: &Input, at: Option<usize>, items: &[Item], sums: &[Option<String>]) -> VerifiedInput {
    let item = at.and_then(|at| items.get(at));
    let found_sha256 = at.and_then(|at| sums.get(at).cloned().flatten());
    let state = match (item, &input.sha256) {
        (None, _) => InputState::Missing,
        (Some(_), Some(sum)) if found_sha256.as_ref() == Some(sum) => InputState::Same,
        (Some(_), Some(_)) => InputState::Changed,
        (Some(item), None) if item.data.len() as u64 == input.bytes => InputState::NotHashed,
        (Some(_), None) => InputState::Changed,
    };
    VerifiedInput {
        path: input.path.clone(),
        found: item.map(|item| item.path.clone()),
        state,
        sha256: input.sha256.clone(),
        found_sha256,
    }
}
