//! The attempts of a large report: runs of the same success are one row, and the rows lie in the page as data, compressed, out of
//! which a script draws them as they scroll. Without the script, the last rows are there.

use std::io::{self, Write as _};

use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderWriter;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use maud::{Markup, html};

use super::attempt::{sure, time};
use super::data;
use super::parts::{Prose, badge};
use crate::model::mdm::RequestKind;
use crate::model::outcome::Outcome;
use crate::model::report::Attempt;
use crate::render::clockface::Clockface;
use crate::render::fold::Row;
use crate::render::stream;
use crate::render::ticket::heads;
use crate::render::view::{milliseconds, number, server};

/// Data is compressed in pieces of so many bytes.
const PIECE: usize = 1 << 16;
/// Rows that are there without the script, and again so many that failed.
const WITHOUT_SCRIPT: usize = 60;

/// Writes the rows: the last of them as markup, all of them as data.
pub(super) fn write(clocks: &Clockface<'_>, rows: &[Row<'_>], mut out: &mut dyn io::Write) -> io::Result<()> {
    let overview = clocks.overview;
    let tickets = overview.tickets();
    writeln!(out, "<div id=\"list\">")?;
    let shown = without_script(rows).into_iter().map(|row| (row.first().place, row));
    stream::picked(overview.attempts, shown, &mut out, |row, attempt, text| {
        writeln!(text, "{}", plain(clocks, row, attempt).into_string())
    })?;
    writeln!(
        out,
        "</div>\n{}",
        html! { p #more { "The rest is drawn by the page's script, as you scroll." } }.into_string()
    )?;
    write!(out, "<div id=\"data\" hidden>")?;
    let encoder = DeflateEncoder::new(EncoderWriter::new(&mut out, &STANDARD), Compression::best());
    let mut encoder = io::BufWriter::with_capacity(PIECE, encoder);
    data::write(clocks, rows, &tickets, &heads(&tickets), &mut encoder)?;
    encoder.into_inner().map_err(io::IntoInnerError::into_error)?.finish()?.finish()?;
    writeln!(out, "</div>")
}

/// Returns the last rows that failed, and the last of the others.
fn without_script<'r, 'a>(rows: &'a [Row<'r>]) -> Vec<&'a Row<'r>> {
    let went_well = |row: &&Row<'_>| row.first().outcome == Outcome::Success;
    let last = |wanted: bool| rows.iter().rev().filter(move |row| went_well(row) == wanted).take(WITHOUT_SCRIPT);
    let mut shown: Vec<&Row<'_>> = last(false).chain(last(true)).collect();
    shown.sort_by_key(|row| row.first().id);
    shown
}

/// Writes a row as markup.
fn plain(clocks: &Clockface<'_>, row: &Row<'_>, attempt: &Attempt) -> Markup {
    let gist = row.first();
    let (id, took, proof) = match row {
        Row::One(_) => (
            format!("#{}", attempt.id),
            attempt.duration_ms,
            format!("Proof: {}.", clocks.report.places(attempt).join("; ")),
        ),
        Row::Many(fold) => (
            format!("#{}-{}", fold.first.id, fold.last.id),
            fold.median_ms,
            format!("{}.", fold.words(clocks).join(", ")),
        ),
    };
    let kind = Some(attempt.kind).filter(|kind| *kind != RequestKind::ServerInfo);
    html! {
        details.attempt {
            summary {
                span.id { (id) }
                span.time { (time(clocks, gist.witness, gist.started_at)) }
                (badge(attempt.outcome))
                span.server {
                    (server(attempt.server.host.as_deref(), attempt.server.port))
                    @if let Some(kind) = kind { ", " (kind.describe()) }
                    @if row.count() > 1 { ", " (number(row.count())) " times" }
                }
                span.took { @if let Some(ms) = took { (milliseconds(ms)) } }
                span.sure { (sure(gist.confidence, gist.disputed)) }
            }
            div.body { p { (Prose(&attempt.diagnosis.summary)) } p { (proof) } }
        }
    }
}

/// Returns whether the attempts of a report are too many to be markup, each with all that is known of it.
pub(super) fn is_large(rows: &[Row<'_>]) -> bool {
    const MANY: usize = 300;
    rows.len() > MANY || rows.iter().any(|row| row.count() > 1)
}
