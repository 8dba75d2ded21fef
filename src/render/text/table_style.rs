//! Colours in the table. Its crate measures what it colours itself, and needs a crate for terminals to do so, which the
//! library does without unless it has the feature `color`.

#[cfg(feature = "color")]
use comfy_table::{Attribute, Color};
use comfy_table::{Cell, Table};

use super::paint::Paint;
use crate::model::outcome::OutcomeName;

/// Has the table take colours whatever the output is, or none.
#[cfg(feature = "color")]
pub(super) fn prepare(table: &mut Table, paint: Paint) {
    if paint.0 {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
}

/// Returns the cell as one of the heading.
#[cfg(feature = "color")]
pub(super) fn heading(cell: Cell, paint: Paint) -> Cell {
    if paint.0 { cell.add_attribute(Attribute::Bold) } else { cell }
}

/// Returns the cell in the colour of an outcome.
#[cfg(feature = "color")]
pub(super) fn outcome(outcome: OutcomeName, paint: Paint, cell: Cell) -> Cell {
    match outcome {
        _ if !paint.0 => cell,
        OutcomeName::Success => cell.fg(Color::DarkGreen),
        OutcomeName::Unknown => cell.fg(Color::DarkYellow),
        _ => cell.fg(Color::DarkRed).add_attribute(Attribute::Bold),
    }
}

/// Leaves the table as it is.
#[cfg(not(feature = "color"))]
pub(super) fn prepare(_: &mut Table, _: Paint) {}

/// Returns the cell as it is.
#[cfg(not(feature = "color"))]
pub(super) fn heading(cell: Cell, _: Paint) -> Cell {
    cell
}

/// Returns the cell as it is.
#[cfg(not(feature = "color"))]
pub(super) fn outcome(_: OutcomeName, _: Paint, cell: Cell) -> Cell {
    cell
}
