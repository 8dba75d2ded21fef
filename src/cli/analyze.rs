//! `mdmlog analyze`: from the arguments to the report.

use std::ffi::OsStr;
use std::path::Path;

use mdmlog::report::{self, Format};

use super::args::{AnalyzeArgs, FormatChoice};
use super::job::Job;
use super::output::Output;
use super::{Failure, Status, fail_on, session, stderr};

/// Does what was asked for.
pub fn run(args: Box<AnalyzeArgs>) -> Result<Status, Failure> {
    let chosen = args.format != FormatChoice::Auto;
    let mut job = Job::new(*args)?;
    // Where nothing can be written, the analysis is in vain.
    let output = Output::new(job.output.as_deref(), "the report")?;
    let analysed = session::run(&job.run, &mut job.options, |options| mdmlog::analyze(&job.inputs, options))?;
    let mut report = analysed?;
    if let Some(redaction) = &job.redaction {
        report::redact(&mut report, redaction.key.as_deref());
    }
    let rendering = job.format.rendering(job.style);
    output.write(|out| rendering.render(&report, out))?;
    if !job.run.quiet {
        if !job.shows_warnings() {
            stderr::warnings(&report);
        }
        if let Some(other) =
            job.output.as_deref().and_then(named_format).filter(|other| !chosen && *other != job.format)
        {
            stderr::note(format_args!("what was written is {}; for {other} say `--format {other}`", job.format));
        }
    }
    let status = fail_on::status(&job.fail_on, &report);
    // The process ends here: to give back each string of a large report would take as long as to find its attempts.
    std::mem::forget(report);
    Ok(status)
}

/// The format that a person may expect in a file of this name.
fn named_format(path: &Path) -> Option<Format> {
    match path.extension().and_then(OsStr::to_str)? {
        "txt" => Some(Format::Text),
        "md" => Some(Format::Markdown),
        "jsonl" => Some(Format::Ndjson),
        extension => extension.parse().ok(),
    }
}
