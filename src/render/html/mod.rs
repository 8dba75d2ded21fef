//! The report for a browser: one file that needs nothing else, neither a network nor a script. The script adds filters
//! to a page that is complete without it. A policy in the page itself forbids all that is not in it, so that even
//! text that got past the escaping could do nothing.

mod attempt;
mod facts;
mod incident;
mod ladder;
mod parts;
mod summary;
mod timeline;

use std::io::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::Rendering;
use crate::model::report::Report;

use parts::Shown;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// A page for a browser.
pub(super) struct Html;

impl Rendering for Html {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut out = io::BufWriter::new(out);
        write!(out, "{}", html! { (DOCTYPE) }.into_string())?;
        writeln!(out, "<html lang=\"en\">\n{}\n<body>", head(report).into_string())?;
        writeln!(out, "{}\n<main id=\"main\">", banner(report).into_string())?;
        writeln!(out, "{}", summary::section(report).into_string())?;
        writeln!(out, "{}", timeline::section(report).into_string())?;
        writeln!(out, "{}", incident::section(report).into_string())?;
        // Attempts are many, and are written as they are made.
        attempt::write_section(report, &mut out)?;
        writeln!(out, "{}\n</main>", summary::inputs(report).into_string())?;
        writeln!(out, "{}", footer(report).into_string())?;
        writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")?;
        out.flush()
    }
}

fn head(report: &Report) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy());
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            meta name="robots" content="noindex";
            meta name="generator" content=(Shown(&format!("{} {}", report.tool.name, report.tool.version)));
            title { "MDM server: " (Shown(&report.headline())) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

/// Nothing is loaded, sent or run but this style and this script.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

fn banner(report: &Report) -> Markup {
    html! {
        a.skip href="#main" { "Skip to the report" }
        header.top {
            h1 { "How the MDM server was reached" }
            p.headline { (Shown(&report.headline())) }
            nav aria-label="Sections" {
                a href="#summary" { "Summary" }
                a href="#timeline" { "Timeline" }
                @if !report.incidents.is_empty() { a href="#incidents" { "Incidents" } }
                a href="#attempts" { "Attempts" }
                a href="#inputs" { "Inputs" }
            }
        }
    }
}

fn footer(report: &Report) -> Markup {
    html! {
        footer {
            p { "Written by " (Shown(&report.tool.name)) " " (Shown(&report.tool.version)) ". All times are UTC." }
        }
    }
}

#[cfg(test)]
mod in_chromium;
#[cfg(test)]
mod tests;
