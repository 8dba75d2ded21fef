//! What stands beside the attempts: what nodes record themselves, and what to collect so that what is not sure can be decided.

use std::io;

use super::page::Page;
use crate::render::next_time::collections;
use crate::render::notes::about;
use crate::render::trouble::{minute_of, server_of, troubles, words};
use crate::render::view::counted;

/// Writes the minutes in which endpoints were hurt, node by node.
pub(super) fn trouble<W: io::Write>(page: &mut Page<'_, W>) -> io::Result<()> {
    let troubles = troubles(page.clocks, page.all);
    if !troubles.is_empty() {
        page.heading(&format!("What nodes record of MDM servers themselves ({})", page.clocks.name()))?;
    }
    for trouble in troubles {
        page.item(&format!("{}: {}", trouble.node, trouble.summary))?;
        for minute in trouble.minutes {
            let place = format!("{}:{}", page.legend.name(minute.input), minute.line);
            let at = minute_of(page.clocks, minute);
            page.labelled("", &format!("{at}  {}: {}  {place}", server_of(minute), words(minute)))?;
        }
        if trouble.more > 0 {
            page.labelled("", &format!("{} more: --all", counted(trouble.more, "minute")))?;
        }
    }
    Ok(())
}

/// Writes what to collect.
pub(super) fn next_time<W: io::Write>(page: &mut Page<'_, W>) -> io::Result<()> {
    let (collections, more) = collections(&page.clocks.overview.collections, page.all);
    if !collections.is_empty() {
        page.heading("To be sure, collect next time")?;
    }
    for collection in collections {
        page.labelled("for", &about(&collection.attempts, "#"))?;
        for (label, text) in collection.steps() {
            page.labelled(label, &text)?;
        }
    }
    if more > 0 {
        page.item(&format!("{} more: --all", counted(more, "collection")))?;
    }
    Ok(())
}
