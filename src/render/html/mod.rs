//! The report for a browser: one file that needs nothing else, no network and, for a report of a few hundred attempts, no
//! script: there it adds filters to a page that is complete without it. Of a large report, the page has the summary, the
//! incidents and the last attempts without a script, which draws the others out of the data in the page. A policy in the page itself forbids all that is not in it, so that even
//! text that got past the escaping could do nothing.

mod attempt;
mod attempts;
mod besides;
mod data;
mod facts;
mod incident;
mod ladder;
mod large;
mod parts;
mod summary;
mod timeline;

use std::io::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::clockface::Clockface;
use super::overview::Overview;
use super::{Rendering, Times, fold};
use crate::model::attempts::Attempts;
use crate::model::member_path;
use crate::model::report::{Report, ServerHealth};

use parts::Shown;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = concat!(include_str!("filters.js"), include_str!("script.js"));
const LARGE_SCRIPT: &str = concat!(include_str!("filters.js"), include_str!("large.js"));

/// A page for a browser.
pub(super) struct Html(pub(super) Times);

impl Rendering for Html {
    fn stream(&self, report: &Report, attempts: &dyn Attempts, out: &mut dyn io::Write) -> io::Result<()> {
        let mut out = io::BufWriter::new(out);
        let overview = &Overview::of(report, attempts);
        let clocks = &Clockface::of(overview, self.0);
        let rows = fold::rows(overview, false);
        let (script, class) = if large::is_large(&rows) { (LARGE_SCRIPT, " class=\"large\"") } else { (SCRIPT, "") };
        write!(out, "{}", html! { (DOCTYPE) }.into_string())?;
        writeln!(out, "<html lang=\"en\">\n{}\n<body{class}>", head(clocks, script).into_string())?;
        writeln!(out, "{}\n<main id=\"main\">", banner(clocks).into_string())?;
        writeln!(out, "{}", summary::section(clocks).into_string())?;
        writeln!(out, "{}", timeline::section(clocks).into_string())?;
        writeln!(out, "{}", incident::section(clocks).into_string())?;
        write!(
            out,
            "{}{}",
            besides::trouble(clocks).into_string(),
            besides::next_time(&overview.collections).into_string()
        )?;
        // Attempts are many, and are written as they are made.
        attempts::write_section(clocks, &rows, &mut out)?;
        writeln!(out, "{}\n</main>", summary::inputs(clocks).into_string())?;
        writeln!(out, "{}", footer(clocks).into_string())?;
        writeln!(out, "<script>{script}</script>\n</body>\n</html>")?;
        out.flush()
    }
}

fn head(clocks: &Clockface<'_>, script: &str) -> Markup {
    let tool = &clocks.report.tool;
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy(script));
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            meta name="robots" content="noindex";
            meta name="generator" content=(Shown(&format!("{} {}", tool.name, tool.version)));
            title { (Shown(&title(clocks))) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

/// Returns what was analysed and of which day, and whether it works now: browsers show the beginning.
fn title(clocks: &Clockface<'_>) -> String {
    let report = clocks.report;
    let bundle = report.shown_paths().first().and_then(|path| member_path::parts(path).next()).map(|(name, _)| name);
    let day = report.first_time(clocks.overview.attempts).map(|at| clocks.at(at).date_and_time(at).0);
    let parts = [bundle.map(str::to_owned), day].into_iter().flatten().chain([format!("MDM server: {}", clocks.now())]);
    parts.collect::<Vec<_>>().join(", ")
}

/// Returns the policy under which nothing is loaded, sent or run but this style and this script.
fn policy(script: &str) -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(script)
    )
}

fn banner(clocks: &Clockface<'_>) -> Markup {
    let report = clocks.report;
    html! {
        a.skip href="#main" { "Skip to the report" }
        header.top {
            h1 { "How the MDM server was reached" }
            p class={ "now " (now_tone(report)) } { (Shown(&clocks.now())) }
            p.headline { (Shown(&clocks.overview.headline())) }
            nav aria-label="Sections" {
                a href="#summary" { "Summary" }
                a href="#timeline" { "Timeline" }
                @if !report.incidents.is_empty() { a href="#incidents" { "Incidents" } }
                @if report.nodes.iter().any(|node| !node.mdm_failures.is_empty()) { a href="#trouble" { "Nodes" } }
                @if !clocks.overview.collections.is_empty() { a href="#next-time" { "Next time" } }
                a href="#attempts" { "Attempts" }
                a href="#inputs" { "Inputs" }
            }
        }
    }
}

/// Returns the colour of whether it works now.
fn now_tone(report: &Report) -> &'static str {
    let is = |wanted: ServerHealth| report.servers.iter().any(|server| server.state == wanted);
    match (is(ServerHealth::Down), is(ServerHealth::Up)) {
        (true, _) => "bad",
        (false, true) => "good",
        (false, false) => "open",
    }
}

fn footer(clocks: &Clockface<'_>) -> Markup {
    let tool = &clocks.report.tool;
    let times = clocks.legend(|input| clocks.report.input_name(input));
    html! {
        footer {
            p { "Written by " (Shown(&tool.name)) " " (Shown(&tool.version)) "." }
            p { @match &times { Some(times) => { "Times: " (Shown(times)) "." } None => "All times are UTC." } }
        }
    }
}

#[cfg(test)]
mod in_chromium;
#[cfg(test)]
mod tests;
