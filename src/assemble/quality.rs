//! What each capture could see, as the report shows it, and which verdicts that weakens.

use std::collections::BTreeMap;

use crate::capture::{CaptureQuality, Direction};
use crate::model::report::{Directions, Quality};
use crate::model::sanitize::without_secrets;

/// Returns the quality of a capture file, with what it weakens in sentences.
pub(super) fn quality(seen: &CaptureQuality) -> Quality {
    let one = seen.one_direction();
    let directions = match (one, seen.directions.both > 0 || seen.frames.dns_answers > 0) {
        (Some(_), _) => Directions::One,
        (None, true) => Directions::Both,
        (None, false) => Directions::Unknown,
    };
    let dropped = seen.dropped();
    let mut unseen = Vec::new();
    if seen.frames.frames() > 0 {
        unseen.extend((seen.frames.dns_queries + seen.frames.dns_answers == 0).then(|| "DNS".to_owned()));
        unseen.extend((seen.frames.tcp == 0).then(|| "TCP".to_owned()));
        unseen.extend((seen.frames.icmp == 0).then(|| "ICMP".to_owned()));
    }
    let filter = seen.interfaces.iter().find_map(|interface| interface.described.filter.as_deref());
    let capture_filter = filter.map(|filter| without_secrets(filter).into_owned());
    let mut unread: BTreeMap<String, u64> = BTreeMap::new();
    for frames in &seen.unread {
        *unread.entry(frames.at.to_string()).or_default() += frames.frames;
    }
    let mut weakens = Vec::new();
    let mut say = |applies: bool, sentence: &str| weakens.extend(applies.then(|| sentence.to_owned()));
    say(
        one == Some(Direction::FromClients),
        "Only what clients send was captured: that no answer is seen says nothing, and no status, alert or RST of a server can be shown.",
    );
    say(
        one == Some(Direction::FromServers),
        "Only what servers send was captured: what the node asked for, and whether it closed the connection, can't be shown.",
    );
    say(
        dropped.is_some_and(|dropped| dropped > 0),
        "Packets were dropped while capturing: timeouts and resets are at most medium without the log.",
    );
    say(
        seen.followed.with_gaps > 0,
        "Packets that the other side acknowledged are missing: silence on these connections proves nothing.",
    );
    say(
        seen.frames.dns_queries > 0 && seen.frames.dns_answers == 0,
        "DNS queries are there and not one answer: that a name did not resolve can't be told from answers that were not captured.",
    );
    say(
        seen.frames.tcp > 0 && seen.frames.dns_queries + seen.frames.dns_answers == 0,
        "There is no DNS in it at all: a capture filter left it out, so that failures of DNS can't be shown.",
    );
    say(
        seen.frames.cut > 0,
        "A snap length cut packets: names and certificates, statuses and answers of DNS may be missing.",
    );
    say(
        seen.order.farthest > FAR_BACK,
        "The capture's clock was set back while it ran: durations across that moment are wrong.",
    );
    Quality {
        directions,
        dropped_packets: dropped,
        missing_bytes: seen.followed.lost_bytes,
        cut_packets: seen.frames.cut,
        duplicate_packets: seen.followed.duplicates,
        out_of_order_packets: seen.order.backwards,
        capture_filter,
        unseen_protocols: unseen,
        unread,
        weakens,
    }
}

/// Queues and interfaces put packets out of order by less than this, in nanoseconds.
const FAR_BACK: i64 = crate::model::time::SECOND;
