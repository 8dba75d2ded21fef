//! The body of a ticket: what a reader of it must know, in plain GFM that every tracker shows.

use std::io::{self, Write as _};

use super::Rendering;
use super::escape::{markdown, markdown_code};
use super::view::{asked_for, change_side, likely, readable, server, verdict};
use crate::model::report::{Incident, Report};

/// More rows make a ticket unreadable; the whole is in the other formats.
const ROWS: usize = 200;

/// GitHub-flavoured Markdown.
pub(super) struct Markdown;

impl Rendering for Markdown {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut out = io::BufWriter::new(out);
        writeln!(out, "# MDM server: {}\n", markdown(&report.headline()))?;
        for input in &report.inputs {
            let records = input.records.map(|records| format!(", {records} records")).unwrap_or_default();
            writeln!(out, "- Input {}{records}", markdown_code(&input.path))?;
        }
        for line in report.clock_lines() {
            writeln!(out, "- Clock: {}", markdown(&line))?;
        }
        for incident in &report.incidents {
            write_incident(report, incident, &mut out)?;
        }
        attempts(report, &mut out)?;
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

/// One incident, with the proof of its first attempt; what a ticket about it alone says.
pub(super) fn write_incident(report: &Report, incident: &Incident, out: &mut dyn io::Write) -> io::Result<()> {
    let verdict = verdict(incident.outcome, incident.detail.as_deref());
    let server = server(incident.server.host.as_deref(), incident.server.port);
    writeln!(out, "\n## Incident {}: {} at {}\n", incident.id, markdown_code(&verdict), markdown_code(&server))?;
    writeln!(out, "{}\n", markdown(&incident.diagnosis.summary))?;
    let time = |time: Option<_>| time.map_or_else(|| "unknown".to_owned(), |time| format!("{} UTC", readable(time)));
    writeln!(out, "- First: {}, last: {}", time(incident.first_at), time(incident.last_at))?;
    writeln!(out, "- Attempts: {}", ids(&incident.attempts))?;
    if let Some(id) = incident.last_success_before {
        writeln!(out, "- Last success before: {}", ids(&[id]))?;
    }
    match incident.resolved_by {
        Some(id) => writeln!(out, "- Resolved by: {}", ids(&[id]))?,
        None => writeln!(out, "- Not resolved in what was given")?,
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
    if let Some(count) = incident.endpoints {
        writeln!(out, "- Endpoints asked for: {count}")?;
    }
    writeln!(out, "- Ticket key: {}", markdown_code(&incident.ticket_key))?;
    writeln!(out, "- Fingerprint: {}", markdown_code(&incident.fingerprint))?;
    if !incident.diagnosis.remedy.is_empty() {
        writeln!(out, "\n### What to do\n")?;
    }
    for (index, remedy) in incident.diagnosis.remedy.iter().enumerate() {
        writeln!(out, "{}. {}", index + 1, markdown(remedy))?;
    }
    let first = incident.attempts.first().and_then(|id| report.attempt(*id));
    if let Some(reason) = first.and_then(|attempt| attempt.reason.as_deref()) {
        writeln!(out, "\nThe log's words: {}", markdown_code(reason))?;
    }
    if let Some(attempt) = first.filter(|attempt| !attempt.evidence.is_empty()) {
        writeln!(out, "\n### Proof (attempt {})\n\n| Where | What | Wireshark |\n| --- | --- | --- |", attempt.id)?;
        for evidence in &attempt.evidence {
            writeln!(
                out,
                "| {} | {} | {} |",
                markdown_code(&report.evidence_place(evidence)),
                markdown_code(&evidence.what),
                evidence.display_filter.as_deref().map(markdown_code).unwrap_or_default()
            )?;
        }
    }
    Ok(())
}

fn ids(ids: &[usize]) -> String {
    // A bare `#4` would be a link to another ticket.
    ids.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}

fn attempts(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.attempts.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Attempts\n\n| No. | Time (UTC) | Asked for | Server | Outcome | Confidence | Proof |")?;
    writeln!(out, "| --- | --- | --- | --- | --- | --- | --- |")?;
    for attempt in report.attempts.iter().take(ROWS) {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |",
            attempt.id,
            attempt.started_at.map(readable).unwrap_or_default(),
            markdown(&asked_for(attempt)),
            markdown_code(&server(attempt.server.host.as_deref(), attempt.server.port)),
            markdown_code(&verdict(attempt.outcome, attempt.detail.as_deref())),
            attempt.confidence.as_str(),
            report.places(attempt).iter().map(|place| markdown_code(place)).collect::<Vec<_>>().join(", ")
        )?;
    }
    if let Some(more) = report.attempts.len().checked_sub(ROWS).filter(|more| *more > 0) {
        writeln!(out, "\n{more} more attempts are left out here.")?;
    }
    for attempt in &report.attempts {
        let notes = attempt.conflict.iter().chain(&attempt.missing_source).chain(&attempt.confidence_reasons);
        let likely = likely(attempt).map(|likely| format!("most likely {likely}"));
        for note in notes.chain(&likely) {
            writeln!(out, "\nAttempt {}: {}", attempt.id, markdown(note))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn rendered(report: &Report) -> String {
        let mut out = Vec::new();
        Markdown.render(report, &mut out).unwrap();
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
        let payload = "x`y|z</td>\n# head\n[a](javascript:b) ![i](http://t.example/p.png) <img src=x onerror=y> @everyone https://t.example";
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

    /// A line without its backslash escapes, each of which stands for a literal character.
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

    /// A line without its code spans (CommonMark, section 6.1).
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
