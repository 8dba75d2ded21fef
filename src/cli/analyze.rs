//! `mdmlog analyze`: from the arguments to the report.

use std::ffi::OsStr;
use std::path::Path;

use mdmlog::attempts::Attempts;
use mdmlog::render::Format;
use mdmlog::{Options, Report};

use super::args::{AnalyzeArgs, FormatChoice};
use super::job::{Job, Product};
use super::output::Output;
use super::reads::Reads;
use super::tables::Tables;
use super::{Failure, Status, fail_on, session, stderr};

/// Does what was asked for.
pub fn run(args: Box<AnalyzeArgs>) -> Result<Status, Failure> {
    let chosen = args.format != FormatChoice::Auto;
    let mut job = Job::new(*args)?;
    let options = std::mem::take(&mut job.options);
    // Where nothing can be written, the analysis is in vain.
    match ReportDestination::new(&job.product, &job.reads)? {
        ReportDestination::Document(output, format) => document(output, format, &job, options, chosen),
        ReportDestination::Tables(place) => tables(place, &job, options, chosen),
    }
}

/// Writes the report while its attempts are made.
fn document(output: Output, format: Format, job: &Job, mut options: Options, chosen: bool) -> Result<Status, Failure> {
    let rendering = format.rendering(&job.look);
    let write = |head: &Report, attempts: &dyn Attempts| {
        output.write(|out| rendering.stream(head, attempts, out))?;
        say(head, attempts, job, chosen);
        Ok(fail_on::status(&job.fail_on, attempts))
    };
    let written = session::run_to_the_end(&job.run, &mut options, |options, bar| {
        mdmlog::analyze_with(&job.inputs, options, |head, attempts| {
            bar.finish();
            match &job.redaction {
                Some(redaction) => mdmlog::redact::redact_with(head, attempts, redaction.key.as_deref(), write),
                None => write(head, attempts),
            }
        })
    })?;
    written?
}

/// Writes tables, which are written column by column, so that the whole report must be there.
fn tables(place: &Tables, job: &Job, mut options: Options, chosen: bool) -> Result<Status, Failure> {
    let analysed = session::run(&job.run, &mut options, |options| mdmlog::analyze(&job.inputs, options))?;
    let mut report = analysed?;
    if let Some(redaction) = &job.redaction {
        mdmlog::redact::redact(&mut report, redaction.key.as_deref());
    }
    // Paths that were named tell of a customer as those in the report do.
    place.write(&report, job.redaction.is_none().then_some(job.inputs.as_slice()))?;
    say(&report, &report.attempts, job, chosen);
    let status = fail_on::status(&job.fail_on, &report.attempts);
    // The process ends here: to give back each string of a large report would take as long as to find its attempts.
    std::mem::forget(report);
    Ok(status)
}

/// Says on standard error what the report is short of.
fn say(report: &Report, attempts: &dyn Attempts, job: &Job, chosen: bool) {
    if job.run.quiet {
        return;
    }
    if !job.shows_warnings() {
        stderr::warnings(report);
    }
    if let Product::Document { format, .. } = &job.product
        && let Some(left_out) = format.left_out(report, attempts)
    {
        stderr::warning(None, "no_time", &left_out);
    }
    if let Product::Document { format, file: Some(file) } = &job.product
        && let Some(other) = named_format(file).filter(|other| !chosen && other != format)
    {
        stderr::note(format_args!("what was written is {format}; for {other} say `--format {other}`"));
    }
}

/// Where it goes, found to take something.
enum ReportDestination<'j> {
    Document(Output, Format),
    Tables(&'j Tables),
}

impl<'j> ReportDestination<'j> {
    fn new(product: &'j Product, reads: &Reads) -> Result<Self, Failure> {
        match product {
            Product::Document { format, file } => {
                Ok(Self::Document(Output::new(file.as_deref(), "the report", reads)?, *format))
            }
            Product::Tables(tables) => tables.check(reads).map(|()| Self::Tables(tables)),
        }
    }
}

/// Returns the format that a person may expect in a file of this name.
fn named_format(path: &Path) -> Option<Format> {
    match path.extension().and_then(OsStr::to_str)? {
        "txt" => Some(Format::Text),
        "md" => Some(Format::Markdown),
        "jsonl" => Some(Format::Ndjson),
        extension => extension.parse().ok(),
    }
}
