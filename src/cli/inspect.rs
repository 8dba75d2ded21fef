//! `mdmlog inspect`: what lies in a bundle.

use std::io::{self, Write};

use comfy_table::{CellAlignment, Table, presets};
use indicatif::BinaryBytes;
use mdmlog::input::MemberKind;
use mdmlog::model::visible::visible;
use mdmlog::{Inspected, Inspection, InspectionWarning, Span};

use super::args::{InspectArgs, InspectChoice};
use super::output::Output;
use super::reads::Reads;
use super::{Failure, Status, session, stderr, terminal};

/// Lists everything that lies at the paths.
pub fn run(args: InspectArgs) -> Result<Status, Failure> {
    let reads = Reads::new(&args.paths, &args.input);
    let mut options = session::options("inspect", &args.paths, args.input)?;
    let out = Output::new(None, "the list", &reads)?;
    let inspection = session::run(&args.run, &mut options, |options| mdmlog::inspect(&args.paths, options))?;
    let as_text = match args.format {
        InspectChoice::Auto => terminal::stdout_is_terminal(),
        InspectChoice::Text => true,
        InspectChoice::Json => false,
    };
    let nothing = inspection.members.is_empty();
    if !(nothing && as_text) {
        out.write(|out| if as_text { text(&inspection, terminal::width(), out) } else { json(&inspection, out) })?;
    }
    for InspectionWarning { path, code, message } in &inspection.warnings {
        if nothing {
            stderr::error(message);
        } else if !args.run.quiet {
            stderr::warning(path.as_deref(), code.as_str(), message);
        }
    }
    Ok(if nothing { Status::Failed } else { Status::Done })
}

fn json(inspection: &Inspection, mut out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, inspection)?;
    out.write_all(b"\n")
}

/// Writes a table where it is not wider than the terminal, else a paragraph for each file.
fn text(inspection: &Inspection, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let lines = table(inspection);
    if lines.iter().all(|line| line.chars().count() <= width) {
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    } else {
        for member in &inspection.members {
            paragraph(member, width, out)?;
        }
    }
    writeln!(out, "\n{}", used(inspection))?;
    if inspection.members.iter().any(|member| member.span.first_local_time.is_some()) {
        writeln!(out, "times are UTC, but for those of logs, which say no zone: they are the appliance's")?;
    }
    Ok(())
}

/// Counts what the column of what is used says.
fn used(inspection: &Inspection) -> String {
    let used = || inspection.members.iter().filter(|member| member.used);
    let read = used().filter(|member| matches!(member.kind, MemberKind::Input(_))).count();
    let (used, all) = (used().count(), inspection.members.len());
    let is = |count: usize| if count == 1 { "is" } else { "are" };
    let mut text = format!("{used} of {all} {} used", is(used));
    if used > read {
        let held = used - read;
        text.push_str(&format!(": {read} {} read, {held} {} unpacked", is(read), is(held)));
    }
    text
}

/// Writes a file in lines of its own: where it lies, and below it what it is.
fn paragraph(member: &Inspected, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let [used, what, size, records, from, to, _] = row(member);
    // A path stays whole, so that it can be copied.
    writeln!(out, "{:4} {}", if used == "yes" { "used" } else { "-" }, visible(&member.path))?;
    let records = if records.is_empty() { records } else { format!("{records} records") };
    let times = if from.is_empty() { from } else { format!("{from} to {to}") };
    let told = [what, size, records, times].into_iter().filter(|part| !part.is_empty());
    filled(told, ", ", width, out)?;
    let note = member.note.as_deref().map(visible);
    let words = note.iter().flat_map(|note| note.split(' ')).map(str::to_owned);
    filled(words, " ", width, out)
}

/// Writes parts, with what stands between two of them, in indented lines of at most `width` columns, as far as the parts allow.
fn filled(parts: impl Iterator<Item = String>, between: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut line = String::new();
    for part in parts {
        if !line.is_empty() && 5 + line.chars().count() + between.len() + part.chars().count() > width {
            writeln!(out, "     {line}{}", between.trim_end())?;
            line.clear();
        }
        line.push_str(if line.is_empty() { "" } else { between });
        line.push_str(&part);
    }
    if line.is_empty() { Ok(()) } else { writeln!(out, "     {line}") }
}

fn table(inspection: &Inspection) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["Used", "What", "Size", "Records", "From", "To", "Path"]);
    for member in &inspection.members {
        table.add_row(row(member));
    }
    for column in [2, 3] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

fn row(member: &Inspected) -> [String; 7] {
    let Span { first_time, last_time, first_local_time, last_local_time } = &member.span;
    // Seconds are enough to see whether log and capture cover the same time.
    let seconds = |time: &str| time.get(..19).unwrap_or(time).replace('T', " ");
    let time = |utc: &Option<mdmlog::time::Timestamp>, local: &Option<String>| match (utc, local) {
        (Some(utc), _) => seconds(&utc.to_string()),
        (None, Some(local)) => format!("{} local", seconds(local)),
        (None, None) => String::new(),
    };
    let wrapping: Vec<_> = member.wrapping.iter().map(|kind| kind.describe()).collect();
    let inside = if wrapping.is_empty() { String::new() } else { format!(" in {}", wrapping.join(" in ")) };
    let note = member.note.as_deref().map(|note| format!(" ({})", visible(note))).unwrap_or_default();
    [
        if member.used { "yes" } else { "no" }.to_owned(),
        format!("{}{inside}", member.kind.describe()),
        member.bytes.map(|bytes| BinaryBytes(bytes).to_string()).unwrap_or_default(),
        member.records.map(|records| records.to_string()).unwrap_or_default(),
        time(first_time, first_local_time),
        time(last_time, last_local_time),
        format!("{}{note}", visible(&member.path)),
    ]
}
