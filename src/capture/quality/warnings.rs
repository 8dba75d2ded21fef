//! What a capture could not see, in sentences for the person who has to judge by it or to capture again.

use super::{CaptureQuality, Direction, InterfaceQuality, UnreadFrames};
use crate::capture::packet::Unread;
use crate::model::count::{counted, number};
use crate::model::time::SECOND;
use crate::model::warning::{Warning, WarningCode};

/// Frames out of order by less than this come from several queues; by more, the clock was set.
const SET_BACK: i64 = SECOND;
/// Kinds of unread frames that are told of.
const MAX_TOLD: usize = 8;

/// Returns the warnings about a file.
pub(crate) fn warnings(quality: &CaptureQuality) -> Vec<Warning> {
    let mut told: Vec<(WarningCode, String)> = Vec::new();
    told.extend(quality.unread.iter().take(MAX_TOLD).map(unread));
    if let Some(dropped) = quality.dropped().filter(|dropped| *dropped > 0) {
        let counted_by_program = |interface: &InterfaceQuality| interface.statistics?.dropped();
        let source = match quality.interfaces.iter().find_map(counted_by_program) {
            Some(_) => "interface statistics",
            None => "as its frames count them",
        };
        let message = format!(
            "the capture dropped {} ({source}), so that what seems unanswered may have been answered; capture with a filter \
             for the MDM server, the proxy and the resolvers, or with a larger buffer",
            counted(dropped, "packet")
        );
        told.push((WarningCode::PacketsDropped, message));
    }
    if let Some(direction) = quality.one_direction() {
        let (seen, missing) = match direction {
            Direction::FromClients => ("the node and other clients", "to them"),
            Direction::FromServers => ("servers", "to them"),
        };
        let connections = quality.directions.only_client + quality.directions.only_server;
        let message = format!(
            "only packets from {seen} were captured, none {missing}: {} went on as if nothing had been answered; capture both \
             directions",
            counted(connections, "connection")
        );
        told.push((WarningCode::OneDirection, message));
    }
    let followed = &quality.followed;
    if followed.with_gaps > 0 {
        let mut what = Vec::new();
        if followed.lost_bytes > 0 {
            what.push(format!("{} that the other side acknowledged", counted(followed.lost_bytes, "byte")));
        }
        if followed.half_handshakes > 0 {
            what.push(format!("the SYN or SYN-ACK of {}", counted(followed.half_handshakes, "handshake")));
        }
        let message = format!(
            "packets are missing from {} of {} to MDM servers and proxies: {}",
            number(followed.with_gaps),
            counted(followed.connections, "connection"),
            what.join(" and ")
        );
        told.push((WarningCode::PacketsMissing, message));
    }
    if quality.order.farthest >= SET_BACK {
        let message = format!(
            "the times of {} run backwards, by up to {:.1} s: the clock was set while it captured, or files were put together",
            counted(quality.order.backwards, "frame"),
            quality.order.farthest as f64 / SECOND as f64
        );
        told.push((WarningCode::TimeBackwards, message));
    }
    told.into_iter().map(|(code, message)| Warning::about(quality.input, code, message)).collect()
}

fn unread(unread: &UnreadFrames) -> (WarningCode, String) {
    let were = if unread.frames == 1 { "was" } else { "were" };
    let message = format!(
        "{} of {} {were} not read, the first is {}",
        counted(unread.frames, "frame"),
        unread.at,
        unread.first_frame
    );
    match unread.at {
        Unread::Link(_) => (WarningCode::UnknownLinkType, message + "; capture on an Ethernet or `any` interface"),
        _ => (WarningCode::FramesNotRead, message + "; MDM traffic in them is missing here"),
    }
}
