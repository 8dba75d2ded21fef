//! The ladder diagram of an attempt: a table with a row for each step, in which an arrow is drawn from sender to
//! receiver. As a table it wraps, prints and is read aloud.

use maud::{Markup, html};

use super::parts::Shown;
use crate::model::report::{Attempt, Endpoint, Report, Source};
use crate::render::view::milliseconds;

/// From one lane to the next; the style sheet draws the lanes themselves.
const LANE: usize = 84;
/// Height of an arrow's picture.
const HEIGHT: usize = 24;
/// Steps that are shown of an attempt.
const STEPS: usize = 200;

/// Returns the ladder; nothing for an attempt without steps.
pub(super) fn ladder(report: &Report, attempt: &Attempt) -> Markup {
    let lanes = attempt.lanes();
    let start = attempt.steps.iter().find_map(|step| step.time);
    let width = lanes.len() * LANE;
    html! {
        @if !attempt.steps.is_empty() {
            h3 { "Step by step" }
            div.scroll role="region" tabindex="0" aria-label={ "Steps of attempt " (attempt.id) } {
                table.ladder {
                    thead {
                        tr {
                            th.number scope="col" { "Time" }
                            th scope="col" {
                                span.unseen { "From and to" }
                                div.lanes aria-hidden="true" {
                                    @for lane in &lanes { span { (lane.as_str()) } }
                                }
                            }
                            th scope="col" { "What" }
                            th scope="col" { "Where" }
                        }
                    }
                    tbody {
                        @for step in attempt.steps.iter().take(STEPS) {
                            tr.decisive[step.decisive] {
                                td.number {
                                    @if let (Some(time), Some(start)) = (step.time, start) {
                                        "+" (milliseconds(time.millis_since(start)))
                                    }
                                }
                                td.wires {
                                    span.unseen { (direction(step.from, step.to)) }
                                    svg class=(step.source.as_str()) width=(width) height=(HEIGHT) aria-hidden="true" {
                                        path d=(arrow(place(&lanes, step.from), place(&lanes, step.to), step.source)) {}
                                    }
                                }
                                td {
                                    (Shown(&step.what))
                                    @if step.decisive { span.mark { "decisive" } }
                                }
                                td.place { (report.step_place(step)) }
                            }
                        }
                    }
                }
            }
            @if attempt.steps.len() > STEPS { p { (attempt.steps.len() - STEPS) " more steps are left out here." } }
        }
    }
}

fn direction(from: Endpoint, to: Endpoint) -> String {
    if from == to { format!("at the {}", from.as_str()) } else { format!("{} to {}", from.as_str(), to.as_str()) }
}

fn place(lanes: &[Endpoint], endpoint: Endpoint) -> usize {
    lanes.iter().position(|lane| *lane == endpoint).unwrap_or_default()
}

/// Returns an arrow from lane to lane, or a mark on the one lane of a step with itself: a square for a log record.
fn arrow(from: usize, to: usize, source: Source) -> String {
    let x = |lane: usize| lane * LANE + LANE / 2;
    let middle = HEIGHT / 2;
    match to.cmp(&from) {
        std::cmp::Ordering::Equal if source == Source::Log => format!("M{} {}h10v10h-10z", x(from) - 5, middle - 5),
        std::cmp::Ordering::Equal => format!("M{} {middle}l6 -6 6 6 -6 6z", x(from) - 6),
        std::cmp::Ordering::Greater => format!("M{} {middle}H{}m-7 -5l6 5 -6 5", x(from), x(to) - 1),
        std::cmp::Ordering::Less => format!("M{} {middle}H{}m7 -5l-6 5 6 5", x(from), x(to) + 1),
    }
}
