//! What a TCP stack would not believe, no verdict may: a RST that is not of the connection, an ICMP error about a packet that
//! was not on its way, an acknowledgment of something that was never sent. Whoever can see or guess the ports of a connection
//! can send such packets, and older connections between the same ports leave some behind.
//!
//! A capture is not the stack: it may have lost what moved the numbers on. So numbers ahead of what was captured are believed
//! as far as a window reaches, and numbers behind what the other side acknowledged are not.

use super::reassembly::ReassembledDirection;
use crate::capture::packet::Segment;

/// How far ahead of what was captured a number may be: the largest receive buffer that systems have by default.
const WINDOW: i64 = 8 << 20;
/// What a client may have sent besides its SYN and not been captured, when the first packet of the server acknowledges it.
const FIRST_FLIGHT: i64 = 64 << 10;

impl ReassembledDirection<'_> {
    /// Returns whether a number may be of this direction now (RFC 9293, section 3.10.7.4): not behind what the other side
    /// acknowledged, and not farther ahead of what was sent than a window reaches.
    fn is_acceptable(&self, number: u32) -> bool {
        self.position_of(number).is_none_or(|position| {
            (self.acknowledged_up_to()..=self.sent_up_to().saturating_add(WINDOW)).contains(&position)
        })
    }

    /// Returns whether a number acknowledges the SYN that this side sent, and nothing beyond what may have followed it.
    fn is_acknowledged_by(&self, number: u32, follows: i64) -> bool {
        let Some(position) = self.initial().and_then(|_| self.position_of(number)) else { return true };
        (0..=self.sent_up_to().saturating_add(follows)).contains(&position)
    }
}

/// The numbers of a connection as both sides know them.
pub(super) struct KnownNumbers<'f, 'a> {
    pub(super) to_server: &'f ReassembledDirection<'a>,
    pub(super) to_client: &'f ReassembledDirection<'a>,
    /// Whether the server's answer to the SYN was captured.
    pub(super) has_syn_ack: bool,
}

impl KnownNumbers<'_, '_> {
    /// Returns whether the client's SYN was captured, and nothing that the server said to it.
    fn waits_for_syn_ack(&self) -> bool {
        self.to_server.initial().is_some() && !self.has_syn_ack && self.to_client.position_of(0).is_none()
    }

    /// Returns whether the side that receives a RST would believe it (RFC 9293, section 3.10.7.3; RFC 5961, section 3). In
    /// answer to a SYN it must acknowledge it.
    pub(super) fn believes_reset(&self, segment: &Segment<'_>, by_client: bool) -> bool {
        if by_client {
            return self.to_server.is_acceptable(segment.sequence);
        }
        if self.waits_for_syn_ack() {
            return segment.has(Segment::ACK) && self.to_server.is_acknowledged_by(segment.acknowledgment, 0);
        }
        self.to_client.is_acceptable(segment.sequence)
    }

    /// Returns whether a packet of the server is an answer to the SYN that opens nothing: it acknowledges something else, as a
    /// server does that believes in an older connection from the same port (RFC 5961, section 4).
    pub(super) fn is_challenge(&self, segment: &Segment<'_>) -> bool {
        let acknowledges = segment.flags & (Segment::SYN | Segment::ACK | Segment::RST) == Segment::ACK;
        acknowledges
            && self.waits_for_syn_ack()
            && !self.to_server.is_acknowledged_by(segment.acknowledgment, FIRST_FLIGHT)
    }

    /// Returns whether a packet of the client with this sequence number was on its way, so that an ICMP error that quotes it
    /// is believed (RFC 5927, section 4.1).
    pub(super) fn is_in_flight(&self, sequence: u32) -> bool {
        match self.to_server.position_of(sequence) {
            // Before the first byte stands the SYN.
            Some(position) if self.waits_for_syn_ack() => (-1..=self.to_server.sent_up_to()).contains(&position),
            Some(_) => self.to_server.is_acceptable(sequence),
            None => true,
        }
    }
}
