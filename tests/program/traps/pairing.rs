//! Attempts that overlap, sides that see only some of them.

use super::wire::tls;
use super::world::{Connection, SERVER, Told, World, client_port, verdict, verdicts};

const HOST: &str = "mdm.example.com";

#[test]
fn a_dozen_attempts_at_once_each_find_their_own_connection() {
    let mut world = World::in_zone(60);
    world.lookup(1001, HOST, 0, &[SERVER]);
    let statuses = [200, 401, 404, 503];
    for index in 0..12_i64 {
        let start = 1000 + index;
        let answered = start + 40 + (index * 7) % 12 * 11;
        let port = 40_000 + index as u16;
        world.exchange(start + 3, port, SERVER, HOST, &[(start + 12, answered)]);
        let status = statuses[index as usize % 4];
        world.told(&format!("admin-http-pool{index}"), HOST, start, &[(answered + 2, Told::Status(status))]);
    }
    let report = world.report();
    assert_eq!(report.attempts.len(), 12);
    for attempt in &report.attempts {
        let index: u16 = attempt.thread.as_deref().unwrap().trim_start_matches("admin-http-pool").parse().unwrap();
        assert_eq!(client_port(attempt), Some(40_000 + index), "{:?}", attempt.thread);
        assert_eq!(attempt.http_status, Some(statuses[usize::from(index) % 4]));
    }
}

/// An attempt whose answer has so many encrypted bytes; its packets come at the times of every other one.
fn sized(world: &mut World, start: i64, port: u16, bytes: usize) {
    let mut connection = Connection::new(start + 3, port, SERVER);
    connection.open(world);
    connection.tls(world, HOST);
    connection.at = start + 12;
    connection.client(world, 0, &tls::data(320));
    connection.at = start + 60;
    connection.server(world, 0, &tls::data(bytes));
    connection.client(world, 1, &tls::close_notify());
    connection.close(world);
}

/// The record of a whole body of so many bytes.
fn body(thread: &str, bytes: usize) -> String {
    let content = "x".repeat(bytes - "<ise_api></ise_api>".len());
    format!(
        "TRACE  [{thread}][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- \nResponse data received from the MDM server : \
         <ise_api>{content}</ise_api>"
    )
}

fn port_of(report: &mdmlog::report::Report, thread: &str) -> Option<u16> {
    report.attempts.iter().find(|attempt| attempt.thread.as_deref() == Some(thread)).and_then(client_port)
}

#[test]
fn answers_in_the_same_millisecond_are_told_apart_by_the_sizes_of_their_statuses() {
    for swapped in [false, true] {
        let mut world = World::in_zone(0);
        world.lookup(900, HOST, 0, &[SERVER]);
        for (number, status, bytes) in [(0_u16, 200, 1500), (1, 404, 500), (2, 404, 508), (3, 200, 1493), (4, 404, 500)]
        {
            let start = 1000 + i64::from(number) * 5000;
            sized(&mut world, start, 40_000 + number, bytes);
            world.told(&format!("of-{status}-{number}"), HOST, start, &[(start + 62, Told::Status(status))]);
        }
        // The times still tell requests apart whose answers have the same size: one begins before the log's, and two are told.
        for (port, at) in [(42_000, 39_950), (42_001, 40_000), (42_002, 40_100)] {
            sized(&mut world, at, port, 500);
        }
        for (thread, at) in [("earlier", 40_000), ("later", 40_100)] {
            world.told(thread, HOST, at, &[(at + 62, Told::Status(404))]);
        }
        // Two at once, of which only the sizes tell which is which.
        for (port, bytes) in [(41_001, if swapped { 500 } else { 1500 }), (41_002, if swapped { 1500 } else { 500 })] {
            sized(&mut world, 60_000, port, bytes);
        }
        for (thread, status) in [("lacks-it", 404), ("has-it", 200)] {
            world.told(thread, HOST, 60_000, &[(60_062, Told::Status(status))]);
        }
        let report = world.report();
        let (large, small) = if swapped { (41_002, 41_001) } else { (41_001, 41_002) };
        assert_eq!((port_of(&report, "has-it"), port_of(&report, "lacks-it")), (Some(large), Some(small)));
        assert_eq!((port_of(&report, "earlier"), port_of(&report, "later")), (Some(42_001), Some(42_002)));
    }
}

#[test]
fn successes_in_the_same_millisecond_are_told_apart_by_the_lengths_of_their_bodies() {
    for swapped in [false, true] {
        let mut world = World::in_zone(0);
        world.lookup(900, HOST, 0, &[SERVER]);
        // The head of each answer has 220 bytes, the record another 17.
        for (number, length) in [(0_u16, 400), (1, 900), (2, 650)] {
            let start = 1000 + i64::from(number) * 5000;
            let thread = format!("pool-{number}");
            sized(&mut world, start, 40_000 + number, length + 237);
            world.told(&thread, HOST, start, &[(start + 62, Told::Status(200))]);
            world.records.push((start + 62, body(&thread, length)));
        }
        for (port, length) in [(41_001, if swapped { 420 } else { 840 }), (41_002, if swapped { 840 } else { 420 })] {
            sized(&mut world, 60_000, port, length + 237);
        }
        for (thread, length) in [("short", 420), ("long", 840)] {
            world.told(thread, HOST, 60_000, &[(60_062, Told::Status(200))]);
            world.records.push((60_062, body(thread, length)));
        }
        let report = world.report();
        let (long, short) = if swapped { (41_002, 41_001) } else { (41_001, 41_002) };
        assert_eq!((port_of(&report, "long"), port_of(&report, "short")), (Some(long), Some(short)));
    }
}

#[test]
fn two_tries_on_one_connection_are_one_attempt() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 0, &[SERVER]);
    world.exchange(1004, 40_001, SERVER, HOST, &[(1020, 1060), (1070, 1110)]);
    world.told("admin-http-pool1", HOST, 1000, &[(1062, Told::Status(401)), (1112, Told::Status(401))]);
    let report = world.report();
    assert_eq!(verdicts(&report), ["http_401 high"]);
    assert_eq!(report.attempts[0].tries.len(), 2);
    assert!(report.attempts[0].other_flows.is_empty());
}

#[test]
fn a_retry_that_goes_well_makes_the_attempt_a_success() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 0, &[SERVER]);
    world.exchange(1004, 40_001, SERVER, HOST, &[(1020, 1060)]);
    world.exchange(1070, 40_002, SERVER, HOST, &[(1080, 1120)]);
    world.told("admin-http-pool1", HOST, 1000, &[(1062, Told::Status(404)), (1122, Told::Status(200))]);
    let report = world.report();
    assert_eq!(verdicts(&report), ["success high"]);
    assert_eq!(client_port(&report.attempts[0]), Some(40_002));
    assert_eq!(report.attempts[0].tries[0].http_status, Some(404));
}

#[test]
fn the_same_pool_thread_comes_again() {
    let mut world = World::in_zone(0);
    world.success(1000, 40_001, "admin-http-pool1", HOST);
    world.success(5000, 40_002, "admin-http-pool1", HOST);
    world.success(9000, 40_003, "admin-http-pool1", HOST);
    let report = world.report();
    assert_eq!(report.attempts.iter().map(client_port).collect::<Vec<_>>(), [Some(40_001), Some(40_002), Some(40_003)]);
}

#[test]
fn a_capture_that_covers_some_attempts_says_why_the_others_are_not_there() {
    let mut world = World::in_zone(0);
    for index in 0..6_i64 {
        world.success(1000 + index * 60_000, 40_000 + index as u16, "admin-http-pool1", HOST);
    }
    world.packets.retain(|packet| (100_000_000..250_000_000).contains(&packet.at));
    let report = world.report();
    assert_eq!(verdicts(&report), ["success high"; 6]);
    let reasons: Vec<_> = report.attempts.iter().map(|attempt| attempt.missing_source.as_deref()).collect();
    assert_eq!(reasons[0], Some("The capture begins after this attempt."));
    assert_eq!(reasons[3], None);
    assert_eq!(reasons[5], Some("The capture ends before this attempt."));
}

#[test]
fn an_attempt_that_ought_to_be_in_the_capture_lowers_no_proof_but_the_confidence() {
    let mut world = World::in_zone(0);
    world.success(1000, 40_001, "admin-http-pool1", HOST);
    world.told("admin-http-pool2", HOST, 30_000, &[(30_060, Told::Status(401))]);
    world.success(60_000, 40_003, "admin-http-pool3", HOST);
    let report = world.report();
    assert_eq!(verdicts(&report), ["success high", "http_401 medium", "success high"]);
    assert!(report.attempts[1].missing_source.as_deref().unwrap().contains("covers this time"));
}

#[test]
fn a_log_that_covers_some_attempts_leaves_the_others_to_the_capture() {
    let mut world = World::in_zone(0);
    for index in 0..4_i64 {
        world.success(1000 + index * 60_000, 40_000 + index as u16, "admin-http-pool1", HOST);
    }
    world.records.retain(|(at, _)| *at < 100_000);
    let report = world.report();
    assert_eq!(verdicts(&report), ["success high", "success high", "unknown/encrypted low", "unknown/encrypted low"]);
    assert_eq!(report.attempts[3].missing_source.as_deref(), Some("The log ends before this attempt."));
}

#[test]
fn another_client_of_the_same_cloud_is_not_the_node() {
    let mut world = World::in_zone(0);
    world.success(1000, 40_001, "admin-http-pool1", "tenant.jamfcloud.com");
    let mut laptop = Connection::new(1500, 50_000, SERVER);
    laptop.client.0 = "192.0.2.99".parse().unwrap();
    laptop.open(&mut world);
    laptop.tls(&mut world, "tenant.jamfcloud.com");
    laptop.client(&mut world, 2, &tls::data(320));
    laptop.server(&mut world, 9, &tls::data(540));
    let report = world.report();
    assert_eq!(report.attempts.len(), 1, "{:?}", verdicts(&report));
}

#[test]
fn results_that_the_two_sides_see_differently_are_not_swapped() {
    // Two attempts begin together; one is refused at once and one gets its answer.
    let mut world = World::in_zone(0);
    world.lookup(1001, HOST, 0, &[SERVER]);
    world.refused(1004, 40_001, SERVER);
    world.exchange(1004, 40_002, SERVER, HOST, &[(1020, 1060)]);
    world.told("admin-http-pool1", HOST, 1000, &[(1062, Told::Status(200))]);
    world.told("admin-http-pool2", HOST, 1001, &[(1007, Told::Failure("Connection refused"))]);
    let report = world.report();
    let by_thread =
        |thread: &str| report.attempts.iter().find(|attempt| attempt.thread.as_deref() == Some(thread)).unwrap();
    assert_eq!(verdict(by_thread("admin-http-pool1")), "success high");
    assert_eq!(client_port(by_thread("admin-http-pool1")), Some(40_002));
    assert_eq!(client_port(by_thread("admin-http-pool2")), Some(40_001));
}

#[test]
fn attempts_in_quick_succession_each_have_a_lookup_of_their_own() {
    let mut world = World::in_zone(60);
    for index in 0..20_i64 {
        let at = 1000 + index * 310 + (index * 37) % 90;
        let known = world.lookup(at + 2, HOST, 0, &[SERVER]);
        world.refused(known + 1, 40_000 + index as u16, SERVER);
        world.told("admin-http-pool1", HOST, at, &[(at + 7, Told::Failure("Connection refused"))]);
    }
    let report = world.report();
    assert_eq!(verdicts(&report), ["connection_refused high"; 20]);
    assert!(report.attempts.iter().all(|attempt| attempt.dns.len() == 2));
    assert_eq!(report.clock.unwrap().log_utc_offset, "+01:00");
}
