//! Packets of another request to the same host, beside an attempt that they must not be taken for without a doubt.

use mdmlog::report::{Attempt, Report};

use super::wire::tls;
use super::world::{Connection, SERVER, Told, World, client_port, verdict};

const HOST: &str = "mdm.example.com";
const OTHER_HOST: &str = "mdm2.example.com";
const START: i64 = 60_000;

/// The record of a request, whose result the log does not have.
fn begins(world: &mut World, at: i64) {
    let get = "GET: MDM Server URL: https://mdm.example.com:443/x/ciscoise/mdminfo/?ise_api_version=3";
    let record = format!("INFO   [admin-http-pool2][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- {get}");
    world.records.push((at, record));
    world.noise(at + 200_000);
}

/// The attempt of the log that begins then.
#[track_caller]
fn of_log(report: &Report) -> &Attempt {
    report.attempts.iter().find(|attempt| attempt.thread.as_deref() == Some("admin-http-pool2")).unwrap()
}

#[test]
fn a_request_without_a_result_is_not_surely_that_of_the_nearest_packets() {
    let beside = |others: &dyn Fn(&mut World)| {
        let mut world = World::of_known_clock(HOST);
        begins(&mut world, START);
        world.lookup(START + 2, HOST, 0, &[SERVER]);
        world.refused(START + 4, 40_009, SERVER);
        others(&mut world);
        world.lookup(START + 100_000, "other.example.org", 0, &[]);
        let report = world.report();
        assert_eq!(client_port(of_log(&report)), Some(40_009));
        verdict(of_log(&report))
    };
    assert_eq!(beside(&|_| {}), "connection_refused high");
    assert_eq!(beside(&|world| world.refused(START + 2900, 40_010, SERVER)), "connection_refused medium");
    assert_eq!(
        beside(&|world| world.exchange(START - 2500, 40_010, SERVER, HOST, &[(START - 2400, START - 2350)])),
        "connection_refused medium"
    );
    // Of another time, or for another host.
    assert_eq!(beside(&|world| world.refused(START + 3100, 40_010, SERVER)), "connection_refused high");
    let elsewhere = |world: &mut World| {
        world.lookup(START + 10, OTHER_HOST, 0, &["198.51.100.9"]);
        world.refused(START + 12, 40_010, "198.51.100.9");
    };
    assert_eq!(beside(&elsewhere), "connection_refused high");
}

#[test]
fn a_clock_that_one_attempt_tells_does_not_tell_which_of_two_connections_it_was() {
    let told = |others: i64| {
        let mut world = World { skew: 37_000, ..World::in_zone(0) };
        world.lookup(START + 2, HOST, 0, &[SERVER]);
        world.refused(START + 4, 40_009, SERVER);
        world.told("admin-http-pool2", HOST, START, &[(START + 6, Told::Failure("Connection refused"))]);
        for number in 0..others {
            world.refused(START + 20_000 * (number + 1), 40_010 + number as u16, SERVER);
        }
        world.lookup(START + 100_000, "other.example.org", 0, &[]);
        let report = world.report();
        verdict(of_log(&report))
    };
    assert_eq!(
        [told(0), told(1), told(3)],
        ["connection_refused high", "connection_refused medium", "connection_refused medium"]
    );
}

#[test]
fn what_the_capture_shows_of_the_host_at_that_time_is_named_when_it_is_not_the_attempt() {
    let why = |others: &dyn Fn(&mut World)| {
        let mut world = World::of_known_clock(HOST);
        world.told("admin-http-pool2", HOST, START, &[(START + 60, Told::Status(401))]);
        others(&mut world);
        world.lookup(START + 100_000, "other.example.org", 0, &[]);
        let report = world.report();
        assert_eq!(verdict(of_log(&report)), "http_401 medium");
        of_log(&report).missing_source.clone().unwrap()
    };
    let nothing = why(&|_| {});
    assert!(nothing.contains("shows nothing of the attempt"), "{nothing}");
    let refused = |world: &mut World| {
        world.refused(START - 2900, 40_010, SERVER);
        world.refused(START + 1500, 40_011, SERVER);
    };
    let named = why(&refused);
    assert!(
        named.contains("not this attempt but another") && named.ends_with(": `tcp.stream eq 4`, `tcp.stream eq 5`."),
        "{named}"
    );
    let unknown = why(&|world| {
        world.lookup(START + 1500, HOST, 3, &[]);
    });
    assert!(unknown.contains("the lookup at frame "), "{unknown}");
    // At another time, or another host's.
    let far = why(&|world| {
        world.refused(START - 3100, 40_010, SERVER);
        world.refused(START + 3100, 40_011, SERVER);
        world.lookup(START + 10, OTHER_HOST, 3, &[]);
    });
    assert_eq!(far, nothing);
    // More than a reader wants to know.
    let many = why(&|world| {
        (0..5).for_each(|number| world.refused(START + 1500 + 100 * number, 40_010 + number as u16, SERVER))
    });
    assert_eq!(many.matches("tcp.stream").count(), 3, "{many}");
}

/// A request that is answered with so many bytes, over a resumed session.
fn sized(world: &mut World, at: i64, port: u16, bytes: usize) {
    let mut connection = Connection::new(at, port, SERVER);
    connection.open(world);
    connection.tls(world, HOST);
    connection.client(world, 2, &tls::data(320));
    connection.server(world, 40, &tls::data(bytes));
    connection.client(world, 1, &tls::close_notify());
    connection.close(world);
}

#[test]
fn an_encrypted_answer_of_the_size_of_those_that_the_log_knows_has_a_hint_and_no_verdict_of_it() {
    let mut world = World::in_zone(0);
    for (number, at, status, bytes) in
        [(1, 1000, 200, 1500), (2, 9000, 401, 500), (3, 22_000, 200, 1520), (4, 41_000, 401, 500)]
    {
        world.lookup(at + 2, HOST, 0, &[SERVER]);
        sized(&mut world, at + 4, 40_000 + number, bytes);
        world.told("admin-http-pool1", HOST, at, &[(at + 54, Told::Status(status))]);
    }
    // What the log has no records of.
    for (number, bytes) in [(11, 508), (12, 1510), (13, 900)] {
        let at = 100_000 + 9000 * i64::from(number);
        world.lookup(at, HOST, 0, &[SERVER]);
        sized(&mut world, at + 4, 40_000 + number, bytes);
    }
    let report = world.report();
    let unknown: Vec<&Attempt> = report.attempts.iter().filter(|attempt| attempt.thread.is_none()).collect();
    let hints: Vec<Option<u16>> = unknown.iter().map(|attempt| Some(attempt.likely.as_ref()?.http_status)).collect();
    assert_eq!(hints, [Some(401), Some(200), None]);
    assert!(unknown.iter().all(|attempt| verdict(attempt) == "unknown/encrypted low"));
    assert!(report.attempts.iter().all(|attempt| attempt.thread.is_none() || attempt.likely.is_none()));
    let because = &unknown[0].likely.as_ref().unwrap().because;
    let sizes = "with status 401 have 500 bytes, those with status 200 1500 to 1520 bytes";
    assert!(because.contains(sizes), "{because}");
}
