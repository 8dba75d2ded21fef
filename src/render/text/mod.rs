//! The report for a terminal: whether it works now, what is wrong and what to do first, then the attempts with what proves
//! each. What would fill pages is folded: `--all` shows it.

mod besides;
mod cells;
mod head;
mod incidents;
mod ladder;
mod legend;
mod page;
mod paint;
mod table;

use std::io::{self, Write as _};

use self::legend::Legend;
use self::page::Page;
use self::paint::{Paint, STRONG};
use super::clockface::Clockface;
use super::fold::{self, Row};
use super::overview::Overview;
use super::view::{counted, number, server};
use super::{Rendering, Times, stream};
use crate::model::attempts::Attempts;
use crate::model::outcome::Outcome;
use crate::model::report::{Attempt, Report};

/// How text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextStyle {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether colours are welcome.
    pub color: bool,
    /// Whether each attempt is shown step by step.
    pub verbose: bool,
    /// Whether nothing is folded or left out.
    pub all: bool,
}

impl Default for TextStyle {
    fn default() -> Self {
        Self { width: 100, color: false, verbose: false, all: false }
    }
}

/// Narrower terminals get longer lines than they have columns.
const NARROWEST: usize = 60;
/// A table of so many rows is shown whole.
const ROWS: usize = 60;
/// Of a longer one, so many failures are shown, the last ones,
const FAILURES: usize = 10;
/// and so many of the other rows.
const OTHERS: usize = 4;

/// A report to read.
pub(super) struct Text(pub(super) TextStyle, pub(super) Times);

impl Rendering for Text {
    fn stream(&self, head: &Report, all: &dyn Attempts, out: &mut dyn io::Write) -> io::Result<()> {
        let overview = Overview::of(head, all);
        let mut page = Page {
            report: head,
            clocks: &Clockface::of(&overview, self.1),
            legend: &Legend::of(head),
            width: self.0.width.max(NARROWEST),
            paint: Paint(self.0.color),
            all: self.0.all,
            out: io::BufWriter::new(out),
        };
        head::write(&mut page)?;
        incidents::write(&mut page)?;
        let rows = fold::rows(&overview, page.all);
        attempts(&mut page, &rows)?;
        notes(&mut page)?;
        besides::trouble(&mut page)?;
        besides::next_time(&mut page)?;
        if self.0.verbose {
            let single =
                rows.iter().filter_map(|row| if let Row::One(one) = row { Some((one.place, ())) } else { None });
            let blank = page.onto(io::sink());
            stream::picked(all, single, &mut page.out, |(), one, text| attempt(&mut blank.onto(text), one))?;
        }
        warnings(&mut page)?;
        page.out.flush()
    }
}

/// Returns the rows that are shown: all, or the last that failed and the last that did not.
fn shown<'r, 'a>(rows: &'a [Row<'r>], all: bool) -> Vec<&'a Row<'r>> {
    if all || rows.len() <= ROWS {
        return rows.iter().collect();
    }
    let went_well = |row: &&Row<'_>| row.first().outcome == Outcome::Success;
    let last = |wanted: bool, count| rows.iter().rev().filter(move |row| went_well(row) == wanted).take(count);
    let mut shown: Vec<&Row<'_>> = last(false, FAILURES).chain(last(true, OTHERS)).collect();
    shown.sort_by_key(|row| row.first().id);
    shown
}

fn attempts<W: io::Write>(page: &mut Page<'_, W>, rows: &[Row<'_>]) -> io::Result<()> {
    let (clocks, overview) = (page.clocks, page.clocks.overview);
    if rows.is_empty() {
        return page.line("\nNo attempt was found.");
    }
    let day = match overview.first_timed() {
        Some((first, at)) if clocks.on_one_day() => {
            format!(" on {} ({})", clocks.by(first.witness).date_and_time(at).0, clocks.name())
        }
        Some(_) => format!(" ({})", clocks.name()),
        None => String::new(),
    };
    let at = overview.only_server().map(|server| format!(" at {server}")).unwrap_or_default();
    let picked = shown(rows, page.all);
    let which = if picked.len() < rows.len() { "The last attempts" } else { "Attempts" };
    page.heading(&format!("{which}{at}{day}"))?;
    table::write(page, &picked)?;
    let hidden = overview.gists.len() - picked.iter().map(|row| row.count()).sum::<usize>();
    if hidden > 0 {
        page.line(&format!("{} more: --all", number(hidden)))?;
    }
    Ok(())
}

fn notes<W: io::Write>(page: &mut Page<'_, W>) -> io::Result<()> {
    let (notes, more) = super::notes::notes(&page.clocks.overview.notes, "#", page.all);
    if notes.is_empty() {
        return Ok(());
    }
    page.heading("Notes (* log and capture disagree)")?;
    for note in notes {
        page.item(&format!("{}: {}", note.about, note.text))?;
    }
    if more > 0 {
        page.item(&format!("{} more: --all", counted(more, "note")))?;
    }
    Ok(())
}

/// Writes an attempt step by step.
fn attempt<W: io::Write>(page: &mut Page<'_, W>, attempt: &Attempt) -> io::Result<()> {
    let verdict = attempt.outcome.to_string();
    let server = server(attempt.server.host.as_deref(), attempt.server.port);
    let title = page.paint.with(STRONG, &format!("Attempt #{}", attempt.id));
    let (verdict, server) = (page.paint.outcome(attempt.outcome.name(), &verdict), page.paint.with(STRONG, &server));
    page.line(&format!("\n{title}  {verdict}  {server}"))?;
    if !attempt.diagnosis.summary.is_empty() {
        page.labelled("what", &attempt.diagnosis.summary)?;
    }
    page.labelled("asked", &super::view::asked_for(attempt))?;
    if let Some(reason) = &attempt.reason {
        page.labelled("words", reason)?;
    }
    for (index, evidence) in attempt.evidence.iter().enumerate() {
        let label = if index == 0 { "proof" } else { "" };
        let place = page.legend.evidence(evidence);
        page.labelled(label, &format!("{place}  {}", evidence.what))?;
    }
    for line in ladder::lines(page.legend, attempt, page.paint, page.width.saturating_sub(2)) {
        page.line(&format!("  {line}"))?;
    }
    Ok(())
}

fn warnings<W: io::Write>(page: &mut Page<'_, W>) -> io::Result<()> {
    let report = page.report;
    if report.warnings.is_empty() {
        return Ok(());
    }
    page.heading("Warnings")?;
    for warning in &report.warnings {
        let about = warning.input.map(|input| format!("{}: ", page.legend.name(input))).unwrap_or_default();
        page.item(&format!("{about}{} [{}]", warning.message, warning.code.as_str()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
