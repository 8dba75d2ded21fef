//! The body of a ticket: what a reader of it must know, in plain GFM that every tracker shows.

use std::io::{self, Write as _};

use super::clockface::Clockface;
use super::escape::{markdown, markdown_cell, markdown_code, markdown_code_cell};
use super::fold::{self, Row};
use super::next_time::{Collection, collections};
use super::overview::Overview;
use super::ticket::Ticket;
use super::view::{asked_for, change_side, number, server};
use super::{Rendering, Times, notes, state, stream, trouble};
use crate::model::attempts::Attempts;
use crate::model::report::{Incident, Report};

/// More rows make a ticket unreadable; the whole is in the other formats.
const ROWS: usize = 200;
/// Inputs and servers that are listed.
const LISTED: usize = 20;
/// Ids that are named one by one.
const NAMED: usize = 24;

/// GitHub-flavoured Markdown.
pub(super) struct Markdown(pub(super) Times);

impl Rendering for Markdown {
    fn stream(&self, report: &Report, attempts: &dyn Attempts, out: &mut dyn io::Write) -> io::Result<()> {
        let mut out = io::BufWriter::new(out);
        let overview = &Overview::of(report, attempts);
        let clocks = &Clockface::of(overview, self.0);
        writeln!(out, "# MDM server: {}\n\n{}\n", markdown(&clocks.now()), markdown(&overview.headline()))?;
        let (inputs, paths) = (&report.inputs, report.shown_paths());
        for (input, path) in inputs.iter().zip(paths).take(LISTED) {
            let records =
                input.records.map(|records| format!(", {records} {}s", input.kind.unit())).unwrap_or_default();
            writeln!(out, "- Input {}{records}", markdown_code(path))?;
        }
        if let Some(more) = inputs.len().checked_sub(LISTED).filter(|more| *more > 0) {
            writeln!(out, "- {more} more inputs")?;
        }
        for line in report.clock_lines(|input| report.input_name(input)) {
            writeln!(out, "- Clock: {}", markdown(&line))?;
        }
        if let Some(legend) = clocks.legend(|input| report.input_name(input)) {
            writeln!(out, "- Times: {}", markdown(&legend))?;
        }
        for server in report.servers.iter().take(LISTED) {
            let name = markdown_code(&state::name(server));
            writeln!(out, "- Server {name}: {}", markdown(&clocks.state_words(server)))?;
        }
        if let Some(more) = report.servers.len().checked_sub(LISTED).filter(|more| *more > 0) {
            writeln!(out, "- {more} more servers")?;
        }
        for ticket in overview.tickets() {
            write_ticket(clocks, &ticket, &mut out)?;
        }
        write_attempts(clocks, &mut out)?;
        trouble(clocks, &mut out)?;
        next_time(&overview.collections, &mut out)?;
        if !report.warnings.is_empty() {
            writeln!(out, "\n## Warnings\n")?;
        }
        for warning in &report.warnings {
            let about = warning
                .input
                .map(|input| format!("{}: ", markdown_code(&report.input_name(input))))
                .unwrap_or_default();
            writeln!(out, "- {about}{}", markdown(&warning.message))?;
        }
        out.flush()
    }
}

/// Writes one failure of one server, with the proof of its first attempt; of one that is over, no more than that it was.
fn write_ticket(clocks: &Clockface<'_>, ticket: &Ticket<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let incident = ticket.head;
    let verdict = incident.outcome.to_string();
    let server = server(incident.server.host.as_deref(), incident.server.port);
    let (named, numbers): (&str, Vec<_>) = match ticket.incidents.as_slice() {
        [one] => ("Incident", vec![one.id]),
        many => ("Incidents", many.iter().map(|incident| incident.id).collect()),
    };
    let over = if ticket.is_open() { "" } else { " (resolved)" };
    let (verdict, server) = (markdown_code(&verdict), markdown_code(&server));
    writeln!(out, "\n## {named} {}: {verdict} at {server}{over}\n", ids(&numbers))?;
    writeln!(out, "{}\n", markdown(&incident.diagnosis.summary))?;
    let time = |at: Option<_>| at.map_or_else(|| "unknown".to_owned(), |at| clocks.at(at).with_zone(at));
    writeln!(out, "- First: {}, last: {}", time(ticket.first_at()), time(ticket.last_at()))?;
    match ticket.incidents.len() {
        1 => writeln!(out, "- Attempts: {}", ids(&incident.attempts))?,
        runs => writeln!(out, "- Attempts: {} in {runs} runs", number(ticket.attempts()))?,
    }
    if let Some(id) = incident.last_success_before {
        writeln!(out, "- Last success before: {}", ids(&[id]))?;
    }
    match ticket.resolved_by() {
        Some(id) => writeln!(out, "- Resolved by: {}", ids(&[id]))?,
        None => writeln!(out, "- Not resolved within these inputs")?,
    }
    for change in &incident.changes {
        let side = |side: Option<&str>| markdown_code(&change_side(side));
        writeln!(
            out,
            "- Changed: {} from {} to {}",
            markdown(&change.what),
            side(change.before.as_deref()),
            side(change.after.as_deref())
        )?;
    }
    if let Some(count) = ticket.endpoints {
        writeln!(out, "- Endpoints asked for: {}", number(count))?;
    }
    writeln!(out, "- Ticket key: {}", markdown_code(ticket.key))?;
    writeln!(out, "- Fingerprint: {}", markdown_code(&incident.fingerprint))?;
    if !ticket.is_open() {
        return Ok(());
    }
    if !incident.diagnosis.remedy.is_empty() {
        writeln!(out, "\n### What to do\n")?;
    }
    for (index, remedy) in incident.diagnosis.remedy.iter().enumerate() {
        writeln!(out, "{}. {}", index + 1, markdown(remedy))?;
    }
    proof(clocks.overview, incident, out)
}

fn proof(overview: &Overview<'_>, incident: &Incident, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(attempt) = incident.attempts.first().and_then(|id| overview.attempt(*id)) else { return Ok(()) };
    if let Some(reason) = &attempt.reason {
        writeln!(out, "\nThe log's words: {}", markdown_code(reason))?;
    }
    if attempt.evidence.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### Proof (attempt {})\n\n| Where | What | Wireshark |\n| --- | --- | --- |", attempt.id)?;
    for evidence in &attempt.evidence {
        writeln!(
            out,
            "| {} | {} | {} |",
            markdown_code_cell(&overview.report.evidence_place(evidence)),
            markdown_code_cell(&evidence.what),
            evidence.display_filter.as_deref().map(markdown_code_cell).unwrap_or_default()
        )?;
    }
    Ok(())
}

fn ids(ids: &[usize]) -> String {
    // A bare `#4` would be a link to another ticket.
    let shown = ids.iter().take(NAMED).map(usize::to_string).collect::<Vec<_>>().join(", ");
    match ids.len().checked_sub(NAMED) {
        Some(more) if more > 0 => format!("{shown} and {} more", number(more)),
        _ => shown,
    }
}

fn write_attempts(clocks: &Clockface<'_>, mut out: &mut dyn io::Write) -> io::Result<()> {
    let overview = clocks.overview;
    if overview.gists.is_empty() {
        return Ok(());
    }
    let name = markdown_cell(&clocks.name());
    writeln!(out, "\n## Attempts\n\n| No. | Time ({name}) | Asked for | Server | Outcome | Confidence | Proof |")?;
    writeln!(out, "| --- | --- | --- | --- | --- | --- | --- |")?;
    let rows = fold::rows(overview, false);
    let shown = rows.iter().take(ROWS).map(|row| (row.first().place, row));
    stream::picked(overview.attempts, shown, &mut out, |row, attempt, text| {
        let outcome = markdown_code_cell(&attempt.outcome.to_string());
        let (id, outcome, proof) = match row {
            Row::One(_) => {
                let places = overview.report.places(attempt);
                let places = places.iter().map(|place| markdown_code_cell(place)).collect::<Vec<_>>().join(", ");
                (attempt.id.to_string(), outcome, places)
            }
            Row::Many(fold) => {
                let (first, last) = (fold.first.id, fold.last.id);
                (
                    format!("{first} to {last}"),
                    format!("{outcome} x {}", number(fold.count)),
                    fold.words(clocks).join(", "),
                )
            }
        };
        writeln!(
            text,
            "| {id} | {} | {} | {} | {outcome} | {} | {proof} |",
            attempt.started_at.map(|at| clocks.attempt(attempt).readable(at)).unwrap_or_default(),
            markdown_cell(&asked_for(attempt)),
            markdown_code_cell(&server(attempt.server.host.as_deref(), attempt.server.port)),
            attempt.confidence.as_str(),
        )
    })?;
    if rows.len() > ROWS {
        let shown: usize = rows.iter().take(ROWS).map(Row::count).sum();
        writeln!(out, "\n{} more attempts are left out here.", number(overview.gists.len() - shown))?;
    }
    let (notes, more) = notes::notes(&overview.notes, "", false);
    for note in notes {
        writeln!(out, "\nAttempt {}: {}", note.about, markdown(&note.text))?;
    }
    if more > 0 {
        writeln!(out, "\n{more} more notes are left out here.")?;
    }
    Ok(())
}

/// Writes the minutes in which endpoints were hurt, node by node.
fn trouble(clocks: &Clockface<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let report = clocks.report;
    let troubles = trouble::troubles(clocks, false);
    if !troubles.is_empty() {
        writeln!(out, "\n## What nodes record of MDM servers themselves")?;
    }
    for trouble in troubles {
        writeln!(out, "\n{}: {}\n", markdown_code(&trouble.node), markdown(&trouble.summary))?;
        writeln!(out, "| Minute ({}) | Server | What | Where |\n| --- | --- | --- | --- |", clocks.name())?;
        for minute in trouble.minutes {
            let place = report.place(minute.input, Some(minute.line), None);
            let (server, what) = (markdown_code_cell(&trouble::server_of(minute)), trouble::words(minute));
            let at = trouble::minute_of(clocks, minute);
            writeln!(out, "| {at} | {server} | {what} | {} |", markdown_code_cell(&place))?;
        }
        if trouble.more > 0 {
            writeln!(out, "\n{} more minutes are left out here.", number(trouble.more))?;
        }
    }
    Ok(())
}

/// Writes what to collect.
fn next_time(found: &[Collection], out: &mut dyn io::Write) -> io::Result<()> {
    let (collections, more) = collections(found, false);
    if !collections.is_empty() {
        writeln!(out, "\n## To be sure, collect next time")?;
    }
    for collection in collections {
        writeln!(out, "\nFor attempts {}:\n", ids(&collection.attempts))?;
        for (label, text) in collection.steps() {
            // What is to be typed stands between backticks, and is shown as it is.
            let parts = text.split('`').enumerate();
            let text: String =
                parts.map(|(index, part)| if index % 2 == 0 { markdown(part) } else { markdown_code(part) }).collect();
            writeln!(out, "- {label}: {text}")?;
        }
    }
    if more > 0 {
        writeln!(out, "\n{} more are left out here.", number(more))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn rendered(report: &Report) -> String {
        let mut out = Vec::new();
        Markdown(Times::Utc).render(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_ticket_reads_like_this() {
        let mut report = sample::report();
        report.attempts.truncate(5);
        report.incidents.truncate(2);
        insta::assert_snapshot!(rendered(&report));
    }

    #[test]
    fn foreign_text_brings_no_markup() {
        let payload = "x`y|z\\| </td>\n# head\n[a](javascript:b) ![i](http://t.example/p.png) <img src=x onerror=y> @everyone https://t.example";
        let text = rendered(&sample::hostile(payload));
        // What is in code spans is literal; what remains is prose.
        for line in text.lines() {
            let prose = without_escapes(&without_code(line));
            for markup in ["](", "<img", "</td", "@everyone", "https://", "http://", "`"] {
                assert!(!prose.contains(markup), "{markup} in {prose}");
            }
            assert!(!line.starts_with("# head"), "{line}");
        }
    }

    /// Returns a line without its backslash escapes, each of which stands for a literal character.
    fn without_escapes(line: &str) -> String {
        let mut out = String::new();
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            if c == '\\' {
                chars.next();
                out.push(' ');
            } else {
                out.push(c);
            }
        }
        out
    }

    /// Returns a line without its code spans (CommonMark, section 6.1).
    fn without_code(line: &str) -> String {
        let mut out = String::new();
        let mut rest = line;
        while let Some(at) = rest.find('`') {
            if rest[..at].ends_with('\\') {
                out.push_str(&rest[..at + 1]);
                rest = &rest[at + 1..];
                continue;
            }
            let run = rest[at..].len() - rest[at..].trim_start_matches('`').len();
            let fence = "`".repeat(run);
            let body = &rest[at + run..];
            out.push_str(&rest[..at]);
            let mut from = 0;
            loop {
                let Some(end) = body[from..].find(&fence).map(|end| from + end) else { return out + &rest[at..] };
                let closing = body[end..].len() - body[end..].trim_start_matches('`').len();
                if closing == run {
                    rest = &body[end + run..];
                    break;
                }
                from = end + closing;
            }
        }
        out + rest
    }
}
