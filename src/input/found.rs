//! All that was found, in the order in which it lies there, whatever the order in which it was opened.

use std::collections::{BTreeMap, HashSet};
use std::fs;

use super::describe_unknown::NO_REQUESTS;
use super::duplicates;
use super::findings::{Findings, MappedFile, Note};
use super::identity::Identity;
use super::item::{EXPECTED, InputError, Item, Member};
use super::location::TreeKey;
use crate::model::member_path;
use crate::model::warning::{Warning, WarningCode};

/// All that lies at the paths.
#[derive(Debug, Default)]
pub struct Found {
    /// The files that an analysis uses, in the order of the paths, of names in a folder and of members in an archive.
    pub items: Vec<Item>,
    /// Things that could not be read; `input` is an index into `items`.
    pub warnings: Vec<Warning>,
    /// All that was looked at, in the same order.
    pub listing: Vec<Member>,
    /// The paths of which nothing can be used.
    pub errors: Vec<InputError>,
    mapped: Vec<(Option<usize>, MappedFile)>,
}

impl Found {
    pub(super) fn new(mut all: Findings, mut errors: Vec<(u32, InputError)>, roots: &[String]) -> Self {
        all.items.sort_by(|a, b| a.0.cmp(&b.0));
        all.members.sort_by(|a, b| a.0.cmp(&b.0));
        duplicates::remove(&mut all);
        all.notes.sort_by(|a, b| a.key.cmp(&b.key));
        let used: HashSet<&[u32]> =
            all.items.iter().flat_map(|(key, _)| (1..=key.len()).filter_map(|to| key.get(..to))).collect();
        let item_at = |key: &TreeKey| all.items.binary_search_by(|(other, _)| other.cmp(key)).ok();
        // A path of which nothing can be used is an error; what was noted of it says why.
        let mut explained = HashSet::new();
        for (ordinal, root) in (0..).zip(roots) {
            let failed_before = errors.iter().any(|(other, _)| *other == ordinal);
            let here = of_root(&all.notes, ordinal, |note| &note.key);
            let again = here.iter().any(|note| note.code == WarningCode::DuplicateInput);
            if !used.contains([ordinal].as_slice()) && !failed_before && !again {
                let members = of_root(&all.members, ordinal, |(key, _)| key);
                errors.push((ordinal, nothing_at(root, members, here)));
                explained.insert(ordinal);
            }
        }
        errors.sort_by_key(|(ordinal, _)| *ordinal);
        // The note that became the error is not told twice.
        all.notes.retain(|note| !matches!(*note.key, [root] if explained.contains(&root)));
        let warnings = warnings(all.notes, item_at);
        let mapped = all
            .mapped
            .into_iter()
            .filter(|file| used.contains(file.key.as_slice()))
            .map(|file| (first_in(&all.items, &file.key), file))
            .collect();
        let listing = all
            .members
            .into_iter()
            .map(|(key, member)| Member { item: item_at(&key), used: used.contains(key.as_slice()), ..member })
            .collect();
        Self {
            items: all.items.into_iter().map(|(_, item)| item).collect(),
            warnings,
            listing,
            errors: errors.into_iter().map(|(_, error)| error).collect(),
            mapped,
        }
    }

    /// Compares the files that are read through a map with what they were when they were found; to be called when the
    /// analysis is done.
    pub fn check_unchanged(&self) -> Vec<Warning> {
        let changed = |(input, file): &(Option<usize>, MappedFile)| {
            let MappedFile { shown, size, .. } = file;
            // A file that was moved away or replaced is still there for the map.
            let now = fs::metadata(&file.path).ok().filter(|now| Identity::of(&file.path, now) == file.identity);
            let message = match now {
                _ if file.hits.any() => {
                    format!("{shown} lost bytes while it was read; what was lost was read as zeros")
                }
                Some(now) if now.len() < *size => {
                    format!(
                        "{shown} shrank from {size} to {} bytes while it was read; its end may be missing here",
                        now.len()
                    )
                }
                Some(now) if now.len() > *size => {
                    format!("{shown} grew by {} bytes while it was read; they are not in this report", now.len() - size)
                }
                Some(now) if now.modified().ok() != file.modified => {
                    format!("{shown} was written to while it was read; parts of it may be missing here")
                }
                _ => return None,
            };
            Some(Warning {
                input: *input,
                code: WarningCode::ChangedWhileRead,
                message: format!("{message}; run again on a copy"),
            })
        };
        self.mapped.iter().filter_map(changed).collect()
    }
}

/// Returns the first of the items, which are sorted, that is this file or lies in it.
fn first_in(items: &[(TreeKey, Item)], file: &TreeKey) -> Option<usize> {
    let first = items.partition_point(|(key, _)| key < file);
    items.get(first).filter(|(key, _)| key.starts_with(file)).map(|_| first)
}

/// Returns those of a list sorted by key that belong to one of the given paths.
fn of_root<T>(sorted: &[T], ordinal: u32, key: impl Fn(&T) -> &TreeKey) -> &[T] {
    let from = sorted.partition_point(|one| key(one).first() < Some(&ordinal));
    let to = sorted.partition_point(|one| key(one).first() <= Some(&ordinal));
    sorted.get(from..to).unwrap_or_default()
}

/// Warnings of one kind that are told one by one.
const TOLD: usize = 100;

/// Makes warnings of notes. A limit that all share is met by whatever comes after the one that met it first, so it is told
/// once, with how many more it stopped.
fn warnings(notes: Vec<Note>, item_at: impl Fn(&TreeKey) -> Option<usize>) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = Vec::new();
    let mut first_shared = None;
    let mut more = 0;
    let mut told: BTreeMap<WarningCode, usize> = BTreeMap::new();
    for note in notes {
        if note.shared {
            if first_shared.is_some() {
                more += 1;
                continue;
            }
            first_shared = Some(warnings.len());
        }
        let alike = told.entry(note.code.clone()).or_default();
        *alike += 1;
        if *alike > TOLD {
            continue;
        }
        warnings.push(Warning { input: item_at(&note.key), code: note.code, message: note.message });
    }
    if let Some(warning) = first_shared.and_then(|first| warnings.get_mut(first)).filter(|_| more > 0) {
        warning.message.push_str(&format!("; {more} more were stopped by it"));
    }
    for (code, count) in told.into_iter().filter(|(_, count)| *count > TOLD) {
        let text =
            format!("there are {} more warnings of the kind `{code}`; `mdmlog inspect` lists all files", count - TOLD);
        warnings.push(Warning::general(code, text));
    }
    warnings
}

/// What to do where a log of the node was given, and not the one that tells.
const COLLECT: &str = ". Collect ise-psc.log of the node that asks the MDM server (Operations > Troubleshoot > Download Logs, or a support \
                       bundle with debug logs), with the component external-mdm at TRACE";

/// Says why nothing of a path can be used.
fn nothing_at(root: &str, members: &[(TreeKey, Member)], notes: &[Note]) -> InputError {
    let path = root.to_owned();
    if let Some(note) = notes.iter().find(|note| note.key.len() == 1) {
        return InputError { path, code: note.code.clone(), message: note.message.clone() };
    }
    if let [(key, member)] = members
        && key.len() == 1
        && !member.kind.is_container()
    {
        let seems = member.note.as_deref().unwrap_or("is of no known kind");
        let instead = if seems.ends_with(NO_REQUESTS) { COLLECT } else { "" };
        return InputError {
            path,
            code: WarningCode::UnknownContent,
            message: format!("{root} {seems}; expected {EXPECTED}{instead}"),
        };
    }
    let leaves = match members.iter().filter(|(_, member)| !member.kind.is_container()).count() {
        0 => "no files".to_owned(),
        1 => "one file, which is of no use".to_owned(),
        count => format!("{count} files, none of which is of use"),
    };
    // What would be of use, had it been read.
    let mut lost = notes.iter().filter(|note| note.code != WarningCode::UnknownContent);
    let message = match (lost.next(), lost.count()) {
        (None, _) => {
            let other = members.iter().find_map(|(_, member)| Some((&member.path, member.note.as_deref()?)));
            let other = other.filter(|(_, note)| note.ends_with(NO_REQUESTS));
            let (of, instead) = match other {
                Some((path, note)) => (format!(" ({} {note})", member_path::base(path)), COLLECT),
                None => (String::new(), ""),
            };
            format!("{root} holds {leaves}{of}; expected {EXPECTED}{instead}")
        }
        (Some(note), 0) => format!("{root} holds {leaves}: {}", note.message),
        (Some(note), more) => {
            format!(
                "{root} holds {leaves}: {}; {more} more could not be read, which `mdmlog inspect` lists",
                note.message
            )
        }
    };
    InputError { path, code: WarningCode::NothingFound, message }
}
