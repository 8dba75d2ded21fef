//! Incidents: what failed, what was other than before, and what to do.

use maud::{Markup, html};

use super::parts::{Prose, Shown, attempt_links, badge};
use crate::model::report::{Incident, Report};
use crate::render::view::{change_side, readable, seconds, server, span};

pub(super) fn section(report: &Report) -> Markup {
    html! {
        @if !report.incidents.is_empty() {
            section #incidents aria-labelledby="incidents-title" {
                h2 #incidents-title { "Incidents" }
                @for incident in &report.incidents { (article(incident)) }
            }
        }
    }
}

fn article(incident: &Incident) -> Markup {
    let title = format!("incident-{}-title", incident.id);
    html! {
        article.incident id={ "incident-" (incident.id) } aria-labelledby=(title) {
            h3 id=(title) {
                "Incident " (incident.id) ": " (badge(incident.outcome, incident.detail.as_deref()))
                " at " span.server { (server(incident.server.host.as_deref(), incident.server.port)) }
            }
            p { (Prose(&incident.diagnosis.summary)) }
            dl.facts {
                @if let Some(when) = when(incident) { div { dt { "When" } dd { (when) } } }
                div { dt { "Attempts" } dd { (attempt_links(&incident.attempts)) } }
                @if let Some(id) = incident.last_success_before {
                    div { dt { "Last success before" } dd { (attempt_links(&[id])) } }
                }
                div {
                    dt { "Resolved by" }
                    dd {
                        @match incident.resolved_by {
                            Some(id) => (attempt_links(&[id])),
                            None => "nothing in what was given",
                        }
                    }
                }
                @if let Some(count) = incident.endpoints { div { dt { "Endpoints asked for" } dd { (count) } } }
                div { dt { "Ticket key" } dd { code { (Shown(&incident.ticket_key)) } } }
                div { dt { "Fingerprint" } dd { code { (Shown(&incident.fingerprint)) } } }
            }
            @if !incident.changes.is_empty() {
                h4 { "What changed" }
                div.scroll role="region" tabindex="0" aria-label={ "Changes before incident " (incident.id) } {
                    table {
                        thead {
                            tr { th scope="col" { "What" } th scope="col" { "Before" } th scope="col" { "After" } }
                        }
                        tbody {
                            @for change in &incident.changes {
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
            @if !incident.diagnosis.remedy.is_empty() {
                h4 { "What to do" }
                ol.remedy { @for remedy in &incident.diagnosis.remedy { li { (Prose(remedy)) } } }
            }
        }
    }
}

fn when(incident: &Incident) -> Option<String> {
    let first = incident.first_at?;
    Some(match incident.last_at.filter(|last| *last != first) {
        Some(last) => span(first, last),
        None => format!("{} UTC", seconds(&readable(first))),
    })
}
