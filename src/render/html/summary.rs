//! Counts, clocks and warnings at the top; the files that were read at the end.

use maud::{Markup, html};

use super::parts::{Shown, tone};
use crate::model::report::{Node, Report, ServerHealth};
use crate::render::clockface::Clockface;
use crate::render::state;
use crate::render::view::{counted, number};

/// Servers that are listed.
const SERVERS: usize = 40;

/// Returns what a reader asks first.
pub(super) fn section(clocks: &Clockface<'_>) -> Markup {
    let report = clocks.report;
    let times = clocks.legend(|input| report.input_name(input));
    html! {
        section #summary aria-labelledby="summary-title" {
            h2 #summary-title { "Summary" }
            @if clocks.overview.gists.is_empty() { p { "No attempt was found." } }
            ul.tiles {
                @for (outcome, count) in &report.summary.by_outcome {
                    li.(tone(*outcome)) { span.count { (count) } " " span.name { (outcome.as_str()) } }
                }
            }
            @if report.summary.by_kind.len() > 1 {
                p.weak {
                    @for (index, (kind, count)) in report.summary.by_kind.iter().enumerate() {
                        @if index > 0 { ", " }
                        (number(count.attempts)) " " (kind.describe())
                        @if count.failures > 0 { " (" (number(count.failures)) " failed)" }
                    }
                }
            }
            @if !report.servers.is_empty() {
                dl.facts.servers {
                    @for server in report.servers.iter().take(SERVERS) {
                        div { dt { (state::name(server)) } dd.(tone_of(server.state)) { (clocks.state_words(server)) } }
                    }
                }
                @if let Some(more) = report.servers.len().checked_sub(SERVERS).filter(|more| *more > 0) {
                    p.weak { (number(more)) " more servers" }
                }
            }
            @for line in report.clock_lines(|input| report.input_name(input)) { p.clock { "Clock: " (Shown(&line)) } }
            @if let Some(times) = &times { p.clock { "Times: " (Shown(times)) } }
            @if !report.warnings.is_empty() {
                div.warnings role="note" aria-label="Warnings" {
                    h3 { (counted(report.warnings.len(), "warning")) }
                    ul {
                        @for warning in &report.warnings {
                            li {
                                @if let Some(input) = warning.input { (report.input_name(input)) ": " }
                                (Shown(&warning.message)) " " code { (Shown(warning.code.as_str())) }
                            }
                        }
                    }
                }
            }
        }
    }
}

const fn tone_of(state: ServerHealth) -> &'static str {
    match state {
        ServerHealth::Up => "good",
        ServerHealth::Down => "bad",
        ServerHealth::Unknown => "open",
    }
}

/// Returns what the inputs say of the nodes that wrote them.
fn nodes(report: &Report) -> Markup {
    let words = |node: &Node| {
        let text = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name}{value}"));
        let list =
            |name: &str, values: &Option<Vec<String>>| values.as_ref().map(|all| format!("{name}{}", all.join(", ")));
        let ntp =
            node.ntp_synchronized.map(|yes| if yes { "NTP synchronized" } else { "NTP not synchronized" }.to_owned());
        let parts = [
            text("ISE ", &node.version),
            list("patches ", &node.patches),
            text("zone ", &node.time_zone),
            ntp,
            node.ntp_offset_ms.map(|ms| format!("clock {ms} ms ahead of NTP")),
            list("DNS ", &node.name_servers),
            text("proxy ", &node.proxy),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    };
    html! {
        @if !report.nodes.is_empty() {
            h3 { "Nodes" }
            dl.facts {
                @for node in &report.nodes {
                    div {
                        dt { (Shown(node.hostname.as_deref().unwrap_or("a node"))) }
                        dd { (Shown(&words(node))) }
                    }
                }
            }
        }
    }
}

/// Returns what captures could not see.
fn quality(report: &Report) -> Markup {
    let weak = || {
        report.inputs.iter().enumerate().filter_map(|(index, input)| {
            input.quality.as_ref().filter(|quality| !quality.weakens.is_empty()).map(|quality| (index, quality))
        })
    };
    html! {
        @if weak().next().is_some() {
            h3 { "What the captures could not see" }
            ul {
                @for (index, quality) in weak() {
                    @for line in &quality.weakens { li { (report.input_name(index)) ": " (Shown(line)) } }
                }
            }
        }
    }
}

/// Returns the files that were read.
pub(super) fn inputs(clocks: &Clockface<'_>) -> Markup {
    let report = clocks.report;
    html! {
        section #inputs aria-labelledby="inputs-title" {
            h2 #inputs-title { "Inputs" }
            div.scroll role="region" tabindex="0" aria-labelledby="inputs-title" {
                table {
                    thead {
                        tr {
                            th scope="col" { "File" }
                            th scope="col" { "Kind" }
                            th.number scope="col" { "Records" }
                            th scope="col" { "First" }
                            th scope="col" { "Last" }
                        }
                    }
                    tbody {
                        @for (index, (input, path)) in report.inputs.iter().zip(report.shown_paths()).enumerate() {
                            tr {
                                td.long { (Shown(path)) }
                                td { (input.kind.label()) }
                                td.number { @if let Some(records) = input.records { (records) } }
                                td.time { @if let Some(at) = input.first_time { (clocks.input(index).readable(at)) } }
                                td.time { @if let Some(at) = input.last_time { (clocks.input(index).readable(at)) } }
                            }
                        }
                    }
                }
            }
            (nodes(report))
            (quality(report))
        }
    }
}
