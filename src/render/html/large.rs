//! The attempts of a large report: runs of the same success are one row, and the rows lie in the page as data, compressed, out of
//! which a script draws them as they scroll. Without the script, the last rows are there.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use maud::{Markup, html};
use serde::Serialize;

use super::attempt;
use super::parts::{Prose, badge, tone};
use crate::model::mdm::RequestKind;
use crate::model::outcome::Outcome;
use crate::model::report::{Attempt, Incident};
use crate::model::visible::visible;
use crate::render::clockface::Clockface;
use crate::render::fold::Row;
use crate::render::ticket::Ticket;
use crate::render::view::{milliseconds, number, server};

/// Markup of attempts that lies in the page with all that is known of them, in bytes before it is compressed.
const CARDS: usize = 6 << 20;
/// Rows that are there without the script, and again so many that failed.
const WITHOUT_SCRIPT: usize = 60;

/// All that the script draws from.
#[derive(Serialize)]
struct Data {
    servers: Vec<String>,
    verdicts: Vec<RowVerdict>,
    kinds: Vec<Kind>,
    sures: Vec<String>,
    texts: Vec<String>,
    rows: Vec<RowEntry>,
    /// Markup by the id of the attempt.
    cards: BTreeMap<usize, String>,
}

/// Id, last id, how many, time, verdict, server, kind, duration, confidence, incident, text and places; what is the same for
/// many stands in a list of its own.
type RowEntry = (usize, usize, usize, String, usize, usize, usize, String, usize, usize, usize, String);

#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Serialize)]
struct RowVerdict {
    outcome: &'static str,
    name: String,
    tone: &'static str,
    failed: bool,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Serialize)]
struct Kind {
    name: &'static str,
    title: &'static str,
}

/// A list in which everything stands once, with the places of what it holds.
struct EachOnce<T>(Vec<T>, BTreeMap<T, usize>);

impl<T: Ord + Clone> EachOnce<T> {
    const fn new() -> Self {
        Self(Vec::new(), BTreeMap::new())
    }

    fn place(&mut self, item: T) -> usize {
        let next = self.0.len();
        *self.1.entry(item).or_insert_with_key(|item| {
            self.0.push(item.clone());
            next
        })
    }
}

/// Writes the rows: the last of them as markup, all of them as data.
pub(super) fn write(clocks: &Clockface<'_>, rows: &[Row<'_>], out: &mut dyn io::Write) -> io::Result<()> {
    let tickets = clocks.report.tickets();
    let heads = heads(&tickets);
    writeln!(out, "<div id=\"list\">")?;
    for row in without_script(rows) {
        writeln!(out, "{}", plain(clocks, row).into_string())?;
    }
    writeln!(
        out,
        "</div>\n{}",
        html! { p #more { "The rest is drawn by the page's script, as you scroll." } }.into_string()
    )?;
    let data = serde_json::to_vec(&data(clocks, rows, &tickets, &heads))?;
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&data)?;
    writeln!(out, "<div id=\"data\" hidden>{}</div>", STANDARD.encode(encoder.finish()?))
}

/// Returns the entry that stands for each incident, by the ids of the attempts in it.
fn heads(tickets: &[Ticket<'_>]) -> BTreeMap<usize, usize> {
    let of_ticket = |ticket: &Ticket<'_>| -> Vec<(usize, usize)> {
        let ids = ticket.incidents.iter().flat_map(|incident| &incident.attempts);
        ids.map(|id| (*id, ticket.head.id)).collect()
    };
    tickets.iter().flat_map(of_ticket).collect()
}

fn data(clocks: &Clockface<'_>, rows: &[Row<'_>], tickets: &[Ticket<'_>], heads: &BTreeMap<usize, usize>) -> Data {
    let report = clocks.report;
    let (mut servers, mut verdicts, mut kinds) = (EachOnce::new(), EachOnce::new(), EachOnce::new());
    let (mut sures, mut texts) = (EachOnce::new(), EachOnce::new());
    let entries = rows
        .iter()
        .map(|row| {
            let attempt = row.first();
            let (last, took, proof) = match row {
                Row::One(attempt) => (attempt.id, attempt.duration_ms, report.places(attempt).join("; ")),
                Row::Many(fold) => (fold.last.id, fold.median_ms, fold.words(clocks).join(", ")),
            };
            (
                attempt.id,
                last,
                row.count(),
                time(clocks, attempt),
                verdicts.place(named(attempt)),
                servers.place(server(attempt.server.host.as_deref(), attempt.server.port)),
                kinds.place(Kind { name: attempt.kind.as_str(), title: attempt.kind.describe() }),
                took.map(milliseconds).unwrap_or_default(),
                sures.place(sure(attempt)),
                heads.get(&attempt.id).copied().unwrap_or_default(),
                texts.place(visible(&attempt.diagnosis.summary).into_owned()),
                proof,
            )
        })
        .collect();
    Data {
        servers: servers.0,
        verdicts: verdicts.0,
        kinds: kinds.0,
        sures: sures.0,
        texts: texts.0,
        rows: entries,
        cards: cards(clocks, rows, tickets),
    }
}

/// Returns all that is known of the first attempt of each incident that stands for others, of the last failures, and of others, as far
/// as there is room.
fn cards(clocks: &Clockface<'_>, rows: &[Row<'_>], tickets: &[Ticket<'_>]) -> BTreeMap<usize, String> {
    let report = clocks.report;
    let single = || rows.iter().rev().filter_map(|row| if let Row::One(attempt) = row { Some(*attempt) } else { None });
    let firsts = tickets.iter().filter_map(|ticket| report.attempt(*ticket.head.attempts.first()?));
    let failures = single().filter(|attempt| attempt.outcome != Outcome::Success);
    let successes = single().filter(|attempt| attempt.outcome == Outcome::Success);
    let incidents: BTreeMap<usize, &Incident> = tickets
        .iter()
        .flat_map(|ticket| ticket.incidents.iter().flat_map(|incident| &incident.attempts).map(|id| (*id, ticket.head)))
        .collect();
    let mut cards = BTreeMap::new();
    let mut room = CARDS;
    for attempt in firsts.chain(failures).chain(successes) {
        if cards.contains_key(&attempt.id) {
            continue;
        }
        let card = attempt::body(clocks, attempt, incidents.get(&attempt.id).copied()).into_string();
        let Some(left) = room.checked_sub(card.len()) else { break };
        room = left;
        cards.insert(attempt.id, card);
    }
    cards
}

fn named(attempt: &Attempt) -> RowVerdict {
    RowVerdict {
        outcome: attempt.outcome.name().as_str(),
        name: attempt.outcome.to_string(),
        tone: tone(attempt.outcome.name()),
        failed: attempt.outcome.is_failure(),
    }
}

fn time(clocks: &Clockface<'_>, attempt: &Attempt) -> String {
    attempt.started_at.map_or_else(|| "no time".to_owned(), |at| attempt::time(clocks, attempt, at))
}

fn sure(attempt: &Attempt) -> String {
    let disputed = if attempt.conflict.is_some() { ", disputed" } else { "" };
    format!("{} confidence{disputed}", attempt.confidence.as_str())
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
fn plain(clocks: &Clockface<'_>, row: &Row<'_>) -> Markup {
    let report = clocks.report;
    let attempt = row.first();
    let (id, took, proof) = match row {
        Row::One(attempt) => {
            (format!("#{}", attempt.id), attempt.duration_ms, format!("Proof: {}.", report.places(attempt).join("; ")))
        }
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
                span.time { (time(clocks, attempt)) }
                (badge(attempt.outcome))
                span.server {
                    (server(attempt.server.host.as_deref(), attempt.server.port))
                    @if let Some(kind) = kind { ", " (kind.describe()) }
                    @if row.count() > 1 { ", " (number(row.count())) " times" }
                }
                span.took { @if let Some(ms) = took { (milliseconds(ms)) } }
                span.sure { (sure(attempt)) }
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
