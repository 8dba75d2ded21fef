//! What `--redact` takes out, and how its pseudonyms hold together.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use aho_corasick::AhoCorasick;
use mdmlog::capture::{Wanted, excerpt};
use mdmlog::input::{InputOptions, PassphraseSource, find};
use mdmlog::options::Passphrase;
use mdmlog::progress::Progress;
use mdmlog::render::Format;
use mdmlog::report::InputKind;
use regex::Regex;
use serde_json::Value;

use crate::cases::Case;
use crate::support::{Ran, Scratch, run};
use crate::traps::wire::Flag;
use crate::traps::world::{Connection, Told, World};

/// What every ISE asks for, and what says nothing of anyone.
const PUBLIC: [&str; 7] = ["networkIntegrationEndpoint", "ciscoise", "mdminfo", "enroll", "v2", "v3", "devices"];

/// What tells of someone, by its kind.
#[derive(Default)]
struct Originals(BTreeMap<String, &'static str>);

impl Originals {
    fn add(&mut self, kind: &'static str, original: &str) {
        // A single word of few letters may stand anywhere by chance.
        if original.len() > 5 || original.len() > 3 && original.starts_with('/') {
            self.0.insert(original.to_owned(), kind);
        }
    }

    fn host(&mut self, host: &str) {
        let host = host.trim_start_matches("*.").trim_matches(['[', ']']).trim_end_matches('.');
        match host.parse::<IpAddr>() {
            Ok(address) if address.is_loopback() || address.is_unspecified() => {}
            Ok(address) => self.add("address", &address.to_string()),
            // A word without dots is one of any sentence.
            Err(_) if host.contains('.') => self.add("host", host),
            Err(_) => {}
        }
    }

    /// Segments as they stand behind a slash.
    fn path(&mut self, path: &str) {
        let path = path.split(['?', '#']).next().unwrap();
        for segment in path.split('/').filter(|segment| !PUBLIC.contains(segment)) {
            self.add("path", &format!("/{segment}"));
        }
    }

    fn url(&mut self, url: &str) {
        let (authority, path) = match url.split_once("://").map_or(url, |(_, rest)| rest).split_once('/') {
            Some((authority, path)) => (authority, format!("/{path}")),
            None => (url.split_once("://").map_or(url, |(_, rest)| rest), String::new()),
        };
        if let Some((user, _)) = authority.split_once('@') {
            self.add("user", user);
        }
        let host = authority.rsplit('@').next().unwrap();
        self.host(host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(host, _)| host));
        self.path(&path);
    }

    /// What stands in fields of its own.
    fn of_report(&mut self, report: &Value) {
        let mut todo = vec![("", report)];
        while let Some((key, value)) = todo.pop() {
            match value {
                Value::Object(fields) => todo.extend(fields.iter().map(|(key, value)| (key.as_str(), value))),
                Value::Array(values) => todo.extend(values.iter().map(|value| (key, value))),
                Value::String(text) => match key {
                    "host" | "sni" | "addresses" | "resolver" | "address" | "names" | "answers" | "cnames" => {
                        self.host(text);
                    }
                    "serial" | "sha256" => self.add("certificate", text),
                    "subject" | "issuer" => {
                        text.split(',').filter_map(|part| part.split_once('=')).for_each(|(_, value)| {
                            self.add("certificate", value);
                        });
                    }
                    "client" | "server" => {
                        self.host(text.rsplit_once(':').map_or("", |(host, _)| host));
                    }
                    "url" => self.url(text),
                    "path" if text.starts_with('/') => self.path(text),
                    "fingerprint" | "community_id" => self.add("hash", text),
                    _ => {}
                },
                _ => {}
            }
        }
    }

    /// What the inputs have of it, shown or not.
    fn of_input(&mut self, kind: InputKind, bytes: &[u8]) {
        match kind {
            InputKind::IsePscLog => {
                let text = String::from_utf8_lossy(bytes);
                let address = Regex::new(r"\b\d{1,3}(?:\.\d{1,3}){3}\b").unwrap();
                for address in address.find_iter(&text).filter(|found| found.as_str().parse::<Ipv4Addr>().is_ok()) {
                    self.host(address.as_str());
                }
                let url = Regex::new(r#"https?://[^\s"'<>\])]+"#).unwrap();
                url.find_iter(&text).for_each(|url| self.url(url.as_str()));
                let path = Regex::new(r"(?:apiPath: |<api_path>)([^\s<]+)").unwrap();
                path.captures_iter(&text).for_each(|path| self.path(&path[1]));
                let user = Regex::new(r"(?i)\buser(?:name)?\s?[:=]\s?'?(\w+)").unwrap();
                user.captures_iter(&text).for_each(|user| self.add("user", &user[1]));
                let mac = Regex::new(r"(?i)\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b|\b(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}\b");
                mac.unwrap().find_iter(&text).for_each(|mac| self.add("device", mac.as_str()));
            }
            InputKind::Pcap | InputKind::Pcapng => {
                let wanted = Wanted { frames: (1..=20_000).collect(), ..Wanted::default() };
                for frame in excerpt(bytes, &wanted, &Progress::default()) {
                    let Ok(packet) = etherparse::SlicedPacket::from_ethernet(frame.bytes) else { continue };
                    match packet.net {
                        Some(etherparse::NetSlice::Ipv4(ip)) => {
                            self.host(&ip.header().source_addr().to_string());
                            self.host(&ip.header().destination_addr().to_string());
                        }
                        Some(etherparse::NetSlice::Ipv6(ip)) => {
                            self.host(&ip.header().source_addr().to_string());
                            self.host(&ip.header().destination_addr().to_string());
                        }
                        _ => {}
                    }
                    if let Some(etherparse::LinkSlice::Ethernet2(link)) = packet.link {
                        for mac in [link.source(), link.destination()] {
                            let digits: Vec<_> = mac.iter().map(|byte| format!("{byte:02x}")).collect();
                            self.add("device", &digits.join(":"));
                        }
                    }
                }
            }
            InputKind::IseLocalStore | InputKind::ShowTech | InputKind::AdAgentLog | InputKind::SystemLog => {
                let text = String::from_utf8_lossy(bytes);
                let address = Regex::new(r"\b\d{1,3}(?:\.\d{1,3}){3}\b").unwrap();
                // Versions of ISE look like addresses, but for their numbers.
                for address in address.find_iter(&text).filter(|found| found.as_str().parse::<Ipv4Addr>().is_ok()) {
                    self.host(address.as_str());
                }
                let named = Regex::new(r"(?m)^hostname (\S+)|MDMServerName=([^,]+)|UserName=([^,]+)").unwrap();
                for name in named.captures_iter(&text).flat_map(|found| [found.get(1), found.get(2), found.get(3)]) {
                    name.into_iter().for_each(|name| self.add("user", name.as_str()));
                }
            }
            InputKind::KeyLog => {}
        }
    }

    fn of_case(case: &Case) -> Self {
        let mut all = Self::default();
        all.of_report(&case.report(&[]));
        let arguments = case.truth["arguments"].as_array().unwrap();
        let paths: Vec<PathBuf> = arguments.iter().map(|path| case.folder.join(path.as_str().unwrap())).collect();
        let passphrase = PassphraseSource::Given(Passphrase::new("correct horse"));
        let options = InputOptions { passphrase, ..InputOptions::default() };
        let paths: Vec<_> = paths.into_iter().filter(|path| path.exists()).collect();
        for item in find(&paths, mdmlog::sources::KINDS, &options, &Progress::default()).items {
            all.of_input(item.kind, &item.data);
        }
        all
    }

    /// Those that a text has, as words of their own.
    fn within(&self, text: &str) -> BTreeSet<(&'static str, &str)> {
        let patterns: Vec<(&String, &&'static str)> = self.0.iter().collect();
        let search = AhoCorasick::builder().ascii_case_insensitive(true).build(patterns.iter().map(|(text, _)| text));
        let mut found = BTreeSet::new();
        for place in search.unwrap().find_overlapping_iter(text) {
            let (original, kind) = patterns[place.pattern().as_usize()];
            let (before, after) = (text[..place.start()].chars().next_back(), text[place.end()..].chars().next());
            let word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            if !(word(original.chars().next()) && word(before) || word(original.chars().next_back()) && word(after)) {
                found.insert((*kind, original.as_str()));
            }
        }
        found
    }
}

/// What was shown, as it stands and as it would stand without what a format puts between: escapes, tags' entities, and
/// the line breaks and boxes of text.
fn readings(ran: &Ran) -> [String; 3] {
    let all = format!("{}\n{}", ran.stdout, ran.stderr);
    let plain = all.replace('\\', "").replace("&#x2F;", "/").replace("&#47;", "/").replace("&amp;", "&");
    let joined = Regex::new(r"\n[\s│|>]*").unwrap().replace_all(&plain, "").into_owned();
    [all, plain, joined]
}

#[track_caller]
fn nothing_is_left(
    name: &str,
    originals: &Originals,
    analyze: impl Fn(&[&str]) -> Ran,
) -> BTreeSet<(&'static str, String)> {
    let mut shown = BTreeSet::new();
    let mut left = BTreeSet::new();
    for format in Format::ALL {
        let arguments = ["-v", "--format", format.as_str()];
        if matches!(format, Format::Json | Format::Text) {
            for text in readings(&analyze(&arguments).with_status(0)) {
                shown.extend(originals.within(&text).into_iter().map(|(kind, original)| (kind, original.to_owned())));
            }
        }
        // A key whose pseudonyms have no original in them by chance.
        let redacted = analyze(&[&["--redact-key", "a key of the tests"], &arguments[..]].concat()).with_status(0);
        for text in readings(&redacted) {
            left.extend(
                originals.within(&text).into_iter().map(|(kind, original)| format!("{format}: {kind} {original}")),
            );
        }
    }
    assert!(left.is_empty(), "{name}: {left:#?}");
    shown
}

#[test]
fn no_original_of_any_case_is_left_in_any_format() {
    let mut shown = BTreeMap::new();
    for case in Case::all() {
        let originals = Originals::of_case(&case);
        for (kind, _) in nothing_is_left(&case.name, &originals, |arguments| case.analyze(arguments)) {
            *shown.entry(kind).or_insert(0) += 1;
        }
    }
    // So many there are to be taken out.
    for (kind, least) in [("host", 100), ("address", 100), ("path", 20), ("certificate", 20), ("hash", 100)] {
        assert!(shown.get(kind).is_some_and(|shown| *shown >= least), "{kind}: {shown:?}");
    }
}

/// A customer who has left names, devices and paths in every text that a log, a name server or a web server may write.
#[test]
fn no_name_device_or_path_of_a_customer_is_left_in_any_format() {
    let mut world = World::default();
    let host = "mdm.kaufhaus-meier.example";
    world.success(0, 40_001, "https-jsse-nio-10.77.88.99-8443-exec-5", host);
    let failures = [
        "Connect to mdm.kaufhaus-meier.example:443 [mdm.kaufhaus-meier.example/10.77.88.12] failed: Connect timed out",
        "PKIX path validation failed for CN=jumpgate.kaufhaus-meier.example, user=jmeiersohn",
        "User: jmeiersohn is locked, mail jmeiersohn@kaufhaus-meier.example",
        "no answer for device 00:1B:44:11:3A:B7 at https://mdm.kaufhaus-meier.example/devices/laptop-of-jmeiersohn/info",
        "no answer for device 00-1b-44-11-3a-b8 of username = jmeiersohn",
        "no answer for device 001b.4411.3ab9",
        "Serial number C02XK1ZZJGH5 and UDID 5A4B3C2D-1E0F-4A5B-8C7D-9E8F7A6B5C4D are not known",
        "Unexpected answer from (http://proxy.kaufhaus-meier.example:3128/wpad/jmeiersohn.dat)",
        "fe80::21b:44ff:fe11:3ab7%eth0 and [2001:db8:77::99]:443 refused",
    ];
    for (number, words) in (1_i64..).zip(failures) {
        let at = number * 60_000;
        world.told(&format!("pool-{number}"), host, at, &[(at + 90, Told::Failure(words))]);
    }
    for (at, message) in [
        (5, "Proxy Config in request = [jmeiersohn@http://proxy.kaufhaus-meier.example:3128]"),
        (
            61,
            "<api_path>/filiale-sued/ciscoise/v3</api_path><redirect_url>https://mdm.kaufhaus-meier.example/filiale-sued/enroll</redirect_url>",
        ),
    ] {
        world.records.push((
            at,
            format!(
                "DEBUG  [https-jsse-nio-10.77.88.99-8443-exec-5][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- {message}"
            ),
        ));
    }
    for record in &mut world.records {
        record.1 = record.1.replace("/networkIntegrationEndpoint/7/", "/filiale-nord/");
    }
    // Over plain HTTP the wire tells more.
    let mut connection = Connection::new(700_000, 41_000, "198.51.100.7");
    connection.server.1 = 80;
    connection.open(&mut world);
    connection.client(
        &mut world,
        1,
        format!(
            "GET /filiale-ost/ciscoise/mdminfo/?ise_api_version=3&user=jmeiersohn HTTP/1.1\r\nHost: {host}\r\n\r\n"
        )
        .as_bytes(),
    );
    connection.server(&mut world, 1, b"HTTP/1.1 302 Found\r\nServer: gw7.kaufhaus-meier.example\r\nLocation: https://login.kaufhaus-meier.example/realms/jmeiersohn/auth\r\nContent-Length: 0\r\n\r\n");
    connection.close(&mut world);
    // And what does not exist is asked for with each suffix.
    world.ask(&[760_000], "mdm.kaufhaus-meier.example.ad.meiersohn.example", "10.77.88.53", Some((3, &[], None)));
    let end = world.by_reset(800_000, host);
    assert!(end > 800_000);

    let scratch = Scratch::new();
    scratch.file("kaufhaus-meier/jmeiersohn/ise-psc.log", world.log_text());
    scratch.file("kaufhaus-meier/jmeiersohn/TCPDump-meier.pcap", world.pcap());
    let mut originals = Originals::default();
    originals.of_input(InputKind::IsePscLog, world.log_text().as_bytes());
    originals.of_input(InputKind::Pcap, &world.pcap());
    for (kind, original) in [
        ("host", "kaufhaus-meier"),
        ("host", "jumpgate"),
        ("host", "meiersohn.example"),
        ("user", "jmeiersohn"),
        ("path", "filiale-nord"),
        ("path", "filiale-ost"),
        ("path", "filiale-sued"),
        ("path", "laptop-of-jmeiersohn"),
        ("device", "C02XK1ZZJGH5"),
        ("device", "5A4B3C2D-1E0F-4A5B-8C7D-9E8F7A6B5C4D"),
        ("address", "fe80::21b:44ff:fe11:3ab7"),
        ("address", "2001:db8:77::99"),
        ("file", "TCPDump-meier"),
    ] {
        originals.add(kind, original);
    }
    let shown = nothing_is_left("customer", &originals, |arguments| {
        run(scratch.mdmlog(["analyze", "kaufhaus-meier"]).args(arguments).env("COLUMNS", "100"))
    });
    let kinds: BTreeSet<_> = shown.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, BTreeSet::from(["address", "device", "file", "host", "path", "user"]), "{shown:#?}");
    assert!(shown.len() > 15, "{shown:#?}");
}

impl World {
    /// A connection that is reset behind the ClientHello; returns when.
    fn by_reset(&mut self, at: i64, host: &str) -> i64 {
        self.told("pool-1", host, at, &[(at + 90, Told::Failure("Connection reset"))]);
        let mut connection = Connection::new(at + 5, 42_000, "198.51.100.7");
        connection.open(self);
        connection.client(self, 1, &crate::traps::wire::tls::client_hello(host));
        connection.reset_by_server(self, 1);
        let reset = connection.by_client(Flag::Rst, &[]);
        self.frame(at + 10, reset);
        at + 90
    }
}

/// Originals and what stands in their places, from two reports of the same case.
fn pairs(original: &Value, redacted: &Value, key: &str, found: &mut BTreeSet<(String, String, String)>) {
    match (original, redacted) {
        (Value::Object(a), Value::Object(b)) => {
            // That it is redacted, a redacted report alone says.
            let b: Vec<_> = b.iter().filter(|(key, _)| *key != "redacted").collect();
            assert!(a.keys().eq(b.iter().map(|(key, _)| *key)), "{key}");
            a.iter().zip(b.iter().map(|(_, value)| *value)).for_each(|((key, a), b)| pairs(a, b, key, found));
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{key}");
            a.iter().zip(b).for_each(|(a, b)| pairs(a, b, key, found));
        }
        (Value::String(a), Value::String(b)) => {
            let kind = match key {
                // That of the program is there as well.
                "name" if !a.contains('.') => return,
                "host" | "sni" | "name" | "names" | "cnames" | "addresses" | "resolver" | "answers" | "address" => {
                    "endpoint"
                }
                "url" | "serial" | "sha256" | "subject" | "issuer" | "fingerprint" => key,
                "path" if a.starts_with('/') => key,
                _ => return,
            };
            // Names are the same in upper and lower case.
            found.insert((kind.to_owned(), a.to_lowercase(), b.to_lowercase()));
        }
        _ => {}
    }
}

#[test]
fn pseudonyms_are_the_same_in_all_reports_with_a_key_and_others_with_another() {
    let mut by_key = Vec::new();
    let cases: Vec<_> = Case::all().into_iter().map(|case| (case.report(&[]), case)).collect();
    for key in ["one", "two"] {
        let mut found = BTreeSet::new();
        for (original, case) in &cases {
            pairs(original, &case.report(&["--redact-key", key]), "", &mut found);
        }
        let mut forward: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        let mut back: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        for (kind, original, pseudonym) in &found {
            let known = forward.insert((kind, original), pseudonym);
            assert!(known.is_none(), "{kind} {original}: {known:?} and {pseudonym}");
            let known = back.insert((kind, pseudonym), original);
            assert!(known.is_none(), "{kind} {pseudonym}: {known:?} and {original}");
        }
        assert!(forward.len() > 200, "{}", forward.len());
        by_key.push(found);
    }
    let [one, two] = &by_key[..] else { unreachable!() };
    let same: Vec<_> = one.intersection(two).collect();
    assert!(same.is_empty(), "{same:#?}");
}
