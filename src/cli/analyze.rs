//! `mdmlog analyze`: from the arguments to the report.

use std::ffi::OsStr;
use std::path::Path;

use mdmlog::render::Format;

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
    // Where nothing can be written, the analysis is in vain.
    let place = Destination::new(&job.product, &job.reads)?;
    let analysed = session::run(&job.run, &mut job.options, |options| mdmlog::analyze(&job.inputs, options))?;
    let mut report = analysed?;
    if let Some(redaction) = &job.redaction {
        mdmlog::redact::redact(&mut report, redaction.key.as_deref());
    }
    match place {
        Destination::Document(output, format) => {
            let rendering = format.rendering_with(job.style, &job.fields);
            output.write(|out| rendering.render(&report, out))?;
        }
        // Paths that were named tell of a customer as those in the report do.
        Destination::Tables(tables) => {
            tables.write(&report, job.redaction.is_none().then_some(job.inputs.as_slice()))?
        }
    }
    if !job.run.quiet {
        if !job.shows_warnings() {
            stderr::warnings(&report);
        }
        if let Product::Document { format, file: Some(file) } = &job.product
            && let Some(other) = named_format(file).filter(|other| !chosen && other != format)
        {
            stderr::note(format_args!("what was written is {format}; for {other} say `--format {other}`"));
        }
    }
    let status = fail_on::status(&job.fail_on, &report);
    // The process ends here: to give back each string of a large report would take as long as to find its attempts.
    std::mem::forget(report);
    Ok(status)
}

/// Where it goes, found to take something.
enum Destination<'j> {
    Document(Output, Format),
    Tables(&'j Tables),
}

impl<'j> Destination<'j> {
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
