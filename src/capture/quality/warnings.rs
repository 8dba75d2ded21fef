//! What a capture could not see, in sentences for the person who has to judge by it or to capture again.

use super::{CaptureQuality, Direction, InterfaceQuality, UnreadFrames};
use crate::capture::packet::Unread;
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
            grouped(followed.with_gaps),
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

/// Returns a number with its noun, in the plural where it must be.
fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Returns a number with commas between groups of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([grouped(7), grouped(4312), grouped(1_234_567)], ["7", "4,312", "1,234,567"]);
        assert_eq!([counted(1, "frame"), counted(1000, "frame")], ["1 frame", "1,000 frames"]);
    }
}
