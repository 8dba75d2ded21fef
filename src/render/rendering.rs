//! What every rendering does, apart from the list of them, which names them all.

use std::io;

use crate::model::attempts::Attempts;
use crate::model::report::Report;

/// One way to write a report.
pub trait Rendering: Send + Sync {
    /// Writes the report that `head` is without its attempts, with these in their place. Those that `head` itself has are not
    /// looked at.
    ///
    /// # Errors
    ///
    /// Those of `out` alone: a report can always be rendered.
    fn stream(&self, head: &Report, attempts: &dyn Attempts, out: &mut dyn io::Write) -> io::Result<()>;

    /// Writes a report that is whole.
    ///
    /// # Errors
    ///
    /// Those of `out` alone.
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        self.stream(report, &report.attempts, out)
    }
}
