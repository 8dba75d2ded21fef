//! What failed and what to do: an entry for each failure of a host, however often it came back; what is open first and in full,
//! what is over in a few lines.

use std::collections::HashMap;
use std::io;

use super::page::Page;
use super::paint::{STRONG, WEAK};
use crate::model::report::Incident;
use crate::render::clockface::Clockface;
use crate::render::ticket::Ticket;
use crate::render::view::{change_side, counted, number, server};

/// Incidents that are named one by one.
const NAMED: usize = 4;

/// Writes all entries.
pub(super) fn write<W: io::Write>(page: &mut Page<'_, W>) -> io::Result<()> {
    let mut said = HashMap::new();
    for ticket in page.clocks.overview.tickets() {
        entry(page, &ticket, &mut said)?;
    }
    Ok(())
}

/// What was asked for already, and by which incident first.
type Said<'r> = HashMap<Vec<String>, &'r Incident>;

fn entry<'r, W: io::Write>(page: &mut Page<'_, W>, ticket: &Ticket<'r>, said: &mut Said<'r>) -> io::Result<()> {
    let incident = ticket.head;
    let verdict = incident.outcome.to_string();
    let server = server(incident.server.host.as_deref(), incident.server.port);
    let open = ticket.is_open();
    let title = match ticket.incidents.as_slice() {
        [one] => format!("Incident {}", one.id),
        many => format!("Incidents {}", listed(many.iter().map(|incident| incident.id.to_string()).collect())),
    };
    let verdict =
        if open { page.paint.outcome(incident.outcome.name(), &verdict) } else { page.paint.with(WEAK, &verdict) };
    let over = if open { "" } else { "  resolved" };
    let (title, server) = (page.paint.with(STRONG, &title), page.paint.with(STRONG, &server));
    page.line("")?;
    page.line(&format!("{title}  {verdict}  {server}{over}"))?;
    let when = when(page.clocks, ticket);
    page.labelled("when", &when)?;
    page.labelled("what", &incident.diagnosis.summary)?;
    if let Some(count) = ticket.endpoints {
        page.labelled("hit", &counted(count, "endpoint"))?;
    }
    for change in &incident.changes {
        let (before, after) = (change_side(change.before.as_deref()), change_side(change.after.as_deref()));
        page.labelled("changed", &format!("{}: {before} -> {after}", change.what))?;
    }
    if open || page.all {
        let first = incident.attempts.first().and_then(|id| page.clocks.overview.attempt(*id));
        let reason = first.as_ref().and_then(|attempt| attempt.reason.as_deref());
        if let Some(reason) = reason.filter(|reason| !incident.diagnosis.summary.contains(*reason)) {
            page.labelled("words", reason)?;
        }
        to_do(page, incident, said)?;
        page.labelled("ticket", ticket.key)?;
    }
    Ok(())
}

fn to_do<'r, W: io::Write>(page: &mut Page<'_, W>, incident: &'r Incident, said: &mut Said<'r>) -> io::Result<()> {
    if let Some(earlier) = said_before(incident, said) {
        let here = incident.server.host.as_ref().filter(|_| incident.server.host != earlier.server.host);
        let here = here.map(|host| format!(", for {host}")).unwrap_or_default();
        return page.labelled("to do", &format!("as for incident {}{here}", earlier.id));
    }
    for (index, remedy) in incident.diagnosis.remedy.iter().enumerate() {
        let label = if index == 0 { "to do" } else { "" };
        page.hanging(label, &format!("{}. ", index + 1), remedy)?;
    }
    Ok(())
}

/// Returns the first incident before this one that asks for the same, but for the name of the server.
fn said_before<'r>(incident: &'r Incident, said: &mut Said<'r>) -> Option<&'r Incident> {
    let host = incident.server.host.as_deref().filter(|host| !host.is_empty());
    let remedies = incident.diagnosis.remedy.iter();
    let asked: Vec<String> =
        remedies.map(|remedy| host.map_or_else(|| remedy.clone(), |host| remedy.replace(host, "\0"))).collect();
    if asked.is_empty() {
        return None;
    }
    let first = *said.entry(asked).or_insert(incident);
    (first.id != incident.id).then_some(first)
}

/// Returns when it was, which attempts it has, what was before and after.
fn when(clocks: &Clockface<'_>, ticket: &Ticket<'_>) -> String {
    let runs = ticket.incidents.len();
    let shown = match (runs, ticket.head.attempts.as_slice()) {
        (1, [one]) => format!("attempt #{one}"),
        (1, few) if few.len() <= 6 => {
            format!("attempts {}", few.iter().map(|id| format!("#{id}")).collect::<Vec<_>>().join(", "))
        }
        (1, [first, .., last]) => format!("{} from #{first} to #{last}", counted(ticket.attempts(), "attempt")),
        _ => format!("{} in {} runs", counted(ticket.attempts(), "attempt"), number(runs)),
    };
    let mut text = match (ticket.first_at(), ticket.last_at()) {
        (Some(first), last) => format!("{}, {shown}", clocks.span(first, last.unwrap_or(first))),
        _ => shown,
    };
    if let Some(id) = ticket.head.last_success_before {
        text.push_str(&format!("; last success before it #{id}"));
    }
    match ticket.resolved_by() {
        Some(id) => text.push_str(&format!("; resolved by #{id}")),
        None => text.push_str("; open: no later attempt succeeded"),
    }
    text
}

fn listed(ids: Vec<String>) -> String {
    let more = ids.len().saturating_sub(NAMED);
    let shown = ids.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {} more", number(more)) } else { shown }
}
