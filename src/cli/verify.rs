//! `mdmlog verify`: whether what a report cites still stands there.

use std::io::{self, Write};

use mdmlog::model::visible::visible;
use mdmlog::{BrokenCitation, InputState, Verification, VerifiedInput, read_report};

use super::args::{VerifyArgs, VerifyChoice};
use super::output::Output;
use super::reads::Reads;
use super::{Failure, Status, session, stderr, terminal};

/// Bytes of a sum that are enough to tell two apart.
const SUM: usize = 12;

/// Reads the report and what it cites, and says what came of it.
pub fn run(args: VerifyArgs) -> Result<Status, Failure> {
    let reads = Reads::new(&args.paths, &args.input).and("the report", &args.report);
    let mut options = session::options("verify", &args.paths, args.input)?;
    let report = read_report(&args.report)?;
    let out = Output::new(None, "the verification", &reads)?;
    let verification = session::run(&args.run, &mut options, |options| mdmlog::verify(&report, &args.paths, options))?;
    let as_text = match args.format {
        VerifyChoice::Auto => terminal::stdout_is_terminal(),
        VerifyChoice::Text => true,
        VerifyChoice::Json => false,
    };
    out.write(|out| if as_text { text(&verification, out) } else { json(&verification, out) })?;
    if !args.run.quiet {
        verification.warnings.iter().for_each(stderr::note);
    }
    Ok(if verification.holds() { Status::Done } else { Status::Matched })
}

fn json(verification: &Verification, mut out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, verification)?;
    out.write_all(b"\n")
}

fn text(verification: &Verification, out: &mut dyn Write) -> io::Result<()> {
    for input in &verification.inputs {
        writeln!(out, "{}", line_of(input))?;
    }
    if !verification.inputs.is_empty() {
        writeln!(out)?;
    }
    for citation in &verification.broken {
        writeln!(out, "{}", broken(verification, citation))?;
    }
    let counts = &verification.citations;
    writeln!(out, "{} of {} lines and frames that the report cites still hold", counts.holding, counts.checked)?;
    for (count, what) in [
        (counts.changed, "say something else"),
        (counts.gone, "are gone"),
        (counts.missing, "lie in files that are not at the paths that were given"),
        (counts.unverifiable, "are there at their times; more can't be said, as the report is redacted"),
    ] {
        if count > 0 {
            writeln!(out, "{count} {what}")?;
        }
    }
    if verification.tool.version != verification.report.tool.version {
        let version = visible(&verification.report.tool.version);
        writeln!(out, "the report is by version {version}, which may word differently what a line says")?;
    }
    Ok(())
}

fn line_of(input: &VerifiedInput) -> String {
    let path = visible(&input.path);
    let sum = |sum: &Option<String>| sum.as_deref().and_then(|sum| sum.get(..SUM)).unwrap_or("another").to_owned();
    let elsewhere = input.found.as_ref().filter(|found| **found != input.path);
    let at = elsewhere.map(|found| format!(", found as {}", visible(found))).unwrap_or_default();
    let what = match (input.state, &input.sha256) {
        (InputState::Same, _) => String::new(),
        (InputState::Changed, Some(_)) => {
            format!(": SHA-256 was {}... and is {}...", sum(&input.sha256), sum(&input.found_sha256))
        }
        (InputState::Changed, None) => ": its size is another".to_owned(),
        (InputState::NotHashed, _) => ": the report states no SHA-256; its size is the same".to_owned(),
        (InputState::Missing, _) => ": not at the paths that were given".to_owned(),
    };
    format!("{:<10}  {path}{at}{what}", input.state.as_str())
}

fn broken(verification: &Verification, citation: &BrokenCitation) -> String {
    let of = citation.attempt.map_or_else(|| "node".to_owned(), |attempt| format!("attempt {attempt}"));
    let path = verification.inputs.get(citation.input).map_or("?", |input| input.path.as_str());
    let place = match (citation.line, citation.frame) {
        (Some(line), _) => format!("line {line}"),
        (None, Some(frame)) => format!("frame {frame}"),
        (None, None) => "?".to_owned(),
    };
    let what = citation.what.as_ref().map(|what| format!(" `{}`", visible(what))).unwrap_or_default();
    let state = citation.state.as_str();
    format!("{of}, {place} of {}: {state}:{what}: {}", visible(path), visible(&citation.why))
}
