//! `mdmlog extract`: the log records of attempts.

use std::borrow::Cow;
use std::io::{self, Write};

use mdmlog::model::visible::visible;
use mdmlog::options::Hashing;
use mdmlog::{Extract, ExtractedRecord};

use super::args::{ExtractArgs, TrailArgs};
use super::output::Output;
use super::reads::Reads;
use super::{Failure, Status, session, stderr, terminal};

/// Finds the records and writes them.
pub fn run(args: ExtractArgs) -> Result<Status, Failure> {
    let ExtractArgs { trail: TrailArgs { paths, attempt, analysis, input, run }, output, raw } = args;
    let output = output.filter(|path| path.as_os_str() != "-");
    let reads = Reads::analysis(&paths, &input, &analysis);
    let mut options = session::analysis("extract", &paths, input, analysis)?;
    // The report is not shown, and what is in it for those who check it is not needed.
    options.sha256 = Hashing::Never;
    let spell_out = output.is_none() && terminal::stdout_is_terminal();
    let out = Output::new(output.as_deref(), "the records", &reads)?;
    let extract = session::run(&run, &mut options, |options| mdmlog::extract(&paths, options, attempt.clone()))??;
    out.write(|out| if spell_out { to_terminal(&extract, raw, out) } else { to_file(&extract, raw, out) })?;
    if !run.quiet {
        stderr::warnings(&extract.report);
        for place in places(&extract) {
            stderr::note(place);
        }
        if raw {
            stderr::note("the records stand there with the credentials that they may have");
        }
    }
    Ok(Status::Done)
}

/// Returns a record as it is to be written: without its credentials unless they are wanted.
fn text(record: &ExtractedRecord, raw: bool) -> Cow<'_, [u8]> {
    if raw { Cow::Borrowed(&record.text) } else { Cow::Owned(record.without_secrets().into_bytes()) }
}

fn to_file(extract: &Extract, raw: bool, out: &mut dyn Write) -> io::Result<()> {
    for record in &extract.records {
        let text = text(record, raw);
        out.write_all(&text)?;
        // The last line of a file may have no end.
        if !text.ends_with(b"\n") {
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}

/// Writes the records for a person. What was written by strangers must not act on the terminal; tabs do no harm.
fn to_terminal(extract: &Extract, raw: bool, out: &mut dyn Write) -> io::Result<()> {
    for record in &extract.records {
        for line in String::from_utf8_lossy(&text(record, raw)).lines() {
            let shown: Vec<_> = line.split('\t').map(visible).collect();
            writeln!(out, "{}", shown.join("\t"))?;
        }
    }
    Ok(())
}

/// Returns where the records stand, file by file.
fn places(extract: &Extract) -> Vec<String> {
    let mut places = Vec::new();
    for records in extract.records.chunk_by(|one, next| one.input == next.input) {
        let (Some(first), Some(last)) = (records.first(), records.last()) else { continue };
        let path = extract.report.inputs.get(first.input).map_or("?", |input| input.path.as_str());
        let of = match extract.attempts.as_slice() {
            [one] => format!("attempt {} ({})", one.id, one.outcome.name()),
            many => format!("{} attempts", many.len()),
        };
        let count = records.len();
        let (from, to) = (first.line, last.line);
        let records = if count == 1 { "record" } else { "records" };
        places.push(format!("{count} {records} of {of}, from line {from} to line {to} of {path}"));
    }
    places
}
