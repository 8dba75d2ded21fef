//! What a ticketing system is to be told of tickets that are resolved, a line each. A ticket is resolved when none of the failures
//! that share its key is open any more.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Value, json};

use super::difference::{ComparedIncident, Difference, IncidentState};
use crate::model::time::Timestamp;
use crate::model::visible::visible;
use crate::render::words;

/// ServiceNow's limit for `close_notes`, in characters.
const NOTES: usize = 4000;
/// Longest line of a comment; Jira takes 32767 characters for all of it.
const LINE: usize = 400;
/// Lines of changes.
const CHANGES: usize = 20;

/// The failures that share a ticket, all of them over.
struct Resolved<'d> {
    key: &'d str,
    incidents: Vec<&'d ComparedIncident>,
}

impl<'d> Resolved<'d> {
    /// Returns the tickets that are resolved, in the order of their keys.
    fn all(difference: &'d Difference) -> Vec<Self> {
        let mut by_key: BTreeMap<&str, Vec<&ComparedIncident>> = BTreeMap::new();
        for incident in &difference.incidents {
            // Reports of version 1.0 have no keys.
            let key = Some(incident.ticket_key.as_str()).filter(|key| !key.is_empty()).unwrap_or(&incident.fingerprint);
            by_key.entry(key).or_default().push(incident);
        }
        let over = |incidents: &[&ComparedIncident]| {
            let is_over = |incident: &&ComparedIncident| {
                incident.state == IncidentState::Resolved
                    || (incident.state == IncidentState::New && incident.resolved_by.is_some())
            };
            let was_open = |incident: &&ComparedIncident| incident.state == IncidentState::Resolved;
            incidents.iter().all(is_over) && incidents.iter().any(was_open)
        };
        by_key
            .into_iter()
            .filter(|(_, incidents)| over(incidents))
            .map(|(key, incidents)| Self { key, incidents })
            .collect()
    }

    fn resolved_at(&self) -> Option<Timestamp> {
        self.incidents.iter().filter_map(|incident| incident.resolved_at).max()
    }

    fn fingerprints(&self) -> Vec<&str> {
        self.incidents.iter().map(|incident| incident.fingerprint.as_str()).collect()
    }

    /// Returns what to tell people, a line each.
    fn lines(&self, difference: &Difference) -> Vec<String> {
        let mut lines = Vec::new();
        for incident in &self.incidents {
            let server = words::server(incident.server.host.as_deref(), incident.server.port);
            let time = |time: Option<Timestamp>| {
                time.map_or_else(
                    || "at a time that is not known".to_owned(),
                    |at| format!("at {} UTC", words::readable(at)),
                )
            };
            lines.push(format!(
                "Resolved: {} at {server} was last seen {}, and an attempt {} went well.",
                incident.outcome,
                time(incident.last_at),
                time(incident.resolved_at)
            ));
            let changed = difference.changes.iter().take(CHANGES);
            lines.extend(changed.map(|change| {
                let side = |side: &Option<String>| side.as_deref().unwrap_or("none").to_owned();
                let name = change.name.as_deref().unwrap_or("the node");
                format!("Changed: {} of {name} from {} to {}", change.what, side(&change.before), side(&change.after))
            }));
        }
        lines.push(format!("Ticket key: {}", self.key));
        let mut seen = std::collections::HashSet::new();
        lines.retain(|line| seen.insert(line.clone()));
        lines.iter().map(|line| words::shortened(&visible(line), LINE).into_owned()).collect()
    }
}

/// Writes what Jira is to be told: the label by which the issue is found, the body of its comment, and the value of its property.
pub(super) fn jira(difference: &Difference, out: &mut dyn io::Write) -> io::Result<()> {
    for ticket in Resolved::all(difference) {
        let word: String = ticket.key.chars().filter(char::is_ascii_alphanumeric).collect();
        let paragraphs: Vec<Value> = ticket.lines(difference).iter().map(|line| paragraph(line)).collect();
        let line = json!({
            "label": format!("mdmlog-{word}"),
            "comment": {"body": {"type": "doc", "version": 1, "content": paragraphs}},
            "property": {
                "schema_version": difference.schema_version,
                "ticket_key": ticket.key,
                "fingerprints": ticket.fingerprints(),
                "open": false,
                "resolved_at": ticket.resolved_at(),
            },
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Makes a paragraph. A text node in it must not be empty.
fn paragraph(text: &str) -> Value {
    if text.is_empty() {
        return json!({"type": "paragraph", "content": []});
    }
    json!({"type": "paragraph", "content": [{"type": "text", "text": text}]})
}

/// Writes what ServiceNow is to be told: the fields of the record that `correlation_id` finds.
pub(super) fn servicenow(
    difference: &Difference,
    fields: &[(String, String)],
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for ticket in Resolved::all(difference) {
        let notes = ticket.lines(difference).join("\n");
        let mut record = json!({
            "correlation_id": ticket.key,
            // Resolved, by the numbers that every instance begins with.
            "state": "6",
            "close_code": "Solution provided",
            "close_notes": words::without_code(&notes, NOTES),
        });
        if let Some(object) = record.as_object_mut() {
            object.extend(ticket.resolved_at().map(|at| ("resolved_at".to_owned(), words::glide_time(at).into())));
            object.extend(fields.iter().map(|(name, value)| (name.clone(), value.as_str().into())));
        }
        writeln!(out, "{record}")?;
    }
    Ok(())
}
