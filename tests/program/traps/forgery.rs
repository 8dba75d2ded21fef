//! Packets that no stack would believe and records that somebody wrote into the log, and captures that show less than there
//! was or in another order.

use mdmlog::{Options, analyze};

use super::wire::{Dns, Flag, RESOLVER, icmp};
use super::world::{Connection, SERVER, Told, World, verdicts};
use crate::support::Scratch;

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

/// A question that is denied, and a millisecond later answered with an address.
fn denied_and_answered(world: &mut World) {
    let dns = Dns { id: 7, name: HOST, qtype: 1, port: 30_001, resolver: RESOLVER };
    world.frame(1000, dns.query());
    world.frame(1001, dns.answer(3, &[], None));
    world.frame(1002, dns.answer(0, &[SERVER.parse().unwrap()], None));
}

#[test]
fn a_denial_that_another_answer_contradicts_is_not_sure() {
    let options = Options { hosts: vec![HOST.to_owned()], ..Options::default() };
    let mut world = World::in_zone(0);
    denied_and_answered(&mut world);
    world.lookup(30_000, "other.example.com", 0, &[]);
    let report = world.capture_with(&options);
    assert_eq!(verdicts(&report), ["dns_failure/nxdomain medium"]);
    assert!(report.attempts[0].confidence_reasons[0].contains("two answers"), "{:?}", report.attempts[0]);
    // A client that uses the address was not denied it.
    world.syns(40_001, SERVER, &[1004, 2004, 4004, 8004]);
    assert_eq!(verdicts(&world.capture_with(&options)), ["syn_timeout high"]);
    // The same packet twice, and an answer with the addresses in another order, contradict nothing.
    let mut world = World::in_zone(0);
    let dns = Dns { id: 7, name: HOST, qtype: 1, port: 30_001, resolver: RESOLVER };
    world.frame(1000, dns.query());
    world.frame(1001, dns.answer(3, &[], None));
    world.frame(1002, dns.answer(3, &[], None));
    world.lookup(30_000, "other.example.com", 0, &[]);
    assert_eq!(verdicts(&world.capture_with(&options)), ["dns_failure/nxdomain high"]);
}

#[test]
fn a_client_that_connects_all_the_same_was_not_denied_the_name() {
    let options = Options { hosts: vec![HOST.to_owned()], ..Options::default() };
    let mut world = World::in_zone(0);
    world.ask(&[1000], HOST, &RESOLVER.to_string(), Some((3, &[], None)));
    world.exchange(1800, 40_001, SERVER, HOST, &[(1820, 1860)]);
    let report = world.capture_with(&options);
    assert_eq!(verdicts(&report), ["dns_failure/nxdomain medium", "unknown/encrypted low"]);
    // Much later it is another attempt, whatever it knows the address from.
    let mut world = World::in_zone(0);
    world.ask(&[1000], HOST, &RESOLVER.to_string(), Some((3, &[], None)));
    world.exchange(91_800, 40_001, SERVER, HOST, &[(91_820, 91_860)]);
    assert_eq!(verdicts(&world.capture_with(&options))[0], "dns_failure/nxdomain high");
}

/// A record of a guest portal, which holds what a browser sent.
fn portal(thread: &str) -> String {
    format!("INFO   [{thread}][[]] cisco.cpm.guestaccess.Portal -:::- User-Agent: Mozilla")
}

#[test]
fn an_attempt_right_behind_foreign_words_of_its_own_thread_is_not_sure() {
    for (thread, expected) in [("http-9", "success medium"), ("http-8", "success high")] {
        let mut world = World::in_zone(0);
        world.told("http-9", HOST, 1000, &[(1060, Told::Status(200))]);
        // 15 ms before its request, an attempt of these stories begins.
        world.records.insert(0, (985, portal(thread)));
        let report = world.log_only();
        assert_eq!(verdicts(&report), [expected]);
        let told = report.attempts[0].confidence_reasons.join(" ");
        assert_eq!(told.contains("another component"), expected == "success medium", "{told}");
    }
    // The words may go on for some lines; and a record of the thread that is older matters no less.
    let mut world = World::in_zone(0);
    world.told("http-9", HOST, 1000, &[(1060, Told::Status(200))]);
    world.records.insert(0, (985, format!("{}\nAccept: text/html\n", portal("http-9"))));
    assert_eq!(verdicts(&world.log_only()), ["success medium"]);
    // Behind the thread's own beginning they matter not.
    let mut world = World::in_zone(0);
    world.told("http-9", HOST, 1000, &[(1060, Told::Status(200))]);
    world.records.push((1010, portal("http-9")));
    assert_eq!(verdicts(&world.log_only()), ["success high"]);
}

#[test]
fn an_attempt_among_records_of_another_time_is_not_sure() {
    let mut around = World::in_zone(0);
    around.noise(0);
    around.noise(90_000);
    let mut forged = World::in_zone(0);
    forged.told("http-9", HOST, 0, &[(60, Told::Status(200))]);
    let text = around.log_text();
    let (before, behind) = text.split_at(text.find('\n').unwrap() + 1);
    let written = |skew: i64| {
        let scratch = Scratch::new();
        let text = [before, &World { skew, ..forged.clone() }.log_text(), behind].concat();
        verdicts(&analyze(&[scratch.file("ise-psc.log", text)], &Options::default()).unwrap())
    };
    assert_eq!(written(10_000), ["success high"]);
    // Before the record that stands before it, or behind the one that follows.
    assert_eq!(written(-3_600_000), ["success medium"]);
    assert_eq!(written(3_600_000), ["success medium"]);
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
