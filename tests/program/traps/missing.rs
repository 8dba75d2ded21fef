//! Packets that a capture lost, each in a place where what is left looks like a failure of another kind.

use mdmlog::{Options, Report, analyze};

use super::wire::{Dns, Flag, RESOLVER};
use super::world::{Connection, SERVER, Told, World, pcap, verdicts};
use crate::support::Scratch;

const HOST: &str = "mdm.example.com";
const SECOND_RESOLVER: &str = "192.0.2.54";
const SECOND_SERVER: &str = "198.51.100.8";

/// Analyses the packets, behind which another lookup is answered, so that the capture goes on.
fn seen(mut world: World) -> Report {
    world.lookup(60_000, "other.example.com", 0, &[]);
    world.capture_with(&Options { hosts: vec![HOST.to_owned()], ..Options::default() })
}

#[test]
fn a_reset_behind_an_acknowledged_handshake_refused_nothing() {
    let reset = |shaken: bool| {
        let mut world = World::in_zone(0);
        world.lookup(1000, HOST, 0, &[SERVER]);
        let mut connection = Connection::new(1004, 40_001, SERVER);
        world.frame(1004, connection.by_client(Flag::Syn, &[]));
        connection.seq.0 += 1;
        if shaken {
            // The SYN-ACK that this acknowledges is missing.
            connection.seq.1 += 1;
            world.frame(1006, connection.by_client(Flag::Ack, &[]));
        } else {
            connection.seq.1 = 0;
        }
        world.frame(1050, connection.by_server(Flag::Rst, &[]));
        verdicts(&seen(world))
    };
    assert_eq!(reset(false), ["connection_refused high"]);
    assert_eq!(reset(true), ["connection_reset medium"]);
}

#[test]
fn a_lookup_of_its_own_begins_another_session() {
    let mut world = World::in_zone(0);
    // Two hosts share an address; of the first one's connections, only the beginning of the last was captured.
    world.lookup(1000, HOST, 0, &[SERVER, SECOND_SERVER]);
    world.syns(40_001, SERVER, &[1004]);
    world.lookup(3000, "other.example.org", 0, &[SECOND_SERVER]);
    world.refused(3004, 40_002, SECOND_SERVER);
    world.lookup(60_000, "third.example.com", 0, &[]);
    let hosts = vec![HOST.to_owned(), "other.example.org".to_owned()];
    let report = world.capture_with(&Options { hosts, ..Options::default() });
    let hosts: Vec<_> = report.attempts.iter().map(|attempt| attempt.server.host.as_deref()).collect();
    assert_eq!(hosts, [Some(HOST), Some("other.example.org")]);
    assert_eq!(verdicts(&report), ["syn_timeout medium", "connection_refused high"]);
}

#[test]
fn an_unanswered_question_to_the_next_server_leaves_an_unwilling_answer_open() {
    let went_on = |asks_next: bool| {
        let mut world = World::in_zone(0);
        world.lookup(1000, HOST, 2, &[]);
        if asks_next {
            // Of the second server, only the answer about IPv6 was captured, which says nothing of IPv4.
            for (id, qtype) in [(70, 1), (71, 28)] {
                let dns = Dns { id, name: HOST, qtype, port: 30_070, resolver: SECOND_RESOLVER.parse().unwrap() };
                world.frame(1003, dns.query());
                if qtype == 28 {
                    world.frame(1004, dns.answer(0, &[], None));
                }
            }
        }
        verdicts(&seen(world))
    };
    assert_eq!(went_on(false), ["dns_failure/servfail high"]);
    assert_eq!(went_on(true), ["dns_failure/servfail medium"]);
}

#[test]
fn a_server_that_answers_for_one_family_is_not_silent() {
    let asked = |answers: bool| {
        let mut world = World::in_zone(0);
        for at in [1000, 6000, 11_000] {
            for (id, qtype) in [(70, 1), (71, 28)] {
                let dns = Dns { id, name: HOST, qtype, port: 30_070, resolver: RESOLVER };
                world.frame(at, dns.query());
                if answers && qtype == 28 {
                    world.frame(at + 1, dns.answer(0, &[], None));
                }
            }
        }
        verdicts(&seen(world))[0].clone()
    };
    assert_eq!(asked(false), "dns_failure/no_answer high");
    assert_eq!(asked(true), "dns_failure/no_answer medium");
}

#[test]
fn a_client_that_stops_asking_early_may_have_been_answered() {
    let sent = |times: &[i64]| {
        let mut world = World::in_zone(0);
        world.lookup(1000, HOST, 0, &[SERVER]);
        world.syns(40_001, SERVER, times);
        verdicts(&seen(world))
    };
    assert_eq!(sent(&[1004, 2004, 4004]), ["syn_timeout high"]);
    assert_eq!(sent(&[1004, 2004]), ["syn_timeout medium"]);
}

#[test]
fn an_address_that_no_lookup_shows_may_be_one_of_several() {
    let refused = |looks_up: bool| {
        let mut world = World::in_zone(0);
        if looks_up {
            world.lookup(1000, HOST, 0, &[SERVER]);
        }
        world.syns(40_001, SERVER, &[1004]);
        let mut connection = Connection::new(1004, 40_001, SERVER);
        connection.seq = (connection.seq.0 + 1, 0);
        world.frame(1005, connection.by_server(Flag::Rst, &[]));
        // The log of another attempt tells the address.
        let words = format!("Connect to {HOST}:443 [{HOST}/{SERVER}] failed: Connection refused");
        world.told("admin-http-pool1", HOST, 90_000, &[(90_010, Told::Failure(&words))]);
        for (number, at) in [(2, 120_000), (3, 177_000), (4, 214_000)] {
            world.success(at, 41_000 + number, &format!("admin-http-pool{number}"), HOST);
        }
        verdicts(&world.report())[0].clone()
    };
    assert_eq!([refused(true), refused(false)], ["connection_refused high", "connection_refused medium"]);
}

#[test]
fn which_address_was_tried_last_is_not_sure_where_stamps_and_file_disagree() {
    let tried = |second_stamped: i64| {
        let mut world = World::in_zone(0);
        world.lookup(1000, HOST, 0, &[SERVER, SECOND_SERVER]);
        world.unreachable(1004, 40_001, SERVER, 1);
        let second = Connection::new(1004, 40_002, SECOND_SERVER);
        world.frame(second_stamped, second.by_client(Flag::Syn, &[]));
        let refusal = Connection { seq: (second.seq.0 + 1, 0), ..second };
        world.frame(1007, refusal.by_server(Flag::Rst, &[]));
        world.lookup(60_000, "other.example.com", 0, &[]);
        // In the file, the packets stand as they were sent, whatever their stamps.
        let scratch = Scratch::new();
        let file = scratch.file("TCPDump.pcap", pcap(&world.packets));
        verdicts(&analyze(&[file], &Options { hosts: vec![HOST.to_owned()], ..Options::default() }).unwrap())
    };
    assert_eq!(tried(1006), ["connection_refused high"]);
    assert_eq!(tried(1003), ["unreachable/host medium"]);
}

#[test]
fn a_status_alone_is_no_page_that_ise_can_read() {
    let answered = |head: &[u8]| {
        let mut world = World::in_zone(0);
        world.lookup(1000, HOST, 0, &[SERVER]);
        let mut connection = Connection::new(1004, 40_001, SERVER);
        connection.server.1 = 8080;
        connection.open(&mut world);
        let request = format!("GET /ciscoise/mdminfo/?ise_api_version=3 HTTP/1.1\r\nHost: {HOST}\r\n\r\n");
        connection.client(&mut world, 1, request.as_bytes());
        connection.server(&mut world, 1, head);
        world.lookup(60_000, "other.example.com", 0, &[]);
        let options = Options { hosts: vec![HOST.to_owned()], ports: vec![8080], ..Options::default() };
        verdicts(&world.capture_with(&options))
    };
    let whole = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: 2\r\n\r\nok";
    assert_eq!(answered(whole), ["success high"]);
    // The snap length cut the head before it said what the body is.
    assert_eq!(answered(&whole[..25]), ["success medium"]);
    // Or behind that.
    assert_eq!(answered(&whole[..50]), ["success high"]);
}
