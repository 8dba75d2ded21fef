//! What must not be seen in any output: credentials.

use mdmlog::capture::secrets::Secrets;
use mdmlog::capture::{CapturePart, Interest, Wanted, excerpt, read_capture};
use mdmlog::input::{InputOptions, PassphraseSource};
use mdmlog::log::{LogPart, read_log};
use mdmlog::options::{Options, Passphrase};
use mdmlog::progress::Progress;
use mdmlog::render::Format;
use regex::Regex;

use crate::support::{Scratch, root, run};
use crate::traps::wire::Flag;
use crate::traps::world::{Connection, Told, World};

/// Each is told in a place of its own.
pub const SECRETS: [&str; 12] = [
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
pub fn world() -> World {
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
}

/// Debug output writes bytes as text or as numbers.
#[track_caller]
fn tells_no_secret(debug: &str) {
    for secret in SECRETS {
        let numbers: Vec<_> = secret.bytes().map(|byte| byte.to_string()).collect();
        assert!(!debug.contains(secret) && !debug.contains(&numbers.join(", ")), "{secret}: {debug}");
    }
}

#[test]
fn credentials_are_in_no_debug_output() {
    let world = world();
    let (log, capture) = (world.log_text(), world.pcap());
    let scratch = Scratch::new();
    let keys = format!("CLIENT_RANDOM {} {}\n", "ab".repeat(32), SECRETS[10].repeat(2));
    let paths = [
        scratch.file("in/ise-psc.log", &log),
        scratch.file("in/TCPDump.pcap", &capture),
        scratch.file("in/keys.log", &keys),
    ];
    let passphrase = Passphrase::new(SECRETS[11]);
    let options = Options { passphrase: Some(passphrase.clone()), ..Options::default() };
    tells_no_secret(&format!("{options:?}"));

    let report = mdmlog::analyze(&paths, &options).unwrap();
    assert!(report.attempts.len() > 3);
    tells_no_secret(&format!("{report:?}"));
    for attempt in &report.attempts {
        if let Ok(slice) = mdmlog::slice(&paths, &options, attempt.id, true) {
            tells_no_secret(&format!("{slice:?}"));
        }
        if let Ok(extract) = mdmlog::extract(&paths, &options, attempt.id) {
            tells_no_secret(&format!("{extract:?}"));
        }
    }
    tells_no_secret(&format!("{:?}", mdmlog::inspect(&paths, &options)));

    let progress = Progress::default();
    let options = InputOptions { passphrase: PassphraseSource::Given(passphrase), ..InputOptions::default() };
    let found = mdmlog::input::find(&paths, mdmlog::sources::KINDS, &options, &progress);
    assert_eq!(found.items.len(), 3);
    tells_no_secret(&format!("{options:?} {found:?}"));

    let part = LogPart { input: 0, bytes: log.as_bytes() };
    tells_no_secret(&format!("{part:?} {:?}", read_log(&[part], &progress)));
    let (secrets, warnings) = Secrets::parse(keys.as_bytes(), None);
    let part = CapturePart { input: 0, bytes: &capture };
    let interest =
        Interest { hosts: ["tenant.jamfcloud.com".to_owned()].into(), ports: [80].into(), ..Interest::default() };
    tells_no_secret(&format!("{part:?} {:?}", read_capture(&[part], &interest, &secrets, &progress)));
    tells_no_secret(&format!("{secrets:?} {warnings:?}"));
    let wanted = Wanted { frames: (1..=100).collect(), ..Wanted::default() };
    let frames = excerpt(&capture, &wanted, &progress);
    assert!(frames.len() > 10);
    tells_no_secret(&format!("{frames:?}"));
}

/// Whoever adds a field that holds a key must say how it is shown.
#[test]
fn no_type_with_a_key_in_it_derives_its_debug_output() {
    const RAW: [&str; 6] = ["String", "Vec<u8>", "OsString", "Bytes", "[u8", "str"];
    let word = Regex::new("pass(word|phrase)|secret|key|cookie|credential|authorization|token|mac").unwrap();
    let field = Regex::new(r"^\s*(?:pub(?:\([^)]*\))? )?(\w+): (.*?),?$").unwrap();
    let mut looked_at = 0;
    let mut todo = vec![root().join("src")];
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        // From one derive to the end of what it is about.
        for item in text.split("#[derive(").skip(1).filter(|item| item.split(')').next().unwrap().contains("Debug")) {
            looked_at += 1;
            for line in item.split("\n}").next().unwrap().lines() {
                let Some(found) = field.captures(line) else { continue };
                // Paths to keys, numbers of them and what they are called are no keys, nor is what a ticket is found by.
                let bare = &found[1] != "ticket_key"
                    && RAW.iter().any(|raw| found[2].contains(raw))
                    && !found[2].contains("PathBuf");
                assert!(!bare || !word.is_match(&found[1]), "{}: {line}", path.display());
            }
        }
    }
    assert!(looked_at > 100, "{looked_at}");
}

/// A credential in each kind of place that a log has, in forms that a header, a body or a sentence may give it.
#[test]
fn credentials_are_taken_out_wherever_a_record_has_them() {
    let forms = [
        "Authorization: Basic aHVudGVyMi1iYXNpYw==",
        "https://svc:hunter2-in/url@h.example.com/x",
        "https://h.example.com/?next=https://svc:hunter2-in-url@idp.example.com/",
        r#"500:{\"error\":{\"client_secret\":\"hunter2-json\"}}"#,
        "headers [Ocp-Apim-Subscription-Key: hunter2-cookie, Accept: */*]",
        "<wsse:Password Type=\"http://x#PasswordText\">hunter2-body</wsse:Password>",
        "&lt;password&gt;hunter2-body&lt;/password&gt; is wrong",
        "-----BEGIN PRIVATE KEY----- hunter2-body -----END PRIVATE KEY-----",
        "Proxy-Authorization: NTLM hunter2-proxy",
        "login with svc/hunter2-passphrase failed",
        &format!("{}https://svc:hunter2-in-url{}@h.example.com/", " ".repeat(2300), "x".repeat(200)),
    ];
    let mut world = World::default();
    for (number, form) in (1_i64..).zip(forms) {
        let at = number * 20_000;
        world.told(&format!("pool-{number}"), "tenant.jamfcloud.com", at, &[(at + 90, Told::Failure(form))]);
        world.told(
            &format!("pool {form}"),
            "tenant.jamfcloud.com",
            at + 5_000,
            &[(at + 5_090, Told::Failure("Read timed out"))],
        );
    }
    let scratch = Scratch::new();
    let log = scratch.file("ise-psc.log", world.log_text());
    let count = mdmlog::analyze(&[log], &Options::default()).unwrap().attempts.len();
    assert!(count > forms.len(), "{count}");
    let mut shown: Vec<String> =
        Format::ALL.map(|format| format!("analyze ise-psc.log -v --format {}", format.as_str())).into();
    shown.extend((1..=count).map(|attempt| format!("extract ise-psc.log -n {attempt}")));
    for command in shown {
        let ran = run(&mut scratch.mdmlog(command.split(' '))).with_status(0);
        for secret in SECRETS {
            assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{secret}\n{ran}");
        }
    }
    let raw = run(&mut scratch.mdmlog(["extract", "ise-psc.log", "-n", "1", "--raw"])).with_status(0);
    assert!(raw.stdout.contains("aHVudGVyMi1iYXNpYw=="), "{raw}");
}
