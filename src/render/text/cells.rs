//! What stands in the cells of the table of attempts, in lines; no number, time or name is broken.

use super::legend::Legend;
use crate::model::outcome::Outcome;
use crate::model::report::Attempt;
use crate::model::visible::visible;
use crate::model::wrap::wrapped;
use crate::render::clockface::Clockface;
use crate::render::escape::shortened;
use crate::render::fold::{Fold, Row};
use crate::render::view::{milliseconds, number, server};

/// Longest host name that is shown whole.
const HOST: usize = 48;
/// Longest detail, thread and criterion that are shown whole.
const WORD: usize = 32;
/// Stands before what hangs below the first line of a cell.
pub(super) const BELOW: &str = "  ";
/// Places are given at least so much room before other columns go.
pub(super) const PROOF: usize = 20;

/// A column of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TableColumn {
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

impl TableColumn {
    pub(super) const ALL: [Self; 9] = [
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

    /// Returns what stands above it.
    pub(super) const fn title(self) -> &'static str {
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

/// What the cells depend on.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) legend: &'a Legend,
    pub(super) clocks: &'a Clockface<'a>,
    /// Whether a day stands above its time.
    pub(super) short: bool,
    pub(super) asked_below: bool,
    pub(super) server_below: bool,
}

impl View<'_> {
    /// Returns the lines of a cell; places are given so much room.
    pub(super) fn cell(&self, row: &Row<'_>, attempt: &Attempt, column: TableColumn, room: usize) -> Vec<String> {
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

    /// Returns when an attempt began.
    pub(super) fn time(&self, attempt: &Attempt) -> Vec<String> {
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
