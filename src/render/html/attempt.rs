//! An attempt, closed until it is asked for: what proves its outcome, what is known of it, and its steps.

use maud::{Markup, html};

use super::facts::{facts, notes};
use super::parts::{Prose, Shown, badge};
use crate::model::mdm::RequestKind;
use crate::model::report::{Attempt, Confidence, Evidence, Incident};
use crate::model::time::Timestamp;
use crate::render::clockface::Clockface;
use crate::render::gist::Witness;
use crate::render::view::{milliseconds, server};

/// Returns name and port of its server.
pub(super) fn server_of(attempt: &Attempt) -> String {
    server(attempt.server.host.as_deref(), attempt.server.port)
}

/// Writes an attempt with all that is known of it, closed.
pub(super) fn details(clocks: &Clockface<'_>, attempt: &Attempt, incident: Option<&Incident>) -> Markup {
    let outcome = attempt.outcome.name().as_str();
    html! {
        details.attempt data-outcome=(outcome) data-failed=(attempt.outcome.is_failure()) data-server=(server_of(attempt))
            data-kind=(attempt.kind.as_str()) {
            summary {
                span.id { "#" (attempt.id) }
                span.time { (time(clocks, Witness::of(attempt), attempt.started_at)) }
                (badge(attempt.outcome))
                span.server {
                    (server_of(attempt))
                    @if attempt.kind != RequestKind::ServerInfo { ", " (attempt.kind.describe()) }
                }
                span.took { @if let Some(ms) = attempt.duration_ms { (milliseconds(ms)) } }
                span.sure { (sure(attempt.confidence, attempt.conflict.is_some())) }
            }
            // The fragment stands inside, so that browsers open what a link leads to.
            div.body id={ "attempt-" (attempt.id) } {
                (body(clocks, attempt, incident))
            }
        }
    }
}

/// Returns when an attempt began: its day too, where not all are of the same.
pub(super) fn time(clocks: &Clockface<'_>, witness: Witness, at: Option<Timestamp>) -> String {
    let Some(at) = at else { return "no time".to_owned() };
    let face = clocks.by(witness);
    if clocks.on_one_day() { face.time(at) } else { face.readable(at) }
}

/// Returns how sure an outcome is.
pub(super) fn sure(confidence: Confidence, disputed: bool) -> String {
    format!("{} confidence{}", confidence.as_str(), if disputed { ", disputed" } else { "" })
}

/// Returns what is known of an attempt; `incident` is the entry that says what to do.
pub(super) fn body(clocks: &Clockface<'_>, attempt: &Attempt, incident: Option<&Incident>) -> Markup {
    let report = clocks.report;
    html! {
        @if !attempt.diagnosis.summary.is_empty() { p { (Prose(&attempt.diagnosis.summary)) } }
        @for (title, note) in notes(attempt) { p.note { strong { (title) ": " } (Prose(note)) } }
        @if let Some(incident) = incident {
            p {
                "Part of " a href={ "#incident-" (incident.id) } { "incident " (incident.id) }
                @if incident.resolved_by.is_none() { ", which says what to do." } @else { ", which is over." }
            }
        }
        @if incident.is_none_or(|incident| incident.resolved_by.is_some()) && !attempt.diagnosis.remedy.is_empty() {
            h3 { "What to do" }
            ol.remedy { @for remedy in &attempt.diagnosis.remedy { li { (Prose(remedy)) } } }
        }
        @if !attempt.evidence.is_empty() {
            h3 { "Evidence" }
            div.scroll role="region" tabindex="0" aria-label={ "Evidence of attempt " (attempt.id) } {
                table {
                    thead {
                        tr {
                            th scope="col" { "Where" }
                            th scope="col" { "What" }
                            th scope="col" { "Time" }
                            th scope="col" { "Wireshark" }
                        }
                    }
                    tbody { @for evidence in &attempt.evidence { (row(clocks, attempt, evidence)) } }
                }
            }
        }
        (super::ladder::ladder(report, attempt))
        h3 { "Facts" }
        dl.facts {
            @for (name, value) in facts(clocks, attempt) { div { dt { (name) } dd { (value) } } }
        }
    }
}

fn row(clocks: &Clockface<'_>, attempt: &Attempt, evidence: &Evidence) -> Markup {
    let face = clocks.attempt(attempt);
    html! {
        tr {
            td.place { (clocks.report.evidence_place(evidence)) }
            td.long { (Shown(&evidence.what)) }
            td.time { @if let Some(at) = evidence.time { (face.time(at)) } }
            td.filter { @if let Some(filter) = &evidence.display_filter { code { (Shown(filter)) } } }
        }
    }
}
