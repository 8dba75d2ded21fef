//! What is being written, and the ways to write a line of it.

use std::io;

use super::legend::Legend;
use super::paint::{Paint, STRONG, WEAK};
use crate::model::report::Report;
use crate::model::visible::visible;
use crate::model::wrap::wrapped;
use crate::render::clockface::Clockface;

/// Wider lines are hard to read.
const WIDEST_PROSE: usize = 110;

/// A report on its way to the terminal.
pub(super) struct Page<'a, W: io::Write> {
    pub(super) report: &'a Report,
    pub(super) clocks: &'a Clockface<'a>,
    pub(super) legend: &'a Legend,
    pub(super) width: usize,
    pub(super) paint: Paint,
    /// Whether nothing is to be left out.
    pub(super) all: bool,
    pub(super) out: W,
}

impl<'a, W: io::Write> Page<'a, W> {
    /// Makes a page like this that goes somewhere else.
    pub(super) fn onto<O: io::Write>(&self, out: O) -> Page<'a, O> {
        let Self { report, clocks, legend, width, paint, all, .. } = *self;
        Page { report, clocks, legend, width, paint, all, out }
    }

    /// Writes a line as it is.
    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text.trim_end())
    }

    /// Writes a heading, with an empty line above.
    pub(super) fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "\n{}", self.paint.with(STRONG, text))
    }

    /// Writes a label, and prose that hangs beside it.
    pub(super) fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        self.hanging(label, "", text)
    }

    /// Writes a label, a mark such as a number, and prose that hangs beside the two.
    pub(super) fn hanging(&mut self, label: &str, mark: &str, text: &str) -> io::Result<()> {
        const LABEL: usize = 10;
        let indent = LABEL + mark.len();
        let text = wrapped(&format!("{:indent$}{}", "", visible(text)), self.prose_width(), indent);
        let label = self.paint.with(WEAK, &format!("{label:<8}"));
        writeln!(self.out, "  {label}{mark}{}", text.get(indent..).unwrap_or_default())
    }

    /// Writes an item of a list.
    pub(super) fn item(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", wrapped(&format!("  - {}", visible(text)), self.prose_width(), 4))
    }

    fn prose_width(&self) -> usize {
        self.width.min(WIDEST_PROSE)
    }
}
