//! The attempts as a table. What does not fit is left away, the least worth first, and no number, time or name is broken.

use std::io;

use super::legend::Legend;
use super::page::Page;
use super::paint::{STRONG, WEAK};
use crate::model::mdm::RequestKind;
use crate::model::outcome::Outcome;
use crate::model::report::Attempt;
use crate::model::visible::visible;
use crate::model::wrap::wrapped;
use crate::render::clockface::Clockface;
use crate::render::escape::shortened;
use crate::render::fold::{Fold, Row};
use crate::render::stream;
use crate::render::view::{milliseconds, number, server};

/// Longest host name that is shown whole.
const HOST: usize = 48;
/// Longest detail, thread and criterion that are shown whole.
const WORD: usize = 32;
/// Blanks between columns.
const GAP: usize = 2;
/// Stands before what hangs below the first line of a cell.
const BELOW: &str = "  ";
/// Places are given at least so much room before other columns go.
const PROOF: usize = 20;

/// A column of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TableColumn {
    Id,
    Time,
    Took,
    Thread,
    Asked,
    Server,
    Outcome,
    Sure,
    Proof,
}

/// Those that can be left away, the first of them first; what asked for and server then stand below the outcome.
const LEAST_WORTH: [TableColumn; 5] =
    [TableColumn::Took, TableColumn::Thread, TableColumn::Server, TableColumn::Asked, TableColumn::Sure];

impl TableColumn {
    const ALL: [Self; 9] = [
        Self::Id,
        Self::Time,
        Self::Took,
        Self::Thread,
        Self::Asked,
        Self::Server,
        Self::Outcome,
        Self::Sure,
        Self::Proof,
    ];

    const fn title(self) -> &'static str {
        match self {
            Self::Id => "#",
            Self::Time => "Time",
            Self::Took => "Took",
            Self::Thread => "Thread",
            Self::Asked => "Asked for",
            Self::Server => "Server",
            Self::Outcome => "Outcome",
            Self::Sure => "Sure",
            Self::Proof => "Proof",
        }
    }
}

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

/// What the cells depend on.
#[derive(Clone, Copy)]
struct View<'a> {
    legend: &'a Legend,
    clocks: &'a Clockface<'a>,
    /// Whether a day stands above its time.
    short: bool,
    asked_below: bool,
    server_below: bool,
}

impl View<'_> {
    fn cell(&self, row: &Row<'_>, attempt: &Attempt, column: TableColumn, room: usize) -> Vec<String> {
        match (column, row) {
            (TableColumn::Id, Row::Many(fold)) => vec![format!("{}-{}", fold.first.id, fold.last.id)],
            (TableColumn::Id, Row::One(_)) => vec![attempt.id.to_string()],
            (TableColumn::Time, _) => self.time(attempt),
            (TableColumn::Took, Row::Many(fold)) => vec![fold.median_ms.map_or_else(|| "-".to_owned(), milliseconds)],
            (TableColumn::Took, Row::One(_)) => vec![attempt.duration_ms.map_or_else(|| "-".to_owned(), milliseconds)],
            (TableColumn::Thread, Row::Many(_)) => vec![],
            (TableColumn::Thread, Row::One(_)) => {
                vec![attempt.thread.as_deref().map_or_else(|| "-".to_owned(), word)]
            }
            (TableColumn::Asked, _) => asked(row, attempt),
            (TableColumn::Server, _) => vec![host(attempt)],
            (TableColumn::Outcome, _) => self.outcome(row, attempt),
            (TableColumn::Sure, _) => {
                let mark = if attempt.conflict.is_some() { " *" } else { "" };
                vec![format!("{}{mark}", attempt.confidence.as_str())]
            }
            (TableColumn::Proof, Row::Many(fold)) => self.run(fold, room),
            (TableColumn::Proof, Row::One(_)) => self.legend.places(attempt, room),
        }
    }

    fn time(&self, attempt: &Attempt) -> Vec<String> {
        let Some(at) = attempt.started_at else { return vec!["-".to_owned()] };
        let face = self.clocks.attempt(attempt);
        let (day, time) = face.date_and_time(at);
        let mut lines = match (self.clocks.on_one_day(), self.short) {
            (true, _) => vec![time],
            (false, true) => vec![day, time],
            (false, false) => vec![format!("{day} {time}")],
        };
        if let Some((day, time)) = face.utc_beside(at) {
            match day {
                Some(day) if self.short => lines.extend([day, time]),
                Some(day) => lines.push(format!("{day} {time}")),
                None => lines.push(time),
            }
        }
        lines
    }

    /// Returns outcome and detail, and below them what has no column of its own.
    fn outcome(&self, row: &Row<'_>, attempt: &Attempt) -> Vec<String> {
        let mut lines = vec![match row {
            Row::One(_) => attempt.outcome.name().to_string(),
            Row::Many(fold) => format!("{} x {}", attempt.outcome.name(), number(fold.count)),
        }];
        let mut below = |text: String| lines.push(format!("{BELOW}{text}"));
        if let Some(detail) = attempt.outcome.detail() {
            below(word(&detail));
        }
        if self.asked_below {
            asked(row, attempt).into_iter().for_each(&mut below);
        }
        if self.server_below {
            below(host(attempt));
        }
        lines
    }

    /// Returns what there is to say of a run in place of places.
    fn run(&self, fold: &Fold<'_>, room: usize) -> Vec<String> {
        // A unit stays with its number.
        let joined = fold.words(self.clocks).join(",\u{0}").replace(' ', "\u{a0}").replace('\u{0}', " ");
        wrapped(&joined, room.max(PROOF), 0).lines().map(|line| line.replace('\u{a0}', " ")).collect()
    }
}

fn asked(row: &Row<'_>, attempt: &Attempt) -> Vec<String> {
    let kind = attempt.kind.describe().to_owned();
    match (row, &attempt.query) {
        (Row::One(_), Some(query)) if attempt.outcome != Outcome::Success => {
            vec![kind, format!("  {}", word(&query.value))]
        }
        _ => vec![kind],
    }
}

fn host(attempt: &Attempt) -> String {
    let server = server(attempt.server.host.as_deref(), attempt.server.port);
    shortened(&server, HOST).into_owned()
}

fn word(text: &str) -> String {
    shortened(&visible(text), WORD).into_owned()
}
