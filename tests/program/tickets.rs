//! Tickets: the scripts of docs/tickets.md, run against servers that take what Jira's REST API v3 and v2, ServiceNow's Table
//! API and PagerDuty's Events API are documented to take, and refuse everything else.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::{Scratch, has_tool, quiet, root, run};
use crate::traps::world::{Told, World};

/// A request as it came.
struct Request {
    method: String,
    path: String,
    /// The parameters of the URL, decoded.
    query: Vec<(String, String)>,
    content_type: String,
    authorized: bool,
    body: Value,
}

/// What the server holds.
#[derive(Default)]
struct Desk {
    /// Tickets as they were opened.
    opened: Vec<Value>,
    /// To which ticket, and what.
    added: Vec<(usize, Value)>,
    /// Why requests were refused.
    refused: Vec<String>,
    /// A status that searches are answered with.
    search: Option<u16>,
}

type Answer = Result<(u16, Value), String>;

/// A server on loopback; it lives as long as the test program.
fn serve(answer: fn(&mut Desk, &Request) -> Answer) -> (SocketAddr, Arc<Mutex<Desk>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let desk = Arc::new(Mutex::new(Desk::default()));
    let shared = Arc::clone(&desk);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut desk = shared.lock().unwrap();
            let request = read(&stream);
            let answered = if request.authorized { answer(&mut desk, &request) } else { Err("no user".to_owned()) };
            let (status, body) = answered.unwrap_or_else(|why| {
                desk.refused.push(format!("{} {}: {why}\n{}", request.method, request.path, request.body));
                (400, json!({"errorMessages": [why]}))
            });
            let body = body.to_string();
            let head = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = (&stream).write_all(format!("{head}{body}").as_bytes());
        }
    });
    (address, desk)
}

fn read(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 || line.trim_end().is_empty() {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    let header = |name: &str| {
        let fields = lines.iter().filter_map(|line| line.split_once(": "));
        fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
    };
    if header("expect").is_some() {
        let _ = (&*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n");
    }
    let length = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body).unwrap();
    let mut words = lines.first().map(String::as_str).unwrap_or_default().split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    Request {
        method,
        path: path.to_owned(),
        query: pairs.map(|(name, value)| (name.to_owned(), decoded(value))).collect(),
        content_type: header("content-type").unwrap_or_default(),
        // `user:secret`, or a token; PagerDuty's key is in the body.
        authorized: match header("authorization").as_deref() {
            Some("Basic dXNlcjpzZWNyZXQ=") => true,
            Some(other) => other == "Bearer secret" && path.starts_with("/rest/api/2/"),
            None => path == "/v2/enqueue",
        },
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    }
}

/// Percent-encoding undone.
fn decoded(value: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(out).unwrap()
}

impl Request {
    fn parameter(&self, name: &str) -> Result<&str, String> {
        let found = self.query.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str()).ok_or_else(|| format!("no {name}"))
    }

    fn json(&self) -> Result<&Value, String> {
        let is_json = self.content_type == "application/json" && self.body.is_object();
        is_json.then_some(&self.body).ok_or_else(|| format!("no JSON, but {}", self.content_type))
    }
}

fn only(object: &Value, fields: &[&str]) -> Result<(), String> {
    let object = object.as_object().ok_or("no object")?;
    let other = object.keys().find(|key| !fields.contains(&key.as_str()));
    other.map_or(Ok(()), |other| Err(format!("field '{other}' cannot be set")))
}

fn text(value: &Value, longest: usize) -> Result<&str, String> {
    let text = value.as_str().filter(|text| !text.trim().is_empty()).ok_or_else(|| format!("{value} is no text"))?;
    (text.chars().count() <= longest).then_some(text).ok_or_else(|| format!("longer than {longest}"))
}

/// Checks a node of the Atlassian Document Format as far as a ticket needs it, and what may lie in it.
fn document(node: &Value) -> Result<(), String> {
    let kind = node["type"].as_str().ok_or("a node without type")?;
    let (fields, children): (&[&str], &[&str]) = match kind {
        "doc" if node["version"] == 1 => (
            &["type", "version", "content"],
            &["paragraph", "heading", "bulletList", "orderedList", "codeBlock", "rule"],
        ),
        "heading" if (1..=6).contains(&node["attrs"]["level"].as_u64().unwrap_or(0)) => {
            (&["type", "attrs", "content"], &["text"])
        }
        "paragraph" => (&["type", "content"], &["text", "hardBreak"]),
        "bulletList" | "orderedList" => (&["type", "content", "attrs"], &["listItem"]),
        "listItem" => (&["type", "content"], &["paragraph", "bulletList", "orderedList", "codeBlock"]),
        "codeBlock" => (&["type", "content", "attrs"], &["text"]),
        "text" => {
            text(&node["text"], usize::MAX)?;
            (&["type", "text", "marks"], &[])
        }
        "hardBreak" | "rule" => (&["type"], &[]),
        other => return Err(format!("{other} is no node")),
    };
    only(node, fields)?;
    let content = node["content"].as_array().map(Vec::as_slice).unwrap_or_default();
    if content.is_empty() && matches!(kind, "bulletList" | "orderedList" | "listItem") {
        return Err(format!("an empty {kind}"));
    }
    for child in content {
        if !children.contains(&child["type"].as_str().unwrap_or_default()) {
            return Err(format!("{} in {kind}", child["type"]));
        }
        document(child)?;
    }
    Ok(())
}

fn jira(desk: &mut Desk, request: &Request) -> Answer {
    jira_at(desk, request, "/rest/api/3", "/search/jql", document)
}

/// Takes a description in wiki text, of at most 32,767 characters.
fn jira_data_center(desk: &mut Desk, request: &Request) -> Answer {
    jira_at(desk, request, "/rest/api/2", "/search", |description| text(description, 32_767).map(drop))
}

fn jira_at(
    desk: &mut Desk,
    request: &Request,
    root: &str,
    search: &str,
    document: fn(&Value) -> Result<(), String>,
) -> Answer {
    let path = request.path.strip_prefix(root).ok_or("no such resource")?;
    match (request.method.as_str(), path) {
        ("GET", path) if path == search => {
            if let Some(status) = desk.search {
                return Ok((status, json!({"errorMessages": ["try later"]})));
            }
            let jql = request.parameter("jql")?;
            request.parameter("maxResults")?.parse::<u32>().map_err(|error| error.to_string())?;
            let label = jql
                .strip_prefix("project = OPS AND labels = \"")
                .and_then(|rest| rest.strip_suffix("\" AND statusCategory != Done ORDER BY created DESC"))
                .ok_or_else(|| format!("cannot read the JQL {jql}"))?;
            let has = |issue: &Value| {
                issue["done"].is_null() && issue["fields"]["labels"].as_array().unwrap().contains(&json!(label))
            };
            let found: Vec<_> = (0..desk.opened.len()).filter(|index| has(&desk.opened[*index])).collect();
            let issues: Vec<_> = found.iter().map(|index| json!({"id": "1", "key": format!("OPS-{index}")})).collect();
            Ok((200, json!({"issues": issues, "isLast": true})))
        }
        ("POST", "/issue") => {
            let issue = request.json()?;
            only(issue, &["fields", "properties", "update", "transition", "historyMetadata"])?;
            let fields = &issue["fields"];
            only(fields, &["project", "issuetype", "summary", "labels", "description"])?;
            if fields["project"] != json!({"key": "OPS"}) || fields["issuetype"] != json!({"name": "Incident"}) {
                return Err("valid project and issue type are required".to_owned());
            }
            if text(&fields["summary"], 255)?.contains(['\n', '\r']) {
                return Err("The summary is invalid because it contains newline characters.".to_owned());
            }
            for label in fields["labels"].as_array().ok_or("labels are no list")? {
                if text(label, 255)?.contains(char::is_whitespace) {
                    return Err("The label can't contain spaces.".to_owned());
                }
            }
            document(&fields["description"])?;
            for property in issue["properties"].as_array().ok_or("properties are no list")? {
                only(property, &["key", "value"])?;
                text(&property["key"], 255)?;
                if property["value"].to_string().len() > 32_768 {
                    return Err("the property is too long".to_owned());
                }
            }
            desk.opened.push(issue.clone());
            let key = format!("OPS-{}", desk.opened.len() - 1);
            Ok((201, json!({"id": "1", "key": key, "self": format!("https://x/rest/api/3/issue/{key}")})))
        }
        ("GET" | "PUT", path) if path.ends_with("/properties/mdmlog") => {
            let index = ticket_of(path, "/properties/mdmlog")?;
            let property = &mut desk.opened.get_mut(index).ok_or("no such issue")?["properties"][0];
            if request.method == "PUT" {
                property["value"] = request.body.clone();
            }
            Ok((200, property.clone()))
        }
        ("GET" | "POST", path) if path.ends_with("/transitions") => {
            let index = ticket_of(path, "/transitions")?;
            if request.method == "GET" {
                let to = |id: &str, key: &str| json!({"id": id, "to": {"statusCategory": {"key": key}}});
                return Ok((200, json!({"transitions": [to("11", "new"), to("31", "done"), to("41", "done")]})));
            }
            if request.json()? != &json!({"transition": {"id": "31"}}) {
                return Err("Transition id is not valid for this issue.".to_owned());
            }
            desk.opened.get_mut(index).ok_or("no such issue")?["done"] = json!(true);
            Ok((200, json!("")))
        }
        ("POST", path) => {
            let index = ticket_of(path, "/comment")?;
            only(request.json()?, &["body", "visibility", "properties"])?;
            document(&request.body["body"])?;
            desk.added.push((index, request.body.clone()));
            Ok((201, json!({"id": "1"})))
        }
        _ => Err("no such resource".to_owned()),
    }
}

/// The issue that a path below it speaks of.
fn ticket_of(path: &str, end: &str) -> Result<usize, String> {
    let key = path.strip_prefix("/issue/OPS-").and_then(|rest| rest.strip_suffix(end));
    key.and_then(|key| key.parse().ok()).ok_or_else(|| "no such resource".to_owned())
}

fn servicenow(desk: &mut Desk, request: &Request) -> Answer {
    const FIELDS: [&str; 8] = [
        "short_description",
        "description",
        "correlation_id",
        "correlation_display",
        "category",
        "impact",
        "urgency",
        "resolved_at",
    ];
    let displays: Vec<Value> = desk.opened.iter().map(|ticket| ticket["correlation_display"].clone()).collect();
    let record = |index: usize| {
        json!({
            "sys_id": format!("{index:032x}"),
            "number": format!("INC{index:07}"),
            "correlation_display": displays.get(index),
        })
    };
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/api/now/table/incident") => {
            if let Some(status) = desk.search {
                return Ok((status, json!({"error": {"message": "try later"}})));
            }
            let query = request.parameter("sysparm_query")?;
            let id = query
                .strip_prefix("correlation_id=")
                .and_then(|rest| rest.strip_suffix("^active=true^ORDERBYDESCsys_created_on"))
                .ok_or_else(|| format!("cannot read the query {query}"))?;
            let is_active = |ticket: &Value| ticket["state"].is_null() && ticket["correlation_id"] == id;
            let found = (0..desk.opened.len()).filter(|index| is_active(&desk.opened[*index]));
            Ok((200, json!({"result": found.map(record).collect::<Vec<_>>()})))
        }
        ("POST", "/api/now/table/incident") => {
            let ticket = request.json()?;
            only(ticket, &FIELDS)?;
            text(&ticket["short_description"], 160)?;
            text(&ticket["description"], 4000)?;
            text(&ticket["correlation_id"], 100)?;
            text(&ticket["correlation_display"], 100)?;
            for choice in ["impact", "urgency"] {
                if !["1", "2", "3"].contains(&text(&ticket[choice], 1)?) {
                    return Err(format!("{choice} is no choice"));
                }
            }
            desk.opened.push(ticket.clone());
            Ok((201, json!({"result": record(desk.opened.len() - 1)})))
        }
        ("PATCH", path) => {
            let id = path.strip_prefix("/api/now/table/incident/").filter(|id| id.len() == 32);
            let index = id.and_then(|id| usize::from_str_radix(id, 16).ok()).ok_or("No Record found")?;
            if request.json()?["state"] == "6" {
                only(&request.body, &["correlation_id", "state", "close_code", "close_notes", "resolved_at"])?;
                text(&request.body["close_code"], 40)?;
                text(&request.body["close_notes"], 4000)?;
                desk.opened[index]["state"] = json!("6");
                return Ok((200, json!({"result": record(index)})));
            }
            only(&request.body, &["work_notes", "correlation_display"])?;
            text(&request.body["work_notes"], 4000)?;
            desk.opened[index]["correlation_display"] = request.body["correlation_display"].clone();
            desk.added.push((index, request.body.clone()));
            Ok((200, json!({"result": record(index)})))
        }
        _ => Err("no such resource".to_owned()),
    }
}

/// Takes an event of PagerDuty's Events API v2, for the integration whose key is known.
fn pagerduty(desk: &mut Desk, request: &Request) -> Answer {
    if (request.method.as_str(), request.path.as_str()) != ("POST", "/v2/enqueue") {
        return Err("no such resource".to_owned());
    }
    if let Some(status) = desk.search {
        return Ok((status, json!({"status": "throttle exceeded"})));
    }
    let event = request.json()?;
    only(event, &["routing_key", "event_action", "dedup_key", "payload", "client", "client_url", "links", "images"])?;
    if event["routing_key"] != "secret" {
        return Err("invalid key".to_owned());
    }
    text(&event["dedup_key"], 255)?;
    if !["trigger", "acknowledge", "resolve"].contains(&text(&event["event_action"], 20)?) {
        return Err("event_action is no choice".to_owned());
    }
    let payload = &event["payload"];
    only(payload, &["summary", "source", "severity", "timestamp", "component", "group", "class", "custom_details"])?;
    text(&payload["summary"], 1024)?;
    text(&payload["source"], 255)?;
    if !["critical", "error", "warning", "info"].contains(&text(&payload["severity"], 10)?) {
        return Err("severity is no choice".to_owned());
    }
    if event.to_string().len() > 512 << 10 {
        return Err("larger than 512 KB".to_owned());
    }
    desk.opened.push(event.clone());
    Ok((202, json!({"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]})))
}

/// The script of the document that is marked so, as a reader would run it.
fn script(mark: &str) -> String {
    let page = std::fs::read_to_string(root().join("docs/tickets.md")).unwrap();
    let (_, rest) = page.split_once(&format!("```sh {mark}\n")).unwrap();
    rest.split("\n```").next().unwrap().to_owned()
}

/// Runs it for a bundle; gives what it prints, line by line.
fn tickets(mark: &str, address: SocketAddr, bundle: &str) -> Vec<String> {
    run(&mut ran_script(mark, address, bundle)).with_status(0).silent().stdout.lines().map(str::to_owned).collect()
}

/// The script for a bundle, ready to run.
fn ran_script(mark: &str, address: SocketAddr, bundle: &str) -> Command {
    let program = assert_cmd::cargo::cargo_bin!("mdmlog");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(program.parent().unwrap().to_owned()).chain(std::env::split_paths(&path));
    let mut bash = Command::new("bash");
    quiet(&mut bash).args(["-euo", "pipefail", "-c", &script(mark)]).current_dir(root());
    bash.env("PATH", std::env::join_paths(paths).unwrap()).env("BUNDLE", bundle).env("no_proxy", "*");
    let site = format!("http://{address}");
    for (name, value) in [("JIRA", &site[..]), ("JIRA_USER", "user"), ("JIRA_TOKEN", "secret"), ("JIRA_PROJECT", "OPS")]
    {
        bash.env(name, value);
    }
    for (name, value) in
        [("JIRA_TYPE", "Incident"), ("SNOW", &site), ("SNOW_USER", "user"), ("SNOW_PASSWORD", "secret")]
    {
        bash.env(name, value);
    }
    bash.env("PAGERDUTY", &site).env("PAGERDUTY_KEY", "secret");
    bash
}

const BUNDLE: &str = "testdata/cases/one-server-over-time/bundle.tar";

/// Five failures of one server, each a ticket; then, the same bundle again, which they know; then what
/// the tickets do not know yet, which is a note on each.
fn opens_once_and_then_adds(mark: &str, answer: fn(&mut Desk, &Request) -> Answer) -> Option<Desk> {
    if !has_tool("curl") || !has_tool("jq") {
        return None;
    }
    let (address, desk) = serve(answer);
    let first = tickets(mark, address, BUNDLE);
    let second = tickets(mark, address, BUNDLE);
    for ticket in &mut desk.lock().unwrap().opened {
        ticket["correlation_display"] = json!("mdmlog run of last week");
        if let Some(run) = ticket.pointer_mut("/properties/0/value/run") {
            *run = json!("of last week");
        }
    }
    let third = tickets(mark, address, BUNDLE);
    let desk = std::mem::take(&mut *desk.lock().unwrap());
    assert!(desk.refused.is_empty(), "{}", desk.refused.join("\n"));
    let ends = |lines: &[String], word: &str| lines.iter().filter(|line| line.ends_with(word)).count();
    assert_eq!((ends(&first, " opened"), first.len()), (5, 5), "{first:?}");
    assert_eq!((ends(&second, " known"), second.len()), (5, 5), "{second:?}");
    assert_eq!((ends(&third, " again"), third.len()), (5, 5), "{third:?}");
    assert_eq!(desk.opened.len(), 5);
    assert_eq!(desk.added.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    Some(desk)
}

/// A search that fails opens nothing: what it would have found is not known.
fn opens_nothing_where_the_search_fails(mark: &str, answer: fn(&mut Desk, &Request) -> Answer) {
    if !has_tool("curl") || !has_tool("jq") {
        return;
    }
    for status in [401, 429, 500] {
        let (address, desk) = serve(answer);
        desk.lock().unwrap().search = Some(status);
        let ran = run(&mut ran_script(mark, address, BUNDLE));
        assert_ne!(ran.status, Some(0), "{ran}");
        assert!(ran.stderr.contains(&status.to_string()), "{ran}");
        assert!(desk.lock().unwrap().opened.is_empty(), "{status}");
    }
}

#[test]
fn a_search_that_fails_opens_no_ticket() {
    opens_nothing_where_the_search_fails("jira", jira);
    opens_nothing_where_the_search_fails("jira-data-center", jira_data_center);
    opens_nothing_where_the_search_fails("servicenow", servicenow);
}

#[test]
fn jira_opens_an_issue_once_and_then_comments_on_it() {
    let Some(desk) = opens_once_and_then_adds("jira", jira) else { return };
    let labels: BTreeSet<_> = desk.opened.iter().map(|issue| issue["fields"]["labels"][1].to_string()).collect();
    assert_eq!(labels.len(), 5, "{labels:?}");
}

#[test]
fn jira_data_center_opens_an_issue_once_and_then_comments_on_it() {
    let Some(desk) = opens_once_and_then_adds("jira-data-center", jira_data_center) else { return };
    let description = desk.opened[0]["fields"]["description"].as_str().unwrap();
    assert!(description.contains("h3. What to do"), "{description}");
}

#[test]
fn pagerduty_is_told_what_is_open_and_what_is_over() {
    if !has_tool("curl") || !has_tool("jq") {
        return;
    }
    let (address, desk) = serve(pagerduty);
    let lines = tickets("pagerduty", address, BUNDLE);
    let again = tickets("pagerduty", address, BUNDLE);
    assert_eq!(lines, again, "the same failures have the same keys");
    let desk = std::mem::take(&mut *desk.lock().unwrap());
    assert!(desk.refused.is_empty(), "{}", desk.refused.join("\n"));
    let keys: BTreeSet<String> = desk.opened.iter().map(|event| event["dedup_key"].to_string()).collect();
    assert_eq!((keys.len(), desk.opened.len()), (5, 10));
    for event in &desk.opened {
        let open = event["payload"]["custom_details"]["open"].as_bool().unwrap();
        assert_eq!(event["event_action"], if open { "trigger" } else { "resolve" });
    }
    assert!(lines.iter().any(|line| line.ends_with(" resolve")), "{lines:?}");
    for status in [400, 429, 500] {
        let (address, desk) = serve(pagerduty);
        desk.lock().unwrap().search = Some(status);
        let ran = run(&mut ran_script("pagerduty", address, BUNDLE));
        assert!(ran.status != Some(0) && ran.stderr.contains(&status.to_string()), "{ran}");
    }
}

#[test]
fn servicenow_opens_an_incident_once_and_then_adds_notes() {
    let Some(desk) = opens_once_and_then_adds("servicenow", servicenow) else { return };
    assert!(desk.opened[0]["description"].as_str().unwrap().contains("What to do"), "{:#}", desk.opened[0]);
}

/// Two days of a server: what was refused on the first goes well on the second, and what was not found is not found still.
fn two_days() -> Scratch {
    let scratch = Scratch::new();
    for (day, told) in [("before", Told::Failure("Connection refused")), ("after", Told::Status(200))] {
        let mut world = World::default();
        let at = if day == "before" { 0 } else { 86_400_000 };
        world.told("pool-1", "mdm.example.com", at, &[(at + 50, told)]);
        world.told("pool-2", "other.example.com", at + 9_000, &[(at + 9_050, Told::Status(404))]);
        scratch.file(&format!("{day}/ise-psc.log"), world.log_text());
    }
    scratch
}

#[test]
fn a_ticket_is_closed_when_a_later_bundle_shows_that_it_is_over() {
    if !has_tool("curl") || !has_tool("jq") {
        return;
    }
    let days = two_days();
    let side = |name: &str| days.path().join(name).into_os_string().into_string().unwrap();
    for (mark, answer, done) in
        [("jira", jira as fn(&mut Desk, &Request) -> Answer, "/done"), ("servicenow", servicenow, "/state")]
    {
        let (address, desk) = serve(answer);
        assert_eq!(tickets(mark, address, &side("before")).len(), 2);
        let resolved = || {
            let mut script = ran_script(&format!("{mark}-resolved"), address, "");
            script.env("BEFORE", side("before")).env("AFTER", side("after"));
            run(&mut script).with_status(0).stdout
        };
        let first = resolved();
        assert_eq!(first.lines().filter(|line| line.ends_with(" resolved")).count(), 1, "{first}");
        assert_eq!(resolved(), "", "what is closed is not closed again");
        let desk = desk.lock().unwrap();
        assert!(desk.refused.is_empty(), "{}", desk.refused.join("\n"));
        let closed: Vec<_> = desk.opened.iter().filter(|ticket| ticket.pointer(done).is_some()).collect();
        assert_eq!(closed.len(), 1);
        assert!(closed[0].to_string().contains("connection_refused"), "{:#}", closed[0]);
    }
}

#[test]
fn every_payload_of_every_case_has_the_documented_shape() {
    let request = |path: &str, body| Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        query: Vec::new(),
        content_type: "application/json".to_owned(),
        authorized: true,
        body,
    };
    let options =
        mdmlog::Options { passphrase: Some(mdmlog::options::Passphrase::new("ise-bundle")), ..Default::default() };
    for case in std::fs::read_dir(root().join("testdata/cases")).unwrap() {
        let Ok(report) = mdmlog::analyze(&[case.unwrap().path()], &options) else { continue };
        let lines = |format: mdmlog::render::Format, jira: mdmlog::render::JiraEdition| {
            let mut out = Vec::new();
            let look = mdmlog::render::Look { jira, ..Default::default() };
            format.rendering(&look).render(&report, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
        };
        let mut desk = Desk::default();
        use mdmlog::render::JiraEdition::{Cloud, DataCenter};
        for edition in [Cloud, DataCenter] {
            for mut issue in lines(mdmlog::render::Format::Jira, edition) {
                issue["fields"]["project"]["key"] = json!("OPS");
                issue["fields"]["issuetype"]["name"] = json!("Incident");
                match edition {
                    Cloud => jira(&mut desk, &request("/rest/api/3/issue", issue)).unwrap(),
                    DataCenter => jira_data_center(&mut desk, &request("/rest/api/2/issue", issue)).unwrap(),
                };
            }
        }
        for ticket in lines(mdmlog::render::Format::Servicenow, Cloud) {
            servicenow(&mut desk, &request("/api/now/table/incident", ticket)).unwrap();
        }
        let keys: BTreeSet<_> = report.incidents.iter().map(|incident| &incident.ticket_key).collect();
        // Two editions of Jira, and ServiceNow.
        assert_eq!(desk.opened.len(), 3 * keys.len());
    }
}
