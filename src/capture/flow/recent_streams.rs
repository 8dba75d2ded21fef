//! What a chunk of a file passes on of its connections. Only SYN, and what each side sends and acknowledges first, can begin a
//! connection or decide whether the next SYN does; a small memory tells most of the rest apart, and to pass on too many changes
//! nothing.

use super::stream_head::StreamHead;
use crate::capture::packet::Segment;

/// Connections that a chunk remembers.
const REMEMBERED: usize = 1 << 11;

/// The connections that a chunk remembers, to pass on little.
#[derive(Debug)]
pub(crate) struct RecentStreams {
    slots: Vec<(u64, u8)>,
}

/// Marks that one side of a connection was seen to send something, and to acknowledge something. The other side has the
/// bits above.
const SENT: u8 = 1;

const ACKNOWLEDGED: u8 = 4;

impl RecentStreams {
    pub(crate) fn new() -> Self {
        Self { slots: vec![(0, 0); REMEMBERED] }
    }

    /// Forgets a connection: all that follows a packet which was passed on without being asked for must be passed on, too.
    pub(crate) fn forget(&mut self, head: &StreamHead) {
        if let Some(slot) = self.slots.get_mut(head.pair as usize % REMEMBERED) {
            *slot = (0, 0);
        }
    }

    /// Returns whether a packet must be passed on.
    #[inline]
    pub(crate) fn is_news(&mut self, head: &StreamHead) -> bool {
        let Some(slot) = self.slots.get_mut(head.pair as usize % REMEMBERED) else { return true };
        if slot.0 != head.pair {
            *slot = (head.pair, 0);
        }
        let acknowledges = head.flags & Segment::ACK != 0;
        let opens = head.flags & Segment::SYN != 0 && !acknowledges;
        let sent = (SENT | if acknowledges { ACKNOWLEDGED } else { 0 }) << u8::from(head.reversed);
        // Behind a SYN, all that tells first numbers counts again.
        let seen = if opens { sent } else { slot.1 | sent };
        let news = seen != slot.1 || head.flags & Segment::SYN != 0;
        slot.1 = seen;
        news
    }
}
