//! Every attempt, closed until it is asked for: what proves its outcome, what is known of it, and its steps.

use std::io;

use maud::{Markup, html};

use super::facts::{facts, notes};
use super::parts::{Prose, Shown, badge};
use crate::model::report::{Attempt, Evidence, Incident, Report};
use crate::render::view::{date_and_time, milliseconds, readable, server};

/// Attempts that are shown with all that is known of them: a page has to open in a browser.
pub(super) const WHOLE: usize = 3000;

/// Writes the section, attempt by attempt.
pub(super) fn write_section(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let day = report.on_one_day().then(|| report.attempts.iter().find_map(|attempt| attempt.started_at)).flatten();
    let class = if day.is_some() { " class=\"one-day\"" } else { "" };
    writeln!(out, "<section id=\"attempts\"{class} aria-labelledby=\"attempts-title\">")?;
    writeln!(out, "{}", html! { h2 #attempts-title { "Attempts" } (filters(report)) }.into_string())?;
    let incidents = report.incidents_by_attempt();
    if let Some(day) = day {
        writeln!(out, "{}", html! { p.day { "All on " (date_and_time(day).0) ", UTC." } }.into_string())?;
    }
    let failures = report.attempts.iter().filter(|attempt| attempt.outcome.is_failure()).count();
    // Where there are too many, those that went well give way first.
    let mut room_for_others = WHOLE.saturating_sub(failures);
    let mut room_for_failures = WHOLE;
    for attempt in &report.attempts {
        let room = if attempt.outcome.is_failure() { &mut room_for_failures } else { &mut room_for_others };
        let whole = *room > 0;
        *room = room.saturating_sub(1);
        let incident = incidents.get(&attempt.id).copied();
        writeln!(out, "{}", details(report, attempt, incident, day.is_some(), whole).into_string())?;
    }
    writeln!(out, "</section>")
}

/// What the script filters by; without it there is nothing to see.
fn filters(report: &Report) -> Markup {
    let mut servers: Vec<String> = report.attempts.iter().map(server_of).collect();
    servers.sort_unstable();
    servers.dedup();
    html! {
        form #filters role="search" aria-label="Attempts" hidden {
            label {
                "Outcome "
                select name="outcome" {
                    option value="" { "all" }
                    option value="failed" { "failed" }
                    @for outcome in report.summary.by_outcome.keys() {
                        option value=(outcome.as_str()) { (outcome.as_str()) }
                    }
                }
            }
            label {
                "Server "
                select name="server" {
                    option value="" { "all" }
                    @for server in &servers { option value=(server) { (server) } }
                }
            }
            label { "Text " input name="text" type="search" autocomplete="off" spellcheck="false"; }
            button type="reset" { "Show all" }
            button type="button" data-open="true" { "Open shown" }
            button type="button" data-open="false" { "Close all" }
            output aria-live="polite" {}
        }
    }
}

fn server_of(attempt: &Attempt) -> String {
    server(attempt.server.host.as_deref(), attempt.server.port)
}

fn details(report: &Report, attempt: &Attempt, incident: Option<&Incident>, one_day: bool, whole: bool) -> Markup {
    let outcome = attempt.outcome.as_str();
    let time = attempt.started_at.map(|time| if one_day { date_and_time(time).1 } else { readable(time) });
    html! {
        details.attempt data-outcome=(outcome) data-failed=(attempt.outcome.is_failure()) data-server=(server_of(attempt)) {
            summary {
                span.id { "#" (attempt.id) }
                span.time { (time.as_deref().unwrap_or("no time")) }
                (badge(attempt.outcome, attempt.detail.as_deref()))
                span.server { (server_of(attempt)) }
                span.took { @if let Some(ms) = attempt.duration_ms { (milliseconds(ms)) } }
                span.sure { (attempt.confidence.as_str()) " confidence" @if attempt.conflict.is_some() { ", disputed" } }
            }
            // The fragment stands inside, so that browsers open what a link leads to.
            div.body id={ "attempt-" (attempt.id) } {
                @if whole { (body(report, attempt, incident)) } @else { (brief(report, attempt)) }
            }
        }
    }
}

fn body(report: &Report, attempt: &Attempt, incident: Option<&Incident>) -> Markup {
    html! {
        @if !attempt.diagnosis.summary.is_empty() { p { (Prose(&attempt.diagnosis.summary)) } }
        @for (title, note) in notes(attempt) { p.note { strong { (title) ": " } (Prose(note)) } }
        @match incident {
            Some(incident) => p {
                "Part of " a href={ "#incident-" (incident.id) } { "incident " (incident.id) } ", which says what to do."
            },
            None => @if !attempt.diagnosis.remedy.is_empty() {
                h3 { "What to do" }
                ol.remedy { @for remedy in &attempt.diagnosis.remedy { li { (Prose(remedy)) } } }
            },
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
                    tbody { @for evidence in &attempt.evidence { (row(report, evidence)) } }
                }
            }
        }
        (super::ladder::ladder(report, attempt))
        h3 { "Facts" }
        dl.facts {
            @for (name, value) in facts(report, attempt) { div { dt { (name) } dd { (value) } } }
        }
    }
}

fn row(report: &Report, evidence: &Evidence) -> Markup {
    html! {
        tr {
            td.place { (report.evidence_place(evidence)) }
            td.long { (Shown(&evidence.what)) }
            td.time { @if let Some(time) = evidence.time { (date_and_time(time).1) } }
            td.filter { @if let Some(filter) = &evidence.display_filter { code { (Shown(filter)) } } }
        }
    }
}

/// What there is room for of one among thousands.
fn brief(report: &Report, attempt: &Attempt) -> Markup {
    html! {
        p { (Prose(&attempt.diagnosis.summary)) }
        p { "Proof: " (report.places(attempt).join("; ")) ". A page has no room for more of so many attempts; "
            "the other formats have all of them." }
    }
}
