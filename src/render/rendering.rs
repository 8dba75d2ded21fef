//! What every rendering does, apart from the list of them, which names them all.

use std::io;

use crate::model::attempts::Attempts;
use crate::model::report::Report;

/// One way to write a report.
pub trait Rendering {
    /// Writes the report.
    ///
    /// # Errors
    ///
    /// Those of `out` alone: a report can always be rendered.
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()>;
}

/// A rendering that needs the attempts no sooner than it writes them.
pub trait Streaming: Sync {
    /// Writes the report that this is without its attempts, with these in their place.
    ///
    /// # Errors
    ///
    /// Those of `out` alone.
    fn stream(&self, head: &Report, attempts: &dyn Attempts, out: &mut dyn io::Write) -> io::Result<()>;
}
