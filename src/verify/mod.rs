//! Holds a report against the files that it was made of: whether the same bytes are still there, and whether each line and each
//! frame that it cites says what the report says of it. Nothing is taken from the analysis that made the report; the lines and
//! frames are read again.

mod claims;
mod frames;
mod inputs;
mod lines;
mod minutes;
mod statement;
mod verification;
mod words;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use self::claims::{CitedClaim, CitedPlace, claims};
use self::inputs::Inputs;
pub use self::verification::{
    BrokenCitation, CitationCounts, CitationState, InputState, Verification, VerifiedInput, VerifiedReport,
};

use crate::input::{Keeping, whole_file};
use crate::model::report::{Report, SCHEMA_VERSION, Tool};
use crate::model::visible::visible;
use crate::options::Options;
use crate::reading::Reading;
use crate::render::schema_of;

/// Why a report cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The file cannot be read.
    #[error("cannot read the report `{path}`: {source}", path = path.display())]
    Unreadable {
        /// The path as it was given.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It holds something else.
    #[error(
        "`{path}` is no report of mdmlog: {source}; expected what `mdmlog analyze --format json` writes",
        path = path.display()
    )]
    NoReport {
        /// The path as it was given.
        path: PathBuf,
        /// What the JSON lacks.
        source: serde_json::Error,
    },
    /// Its contract is a later one.
    #[error(
        "`{path}` is a report of version {version}, of which this mdmlog knows only {SCHEMA_VERSION}: use the mdmlog that wrote it",
        path = path.display()
    )]
    Later {
        /// The path as it was given.
        path: PathBuf,
        /// Its version.
        version: String,
    },
}

/// Reads a report from a file with what `--format json` writes. Of versions with the same major number, all are read.
///
/// # Errors
/// When the file cannot be read, is no report, or is one whose fields have another meaning.
pub fn read_report(path: &Path) -> Result<Report, ReportError> {
    let text = whole_file(path).map_err(|source| ReportError::Unreadable { path: path.to_owned(), source })?;
    let report: Report =
        serde_json::from_slice(&text).map_err(|source| ReportError::NoReport { path: path.to_owned(), source })?;
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    if major(&report.schema_version) != major(SCHEMA_VERSION) {
        let version = visible(&report.schema_version).into_owned();
        return Err(ReportError::Later { path: path.to_owned(), version });
    }
    Ok(report)
}

/// Reads again what a report cites: each line and each frame, and the sums of the files that it was made of.
///
/// ```
/// use mdmlog::{Options, analyze, verify};
///
/// let bundle = ["testdata/cases/five-outcomes/bundle.tar".into()];
/// let report = analyze(&bundle, &Options::default())?;
/// let verification = verify(&report, &bundle, &Options::default());
/// assert!(verification.holds());
/// # Ok::<(), mdmlog::Error>(())
/// ```
pub fn verify(report: &Report, paths: &[PathBuf], options: &Options) -> Verification {
    let reading = Reading::find(paths, options, Keeping::Whole);
    let inputs = Inputs::of(report, &reading.found.items);
    let claims = claims(report);
    let mut counts = CitationCounts { checked: claims.len(), ..CitationCounts::default() };
    let mut broken: Vec<BrokenCitation> = Vec::new();
    let mut judge = |claim: &CitedClaim<'_>, state: CitationState, why: String| {
        counts.add(state);
        if !matches!(state, CitationState::Holds | CitationState::Unverifiable) {
            broken.push(claim.broken(state, why));
        }
    };
    let (missing, there): (Vec<_>, Vec<_>) = claims.iter().partition(|claim| inputs.item_of(claim.input).is_none());
    for claim in missing {
        judge(claim, CitationState::Missing, "the file is not at the paths that were given".to_owned());
    }
    let (lines, frames): (Vec<_>, Vec<_>) =
        there.into_iter().partition(|claim| matches!(claim.place, CitedPlace::Line(_)));
    lines::check(report, &reading, &inputs, &lines, &mut judge);
    frames::check(report, &reading, &inputs, &frames, &mut judge);
    minutes::check(report, &reading, &inputs, &mut counts, &mut broken);
    broken.sort_by_key(|broken| (broken.attempt, broken.input, broken.line, broken.frame));
    let mut warnings: BTreeSet<String> = reading.found.errors.iter().map(|error| error.message.clone()).collect();
    warnings.extend(reading.found.warnings.iter().chain(&reading.found.check_unchanged()).map(|warning| {
        let path = warning.input.and_then(|input| reading.found.items.get(input)).map(|item| item.path.as_str());
        path.map_or_else(|| warning.message.clone(), |path| format!("{path}: {}", warning.message))
    }));
    Verification {
        schema_version: SCHEMA_VERSION.to_owned(),
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        report: VerifiedReport {
            schema_version: report.schema_version.clone(),
            tool: report.tool.clone(),
            redacted: report.redacted,
        },
        inputs: inputs.into_listed(),
        citations: counts,
        broken,
        warnings: warnings.into_iter().collect(),
    }
}

/// Returns the JSON Schema (draft 2020-12) of a verification.
pub fn verification_schema() -> serde_json::Value {
    schema_of::<Verification>("verification", "mdmlog verification")
}
