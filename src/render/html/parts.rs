//! What the sections of the page are built of: foreign text, outcomes in their colours, links.

use maud::{Markup, Render, html};

use crate::model::outcome::{Outcome, OutcomeName};
use crate::model::visible::visible;
use crate::render::view::number;

/// Foreign text: escaped, with its hidden characters spelled out.
pub(super) struct Shown<'a>(pub(super) &'a str);

impl Render for Shown<'_> {
    fn render_to(&self, out: &mut String) {
        visible(self.0).as_ref().render_to(out);
    }
}

/// Foreign text in which what stands between a pair of backticks is code.
pub(super) struct Prose<'a>(pub(super) &'a str);

impl Render for Prose<'_> {
    fn render_to(&self, out: &mut String) {
        let parts: Vec<&str> = self.0.split('`').collect();
        // An odd number of backticks makes no pairs.
        if parts.len().is_multiple_of(2) {
            return Shown(self.0).render_to(out);
        }
        for (index, part) in parts.into_iter().enumerate() {
            let markup = if index % 2 == 0 {
                html! { (Shown(part)) }
            } else {
                html! { code { (Shown(part)) } }
            };
            markup.render_to(out);
        }
    }
}

/// Returns what an outcome amounts to: the class that gives it its colour.
pub(super) const fn tone(outcome: OutcomeName) -> &'static str {
    match outcome {
        OutcomeName::Success => "good",
        OutcomeName::Unknown => "open",
        _ => "bad",
    }
}

/// Returns an outcome with its detail, in its colour.
pub(super) fn badge(outcome: Outcome) -> Markup {
    html! { span.badge.(tone(outcome.name())) { (outcome) } }
}

/// Links to attempts; more than a few are counted.
pub(super) fn attempt_links(ids: &[usize]) -> Markup {
    const SHOWN: usize = 8;
    html! {
        @for id in ids.iter().take(SHOWN) { a href={ "#attempt-" (id) } { "#" (id) } " " }
        @if let Some(last) = ids.get(SHOWN..).and_then(<[usize]>::last) {
            "and " (number(ids.len() - SHOWN)) " more to " a href={ "#attempt-" (last) } { "#" (last) }
        }
    }
}
