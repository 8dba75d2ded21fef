//! Paths to files: folders walked in the order of names, and the same file once.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::budget::NO_ROOT;
use super::context::OpeningContext;
use super::findings::{Findings, Note};
use super::gathering::Gathering;
use super::identity::Identity;
use super::item::{EXPECTED, InputError};
use super::location::Location;
use super::member_kind::MemberKind;
use super::openable::{NodeContent, Openable};
use super::supplied::SuppliedFile;
use crate::model::warning::WarningCode;

/// Finds the files at the paths that a person gave.
pub(super) fn collect(paths: &[PathBuf], context: &mut OpeningContext<'_>) -> (Findings, Vec<(u32, InputError)>) {
    let mut collector = Collector { context, seen: HashSet::new(), out: Findings::default(), errors: Vec::new() };
    for (ordinal, path) in (0..).zip(paths) {
        collector.root(ordinal, path);
    }
    (collector.out, collector.errors)
}

struct Collector<'a, 'c> {
    context: &'a mut OpeningContext<'c>,
    seen: HashSet<Identity>,
    out: Findings,
    errors: Vec<(u32, InputError)>,
}

impl Collector<'_, '_> {
    fn root(&mut self, ordinal: u32, path: &Path) {
        let shown = path.to_string_lossy().into_owned();
        let location = Location::root(ordinal, shown);
        if self.supplied(&location, path) {
            return;
        }
        if path == Path::new("-") {
            return self.pipe(location, None);
        }
        // A link that a person names is followed; those inside a folder are not.
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) => return self.unreadable(ordinal, location.path, &error),
        };
        if metadata.is_dir() {
            self.folder(ordinal, path, &location);
        } else if metadata.is_file() {
            self.file(location, path, &metadata);
        } else {
            // A pipe, such as a shell makes for `<(ssh node cat log)`.
            self.pipe(location, Some(path.to_owned()));
        }
    }

    /// Takes what the caller supplies under this path; tells whether there is anything.
    fn supplied(&mut self, location: &Location, path: &Path) -> bool {
        let supplied = self.context.supplied;
        if let Some(file) = supplied.file(path) {
            self.supplied_file(location.clone(), path, file);
            return true;
        }
        let mut count = 0;
        for (path, file) in supplied.below(path) {
            count += 1;
            let here = location.file(count, path.to_string_lossy().into_owned());
            let mut gathering = Gathering::new(self.context, NO_ROOT);
            let go_on = gathering.one_more(location, here.path.len());
            self.out.absorb(gathering.out);
            if !go_on {
                break;
            }
            self.supplied_file(here, path, file);
        }
        count > 0
    }

    fn supplied_file(&mut self, location: Location, path: &Path, file: &Arc<dyn SuppliedFile>) {
        if !self.seen.insert(Identity::Path(path.to_owned())) {
            return self.found_before(&location);
        }
        let root = self.context.budget.root(file.size());
        self.out.nodes.push(Openable { location, content: NodeContent::Supplied(Arc::clone(file)), root });
    }

    fn unreadable(&mut self, ordinal: u32, path: String, error: &io::Error) {
        let (code, message) = match error.kind() {
            io::ErrorKind::NotFound => {
                (WarningCode::NotFound, format!("{path} is not there; expected {EXPECTED}, or a folder"))
            }
            _ => (WarningCode::Unreadable, format!("{path} cannot be read: {error}")),
        };
        self.errors.push((ordinal, InputError { path, code, message }));
    }

    fn pipe(&mut self, location: Location, path: Option<PathBuf>) {
        if self.seen.insert(Identity::Path(path.clone().unwrap_or_default())) {
            let root = self.context.budget.root(0);
            self.out.nodes.push(Openable { location, content: NodeContent::Pipe(path), root });
        } else {
            let text = format!("{} was given twice and is read once", location.path);
            self.note(&location, WarningCode::DuplicateInput, text);
        }
    }

    fn file(&mut self, location: Location, path: &Path, metadata: &Metadata) {
        if !self.seen.insert(Identity::of(path, metadata)) {
            return self.found_before(&location);
        }
        let content = NodeContent::File(path.to_owned(), metadata.len());
        let root = self.context.budget.root(metadata.len());
        self.out.nodes.push(Openable { location, content, root });
    }

    fn found_before(&mut self, location: &Location) {
        let text = format!("{} is a file that was found before and is read once", location.path);
        self.note(location, WarningCode::DuplicateInput, text);
    }

    fn note(&mut self, location: &Location, code: WarningCode, message: String) {
        self.out.notes.push(Note { key: location.key.clone(), code, message, shared: false });
    }

    /// Walks a folder, each level sorted by name. Links are listed and not followed: what they point to inside the
    /// folder is found anyway, and what lies outside was not given. So there are no loops.
    fn folder(&mut self, ordinal: u32, root: &Path, location: &Location) {
        let mut count = 0;
        let mut open: Vec<PathBuf> = vec![root.to_owned()];
        while let Some(path) = open.pop() {
            count += 1;
            let here = location.file(count, path.to_string_lossy().into_owned());
            let metadata = if count == 1 { fs::metadata(&path) } else { fs::symlink_metadata(&path) };
            let metadata = match metadata {
                Ok(metadata) => metadata,
                Err(error) => {
                    self.note(&here, WarningCode::Unreadable, format!("{} cannot be read: {error}", here.path));
                    continue;
                }
            };
            let kind = metadata.file_type();
            if kind.is_dir() {
                match sorted(&path) {
                    // The last one is popped first.
                    Ok(entries) => open.extend(entries.into_iter().rev()),
                    Err(error) if count == 1 => return self.unreadable(ordinal, here.path, &error),
                    Err(error) => {
                        self.note(&here, WarningCode::Unreadable, format!("{} cannot be read: {error}", here.path));
                    }
                }
                continue;
            }
            let mut gathering = Gathering::new(self.context, NO_ROOT);
            let go_on = gathering.one_more(location, here.path.len());
            if go_on && kind.is_symlink() {
                let target = fs::read_link(&path).map(|target| target.to_string_lossy().into_owned());
                gathering.list(&here, MemberKind::Link, None, target.ok().map(|target| format!("points to {target}")));
            } else if go_on && !kind.is_file() {
                gathering.list(&here, MemberKind::Special, None, None);
            }
            self.out.absorb(gathering.out);
            if !go_on {
                return;
            }
            if kind.is_file() {
                self.file(here, &path, &metadata);
            }
        }
    }
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort_unstable();
    Ok(entries)
}
