//! Captures that stop while the client still waits, beside a log that says how that went on.

use super::wire::{Flag, icmp, tls};
use super::world::{Connection, SERVER, Told, World, verdicts};

const HOST: &str = "mdm.example.com";
const CONNECT: &str = "Connect timed out";
const READ: &str = "Read timed out";
/// When the attempt begins with which the capture ends.
const START: i64 = 60_000;

/// The verdict on an attempt that fails with these words after so many milliseconds, where the capture ends with the last of
/// these packets. Attempts before it tell the clock.
fn last(words: &str, after: i64, packets: impl Fn(&mut World, Connection)) -> String {
    let mut world = World::of_known_clock(HOST);
    world.lookup(START + 2, HOST, 0, &[SERVER]);
    packets(&mut world, Connection::new(START + 4, 40_009, SERVER));
    world.told("admin-http-pool2", HOST, START, &[(START + after, Told::Failure(words))]);
    world.noise(START + 200_000);
    let report = world.report();
    assert_eq!(verdicts(&report)[..4], ["success high"; 4]);
    assert!(report.attempts[4].flow.is_some(), "the packets are the attempt's");
    verdicts(&report).remove(4)
}

fn syns(world: &mut World, connection: &Connection, times: &[i64]) {
    for after in times {
        world.frame(START + 4 + after, connection.by_client(Flag::Syn, &[]));
    }
}

#[test]
fn the_log_tells_that_a_syn_was_never_answered() {
    // The capture has seen three SYNs and stops at the third; the log knows of the seconds behind it.
    assert_eq!(last(CONNECT, 20_000, |world, it| syns(world, &it, &[0, 1000, 3000])), "syn_timeout high");
    // The client gave up half a second behind its second SYN.
    assert_eq!(last(CONNECT, 1500, |world, it| syns(world, &it, &[0, 1000])), "syn_timeout high");
    // Of one SYN a capture shows too little: the others went another way, or were answered where it did not look.
    assert_eq!(last(READ, 20_000, |world, it| syns(world, &it, &[0, 1000, 3000])), "syn_timeout low *");
}

#[test]
fn where_anything_came_back_a_connect_timeout_is_only_what_the_log_says() {
    let opened = |world: &mut World, mut it: Connection| {
        syns(world, &it, &[0]);
        it.seq.0 += 1;
        world.frame(START + 6, it.by_server(Flag::SynAck, &[]));
    };
    let reset_by_client = |world: &mut World, mut it: Connection| {
        syns(world, &it, &[0, 1000]);
        it.seq.0 += 1;
        world.frame(START + 1006, it.by_client(Flag::Rst, &[]));
    };
    let lost_in_a_loop = |world: &mut World, it: Connection| {
        syns(world, &it, &[0, 1000]);
        let syn = it.by_client(Flag::Syn, &[]);
        world.frame(START + 1006, icmp(11, 0, &syn));
    };
    assert_eq!(last(CONNECT, 1500, opened), "syn_timeout medium");
    assert_eq!(last(CONNECT, 1500, reset_by_client), "syn_timeout medium");
    assert_eq!(last(CONNECT, 1500, lost_in_a_loop), "unreachable/network medium *");
}

#[test]
fn the_log_tells_that_a_request_was_never_answered() {
    let asked = |world: &mut World, mut it: Connection| {
        it.open(world);
        it.tls(world, HOST);
        it.client(world, 2, &tls::data(320));
    };
    assert_eq!(last(READ, 40_000, asked), "read_timeout high");
    // The client waited less long than servers may think, and only it knows how long it wanted to.
    assert_eq!(last(READ, 5000, asked), "read_timeout medium");
    // A reset is no wait, and the capture does not show it.
    assert_eq!(last("Connection reset", 40_000, asked), "connection_reset medium");
    let greeted = |world: &mut World, mut it: Connection| {
        it.open(world);
        it.client(world, 1, &tls::client_hello(HOST));
    };
    assert_eq!(last(READ, 20_000, greeted), "tls_failure/handshake_timeout high");
}
