//! The front door: inputs and options in, a report out.

use std::path::PathBuf;

use rayon::prelude::*;

use crate::assemble::{Listed, assemble};
use crate::capture::secrets::Secrets;
use crate::capture::{CaptureFacts, CapturePart, read_capture};
use crate::correlate::join;
use crate::evidence::targets::Targets;
use crate::input::{Found, Groups, InputError, Item, find, groups};
use crate::log::{LogFacts, LogPart, read_log};
use crate::model::report::{Attempt, Report};
use crate::model::warning::{Warning, WarningCode};
use crate::options::Options;
use crate::progress::{Progress, Stage};

/// Why there is no report at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing that was named holds a log or a capture.
    #[error("{}", sentences(.0))]
    Nothing(Vec<InputError>),
    /// A key log that was named cannot be read.
    #[error("cannot read the TLS key log `{path}`: {source}", path = path.display())]
    KeyLog {
        /// The path as it was given.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The report has no attempt with this number.
    #[error("there is no attempt {wanted}: {}; `mdmlog analyze` with the same inputs and options lists them", has(*.count))]
    NoAttempt {
        /// The number that was asked for.
        wanted: usize,
        /// How many attempts there are.
        count: usize,
    },
    /// What was asked of an attempt was seen by the other source alone.
    #[error("attempt {attempt} has no {what}{}", why.as_ref().map(|why| format!(": {why}")).unwrap_or_default())]
    NotSeen {
        /// The number of the attempt.
        attempt: usize,
        /// What is missing.
        what: &'static str,
        /// Why it is missing, when the report says so.
        why: Option<String>,
    },
}

fn has(count: usize) -> String {
    match count {
        0 => "there are none".to_owned(),
        1 => "there is one, number 1".to_owned(),
        count => format!("there are {count}, numbers 1 to {count}"),
    }
}

fn sentences(errors: &[InputError]) -> String {
    if errors.is_empty() {
        return "there is neither a log nor a capture in the inputs; expected an ise-psc.log, a pcap or pcapng file, or a \
                bundle of them"
            .to_owned();
    }
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("\n")
}

/// Analyses what lies at the paths: files, directories, bundles, or `-` for standard input.
///
/// What is damaged or not understood is a warning in the report. An error is returned when there is nothing to analyse.
///
/// ```
/// use mdmlog::{Options, analyze};
///
/// let bundle = "testdata/cases/five-outcomes/bundle.tar".into();
/// let report = analyze(&[bundle], &Options::default())?;
/// for attempt in report.attempts.iter().filter(|attempt| attempt.outcome.is_failure()) {
///     println!("#{} {}: {}", attempt.id, attempt.outcome, attempt.diagnosis.summary);
/// }
/// assert_eq!(report.summary.attempts, 5);
/// # Ok::<(), mdmlog::Error>(())
/// ```
pub fn analyze(inputs: &[PathBuf], options: &Options) -> Result<Report, Error> {
    analyzed(inputs, options).map(|analyzed| analyzed.report)
}

/// A report with what it was made of, for those who go back to the inputs.
pub(crate) struct Analyzed {
    pub(crate) report: Report,
    pub(crate) items: Vec<Item>,
    pub(crate) groups: Groups,
    /// Key logs that the caller named.
    pub(crate) keylogs: Vec<Vec<u8>>,
}

impl Analyzed {
    /// The attempt with this number.
    pub(crate) fn attempt(&self, number: usize) -> Result<&Attempt, Error> {
        let found = number.checked_sub(1).and_then(|index| self.report.attempts.get(index));
        found.ok_or(Error::NoAttempt { wanted: number, count: self.report.attempts.len() })
    }
}

/// Does the work of [`analyze`], and keeps what was read.
pub(crate) fn analyzed(inputs: &[PathBuf], options: &Options) -> Result<Analyzed, Error> {
    let named = named_keylogs(&options.keylogs)?;
    let found = find(inputs, &options.input(), &options.progress);
    let groups = groups(&found.items);
    if groups.logs.is_empty() && groups.captures.is_empty() {
        return Err(Error::Nothing(found.errors));
    }
    let mut warnings = input_warnings(&found);
    let secrets = secrets(&found.items, &groups, &named, &mut warnings);

    let logs = read_logs(&found.items, &groups, &options.progress);
    let known = Targets::gather(&logs, &options.declared());
    let captures = read_captures(&found.items, &groups, &known, &secrets, &options.progress);

    options.progress.begin(Stage::Joining, 0);
    let joined = join(&logs, &captures, &known, options.log_zone.as_ref());
    warnings.extend(found.check_unchanged());
    let report = assemble(listed(&found.items), &logs, &captures, &joined, &known, options, warnings);
    drop(joined);
    // What was read is given back while the report is used. Where the caller's thread is all there is, nothing that is put off
    // would ever be done.
    if rayon::current_num_threads() > 1 {
        rayon::spawn(move || drop((logs, captures)));
    }
    let keylogs = named.into_iter().map(|(_, text)| text).collect();
    Ok(Analyzed { report, items: found.items, groups, keylogs })
}

/// Paths of which nothing can be used are warnings when others can.
fn input_warnings(found: &Found) -> Vec<Warning> {
    let errors = found.errors.iter().map(|error| Warning::general(error.code.clone(), error.message.clone()));
    found.warnings.iter().cloned().chain(errors).collect()
}

fn listed(items: &[Item]) -> Vec<Listed> {
    items
        .iter()
        .map(|item| Listed { path: item.path.clone(), kind: item.kind, bytes: item.data.len() as u64 })
        .collect()
}

/// Key logs that the caller names; their content is checked where it is read.
fn named_keylogs(paths: &[PathBuf]) -> Result<Vec<(PathBuf, Vec<u8>)>, Error> {
    let read = |path: &PathBuf| {
        let bytes = std::fs::read(path).map_err(|source| Error::KeyLog { path: path.clone(), source })?;
        Ok((path.clone(), bytes))
    };
    paths.iter().map(read).collect()
}

/// TLS secrets of all key logs; those in a pcapng are found where it is read.
fn secrets(items: &[Item], groups: &Groups, named: &[(PathBuf, Vec<u8>)], warnings: &mut Vec<Warning>) -> Secrets {
    let mut all = Secrets::default();
    for &index in &groups.keylogs {
        let Some(item) = items.get(index) else { continue };
        let (secrets, found) = Secrets::parse(&item.data, Some(index));
        all.extend(secrets);
        warnings.extend(found);
    }
    for (path, bytes) in named {
        let (secrets, found) = Secrets::parse(bytes, None);
        if secrets.is_empty() {
            let message = format!("`{}` holds no TLS secrets in NSS key-log format", path.display());
            warnings.push(Warning::general(WarningCode::KeylogEmpty, message));
        }
        warnings.extend(found);
        all.extend(secrets);
    }
    all
}

fn read_logs(items: &[Item], groups: &Groups, progress: &Progress) -> Vec<LogFacts> {
    progress.begin(Stage::Logs, size(items, groups.logs.iter().flatten()));
    let parts = |group: &Vec<usize>| -> Vec<LogPart<'_>> {
        group.iter().filter_map(|&input| Some(LogPart { input, bytes: &items.get(input)?.data })).collect()
    };
    groups.logs.par_iter().map(|group| read_log(&parts(group), progress)).collect()
}

fn read_captures(
    items: &[Item],
    groups: &Groups,
    known: &Targets,
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<CaptureFacts> {
    progress.begin(Stage::Captures, size(items, groups.captures.iter().flatten()));
    let interest = known.interest();
    let parts = |group: &Vec<usize>| -> Vec<CapturePart<'_>> {
        group.iter().filter_map(|&input| Some(CapturePart { input, bytes: &items.get(input)?.data })).collect()
    };
    groups.captures.par_iter().map(|group| read_capture(&parts(group), &interest, secrets, progress)).collect()
}

fn size<'i>(items: &[Item], indices: impl Iterator<Item = &'i usize>) -> u64 {
    indices.filter_map(|&index| items.get(index)).map(|item| item.data.len() as u64).sum()
}
