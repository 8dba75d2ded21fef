//! Connections that are late, lost, doubled, cut, or somebody else's.

use super::wire::{Flag, tls};
use super::world::{Connection, SERVER, Told, World, client_port, verdicts};

const HOST: &str = "mdm.example.com";
const TIMEOUT: &str = "Connect to mdm.example.com:443 [mdm.example.com/203.0.113.1] failed: Connect timed out";

#[test]
fn a_first_syn_that_was_lost_is_no_timeout() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 0, &[SERVER]);
    world.syns(40_001, SERVER, &[1004]);
    let mut connection = Connection::new(2004, 40_001, SERVER);
    connection.open(&mut world);
    connection.tls(&mut world, HOST);
    connection.client(&mut world, 2, &tls::data(320));
    connection.server(&mut world, 40, &tls::data(540));
    let end = connection.at;
    world.told("admin-http-pool1", HOST, 1000, &[(end + 1, Told::Status(200))]);
    let report = world.report();
    assert_eq!(verdicts(&report), ["success high"]);
    assert_eq!(report.attempts[0].flow.as_ref().unwrap().syn_retransmissions, 1);
}

#[test]
fn an_unrelated_host_that_times_out_at_the_same_moment_is_not_taken() {
    let mut world = World::in_zone(0);
    world.lookup(1001, "backup.example.org", 0, &["203.0.113.77"]);
    world.syns(39_999, "203.0.113.77", &[1003, 2003, 4003]);
    world.lookup(1002, HOST, 0, &["203.0.113.1"]);
    world.syns(40_001, "203.0.113.1", &[1004, 2004, 4004]);
    world.told("admin-http-pool1", HOST, 1000, &[(9004, Told::Failure(TIMEOUT))]);
    world.lookup(20_000, "other.example.com", 0, &[]);
    let report = world.report();
    assert_eq!(verdicts(&report), ["syn_timeout high"]);
    assert_eq!(client_port(&report.attempts[0]), Some(40_001));
}

#[test]
fn a_dead_first_address_is_told_beside_the_success() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 0, &["203.0.113.1", SERVER]);
    world.syns(40_001, "203.0.113.1", &[1004, 2004, 4004]);
    world.exchange(9004, 40_002, SERVER, HOST, &[(9020, 9060)]);
    world.told("admin-http-pool1", HOST, 1000, &[(9062, Told::Status(200))]);
    let report = world.report();
    assert_eq!(verdicts(&report), ["success high *"]);
    let conflict = report.attempts[0].conflict.as_deref().unwrap();
    assert!(conflict.contains("203.0.113.1"), "{conflict}");
    assert_eq!(client_port(&report.attempts[0]), Some(40_002));
    assert_eq!(report.attempts[0].other_flows.len(), 1);
}

#[test]
fn every_address_silent_is_one_timeout_with_all_of_them() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 0, &["203.0.113.1", "203.0.113.2"]);
    world.syns(40_001, "203.0.113.1", &[1004, 2004, 4004]);
    world.syns(40_002, "203.0.113.2", &[9004, 10_004, 12_004]);
    world.told("admin-http-pool1", HOST, 1000, &[(17_004, Told::Failure("Connect timed out"))]);
    world.lookup(30_000, "other.example.com", 0, &[]);
    let report = world.report();
    assert_eq!(verdicts(&report), ["syn_timeout high"]);
    assert_eq!(report.attempts[0].other_flows[0].server.to_string(), "203.0.113.1:443");
}

#[test]
fn ipv6_that_fails_and_ipv4_that_works_end_well() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 0, &["2001:db8:1::7", SERVER]);
    world.syns(40_001, "2001:db8:1::7", &[1004, 2004]);
    world.exchange(4004, 40_002, SERVER, HOST, &[(4020, 4060)]);
    world.told("admin-http-pool1", HOST, 1000, &[(4062, Told::Status(200))]);
    assert_eq!(verdicts(&world.report()), ["success high *"]);
}

#[test]
fn the_log_says_timed_out_and_the_wire_says_why() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 0, &["203.0.113.1"]);
    world.unreachable(1004, 40_001, "203.0.113.1", 1);
    world.told("admin-http-pool1", HOST, 1000, &[(9004, Told::Failure(TIMEOUT))]);
    world.lookup(20_000, "other.example.com", 0, &[]);
    let report = world.report();
    assert_eq!(verdicts(&report), ["unreachable/host medium *"]);
}

#[test]
fn a_closed_port_is_refused() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 0, &[SERVER]);
    world.refused(1004, 40_001, SERVER);
    world.told("admin-http-pool1", HOST, 1000, &[(1006, Told::Failure("Connection refused (Connection refused)"))]);
    assert_eq!(verdicts(&world.report()), ["connection_refused high"]);
}

#[test]
fn a_reset_in_the_handshake_is_repeated_without_a_word_in_the_log() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 0, &[SERVER]);
    for (index, port) in [40_001, 40_002, 40_003].into_iter().enumerate() {
        let mut connection = Connection::new(1004 + index as i64 * 30, port, SERVER);
        connection.open(&mut world);
        connection.client(&mut world, 1, &tls::client_hello(HOST));
        connection.reset_by_server(&mut world, 20);
    }
    world.told("admin-http-pool1", HOST, 1000, &[(1087, Told::Failure("Connection reset"))]);
    let report = world.report();
    assert_eq!(verdicts(&report), ["connection_reset/during_handshake high"]);
    assert_eq!(report.attempts[0].other_flows.len(), 2);
}

#[test]
fn packets_that_come_twice_change_no_verdict() {
    let mut world = World::in_zone(0);
    world.success(1000, 40_001, "admin-http-pool1", HOST);
    world.lookup(20_002, HOST, 0, &["203.0.113.1"]);
    world.syns(40_002, "203.0.113.1", &[20_004, 21_004, 23_004]);
    world.told("admin-http-pool2", HOST, 20_000, &[(28_004, Told::Failure(TIMEOUT))]);
    world.lookup(40_000, "other.example.com", 0, &[]);
    let plain = world.report();
    let copies: Vec<_> = world
        .packets
        .iter()
        .cloned()
        .map(|mut packet| {
            packet.at += 150;
            packet
        })
        .collect();
    world.packets.extend(copies);
    let doubled = world.report();
    assert_eq!(verdicts(&plain), ["success high", "syn_timeout high"]);
    assert_eq!(verdicts(&doubled), verdicts(&plain));
    let syns = |report: &mdmlog::Report| report.attempts[1].flow.as_ref().unwrap().syn_retransmissions;
    assert_eq!((syns(&plain), syns(&doubled)), (2, 2));
}

#[test]
fn packets_out_of_order_change_no_verdict() {
    let mut world = World::in_zone(0);
    world.success(1000, 40_001, "admin-http-pool1", HOST);
    for pair in world.packets.chunks_exact_mut(2).skip(3) {
        let (first, second) = (pair[0].at, pair[1].at);
        (pair[0].at, pair[1].at) = (second, first);
    }
    assert_eq!(verdicts(&world.report()), ["success high"]);
}

#[test]
fn a_capture_that_starts_in_the_middle_leaves_the_verdict_to_the_log() {
    let mut world = World::in_zone(0);
    world.success(1000, 40_001, "admin-http-pool1", HOST);
    world.success(20_000, 40_002, "admin-http-pool2", HOST);
    world.packets.retain(|packet| packet.at > 1_015_000);
    let report = world.report();
    assert_eq!(verdicts(&report), ["success high", "success high"]);
}

#[test]
fn a_capture_that_ends_before_the_answer_proves_nothing_by_itself() {
    let mut world = World::in_zone(0);
    world.lookup(1002, "tenant.jamfcloud.com", 0, &[SERVER]);
    let mut connection = Connection::new(1004, 40_001, SERVER);
    connection.open(&mut world);
    connection.tls(&mut world, "tenant.jamfcloud.com");
    connection.client(&mut world, 2, &tls::data(320));
    assert_eq!(verdicts(&world.capture_only()), ["unknown/incomplete low"]);
}

#[test]
fn a_port_that_is_used_again_is_another_connection() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 0, &[SERVER]);
    world.refused(1004, 40_001, SERVER);
    world.told("admin-http-pool1", HOST, 1000, &[(1006, Told::Failure("Connection refused"))]);
    world.success(300_000, 40_001, "admin-http-pool1", HOST);
    let report = world.report();
    assert_eq!(verdicts(&report), ["connection_refused high", "success high"]);
}

#[test]
fn lost_packets_take_nothing_from_what_the_log_knows() {
    let mut world = World::in_zone(0);
    world.success(1000, 40_001, "admin-http-pool1", HOST);
    world.success(20_000, 40_002, "admin-http-pool2", HOST);
    let mut count = 0;
    world.packets.retain(|_| {
        count += 1;
        count % 4 != 0
    });
    let report = world.report();
    assert_eq!(verdicts(&report), ["success high", "success high"]);
}

#[test]
fn silence_after_the_client_hello_is_a_handshake_timeout() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 0, &[SERVER]);
    let mut connection = Connection::new(1004, 40_001, SERVER);
    connection.open(&mut world);
    connection.client(&mut world, 1, &tls::client_hello(HOST));
    connection.at += 8000;
    let fin = connection.by_client(Flag::Fin, &[]);
    world.frame(connection.at, fin);
    world.told("admin-http-pool1", HOST, 1000, &[(connection.at + 2, Told::Failure("Read timed out"))]);
    assert_eq!(verdicts(&world.report()), ["tls_failure/handshake_timeout high"]);
}

#[test]
fn an_alert_says_who_broke_off() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 0, &[SERVER]);
    let mut connection = Connection::new(1004, 40_001, SERVER);
    connection.open(&mut world);
    connection.client(&mut world, 1, &tls::client_hello(HOST));
    connection.server(&mut world, 2, &tls::alert(70));
    connection.close(&mut world);
    world.told("admin-http-pool1", HOST, 1000, &[(1010, Told::Failure("Received fatal alert: protocol_version"))]);
    let report = world.report();
    assert_eq!(verdicts(&report), ["tls_failure/protocol_version high"]);
    let alert = report.attempts[0].flow.as_ref().unwrap().tls.as_ref().unwrap().alert.as_ref().unwrap();
    assert_eq!((alert.from.as_str(), alert.description.as_str()), ("server", "protocol_version"));
}
