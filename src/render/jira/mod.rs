//! Jira: one line per ticket, each the body of the request that opens an issue: of Jira Cloud `POST /rest/api/3/issue`, with the
//! description in Atlassian Document Format, which is a tree and not markup, so that foreign text can't become anything else
//! in it; of Jira Data Center `POST /rest/api/2/issue`, with the description in wiki text.

mod wiki;

use std::fmt;
use std::io::{self, Write as _};
use std::str::FromStr;

use serde_json::{Value, json};

use super::escape::shortened;
use super::overview::Overview;
use super::ticket::Ticket;
use super::ticket_text::{LINE, facts, proof, remedies, resolved_at, title};
use super::{Rendering, json as layout};
use crate::model::attempts::Attempts;
use crate::model::report::Report;
use crate::model::visible::visible;

/// Jira's limit for a summary, in characters.
const SUMMARY: usize = 255;

/// Which Jira tickets go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum JiraEdition {
    /// Jira Cloud: REST API v3, Atlassian Document Format.
    #[default]
    Cloud,
    /// Jira Data Center, and the Server before it: REST API v2, wiki text.
    DataCenter,
}

impl JiraEdition {
    /// Both, in the order in which help lists them.
    pub const ALL: [Self; 2] = [Self::Cloud, Self::DataCenter];

    /// Returns the name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cloud => "cloud",
            Self::DataCenter => "data-center",
        }
    }

    /// Returns what it is, in a few words.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Cloud => "REST API v3, Atlassian Document Format",
            Self::DataCenter => "REST API v2, wiki text",
        }
    }
}

impl fmt::Display for JiraEdition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for JiraEdition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|edition| edition.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no edition of Jira; there are cloud and data-center"))
    }
}

/// One issue per ticket and line, each with these fields besides its own.
pub(super) struct Jira {
    pub(super) edition: JiraEdition,
    pub(super) fields: Vec<(String, String)>,
}

impl Rendering for Jira {
    fn stream(&self, head: &Report, attempts: &dyn Attempts, out: &mut dyn io::Write) -> io::Result<()> {
        let overview = Overview::of(head, attempts);
        let mut out = io::BufWriter::with_capacity(layout::BUFFER, out);
        for ticket in overview.tickets() {
            let mut issue = issue(&overview, &ticket, self.edition);
            for (name, value) in &self.fields {
                let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value.as_str()));
                if let Some(fields) = issue.pointer_mut("/fields").and_then(Value::as_object_mut) {
                    fields.insert(name.clone(), value);
                }
            }
            layout::line(&issue, &mut out)?;
        }
        out.flush()
    }
}

/// Returns the label by which the open ticket is found again: labels have no spaces, so anything but letters and digits goes.
fn label(ticket: &Ticket<'_>) -> String {
    let word: String = ticket.key.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("mdmlog-{word}")
}

fn issue(overview: &Overview<'_>, ticket: &Ticket<'_>, edition: JiraEdition) -> Value {
    let incident = ticket.head;
    let description = match edition {
        JiraEdition::Cloud => json!({"type": "doc", "version": 1, "content": description(overview, ticket)}),
        JiraEdition::DataCenter => Value::from(wiki::description(overview, ticket)),
    };
    json!({
        "fields": {
            // To be replaced by the project's own, as docs/tickets.md shows.
            "project": {"key": "MDM"},
            "issuetype": {"name": "Task"},
            "summary": title(incident, SUMMARY),
            "labels": ["mdmlog", label(ticket)],
            "description": description,
        },
        "properties": [{
            "key": "mdmlog",
            "value": {
                "schema_version": overview.report.schema_version,
                "ticket_key": ticket.key,
                "run": ticket.run_id(),
                "fingerprint": incident.fingerprint,
                "fingerprints": ticket.fingerprints(),
                "outcome": incident.outcome.name(),
                "detail": incident.outcome.detail(),
                "host": incident.server.host,
                "port": incident.server.port,
                "first_at": ticket.first_at(),
                "last_at": ticket.last_at(),
                "runs": ticket.incidents.len(),
                "attempts": ticket.attempts(),
                "endpoints": ticket.endpoints,
                "open": ticket.is_open(),
                "resolved_at": resolved_at(overview, ticket),
            },
        }],
    })
}

fn description(overview: &Overview<'_>, ticket: &Ticket<'_>) -> Vec<Value> {
    let incident = ticket.head;
    let mut content = vec![paragraph(&shortened(&visible(&incident.diagnosis.summary), LINE))];
    content.extend(list("bulletList", facts(overview, ticket)));
    let remedies = list("orderedList", remedies(incident));
    if remedies.is_some() {
        content.push(heading("What to do"));
    }
    content.extend(remedies);
    let proof = proof(overview, incident);
    if !proof.is_empty() {
        content.push(heading("Proof"));
        content.push(json!({"type": "codeBlock", "content": [{"type": "text", "text": proof.join("\n")}]}));
    }
    content
}

fn heading(text: &str) -> Value {
    json!({"type": "heading", "attrs": {"level": 3}, "content": [{"type": "text", "text": text}]})
}

/// Makes a paragraph. A text node must not be empty, a paragraph may.
fn paragraph(text: &str) -> Value {
    if text.is_empty() {
        return json!({"type": "paragraph", "content": []});
    }
    json!({"type": "paragraph", "content": [{"type": "text", "text": text}]})
}

/// Makes a list, which must have items.
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
        issues_for(report, JiraEdition::Cloud)
    }

    fn issues_for(report: &Report, edition: JiraEdition) -> Vec<Value> {
        let mut out = Vec::new();
        Jira { edition, fields: Vec::new() }.render(report, &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn an_issue_looks_like_this() {
        insta::assert_json_snapshot!(issues(&sample::report())[0]);
    }

    #[test]
    fn both_editions_get_the_same_but_for_how_it_is_written() {
        let report = sample::report();
        for (cloud, mut data_center) in issues(&report).into_iter().zip(issues_for(&report, JiraEdition::DataCenter)) {
            let text = data_center["fields"]["description"].as_str().unwrap().to_owned();
            assert!(text.contains("h3. What to do") && text.contains("{noformat}"), "{text}");
            data_center["fields"]["description"] = cloud["fields"]["description"].clone();
            assert_eq!(cloud, data_center);
        }
    }

    #[test]
    fn runs_of_the_same_failure_are_one_issue() {
        let mut report = sample::report();
        let mut again = report.incidents[0].clone();
        (again.id, again.fingerprint) = (8, "another".into());
        report.incidents.push(again);
        let issues = issues(&report);
        assert_eq!(issues.len(), 7);
        let values: Vec<_> = issues.iter().map(|issue| &issue["properties"][0]["value"]).collect();
        let both = values.iter().find(|value| value["runs"] == 2).unwrap();
        assert_eq!((both["attempts"].as_u64(), both["open"].as_bool()), (Some(4), Some(false)));
        assert!(both["resolved_at"].is_string());
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
    fn fields_of_ones_own_come_besides_the_others_or_in_place_of_them() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = vec![
            field("project", r#"{"key": "OPS"}"#),
            field("customfield_10010", "network team"),
            field("customfield_10011", "7"),
        ];
        let mut out = Vec::new();
        Jira { edition: JiraEdition::Cloud, fields }.render(&sample::report(), &mut out).unwrap();
        let first: Value = serde_json::from_str(String::from_utf8(out).unwrap().lines().next().unwrap()).unwrap();
        assert_eq!(first["fields"]["project"], json!({"key": "OPS"}));
        assert_eq!(first["fields"]["customfield_10010"], "network team");
        assert_eq!(first["fields"]["customfield_10011"], 7);
        assert!(first["fields"]["summary"].is_string());
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
