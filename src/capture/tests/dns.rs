//! Which queries and answers belong together.

use super::wire::*;
use crate::capture::{DnsExchange, Rcode};

fn shape(exchange: &DnsExchange) -> (Vec<u64>, Option<u64>) {
    (exchange.queries.iter().map(|at| at.frame).collect(), exchange.answer.as_ref().map(|answer| answer.at.frame))
}

fn shapes(wire: &Wire) -> Vec<(Vec<u64>, Option<u64>)> {
    wire.facts().dns.iter().map(shape).collect()
}

#[test]
fn a_question_that_comes_again_is_one_exchange() {
    let mut wire = Wire::new();
    let asked = query(7, HOST, 1);
    wire.udp("192.0.2.10:5000", RESOLVER, &asked).wait(5000).udp("192.0.2.10:5000", RESOLVER, &asked);
    wire.wait(5000).udp("192.0.2.10:5000", RESOLVER, &asked);
    wire.udp(RESOLVER, "192.0.2.10:5000", &answer(7, HOST, &[(HOST, "198.51.100.7")]));
    // Answered: what comes next is a new exchange.
    wire.wait(1000).udp("192.0.2.10:5001", RESOLVER, &query(9, HOST, 1));
    assert_eq!(shapes(&wire), [(vec![1, 2, 3], Some(4)), (vec![5], None)]);
}

#[test]
fn a_forwarder_asks_again_with_other_numbers() {
    let mut wire = Wire::new();
    wire.udp("192.0.2.10:5000", RESOLVER, &query(7, HOST, 1)).wait(1000);
    wire.udp("192.0.2.10:5001", RESOLVER, &query(8, HOST, 1)).wait(2000);
    wire.udp("192.0.2.10:5002", RESOLVER, &query(9, HOST, 1));
    wire.udp(RESOLVER, "192.0.2.10:5002", &answer(9, HOST, &[(HOST, "198.51.100.7")]));
    assert_eq!(shapes(&wire), [(vec![1, 2, 3], Some(4))]);
}

#[test]
fn a_later_lookup_is_no_retry_of_one_that_gave_up() {
    let (asked, answered) = (query(7, HOST, 1), answer(8, HOST, &[(HOST, "198.51.100.7")]));
    // Who asked again with the same numbers has a resolver library that does so; and nobody waits for nine seconds.
    for (repeated, pause) in [(true, 800), (true, 5000), (true, 8800), (false, 8800)] {
        let mut wire = Wire::new();
        wire.udp("192.0.2.10:5000", RESOLVER, &asked);
        if repeated {
            wire.wait(1000).udp("192.0.2.10:5000", RESOLVER, &asked);
        }
        wire.wait(pause).udp("192.0.2.10:5001", RESOLVER, &query(8, HOST, 1));
        wire.udp(RESOLVER, "192.0.2.10:5001", &answered);
        let shapes = shapes(&wire);
        assert_eq!(shapes.iter().map(|(_, answer)| answer.is_some()).collect::<Vec<_>>(), [false, true], "{pause}");
    }
}

#[test]
fn answers_before_their_question_in_file_or_stamp_are_answers() {
    let asked = udp("192.0.2.10:5000", RESOLVER, &query(7, HOST, 1), 1);
    let answered = udp(RESOLVER, "192.0.2.10:5000", &answer(7, HOST, &[(HOST, "198.51.100.7")]), 2);
    let mut swapped = Wire::new();
    swapped.packet(&answered).packet(&asked);
    assert_eq!(shapes(&swapped), [(vec![2], Some(1))]);
    let mut repeated = Wire::new();
    repeated.packet(&answered).packet(&asked).wait(200).packet(&asked);
    assert_eq!(shapes(&repeated)[0], (vec![2], Some(1)));
    let mut stamped = Wire::new();
    stamped.wait(10).packet(&asked).back(20).packet(&answered);
    assert_eq!(shapes(&stamped), [(vec![1], Some(2))]);
    // A question that comes long after is another one.
    let mut late = Wire::new();
    late.packet(&answered).wait(500).packet(&asked);
    assert_eq!(shapes(&late), [(vec![], Some(1)), (vec![2], None)]);
}

#[test]
fn an_answer_with_other_numbers_is_not_believed() {
    let asked = query(7, HOST, 1);
    let found = answer(7, HOST, &[(HOST, "198.51.100.7")]);
    // Of another identification, to another port, from another resolver, about another name.
    for (from, to, forged) in [
        (RESOLVER, "192.0.2.10:5000", refusal(99, HOST, 3)),
        (RESOLVER, "192.0.2.10:5001", refusal(7, HOST, 3)),
        (RESOLVER, "192.0.2.10:5001", refusal(99, HOST, 3)),
        ("192.0.2.66:53", "192.0.2.10:5000", refusal(7, HOST, 3)),
        (RESOLVER, "192.0.2.10:5000", refusal(7, "www.example.com", 3)),
    ] {
        let mut wire = Wire::new();
        wire.udp("192.0.2.10:5000", RESOLVER, &asked).udp(from, to, &forged).udp(RESOLVER, "192.0.2.10:5000", &found);
        let own: Vec<_> = shapes(&wire).into_iter().filter(|(queries, _)| !queries.is_empty()).collect();
        assert_eq!(own, [(vec![1], Some(3))], "{from} {to}");
        let mut silent = Wire::new();
        silent.udp("192.0.2.10:5000", RESOLVER, &asked).udp(from, to, &forged);
        assert_eq!(shapes(&silent)[0], (vec![1], None), "{from} {to}");
        assert_eq!(shapes(&silent).len(), 1, "{from} {to}");
    }
}

#[test]
fn the_answer_that_the_client_waits_for_counts() {
    let mut wire = Wire::new();
    wire.udp("192.0.2.10:5000", RESOLVER, &query(7, HOST, 1)).wait(2000);
    wire.udp("192.0.2.10:5001", RESOLVER, &query(8, HOST, 1));
    wire.udp(RESOLVER, "192.0.2.10:5000", &refusal(7, HOST, 2));
    wire.udp(RESOLVER, "192.0.2.10:5001", &answer(8, HOST, &[(HOST, "198.51.100.7")]));
    wire.udp(RESOLVER, "192.0.2.10:5001", &refusal(8, HOST, 2));
    assert_eq!(shapes(&wire), [(vec![1, 2], Some(4))]);
}

#[test]
fn two_threads_that_ask_at_once_are_two_exchanges() {
    let mut wire = Wire::new();
    wire.udp("192.0.2.10:5000", RESOLVER, &query(7, HOST, 1)).udp("192.0.2.10:5001", RESOLVER, &query(8, HOST, 1));
    wire.udp(RESOLVER, "192.0.2.10:5001", &answer(8, HOST, &[(HOST, "198.51.100.7")]));
    wire.udp(RESOLVER, "192.0.2.10:5000", &answer(7, HOST, &[(HOST, "198.51.100.7")]));
    assert_eq!(shapes(&wire), [(vec![1], Some(4)), (vec![2], Some(3))]);
}

#[test]
fn duplicates_of_the_capture_are_no_retries() {
    let mut wire = Wire::new();
    let asked = udp("192.0.2.10:5000", RESOLVER, &query(7, HOST, 1), 44);
    let answered = udp(RESOLVER, "192.0.2.10:5000", &answer(7, HOST, &[(HOST, "198.51.100.7")]), 45);
    wire.packet(&asked).packet(&asked).packet(&answered).packet(&answered);
    assert_eq!(shapes(&wire), [(vec![1], Some(3))]);
}

#[test]
fn resolvers_and_types_keep_apart() {
    let mut wire = Wire::new();
    wire.udp("192.0.2.10:5000", RESOLVER, &query(7, HOST, 1)).udp("192.0.2.10:5000", RESOLVER, &query(8, HOST, 28));
    wire.wait(5000).udp("192.0.2.10:5000", "192.0.2.54:53", &query(7, HOST, 1));
    wire.udp("192.0.2.54:53", "192.0.2.10:5000", &answer(7, HOST, &[(HOST, "198.51.100.7")]));
    assert_eq!(shapes(&wire), [(vec![1], None), (vec![2], None), (vec![3], Some(4))]);
}

#[test]
fn search_domains_and_other_names_are_told_apart() {
    let mut wire = Wire::new();
    let longer = format!("{HOST}.corp.example.net");
    wire.udp("192.0.2.10:5000", RESOLVER, &query(6, "www.example.com", 1));
    wire.udp("192.0.2.10:5000", RESOLVER, &query(7, &longer.to_uppercase(), 1));
    wire.udp(RESOLVER, "192.0.2.10:5000", &refusal(7, &longer, 3));
    wire.resolve(HOST, "198.51.100.7");
    let dns = wire.facts().dns;
    assert_eq!(dns.iter().map(|exchange| exchange.name.as_str()).collect::<Vec<_>>(), [longer.as_str(), HOST]);
    assert_eq!(dns[0].answer.as_ref().unwrap().rcode, Rcode::NXDOMAIN);
}

#[test]
fn an_answer_that_does_not_fit_comes_over_tcp() {
    let mut wire = Wire::new();
    wire.udp("192.0.2.10:5000", RESOLVER, &query(7, HOST, 1));
    wire.udp(RESOLVER, "192.0.2.10:5000", &refusal(7, HOST, 0x0200));
    let client = "192.0.2.10:5001";
    wire.handshake(client, RESOLVER, 100, 200);
    let framed = |message: Vec<u8>| [&(message.len() as u16).to_be_bytes()[..], &message].concat();
    let (asked, answered) = (framed(query(8, HOST, 1)), framed(answer(8, HOST, &[(HOST, "198.51.100.7")])));
    // The length apart from the query, and the answer in reverse order.
    wire.tcp(client, RESOLVER, ACK, 101, 201, &asked[..2]).tcp(client, RESOLVER, ACK, 103, 201, &asked[2..]);
    wire.tcp(RESOLVER, client, ACK, 231, 900, &answered[30..]).tcp(RESOLVER, client, ACK, 201, 900, &answered[..30]);
    wire.tcp(CLIENT, SERVER, SYN, 1, 0, b"");
    let facts = wire.facts();
    assert_eq!(facts.dns.len(), 2);
    assert!(facts.dns[0].answer.as_ref().unwrap().truncated && !facts.dns[0].tcp);
    assert!(facts.dns[1].tcp);
    assert_eq!(shape(&facts.dns[1]), (vec![6], Some(9)));
    assert_eq!(facts.flows.len(), 1);
}

#[test]
fn an_alias_that_is_asked_for_apart_leads_to_the_server() {
    let mut wire = Wire::new();
    wire.udp("192.0.2.10:5000", RESOLVER, &query(7, HOST, 1));
    wire.udp(RESOLVER, "192.0.2.10:5000", &answer(7, HOST, &[(HOST, "edge.example.net")]));
    wire.udp("192.0.2.10:5000", RESOLVER, &query(8, "edge.example.net", 1));
    wire.udp(RESOLVER, "192.0.2.10:5000", &answer(8, "edge.example.net", &[("edge.example.net", "198.51.100.7")]));
    wire.tcp(CLIENT, SERVER, SYN, 1, 0, b"");
    let facts = wire.facts();
    assert_eq!(facts.dns[0].answer.as_ref().unwrap().cnames, ["edge.example.net"]);
    assert_eq!((facts.dns.len(), facts.flows.len(), facts.parts.len()), (2, 1, 1));
}

#[test]
fn a_resolver_that_is_not_there_is_told_by_icmp() {
    let mut wire = Wire::new();
    let asked: Vec<_> =
        [(7, 1), (8, 28)].map(|(id, kind)| udp("192.0.2.10:5000", RESOLVER, &query(id, HOST, kind), id)).to_vec();
    wire.packet(&asked[0]).packet(&asked[1]);
    // The first quotes eight bytes, the second the whole query.
    wire.packet(&icmp("192.0.2.53", "192.0.2.10", 3, 3, &asked[1]));
    wire.packet(&icmp("192.0.2.53", "192.0.2.10", 3, 3, &asked[0][..28]));
    let dns = wire.facts().dns;
    assert_eq!(dns.iter().map(|exchange| exchange.icmp.unwrap().at.frame).collect::<Vec<_>>(), [4, 3]);
}

#[test]
fn an_answer_without_its_query_is_an_exchange() {
    let mut wire = Wire::new();
    let answered = answer(7, HOST, &[(HOST, "198.51.100.7")]);
    wire.udp(RESOLVER, "192.0.2.10:5000", &answered).udp(RESOLVER, "192.0.2.10:5000", &answered);
    assert_eq!(shapes(&wire), [(vec![], Some(1))]);
}

#[test]
fn fragments_of_an_answer_are_put_together_in_any_order() {
    let records: Vec<_> = (0..90).map(|number| format!("198.51.100.{number}")).collect();
    let records: Vec<_> = records.iter().map(|address| (HOST, address.as_str())).collect();
    let answered = udp(RESOLVER, "192.0.2.10:5000", &answer(7, HOST, &records), 77);
    let (header, body) = answered.split_at(20);
    let fragment = |from: usize, to: usize| {
        let mut packet = header.to_vec();
        let part = &body[from..to];
        packet[2..4].copy_from_slice(&(20 + part.len() as u16).to_be_bytes());
        let more = if to < body.len() { 0x2000 } else { 0 };
        packet[6..8].copy_from_slice(&(more | (from / 8) as u16).to_be_bytes());
        packet.extend(part);
        packet
    };
    let mut wire = Wire::new();
    wire.udp("192.0.2.10:5000", RESOLVER, &query(7, HOST, 1));
    wire.packet(&fragment(1600, body.len())).packet(&fragment(0, 800)).packet(&fragment(0, 800));
    wire.packet(&fragment(800, 1600));
    let dns = wire.facts().dns;
    assert_eq!(shape(&dns[0]), (vec![1], Some(5)));
    assert_eq!(dns[0].answer.as_ref().unwrap().addresses.len(), 90);
}

#[test]
fn an_answer_for_another_port_shows_that_a_query_is_missing() {
    let (asked, answered) = (query(7, HOST, 1), answer(8, HOST, &[(HOST, "198.51.100.7")]));
    let client = "192.0.2.10".parse().unwrap();
    let missing = |answered_to: &str, asks: bool| {
        let mut wire = Wire::new();
        wire.udp("192.0.2.10:5000", RESOLVER, &asked).wait(1000).udp(RESOLVER, answered_to, &answered);
        if asks {
            wire.udp("192.0.2.10:5001", RESOLVER, &query(8, HOST, 1));
        }
        wire.facts().dns_queries_missing.contains(&client)
    };
    assert!(missing("192.0.2.10:5001", false));
    // Its query stands behind it in the file.
    assert!(!missing("192.0.2.10:5001", true));
    // To the port that was seen to ask, with another identification, anybody may have sent it.
    assert!(!missing("192.0.2.10:5000", false));
}

#[test]
fn an_answer_before_its_query_is_an_answer_behind_an_older_question_too() {
    let found = answer(8, HOST, &[(HOST, "198.51.100.7")]);
    for (first_answered, pause) in [(true, 4000), (true, 9000), (false, 1000), (false, 9000)] {
        let mut wire = Wire::new();
        wire.udp("192.0.2.10:5000", RESOLVER, &query(7, HOST, 1));
        if first_answered {
            wire.udp(RESOLVER, "192.0.2.10:5000", &answer(7, HOST, &[(HOST, "198.51.100.7")]));
        }
        wire.wait(pause).udp(RESOLVER, "192.0.2.10:5001", &found).udp("192.0.2.10:5001", RESOLVER, &query(8, HOST, 1));
        let last = wire.facts().dns.last().and_then(|exchange| exchange.answer.as_ref().map(|answer| answer.at.frame));
        assert_eq!(last, Some(if first_answered { 3 } else { 2 }), "{first_answered} {pause}");
    }
}
