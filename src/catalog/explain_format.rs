//! What explanations are written in.

use std::str::FromStr;

/// What an explanation is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExplainFormat {
    /// For a terminal.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For a wiki or a ticket.
    Markdown,
}

impl FromStr for ExplainFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            "markdown" => Ok(Self::Markdown),
            other => Err(format!("`{other}` is not a format of explain; it has text, json and markdown")),
        }
    }
}
