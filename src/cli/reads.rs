//! The files that a run reads, so that nothing is written over one of them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use mdmlog::input::Existing;

use super::Failure;
use super::args::{AnalysisArgs, InputArgs};

/// Inputs, and the files that options name besides.
#[derive(Debug, Default)]
pub struct Reads {
    inputs: Vec<PathBuf>,
    /// With what each is.
    besides: Vec<(&'static str, PathBuf)>,
}

impl Reads {
    /// Collects those of a command that reads inputs.
    pub fn new(inputs: &[PathBuf], input: &InputArgs) -> Self {
        let passphrase = input.passphrase_file.iter().map(|path| ("the passphrase file", path.clone()));
        Self { inputs: inputs.to_vec(), besides: passphrase.collect() }
    }

    /// Collects those of a command that analyses its inputs.
    pub fn analysis(inputs: &[PathBuf], input: &InputArgs, analysis: &AnalysisArgs) -> Self {
        let mut reads = Self::new(inputs, input);
        reads.besides.extend(analysis.keylog.iter().map(|path| ("the TLS key log", path.clone())));
        reads
    }

    /// Adds another file, with what it is.
    pub fn and(mut self, what: &'static str, path: &Path) -> Self {
        self.besides.push((what, path.to_owned()));
        self
    }

    /// Adds the file with the key of pseudonyms, where an at sign says that there is one.
    pub fn and_key(mut self, typed: Option<&OsStr>) -> Self {
        if let Some(file) = typed.and_then(OsStr::to_str).and_then(|typed| typed.strip_prefix('@')) {
            self.besides.push(("the key of the pseudonyms", file.into()));
        }
        self
    }

    /// Fails when writing to this path would destroy one of them; `what` names data and place in the message.
    pub fn spared_by(&self, target: &Path, what: &str) -> Result<(), Failure> {
        self.spared(Existing::at(target), what)
    }

    /// Does the same for standard output, which may go on at the end of an input.
    pub fn spared_by_stdout(&self, what: &str) -> Result<(), Failure> {
        self.spared(Existing::behind_stdout(), what)
    }

    fn spared(&self, existing: Option<Existing>, what: &str) -> Result<(), Failure> {
        let Some(existing) = existing else { return Ok(()) };
        let beside = || self.besides.iter().find(|(_, path)| existing.is_at(path));
        let source_of_it = if let Some(input) = existing.among(&self.inputs, mdmlog::sources::KINDS) {
            let which = if input.is_dir() { "a file in the input folder" } else { "the input" };
            format!("{which} `{}`", input.display())
        } else if let Some((what, path)) = beside() {
            format!("{what} `{}`", path.display())
        } else {
            return Ok(());
        };
        Err(Failure::Overwrites { what: what.to_owned(), source_of_it })
    }
}
