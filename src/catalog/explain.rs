//! The catalog as `mdmlog explain` shows it, and as `docs/outcomes.md` has it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::explain_format::ExplainFormat;
use super::{Context, Entry, Topic, entries, entry, fill, kinds, weakness};
use crate::model::outcome::OutcomeName;
use crate::model::wrap::wrapped;

/// Lists every outcome and detail with a few words each, in lines of at most `width` columns where the text is wrapped.
pub fn list(format: ExplainFormat, width: usize) -> String {
    match format {
        ExplainFormat::Json => pretty(&Value::Array(entries().map(to_json).collect())),
        ExplainFormat::Markdown => outcomes_page(),
        ExplainFormat::Text => {
            let mut out = String::from("Outcomes, and their details:\n\n");
            let column = entries().map(|e| e.name().len() + indent(e)).max().unwrap_or_default();
            for e in entries() {
                let name = format!("{:1$}{2}", "", indent(e), e.name());
                let line = format!("  {name:<column$}  {}", e.title);
                let _ = writeln!(out, "{}", wrapped(&line, width, column + 4));
            }
            let _ = write!(out, "\nKinds of request:\n\n{}", kinds::listed(width));
            let hint = "`mdmlog explain OUTCOME` or `mdmlog explain OUTCOME/DETAIL` says what it means, how it is proved and what to do.";
            let _ = writeln!(out, "\n{}", wrapped(hint, width, 0));
            out
        }
    }
}

fn indent(entry: &Entry) -> usize {
    if entry.detail.is_some() { 2 } else { 0 }
}

/// Explains one outcome: meaning, proof, causes by likelihood, remedies; in text, lines of at most `width` columns.
pub fn explain(topic: &Topic, format: ExplainFormat, width: usize) -> String {
    let entry = entry(topic.outcome, topic.detail.as_deref());
    match format {
        ExplainFormat::Json => pretty(&to_json(entry)),
        ExplainFormat::Markdown => {
            let mut out = String::new();
            markdown(&mut out, entry, 1);
            out
        }
        ExplainFormat::Text => text(entry, width),
    }
}

fn pretty(value: &Value) -> String {
    let mut out = serde_json::to_string_pretty(value).unwrap_or_default();
    out.push('\n');
    out
}

fn general(line: &str) -> String {
    fill(line, &Context::default())
}

fn general_lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| general(line)).collect()
}

fn remedies(entry: &Entry) -> Vec<String> {
    entry.remedy.iter().map(|remedy| general(&remedy.text())).collect()
}

fn to_json(entry: &Entry) -> Value {
    json!({
        "outcome": entry.outcome,
        "detail": entry.detail,
        "title": entry.title,
        "meaning": entry.meaning,
        "proof": general_lines(entry.proof),
        "causes": general_lines(entry.causes),
        "remedy": remedies(entry),
        "weakened_by": weakness::of(entry)
            .into_iter()
            .map(|(most, reason)| json!({ "confidence": most, "reason": reason }))
            .collect::<Vec<_>>(),
    })
}

fn text(entry: &Entry, width: usize) -> String {
    let mut out = wrapped(&format!("{}: {}", entry.name(), entry.title), width, 2) + "\n\n";
    let _ = writeln!(out, "{}", wrapped(&format!("  {}", entry.meaning), width, 2));
    let mut section = |title: &str, lines: Vec<String>, numbered: bool| {
        if lines.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n{title}");
        for (index, line) in lines.iter().enumerate() {
            let mark = if numbered { format!("{}.", index + 1) } else { "-".to_owned() };
            let _ = writeln!(out, "{}", wrapped(&format!("  {mark} {line}"), width, mark.len() + 3));
        }
    };
    section("How it is proved", general_lines(entry.proof), false);
    section("Causes, the likeliest first", general_lines(entry.causes), true);
    section("What to do", remedies(entry), true);
    section("What weakens it", weakness::lines(entry, true), false);
    let details: Vec<String> =
        entries().filter(|e| e.outcome == entry.outcome && e.detail.is_some()).map(Entry::name).collect();
    if entry.detail.is_none() && !details.is_empty() {
        let _ = writeln!(out, "\nDetails\n{}", wrapped(&format!("  {}", details.join(", ")), width, 2));
    }
    out
}

fn markdown(out: &mut String, entry: &Entry, level: usize) {
    let _ = writeln!(
        out,
        "{} `{}`: {}\n\n{}",
        "#".repeat(level),
        entry.name(),
        in_markdown(entry.title),
        in_markdown(entry.meaning)
    );
    let mut section = |title: &str, lines: Vec<String>, numbered: bool| {
        if lines.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n{title}\n");
        for (index, line) in lines.iter().enumerate() {
            let mark = if numbered { format!("{}.", index + 1) } else { "-".to_owned() };
            let _ = writeln!(out, "{mark} {}", in_markdown(line));
        }
    };
    section("How it is proved:", general_lines(entry.proof), false);
    section("Causes, the likeliest first:", general_lines(entry.causes), true);
    section("What to do:", remedies(entry), true);
    // On the page of all outcomes, what weakens every verdict stands once.
    section("What weakens it:", weakness::lines(entry, level == 1), false);
}

/// Escapes angle brackets outside of code, which are tags to Markdown.
fn in_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            out.push('`');
        }
        if index % 2 == 0 {
            out.push_str(&part.replace('<', "&lt;"));
        } else {
            out.push_str(part);
        }
    }
    out
}

/// Makes `docs/outcomes.md`: the whole catalog.
fn outcomes_page() -> String {
    let mut out = format!("{PREAMBLE}\n## How a verdict is made\n\n{RULES}{}", weakness::section());
    for outcome in OutcomeName::ALL {
        for entry in entries().filter(|entry| entry.outcome == outcome) {
            out.push('\n');
            markdown(&mut out, entry, if entry.detail.is_none() { 2 } else { 3 });
        }
    }
    out.push_str(&kinds::section());
    out
}

const PREAMBLE: &str = include_str!("outcomes-preamble.md");
/// The rules as the code has them.
const RULES: &str = include_str!("../classify/rules.md");
