//! Handshake messages (RFC 8446 section 4) out of the records that carry them: several in one record, or one over many.

use std::borrow::Cow;

use tls_parser::TlsHandshakeType;

use super::record::TlsRecord;
use crate::capture::FrameRef;

/// A longer message is a mistake or an attack; certificate chains stay far below.
const MAX_MESSAGE: usize = 256 << 10;

/// A message, or as much of it as was captured.
#[derive(Clone, Debug)]
pub(super) struct HandshakeMessage<'a> {
    pub(super) kind: TlsHandshakeType,
    /// The beginning of the body, up to the first hole.
    pub(super) body: Cow<'a, [u8]>,
    /// Length of the body as it was sent.
    pub(super) length: usize,
    /// Frame in which it begins.
    pub(super) at: FrameRef,
    /// Frame in which it ends.
    pub(super) end: FrameRef,
}

/// The handshake content of one record.
#[derive(Clone, Copy, Debug)]
pub(super) struct HandshakeFragment<'a> {
    /// The bytes that were captured, from its beginning.
    pub(super) bytes: &'a [u8],
    /// Its length as it was sent.
    pub(super) length: usize,
    pub(super) at: FrameRef,
    pub(super) end: FrameRef,
    /// Something before it may be missing.
    pub(super) lost_before: bool,
}

impl<'a> HandshakeFragment<'a> {
    /// Makes a fragment of what a record holds.
    pub(super) fn of(record: &TlsRecord, bytes: &'a [u8]) -> Self {
        let length = record.length;
        Self { bytes, length, at: record.at, end: record.end, lost_before: record.lost_before > 0 }
    }
}

/// Puts messages together from fragments in order.
#[derive(Debug, Default)]
pub(super) struct Joiner<'a> {
    messages: Vec<HandshakeMessage<'a>>,
    /// The last of `messages` wants so many bytes more.
    missing: usize,
    /// A header that was cut by the end of a record, with the frame where it begins.
    header: Vec<u8>,
    header_at: Option<FrameRef>,
    /// A hole swallowed a header: only a record that begins with a message brings order again.
    lost: bool,
}

impl<'a> Joiner<'a> {
    /// Adds the next fragment.
    pub(super) fn push(&mut self, fragment: HandshakeFragment<'a>) {
        self.join(fragment, append);
    }

    /// Adds the next fragment, whose bytes go away.
    pub(super) fn push_copied(&mut self, fragment: HandshakeFragment) {
        self.join(fragment, |body, part| body.to_mut().extend_from_slice(part));
    }

    /// Takes out the messages that wait for nothing more.
    pub(super) fn take_complete(&mut self) -> Vec<HandshakeMessage<'a>> {
        let kept = self.messages.len() - usize::from(self.missing > 0).min(self.messages.len());
        self.messages.drain(..kept).collect()
    }

    fn join<'f>(&mut self, fragment: HandshakeFragment<'f>, append: impl Fn(&mut Cow<'a, [u8]>, &'f [u8])) {
        if fragment.lost_before {
            self.lose();
        }
        let mut bytes = fragment.bytes;
        // What was sent of this fragment behind `bytes`.
        let mut hole = fragment.length.saturating_sub(bytes.len());
        if self.lost {
            if !begins_message(bytes) {
                return;
            }
            self.lost = false;
        }
        loop {
            if self.missing > 0 {
                let Some(message) = self.messages.last_mut() else { return };
                let taken = self.missing.min(bytes.len());
                let (part, rest) = bytes.split_at(taken);
                // A body with a hole in it ends at the hole.
                if message.body.len() + self.missing == message.length {
                    append(&mut message.body, part);
                }
                message.end = fragment.end;
                self.missing -= taken;
                bytes = rest;
                let skipped = self.missing.min(hole);
                self.missing -= skipped;
                hole -= skipped;
                if skipped > 0 && hole > 0 {
                    return self.lose();
                }
                if self.missing > 0 {
                    // A hole inside of the body, or simply the end of the record.
                    return;
                }
            }
            if bytes.is_empty() {
                if hole > 0 {
                    self.lose();
                }
                return;
            }
            if self.header.is_empty() {
                self.header_at = Some(fragment.at);
            }
            let wanted = 4 - self.header.len().min(4);
            let (part, rest) = bytes.split_at(wanted.min(bytes.len()));
            self.header.extend_from_slice(part);
            bytes = rest;
            let &[kind, high, middle, low] = self.header.as_slice() else {
                if hole > 0 {
                    self.lose();
                }
                return;
            };
            let length = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
            let at = self.header_at.take().unwrap_or(fragment.at);
            self.header.clear();
            if length > MAX_MESSAGE || !is_known(kind) {
                return self.lose();
            }
            let kind = TlsHandshakeType(kind);
            self.messages.push(HandshakeMessage { kind, body: Cow::Borrowed(&[]), length, at, end: fragment.end });
            self.missing = length;
        }
    }

    /// Returns the messages so far.
    pub(super) fn messages(&self) -> &[HandshakeMessage<'a>] {
        &self.messages
    }

    /// Returns the messages, the last of which may be incomplete.
    pub(super) fn finish(self) -> Vec<HandshakeMessage<'a>> {
        self.messages
    }

    fn lose(&mut self) {
        self.lost = true;
        self.missing = 0;
        self.header.clear();
    }
}

fn append<'a>(body: &mut Cow<'a, [u8]>, part: &'a [u8]) {
    if body.is_empty() {
        *body = Cow::Borrowed(part);
    } else if !part.is_empty() {
        body.to_mut().extend_from_slice(part);
    }
}

fn begins_message(bytes: &[u8]) -> bool {
    matches!(bytes, [kind, 0, middle, ..] if is_known(*kind) && *middle < 0x80)
}

/// Types that IANA has assigned (TLS HandshakeType).
fn is_known(kind: u8) -> bool {
    matches!(kind, 0..=6 | 8 | 11..=16 | 20..=26 | 67 | 254)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::byte_stream::tests::frame;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        [&[kind][..], &(body.len() as u32).to_be_bytes()[1..], body].concat()
    }

    fn fragment(bytes: &[u8], hole: usize, number: u64) -> HandshakeFragment<'_> {
        let frame = frame(number);
        HandshakeFragment { bytes, length: bytes.len() + hole, at: frame, end: frame, lost_before: false }
    }

    fn shown(messages: &[HandshakeMessage]) -> Vec<(u8, usize, usize)> {
        messages.iter().map(|message| (message.kind.0, message.body.len(), message.length)).collect()
    }

    #[test]
    fn fragmentation_never_changes_the_messages() {
        let bytes = [message(2, &[1; 70]), message(11, &[2; 600]), message(14, &[])].concat();
        for size in [1, 3, 4, 5, 64, 74, 75, 2000] {
            let mut joiner = Joiner::default();
            for (number, chunk) in bytes.chunks(size).enumerate() {
                joiner.push(fragment(chunk, 0, number as u64));
            }
            let messages = joiner.finish();
            assert_eq!(shown(&messages), [(2, 70, 70), (11, 600, 600), (14, 0, 0)], "fragments of {size}");
            assert!(messages[1].body.iter().all(|&byte| byte == 2));
        }
    }

    #[test]
    fn a_hole_cuts_one_message_and_keeps_the_next() {
        let bytes = [message(2, &[1; 70]), message(11, &[2; 600]), message(14, &[])].concat();
        let mut joiner = Joiner::default();
        joiner.push(fragment(&bytes[..100], 500, 1));
        joiner.push(fragment(&bytes[600..], 0, 2));
        assert_eq!(shown(&joiner.finish()), [(2, 70, 70), (11, 22, 600), (14, 0, 0)]);
    }

    #[test]
    fn a_hole_over_a_header_is_left_at_the_next_record_that_begins_with_a_message() {
        let bytes = [message(2, &[1; 70]), message(11, &[2; 600])].concat();
        let mut joiner = Joiner::default();
        joiner.push(fragment(&bytes[..40], 60, 1));
        joiner.push(fragment(&[0xff; 90], 0, 2));
        let last = message(14, &[]);
        joiner.push(fragment(&last, 0, 3));
        assert_eq!(shown(&joiner.finish()), [(2, 36, 70), (14, 0, 0)]);
    }
}
