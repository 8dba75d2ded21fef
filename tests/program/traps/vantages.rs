//! Two captures of one path: at the node, and behind a firewall that rewrites addresses and has a clock of its own.

use mdmlog::report::{Attempt, Report, Saw};
use mdmlog::{Options, analyze};

use super::wire::{Dns, Flag, RESOLVER, tls};
use super::world::{Connection, SERVER, World};
use crate::support::Scratch;

const HOST: &str = "mdm.example.com";
const OUTSIDE: &str = "203.0.113.200";
const MINUTE: i64 = 60_000;
/// When the first connection goes through the firewall.
const NOON: i64 = 20 * MINUTE;

/// The captures, and what the firewall does.
#[derive(Default)]
struct Path {
    node: World,
    far: World,
    /// The clock behind the firewall minus that of the node, in milliseconds.
    skew: i64,
    rewrites: bool,
}

impl Path {
    /// A connection as the node sends it, and as it leaves the firewall.
    fn connections(&self, at: i64, port: u16) -> [Connection; 2] {
        let near = Connection::new(at, port, SERVER);
        let client = if self.rewrites { (OUTSIDE.parse().unwrap(), port + 20_000) } else { near.client };
        let far = Connection { at: at + self.skew, client, server: near.server, seq: near.seq };
        [near, far]
    }

    /// A request that is answered, in these of the two captures.
    fn exchange(&mut self, at: i64, port: u16, shown: [bool; 2]) {
        let connections = self.connections(at, port);
        for ((mut connection, world), shown) in connections.into_iter().zip([&mut self.node, &mut self.far]).zip(shown)
        {
            if !shown {
                continue;
            }
            connection.open(world);
            let mut hello = tls::client_hello(HOST);
            hello[11..13].copy_from_slice(&port.to_be_bytes());
            connection.client(world, 1, &hello);
            connection.server(world, 2, &tls::server_flight());
            connection.client(world, 1, &tls::client_finished());
            connection.client(world, 1, &tls::data(320));
            connection.server(world, 40, &tls::data(540));
            connection.client(world, 1, &tls::close_notify());
            connection.close(world);
        }
    }

    /// SYNs at these times behind the first, as each of the two sees them, and whether the far one sees an answer to the last.
    fn syns(&mut self, at: i64, port: u16, near: &[i64], far: &[i64], answered: bool) {
        let [before, mut behind] = self.connections(at, port);
        for after in near {
            self.node.frame(at + after, before.by_client(Flag::Syn, &[]));
        }
        for after in far {
            self.far.frame(at + self.skew + after, behind.by_client(Flag::Syn, &[]));
        }
        if answered {
            behind.seq.0 += 1;
            let last = far.last().unwrap();
            self.far.frame(at + self.skew + last + 1, behind.by_server(Flag::SynAck, &[]));
        }
    }

    fn report(&self) -> Report {
        let scratch = Scratch::new();
        scratch.file("b/1-node.pcap", self.node.pcap());
        scratch.file("b/2-firewall.pcap", self.far.pcap());
        let options = Options { hosts: vec![HOST.to_owned()], ..Options::default() };
        analyze(&[scratch.path().join("b")], &options).unwrap()
    }

    /// What the node and the far side saw of each attempt; nothing where only one of them looked.
    fn saw(&self) -> Vec<Option<[Saw; 2]>> {
        let report = self.report();
        let seen = report.attempts.iter().map(|attempt| {
            let vantages = attempt.vantages.as_ref()?;
            assert_eq!(vantages.iter().map(|vantage| vantage.input).collect::<Vec<_>>(), [0, 1]);
            Some([vantages[0].saw, vantages[1].saw])
        });
        seen.collect()
    }
}

/// A firewall that rewrites addresses, whose clock is so many milliseconds ahead, with three connections through it.
fn through_firewall(skew: i64) -> Path {
    let mut path = Path { skew, rewrites: true, ..Path::default() };
    path.node.lookup(NOON - 500, HOST, 0, &[SERVER]);
    for (number, after) in [(1, 0), (2, 20_000), (3, 50_000)] {
        path.exchange(NOON + after, 40_000 + number, [true, true]);
    }
    path
}

const BOTH: Option<[Saw; 2]> = Some([Saw::Both, Saw::Both]);

#[test]
fn what_a_firewall_lets_through_is_one_attempt_and_what_it_blocks_only_the_node_shows() {
    for skew in [0, -5000, 90 * MINUTE] {
        let mut path = through_firewall(skew);
        path.syns(NOON + 70_000, 40_009, &[0, 1000, 3000], &[], false);
        // Nobody knows whether the far capture was still running then.
        path.syns(NOON + 10 * MINUTE, 40_010, &[0, 1000, 3000], &[], false);
        path.node.lookup(NOON + 11 * MINUTE, "other.example.com", 0, &[]);
        assert_eq!(path.saw(), [BOTH, BOTH, BOTH, Some([Saw::Request, Saw::Nothing]), None], "{skew}");
    }
}

#[test]
fn three_places_of_one_path_are_told_of_as_two_are() {
    let path = through_firewall(130);
    let mut beyond = path.far.clone();
    beyond.packets.iter_mut().for_each(|packet| packet.at += 7_000_000);
    let scratch = Scratch::new();
    for (name, world) in [("b/1-node.pcap", &path.node), ("b/2-firewall.pcap", &path.far), ("b/3-beyond.pcap", &beyond)]
    {
        scratch.file(name, world.pcap());
    }
    let options = Options { hosts: vec![HOST.to_owned()], ..Options::default() };
    let report = analyze(&[scratch.path().join("b")], &options).unwrap();
    let saw = |attempt: &Attempt| attempt.vantages.iter().flatten().map(|vantage| vantage.saw).collect::<Vec<_>>();
    assert_eq!(report.attempts.iter().map(saw).collect::<Vec<_>>(), [[Saw::Both; 3]; 3]);
}

#[test]
fn before_the_far_capture_began_it_saw_nothing_that_counts() {
    let mut path = through_firewall(7000);
    path.exchange(NOON - 10 * MINUTE, 40_011, [true, false]);
    path.exchange(NOON - 20_000, 40_012, [true, false]);
    let before = Some([Saw::Both, Saw::Nothing]);
    assert_eq!(path.saw(), [None, before, BOTH, BOTH, BOTH]);
}

#[test]
fn answers_that_come_to_the_firewall_and_no_farther_are_seen_there() {
    let mut path = through_firewall(130);
    // The first SYNs are lost before the firewall.
    path.syns(NOON + 70_000, 40_009, &[0, 1000, 3000, 7000], &[3000, 7000], true);
    path.syns(NOON + 90_000, 40_010, &[0, 1000, 3000, 7000, 15_000, 31_000], &[31_000], false);
    path.node.lookup(NOON + 5 * MINUTE, "other.example.com", 0, &[]);
    let seen = [BOTH, BOTH, BOTH, Some([Saw::Request, Saw::Both]), Some([Saw::Request, Saw::Request])];
    assert_eq!(path.saw(), seen);
}

#[test]
fn clocks_that_are_hours_apart_are_of_other_days() {
    let mut path = through_firewall(3 * 60 * MINUTE);
    assert_eq!(path.saw(), [None; 6]);
    path = through_firewall(-119 * MINUTE);
    assert_eq!(path.saw(), [BOTH; 3]);
}

#[test]
fn a_lookup_that_both_see_is_one_attempt() {
    for skew in [0, 90_000] {
        for (far_name, lag, answered, seen) in [
            (HOST, 0, true, vec![Some([Saw::Request, Saw::Both])]),
            (HOST, 1900, false, vec![Some([Saw::Request, Saw::Request])]),
            // Another name, or another time, is another lookup.
            ("mdm2.example.com", 0, true, vec![Some([Saw::Request, Saw::Nothing])]),
            (HOST, 12_000, true, vec![Some([Saw::Request, Saw::Nothing]), Some([Saw::Nothing, Saw::Both])]),
        ] {
            let mut path = through_firewall(skew);
            let question = |id, name| Dns { id, name, qtype: 1, port: 30_100 + id, resolver: RESOLVER };
            for after in [0, 5000, 10_000] {
                path.node.frame(NOON + 80_000 + after, question(90, HOST).query());
                path.far.frame(NOON + 80_000 + after + skew + lag, question(91, far_name).query());
            }
            if answered {
                path.far.frame(NOON + 90_001 + skew + lag, question(91, far_name).answer(3, &[], None));
            }
            path.node.lookup(NOON + 4 * MINUTE, "other.example.com", 0, &[]);
            path.far.lookup(NOON + 4 * MINUTE + skew, "other.example.com", 0, &[]);
            assert_eq!(path.saw()[3..], seen, "{skew} {far_name} {lag}");
        }
    }
}

#[test]
fn captures_that_share_one_connection_in_eight_do_not_look_at_one_path() {
    let attempts = |common: u16, rewrites: bool, skew: i64| {
        let mut path = Path { skew, rewrites, ..Path::default() };
        for number in 0..8 {
            let at = 1000 + i64::from(number) * 5000;
            let shared = number < common;
            path.exchange(at, 40_000 + number, [true, shared]);
            if !shared {
                path.exchange(at + 2000, 41_000 + number, [false, true]);
            }
        }
        let saw = path.saw();
        (saw.len(), saw.iter().flatten().count())
    };
    assert_eq!(attempts(2, true, 250), (14, 14));
    assert_eq!(attempts(1, true, 250), (16, 0));
    // The same two ends at about the same time are one connection, whatever else the captures show.
    assert_eq!(attempts(1, false, 250), (15, 0));
    assert_eq!(attempts(1, false, 59_000), (15, 0));
    assert_eq!(attempts(1, false, 61_000), (16, 0));
}
