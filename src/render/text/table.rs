//! The attempts as a table. What does not fit is left away, the least worth first.

use std::io;

use super::cells::{BELOW, PROOF, TableColumn, View};
use super::page::Page;
use super::paint::{STRONG, WEAK};
use crate::model::mdm::RequestKind;
use crate::model::report::Attempt;
use crate::render::fold::Row;
use crate::render::stream;

/// Blanks between columns.
const GAP: usize = 2;

/// Those that can be left away, the first of them first; what asked for and server then stand below the outcome.
const LEAST_WORTH: [TableColumn; 5] =
    [TableColumn::Took, TableColumn::Thread, TableColumn::Server, TableColumn::Asked, TableColumn::Sure];

/// Writes the table, fit to the width of the page.
pub(super) fn write<W: io::Write>(page: &mut Page<'_, W>, rows: &[&Row<'_>]) -> io::Result<()> {
    let (width, paint, overview) = (page.width, page.paint, page.clocks.overview);
    let one_server = overview.only_server().is_some();
    let one_kind = overview.gists.iter().all(|attempt| attempt.kind == RequestKind::ServerInfo);
    let mut columns: Vec<TableColumn> = TableColumn::ALL.to_vec();
    columns
        .retain(|column| !(one_server && *column == TableColumn::Server || one_kind && *column == TableColumn::Asked));
    let mut view =
        View { legend: page.legend, clocks: page.clocks, short: false, asked_below: false, server_below: false };
    let places = || rows.iter().map(|row| (row.first().place, *row));
    let mut widest = Widest::default();
    let widen = |widest: &mut Widest, row: &Row<'_>, attempt: &Attempt| widest.widen(&view, row, attempt);
    stream::gathered(overview.attempts, places(), widen, |run| widest.append(&run));
    let widths_of = |columns: &[TableColumn], view: &View<'_>| -> Vec<usize> {
        columns.iter().map(|column| widest.of(*column, view)).collect()
    };
    let mut widths = widths_of(&columns, &view);
    for least in LEAST_WORTH {
        if taken(&widths) + GAP + PROOF <= width {
            break;
        }
        // A day above the time costs no more than a column.
        view.short = true;
        match least {
            TableColumn::Server => view.server_below = !one_server,
            TableColumn::Asked => view.asked_below = !one_kind,
            _ => {}
        }
        columns.retain(|column| *column != least);
        widths = widths_of(&columns, &view);
    }
    let room = width.saturating_sub(taken(&widths) + GAP).max(PROOF / 2);
    if let Some(proof) = widths.last_mut() {
        *proof = room;
    }
    let titles: Vec<Vec<String>> = columns.iter().map(|column| vec![column.title().to_owned()]).collect();
    for line in laid_out(&titles, &widths, |_, text| paint.with(STRONG, text)) {
        page.line(&line)?;
    }
    page.line(&paint.with(WEAK, &"─".repeat(width.min(taken(&widths)))))?;
    let blank = page.onto(io::sink());
    stream::picked(overview.attempts, places(), &mut page.out, |row, attempt, text| {
        let cells: Vec<Vec<String>> = columns.iter().map(|column| view.cell(row, attempt, *column, room)).collect();
        let lines = laid_out(&cells, &widths, |index, text| match columns.get(index) {
            Some(TableColumn::Outcome) => paint.outcome(attempt.outcome.name(), text),
            _ => text.to_owned(),
        });
        let mut page = blank.onto(text);
        lines.iter().try_for_each(|line| page.line(line))
    })
}

/// Returns how many columns are taken, the gaps between them included.
fn taken(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// Returns the lines of a row; of the last cell nothing is padded.
fn laid_out(cells: &[Vec<String>], widths: &[usize], paint: impl Fn(usize, &str) -> String) -> Vec<String> {
    let height = cells.iter().map(Vec::len).max().unwrap_or_default();
    let line = |at: usize| {
        let mut line = String::new();
        let mut pending = 0;
        for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let text = cell.get(at).map(String::as_str).unwrap_or_default();
            if !text.is_empty() {
                line.extend(std::iter::repeat_n(' ', pending));
                line.push_str(&paint(index, text));
                pending = 0;
            }
            pending += width.saturating_sub(text.chars().count()) + GAP;
        }
        line
    };
    (0..height).map(line).collect()
}

/// How wide the cells of each column are at most; those of the places are left to be told.
#[derive(Clone, Copy, Default)]
struct Widest {
    id: usize,
    time: usize,
    short_time: usize,
    took: usize,
    thread: usize,
    asked: usize,
    server: usize,
    outcome: usize,
    sure: usize,
}

impl Widest {
    /// Makes room for a row.
    fn widen(&mut self, view: &View<'_>, row: &Row<'_>, attempt: &Attempt) {
        let width = |lines: Vec<String>| lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
        let cell = |column| width(view.cell(row, attempt, column, 0));
        let short_time = width(View { short: true, ..*view }.time(attempt));
        self.append(&Self {
            id: cell(TableColumn::Id),
            time: cell(TableColumn::Time),
            short_time,
            took: cell(TableColumn::Took),
            thread: cell(TableColumn::Thread),
            asked: cell(TableColumn::Asked),
            server: cell(TableColumn::Server),
            outcome: cell(TableColumn::Outcome),
            sure: cell(TableColumn::Sure),
        });
    }

    /// Makes room for all that others have room for.
    fn append(&mut self, other: &Self) {
        *self = Self {
            id: self.id.max(other.id),
            time: self.time.max(other.time),
            short_time: self.short_time.max(other.short_time),
            took: self.took.max(other.took),
            thread: self.thread.max(other.thread),
            asked: self.asked.max(other.asked),
            server: self.server.max(other.server),
            outcome: self.outcome.max(other.outcome),
            sure: self.sure.max(other.sure),
        };
    }

    /// Returns the width of a column.
    fn of(&self, column: TableColumn, view: &View<'_>) -> usize {
        let below = |is_below: bool, width: usize| if is_below { BELOW.len() + width } else { 0 };
        let cells = match column {
            TableColumn::Id => self.id,
            TableColumn::Time if view.short => self.short_time,
            TableColumn::Time => self.time,
            TableColumn::Took => self.took,
            TableColumn::Thread => self.thread,
            TableColumn::Asked => self.asked,
            TableColumn::Server => self.server,
            TableColumn::Outcome => {
                self.outcome.max(below(view.asked_below, self.asked)).max(below(view.server_below, self.server))
            }
            TableColumn::Sure => self.sure,
            TableColumn::Proof => return 0,
        };
        cells.max(column.title().len())
    }
}
