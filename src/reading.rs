//! Finds the inputs and has each stage read its own, for an analysis and for a look at what there is alike.

use std::path::PathBuf;

use rayon::prelude::*;

use crate::capture::secrets::Secrets;
use crate::capture::{CaptureFacts, CapturePart, Interest, read_capture};
use crate::input::{self, Found, Groups, Item, Keeping};
use crate::log::{LogFacts, LogPart, LogSource, prepare, read_log_beside};
use crate::node::{NodeFile, Nodes, gather};
use crate::options::Options;
use crate::progress::{Progress, Stage};
use crate::sources::KINDS;

/// What was found, and how it belongs together.
pub(crate) struct Reading<'o> {
    pub(crate) found: Found,
    pub(crate) groups: Groups,
    progress: &'o Progress,
}

impl<'o> Reading<'o> {
    /// Finds what lies at the paths.
    pub(crate) fn find(paths: &[PathBuf], options: &'o Options, keeping: Keeping) -> Self {
        // A small bundle is found and opened in the time that this takes. Where the caller's thread is all there is, it would never
        // be done.
        if rayon::current_num_threads() > 1 {
            rayon::spawn(prepare);
        }
        let found = input::find(paths, KINDS, &options.input(keeping), &options.progress);
        Self { groups: input::groups(&found.items), found, progress: &options.progress }
    }

    /// Reads the logs, each with all its parts.
    pub(crate) fn logs(&self) -> Vec<LogFacts> {
        self.begin(Stage::Logs, &self.groups.logs);
        let read = |group: &Vec<usize>| {
            let parts: Vec<LogSource<'_>> = self.items(group).map(|(input, item)| log_source(input, item)).collect();
            read_log_beside(&parts, self.groups.logs.len().saturating_sub(1), self.progress)
        };
        self.groups.logs.par_iter().map(read).collect()
    }

    /// Reads the captures, each with all its parts.
    pub(crate) fn captures(&self, interest: &Interest, secrets: &Secrets) -> Vec<CaptureFacts> {
        self.begin(Stage::Captures, &self.groups.captures);
        let interest = &Interest { beside: self.groups.captures.len().saturating_sub(1), ..interest.clone() };
        let read = |group: &Vec<usize>| {
            let parts: Vec<CapturePart<'_>> =
                self.items(group).map(|(input, item)| CapturePart { input, bytes: &item.data }).collect();
            read_capture(&parts, interest, secrets, self.progress)
        };
        self.groups.captures.par_iter().map(read).collect()
    }

    /// Reads what tells of the nodes, and puts it to the logs.
    pub(crate) fn nodes(&self) -> Nodes {
        let files: Vec<NodeFile<'_>> = self
            .items(&self.groups.nodes)
            .map(|(input, item)| NodeFile { input, path: &item.path, kind: item.kind, bytes: &item.data })
            .collect();
        let logs = self.groups.logs.iter();
        let paths = logs.map(|group| self.items(group).map(|(input, item)| (input, item.path.as_str())).collect());
        gather(&files, &paths.collect::<Vec<_>>())
    }

    /// Returns where the run says how far it has come.
    pub(crate) fn progress(&self) -> &Progress {
        self.progress
    }

    fn begin(&self, stage: Stage, groups: &[Vec<usize>]) {
        let size = groups.iter().flat_map(|group| self.items(group)).map(|(_, item)| item.data.len() as u64).sum();
        self.progress.begin(stage, size);
    }

    fn items<'r>(&'r self, group: &'r [usize]) -> impl Iterator<Item = (usize, &'r Item)> {
        group.iter().filter_map(|&input| Some((input, self.found.items.get(input)?)))
    }
}

/// Returns a log as its stage reads it: what was not read while it was unpacked, with what was.
fn log_source(input: usize, item: &Item) -> LogSource<'_> {
    let part = LogPart { input, bytes: &item.data };
    let known = item.ahead.as_ref().and_then(|ahead| Some((ahead.facts()?, ahead.overlap())));
    known.map_or_else(
        || LogSource::of(part),
        |(ahead, from)| LogSource { from, ahead: Some(ahead), ..LogSource::of(part) },
    )
}
