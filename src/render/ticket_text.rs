//! What tickets say, a line each, whichever system they are for.

use super::escape::shortened;
use super::overview::Overview;
use super::ticket::Ticket;
use super::view::{change_side, counted, readable, server};
use crate::model::report::Incident;
use crate::model::time::Timestamp;
use crate::model::visible::visible;

/// Longest line; Jira takes 32767 characters for all of them.
pub(super) const LINE: usize = 400;
/// Most lines of proof.
const PROOF: usize = 40;

/// Returns when the last run ended.
pub(super) fn resolved_at(overview: &Overview<'_>, ticket: &Ticket<'_>) -> Option<Timestamp> {
    overview.gist(ticket.resolved_by()?)?.started_at
}

/// Returns what happened where, in one line of limited length.
pub(super) fn title(incident: &Incident, limit: usize) -> String {
    let server = server(incident.server.host.as_deref(), incident.server.port);
    shortened(&format!("ISE cannot reach its MDM server: {} at {server}", incident.outcome), limit).into_owned()
}

/// Returns the facts of a ticket, a line each.
pub(super) fn facts(overview: &Overview<'_>, ticket: &Ticket<'_>) -> Vec<String> {
    let incident = ticket.head;
    let time = |time: Option<_>| time.map_or_else(|| "unknown".to_owned(), |time| format!("{} UTC", readable(time)));
    let mut lines = vec![format!("First: {}", time(ticket.first_at())), format!("Last: {}", time(ticket.last_at()))];
    let runs = ticket.incidents.len();
    let runs = if runs > 1 { format!(" in {}", counted(runs, "run")) } else { String::new() };
    lines.push(format!("Attempts: {}{runs}", ticket.attempts()));
    lines.extend(ticket.endpoints.map(|count| format!("Endpoints asked for: {count}")));
    let when = |id: usize| overview.gist(id).and_then(|attempt| attempt.started_at);
    if let Some(id) = incident.last_success_before {
        lines.push(format!("Last success before: {}", time(when(id))));
    }
    lines.push(match ticket.resolved_by() {
        Some(id) => format!("Resolved: {}", time(when(id))),
        None => "Resolved: not within these inputs".to_owned(),
    });
    lines.extend(incident.changes.iter().map(|change| {
        let (before, after) = (change_side(change.before.as_deref()), change_side(change.after.as_deref()));
        format!("Changed: {} from {before} to {after}", visible(&change.what))
    }));
    lines.push(format!("Ticket key: {}", ticket.key));
    lines.into_iter().map(|line| shortened(&visible(&line), LINE).into_owned()).collect()
}

/// Returns the proof of the first attempt, a line each: where, what, and the display filter for Wireshark.
pub(super) fn proof(overview: &Overview<'_>, incident: &Incident) -> Vec<String> {
    let first = incident.attempts.first().and_then(|id| overview.attempt(*id));
    let evidence = first.as_ref().map(|attempt| attempt.evidence.as_slice()).unwrap_or_default();
    evidence
        .iter()
        .take(PROOF)
        .map(|evidence| {
            let filter = evidence.display_filter.as_deref().map(|filter| format!("  [{filter}]")).unwrap_or_default();
            let line = format!("{}  {}{filter}", overview.report.evidence_place(evidence), evidence.what);
            shortened(&visible(&line), LINE).into_owned()
        })
        .collect()
}

/// Returns the things to do, a line each.
pub(super) fn remedies(incident: &Incident) -> impl Iterator<Item = String> + '_ {
    incident.diagnosis.remedy.iter().map(|remedy| shortened(&visible(remedy), LINE).into_owned())
}
