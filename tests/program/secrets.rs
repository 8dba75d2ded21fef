//! What must not be seen in any output: credentials always, and with `--redact` whoever is concerned.

use std::collections::BTreeSet;

use mdmlog::report::Format;
use serde_json::Value;

use crate::cases::Case;
use crate::support::{Scratch, run};
use crate::traps::wire::Flag;
use crate::traps::world::{Connection, Told, World};

/// Each is told in a place of its own.
const SECRETS: [&str; 12] = [
    "hunter2-in-url",
    "aHVudGVyMi1iYXNpYw",
    "hunter2-cookie",
    "hunter2-set-cookie",
    "hunter2-bearer",
    "hunter2-body",
    "hunter2-query",
    "hunter2-proxy",
    "hunter2-exception",
    "hunter2-json",
    "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00",
    "hunter2-passphrase",
];

/// A bundle with secrets wherever a log, a capture or a key log can have them.
fn world() -> World {
    let mut world = World::default();
    let host = "tenant.jamfcloud.com";
    world.success(0, 40_001, "pool-1", host);
    world.told("pool-2", "svc:hunter2-in-url@tenant.jamfcloud.com", 9_000, &[(9_100, Told::Failure("Read timed out"))]);
    world.told(
        "pool-3",
        host,
        20_000,
        &[(20_100, Told::Failure("error for https://u:hunter2-exception@tenant.jamfcloud.com/?token=hunter2-query"))],
    );
    for (at, message) in [
        (20_010, "Request header Authorization: Basic aHVudGVyMi1iYXNpYw=="),
        (20_011, "Request header Cookie: JSESSIONID=hunter2-cookie"),
        (20_012, "Proxy Config in request = [host=192.0.2.8, port=3128, user=svc, password=hunter2-proxy]"),
        (20_013, "Response data received from the MDM server : <ise_api><password>hunter2-body</password></ise_api>"),
        (20_014, "Response data received from the MDM server : {\"password\": \"hunter2-json\"}"),
    ] {
        world.records.push((at, format!("DEBUG  [pool-3][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- {message}")));
    }
    let mut connection = Connection::new(40_000, 41_000, "198.51.100.7");
    connection.server.1 = 80;
    connection.open(&mut world);
    let request = b"GET /ciscoise/mdminfo/?ise_api_version=3&password=hunter2-query HTTP/1.1\r\nHost: u:hunter2-in-url@tenant.jamfcloud.com\r\n\
        Authorization: Bearer hunter2-bearer\r\nProxy-Authorization: Basic aHVudGVyMi1iYXNpYw==\r\nCookie: a=hunter2-cookie\r\n\r\n";
    connection.client(&mut world, 1, request);
    let answer = b"HTTP/1.1 401 Unauthorized\r\nSet-Cookie: s=hunter2-set-cookie\r\nLocation: https://u:hunter2-in-url@x.example/?token=hunter2-query\r\n\
        Server: x\r\nContent-Length: 12\r\n\r\nhunter2-body";
    connection.server(&mut world, 1, answer);
    let reset = connection.by_client(Flag::Rst, &[]);
    world.frame(40_010, reset);
    world
}

#[test]
fn credentials_are_in_no_output() {
    let world = world();
    let scratch = Scratch::new();
    scratch.file("in/ise-psc.log", world.log_text());
    scratch.file("in/TCPDump.pcap", world.pcap());
    let random = "ab".repeat(32);
    scratch.file("in/keys.log", format!("CLIENT_RANDOM {random} {0}{0}\nCLIENT_RANDOM {random} {0}\n", SECRETS[10]));
    scratch.file("passphrase", "hunter2-passphrase\n");
    let shown = |arguments: &[&str]| {
        let ran =
            run(scratch.mdmlog(arguments.iter().copied()).args(["--passphrase-file", "passphrase"])).with_status(0);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        for secret in SECRETS {
            assert!(!all.contains(secret), "{secret}\n{ran}");
        }
        all
    };
    for format in Format::ALL {
        let all = shown(&["analyze", "in", "-v", "--format", format.as_str()]);
        assert!(all.contains("jamfcloud"), "{format}\n{all}");
    }
    shown(&["inspect", "in", "--format", "json"]);
    shown(&["inspect", "in", "--format", "text"]);
    let paths = [scratch.path().join("in")];
    let report = mdmlog::analyze(&paths, &mdmlog::Options::default()).unwrap();
    assert!(report.attempts.len() > 3);
    let debug = format!("{report:?}");
    assert!(SECRETS.iter().all(|secret| !debug.contains(secret)), "{debug}");
}

/// Hosts, addresses, and what certificates say, of a report.
fn originals(report: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut todo = vec![("", report)];
    while let Some((key, value)) = todo.pop() {
        match value {
            Value::Object(fields) => todo.extend(fields.iter().map(|(key, value)| (key.as_str(), value))),
            Value::Array(values) => todo.extend(values.iter().map(|value| (key, value))),
            Value::String(text) => match key {
                "host" | "sni" | "addresses" | "resolver" | "address" | "serial" | "sha256" | "names" | "answers" => {
                    found.insert(text.trim_start_matches("*.").to_owned());
                }
                "client" | "server" => {
                    found.extend(text.rsplit_once(':').map(|(host, _)| host.trim_matches(['[', ']']).to_owned()));
                }
                _ => {}
            },
            _ => {}
        }
    }
    // Words of one part may stand anywhere by chance.
    found.retain(|text| text.len() > 6 && text.contains(['.', ':']) || text.len() > 15);
    found
}

#[test]
fn redaction_leaves_no_original_of_any_case_in_any_format() {
    let mut seen = 0;
    for case in Case::all() {
        let originals = originals(&case.report(&[]));
        seen += originals.len();
        // A key whose pseudonyms have no original in them by chance.
        let key = ["--redact-key", "a key of the tests", "-v"];
        for format in Format::ALL {
            let ran = case.analyze(&[&key[..], &["--format", format.as_str()]].concat()).with_status(0);
            for original in &originals {
                let within = |text: &str| contains_whole(text, original);
                assert!(!within(&ran.stdout) && !within(&ran.stderr), "{}: {original} in {format}\n{ran}", case.name);
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

/// Whether a text has it, and not as the end or beginning of a longer number or name.
fn contains_whole(text: &str, original: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(original)
        .any(|(at, _)| !part(text[..at].chars().next_back()) && !part(text[at + original.len()..].chars().next()))
}
