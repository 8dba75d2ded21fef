//! The top of the report: whether it works now, counts, what was read and under which short name, clocks and servers.

use std::io;

use super::page::Page;
use super::paint::STRONG;
use crate::model::mdm::RequestKind;
use crate::model::report::{Input, KindCount, Report, ServerHealth};
use crate::model::visible::visible;
use crate::render::clockface::Clockface;
use crate::render::state;
use crate::render::view::{counted, number};

/// Inputs and servers that are listed unless all are asked for.
const LISTED: usize = 12;

pub(super) fn write<W: io::Write>(page: &mut Page<'_, W>) -> io::Result<()> {
    let report = page.report;
    let now = page.clocks.now();
    page.line(&page.paint.with(STRONG, &now))?;
    page.line(&page.clocks.overview.headline())?;
    let outcomes = report.summary.by_outcome.iter();
    let outcomes: Vec<(String, String)> = outcomes
        .map(|(outcome, count)| {
            let plain = format!("{outcome} {}", number(*count));
            (page.paint.outcome(*outcome, &plain), plain)
        })
        .collect();
    items(page, &outcomes)?;
    let kinds: Vec<(String, String)> = kinds(report).map(|item| (item.clone(), item)).collect();
    items(page, &kinds)?;
    if !report.inputs.is_empty() {
        page.line("")?;
    }
    let shown = if page.all { report.inputs.len() } else { LISTED };
    for (index, (input, path)) in report.inputs.iter().zip(report.shown_paths()).enumerate().take(shown) {
        let name = page.legend.name(index).to_owned();
        let text = about(page.clocks, index, input, path);
        page.labelled(&name, &text)?;
    }
    if let Some(more) = report.inputs.len().checked_sub(shown).filter(|more| *more > 0) {
        page.labelled("", &format!("and {} more: --all", counted(more, "file")))?;
    }
    for line in report.clock_lines(|input| page.legend.name(input).to_owned()) {
        page.labelled("clock", &line)?;
    }
    if let Some(legend) = page.clocks.legend(|input| page.legend.name(input).to_owned()) {
        page.labelled("times", &legend)?;
    }
    servers(page)
}

/// Counts in lines as wide as the page; of each item how it looks and how wide that is.
fn items<W: io::Write>(page: &mut Page<'_, W>, items: &[(String, String)]) -> io::Result<()> {
    let (mut line, mut columns) = (String::new(), 0);
    for (painted, plain) in items {
        if columns > 0 && columns + 2 + plain.chars().count() > page.width {
            page.line(&line)?;
            (line, columns) = (String::new(), 0);
        }
        columns += 2 + plain.chars().count();
        line.push_str("  ");
        line.push_str(painted);
    }
    if columns > 0 { page.line(&line) } else { Ok(()) }
}

/// Returns the kinds of request with their counts, where there is more to say than that all were ServerInfo.
fn kinds(report: &Report) -> impl Iterator<Item = String> + '_ {
    let kinds = &report.summary.by_kind;
    let worth = kinds.len() > 1 || kinds.keys().any(|kind| *kind != RequestKind::ServerInfo);
    kinds.iter().filter(move |_| worth).map(|(kind, KindCount { attempts, failures })| {
        let failed = if *failures > 0 { format!(" ({} failed)", number(*failures)) } else { String::new() };
        format!("{kind} {}{failed}", number(*attempts))
    })
}

fn about(clocks: &Clockface<'_>, index: usize, input: &Input, path: &str) -> String {
    let mut text = visible(path).into_owned();
    if let (Some(first), Some(last)) = (input.first_time, input.last_time) {
        text.push_str(&format!(", {}", clocks.input_span(index, first, last)));
    }
    if let Some(records) = input.records {
        let records = usize::try_from(records).unwrap_or(usize::MAX);
        text.push_str(&format!(", {}", counted(records, input.kind.unit())));
    }
    text
}

fn servers<W: io::Write>(page: &mut Page<'_, W>) -> io::Result<()> {
    let report = page.report;
    // Those that are down are what a reader looks for.
    let mut servers: Vec<_> = report.servers.iter().collect();
    servers.sort_by_key(|server| server.state != ServerHealth::Down);
    let shown = if page.all { servers.len() } else { LISTED };
    for server in servers.iter().take(shown) {
        let words = page.clocks.state_words(server);
        page.labelled("server", &format!("{}: {words}", state::name(server)))?;
    }
    match servers.len().checked_sub(shown) {
        Some(more) if more > 0 => page.labelled("", &format!("and {} more: --all", counted(more, "server"))),
        _ => Ok(()),
    }
}
