//! What lies at a path: sniffing by content, archives, decryption, memory maps.
//!
//! [`find`] takes the paths that a person gave and says what of it an analysis can use. Files and uncompressed members are
//! slices of a memory map; what is packed is unpacked into memory or a temporary file. Nothing is ever written under a
//! member's name.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::fs;
use std::path::PathBuf;

use bytes::Bytes;
use rayon::prelude::*;
use serde::Serialize;

use crate::model::redacted_debug::RedactedInDebug;
use crate::model::report::InputKind;
use crate::model::warning::{Warning, WarningCode};
use crate::progress::{Progress, Stage};

mod archive;
mod describe_unknown;
mod duplicates;
mod files;
mod groups;
mod identity;
mod limits;
#[allow(unsafe_code, reason = "maps of files, and a handler for the signal of a file that shrinks under one")]
mod map;
mod members;
mod names;
mod outcome;
mod overwrite;
mod passphrase;
mod sniff;
mod spool;
#[cfg(test)]
mod tests;
mod walk;

pub use groups::{Groups, groups};
pub use limits::Limits;
pub use overwrite::Existing;
pub use passphrase::{Ask, Passphrase, PassphraseSource};
pub use sniff::MemberKind;

use identity::Identity;
use outcome::{Key, Note, Outcome, Watch};
use walk::{Content, Context, EXPECTED, Node};

/// A log, capture or key log that was found, with its bytes: mapped, or unpacked.
#[derive(Clone)]
pub struct Item {
    /// Path as the report shows it; a member's name follows an exclamation mark.
    pub path: String,
    /// What it is, by its content.
    pub kind: InputKind,
    /// Its bytes; a slice of the memory map where the file or the member of a tar is not compressed.
    pub data: Bytes,
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item")
            .field("path", &self.path)
            .field("kind", &self.kind)
            .field("data", &RedactedInDebug(&self.data))
            .finish()
    }
}

/// How to look.
#[derive(Clone, Debug, Default)]
pub struct InputOptions {
    /// What opens encrypted bundles.
    pub passphrase: PassphraseSource,
    /// How much unpacking may cost.
    pub limits: Limits,
}

/// What lies at the paths.
#[derive(Debug, Default)]
pub struct Found {
    /// What an analysis uses, in the order of the paths, of names in a folder and of members in an archive.
    pub items: Vec<Item>,
    /// What could not be read; `input` is an index into `items`.
    pub warnings: Vec<Warning>,
    /// All that was looked at, in the same order.
    pub listing: Vec<Member>,
    /// The paths of which nothing can be used.
    pub errors: Vec<InputError>,
    watches: Vec<(Option<usize>, Watch)>,
}

/// One file or member, used or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Path as the report shows it.
    pub path: String,
    /// What it is, by its content.
    pub kind: MemberKind,
    /// What it was unpacked from without getting a path of its own, outermost first: a log may lie in `gzip`.
    pub wrapping: Vec<MemberKind>,
    /// Its size, unpacked where it was unpacked to its end.
    pub bytes: Option<u64>,
    /// Index into the items.
    pub item: Option<usize>,
    /// Whether it, or something in it, is an item.
    pub used: bool,
    /// What else there is to say: what an unknown file seems to be, why something was skipped.
    pub note: Option<String>,
}

/// Why nothing at a path can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InputError {
    /// The path as it was given.
    pub path: String,
    /// A stable word: `not_found`, `unreadable`, `needs_passphrase`, `wrong_passphrase`, `unknown_content`, `nothing_found`, ...
    pub code: WarningCode,
    /// A sentence: what, where and what to do.
    pub message: String,
}

/// Finds logs, captures and key logs at the paths; `-` is standard input.
pub fn find(paths: &[PathBuf], options: &InputOptions, progress: &Progress) -> Found {
    let context = Context {
        limits: options.limits,
        used: limits::Used::default(),
        store: spool::Store::new(options.limits.memory),
        passphrases: passphrase::Passphrases::new(&options.passphrase),
        progress,
    };
    let (mut all, errors) = files::collect(paths, &context);
    let mut level = std::mem::take(&mut all.nodes);
    while !level.is_empty() {
        progress.begin(Stage::Finding, level.iter().map(Node::size).sum());
        let mut next = Vec::new();
        for outcome in open_level(level, &context) {
            next.extend(all.absorb(outcome));
        }
        level = next;
    }
    let roots: Vec<_> = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    Found::from_outcome(all, errors, &roots)
}

/// Opens the nodes in parallel. Where that runs into a limit that they share, which of them ran into it depends on the
/// threads; then the level is gone through again one by one, so that the same input gives the same report.
fn open_level(nodes: Vec<Node>, context: &Context<'_>) -> Vec<Outcome> {
    let (pipes, nodes): (Vec<_>, Vec<_>) = nodes.into_iter().partition(|node| matches!(node.content, Content::Pipe(_)));
    let mut outcomes: Vec<_> = pipes.iter().map(|node| node.open(context)).collect();
    let before = context.used.save();
    let mut opened: Vec<_> = nodes.par_iter().map(|node| node.open(context)).collect();
    if context.used.exhausted() && nodes.len() > 1 {
        drop(opened);
        context.used.restore(before);
        opened = nodes.iter().map(|node| node.open(context)).collect();
    }
    outcomes.append(&mut opened);
    outcomes
}

impl Found {
    fn from_outcome(mut all: Outcome, mut errors: Vec<(u32, InputError)>, roots: &[String]) -> Self {
        all.items.sort_by(|a, b| a.0.cmp(&b.0));
        all.members.sort_by(|a, b| a.0.cmp(&b.0));
        duplicates::remove(&mut all);
        all.notes.sort_by(|a, b| a.key.cmp(&b.key));
        let used: HashSet<&[u32]> =
            all.items.iter().flat_map(|(key, _)| (1..=key.len()).filter_map(|to| key.get(..to))).collect();
        let item_at = |key: &Key| all.items.binary_search_by(|(other, _)| other.cmp(key)).ok();
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
        let watches = all
            .watches
            .into_iter()
            .filter(|watch| used.contains(watch.key.as_slice()))
            .map(|watch| (all.items.iter().position(|(key, _)| key.starts_with(&watch.key)), watch))
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
            watches,
        }
    }

    /// Compares the files that are read through a map with what they were when they were found; to be called when the
    /// analysis is done.
    pub fn check_unchanged(&self) -> Vec<Warning> {
        let changed = |(input, watch): &(Option<usize>, Watch)| {
            let Watch { shown, size, .. } = watch;
            // A file that was moved away or replaced is still there for the map.
            let now = fs::metadata(&watch.path).ok().filter(|now| Identity::of(&watch.path, now) == watch.identity);
            let message = match now {
                _ if watch.hits.any() => {
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
                Some(now) if now.modified().ok() != watch.modified => {
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
        self.watches.iter().filter_map(changed).collect()
    }
}

/// Those of a list sorted by key that belong to one of the given paths.
fn of_root<T>(sorted: &[T], ordinal: u32, key: impl Fn(&T) -> &Key) -> &[T] {
    let from = sorted.partition_point(|one| key(one).first() < Some(&ordinal));
    let to = sorted.partition_point(|one| key(one).first() <= Some(&ordinal));
    sorted.get(from..to).unwrap_or_default()
}

/// Warnings of one kind that are told one by one.
const TOLD: usize = 100;

/// Notes as warnings. A limit that all share is met by whatever comes after the one that met it first, so it is told
/// once, with how many more it stopped.
fn warnings(notes: Vec<Note>, item_at: impl Fn(&Key) -> Option<usize>) -> Vec<Warning> {
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

/// Why nothing of a path can be used.
fn nothing_at(root: &str, members: &[(Key, Member)], notes: &[Note]) -> InputError {
    let path = root.to_owned();
    if let Some(note) = notes.iter().find(|note| note.key.len() == 1) {
        return InputError { path, code: note.code.clone(), message: note.message.clone() };
    }
    if let [(key, member)] = members
        && key.len() == 1
        && !member.kind.is_container()
    {
        let seems = member.note.as_deref().unwrap_or("is of no known kind");
        return InputError {
            path,
            code: WarningCode::UnknownContent,
            message: format!("{root} {seems}; expected {EXPECTED}"),
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
        (None, _) => format!("{root} holds {leaves}; expected {EXPECTED}"),
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
