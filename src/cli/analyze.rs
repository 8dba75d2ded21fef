//! `mdmlog analyze`: from the arguments to the report.

use std::ffi::OsStr;
use std::path::Path;

use mdmlog::report::{self, Format};

use super::args::{AnalyzeArgs, FormatChoice};
use super::job::Job;
use super::output::Output;
use super::progress::Bar;
use super::{Failure, Status, fail_on, passphrase, stderr};

/// Does what was asked for.
pub fn run(args: Box<AnalyzeArgs>) -> Result<Status, Failure> {
    let chosen = args.format != FormatChoice::Auto;
    let mut job = Job::new(*args)?;
    // Where nothing can be written, the analysis is in vain.
    let output = Output::new(job.output.as_deref(), "the report")?;
    set_threads(job.threads)?;

    let bar = Bar::start(job.progress, &job.options.progress)?;
    if job.options.passphrase.is_none() {
        job.options.prompt = passphrase::prompt(bar.clone());
    }
    let analysed = mdmlog::analyze(&job.inputs, &job.options);
    bar.finish();

    let mut report = analysed?;
    if let Some(redaction) = &job.redaction {
        report::redact(&mut report, redaction.key.as_deref());
    }
    let rendering = job.format.rendering(job.style);
    output.write(|out| rendering.render(&report, out))?;
    if !job.quiet {
        if !job.shows_warnings() {
            stderr::warnings(&report);
        }
        if let Some(other) =
            job.output.as_deref().and_then(named_format).filter(|other| !chosen && *other != job.format)
        {
            stderr::note(format_args!("what was written is {}; for {other} say `--format {other}`", job.format));
        }
    }
    Ok(fail_on::status(&job.fail_on, &report))
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

/// Sets how many threads the stages share.
fn set_threads(threads: usize) -> Result<(), Failure> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().map_err(|error| Failure::System {
        what: "start the threads that --threads asks for",
        error: error.to_string(),
    })
}
