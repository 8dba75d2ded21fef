//! Input that was made to do harm, given to the whole analysis.

use mdmlog::Report;
use mdmlog::render::Format;
use mdmlog::{Options, analyze};

use crate::damage::long;
#[cfg(target_os = "linux")]
use crate::support::mdmlog_within;
use crate::support::{Scratch, run};
use crate::traps::wire::Flag;
use crate::traps::world::{Connection, EPOCH, Told, World, verdicts};

const HOST: &str = "tenant.jamfcloud.com";

/// A log that goes well, with these records besides.
fn log_with(records: impl IntoIterator<Item = String>) -> Report {
    let mut world = World::default();
    world.told("pool-1", HOST, 0, &[(62, Told::Status(200))]);
    world.told("pool-1", HOST, 90_000, &[(90_062, Told::Status(404))]);
    world.records.extend(records.into_iter().zip(1000..).map(|(record, at)| (at, record)));
    world.log_only()
}

/// As they come without anything hostile.
const BOTH: [&str; 2] = ["success high", "http_404 high"];

#[test]
fn lines_of_ten_megabytes_cost_no_attempt() {
    let long = "x".repeat(10 << 20);
    let message = |text: &str| format!("DEBUG  [pool-9][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- {text}");
    let report = log_with([
        message(&long),
        message(&format!("GET: MDM Server URL: https://{long}/")),
        message(&format!("Response data received from the MDM server : <{long}>")),
        format!("DEBUG  [{long}][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- end HTTP request"),
        long.clone(),
    ]);
    let text = serde_json::to_string(&report).unwrap();
    assert!(text.len() < 200_000, "{} bytes of report", text.len());
    assert!(BOTH.iter().all(|verdict| verdicts(&report).iter().any(|one| one == verdict)), "{:?}", verdicts(&report));
}

/// Segments with these payloads from the server, in a connection of an attempt.
fn served(payloads: &[Vec<u8>]) -> Report {
    let mut world = World::default();
    world.success(0, 40_001, "pool-1", HOST);
    let mut connection = Connection::new(30_000, 40_002, "198.51.100.7");
    connection.open(&mut world);
    connection.client(&mut world, 1, &crate::traps::wire::tls::client_hello(HOST));
    for payload in payloads {
        connection.server(&mut world, 1, payload);
    }
    connection.close(&mut world);
    world.report()
}

fn handshake_records(kind: u8, body: &[u8]) -> Vec<Vec<u8>> {
    let message = [&[kind][..], &(body.len() as u32).to_be_bytes()[1..], body].concat();
    let record = |piece: &[u8]| [&[22, 3, 3][..], &(piece.len() as u16).to_be_bytes(), piece].concat();
    message.chunks(1300).map(record).collect()
}

#[test]
fn certificates_nested_without_end_cost_no_stack() {
    let long = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[1..], bytes].concat();
    // Each level is a SEQUENCE of all that follows, of a length that is there, or of one that never ends.
    let mut nested = Vec::new();
    for _ in 0..12_000 {
        let length = (nested.len() as u16).to_be_bytes();
        nested.splice(0..0, [0x30, 0x82, length[0], length[1]]);
        if nested.len() > 60_000 {
            break;
        }
    }
    for certificate in [nested, [0x30, 0x80].repeat(30_000), [0xa3, 0x84, 0xff, 0xff, 0xff, 0xff].repeat(9_000)] {
        let report = served(&handshake_records(11, &long(&long(&certificate))));
        assert_eq!(verdicts(&report)[0], "success high");
    }
}

#[test]
fn lengths_that_claim_everything_are_not_believed() {
    let claims: [&[u8]; 5] = [
        &[22, 3, 3, 0xff, 0xff, 11, 0xff, 0xff, 0xff],
        &[22, 3, 3, 0, 9, 2, 0xff, 0xff, 0xff, 3, 3, 0xff, 0xff, 0xff],
        &[23, 3, 3, 0xff, 0xff],
        b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
    ];
    for claim in claims {
        assert_eq!(verdicts(&served(&[claim.to_vec()]))[0], "success high");
    }
    // Frames of a capture that claim gigabytes end it, and what comes before counts.
    let mut world = World::default();
    world.success(0, 40_001, "pool-1", HOST);
    for claim in [u32::MAX, 0x8000_0000, 0x7fff_ffff, 300_000_000] {
        let scratch = Scratch::new();
        let mut capture = world.pcap();
        capture.extend([EPOCH as u32 / 1000, 0, claim, claim].map(u32::to_le_bytes).concat());
        let report = analyze(
            &[scratch.file("ise-psc.log", world.log_text()), scratch.file("x.pcap", capture)],
            &Options::default(),
        );
        assert_eq!(verdicts(&report.unwrap()), ["success high"]);
    }
}

#[test]
fn names_that_point_to_themselves_end() {
    let mut world = World::default();
    world.success(0, 40_001, "pool-1", HOST);
    // A pointer to itself, two that point to each other, and a chain of a thousand.
    let head = [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
    let chain: Vec<u8> = (0..1000_u16).flat_map(|link| (0xc00c + link * 2 + 2).to_be_bytes()).collect();
    for name in [&[0xc0, 12][..], &[0xc0, 14, 0xc0, 12], &[1, b'a', 0xc0, 12], &chain] {
        let message = [&head[..], name, &[0, 1, 0, 1], name, &[0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4]].concat();
        let builder = etherparse::PacketBuilder::ethernet2([2; 6], [4; 6]);
        let mut frame = Vec::new();
        builder.ipv4([192, 0, 2, 53], [192, 0, 2, 10], 64).udp(53, 30_900).write(&mut frame, &message).unwrap();
        world.frame(1000, frame);
    }
    assert_eq!(verdicts(&world.report()), ["success high"]);
}

/// SYNs of as many connections to the MDM server, and to others.
pub fn half_open(count: u32) -> Vec<u8> {
    let mut world = World::default();
    world.success(0, 40_001, "pool-1", HOST);
    let mut capture = world.pcap();
    let [to_server, to_other] = ["198.51.100.7", "203.0.113.9"].map(|server| {
        let connection = Connection::new(0, 1, server);
        connection.by_client(Flag::Syn, &[])
    });
    for number in 0..count {
        let mut frame = if number % 2 == 0 { to_server.clone() } else { to_other.clone() };
        // Another client and port for each.
        let [a, b, c, d] = number.to_be_bytes();
        frame[26..30].copy_from_slice(&[10, a, b, c]);
        frame[35] = d;
        let time = EPOCH as u64 / 1000 + 100 + u64::from(number / 10_000);
        capture.extend(
            [time as u32, number % 10_000 * 100, frame.len() as u32, frame.len() as u32].map(u32::to_le_bytes).concat(),
        );
        capture.extend(frame);
    }
    capture
}

#[cfg(target_os = "linux")]
#[test]
fn half_open_connections_do_not_fill_the_memory() {
    let count = if long() { 1_000_000 } else { 60_000 };
    let scratch = Scratch::new();
    scratch.file("x.pcap", half_open(count));
    // The file lies in the address space as well: 90 bytes a packet.
    within(&scratch, 2 << 20, &["x.pcap"]);
}

/// Each request on a connection is an attempt that has the connection; kept once for each, they would take a hundred
/// kilobytes each.
#[cfg(target_os = "linux")]
#[test]
fn many_requests_on_a_connection_do_not_fill_the_memory() {
    let scratch = Scratch::new();
    let mut world = World::default();
    world.success(0, 40_001, "pool-1", HOST);
    let requests = format!("GET /x HTTP/1.1\r\nHost: {HOST}\r\n\r\n").repeat(1000);
    for number in 0..20 {
        let mut connection = Connection::new(30_000 + i64::from(number), 41_000 + number, "198.51.100.7");
        connection.server.1 = 80;
        connection.open(&mut world);
        for piece in requests.as_bytes().chunks(1400) {
            connection.client(&mut world, 0, piece);
        }
    }
    scratch.file("ise-psc.log", world.log_text());
    scratch.file("x.pcap", world.pcap());
    within(&scratch, 1 << 20, &["ise-psc.log", "x.pcap"]);
}

/// Runs the program within this many KiB of address space.
#[cfg(target_os = "linux")]
#[track_caller]
fn within(scratch: &Scratch, kib: u32, inputs: &[&str]) {
    let mut program = mdmlog_within(kib);
    program.args(["analyze", "-j", "2", "-o", "out.json"]).args(inputs).current_dir(scratch.path());
    let ran = run(&mut program).with_status(0);
    assert!(!ran.stderr.contains("panicked"), "{ran}");
    let size = std::fs::metadata(scratch.path().join("out.json")).unwrap().len();
    assert!(size > 1000, "{size}");
}

#[test]
fn hostile_names_and_texts_stay_text_in_every_format() {
    let payloads = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "=HYPERLINK(\"http://evil.example\")",
        "@SUM(1)",
        "![x](http://evil.example/x.png)",
        "|a|b|\u{1b}]0;pwned\u{7}\u{9b}2J\u{202e}",
    ];
    let scratch = Scratch::new();
    let mut world = World::default();
    world.success(0, 40_001, "pool-1", HOST);
    for (number, payload) in (1..).zip(payloads) {
        let at = number * 60_000;
        world.told(payload, HOST, at, &[(at + 50, Told::Failure(payload))]);
        world.told(
            &format!("pool-{number}"),
            payload,
            at + 30_000,
            &[(at + 30_050, Told::Failure("Connection refused"))],
        );
        let mut connection = Connection::new(at + 20_000, 41_000 + number as u16, "198.51.100.7");
        connection.open(&mut world);
        connection.client(&mut world, 1, &crate::traps::wire::tls::client_hello(payload));
        connection.reset_by_server(&mut world, 1);
    }
    scratch.file("in/<b>=1+1|\u{1b}[31m.log", world.log_text());
    scratch.file("in/x.pcap", world.pcap());
    for format in Format::ALL {
        let ran = run(&mut scratch.mdmlog(["analyze", "in", "-v", "--format", format.as_str()])).with_status(0);
        let bad = |c: char| c.is_control() && !matches!(c, '\n' | '\r') || c == '\u{202e}';
        assert!(!ran.stdout.contains(bad) && !ran.stderr.contains(bad), "{format}: {:?}", ran.stdout);
        match format {
            Format::Html => {
                assert!(
                    !ran.stdout.contains("<script>alert")
                        && !ran.stdout.contains("<img")
                        && !ran.stdout.contains("<b>=")
                );
            }
            Format::Markdown => {
                // Outside of code, every sign that means something has a backslash before it.
                let prose: String = ran.stdout.split('`').step_by(2).collect();
                assert!(!prose.contains("![x](") && !prose.contains("<script>") && !prose.contains("<img"), "{prose}");
            }
            Format::Csv => {
                let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(ran.stdout.as_bytes());
                for row in rows.records() {
                    let row = row.unwrap();
                    assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '@', '\t', '\r'])), "{row:?}");
                }
            }
            _ => {}
        }
    }
}

#[test]
fn no_text_of_a_log_ends_a_cell_of_markdown() {
    let link = "[click](http://evil.example/x) <img src=http://evil.example/p.png> ![p](http://evil.example/p.png)";
    let mut world = World::default();
    for (number, before) in (0..).zip(["\\|", "a\\\\|", "a`\\|`", "|", "\\\\\\| |", "<!-- |", "a\\"]) {
        let words = format!("{before} {link} @octocat **b** `");
        world.told(
            &format!("pool-{before}{number}"),
            HOST,
            number * 60_000,
            &[(number * 60_000 + 50, Told::Failure(&words))],
        );
        let host = format!("a{before}[click](http:x)b.jamfcloud.com");
        let at = number * 60_000 + 30_000;
        world.told(&format!("pool-{number}"), &host, at, &[(at + 50, Told::Failure("Connection refused"))]);
    }
    let scratch = Scratch::new();
    scratch.file("ise-psc.log", world.log_text());
    let page = run(&mut scratch.mdmlog(["analyze", "ise-psc.log", "-q", "--format", "markdown"])).with_status(0).stdout;
    assert!(page.contains("click") && page.contains("octocat"), "{page}");
    // Renderers do not agree on which bars of a cell are escaped, and behind one that is not, code is no longer code.
    let mut bars = 0;
    for row in page.lines().filter(|line| line.starts_with('|')) {
        let count = row.matches('|').count();
        if row.starts_with("| Where") || row.starts_with("| No.") {
            bars = count;
        }
        assert_eq!(count, bars, "{row}");
    }
    assert!(bars > 0, "{page}");
}

#[test]
fn no_command_of_a_remedy_holds_a_host_that_is_more_than_a_word_to_a_shell() {
    let names = [
        "$(reboot).evil.example",
        "a;reboot;.evil.example",
        "x`id`.evil.example",
        "-oProxy.evil.example",
        "a|b.evil.example",
        "a&b.evil.example",
        "a'b.evil.example",
        "!{x}.evil.example",
        "%2e.evil.example",
        "{host}.evil.example",
        "mdm.evil.example",
    ];
    let mut world = World::default();
    for (number, name) in (0..).zip(names) {
        let at = number * 60_000;
        let words = ["Name or service not known", "Connection refused", "No route to host"][number as usize % 3];
        world.told(&format!("pool-{number}"), name, at, &[(at + 50, Told::Failure(words))]);
        let known = world.lookup(at + 2, name, 3, &[]);
        world.syns(40_000 + number as u16, "198.51.100.7", &[known + 20_000]);
    }
    let reports = [world.report(), world.log_only(), world.capture_only()];
    let diagnoses = reports.iter().flat_map(|report| {
        let of_incidents = report.incidents.iter().map(|incident| &incident.diagnosis);
        report.attempts.iter().map(|attempt| &attempt.diagnosis).chain(of_incidents)
    });
    let (mut words, mut beside) = (0, 0);
    for remedy in diagnoses.flat_map(|diagnosis| &diagnosis.remedy) {
        for command in ["`nslookup ", "`ping ", "`traceroute "] {
            for argument in remedy.split(command).skip(1).map(|rest| rest.split('`').next().unwrap()) {
                let is_word = argument.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:_-".contains(&byte));
                assert!(is_word && !argument.starts_with('-'), "{command}{argument}: {remedy}");
                words += 1;
            }
        }
        beside += usize::from(remedy.contains("(HOST stands for \""));
    }
    assert!(words > 20 && beside > 5, "{words} {beside}");
}
