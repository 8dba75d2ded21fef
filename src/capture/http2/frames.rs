//! The frames of HTTP/2 (RFC 9113, section 4) in one direction, found again behind a hole where a frame begins with a record.

use crate::capture::byte_stream::ByteStream;

/// Length of a frame's header.
const HEADER: usize = 9;
/// What a client begins with (RFC 9113, section 3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// No side may send longer ones unless the other allows it, which those of browsers and servers do not.
const LONGEST: u64 = 1 << 20;

/// The type of a frame, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Http2FrameKind {
    Data,
    Headers,
    ResetStream,
    Continuation,
    Other,
}

/// A frame, with what was captured of its content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Http2Frame<'a> {
    /// Where its header begins.
    pub(super) start: u64,
    /// Behind its content.
    pub(super) end: u64,
    pub(super) kind: Http2FrameKind,
    pub(super) flags: u8,
    pub(super) stream: u32,
    /// Cut where the capture is.
    pub(super) content: &'a [u8],
    /// Something before it was not captured.
    pub(super) behind_hole: bool,
}

impl Http2Frame<'_> {
    /// Returns whether END_STREAM of HEADERS and DATA is set.
    pub(super) fn ends_stream(&self) -> bool {
        self.flags & 0x1 != 0
    }

    /// Returns whether END_HEADERS of HEADERS and CONTINUATION is set.
    pub(super) fn ends_headers(&self) -> bool {
        self.flags & 0x4 != 0
    }

    /// Returns whether all of its content was captured.
    pub(super) fn is_whole(&self) -> bool {
        self.start + (HEADER + self.content.len()) as u64 == self.end
    }

    /// Returns the block of headers in it, without padding and priority (RFC 9113, section 6.2).
    pub(super) fn block(&self) -> &[u8] {
        if self.kind == Http2FrameKind::Continuation {
            return self.content;
        }
        let padded = self.flags & 0x8 != 0;
        let padding = self.content.first().filter(|_| padded).map_or(0, |length| usize::from(*length));
        let begin = usize::from(padded) + if self.flags & 0x20 != 0 { 5 } else { 0 };
        let end = self.content.len().saturating_sub(padding);
        self.content.get(begin..end).unwrap_or_default()
    }
}

/// Returns whether a client begins to speak HTTP/2 here, or a server whose client was not captured.
pub(crate) fn speaks_http2(to_server: &ByteStream, to_client: &ByteStream) -> bool {
    let asked = to_server.at(0);
    if !asked.is_empty() {
        return asked.starts_with(PREFACE);
    }
    // SETTINGS come first (section 3.4): six bytes each, on no stream.
    matches!(to_client.at(0), [0, high, low, 4, 0, 0, 0, 0, 0, ..] if u16::from_be_bytes([*high, *low]) % 6 == 0)
}

/// The frames of a direction.
pub(super) struct Frames<'a, 's> {
    stream: &'s ByteStream<'a>,
    next: Option<u64>,
    lost: bool,
}

impl<'a, 's> Frames<'a, 's> {
    /// Reads from a position on.
    pub(super) fn of(stream: &'s ByteStream<'a>, start: u64) -> Self {
        let next = stream.resume(start);
        Self { stream, next, lost: next != Some(start) }
    }
}

impl<'a> Iterator for Frames<'a, '_> {
    type Item = Http2Frame<'a>;

    fn next(&mut self) -> Option<Http2Frame<'a>> {
        loop {
            let start = self.next?;
            let bytes = self.stream.at(start);
            let Some(mut frame) = read(start, bytes, self.lost) else {
                self.lost = true;
                self.next = self.stream.starts_from(start + 1).find(|&at| !self.stream.at(at).is_empty());
                continue;
            };
            frame.behind_hole = self.lost;
            self.next = self.stream.resume(frame.end);
            // A hole within a frame of known length hides no other frame.
            self.lost = self.next.is_some_and(|next| next != frame.end);
            return Some(frame);
        }
    }
}

/// Reads the frame that begins here; `None` when none does. Where that is a guess, it must look like one.
fn read(start: u64, bytes: &[u8], guessed: bool) -> Option<Http2Frame<'_>> {
    let (&[high, middle, low, kind, flags, a, b, c, d], content) = bytes.split_first_chunk::<HEADER>()?;
    let length = u64::from(u32::from_be_bytes([0, high, middle, low]));
    let stream = u32::from_be_bytes([a & 0x7f, b, c, d]);
    let kind = match kind {
        0 => Http2FrameKind::Data,
        1 => Http2FrameKind::Headers,
        3 => Http2FrameKind::ResetStream,
        9 => Http2FrameKind::Continuation,
        _ => Http2FrameKind::Other,
    };
    let is_of_stream = kind != Http2FrameKind::Other;
    if length > LONGEST || guessed && !(is_of_stream && stream % 2 == 1 && length <= 16_384 && a & 0x80 == 0) {
        return None;
    }
    let content = content.get(..usize::try_from(length).ok()?).unwrap_or(content);
    let end = start + HEADER as u64 + length;
    Some(Http2Frame { start, end, kind, flags, stream, content, behind_hole: false })
}
