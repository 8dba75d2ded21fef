//! The list of renderings.

use std::fmt;
use std::str::FromStr;

use super::jira::JiraEdition;
use super::rendering::Rendering;
use super::text::{Text, TextStyle};
use super::times::Times;
use super::{csv, ecs, html, jira, json, markdown, ndjson, servicenow};
use crate::model::attempts::Attempts;
use crate::model::report::Report;

/// How a report is written, besides its format. Each format takes what is for it.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// How text is laid out.
    pub text: TextStyle,
    /// Whose clock times are shown by in text, HTML and Markdown.
    pub times: Times,
    /// Fields that every ticket gets besides its own, or in place of them: names and values. A value that is JSON stays what
    /// it is in Jira.
    pub fields: Vec<(String, String)>,
    /// Which Jira tickets go to.
    pub jira: JiraEdition,
}

impl From<TextStyle> for Look {
    fn from(text: TextStyle) -> Self {
        Self { text, ..Self::default() }
    }
}

/// What a report can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// For a terminal.
    Text,
    /// The contract: one object.
    Json,
    /// One line of JSON per attempt.
    Ndjson,
    /// A page for a browser, in one file.
    Html,
    /// Body of a ticket.
    Markdown,
    /// One row per attempt.
    Csv,
    /// One Elastic Common Schema event per attempt and line.
    Ecs,
    /// One line per ticket key: what Jira's REST API takes to create an issue.
    Jira,
    /// One line per ticket key: what ServiceNow's Table API takes to create an incident.
    Servicenow,
}

impl Format {
    /// Every format, in the order in which help lists them.
    pub const ALL: [Self; 9] = [
        Self::Text,
        Self::Json,
        Self::Ndjson,
        Self::Html,
        Self::Markdown,
        Self::Csv,
        Self::Ecs,
        Self::Jira,
        Self::Servicenow,
    ];

    /// Returns the name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Csv => "csv",
            Self::Ecs => "ecs",
            Self::Jira => "jira",
            Self::Servicenow => "servicenow",
        }
    }

    /// Returns what it is, in a few words.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Text => "a report to read on a terminal",
            Self::Json => "one object, as `mdmlog schema` describes it",
            Self::Ndjson => "one line of JSON per attempt",
            Self::Html => "a page for a browser, in one file that needs no network",
            Self::Markdown => "the body of a ticket",
            Self::Csv => "one row per attempt",
            Self::Ecs => "one Elastic Common Schema event per attempt and line",
            Self::Jira => "one Jira issue per server, outcome and line, for its REST API",
            Self::Servicenow => "one ServiceNow incident per server, outcome and line, for its Table API",
        }
    }

    /// Says what of a report with these attempts it has no place for, where that is anything.
    pub fn left_out(self, head: &Report, attempts: &dyn Attempts) -> Option<String> {
        if self == Self::Ecs { ecs::left_out(head, attempts) } else { None }
    }

    /// Returns whether it is a ticket for each failure of each server.
    pub const fn is_tickets(self) -> bool {
        matches!(self, Self::Jira | Self::Servicenow)
    }

    /// Returns the rendering of this format.
    pub fn rendering(self, look: &Look) -> Box<dyn Rendering> {
        let fields = || look.fields.clone();
        match self {
            Self::Text => Box::new(Text(look.text, look.times)),
            Self::Json => Box::new(json::Json),
            Self::Ndjson => Box::new(ndjson::Ndjson),
            Self::Html => Box::new(html::Html(look.times)),
            Self::Markdown => Box::new(markdown::Markdown(look.times)),
            Self::Csv => Box::new(csv::Csv),
            Self::Ecs => Box::new(ecs::Ecs),
            Self::Jira => Box::new(jira::Jira { edition: look.jira, fields: fields() }),
            Self::Servicenow => Box::new(servicenow::ServiceNow(fields())),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|format| format.as_str() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.into_iter().map(Self::as_str).collect();
            format!("`{text}` is not a format; there are {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::sample;

    /// Takes so many bytes, and then refuses.
    struct RefusingWriter(usize, io::ErrorKind);

    impl io::Write for RefusingWriter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            if taken == 0 && !bytes.is_empty() { Err(self.1.into()) } else { Ok(taken) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_format_passes_on_why_the_output_refuses() {
        let report = sample::report();
        for format in Format::ALL {
            for kind in [io::ErrorKind::BrokenPipe, io::ErrorKind::StorageFull] {
                for taken in [0, 1, 1000] {
                    let refused = format.rendering(&Look::default()).render(&report, &mut RefusingWriter(taken, kind));
                    assert_eq!(refused.unwrap_err().kind(), kind, "{format}");
                }
            }
        }
    }

    #[test]
    fn attempts_that_stand_apart_from_the_report_are_written_as_those_in_it() {
        let every = TextStyle { all: true, verbose: true, ..TextStyle::default() };
        for report in [sample::report(), sample::queries(500, 50), sample::hostile("\u{1b}[2J")] {
            let attempts = report.attempts.clone();
            let head = Report { attempts: Vec::new(), ..report.clone() };
            for (format, text) in
                Format::ALL.into_iter().map(|format| (format, every)).chain([(Format::Text, TextStyle::default())])
            {
                for times in Times::ALL {
                    let rendering = format.rendering(&Look { text, times, ..Look::default() });
                    let (mut whole, mut apart) = (Vec::new(), Vec::new());
                    rendering.render(&report, &mut whole).unwrap();
                    rendering.stream(&head, &attempts, &mut apart).unwrap();
                    assert!(whole == apart, "{format} in {times} with {} attempts", attempts.len());
                }
            }
        }
    }
}
