//! Packets beside an attempt: what the client repeats without a word in the log, what it remembers, and what is of others.

use mdmlog::report::{Attempt, Report};
use mdmlog::{Options, analyze};

use super::wire::{Flag, RESOLVER, tls};
use super::world::{Connection, SERVER, Told, World, client_port, verdicts};
use crate::support::Scratch;

const HOST: &str = "mdm.example.com";
const START: i64 = 60_000;

/// What becomes of the attempts behind those that tell the clock.
fn later(world: &mut World) -> Report {
    world.noise(300_000);
    world.lookup(300_000, "other.example.org", 0, &[]);
    let mut report = world.report();
    report.attempts.drain(..4);
    report
}

#[test]
fn a_connection_that_ends_within_moments_of_the_result_belongs_to_the_attempt_and_one_that_goes_on_does_not() {
    let beside = |others: &dyn Fn(&mut World)| {
        let mut world = World::of_known_clock(HOST);
        world.success(START, 40_009, "admin-http-pool2", HOST);
        others(&mut world);
        let report = later(&mut world);
        assert_eq!(client_port(&report.attempts[0]), Some(40_009));
        (report.attempts[0].other_flows.len(), report.attempts.len() - 1)
    };
    assert_eq!(beside(&|_| {}), (0, 0));
    // The result is logged at 62 ms.
    assert_eq!(beside(&|world| world.refused(START + 105, 40_010, SERVER)), (1, 0));
    assert_eq!(beside(&|world| world.refused(START + 120, 40_010, SERVER)), (0, 1));
    assert_eq!(beside(&|world| world.exchange(START + 30, 40_010, SERVER, HOST, &[(START + 40, START + 500)])), (0, 1));
}

#[test]
fn a_request_that_is_sent_again_with_a_lookup_of_its_own_shows_both_lookups() {
    let mut world = World::of_known_clock(HOST);
    world.told("admin-http-pool2", HOST, START, &[(START + 102, Told::Status(200))]);
    world.lookup(START + 2, HOST, 0, &[SERVER]);
    let mut closed = Connection::new(START + 4, 40_009, SERVER);
    closed.open(&mut world);
    closed.tls(&mut world, HOST);
    closed.client(&mut world, 1, &tls::data(320));
    closed.reset_by_server(&mut world, 5);
    world.lookup(START + 20, HOST, 0, &[SERVER]);
    world.exchange(START + 24, 40_010, SERVER, HOST, &[(START + 40, START + 100)]);
    let report = later(&mut world);
    assert_eq!(verdicts(&report), ["success high"]);
    let attempt = &report.attempts[0];
    assert_eq!((client_port(attempt), attempt.other_flows.len(), attempt.dns.len()), (Some(40_010), 1, 4));
}

#[test]
fn a_name_that_just_failed_is_remembered_by_its_own_lookup() {
    let (gone, lost) = ("gone.example.com", "lost.example.com");
    let mut world = World::of_known_clock(HOST);
    // Both at once, and once more within the ten seconds in which Java asks no one.
    for (thread, host) in [("admin-http-pool2", gone), ("admin-http-pool3", lost)] {
        world.lookup(START + 2, host, 3, &[]);
        for (again, known) in [(0, 5), (4000, 4001)] {
            let words = format!("{host}: Name or service not known");
            world.told(thread, host, START + again, &[(START + known, Told::Failure(&words))]);
        }
    }
    let report = later(&mut world);
    assert_eq!(report.attempts.len(), 4);
    for attempt in &report.attempts {
        assert_eq!(attempt.sources.len(), 2);
        assert!(
            !attempt.dns.is_empty() && attempt.dns.iter().all(|dns| Some(&dns.name) == attempt.server.host.as_ref())
        );
    }
}

#[test]
fn a_first_try_before_the_log_begins_belongs_to_the_attempt_whose_second_it_tells() {
    let mut world = World::in_zone(0);
    world.exchange(990, 40_009, SERVER, HOST, &[(1000, 1030), (1075, 1105)]);
    world.told("admin-http-pool2", HOST, 1060, &[(1107, Told::Status(404))]);
    for (number, at) in [(1, 9000), (2, 22_000), (3, 41_000)] {
        world.success(at, 40_000 + number, "admin-http-pool1", HOST);
    }
    let report = world.report();
    assert_eq!(verdicts(&report), ["http_404 high", "success high", "success high", "success high"]);
}

#[test]
fn who_asks_as_ise_does_is_another_node_and_who_only_connects_is_not() {
    let seen = |target: &str| {
        let mut world = World::of_known_clock(HOST);
        let mut other = Connection::new(START, 50_000, SERVER);
        other.client.0 = "192.0.2.99".parse().unwrap();
        other.server.1 = 8080;
        other.open(&mut world);
        other.client(&mut world, 1, format!("GET {target} HTTP/1.1\r\nHost: {HOST}\r\n\r\n").as_bytes());
        other.server(&mut world, 9, b"HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n");
        other.close(&mut world);
        let report = world.report_with(&Options { ports: vec![8080], ..Options::default() });
        verdicts(&report).split_off(4)
    };
    assert_eq!(seen("/ciscoise/mdminfo/?ise_api_version=3"), ["http_401 high"]);
    assert_eq!(seen("/index.html"), [""; 0]);
}

/// Attempts of a capture alone, and the server that each is for.
fn of_capture(world: &World) -> Vec<String> {
    let options = Options { hosts: vec![HOST.to_owned()], ..Options::default() };
    let of = |attempt: &Attempt| format!("{} {}", attempt.outcome, attempt.server.host.as_deref().unwrap_or("-"));
    world.capture_with(&options).attempts.iter().map(of).collect()
}

#[test]
fn the_last_packets_of_a_connection_from_before_the_capture_are_no_attempt() {
    let mut world = World::in_zone(0);
    world.lookup(0, HOST, 0, &[SERVER]);
    Connection::new(500, 40_050, SERVER).close(&mut world);
    world.refused(9000, 40_001, SERVER);
    assert_eq!(of_capture(&world), ["connection_refused mdm.example.com"]);
    // Nor is a question that the end of the capture cuts off.
    world.ask(&[20_000], HOST, &RESOLVER.to_string(), None);
    assert_eq!(of_capture(&world), ["connection_refused mdm.example.com"]);
}

#[test]
fn a_proxy_that_nobody_named_and_that_takes_no_connection_was_asked_for_nothing() {
    let mut world = World::in_zone(0);
    let proxy = |at, port| {
        let mut connection = Connection::new(at, port, "192.0.2.8");
        connection.server.1 = 3128;
        connection
    };
    let mut tunnel = proxy(1000, 40_001);
    tunnel.open(&mut world);
    tunnel.client(&mut world, 1, format!("CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n").as_bytes());
    tunnel.server(&mut world, 2, b"HTTP/1.1 503 Service Unavailable\r\n\r\n");
    tunnel.close(&mut world);
    let before = of_capture(&world);
    assert_eq!(before.len(), 1);
    let mut refused = proxy(9000, 40_002);
    let syn = refused.by_client(Flag::Syn, &[]);
    world.frame(9000, syn);
    refused.seq.0 += 1;
    refused.reset_by_server(&mut world, 1);
    assert_eq!(of_capture(&world), before);
}

#[test]
fn packets_more_than_a_second_behind_a_request_without_a_result_may_be_its_own() {
    let port = |delay: i64| {
        let mut world = World::of_known_clock(HOST);
        let get = "GET: MDM Server URL: https://mdm.example.com:443/x/ciscoise/mdminfo/?ise_api_version=3";
        let record = format!("INFO   [admin-http-pool2][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- {get}");
        world.records.push((START, record));
        world.exchange(START + delay, 40_009, SERVER, HOST, &[(START + delay + 10, START + delay + 50)]);
        client_port(&later(&mut world).attempts[0])
    };
    assert_eq!([port(1200), port(3100)], [Some(40_009), None]);
}

#[test]
fn of_three_captures_the_one_that_knows_the_log_tells_where_its_zone_changed() {
    let mut world = World { skew: 250, ..World::in_zone(-360) };
    for (index, at) in [1, 600, 1300, 2500, 3700, 4400, 5600, 7100].into_iter().enumerate() {
        world.success(at * 1000 + (index as i64 * 37) % 90, 40_000 + index as u16, "admin-http-pool1", HOST);
    }
    world.later_zone = Some((3_000_000, -420));
    (0..120).for_each(|minute| world.noise(minute * 60_000));
    let scratch = Scratch::new();
    let mut paths = vec![scratch.file("ise-psc.log", world.log_text())];
    for name in ["1.pcap", "2.pcap"] {
        let mut other = World::in_zone(0);
        other.lookup(0, HOST, 0, &["203.0.113.9"]);
        other.lookup(7_200_000, HOST, 0, &["203.0.113.9"]);
        paths.push(scratch.file(name, other.pcap()));
    }
    paths.push(scratch.file("3.pcap", world.pcap()));
    let report = analyze(&paths, &Options::default()).unwrap();
    assert_eq!(verdicts(&report), ["success high"; 8]);
    assert_eq!(report.clock.unwrap().zone_changes.len(), 1);
}
