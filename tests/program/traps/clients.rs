//! What Java's client does with connections: several threads at a time, closes that wait, pools that go stale.

use super::wire::{Flag, tls};
use super::world::{Connection, SERVER, Told, World, client_port, verdicts};

const HOST: &str = "mdm.example.com";

/// Goodbye of the client, close of the server, close of the client.
fn part(connection: &mut Connection, world: &mut World, after: i64) {
    connection.client(world, after, &tls::close_notify());
    connection.at += 1;
    world.frame(connection.at, connection.by_server(Flag::Fin, &[]));
    connection.seq.1 += 1;
    connection.at += 1;
    world.frame(connection.at, connection.by_client(Flag::Fin, &[]));
}

#[test]
fn a_server_that_closes_behind_the_clients_goodbye_did_not_reset() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 0, &[SERVER]);
    let mut connection = Connection::new(1004, 40_001, SERVER);
    connection.open(&mut world);
    connection.tls(&mut world, HOST);
    connection.client(&mut world, 2, &tls::data(320));
    part(&mut connection, &mut world, 6000);
    world.told("admin-http-pool1", HOST, 1000, &[(connection.at + 1, Told::Failure("Read timed out"))]);
    assert_eq!(verdicts(&world.report()), ["read_timeout high"]);
}

#[test]
fn threads_that_ask_for_one_host_at_a_time_each_have_their_own_lookup() {
    let mut world = World::in_zone(60);
    world.skew = 700;
    for index in 0..6_i64 {
        let at = 1000 + 90 * index;
        let port = 40_001 + index as u16;
        // The later ones wait longer, so that the answers come in another order.
        let answered = at + 60 + 70 * (index % 3);
        let known = world.lookup(at + 2, HOST, 0, &[SERVER]);
        world.exchange(known + 1, port, SERVER, HOST, &[(at + 20, answered)]);
        let status = if index % 2 == 0 { 404 } else { 503 };
        world.told(&format!("admin-http-pool{index}"), HOST, at, &[(answered + 2, Told::Status(status))]);
    }
    let report = world.report();
    let ports: Vec<_> = report.attempts.iter().map(client_port).collect();
    assert_eq!(ports, (40_001..40_007).map(Some).collect::<Vec<_>>());
    let skew = report.clock.unwrap().log_minus_capture_ms.unwrap();
    assert!((skew - 700.0).abs() < 10.0, "{skew}");
}

#[test]
fn a_stale_connection_keeps_what_it_answered_before() {
    let mut world = World::in_zone(0);
    world.told("admin-http-pool1", HOST, 1000, &[(1062, Told::Status(200))]);
    world.lookup(1002, HOST, 0, &[SERVER]);
    let mut stale = Connection::new(1004, 40_001, SERVER);
    stale.open(&mut world);
    stale.tls(&mut world, HOST);
    stale.client(&mut world, 2, &tls::data(320));
    stale.server(&mut world, 40, &tls::data(540));
    // The server closes the idle connection; the next request finds that out and is repeated on a new one.
    stale.at = 4000;
    world.frame(stale.at, stale.by_server(Flag::Fin, &[]));
    stale.seq.1 += 1;
    stale.at = 6002;
    stale.client(&mut world, 0, &tls::data(320));
    stale.reset_by_server(&mut world, 1);
    world.lookup(6004, HOST, 0, &[SERVER]);
    world.exchange(6006, 40_002, SERVER, HOST, &[(6020, 6060)]);
    world.told("admin-http-pool2", HOST, 6000, &[(6062, Told::Status(404))]);
    let report = world.report();
    assert_eq!(verdicts(&report), ["success high", "http_404 high"]);
    let ports: Vec<_> = report.attempts.iter().map(client_port).collect();
    assert_eq!(ports, [Some(40_001), Some(40_002)]);
}

#[test]
fn a_reset_beside_other_threads_is_not_continued_by_one_of_them() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 0, &[SERVER]);
    world.exchange(1004, 40_001, SERVER, HOST, &[(1020, 1400)]);
    world.told("admin-http-pool1", HOST, 1000, &[(1402, Told::Status(200))]);
    world.lookup(1102, HOST, 0, &[SERVER]);
    let mut reset = Connection::new(1104, 40_002, SERVER);
    reset.open(&mut world);
    reset.tls(&mut world, HOST);
    reset.client(&mut world, 2, &tls::data(320));
    reset.reset_by_server(&mut world, 40);
    world.told("admin-http-pool2", HOST, 1100, &[(reset.at + 2, Told::Failure("Connection reset"))]);
    let next = reset.at + 15;
    world.success(next, 40_003, "admin-http-pool3", HOST);
    let report = world.report();
    assert_eq!(verdicts(&report), ["success high", "connection_reset/after_request high", "success high"]);
    let ports: Vec<_> = report.attempts.iter().map(client_port).collect();
    assert_eq!(ports, [Some(40_001), Some(40_002), Some(40_003)]);
}
