//! What the script of a large report draws from: the rows, and all that is known of as many attempts as there is room for. It is
//! written as it is made, since a report may have a million rows.

use std::collections::{BTreeMap, HashMap};
use std::io;

use serde::{Serialize, Serializer};

use super::attempt::{body, sure, time};
use super::parts::tone;
use crate::model::outcome::Outcome;
use crate::model::report::Incident;
use crate::model::visible::visible;
use crate::render::clockface::Clockface;
use crate::render::each_once::EachOnce;
use crate::render::fold::Row;
use crate::render::gist::Gist;
use crate::render::stream;
use crate::render::ticket::Ticket;
use crate::render::view::milliseconds;

/// Markup of attempts that lies in the page with all that is known of them, in bytes before it is compressed.
const CARDS: usize = 6 << 20;

/// All that the script draws from.
#[derive(Serialize)]
struct Data<'a> {
    servers: Vec<String>,
    verdicts: Vec<RowVerdict>,
    kinds: Vec<Kind>,
    sures: Vec<String>,
    texts: Vec<String>,
    rows: RowList<'a>,
    /// Markup by the id of the attempt.
    cards: BTreeMap<usize, String>,
}

#[derive(PartialEq, Eq, Hash, Serialize)]
struct RowVerdict {
    outcome: &'static str,
    name: String,
    tone: &'static str,
    failed: bool,
}

#[derive(PartialEq, Eq, Hash, Serialize)]
struct Kind {
    name: &'static str,
    title: &'static str,
}

/// What is the same for many rows, in lists of its own.
#[derive(Default)]
struct Lists {
    servers: EachOnce<String>,
    verdicts: EachOnce<RowVerdict>,
    kinds: EachOnce<Kind>,
    sures: EachOnce<String>,
    texts: EachOnce<String>,
}

/// What a row has in those lists, and the places of its proof, or what there is to say of a run.
struct RowParts {
    verdict: u32,
    server: u32,
    kind: u32,
    sure: u32,
    text: u32,
    proof: Box<str>,
}

impl Lists {
    fn parts(&mut self, server: String, attempt: &Gist, text: String, proof: Box<str>) -> RowParts {
        let name = attempt.outcome.name();
        RowParts {
            verdict: self.verdicts.place(RowVerdict {
                outcome: name.as_str(),
                name: attempt.outcome.to_string(),
                tone: tone(name),
                failed: attempt.outcome.is_failure(),
            }),
            server: self.servers.place(server),
            kind: self.kinds.place(Kind { name: attempt.kind.as_str(), title: attempt.kind.describe() }),
            sure: self.sures.place(sure(attempt.confidence, attempt.disputed)),
            text: self.texts.place(text),
            proof,
        }
    }
}

/// The rows, each put together when it is written.
struct RowList<'a> {
    clocks: &'a Clockface<'a>,
    rows: &'a [Row<'a>],
    parts: Vec<RowParts>,
    heads: &'a HashMap<usize, &'a Incident>,
}

/// Id, last id, how many, time, verdict, server, kind, duration, confidence, incident, text and places.
type RowEntry<'a> = (usize, usize, usize, String, u32, u32, u32, String, u32, usize, u32, &'a str);

impl RowList<'_> {
    fn entry<'p>(&self, row: &Row<'_>, parts: &'p RowParts) -> RowEntry<'p> {
        let attempt = row.first();
        let (last, took) = match row {
            Row::One(attempt) => (attempt.id, attempt.duration_ms),
            Row::Many(fold) => (fold.last.id, fold.median_ms),
        };
        (
            attempt.id,
            last,
            row.count(),
            time(self.clocks, attempt.witness, attempt.started_at),
            parts.verdict,
            parts.server,
            parts.kind,
            took.map(milliseconds).unwrap_or_default(),
            parts.sure,
            self.heads.get(&attempt.id).map(|head| head.id).unwrap_or_default(),
            parts.text,
            &parts.proof,
        )
    }
}

impl Serialize for RowList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.iter().zip(&self.parts).map(|(row, parts)| self.entry(row, parts)))
    }
}

/// Writes the data as JSON. `heads` are the entries that stand for the incidents of attempts.
pub(super) fn write(
    clocks: &Clockface<'_>,
    rows: &[Row<'_>],
    tickets: &[Ticket<'_>],
    heads: &HashMap<usize, &Incident>,
    out: impl io::Write,
) -> io::Result<()> {
    let overview = clocks.overview;
    let mut lists = Lists::default();
    let mut parts = Vec::with_capacity(rows.len());
    stream::gathered(
        overview.attempts,
        rows.iter().map(|row| (row.first().place, row)),
        |run: &mut Vec<(&Row<'_>, String, Box<str>)>, row, attempt| {
            let proof = match row {
                Row::One(_) => clocks.report.places(attempt).join("; "),
                Row::Many(fold) => fold.words(clocks).join(", "),
            };
            run.push((row, visible(&attempt.diagnosis.summary).into_owned(), proof.into()));
        },
        |run| {
            let of_row = |(row, text, proof): (&Row<'_>, _, _)| {
                lists.parts(overview.server_of(row.first()), row.first(), text, proof)
            };
            parts.extend(run.into_iter().map(of_row));
        },
    );
    let data = Data {
        servers: lists.servers.in_order(),
        verdicts: lists.verdicts.in_order(),
        kinds: lists.kinds.in_order(),
        sures: lists.sures.in_order(),
        texts: lists.texts.in_order(),
        rows: RowList { clocks, rows, parts, heads },
        cards: cards(clocks, rows, tickets, heads),
    };
    Ok(serde_json::to_writer(out, &data)?)
}

/// Returns all that is known of the first attempt of each incident that stands for others, of the last failures, and of others, as far
/// as there is room.
fn cards(
    clocks: &Clockface<'_>,
    rows: &[Row<'_>],
    tickets: &[Ticket<'_>],
    heads: &HashMap<usize, &Incident>,
) -> BTreeMap<usize, String> {
    let overview = clocks.overview;
    let single = || rows.iter().rev().filter_map(|row| if let Row::One(attempt) = row { Some(*attempt) } else { None });
    let firsts = tickets.iter().filter_map(|ticket| overview.gist(*ticket.head.attempts.first()?));
    let failures = single().filter(|attempt| attempt.outcome != Outcome::Success);
    let successes = single().filter(|attempt| attempt.outcome == Outcome::Success);
    let mut cards = BTreeMap::new();
    let mut room = CARDS;
    for gist in firsts.chain(failures).chain(successes) {
        if cards.contains_key(&gist.id) {
            continue;
        }
        let Some(attempt) = overview.attempts.attempt(gist.place) else { continue };
        let card = body(clocks, &attempt, heads.get(&gist.id).copied()).into_string();
        let Some(left) = room.checked_sub(card.len()) else { break };
        room = left;
        cards.insert(gist.id, card);
    }
    cards
}
