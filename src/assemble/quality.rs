//! What each capture could see, as the report shows it, and which verdicts that weakens.

use std::collections::BTreeMap;

use crate::capture::{CaptureQuality, Direction};
use crate::model::lack::Lack;
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
    let lacks = |lack: Lack| match lack {
        Lack::ServerSide => one == Some(Direction::FromClients),
        Lack::ClientSide => one == Some(Direction::FromServers),
        Lack::Dropped => dropped.is_some_and(|dropped| dropped > 0),
        Lack::Gaps => seen.followed.with_gaps > 0,
        Lack::DnsAnswers => seen.frames.dns_queries > 0 && seen.frames.dns_answers == 0,
        Lack::Dns => seen.frames.tcp > 0 && seen.frames.dns_queries + seen.frames.dns_answers == 0,
        Lack::PacketEnds => seen.frames.cut > 0,
        Lack::Clock => seen.order.farthest > FAR_BACK,
    };
    let weakens = Lack::ALL.into_iter().filter(|lack| lacks(*lack)).map(|lack| lack.sentence().to_owned());
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
        weakens: weakens.collect(),
    }
}

/// Queues and interfaces put packets out of order by less than this, in nanoseconds.
const FAR_BACK: i64 = crate::model::time::SECOND;
