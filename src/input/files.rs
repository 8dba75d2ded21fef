//! Paths to files: folders walked, the same file once, small files read and large ones mapped.

use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::InputError;
use super::archive::source::read_full;
use super::identity::Identity;
use super::map::{self, COPY_BELOW};
use super::outcome::{Note, Outcome, Place, Watch};
use super::sniff::{HEAD, MemberKind, sniff};
use super::spool::Spool;
use super::walk::{Content, Context, EXPECTED, Node, Walk};
use crate::model::warning::WarningCode;

/// A file by its path.
#[derive(Clone, Debug)]
pub(super) struct FileAt {
    /// `None` for standard input.
    path: Option<PathBuf>,
    /// Size when it was found.
    pub(super) size: u64,
}

/// Finds the files at the paths that a person gave.
pub(super) fn collect(paths: &[PathBuf], context: &Context<'_>) -> (Outcome, Vec<(u32, InputError)>) {
    let mut collector = Collector { context, seen: HashSet::new(), out: Outcome::default(), errors: Vec::new() };
    for (ordinal, path) in (0..).zip(paths) {
        collector.root(ordinal, path);
    }
    (collector.out, collector.errors)
}

struct Collector<'a, 'c> {
    context: &'a Context<'c>,
    seen: HashSet<Identity>,
    out: Outcome,
    errors: Vec<(u32, InputError)>,
}

impl Collector<'_, '_> {
    fn root(&mut self, ordinal: u32, path: &Path) {
        let shown = path.to_string_lossy().into_owned();
        let place = Place { key: vec![ordinal], path: shown, wrapping: Vec::new(), depth: 0 };
        if path == Path::new("-") {
            return self.pipe(place, None);
        }
        // A link that a person names is followed; those inside a folder are not.
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) => return self.unreadable(ordinal, place.path, &error),
        };
        if metadata.is_dir() {
            self.folder(ordinal, path, &place);
        } else if metadata.is_file() {
            self.file(place, path, &metadata);
        } else {
            // A pipe, such as a shell makes for `<(ssh node cat log)`.
            self.pipe(place, Some(path.to_owned()));
        }
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

    fn pipe(&mut self, place: Place, path: Option<PathBuf>) {
        if self.seen.insert(Identity::Path(path.clone().unwrap_or_default())) {
            self.out.nodes.push(Node { place, content: Content::Pipe(FileAt { path, size: 0 }) });
        } else {
            let text = format!("{} was given twice and is read once", place.path);
            self.note(&place, WarningCode::DuplicateInput, text);
        }
    }

    fn file(&mut self, place: Place, path: &Path, metadata: &Metadata) {
        if !self.seen.insert(Identity::of(path, metadata)) {
            let text = format!("{} is a file that was found before and is read once", place.path);
            return self.note(&place, WarningCode::DuplicateInput, text);
        }
        let file = FileAt { path: Some(path.to_owned()), size: metadata.len() };
        self.out.nodes.push(Node { place, content: Content::File(file) });
    }

    fn note(&mut self, place: &Place, code: WarningCode, message: String) {
        self.out.notes.push(Note { key: place.key.clone(), code, message, shared: false });
    }

    /// Walks a folder, each level sorted by name. Links are listed and not followed: what they point to inside the
    /// folder is found anyway, and what lies outside was not given. So there are no loops.
    fn folder(&mut self, ordinal: u32, root: &Path, place: &Place) {
        let mut count = 0;
        let mut open: Vec<PathBuf> = vec![root.to_owned()];
        while let Some(path) = open.pop() {
            count += 1;
            let mut here = place.clone();
            here.key.push(count);
            here.path = path.to_string_lossy().into_owned();
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
            let mut walk = Walk { context: self.context, out: Outcome::default() };
            let go_on = walk.one_more(place, here.path.len());
            if go_on && kind.is_symlink() {
                let target = fs::read_link(&path).map(|target| target.to_string_lossy().into_owned());
                walk.list(&here, MemberKind::Link, None, target.ok().map(|target| format!("points to {target}")));
            } else if go_on && !kind.is_file() {
                walk.list(&here, MemberKind::Special, None, None);
            }
            self.out.absorb(walk.out);
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

/// Opens a file and goes into it.
pub(super) fn open(walk: &mut Walk<'_, '_>, place: Place, file: &FileAt) {
    let Some(path) = &file.path else { return };
    if let Err(error) = open_at(walk, &place, path) {
        walk.list(&place, MemberKind::Unknown, Some(file.size), Some(format!("cannot be read: {error}")));
        walk.note(&place.key, WarningCode::Unreadable, format!("{} cannot be read: {error}", place.path));
    }
}

fn open_at(walk: &mut Walk<'_, '_>, place: &Place, path: &Path) -> io::Result<()> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    let size = metadata.len();
    if size < COPY_BELOW {
        let mut head = vec![0; HEAD];
        let filled = read_full(&mut file, &mut head)?;
        head.truncate(filled);
        let kind = sniff(&head);
        if !matches!(kind, MemberKind::Input(_)) && !kind.is_container() {
            walk.unknown(place, &head, Some(size));
            walk.context.progress.advance(size);
            return Ok(());
        }
        // Files of /proc and the like say that they are empty.
        if head.len() as u64 > size {
            let mut spool = Spool::new(&walk.context.store, None)?;
            spool.fill(&mut io::Cursor::new(head).chain(file))?;
            walk.bytes(place.clone(), spool.finish()?);
            return Ok(());
        }
        if let Some(bytes) = walk.context.store.read(io::Cursor::new(head).chain(&file), size)? {
            walk.bytes(place.clone(), bytes);
            return Ok(());
        }
    }
    if map::are_many() {
        file.seek(SeekFrom::Start(0))?;
        let mut spool = Spool::new(&walk.context.store, Some(size))?;
        spool.fill(&mut file)?;
        walk.bytes(place.clone(), spool.finish()?);
        return Ok(());
    }
    let (bytes, hits) = map::map(&file)?;
    walk.out.watches.push(Watch {
        key: place.key.clone(),
        path: path.to_owned(),
        shown: place.path.clone(),
        identity: Identity::of(path, &metadata),
        size,
        modified: metadata.modified().ok(),
        hits,
    });
    walk.bytes(place.clone(), bytes);
    Ok(())
}

/// Reads what can be read once.
pub(super) fn open_pipe(walk: &mut Walk<'_, '_>, place: Place, file: &FileAt) {
    let reader: io::Result<Box<dyn Read>> = match &file.path {
        None => Ok(Box::new(io::stdin().lock())),
        Some(path) => File::open(path).map(|file| Box::new(file) as Box<dyn Read>),
    };
    match reader {
        Ok(mut reader) => walk.stream(place, &mut reader, None),
        Err(error) => walk.note(&place.key, WarningCode::Unreadable, format!("{} cannot be read: {error}", place.path)),
    }
}
