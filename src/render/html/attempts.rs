//! The section of attempts: what they can be filtered by, and all of them, or of a large report what there is room for.

use std::io::{self, Write as _};

use maud::{Markup, html};

use super::attempt::details;
use super::large::{self, is_large};
use crate::render::clockface::Clockface;
use crate::render::fold::Row;
use crate::render::overview::Overview;
use crate::render::stream;
use crate::render::ticket::heads;
use crate::render::view::server;

/// Writes the section, attempt by attempt. `rows` are those of the report.
pub(super) fn write_section(clocks: &Clockface<'_>, rows: &[Row<'_>], mut out: &mut dyn io::Write) -> io::Result<()> {
    let overview = clocks.overview;
    let day = clocks.overview.first_timed().filter(|_| clocks.on_one_day());
    let class = if day.is_some() { " class=\"one-day\"" } else { "" };
    writeln!(out, "<section id=\"attempts\"{class} aria-labelledby=\"attempts-title\">")?;
    let large = is_large(rows);
    writeln!(out, "{}", html! { h2 #attempts-title { "Attempts" } (filters(overview, large)) }.into_string())?;
    if let Some((first, at)) = day {
        let day = clocks.by(first.witness).date_and_time(at).0;
        writeln!(out, "{}", html! { p.day { "All on " (day) ", " (clocks.name()) "." } }.into_string())?;
    }
    if large {
        large::write(clocks, rows, out)?;
    } else {
        let heads = heads(&overview.tickets());
        stream::each(overview.attempts, &mut out, |_, attempt, text| {
            writeln!(text, "{}", details(clocks, attempt, heads.get(&attempt.id).copied()).into_string())
        })?;
    }
    writeln!(out, "</section>")
}

/// Returns what the script filters by; without it there is nothing to see.
fn filters(overview: &Overview<'_>, large: bool) -> Markup {
    let report = overview.report;
    let mut servers: Vec<String> = overview.servers.iter().map(|(host, port)| server(host.as_deref(), *port)).collect();
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
