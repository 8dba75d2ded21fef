//! What stands beside the attempts: what nodes record themselves, and what to collect so that what is not sure can be decided.

use maud::{Markup, html};

use super::parts::{Prose, Shown, attempt_links};
use crate::render::clockface::Clockface;
use crate::render::next_time::{Collection, collections};
use crate::render::trouble::{minute_of, server_of, troubles, words};
use crate::render::view::number;

/// Returns the minutes in which endpoints were hurt, node by node.
pub(super) fn trouble(clocks: &Clockface<'_>) -> Markup {
    let report = clocks.report;
    let troubles = troubles(clocks, false);
    html! {
        @if !troubles.is_empty() {
            section #trouble aria-labelledby="trouble-title" {
                h2 #trouble-title { "What nodes record of MDM servers themselves" }
                @for (index, trouble) in troubles.iter().enumerate() {
                    h3 id={ "trouble-" (index) } { (Shown(&trouble.node)) }
                    p { (Shown(&trouble.summary)) }
                    div.scroll role="region" tabindex="0" aria-labelledby={ "trouble-" (index) } {
                        table {
                            thead {
                                tr {
                                    th scope="col" { "Minute (" (clocks.name()) ")" }
                                    th scope="col" { "Server" }
                                    th scope="col" { "What" }
                                    th scope="col" { "Where" }
                                }
                            }
                            tbody {
                                @for minute in &trouble.minutes {
                                    tr {
                                        td.time { (minute_of(clocks, minute)) }
                                        td.long { (server_of(minute)) }
                                        td.long { (words(minute)) }
                                        td.place { (report.place(minute.input, Some(minute.line), None)) }
                                    }
                                }
                            }
                        }
                    }
                    @if trouble.more > 0 { p.weak { (number(trouble.more)) " more minutes, none of them worse." } }
                }
            }
        }
    }
}

/// Returns a card for each collection that would decide what is not sure.
pub(super) fn next_time(found: &[Collection]) -> Markup {
    let (collections, more) = collections(found, false);
    html! {
        @if !collections.is_empty() {
            section #next-time aria-labelledby="next-time-title" {
                h2 #next-time-title { "To be sure, collect next time" }
                @for (index, collection) in collections.iter().enumerate() {
                    article.incident.over aria-labelledby={ "next-time-" (index) } {
                        h3 id={ "next-time-" (index) } { "For " (number(collection.attempts.len())) " of the attempts" }
                        dl.facts {
                            div { dt { "Attempts" } dd { (attempt_links(&collection.attempts)) } }
                            @for (label, text) in collection.steps() { div { dt { (title(label)) } dd { (Prose(&text)) } } }
                        }
                    }
                }
                @if more > 0 { p.weak { (number(more)) " more in the other formats." } }
            }
        }
    }
}

fn title(label: &str) -> &str {
    match label {
        "node" => "Node",
        "log" => "Log",
        "capture" => "Capture",
        "when" => "When",
        _ => "Why",
    }
}
