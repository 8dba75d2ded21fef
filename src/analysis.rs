//! The front door: inputs and options in, a report out.

use std::path::PathBuf;

use bytes::Bytes;

use crate::assemble::{Assembled, Facts, Listed, assemble};
use crate::capture::secrets::{KeyLogs, Secrets};
use crate::classify::classify;
use crate::correlate::clock::KnownClocks;
use crate::correlate::join;
use crate::digests::Digests;
use crate::evidence::targets::Targets;
use crate::input::{Found, Groups, InputError, Item, Keeping, whole_file};
use crate::model::attempt_choice::AttemptChoice;
use crate::model::attempts::Attempts;
use crate::model::report::{Attempt, Report};
use crate::model::warning::{Warning, WarningCode};
use crate::options::{Hashing, Options};
use crate::progress::Stage;
use crate::reading::Reading;

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
    /// What was asked of attempts was seen by the other source alone.
    #[error("{}{}", without(attempts, what), why.as_ref().map(|why| format!(": {why}")).unwrap_or_default())]
    NotSeen {
        /// The numbers of the attempts.
        attempts: Vec<usize>,
        /// What is missing.
        what: &'static str,
        /// Why it is missing, when the report says so.
        why: Option<String>,
    },
}

fn without(attempts: &[usize], what: &str) -> String {
    match attempts {
        [one] => format!("attempt {one} has no {what}"),
        many => format!("none of the {} attempts has {what}", many.len()),
    }
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
/// What is damaged or not understood is a warning in the report.
///
/// # Errors
///
/// [`Error::Nothing`] when there is neither a log nor a capture at the paths, and [`Error::KeyLog`] when a key log that the options
/// name cannot be read.
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
    assembled(inputs, options, options.facts_alone(), |assembled| assembled.whole()).map(|(report, _)| report)
}

/// Analyses as [`analyze`] does, and hands on the report without its attempts, and the attempts, which are made when they
/// are asked for: for those who write hundreds of thousands one behind the other and need not hold them all.
///
/// # Errors
///
/// Those of [`analyze`].
pub fn analyze_with<T>(
    inputs: &[PathBuf],
    options: &Options,
    then: impl FnOnce(&Report, &dyn Attempts) -> T,
) -> Result<T, Error> {
    assembled(inputs, options, options.facts_alone(), |assembled| then(&assembled.head, &assembled))
        .map(|(done, _)| done)
}

/// A report with what it was made of, for those who go back to the inputs.
pub(crate) struct Analyzed {
    pub(crate) report: Report,
    pub(crate) items: Vec<Item>,
    pub(crate) groups: Groups,
    /// Key logs that the caller named.
    pub(crate) keylogs: Vec<Bytes>,
}

impl Analyzed {
    /// Returns the attempts that are meant, in the order of their numbers.
    pub(crate) fn attempts(&self, choice: &AttemptChoice) -> Result<Vec<Attempt>, Error> {
        let all = &self.report.attempts;
        let numbers = choice.among(all.len()).map_err(|wanted| Error::NoAttempt { wanted, count: all.len() })?;
        Ok(numbers.iter().filter_map(|number| all.get(number.checked_sub(1)?)).cloned().collect())
    }

    /// Says that the attempts were seen by the other source alone; `none` is why, where no input could show any.
    pub(crate) fn not_seen(attempts: &[Attempt], what: &'static str, none: Option<&str>) -> Error {
        let only = if let [one] = attempts { one.missing_source.clone() } else { None };
        let numbers = attempts.iter().map(|attempt| attempt.id).collect();
        Error::NotSeen { attempts: numbers, what, why: none.map(str::to_owned).or(only) }
    }
}

/// Does the work of [`analyze`], and keeps the inputs.
pub(crate) fn analyzed(inputs: &[PathBuf], options: &Options) -> Result<Analyzed, Error> {
    let (report, kept) = assembled(inputs, options, Keeping::Whole, |assembled| assembled.whole())?;
    Ok(Analyzed { report, items: kept.items, groups: kept.groups, keylogs: kept.keylogs })
}

/// What was read, for those who go back to it.
struct KeptInputs {
    items: Vec<Item>,
    groups: Groups,
    keylogs: Vec<Bytes>,
}

/// Runs all stages up to the report, and hands it on while what it was made of is there.
fn assembled<T>(
    inputs: &[PathBuf],
    options: &Options,
    keeping: Keeping,
    then: impl FnOnce(Assembled<'_>) -> T,
) -> Result<(T, KeptInputs), Error> {
    let named = named_keylogs(&options.keylogs)?;
    let reading = Reading::find(inputs, options, keeping);
    if reading.groups.logs.is_empty() && reading.groups.captures.is_empty() {
        return Err(Error::Nothing(reading.found.errors));
    }
    let digests = digests(&reading.found.items, options.sha256);
    let mut warnings = input_warnings(&reading.found);
    let secrets = secrets(&reading, &named, &mut warnings);

    let logs = reading.logs();
    let nodes = reading.nodes();
    let known = Targets::gather(&logs, &options.declared());
    let captures = reading.captures(&known.interest(), &secrets);

    options.progress.begin(Stage::Joining, 0);
    let clocks = KnownClocks { option: options.log_zone.as_ref(), stated: &nodes.clocks };
    let joined = join(&logs, &captures, &known, clocks);
    warnings.extend(reading.found.check_unchanged());
    let verdicts = classify(&joined.attempts, &known);
    let facts = Facts { logs: &logs, captures: &captures, nodes: &nodes, clocks };
    let mut assembled = assemble(listed(&reading.found.items), facts, &joined, &verdicts, options, warnings);
    for ((input, digest), item) in assembled.head.inputs.iter_mut().zip(digests.finish()).zip(&reading.found.items) {
        input.sha256 = if item.ahead.is_some() { item.sha256().map(str::to_owned) } else { digest };
    }
    let done = then(assembled);
    drop((joined, verdicts));
    // What was read is given back while the report is used. Where the caller's thread is all there is, nothing that is put off
    // would ever be done.
    if rayon::current_num_threads() > 1 {
        rayon::spawn(move || drop((logs, captures)));
    }
    let keylogs = named.into_iter().map(|(_, text)| text).collect();
    Ok((done, KeptInputs { items: reading.found.items, groups: reading.groups, keylogs }))
}

/// Paths of which nothing can be used are warnings when others can.
fn input_warnings(found: &Found) -> Vec<Warning> {
    let errors = found.errors.iter().map(|error| Warning::general(error.code.clone(), error.message.clone()));
    found.warnings.iter().cloned().chain(errors).collect()
}

/// Begins to hash the inputs.
fn digests(items: &[Item], hashing: Hashing) -> Digests {
    // Those that have passed by were hashed as they did.
    let files = items.iter().map(|item| if item.ahead.is_some() { Bytes::new() } else { item.data.clone() });
    match hashing {
        Hashing::Never => Digests::none(),
        _ => Digests::begin(files, hashing.up_to()),
    }
}

fn listed(items: &[Item]) -> Vec<Listed> {
    items.iter().map(|item| Listed { path: item.path.clone(), kind: item.kind, bytes: item.size() }).collect()
}

/// Reads the key logs that the caller names; their content is checked where it is read.
fn named_keylogs(paths: &[PathBuf]) -> Result<Vec<(PathBuf, Bytes)>, Error> {
    let read = |path: &PathBuf| {
        let bytes = whole_file(path).map_err(|source| Error::KeyLog { path: path.clone(), source })?;
        Ok((path.clone(), bytes))
    };
    paths.iter().map(read).collect()
}

/// Returns the TLS secrets of all key logs; those in a pcapng are found where it is read.
fn secrets(reading: &Reading<'_>, named: &[(PathBuf, Bytes)], warnings: &mut Vec<Warning>) -> Secrets {
    let mut all = KeyLogs::default();
    for &index in &reading.groups.keylogs {
        let Some(item) = reading.found.items.get(index) else { continue };
        warnings.extend(all.read(item.data.clone(), Some(index)));
    }
    for (path, bytes) in named {
        let before = all.len();
        warnings.extend(all.read(bytes.clone(), None));
        if all.len() == before {
            let message = format!("`{}` holds no TLS secrets in NSS key-log format", path.display());
            warnings.push(Warning::general(WarningCode::KeylogEmpty, message));
        }
    }
    all.finish()
}
