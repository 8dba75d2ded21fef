//! The attempts as a table.

use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Table, presets};

use super::paint::Paint;
use super::table_style as style;
use crate::model::report::{Attempt, Report};
use crate::model::visible::visible;
use crate::render::escape::shortened;
use crate::render::view::{date_and_time, milliseconds, readable, server};

/// Narrower tables do without thread and duration.
const ROOM_FOR_THREAD: usize = 100;
/// Narrower tables have the server below the outcome.
const ROOM_FOR_SERVER: usize = 140;
/// Longest host name that is shown whole.
const HOST: usize = 48;
/// Longest detail that is shown whole.
const DETAIL: usize = 32;

/// A column of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Id,
    Time,
    Took,
    Thread,
    Server,
    Outcome,
    Sure,
    Proof,
}

impl Column {
    const fn title(self) -> &'static str {
        match self {
            Self::Id => "#",
            Self::Time => "Time",
            Self::Took => "Took",
            Self::Thread => "Thread",
            Self::Server => "Server",
            Self::Outcome => "Outcome",
            Self::Sure => "Sure",
            Self::Proof => "Proof",
        }
    }
}

/// The server when all attempts were made to the same one, so that the table need not repeat it.
pub(super) fn only_server(report: &Report) -> Option<String> {
    let mut servers = report.attempts.iter().map(|attempt| &attempt.server).map(|s| (s.host.as_deref(), s.port));
    let first = servers.next()?;
    (first.0.is_some() && servers.all(|other| other == first)).then(|| server(first.0, first.1))
}

/// The table, fit to the width.
pub(super) fn attempts(report: &Report, width: usize, paint: Paint) -> String {
    use Column::{Id, Outcome, Proof, Server, Sure, Thread, Time, Took};
    let one_server = only_server(report).is_some();
    let server_beside = width >= ROOM_FOR_SERVER && !one_server;
    let columns: &[Column] = match width >= ROOM_FOR_THREAD {
        true if server_beside => &[Id, Time, Took, Thread, Server, Outcome, Sure, Proof],
        true => &[Id, Time, Took, Thread, Outcome, Sure, Proof],
        false => &[Id, Time, Outcome, Sure, Proof],
    };
    let view = View { report, one_day: report.on_one_day(), server_below: !server_beside && !one_server, paint };

    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.style_mut().row_separator = comfy_table::LineStyle::none();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    style::prepare(&mut table, paint);
    table.set_header(columns.iter().map(|column| style::heading(Cell::new(column.title()), paint)));
    for attempt in &report.attempts {
        table.add_row(columns.iter().map(|column| view.cell(attempt, *column)));
    }
    for (index, column) in columns.iter().enumerate() {
        let Some(layout) = table.column_mut(index) else { continue };
        layout.set_padding((0, if *column == Proof { 0 } else { 2 }));
        // Numbers, times and outcomes are of no use in pieces; thread, server and proof may wrap.
        match column {
            Id | Time | Took | Outcome | Sure => {
                layout.set_constraint(ColumnConstraint::ContentWidth);
            }
            Server | Thread | Proof => {}
        }
    }
    table.to_string()
}

/// What the cells depend on.
struct View<'a> {
    report: &'a Report,
    one_day: bool,
    server_below: bool,
    paint: Paint,
}

impl View<'_> {
    fn cell(&self, attempt: &Attempt, column: Column) -> Cell {
        let host = || {
            let server = server(attempt.server.host.as_deref(), attempt.server.port);
            shortened(&server, HOST).into_owned()
        };
        match column {
            Column::Id => Cell::new(attempt.id),
            Column::Time => Cell::new(match attempt.started_at {
                Some(time) if self.one_day => date_and_time(time).1,
                Some(time) => readable(time),
                None => "-".to_owned(),
            }),
            Column::Took => Cell::new(attempt.duration_ms.map_or_else(|| "-".to_owned(), milliseconds)),
            Column::Thread => Cell::new(attempt.thread.as_deref().map_or_else(|| "-".into(), visible)),
            Column::Server => Cell::new(host()),
            Column::Outcome => {
                // Proof takes several lines as well, so these cost no room.
                let mut text = attempt.outcome.to_string();
                if let Some(detail) = &attempt.detail {
                    text.push_str(&format!("\n  {}", shortened(&visible(detail), DETAIL)));
                }
                if self.server_below {
                    text.push_str(&format!("\n  {}", host()));
                }
                style::outcome(attempt.outcome, self.paint, Cell::new(text))
            }
            Column::Sure => {
                let mark = if attempt.conflict.is_some() { " *" } else { "" };
                Cell::new(format!("{}{mark}", attempt.confidence.as_str()))
            }
            Column::Proof => Cell::new(self.report.places(attempt).join("\n")),
        }
    }
}
