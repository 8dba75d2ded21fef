//! Packets that no stack would believe, and captures that show less than there was or in another order.

use mdmlog::Options;

use super::wire::{Dns, Flag, RESOLVER, icmp};
use super::world::{Connection, SERVER, World, verdicts};

const HOST: &str = "mdm.example.com";

/// A node that asks for the host and sends these SYNs; what somebody else sends comes from `forge`.
fn with(forge: impl FnOnce(&mut World, &Connection)) -> Vec<String> {
    let mut world = World::in_zone(0);
    world.lookup(1000, HOST, 0, &[SERVER]);
    world.syns(40_001, SERVER, &[1004, 2004, 4004, 8004]);
    let mut connection = Connection::new(1004, 40_001, SERVER);
    connection.seq.0 += 1;
    forge(&mut world, &connection);
    world.lookup(30_000, "other.example.com", 0, &[]);
    verdicts(&world.capture_with(&Options { hosts: vec![HOST.to_owned()], ..Options::default() }))
}

#[test]
fn a_syn_timeout_stays_one_whatever_somebody_forges() {
    assert_eq!(with(|_, _| ()), ["syn_timeout high"]);
    // A RST, a SYN-ACK, and an ICMP error about a packet that was never sent.
    for flag in [Flag::Rst, Flag::SynAck] {
        let forged = with(|world, connection| {
            let other = Connection { seq: (0x9999_9999, 5), ..*connection };
            world.frame(1010, other.by_server(flag, &[]));
        });
        assert_eq!(forged, ["syn_timeout high"]);
    }
    let forged = with(|world, connection| {
        let other = Connection { seq: (0x7777_7777, 0), ..*connection };
        world.frame(1010, icmp(3, 1, &other.by_client(Flag::Syn, &[])));
    });
    assert_eq!(forged, ["syn_timeout high"]);
    // Source quench, and a packet that was too big.
    for (kind, code) in [(4, 0), (3, 4)] {
        let quenched = with(|world, connection| {
            let syn = Connection { seq: (connection.seq.0 - 1, 0), ..*connection };
            world.frame(1010, icmp(kind, code, &syn.by_client(Flag::Syn, &[])));
        });
        assert_eq!(quenched, ["syn_timeout high"], "{kind} {code}");
    }
    let believed = with(|world, connection| {
        let syn = Connection { seq: (connection.seq.0 - 1, 0), ..*connection };
        world.frame(1010, icmp(3, 13, &syn.by_client(Flag::Syn, &[])));
    });
    assert_eq!(believed, ["unreachable/admin_prohibited high"]);
}

#[test]
fn a_challenge_is_an_answer_to_the_syn() {
    let mut world = World::in_zone(0);
    world.lookup(1000, HOST, 0, &[SERVER]);
    for at in [1004, 2004, 4004, 8004] {
        let syn = Connection::new(1004, 40_001, SERVER);
        world.frame(at, syn.by_client(Flag::Syn, &[]));
        let older = Connection { seq: (3_000_000, 7001), ..syn };
        world.frame(at + 1, older.by_server(Flag::Ack, &[]));
    }
    world.lookup(30_000, "other.example.com", 0, &[]);
    let report = world.capture_with(&Options { hosts: vec![HOST.to_owned()], ..Options::default() });
    assert_eq!(verdicts(&report), ["unknown/incomplete low"]);
    let told = format!("{:?}", report.attempts[0].evidence);
    assert!(told.contains("older connection from that port") && !told.contains("never answered"), "{told}");
}

#[test]
fn an_answer_of_dns_with_other_numbers_denies_nothing() {
    let mut world = World::in_zone(0);
    let dns = |id| Dns { id, name: HOST, qtype: 1, port: 30_001, resolver: RESOLVER };
    world.frame(1000, dns(7).query());
    world.frame(1001, dns(99).answer(3, &[], None));
    world.frame(1002, dns(7).answer(0, &[SERVER.parse().unwrap()], None));
    world.refused(1004, 40_001, SERVER);
    world.lookup(30_000, "other.example.com", 0, &[]);
    let options = Options { hosts: vec![HOST.to_owned()], ..Options::default() };
    assert_eq!(verdicts(&world.capture_with(&options)), ["connection_refused high"]);
}

#[test]
fn a_lookup_that_gave_up_and_the_next_one_are_two() {
    let mut world = World::in_zone(0);
    for (id, port, at) in [(7, 30_001, 1000), (7, 30_001, 2000), (9, 30_002, 9800)] {
        for qtype in [1, 28] {
            let dns = Dns { id: id + qtype, name: HOST, qtype, port, resolver: RESOLVER };
            world.frame(at, dns.query());
            if at == 9800 {
                let addresses = if qtype == 1 { vec![SERVER.parse().unwrap()] } else { vec![] };
                world.frame(at + 1, dns.answer(0, &addresses, None));
            }
        }
    }
    world.exchange(9804, 40_001, SERVER, HOST, &[(9820, 9860)]);
    let report = world.capture_with(&Options { hosts: vec![HOST.to_owned()], ..Options::default() });
    assert_eq!(verdicts(&report), ["dns_failure/no_answer high", "unknown/encrypted low"]);
    let latencies: Vec<_> = report.attempts[1].dns.iter().map(|dns| dns.latency_ms).collect();
    assert_eq!(latencies, [Some(1.0), Some(1.0)]);
    assert_eq!(report.attempts[0].dns.iter().map(|dns| dns.queries).collect::<Vec<_>>(), [2, 2]);
}

#[test]
fn answers_that_come_before_their_question_into_the_file_are_answers() {
    let mut world = World::in_zone(0);
    let syn = Connection::new(1004, 40_001, SERVER);
    let reset = Connection { seq: (syn.seq.0 + 1, 0), ..syn };
    let dns = Dns { id: 7, name: HOST, qtype: 1, port: 30_001, resolver: RESOLVER };
    let packets = [
        (1_000_000, dns.answer(0, &[SERVER.parse().unwrap()], None)),
        (1_000_010, dns.query()),
        (1_004_000, reset.by_server(Flag::Rst, &[])),
        (1_004_300, syn.by_client(Flag::Syn, &[])),
    ];
    world.packets.extend(packets.map(|(at, bytes)| super::wire::Packet { at, bytes }));
    world.lookup(30_000, "other.example.com", 0, &[]);
    let report = world.capture_with(&Options { hosts: vec![HOST.to_owned()], ..Options::default() });
    assert_eq!(verdicts(&report), ["connection_refused high"]);
    assert_eq!((report.attempts[0].dns[0].queries, report.attempts[0].dns[0].latency_ms), (1, Some(0.0)));
}

#[test]
fn silence_that_lasts_needs_no_capture_that_goes_on() {
    let mut world = World::in_zone(0);
    // Something else is answered, so that answers are known to be captured.
    world.lookup(500, "other.example.com", 0, &[SERVER]);
    world.lookup(1000, HOST, 0, &[SERVER]);
    world.syns(40_001, SERVER, &[1004, 2004, 4004, 8004, 16_004]);
    let options = Options { hosts: vec![HOST.to_owned()], ..Options::default() };
    assert_eq!(verdicts(&world.capture_with(&options)), ["syn_timeout high"]);
    let mut world = World::in_zone(0);
    world.lookup(500, "other.example.com", 0, &[SERVER]);
    world.ask(&[1000, 6000, 11_000, 16_000], HOST, &RESOLVER.to_string(), None);
    assert_eq!(verdicts(&world.capture_with(&options)), ["dns_failure/no_answer high"]);
}
