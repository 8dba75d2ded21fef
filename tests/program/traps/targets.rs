//! What the caller names: hosts, addresses, ports and proxies, and traffic that bears other names.

use mdmlog::{Options, report::Report};

use super::wire::{Flag, tls};
use super::world::{Connection, SERVER, World, verdicts};

const HOST: &str = "mdm.example.com";

fn host(name: &str) -> Options {
    Options { hosts: vec![name.to_owned()], ..Options::default() }
}

fn hosts(report: &Report) -> Vec<Option<&str>> {
    report.attempts.iter().map(|attempt| attempt.server.host.as_deref()).collect()
}

/// A connection to an endpoint that is refused.
fn refused(world: &mut World, at: i64, port: u16, (server, server_port): (&str, u16)) {
    let mut connection = Connection::new(at, port, server);
    connection.server.1 = server_port;
    world.frame(at, connection.by_client(Flag::Syn, &[]));
    connection.seq.0 += 1;
    world.frame(at + 1, connection.by_server(Flag::Rst, &[]));
}

#[test]
fn an_address_is_meant_whatever_name_is_said_to_it() {
    let mut world = World::in_zone(0);
    world.exchange(1000, 40_001, SERVER, "www.example.org", &[(1020, 1060)]);
    world.refused(30_000, 40_002, SERVER);
    world.exchange(60_000, 40_003, "198.51.100.8", "www.example.org", &[(60_020, 60_060)]);
    world.lookup(90_000, "other.example.com", 0, &[]);
    let report = world.capture_with(&host(SERVER));
    assert_eq!(verdicts(&report), ["unknown/encrypted low", "connection_refused high"]);
    // By name, only what bears it is meant.
    assert_eq!(world.capture_with(&host("www.example.org")).attempts.len(), 2);
}

#[test]
fn a_port_may_be_all_that_somebody_knows() {
    let mut world = World::in_zone(0);
    refused(&mut world, 1000, 40_001, (SERVER, 4444));
    refused(&mut world, 2000, 40_002, ("198.51.100.8", 4445));
    let mut connection = Connection::new(30_000, 40_003, "198.51.100.9");
    connection.server.1 = 4444;
    connection.open(&mut world);
    connection.tls(&mut world, "www.example.org");
    connection.client(&mut world, 2, &tls::data(320));
    connection.server(&mut world, 40, &tls::data(540));
    let report = world.capture_with(&Options { ports: vec![4444], ..Options::default() });
    assert_eq!(verdicts(&report), ["connection_refused high", "unknown/encrypted low"]);
    assert_eq!(hosts(&report), [Some(SERVER), Some("www.example.org")]);
    // Beside a host it is only another port of that.
    let narrow = Options { ports: vec![4444], ..host("198.51.100.8") };
    assert_eq!(world.capture_with(&narrow).attempts.len(), 0);
}

#[test]
fn a_declared_proxy_that_takes_no_connection_is_told_of() {
    for (proxy, name) in [("192.0.2.8:3128", None), ("proxy.example.com:3128", Some("proxy.example.com"))] {
        let mut world = World::in_zone(0);
        if let Some(name) = name {
            world.lookup(900, name, 0, &["192.0.2.8"]);
        }
        refused(&mut world, 1000, 40_001, ("192.0.2.8", 3128));
        refused(&mut world, 2000, 40_002, ("192.0.2.8", 8080));
        let mut silent = Connection::new(60_000, 40_003, "192.0.2.8");
        silent.server.1 = 3128;
        for at in [60_000, 61_000, 63_000, 67_000] {
            world.frame(at, silent.by_client(Flag::Syn, &[]));
        }
        world.lookup(90_000, "other.example.com", 0, &[]);
        assert_eq!(world.capture_with(&host(HOST)).attempts.len(), 0, "nobody named the proxy");
        let report = world.capture_with(&Options { proxies: vec![proxy.parse().unwrap()], ..host(HOST) });
        assert_eq!(verdicts(&report), ["proxy_error/refused high", "proxy_error/unreachable high"], "{proxy}");
        assert_eq!(report.attempts[0].proxy.as_ref().unwrap().port, Some(3128));
        assert_eq!(hosts(&report), [None, None], "nothing says for whom it was");
    }
}

#[test]
fn a_url_within_a_query_names_no_server() {
    let ask = |target: &str, said: &str| {
        let mut world = World::in_zone(0);
        let mut connection = Connection::new(1000, 40_001, SERVER);
        connection.server.1 = 8080;
        connection.open(&mut world);
        connection.client(&mut world, 1, format!("GET {target} HTTP/1.1\r\nHost: {said}\r\n\r\n").as_bytes());
        connection.server(&mut world, 9, b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
        connection.close(&mut world);
        let report = world.capture_with(&Options { ports: vec![8080], ..host(HOST) });
        (verdicts(&report), hosts(&report).into_iter().flatten().map(str::to_owned).collect::<Vec<_>>())
    };
    let told = (vec!["http_401 high".to_owned()], vec![HOST.to_owned()]);
    assert_eq!(ask("/x/info?redirect=http://portal.example.org/a", HOST), told);
    assert_eq!(ask("http://mdm.example.com:8080/x?next=https://portal.example.org", "portal.example.org"), told);
    // And makes nobody one.
    assert_eq!(ask("/login?next=http://mdm.example.com/ciscoise/mdminfo", "portal.example.org").0.len(), 0);
}
