//! Name resolution that is slow, roundabout or half broken.

use super::wire::{Dns, RESOLVER};
use super::world::{SERVER, Told, World, verdicts};

const HOST: &str = "mdm.example.com";
const SECOND_RESOLVER: &str = "192.0.2.54";

/// A success right after its lookup, which the test has made.
fn goes_on(world: &mut World, start: i64, known: i64) {
    world.told("admin-http-pool1", HOST, start, &[(known + 62, Told::Status(200))]);
    world.exchange(known + 1, 40_001, SERVER, HOST, &[(known + 20, known + 60)]);
}

#[test]
fn a_silent_first_resolver_and_a_good_second_one_end_well() {
    let mut world = World::in_zone(0);
    let first = RESOLVER.to_string();
    world.ask(&[1002], HOST, &first, None);
    world.ask(&[6002], HOST, SECOND_RESOLVER, Some((0, &[SERVER], None)));
    goes_on(&mut world, 1000, 6003);
    let report = world.report();
    assert_eq!(verdicts(&report), ["success high"]);
    assert_eq!(report.attempts[0].dns.len(), 2, "both resolvers were asked");
}

#[test]
fn search_domains_that_deny_the_name_mean_nothing() {
    let mut world = World::in_zone(0);
    let resolver = RESOLVER.to_string();
    world.ask(&[1002], "mdm.example.com.corp.example.net", &resolver, Some((3, &[], None)));
    world.ask(&[1004], "mdm.example.com.example.net", &resolver, Some((3, &[], None)));
    world.ask(&[1006], HOST, &resolver, Some((0, &[SERVER], None)));
    goes_on(&mut world, 1000, 1007);
    let report = world.report();
    assert_eq!(verdicts(&report), ["success high"]);
}

#[test]
fn search_domains_do_not_hide_what_was_said_of_the_name_itself() {
    let mut world = World::in_zone(0);
    let resolver = RESOLVER.to_string();
    world.ask(&[1002], HOST, &resolver, Some((2, &[], None)));
    world.ask(&[1004], "mdm.example.com.corp.example.net", &resolver, Some((3, &[], None)));
    world.told("admin-http-pool1", HOST, 1000, &[(1007, Told::Failure("mdm.example.com: Name or service not known"))]);
    assert_eq!(verdicts(&world.report()), ["dns_failure/servfail high"]);
}

#[test]
fn a_chain_of_aliases_leads_to_the_server() {
    let mut world = World::in_zone(0);
    world.ask(&[1002], HOST, &RESOLVER.to_string(), Some((0, &[SERVER], Some("edge.example.net"))));
    // No SNI that tells: the address alone must do.
    world.told(
        "admin-http-pool1",
        HOST,
        1000,
        &[(9100, Told::Failure("Connect to mdm.example.com:443 failed: Connect timed out"))],
    );
    world.syns(40_001, SERVER, &[1004, 2004, 4004]);
    world.noise(20_000);
    world.lookup(20_000, "other.example.com", 0, &[]);
    let report = world.report();
    assert_eq!(verdicts(&report), ["syn_timeout high"]);
    assert_eq!(report.attempts[0].dns[0].cnames, ["edge.example.net"]);
}

#[test]
fn a_truncated_answer_is_followed_by_tcp() {
    let mut world = World::in_zone(0);
    world.lookup_over_tcp(1002, HOST, SERVER);
    goes_on(&mut world, 1000, 1008);
    let report = world.report();
    assert_eq!(verdicts(&report), ["success high"]);
    assert!(report.attempts[0].dns.iter().any(|dns| dns.answers == [SERVER]), "{:?}", report.attempts[0].dns);
}

#[test]
fn no_resolver_at_all_is_no_answer() {
    let mut world = World::in_zone(0);
    world.ask(&[1002, 6002], HOST, &RESOLVER.to_string(), None);
    world.ask(&[11_002], HOST, SECOND_RESOLVER, None);
    world.told(
        "admin-http-pool1",
        HOST,
        1000,
        &[(16_003, Told::Failure("mdm.example.com: Temporary failure in name resolution"))],
    );
    world.lookup(30_000, "other.example.com", 0, &[]);
    assert_eq!(verdicts(&world.report()), ["dns_failure/no_answer high"]);
}

#[test]
fn an_attempt_that_remembers_the_failure_cites_the_lookup_of_the_one_before() {
    let mut world = World::in_zone(0);
    world.lookup(1002, HOST, 3, &[]);
    let words = "mdm.example.com: Name or service not known";
    world.told("admin-http-pool1", HOST, 1000, &[(1005, Told::Failure(words))]);
    world.told("admin-http-pool2", HOST, 4000, &[(4001, Told::Failure(words))]);
    let report = world.report();
    assert_eq!(verdicts(&report), ["dns_failure/nxdomain high", "dns_failure/nxdomain high"]);
    assert_eq!(report.attempts[1].dns, report.attempts[0].dns);
}

#[test]
fn one_family_that_fails_does_not_fail_the_lookup() {
    let mut world = World::in_zone(0);
    let resolver = RESOLVER.to_string();
    world.ask(&[1002], HOST, &resolver, Some((0, &[SERVER], None)));
    goes_on(&mut world, 1000, 1004);
    let report = world.report();
    assert_eq!(verdicts(&report), ["success high"]);
}

#[test]
fn an_answer_without_addresses_of_one_type_says_nothing_of_the_other() {
    let mut world = World::in_zone(0);
    let question = |qtype, id| Dns { id, name: HOST, qtype, port: 50_001, resolver: RESOLVER };
    for at in [1002, 3002] {
        world.frame(at, question(1, 7).query());
    }
    world.frame(1002, question(28, 8).query());
    world.frame(1003, question(28, 8).answer(0, &[], None));
    let words = "mdm.example.com: Temporary failure in name resolution";
    world.told("admin-http-pool1", HOST, 1000, &[(5004, Told::Failure(words))]);
    world.noise(9000);
    world.lookup(20_000, "other.example.com", 0, &[]);
    assert_eq!(verdicts(&world.report()), ["dns_failure/no_answer high"]);
}

#[test]
fn a_failure_is_remembered_for_ten_seconds_and_for_its_own_host() {
    let words = "mdm.example.com: Name or service not known";
    let again = |pause: i64, between: &dyn Fn(&mut World)| {
        let mut world = World::in_zone(0);
        for (number, at) in [(1, 100_000), (2, 109_000), (3, 122_000)] {
            world.success(at, 40_000 + number, "admin-http-pool1", "mdm2.example.com");
        }
        world.lookup(1002, HOST, 3, &[]);
        world.told("admin-http-pool1", HOST, 1000, &[(1005, Told::Failure(words))]);
        between(&mut world);
        world.told("admin-http-pool2", HOST, 1003 + pause, &[(1004 + pause, Told::Failure(words))]);
        let report = world.report();
        let second =
            report.attempts.iter().find(|attempt| attempt.thread.as_deref() == Some("admin-http-pool2")).unwrap();
        (super::world::verdict(second), second.dns.iter().map(|dns| dns.first_frame).collect::<Vec<_>>())
    };
    let nothing: &dyn Fn(&mut World) = &|_| {};
    let remembered = again(9900, nothing);
    assert_eq!((remembered.0.as_str(), remembered.1.len()), ("dns_failure/nxdomain high", 2));
    assert_eq!(again(10_100, nothing), ("dns_failure medium".to_owned(), Vec::new()));
    // Others fail too, and resolve, at the same moment and later.
    let others = |world: &mut World| {
        world.lookup(1002, "other.example.com", 2, &[]);
        world.lookup(4000, "mdm2.example.com", 3, &[]);
        world.lookup(6000, "other.example.com", 0, &[SERVER]);
    };
    assert_eq!(again(9900, &others).0, "dns_failure/nxdomain high");
    // What was asked since is no memory.
    let later = again(5000, &|world| {
        world.lookup(7002, HOST, 2, &[]);
    });
    assert_eq!(later.0, "dns_failure/nxdomain high");
}
