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
        out.write(|out| if as_text { text(&inspection, out) } else { json(&inspection, out) })?;
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

fn text(inspection: &Inspection, out: &mut dyn Write) -> io::Result<()> {
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
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    let used = inspection.members.iter().filter(|member| member.used && matches!(member.kind, MemberKind::Input(_)));
    writeln!(out, "\n{} of {} are read by an analysis", used.count(), inspection.members.len())?;
    if inspection.members.iter().any(|member| member.span.first_local_time.is_some()) {
        writeln!(out, "times are UTC, but for those of logs, which say no zone: they are the appliance's")?;
    }
    Ok(())
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
