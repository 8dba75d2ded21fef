//! The section of attempts: what they can be filtered by, and all of them, or of a large report what there is room for.

use std::io;

use maud::{Markup, html};

use super::attempt::{details, server_of};
use super::large::{self, is_large};
use crate::model::report::Report;
use crate::render::clockface::Clockface;
use crate::render::fold::Row;

/// Writes the section, attempt by attempt. `rows` are those of the report.
pub(super) fn write_section(clocks: &Clockface<'_>, rows: &[Row<'_>], out: &mut dyn io::Write) -> io::Result<()> {
    let report = clocks.report;
    let first = || report.attempts.iter().find_map(|attempt| Some((attempt, attempt.started_at?)));
    let day = clocks.on_one_day().then(first).flatten();
    let class = if day.is_some() { " class=\"one-day\"" } else { "" };
    writeln!(out, "<section id=\"attempts\"{class} aria-labelledby=\"attempts-title\">")?;
    let large = is_large(rows);
    writeln!(out, "{}", html! { h2 #attempts-title { "Attempts" } (filters(report, large)) }.into_string())?;
    if let Some((first, at)) = day {
        let day = clocks.attempt(first).date_and_time(at).0;
        writeln!(out, "{}", html! { p.day { "All on " (day) ", " (clocks.name()) "." } }.into_string())?;
    }
    if large {
        large::write(clocks, rows, out)?;
    } else {
        let tickets = report.tickets();
        for attempt in &report.attempts {
            let ticket = tickets.iter().find(|ticket| {
                ticket.incidents.iter().any(|incident| incident.attempts.binary_search(&attempt.id).is_ok())
            });
            let incident = ticket.map(|ticket| ticket.head);
            writeln!(out, "{}", details(clocks, attempt, incident).into_string())?;
        }
    }
    writeln!(out, "</section>")
}

/// Returns what the script filters by; without it there is nothing to see.
fn filters(report: &Report, large: bool) -> Markup {
    let mut servers: Vec<String> = report.attempts.iter().map(server_of).collect();
    servers.sort_unstable();
    servers.dedup();
    html! {
        form #filters role="search" aria-label="Attempts" hidden {
            label {
                "Outcome "
                select name="outcome" {
                    option value="" { "all" }
                    option value="failed" { "failed" }
                    @for outcome in report.summary.by_outcome.keys() {
                        option value=(outcome.as_str()) { (outcome.as_str()) }
                    }
                }
            }
            label {
                "Server "
                select name="server" {
                    option value="" { "all" }
                    @for server in &servers { option value=(server) { (server) } }
                }
            }
            @if report.summary.by_kind.len() > 1 {
                label {
                    "Asked for "
                    select name="kind" {
                        option value="" { "all" }
                        @for kind in report.summary.by_kind.keys() { option value=(kind.as_str()) { (kind.describe()) } }
                    }
                }
            }
            label { "Text " input name="text" type="search" autocomplete="off" spellcheck="false"; }
            button type="reset" { "Show all" }
            @if !large {
                button type="button" data-open="true" { "Open shown" }
                button type="button" data-open="false" { "Close all" }
            }
            output aria-live="polite" {}
        }
    }
}
