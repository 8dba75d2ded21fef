//! Jira: one line per incident, each the body of `POST /rest/api/3/issue`, with the description in Atlassian Document
//! Format. That format is a tree and not markup, so that foreign text can't become anything else in it.

use std::io::{self, Write as _};

use serde_json::{Value, json};

use super::escape::shortened;
use super::view::{change_side, readable, server, verdict};
use super::{Rendering, json as layout};
use crate::model::report::{Incident, Report};
use crate::model::visible::visible;

/// Jira's limit for a summary, in characters.
const SUMMARY: usize = 255;
/// Longest line of a description; Jira takes 32767 characters for all of it.
const LINE: usize = 400;
/// Most lines of proof.
const PROOF: usize = 40;

/// One issue per incident and line.
pub(super) struct Jira;

impl Rendering for Jira {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut out = io::BufWriter::with_capacity(layout::BUFFER, out);
        for incident in &report.incidents {
            layout::line(&issue(report, incident), &mut out)?;
        }
        out.flush()
    }
}

/// The label by which the open ticket is found again: labels have no spaces, so anything but letters and digits goes.
fn label(incident: &Incident) -> String {
    let word: String = incident.fingerprint.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("mdmlog-{word}")
}

fn issue(report: &Report, incident: &Incident) -> Value {
    json!({
        "fields": {
            // To be replaced by the project's own, as docs/tickets.md shows.
            "project": {"key": "MDM"},
            "issuetype": {"name": "Task"},
            "summary": title(incident, SUMMARY),
            "labels": ["mdmlog", label(incident)],
            "description": {"type": "doc", "version": 1, "content": description(report, incident)},
        },
        "properties": [{
            "key": "mdmlog",
            "value": {
                "schema_version": report.schema_version,
                "fingerprint": incident.fingerprint,
                "outcome": incident.outcome,
                "detail": incident.detail,
                "host": incident.server.host,
                "port": incident.server.port,
                "first_at": incident.first_at,
                "last_at": incident.last_at,
                "attempts": incident.attempts.len(),
            },
        }],
    })
}

/// What happened where, in one line of limited length.
pub(super) fn title(incident: &Incident, limit: usize) -> String {
    let verdict = verdict(incident.outcome, incident.detail.as_deref());
    let server = server(incident.server.host.as_deref(), incident.server.port);
    shortened(&format!("ISE cannot reach its MDM server: {verdict} at {server}"), limit).into_owned()
}

/// The facts of an incident, a line each.
pub(super) fn facts(report: &Report, incident: &Incident) -> Vec<String> {
    let time = |time: Option<_>| time.map_or_else(|| "unknown".to_owned(), |time| format!("{} UTC", readable(time)));
    let mut lines = vec![
        format!("First: {}", time(incident.first_at)),
        format!("Last: {}", time(incident.last_at)),
        format!("Attempts: {}", incident.attempts.len()),
    ];
    let when =
        |id: usize| report.attempts.iter().find(|attempt| attempt.id == id).and_then(|attempt| attempt.started_at);
    if let Some(id) = incident.last_success_before {
        lines.push(format!("Last success before: {}", time(when(id))));
    }
    lines.push(match incident.resolved_by {
        Some(id) => format!("Resolved: {}", time(when(id))),
        None => "Resolved: not in what was given".to_owned(),
    });
    lines.extend(incident.changes.iter().map(|change| {
        let (before, after) = (change_side(change.before.as_deref()), change_side(change.after.as_deref()));
        format!("Changed: {} from {before} to {after}", visible(&change.what))
    }));
    lines.push(format!("Fingerprint: {}", incident.fingerprint));
    lines.into_iter().map(|line| shortened(&visible(&line), LINE).into_owned()).collect()
}

/// The proof of the first attempt, a line each: where, what, and the display filter for Wireshark.
pub(super) fn proof(report: &Report, incident: &Incident) -> Vec<String> {
    let first = incident.attempts.first().and_then(|id| report.attempts.iter().find(|attempt| attempt.id == *id));
    let evidence = first.map(|attempt| attempt.evidence.as_slice()).unwrap_or_default();
    evidence
        .iter()
        .take(PROOF)
        .map(|evidence| {
            let filter = evidence.display_filter.as_deref().map(|filter| format!("  [{filter}]")).unwrap_or_default();
            let line = format!("{}  {}{filter}", report.evidence_place(evidence), evidence.what);
            shortened(&visible(&line), LINE).into_owned()
        })
        .collect()
}

/// The things to do, a line each.
pub(super) fn remedies(incident: &Incident) -> impl Iterator<Item = String> + '_ {
    incident.diagnosis.remedy.iter().map(|remedy| shortened(&visible(remedy), LINE).into_owned())
}

fn description(report: &Report, incident: &Incident) -> Vec<Value> {
    let mut content = vec![paragraph(&shortened(&visible(&incident.diagnosis.summary), LINE))];
    content.extend(list("bulletList", facts(report, incident)));
    let remedies = list("orderedList", remedies(incident));
    if remedies.is_some() {
        content.push(heading("What to do"));
    }
    content.extend(remedies);
    let proof = proof(report, incident);
    if !proof.is_empty() {
        content.push(heading("Proof"));
        content.push(json!({"type": "codeBlock", "content": [{"type": "text", "text": proof.join("\n")}]}));
    }
    content
}

fn heading(text: &str) -> Value {
    json!({"type": "heading", "attrs": {"level": 3}, "content": [{"type": "text", "text": text}]})
}

/// A text node must not be empty, a paragraph may.
fn paragraph(text: &str) -> Value {
    if text.is_empty() {
        return json!({"type": "paragraph", "content": []});
    }
    json!({"type": "paragraph", "content": [{"type": "text", "text": text}]})
}

/// A list must have items.
fn list(kind: &str, lines: impl IntoIterator<Item = String>) -> Option<Value> {
    let items: Vec<Value> =
        lines.into_iter().map(|line| json!({"type": "listItem", "content": [paragraph(&line)]})).collect();
    (!items.is_empty()).then(|| json!({"type": kind, "content": items}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn issues(report: &Report) -> Vec<Value> {
        let mut out = Vec::new();
        Jira.render(report, &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn an_issue_looks_like_this() {
        insta::assert_json_snapshot!(issues(&sample::report())[0]);
    }

    #[test]
    fn the_same_failure_has_the_same_label_next_week() {
        let mut later = sample::report();
        let label = |issues: Vec<Value>| issues[0]["fields"]["labels"][1].clone();
        let first = label(issues(&later));
        later.incidents[0].first_at = None;
        later.incidents[0].attempts = vec![2];
        assert_eq!(label(issues(&later)), first);
    }

    #[test]
    fn foreign_text_stays_within_the_limits_and_the_tree() {
        for payload in ["x".repeat(50_000), "\u{1b}[31m\n{noformat}<script>".to_owned(), String::new()] {
            for issue in issues(&sample::hostile(&payload)) {
                let fields = &issue["fields"];
                let summary = fields["summary"].as_str().unwrap();
                assert!(summary.chars().count() <= SUMMARY && !summary.contains('\n'));
                assert!(!fields["labels"][1].as_str().unwrap().contains(' '));
                texts(&fields["description"], &mut |text| {
                    assert!(!text.is_empty());
                    assert!(!text.contains(|c: char| c != '\n' && crate::model::visible::is_hidden(c)), "{text:?}");
                });
                assert!(fields["description"].to_string().len() < 32_767);
            }
        }
    }

    fn texts(node: &Value, check: &mut impl FnMut(&str)) {
        if node["type"] == "text" {
            check(node["text"].as_str().unwrap());
        }
        for child in node["content"].as_array().into_iter().flatten() {
            texts(child, check);
        }
    }
}
