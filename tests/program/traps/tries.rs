//! ISE asks again with another version of the API, over the connection that it has: which requests on the wire are one attempt.

use mdmlog::{Options, analyze};

use super::world::{Connection, SERVER, Told, World, verdicts};
use crate::support::Scratch;

const HOST: &str = "mdm.example.com";

/// Requests in the clear on one connection, each with its target, the pause before it and the status that answers it.
fn in_the_clear(turns: &[(&str, i64, u16)]) -> Vec<String> {
    let mut world = World::in_zone(0);
    let mut connection = Connection::new(1000, 40_001, SERVER);
    connection.server.1 = 8080;
    connection.open(&mut world);
    for (target, pause, status) in turns {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {HOST}\r\n\r\n");
        connection.client(&mut world, *pause, request.as_bytes());
        let answer = format!("HTTP/1.1 {status} X\r\nContent-Type: application/xml\r\nContent-Length: 0\r\n\r\n");
        connection.server(&mut world, 20, answer.as_bytes());
    }
    connection.close(&mut world);
    let options = Options { hosts: vec![HOST.to_owned()], ports: vec![8080], ..Options::default() };
    let report = world.capture_with(&options);
    report.attempts.iter().map(|attempt| format!("{} of {}", attempt.outcome, attempt.tries.len())).collect()
}

#[test]
fn another_version_behind_a_failure_is_the_next_try_and_nothing_else_is() {
    let third = "/ciscoise/mdminfo/?ise_api_version=3";
    let second = "/ciscoise/mdminfo/?ise_api_version=2";
    let none = "/ciscoise/mdminfo";
    let tries = in_the_clear(&[(third, 1, 404), (second, 40, 404), (none, 4900, 200)]);
    assert_eq!(tries, ["success of 3"]);
    assert_eq!(in_the_clear(&[(third, 1, 404), (second, 5100, 200)]), ["http_404 of 1", "success of 1"]);
    // The same once more, another device, or what follows a success.
    assert_eq!(in_the_clear(&[(third, 1, 404), (third, 40, 200)]), ["http_404 of 1", "success of 1"]);
    let device = |mac: &str, version: u8| {
        format!("/ciscoise/devices/?paging=0&querycriteria=macaddress&value={mac}&ise_api_version={version}&filter=all")
    };
    let (one, other) = (device("020000000001", 3), device("020000000002", 2));
    assert_eq!(in_the_clear(&[(&one, 1, 404), (&other, 40, 200)]), ["http_404 of 1", "success of 1"]);
    assert_eq!(in_the_clear(&[(third, 1, 200), (second, 40, 404)]), ["success of 1", "http_404 of 1"]);
    // No version is left for a fourth.
    let all = [(third, 1, 404), (second, 40, 404), (third, 40, 404), (second, 40, 404)];
    assert_eq!(in_the_clear(&all), ["http_404 of 1"; 4]);
}

/// A connection with requests that cannot be read, each begun at these times and answered 30 ms later.
fn encrypted(world: &mut World, port: u16, times: &[i64]) {
    let turns: Vec<(i64, i64)> = times.iter().map(|at| (*at, at + 30)).collect();
    world.exchange(times[0] - 10, port, SERVER, HOST, &turns);
}

#[test]
fn requests_that_cannot_be_read_are_tries_of_one_attempt_when_they_follow_at_once() {
    let seen = |pause: i64| {
        let mut world = World::in_zone(0);
        world.lookup(980, HOST, 0, &[SERVER]);
        encrypted(&mut world, 40_001, &[1000, 1030 + pause]);
        let report = world.capture_with(&Options { hosts: vec![HOST.to_owned()], ..Options::default() });
        report.attempts.iter().map(|attempt| attempt.tries.len()).collect::<Vec<_>>()
    };
    assert_eq!([seen(10), seen(95)], [[2], [2]]);
    assert_eq!([seen(105), seen(8000)], [[1, 1], [1, 1]]);
}

#[test]
fn a_try_whose_records_are_missing_belongs_to_the_attempt_of_the_others() {
    let found = |second: i64| {
        let mut world = World::in_zone(0);
        for (number, at) in [(1, 1000), (2, 9000), (3, 22_000)] {
            world.success(at, 40_000 + number, "admin-http-pool1", HOST);
        }
        world.lookup(60_002, HOST, 0, &[SERVER]);
        encrypted(&mut world, 40_009, &[60_015, second]);
        world.told("admin-http-pool2", HOST, 60_000, &[(60_047, Told::Status(404))]);
        world.noise(300_000);
        let report = world.report();
        verdicts(&report).split_off(3)
    };
    // At once behind the try that the log tells of, or before it.
    assert_eq!(found(60_075), ["http_404 high"]);
    assert_eq!(found(64_000), ["http_404 high", "unknown/encrypted low"]);
}

#[test]
fn the_tries_of_an_attempt_stay_on_its_connection_when_two_ask_again_at_the_same_moment() {
    // The second of the two to ask again was the first to be logged: by the times alone, each second try is nearer to the request
    // on the other's connection.
    for begun in [[1000, 1040], [1040, 1000]] {
        let mut world = World::in_zone(0);
        world.lookup(980, HOST, 0, &[SERVER]);
        for (number, logged) in [(0, 1103), (1, 1100)] {
            let (delay, first) = ([2, 8][number], begun[number]);
            let port = 40_001 + number as u16;
            world.exchange(first + 2, port, SERVER, HOST, &[(first + 12, first + 30), (logged + delay, 1150)]);
            let tries = [(first + 32, Told::Status(404)), (1152, Told::Status(404))];
            let mut told = World::in_zone(0);
            told.told(&format!("admin-http-pool{number}"), HOST, first, &tries);
            // ISE logs the second request when it comes to it.
            let moved = |(at, record): (i64, String)| (if record.contains("=2") { logged } else { at }, record);
            world.records.extend(told.records.into_iter().map(moved));
        }
        world.lookup(60_000, "other.example.org", 0, &[]);
        let streams: Vec<Vec<Option<u64>>> = world
            .report()
            .attempts
            .iter()
            .map(|attempt| attempt.tries.iter().map(|one| one.stream).collect())
            .collect();
        assert_eq!(streams, [[Some(0); 2], [Some(1); 2]], "{begun:?}");
    }
}

#[test]
fn a_log_without_times_is_joined_by_what_its_requests_came_to() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 0, &[SERVER]);
    world.exchange(1004, 40_001, SERVER, HOST, &[(1020, 1060)]);
    world.told("admin-http-pool1", HOST, 1000, &[(1062, Told::Status(401))]);
    world.refused(9004, 40_002, SERVER);
    world.told("admin-http-pool2", HOST, 9000, &[(9006, Told::Failure("Connection refused (Connection refused)"))]);
    // As people paste it into a mail.
    let stamp = "2023-11-14 22:13:21,000 ".len();
    let text = world.log_text();
    let pasted: String = text
        .lines()
        .map(|line| if line.starts_with("2023-") { &line[stamp..] } else { line })
        .flat_map(|line| [line, "\n"])
        .collect();
    let scratch = Scratch::new();
    let paths = [scratch.file("ise-psc.log", pasted), scratch.file("TCPDump.pcap", world.pcap())];
    let report = analyze(&paths, &Options::default()).unwrap();
    let told: Vec<_> =
        report.attempts.iter().map(|attempt| (attempt.outcome.to_string(), attempt.sources.len())).collect();
    assert_eq!(told, [("http_401".to_owned(), 2), ("connection_refused".to_owned(), 2)]);
}
