//! A difference for people: how many of what, then incident by incident, then what changed.

use std::io;

use super::difference::{ComparedIncident, Difference, IncidentState, Side, Subject};
use crate::model::visible::visible;
use crate::render::words;

/// Writes it.
pub(super) fn write(difference: &Difference, out: &mut dyn io::Write) -> io::Result<()> {
    for (name, side) in [("before", &difference.before), ("after", &difference.after)] {
        writeln!(out, "{name:<10}  {}", about(side))?;
    }
    for warning in &difference.warnings {
        writeln!(out, "note        {}", visible(warning))?;
    }
    let summary = &difference.summary;
    let counts = [
        (summary.new, "new"),
        (summary.unchanged, "unchanged"),
        (summary.replaced, "replaced by another failure"),
        (summary.not_tried, "not tried again"),
        (summary.resolved, "resolved"),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let incidents = if counts.is_empty() { "nothing fails, before or after".to_owned() } else { counts.join(", ") };
    writeln!(out, "incidents   {incidents}")?;
    for incident in &difference.incidents {
        writeln!(out)?;
        self::incident(incident, out)?;
    }
    if !difference.changes.is_empty() {
        writeln!(out, "\nWhat changed around it")?;
    }
    for change in &difference.changes {
        let of = match (change.of, &change.name) {
            (Subject::Server, Some(name)) => visible(name).into_owned(),
            (Subject::Node, Some(name)) => format!("node {}", visible(name)),
            (_, None) => "the node".to_owned(),
        };
        let side = |side: &Option<String>| {
            side.as_deref().map_or_else(|| "none".to_owned(), |side| visible(side).into_owned())
        };
        writeln!(out, "  {of}: {} from {} to {}", visible(&change.what), side(&change.before), side(&change.after))?;
    }
    Ok(())
}

fn about(side: &Side) -> String {
    let counts = format!("{}, {} failed", words::counted(side.attempts, "attempt"), side.failures);
    match side.first_at.zip(side.last_at) {
        Some((first, last)) => format!("{}, {counts}", words::span(first, last)),
        None => counts,
    }
}

fn incident(incident: &ComparedIncident, out: &mut dyn io::Write) -> io::Result<()> {
    let server = words::server(incident.server.host.as_deref(), incident.server.port);
    writeln!(out, "{:<10}  {}  {server}", incident.state.as_str(), incident.outcome)?;
    let line = |out: &mut dyn io::Write, label: &str, text: &str| writeln!(out, "  {label:<8}  {}", visible(text));
    if let Some((first, last)) = incident.first_at.zip(incident.last_at) {
        line(out, "seen", &words::span(first, last))?;
    }
    match incident.state {
        IncidentState::Resolved => {
            let at = incident.resolved_at.map(|at| format!(" at {} UTC", words::readable(at))).unwrap_or_default();
            let by = incident.resolved_by.map(|id| format!("attempt {id} of the later report went well{at}"));
            line(out, "over", &by.unwrap_or_default())?;
        }
        IncidentState::Replaced => line(out, "now", &format!("it fails with {}", incident.replaced_by.join(", ")))?,
        IncidentState::NotTried => {
            line(out, "now", "no later attempt with this server tells; press Test Connection and collect again")?;
        }
        IncidentState::New | IncidentState::Unchanged => {
            if !incident.before.is_empty() && incident.state == IncidentState::New {
                line(out, "before", "it had been over when the earlier report ended")?;
            }
            if let Some(at) = incident.resolved_at {
                line(out, "over", &format!("since {} UTC", words::readable(at)))?;
            }
            line(out, "what", &incident.diagnosis.summary)?;
            if let Some(first) = incident.diagnosis.remedy.first() {
                line(out, "to do", first)?;
            }
        }
    }
    line(out, "ticket", &incident.ticket_key)
}
