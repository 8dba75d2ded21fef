//! How connections end in a capture, each a little different from the one before it: who closed, when, behind what.

use mdmlog::Options;

use super::wire::{Flag, record, tls};
use super::world::{Connection, SERVER, World, verdicts};

const HOST: &str = "mdm.example.com";
/// So long that whoever waits has given up before.
const LONG: i64 = 90_000;

/// The verdict on a connection, in a capture that goes on until so many milliseconds.
fn seen_until(until: i64, packets: impl Fn(&mut World, &mut Connection)) -> String {
    let mut world = World::in_zone(0);
    world.lookup(1000, HOST, 0, &[SERVER]);
    packets(&mut world, &mut Connection::new(1004, 40_001, SERVER));
    world.lookup(until, "other.example.org", 0, &[]);
    let options = Options { hosts: vec![HOST.to_owned()], ports: vec![8080], ..Options::default() };
    verdicts(&world.capture_with(&options)).join(", ")
}

fn fin(world: &mut World, it: &mut Connection, after: i64, by_server: bool) {
    it.at += after;
    let frame = if by_server { it.by_server(Flag::Fin, &[]) } else { it.by_client(Flag::Fin, &[]) };
    world.frame(it.at, frame);
}

/// The verdicts on a connection that came so far and was closed after 100, 499, 500 and 8000 ms.
fn closed(stage: Stage, by_server: bool) -> [String; 4] {
    [100, 499, 500, 8000].map(|after| {
        seen_until(LONG, |world, it| {
            stage(world, it);
            fin(world, it, after, by_server);
        })
    })
}

/// A request in the clear, and what came of its answer.
fn answered(world: &mut World, it: &mut Connection, answer: &str) {
    it.server.1 = 8080;
    it.open(world);
    it.client(world, 1, format!("GET /ciscoise/mdminfo HTTP/1.1\r\nHost: {HOST}\r\n\r\n").as_bytes());
    it.server(world, 9, answer.as_bytes());
}

/// How far a connection came.
type Stage = fn(&mut World, &mut Connection);

const CONNECTED: Stage = |world, it| it.open(world);
const GREETED: Stage = |world, it| {
    it.open(world);
    it.client(world, 1, &tls::client_hello(HOST));
};
const HALF_ANSWERED: Stage = |world, it| {
    GREETED(world, it);
    it.server(world, 3, &tls::server_flight()[..20]);
};
const SHAKEN: Stage = |world, it| {
    it.open(world);
    it.tls(world, HOST);
};
const ASKED: Stage = |world, it| {
    SHAKEN(world, it);
    it.client(world, 2, &tls::data(320));
};
/// In the clear, with an answer of which most is missing.
const HALF_READ: Stage = |world, it| {
    answered(world, it, "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: 90\r\n\r\n<is");
};

#[test]
fn silence_is_one_when_the_capture_goes_on_for_as_long_as_anyone_would_wait() {
    let silence = |stage: Stage| [5500, 12_000, 25_000, LONG].map(|until| seen_until(until, stage));
    let unknown = "unknown/incomplete low";
    let waited = "tls_failure/handshake_timeout medium";
    assert_eq!(silence(GREETED), [unknown, waited, waited, waited]);
    assert_eq!(silence(ASKED), [unknown, unknown, unknown, "read_timeout medium"]);
    // The server has begun to speak, or nobody has asked it anything.
    for stage in [HALF_ANSWERED, CONNECTED, SHAKEN] {
        assert_eq!(silence(stage), [unknown; 4]);
    }
    assert_eq!(seen_until(LONG, HALF_READ), "read_timeout medium");
}

#[test]
fn a_client_that_closes_sooner_than_it_would_give_up_did_not_wait_in_vain() {
    let closes = |stage: Stage| closed(stage, false);
    let unknown = "unknown/incomplete low";
    let waited = "tls_failure/handshake_timeout high";
    assert_eq!(closes(CONNECTED), [unknown; 4]);
    assert_eq!(closes(GREETED), [unknown, unknown, waited, waited]);
    // It has heard something that it may not have liked.
    assert_eq!(closes(HALF_ANSWERED), ["tls_failure medium"; 4]);
    assert_eq!(closes(SHAKEN), ["tls_failure medium"; 4]);
    assert_eq!(closes(ASKED), [unknown, unknown, "read_timeout high", "read_timeout high"]);
    // Either the capture has missed the rest of the answer, or the client did not wait for it.
    assert_eq!(closes(HALF_READ), ["success medium", "success medium", "read_timeout high", "read_timeout high"]);
}

#[test]
fn a_server_that_closes_breaks_off_what_was_begun() {
    let closes = |stage: Stage| closed(stage, true);
    let during = "connection_reset/during_handshake high";
    assert_eq!([closes(GREETED), closes(HALF_ANSWERED)], [[during; 4], [during; 4]]);
    assert_eq!(closes(ASKED), ["connection_reset/after_request high"; 4]);
    assert_eq!(closes(HALF_READ), ["connection_reset/after_request high"; 4]);
    // Closed at once, it was not liked; later, nobody used it.
    let (unused, refused) = ("unknown/incomplete low", "connection_reset medium");
    assert_eq!(closes(CONNECTED), [refused, refused, unused, unused]);
    let behind = "connection_reset/during_handshake medium";
    assert_eq!(closes(SHAKEN), [behind, behind, unused, unused]);
    // A reset says more than a close, but of a session that nobody used.
    let reset = |stage: Stage| {
        seen_until(LONG, |world, it| {
            stage(world, it);
            it.reset_by_server(world, 8000);
        })
    };
    assert_eq!([reset(CONNECTED), reset(SHAKEN)], [refused, unused]);
    // Another status than 200 says what it has to say, whole or not.
    let not_found = seen_until(LONG, |world, it| {
        answered(world, it, "HTTP/1.1 404 Not Found\r\nContent-Type: text/xml\r\nContent-Length: 90\r\n\r\n<");
        fin(world, it, 20, true);
    });
    assert_eq!(not_found, "http_404 high");
}

#[test]
fn an_alert_means_what_its_sender_can_mean_by_it() {
    let by_server = |code| {
        seen_until(LONG, |world, it| {
            GREETED(world, it);
            it.server(world, 2, &tls::alert(code));
            it.close(world);
        })
    };
    let by_client = |code| {
        seen_until(LONG, |world, it| {
            GREETED(world, it);
            it.server(world, 3, &tls::server_flight());
            it.client(world, 2, &tls::alert(code));
            it.close(world);
        })
    };
    // Numbers of RFC 8446, section 6, and RFC 5246, section 7.2. A server sees the client's certificate alone.
    for (code, server, client) in [
        (40, "handshake_failure high", "handshake_failure high"),
        (41, "client_certificate high", "handshake_failure high"),
        (43, "client_certificate high", "weak_certificate high"),
        (44, "client_certificate high", "revoked_certificate high"),
        (45, "client_certificate high", "expired_certificate high"),
        (48, "client_certificate high", "untrusted_certificate high"),
        (49, "handshake_failure high", "handshake_failure high"),
        (70, "protocol_version high", "protocol_version high"),
        (86, "protocol_version high", "protocol_version high"),
        (112, "unrecognized_name high", "handshake_failure high"),
        (113, "handshake_failure high", "revocation_unknown medium"),
        (116, "client_certificate high", "handshake_failure high"),
    ] {
        assert_eq!(by_server(code), format!("tls_failure/{server}"), "{code}");
        assert_eq!(by_client(code), format!("tls_failure/{client}"), "{code}");
    }
    for peaceful in [0, 90] {
        assert_eq!([by_server(peaceful), by_client(peaceful)], ["unknown/incomplete low"; 2], "{peaceful}");
    }
}

#[test]
fn a_warning_ends_nothing_when_who_warned_goes_on() {
    let warned = |goes_on: bool| {
        seen_until(LONG, |world, it| {
            GREETED(world, it);
            it.server(world, 3, &record(21, &[1, 112]));
            if goes_on {
                it.server(world, 1, &tls::server_flight());
                it.client(world, 1, &tls::client_finished());
                it.client(world, 1, &tls::data(320));
                it.server(world, 40, &tls::data(540));
            }
            it.close(world);
        })
    };
    assert_eq!(warned(true), "unknown/encrypted low");
    assert_eq!(warned(false), "tls_failure/unrecognized_name high");
}
