//! The report for a terminal: what is wrong and what to do first, then every attempt with what proves it.

mod ladder;
mod paint;
mod table;
mod table_style;

use std::collections::HashMap;
use std::io::{self, Write as _};

use self::paint::{Paint, STRONG, WEAK};
use super::Rendering;
use super::view::{change_side, counted, date_and_time, readable, seconds, server, span, verdict};
use crate::model::report::{Attempt, Incident, Report};
use crate::model::visible::visible;
use crate::model::wrap::wrapped;

/// How text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextStyle {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether colours are welcome.
    pub color: bool,
    /// Whether each attempt is shown step by step.
    pub verbose: bool,
}

impl Default for TextStyle {
    fn default() -> Self {
        Self { width: 100, color: false, verbose: false }
    }
}

/// Narrower terminals get longer lines than they have columns.
const NARROWEST: usize = 60;
/// Wider lines are hard to read.
const WIDEST_PROSE: usize = 110;

/// A report to read.
pub(super) struct Text(pub(super) TextStyle);

impl Rendering for Text {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut page = Page {
            report,
            width: self.0.width.max(NARROWEST),
            paint: Paint(self.0.color),
            said: HashMap::new(),
            out: io::BufWriter::new(out),
        };
        page.head()?;
        for incident in &report.incidents {
            page.incident(incident)?;
        }
        page.attempts()?;
        page.notes()?;
        if self.0.verbose {
            for attempt in &report.attempts {
                page.attempt(attempt)?;
            }
        }
        page.warnings()?;
        page.out.flush()
    }
}

/// What is being written.
struct Page<'a, W: io::Write> {
    report: &'a Report,
    width: usize,
    paint: Paint,
    /// What was asked for already, and by which incident first.
    said: HashMap<Vec<String>, &'a Incident>,
    out: io::BufWriter<W>,
}

impl<'a, W: io::Write> Page<'a, W> {
    fn prose_width(&self) -> usize {
        self.width.min(WIDEST_PROSE)
    }

    /// A label, and prose that hangs beside it.
    fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        self.hanging(label, "", text)
    }

    /// A label, a mark such as a number, and prose that hangs beside the two.
    fn hanging(&mut self, label: &str, mark: &str, text: &str) -> io::Result<()> {
        const LABEL: usize = 10;
        let indent = LABEL + mark.len();
        let text = wrapped(&format!("{:indent$}{}", "", visible(text)), self.prose_width(), indent);
        let label = self.paint.with(WEAK, &format!("{label:<8}"));
        writeln!(self.out, "  {label}{mark}{}", text.get(indent..).unwrap_or_default())
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "\n{}", self.paint.with(STRONG, text))
    }

    fn head(&mut self) -> io::Result<()> {
        let report = self.report;
        writeln!(self.out, "{}", self.paint.with(STRONG, &report.headline()))?;
        let (mut line, mut columns) = (String::new(), 0);
        for (outcome, count) in &report.summary.by_outcome {
            let item = format!("{outcome} {count}");
            if columns > 0 && columns + 2 + item.len() > self.width {
                writeln!(self.out, "{line}")?;
                (line, columns) = (String::new(), 0);
            }
            columns += 2 + item.len();
            line.push_str("  ");
            line.push_str(&self.paint.outcome(*outcome, &item));
        }
        if columns > 0 {
            writeln!(self.out, "{line}")?;
        }
        if !report.inputs.is_empty() {
            writeln!(self.out)?;
        }
        for input in &report.inputs {
            let mut text = visible(&input.path).into_owned();
            if let (Some(first), Some(last)) = (input.first_time, input.last_time) {
                text.push_str(&format!(", {}", span(first, last)));
            }
            if let Some(records) = input.records {
                let records = usize::try_from(records).unwrap_or(usize::MAX);
                text.push_str(&format!(", {}", counted(records, input.kind.unit())));
            }
            self.labelled("input", &text)?;
        }
        for line in report.clock_lines() {
            self.labelled("clock", &line)?;
        }
        Ok(())
    }

    fn incident(&mut self, incident: &'a Incident) -> io::Result<()> {
        let verdict = verdict(incident.outcome, incident.detail.as_deref());
        let server = server(incident.server.host.as_deref(), incident.server.port);
        let title = format!("Incident {}  ", incident.id);
        writeln!(
            self.out,
            "\n{}{}  {}",
            self.paint.with(STRONG, &title),
            self.paint.outcome(incident.outcome, &verdict),
            self.paint.with(STRONG, &server)
        )?;
        self.labelled("when", &when(incident))?;
        self.labelled("what", &incident.diagnosis.summary)?;
        for change in &incident.changes {
            let (before, after) = (change_side(change.before.as_deref()), change_side(change.after.as_deref()));
            self.labelled("changed", &format!("{}: {before} -> {after}", change.what))?;
        }
        let said = self.said_before(incident);
        if let Some(said) = said {
            let here = incident.server.host.as_ref().filter(|_| incident.server.host != said.server.host);
            let here = here.map(|host| format!(", for {host}")).unwrap_or_default();
            self.labelled("to do", &format!("as for incident {}{here}", said.id))?;
        }
        let new = incident.diagnosis.remedy.iter().enumerate().filter(|_| said.is_none());
        for (index, remedy) in new {
            let label = if index == 0 { "to do" } else { "" };
            self.hanging(label, &format!("{}. ", index + 1), remedy)?;
        }
        if let Some(count) = incident.endpoints {
            self.labelled("hit", &format!("{} asked for", counted(count, "endpoint")))?;
        }
        self.labelled("ticket", &format!("key {}, fingerprint {}", incident.ticket_key, incident.fingerprint))
    }

    /// The first incident before this one that asks for the same, but for the name of the server.
    fn said_before(&mut self, incident: &'a Incident) -> Option<&'a Incident> {
        let host = incident.server.host.as_deref().filter(|host| !host.is_empty());
        let remedies = incident.diagnosis.remedy.iter();
        let asked: Vec<String> =
            remedies.map(|remedy| host.map_or_else(|| remedy.clone(), |host| remedy.replace(host, "\0"))).collect();
        if asked.is_empty() {
            return None;
        }
        let first = *self.said.entry(asked).or_insert(incident);
        (first.id != incident.id).then_some(first)
    }

    fn attempts(&mut self) -> io::Result<()> {
        if self.report.attempts.is_empty() {
            return writeln!(self.out, "\nNo attempt was found.");
        }
        let day = match self.report.attempts.iter().find_map(|attempt| attempt.started_at) {
            Some(time) if self.report.on_one_day() => format!(" on {} (UTC)", date_and_time(time).0),
            Some(_) => " (UTC)".to_owned(),
            None => String::new(),
        };
        let at = table::only_server(self.report).map(|server| format!(" at {server}")).unwrap_or_default();
        self.heading(&format!("Attempts{at}{day}"))?;
        let table = table::attempts(self.report, self.width, self.paint);
        for line in table.lines() {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    /// Who disagrees and who did not see it, which the table has no room for.
    fn notes(&mut self) -> io::Result<()> {
        let mut first = true;
        for attempt in &self.report.attempts {
            let conflict = attempt.conflict.as_ref().map(|note| (" *", note));
            let others = attempt.missing_source.iter().chain(&attempt.confidence_reasons).map(|note| ("", note));
            for (mark, note) in conflict.into_iter().chain(others) {
                if std::mem::take(&mut first) {
                    self.heading("Notes (* log and capture disagree)")?;
                }
                self.labelled(&format!("#{}{mark}", attempt.id), note)?;
            }
        }
        Ok(())
    }

    fn attempt(&mut self, attempt: &Attempt) -> io::Result<()> {
        let verdict = verdict(attempt.outcome, attempt.detail.as_deref());
        let server = server(attempt.server.host.as_deref(), attempt.server.port);
        let title = format!("Attempt #{}  ", attempt.id);
        writeln!(
            self.out,
            "\n{}{}  {}",
            self.paint.with(STRONG, &title),
            self.paint.outcome(attempt.outcome, &verdict),
            self.paint.with(STRONG, &server)
        )?;
        if !attempt.diagnosis.summary.is_empty() {
            self.labelled("what", &attempt.diagnosis.summary)?;
        }
        for (index, evidence) in attempt.evidence.iter().enumerate() {
            let label = if index == 0 { "proof" } else { "" };
            let place = self.report.evidence_place(evidence);
            self.labelled(label, &format!("{place}  {}", evidence.what))?;
        }
        for line in ladder::lines(self.report, attempt, self.paint, self.width.saturating_sub(2)) {
            writeln!(self.out, "  {line}")?;
        }
        Ok(())
    }

    fn warnings(&mut self) -> io::Result<()> {
        if self.report.warnings.is_empty() {
            return Ok(());
        }
        self.heading("Warnings")?;
        for warning in &self.report.warnings {
            let about = warning.input.map(|input| format!("{}: ", self.report.input_name(input))).unwrap_or_default();
            let text = format!("  - {about}{} [{}]", visible(&warning.message), visible(warning.code.as_str()));
            writeln!(self.out, "{}", wrapped(&text, self.prose_width(), 4))?;
        }
        Ok(())
    }
}

/// When an incident was, which attempts it has, what was before and after.
fn when(incident: &Incident) -> String {
    let ids: Vec<_> = incident.attempts.iter().map(|id| format!("#{id}")).collect();
    let shown = match ids.as_slice() {
        [first, .., last] if ids.len() > 6 => format!("{} from {first} to {last}", counted(ids.len(), "attempt")),
        [_] => format!("attempt {}", ids.join(", ")),
        _ => format!("attempts {}", ids.join(", ")),
    };
    let mut text = match (incident.first_at, incident.last_at) {
        (Some(first), Some(last)) if first != last => format!("{}, {shown}", span(first, last)),
        (Some(first), _) => format!("{} UTC, {shown}", seconds(&readable(first))),
        _ => shown,
    };
    if let Some(id) = incident.last_success_before {
        text.push_str(&format!("; last success before it #{id}"));
    }
    match incident.resolved_by {
        Some(id) => text.push_str(&format!("; resolved by #{id}")),
        None => text.push_str("; not resolved in what was given"),
    }
    text
}

#[cfg(test)]
mod tests;
