//! Incidents over time, and several logs and captures in one bundle.

use mdmlog::{Options, analyze};

use super::world::{SERVER, Told, World, verdicts};
use crate::support::Scratch;

const HOST: &str = "mdm.example.com";

fn timeout(world: &mut World, at: i64, port: u16) {
    world.lookup(at + 2, HOST, 0, &["203.0.113.1"]);
    world.syns(port, "203.0.113.1", &[at + 4, at + 1004, at + 3004]);
    world.told("admin-http-pool1", HOST, at, &[(at + 8004, Told::Failure("Connect timed out"))]);
}

#[test]
fn a_run_of_failures_is_one_incident_with_what_changed_and_what_ended_it() {
    let mut world = World::in_zone(0);
    world.success(1000, 40_001, "admin-http-pool1", HOST);
    timeout(&mut world, 60_000, 40_002);
    timeout(&mut world, 120_000, 40_003);
    world.success(180_000, 40_004, "admin-http-pool1", HOST);
    world.told("admin-http-pool1", HOST, 240_000, &[(240_060, Told::Status(401))]);
    let report = world.report();
    assert_eq!(report.incidents.len(), 2);
    let first = &report.incidents[0];
    assert_eq!(
        (first.attempts.as_slice(), first.last_success_before, first.resolved_by),
        (&[2, 3][..], Some(1), Some(4))
    );
    let change = first.changes.iter().find(|change| change.what == "addresses").unwrap();
    assert_eq!((change.before.as_deref(), change.after.as_deref()), (Some(SERVER), Some("203.0.113.1")));
    assert_eq!(report.incidents[1].resolved_by, None);
    assert_eq!(report.incidents[1].last_success_before, Some(4));
}

#[test]
fn the_fingerprint_is_the_same_next_week() {
    let mut world = World::in_zone(0);
    timeout(&mut world, 60_000, 40_002);
    world.lookup(90_000, "other.example.com", 0, &[]);
    let now = world.report();
    let week = 7 * 86_400_000;
    world.packets.iter_mut().for_each(|packet| packet.at += week * 1000);
    world.records.iter_mut().for_each(|(at, _)| *at += week);
    let then = world.report();
    assert_eq!(now.incidents[0].fingerprint, then.incidents[0].fingerprint);
    assert_ne!(now.incidents[0].first_at, then.incidents[0].first_at);
}

#[test]
fn two_nodes_have_clocks_of_their_own() {
    let mut first = World { skew: 300, ..World::in_zone(60) };
    let mut second = World { skew: -900, ..World::in_zone(-300) };
    for index in 0..4_i64 {
        first.success(1000 + index * 7100, 40_000 + index as u16, "admin-http-pool1", HOST);
        second.success(3500 + index * 9300, 41_000 + index as u16, "admin-http-pool1", "mdm2.example.com");
    }
    let scratch = Scratch::new();
    scratch.file("bundle/node1/support/ise-psc.log", first.log_text());
    scratch.file("bundle/node2/support/ise-psc.log", second.log_text());
    let mut packets = first.clone();
    packets.packets.extend(second.packets.clone());
    scratch.file("bundle/span.pcap", packets.pcap());
    let report = analyze(&[scratch.path().join("bundle")], &Options::default()).unwrap();
    assert_eq!(verdicts(&report), ["success high"; 8]);
    let offsets: Vec<_> = report.clocks.iter().map(|clock| clock.log_utc_offset.as_str()).collect();
    assert_eq!(offsets, ["+01:00", "-05:00"]);
    assert!(report.attempts.iter().all(|attempt| attempt.sources.len() == 2));
}

#[test]
fn the_same_connection_in_two_captures_is_one_attempt() {
    let mut world = World::in_zone(0);
    for index in 0..3_i64 {
        world.success(1000 + index * 7100, 40_000 + index as u16, "admin-http-pool1", HOST);
    }
    let scratch = Scratch::new();
    scratch.file("bundle/ise-psc.log", world.log_text());
    scratch.file("bundle/node.pcap", world.pcap());
    let mut other = world.clone();
    other.packets.iter_mut().for_each(|packet| packet.at += 700_000);
    scratch.file("bundle/firewall.pcap", other.pcap());
    let report = analyze(&[scratch.path().join("bundle")], &Options::default()).unwrap();
    assert_eq!(verdicts(&report), ["success high"; 3]);
}

#[test]
fn rotated_parts_are_one_log_and_one_capture() {
    let mut world = World { skew: 300, ..World::in_zone(60) };
    for index in 0..6_i64 {
        world.success(1000 + index * 7100, 40_000 + index as u16, "admin-http-pool1", HOST);
    }
    let whole = world.report();
    let text = world.log_text();
    // The cut goes through an attempt.
    let cut = text.match_indices('\n').nth(text.lines().count() / 2 - 3).unwrap().0 + 1;
    let mut halves = (world.clone(), world.clone());
    halves.0.packets.retain(|packet| packet.at < 15_240_000);
    halves.1.packets.retain(|packet| packet.at >= 15_240_000);
    let scratch = Scratch::new();
    scratch.file("b/ise-psc.log.2023-11-14-1", &text[..cut]);
    scratch.file("b/ise-psc.log", &text[cut..]);
    scratch.file("b/dump.pcap", halves.0.pcap());
    scratch.file("b/dump.pcap1", halves.1.pcap());
    let report = analyze(&[scratch.path().join("b")], &Options::default()).unwrap();
    assert_eq!(verdicts(&report), verdicts(&whole));
    assert_eq!(report.clocks.len(), 1);
    assert_eq!(report.attempts.iter().map(|attempt| attempt.dns.len()).sum::<usize>(), 12);
}
