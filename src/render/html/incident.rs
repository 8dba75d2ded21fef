//! What failed, what was other than before, and what to do: an entry for each failure of a host, open ones first and in full,
//! those that are over without what there is to do.

use maud::{Markup, html};

use super::parts::{Prose, Shown, attempt_links, badge};
use crate::model::report::Change;
use crate::render::clockface::Clockface;
use crate::render::ticket::Ticket;
use crate::render::view::{change_side, number, server};

/// Numbers of incidents that are named one by one.
const NAMED: usize = 6;

pub(super) fn section(clocks: &Clockface<'_>) -> Markup {
    let report = clocks.report;
    html! {
        @if !report.incidents.is_empty() {
            section #incidents aria-labelledby="incidents-title" {
                h2 #incidents-title { "Incidents" }
                @for ticket in clocks.overview.tickets() { (article(clocks, &ticket)) }
            }
        }
    }
}

fn article(clocks: &Clockface<'_>, ticket: &Ticket<'_>) -> Markup {
    let incident = ticket.head;
    let title = format!("incident-{}-title", incident.id);
    let server = server(incident.server.host.as_deref(), incident.server.port);
    let class = if ticket.is_open() { "incident" } else { "incident over" };
    html! {
        article class=(class) id={ "incident-" (incident.id) } aria-labelledby=(title)
            data-outcome=(incident.outcome.name().as_str()) data-failed="true" data-server=(server) {
            h3 id=(title) {
                (named(ticket)) ": " (badge(incident.outcome)) " at " span.server { (server) }
                @if !ticket.is_open() { " (resolved)" }
            }
            p { (Prose(&incident.diagnosis.summary)) }
            (facts(clocks, ticket))
            @if !incident.changes.is_empty() { (changes(incident.id, &incident.changes)) }
            @if ticket.is_open() && !incident.diagnosis.remedy.is_empty() {
                h4 { "What to do" }
                ol.remedy { @for remedy in &incident.diagnosis.remedy { li { (Prose(remedy)) } } }
            }
        }
    }
}

/// Returns `Incident 2`, or `Incidents 1, 9, 17 and 97 more` where the same failure came back.
fn named(ticket: &Ticket<'_>) -> String {
    let ids: Vec<String> = ticket.incidents.iter().take(NAMED).map(|incident| incident.id.to_string()).collect();
    match ticket.incidents.len() {
        1 => format!("Incident {}", ids.concat()),
        count if count <= NAMED => format!("Incidents {}", ids.join(", ")),
        count => format!("Incidents {} and {} more", ids.join(", "), number(count - NAMED)),
    }
}

fn facts(clocks: &Clockface<'_>, ticket: &Ticket<'_>) -> Markup {
    let incident = ticket.head;
    let first = incident.attempts.first().and_then(|id| clocks.overview.attempt(*id));
    html! {
        dl.facts {
            @if let Some(when) = when(clocks, ticket) { div { dt { "When" } dd { (when) } } }
            div {
                dt { "Attempts" }
                dd {
                    (attempt_links(&incident.attempts))
                    @if ticket.incidents.len() > 1 {
                        " in the run shown; " (number(ticket.attempts())) " in " (number(ticket.incidents.len())) " runs"
                    }
                }
            }
            @if let Some(id) = incident.last_success_before {
                div { dt { "Last success before" } dd { (attempt_links(&[id])) } }
            }
            div {
                dt { "Resolved by" }
                dd {
                    @match ticket.resolved_by() {
                        Some(id) => (attempt_links(&[id])),
                        None => "nothing within these inputs",
                    }
                }
            }
            @if let Some(reason) = first.as_ref().and_then(|attempt| attempt.reason.as_deref()) {
                div { dt { "The log's words" } dd { (Shown(reason)) } }
            }
            @if let Some(count) = ticket.endpoints { div { dt { "Endpoints" } dd { (number(count)) } } }
            div { dt { "Ticket key" } dd { code { (Shown(ticket.key)) } } }
            div { dt { "Fingerprint" } dd { code { (Shown(&incident.fingerprint)) } } }
        }
    }
}

fn changes(id: usize, changes: &[Change]) -> Markup {
    html! {
        h4 { "What changed" }
        div.scroll role="region" tabindex="0" aria-label={ "Changes before incident " (id) } {
            table {
                thead { tr { th scope="col" { "What" } th scope="col" { "Before" } th scope="col" { "After" } } }
                tbody {
                    @for change in changes {
                        tr {
                            th scope="row" { (Shown(&change.what)) }
                            td.long { (change_side(change.before.as_deref())) }
                            td.long { (change_side(change.after.as_deref())) }
                        }
                    }
                }
            }
        }
    }
}

fn when(clocks: &Clockface<'_>, ticket: &Ticket<'_>) -> Option<String> {
    let first = ticket.first_at()?;
    Some(clocks.span(first, ticket.last_at().unwrap_or(first)))
}
