//! ServiceNow: one line per ticket, each the body of `POST /api/now/table/incident`. The ticket key is the
//! `correlation_id`, by which the open ticket is found again.

use std::io::{self, Write as _};

use serde_json::{Value, json};

use super::escape::shortened;
use super::overview::Overview;
use super::ticket::Ticket;
use super::ticket_text::{facts, proof, remedies, resolved_at, title};
use super::view::{readable, seconds};
use super::{Rendering, json as layout};
use crate::model::attempts::Attempts;
use crate::model::report::Report;
use crate::model::time::Timestamp;
use crate::model::visible::visible;

/// ServiceNow's limit for `short_description`, in characters.
const SHORT: usize = 160;
/// ServiceNow's limit for `correlation_id`.
const CORRELATION: usize = 100;
/// ServiceNow's limit for `description`.
const DESCRIPTION: usize = 4000;

/// One of ServiceNow's incidents per ticket and line, each with these fields besides its own.
pub(super) struct ServiceNow(pub(super) Vec<(String, String)>);

impl Rendering for ServiceNow {
    fn stream(&self, head: &Report, attempts: &dyn Attempts, out: &mut dyn io::Write) -> io::Result<()> {
        let overview = Overview::of(head, attempts);
        let mut out = io::BufWriter::with_capacity(layout::BUFFER, out);
        for ticket in overview.tickets() {
            let mut record = record(&overview, &ticket);
            for (name, value) in &self.0 {
                if let Some(fields) = record.as_object_mut() {
                    fields.insert(name.clone(), value.as_str().into());
                }
            }
            layout::line(&record, &mut out)?;
        }
        out.flush()
    }
}

fn record(overview: &Overview<'_>, ticket: &Ticket<'_>) -> Value {
    let incident = ticket.head;
    let mut lines = vec![visible(&incident.diagnosis.summary).into_owned(), String::new()];
    lines.extend(facts(overview, ticket));
    lines.extend([String::new(), "What to do".to_owned()]);
    lines.extend(remedies(incident).enumerate().map(|(index, remedy)| format!("{}. {remedy}", index + 1)));
    lines.extend([String::new(), "Proof".to_owned()]);
    lines.extend(proof(overview, incident));
    let mut record = json!({
        "short_description": plain(&title(incident, SHORT), SHORT),
        "description": plain(&lines.join("\n"), DESCRIPTION),
        "correlation_id": shortened(ticket.key, CORRELATION),
        "correlation_display": format!("mdmlog run {}", ticket.run_id()),
        "category": "network",
        // Two is medium and three is low: the reader knows better what depends on the MDM server.
        "impact": if ticket.is_open() { "2" } else { "3" },
        "urgency": if ticket.is_open() { "2" } else { "3" },
    });
    if let (Some(at), Some(fields)) = (resolved_at(overview, ticket), record.as_object_mut()) {
        fields.insert("resolved_at".to_owned(), glide_time(at).into());
    }
    record
}

/// Returns a time as ServiceNow takes it: UTC, to the second.
pub(crate) fn glide_time(time: Timestamp) -> String {
    seconds(&readable(time)).to_owned()
}

/// Breaks `[code]`, which makes HTML of what follows it where a form shows the text as a journal entry.
pub(crate) fn plain(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        out.push('[');
        rest = from.get(1..).unwrap_or_default();
        let tag = rest.get(..5).or_else(|| rest.get(..6)).unwrap_or_default().to_ascii_lowercase();
        if tag.starts_with("code") || tag.starts_with("/code") {
            out.push(' ');
        }
    }
    out.push_str(rest);
    shortened(&out, limit).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn tickets(report: &Report) -> Vec<Value> {
        let mut out = Vec::new();
        ServiceNow(vec![("caller_id".into(), "mdmlog".into())]).render(report, &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_ticket_looks_like_this() {
        insta::assert_json_snapshot!(tickets(&sample::report())[0]);
    }

    #[test]
    fn foreign_text_stays_text_and_within_the_limits() {
        for payload in
            ["[code]<script>alert(1)</script>[/CODE]".to_owned(), "[code]".repeat(5000), "\u{9b}31m".to_owned()]
        {
            for ticket in tickets(&sample::hostile(&payload)) {
                let text = ticket["description"].as_str().unwrap();
                assert!(
                    !text.to_ascii_lowercase().contains("[code]") && !text.to_ascii_lowercase().contains("[/code]")
                );
                assert!(!text.contains(|c: char| c != '\n' && crate::model::visible::is_hidden(c)));
                assert!(text.chars().count() <= DESCRIPTION);
                assert!(ticket["short_description"].as_str().unwrap().chars().count() <= SHORT);
                assert!(ticket["correlation_id"].as_str().unwrap().chars().count() <= CORRELATION);
            }
        }
    }
}
