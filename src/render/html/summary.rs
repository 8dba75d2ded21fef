//! Counts, clocks and warnings at the top; the files that were read at the end.

use maud::{Markup, html};

use super::parts::{Shown, tone};
use crate::model::report::Report;
use crate::render::view::{counted, readable};

/// What a reader asks first.
pub(super) fn section(report: &Report) -> Markup {
    html! {
        section #summary aria-labelledby="summary-title" {
            h2 #summary-title { "Summary" }
            @if report.attempts.is_empty() { p { "No attempt was found." } }
            ul.tiles {
                @for (outcome, count) in &report.summary.by_outcome {
                    li.(tone(*outcome)) { span.count { (count) } " " span.name { (outcome.as_str()) } }
                }
            }
            @for line in report.clock_lines() { p.clock { "Clock: " (Shown(&line)) } }
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

/// The files that were read.
pub(super) fn inputs(report: &Report) -> Markup {
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
                        @for input in &report.inputs {
                            tr {
                                td.long { (Shown(&input.path)) }
                                td { (input.kind.label()) }
                                td.number { @if let Some(records) = input.records { (records) } }
                                td.time { @if let Some(time) = input.first_time { (readable(time)) } }
                                td.time { @if let Some(time) = input.last_time { (readable(time)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
