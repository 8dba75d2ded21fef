//! Colours, where they are welcome.

use anstyle::{AnsiColor, Style};

use crate::model::outcome::OutcomeName;

/// Headings.
pub(super) const STRONG: Style = Style::new().bold();
/// Labels and lines that lead the eye.
pub(super) const WEAK: Style = Style::new().dimmed();

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const UNSURE: Style = AnsiColor::Yellow.on_default();

/// Whether to colour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint(pub(super) bool);

impl Paint {
    /// Returns text in a style.
    pub(super) fn with(self, style: Style, text: &str) -> String {
        if self.0 && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Returns text in the colour of an outcome.
    pub(super) fn outcome(self, outcome: OutcomeName, text: &str) -> String {
        let style = match outcome {
            OutcomeName::Success => GOOD,
            OutcomeName::Unknown => UNSURE,
            _ => BAD,
        };
        self.with(style, text)
    }
}
