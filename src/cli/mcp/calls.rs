//! What each tool does. An analysis is kept for the calls that follow it, as long as the files stay as they were.

use std::fs::Metadata;
use std::path::PathBuf;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mdmlog::catalog::{self, ExplainFormat, Explained};
use mdmlog::options::{Hashing, LogZone};
use mdmlog::outcome::OutcomeName;
use mdmlog::report::{Attempt, Evidence, Source};
use mdmlog::{Options, Report};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{self, page};
use super::folders::Folders;

/// Bytes of packets that fit into an answer.
const LARGEST_SLICE: usize = 512 << 10;
/// Bytes of a record's text in an answer.
const LONGEST_RECORD: usize = 2 << 10;

/// Arguments of the tools; each takes those that its schema names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Arguments {
    paths: Vec<String>,
    number: usize,
    log_timezone: Option<String>,
    host: Vec<String>,
    outcome: Option<String>,
    offset: usize,
}

/// A report with what it was asked for.
struct Analysis {
    paths: Vec<PathBuf>,
    log_timezone: Option<String>,
    host: Vec<String>,
    states: Vec<Option<(u64, SystemTime)>>,
    report: Report,
}

/// Who answers.
pub(super) struct McpServer {
    folders: Folders,
    options: Options,
    redact: bool,
    last: Option<Analysis>,
}

impl McpServer {
    /// Makes a server that reads below the folders; `redact` puts pseudonyms in place of what tells of a customer.
    pub(super) fn new(folders: Folders, options: Options, redact: bool) -> Self {
        Self { folders, options: Options { sha256: Hashing::Never, ..options }, redact, last: None }
    }

    /// Calls a tool. What goes wrong within it is a result that says so; fails where there is no such tool.
    pub(super) fn call(&mut self, params: &Value) -> Result<Value, String> {
        let name = params.get("name").and_then(Value::as_str).unwrap_or_default();
        let arguments = params.get("arguments").cloned().unwrap_or_else(|| json!({}));
        let arguments: Arguments = match serde_json::from_value(arguments) {
            Ok(arguments) => arguments,
            Err(error) => return Ok(answer::failure(&format!("the arguments are wrong: {error}"))),
        };
        let done = match name {
            "inspect" => self.inspect(&arguments),
            "analyze" => self.analyze(&arguments),
            "attempt" => self.attempt(&arguments),
            "evidence" => self.evidence(&arguments),
            "slice" => self.slice(&arguments),
            "explain" => explain(&arguments),
            name => return Err(format!("there is no tool `{}`", name.escape_debug())),
        };
        Ok(done.unwrap_or_else(|message| answer::failure(&message)))
    }

    fn paths(&self, arguments: &Arguments) -> Result<Vec<PathBuf>, String> {
        if arguments.paths.is_empty() {
            return Err("name at least one path".to_owned());
        }
        arguments.paths.iter().map(|path| self.folders.allowed(path)).collect()
    }

    fn options(&self, arguments: &Arguments) -> Result<Options, String> {
        let zone = arguments.log_timezone.as_deref().map(str::parse::<LogZone>).transpose();
        let log_zone = zone.map_err(|error| format!("log_timezone: {error}"))?;
        Ok(Options { log_zone, hosts: arguments.host.clone(), ..self.options.clone() })
    }

    fn inspect(&self, arguments: &Arguments) -> Result<Value, String> {
        if self.redact {
            return Err(
                "the server was started with --redact, and names in a bundle tell of a customer; call `analyze`"
                    .to_owned(),
            );
        }
        let inspection = mdmlog::inspect(&self.paths(arguments)?, &self.options);
        let members = page(inspection.members, arguments.offset);
        let warnings = inspection.warnings;
        Ok(answer::result(
            json!({"page": members.about, "untrusted": {"members": members.items, "warnings": warnings}}),
        ))
    }

    /// Returns the report, of the last analysis where nothing has changed since.
    fn report(&mut self, arguments: &Arguments) -> Result<&Report, String> {
        let paths = self.paths(arguments)?;
        // Of a folder, the time of its last change says nothing of what lies deeper.
        let state = |path: &PathBuf| {
            let metadata = path.metadata().ok().filter(Metadata::is_file)?;
            Some((metadata.len(), metadata.modified().ok()?))
        };
        let states: Vec<_> = paths.iter().map(state).collect();
        let fresh = |last: &Analysis| {
            states.iter().all(Option::is_some)
                && (&last.paths, &last.log_timezone, &last.host, &last.states)
                    == (&paths, &arguments.log_timezone, &arguments.host, &states)
        };
        if !self.last.as_ref().is_some_and(fresh) {
            let options = self.options(arguments)?;
            let mut report = rayon::scope(|_| mdmlog::analyze(&paths, &options)).map_err(|error| error.to_string())?;
            if self.redact {
                mdmlog::redact::redact(&mut report, None);
            }
            let (log_timezone, host) = (arguments.log_timezone.clone(), arguments.host.clone());
            self.last = Some(Analysis { paths, log_timezone, host, states, report });
        }
        self.last.as_ref().map(|last| &last.report).ok_or_else(|| "there is no report".to_owned())
    }

    fn analyze(&mut self, arguments: &Arguments) -> Result<Value, String> {
        let wanted = arguments.outcome.clone();
        let offset = arguments.offset;
        let report = self.report(arguments)?;
        let fits = |attempt: &&Attempt| match wanted.as_deref() {
            None => true,
            Some("failed") => attempt.outcome.is_failure(),
            Some(outcome) => attempt.outcome.name().as_str() == outcome,
        };
        if let Some(outcome) = wanted.as_deref()
            && outcome != "failed"
            && outcome.parse::<OutcomeName>().is_err()
        {
            return Err(format!("`{}` is not an outcome; `explain` knows them all", outcome.escape_debug()));
        }
        let rows = page(report.attempts.iter().filter(fits).map(row).collect(), offset);
        let mut untrusted = json!({"attempts": rows.items});
        // All but the attempts is said once.
        if let (0, Value::Object(untrusted)) = (offset, &mut untrusted) {
            untrusted.insert("servers".to_owned(), json!(report.servers));
            untrusted.insert("incidents".to_owned(), json!(report.incidents));
            untrusted.insert("clocks".to_owned(), json!(report.clocks));
            untrusted.insert("nodes".to_owned(), json!(report.nodes));
            untrusted.insert("warnings".to_owned(), json!(report.warnings));
        }
        Ok(answer::result(json!({
            "schema_version": report.schema_version,
            "summary": report.summary,
            "page": rows.about,
            "untrusted": untrusted,
        })))
    }

    fn attempt(&mut self, arguments: &Arguments) -> Result<Value, String> {
        let attempt = of_number(self.report(arguments)?, arguments.number)?;
        Ok(answer::result(json!({
            "id": attempt.id,
            "outcome": attempt.outcome.name(),
            "confidence": attempt.confidence,
            "untrusted": {"attempt": attempt},
        })))
    }

    fn evidence(&mut self, arguments: &Arguments) -> Result<Value, String> {
        let redact = self.redact;
        let (paths, options) = (self.paths(arguments)?, self.options(arguments)?);
        let report = self.report(arguments)?;
        let attempt = of_number(report, arguments.number)?;
        let from_log = attempt.evidence.iter().any(|evidence| evidence.source == Source::Log);
        // Records as they stand would undo what --redact does.
        let records = if from_log && !redact {
            rayon::scope(|_| mdmlog::extract(&paths, &options, attempt.id))
                .map(|extract| extract.records)
                .unwrap_or_default()
        } else {
            Vec::new()
        };
        let items: Vec<Value> = attempt
            .evidence
            .iter()
            .map(|evidence| {
                let record =
                    records.iter().find(|record| (record.input, Some(record.line)) == (evidence.input, evidence.line));
                let text = record.map(|record| shortened(&record.without_secrets()));
                cited(report, evidence, text)
            })
            .collect();
        Ok(answer::result(json!({
            "id": attempt.id,
            "outcome": attempt.outcome.name(),
            "confidence": attempt.confidence,
            "untrusted": {"evidence": items},
        })))
    }

    fn slice(&self, arguments: &Arguments) -> Result<Value, String> {
        if self.redact {
            return Err("the server was started with --redact, and packets tell of a customer".to_owned());
        }
        let (paths, options) = (self.paths(arguments)?, self.options(arguments)?);
        let slice = rayon::scope(|_| mdmlog::slice(&paths, &options, arguments.number, false))
            .map_err(|error| error.to_string())?;
        let mut packets = Vec::new();
        slice.write(&mut packets).map_err(|error| error.to_string())?;
        if packets.len() > LARGEST_SLICE {
            return Err(format!(
                "the packets have {} bytes, and an answer {LARGEST_SLICE} at most: run `mdmlog slice -n {}` with the same paths",
                packets.len(),
                arguments.number
            ));
        }
        let about = json!({"id": arguments.number, "packets": slice.frames.len(), "bytes": packets.len()});
        let resource = json!({
            "uri": format!("mdmlog:attempt/{}/packets.pcapng", arguments.number),
            "mimeType": "application/x-pcapng",
            "blob": STANDARD.encode(&packets),
        });
        Ok(json!({
            "content": [{"type": "text", "text": about.to_string()}, {"type": "resource", "resource": resource}],
            "structuredContent": about,
            "isError": false,
        }))
    }
}

fn explain(arguments: &Arguments) -> Result<Value, String> {
    let asked = arguments.outcome.as_deref().unwrap_or_default();
    let text = match asked.parse::<Explained>()? {
        Explained::Outcome(topic) => catalog::explain(&topic, ExplainFormat::Json, 100),
        Explained::Kind(kind) => catalog::explain_kind(kind, ExplainFormat::Json, 100),
    };
    let explained: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    Ok(answer::result(json!({"explained": explained})))
}

fn of_number(report: &Report, number: usize) -> Result<&Attempt, String> {
    let found = number.checked_sub(1).and_then(|index| report.attempts.get(index));
    found.ok_or_else(|| format!("there is no attempt {number}: there are {}, numbered from 1", report.attempts.len()))
}

/// Writes an attempt in a line.
fn row(attempt: &Attempt) -> Value {
    json!({
        "id": attempt.id,
        "kind": attempt.kind,
        "outcome": attempt.outcome.name(),
        "detail": attempt.outcome.detail(),
        "confidence": attempt.confidence,
        "started_at": attempt.started_at,
        "duration_ms": attempt.duration_ms,
        "host": attempt.server.host,
        "port": attempt.server.port,
    })
}

fn cited(report: &Report, evidence: &Evidence, text: Option<String>) -> Value {
    let mut item = json!(evidence);
    if let Value::Object(item) = &mut item {
        item.insert("path".to_owned(), json!(report.inputs.get(evidence.input).map(|input| &input.path)));
        if let Some(text) = text {
            item.insert("text".to_owned(), json!(text));
        }
    }
    item
}

fn shortened(text: &str) -> String {
    match text.get(..text.floor_char_boundary(LONGEST_RECORD)) {
        Some(short) if short.len() < text.len() => format!("{short}..."),
        _ => text.to_owned(),
    }
}
