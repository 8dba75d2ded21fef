//! The end of a message's body (RFC 9112 section 6): found by its length or its chunks, without looking into it.

use super::head::{BodyLength, MAX_HEAD};
use crate::capture::byte_stream::ByteStream;

/// What is known of the end of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyEnd {
    /// The position behind it.
    At(u64),
    /// The stream ends before it.
    CutShort,
    /// No header says, or a line of its structure is missing.
    Unknown,
}

impl BodyEnd {
    /// Returns the position from which the next message can be read.
    pub(super) fn position(self) -> Option<u64> {
        match self {
            Self::At(position) => Some(position),
            Self::CutShort | Self::Unknown => None,
        }
    }

    /// Returns whether the body is all there, as far as it was sent; `None` when that cannot be told.
    pub(super) fn is_whole(self) -> Option<bool> {
        match self {
            Self::At(_) => Some(true),
            Self::CutShort => Some(false),
            Self::Unknown => None,
        }
    }
}

/// Finds the end of the body that begins at a position.
pub(super) fn body_end(stream: &ByteStream, start: u64, length: BodyLength) -> BodyEnd {
    match length {
        BodyLength::Unsaid => BodyEnd::Unknown,
        BodyLength::Length(length) => within(stream, start.saturating_add(length)),
        BodyLength::Chunked => chunks_end(stream, start),
    }
}

fn within(stream: &ByteStream, end: u64) -> BodyEnd {
    if end <= stream.end() { BodyEnd::At(end) } else { BodyEnd::CutShort }
}

/// Returns whether all that was sent from a position on is there, so that what is missing was not sent.
fn is_last(stream: &ByteStream, position: u64) -> bool {
    position.saturating_add(stream.at(position).len() as u64) >= stream.end()
}

/// Finds the end of the chunks and trailers that begin here (RFC 9112 section 7.1).
fn chunks_end(stream: &ByteStream, mut position: u64) -> BodyEnd {
    // A line that is not whole was cut by the end of what was sent, or by a hole.
    let cut = |position| if is_last(stream, position) { BodyEnd::CutShort } else { BodyEnd::Unknown };
    loop {
        let bytes = stream.at(position);
        let line = bytes.get(..MAX_HEAD).unwrap_or(bytes);
        let (length, size) = match httparse::parse_chunk_size(line) {
            Ok(httparse::Status::Complete(parsed)) => parsed,
            Ok(httparse::Status::Partial) => return cut(position),
            Err(_) => return BodyEnd::Unknown,
        };
        position += length as u64;
        if size > 0 {
            position = position.saturating_add(size).saturating_add(2);
            if position > stream.end() {
                return BodyEnd::CutShort;
            }
            continue;
        }
        // Trailers end with an empty line.
        loop {
            let bytes = stream.at(position);
            let Some(end) = memchr::memchr(b'\n', bytes) else { return cut(position) };
            position += end as u64 + 1;
            if matches!(bytes.get(..end), Some(b"" | b"\r")) {
                return BodyEnd::At(position);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::byte_stream::tests::stream;

    fn chunked(bytes: &[u8]) -> BodyEnd {
        body_end(&stream(&[(1, Ok(bytes))]), 0, BodyLength::Chunked)
    }

    #[test]
    fn chunks_end_with_the_line_behind_the_last_one() {
        assert_eq!(chunked(b"3\r\nabc\r\n0\r\nX: y\r\n\r\nHTTP"), BodyEnd::At(19));
        assert_eq!(chunked(b"0\r\n\r\n"), BodyEnd::At(5));
    }

    #[test]
    fn wherever_the_stream_ends_before_that_the_body_is_cut_short() {
        let whole = b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX: y\r\n\r\n";
        for end in 0..whole.len() {
            assert_eq!(chunked(&whole[..end]), BodyEnd::CutShort, "cut at {end}");
        }
    }

    #[test]
    fn a_hole_in_a_chunk_hides_nothing_and_one_in_its_line_does() {
        let pieces: [(u64, Result<&[u8], u64>); 3] = [(1, Ok(b"5\r\nab")), (0, Err(5)), (2, Ok(b"0\r\n\r\n"))];
        assert_eq!(body_end(&stream(&pieces), 0, BodyLength::Chunked), BodyEnd::At(15));
        let pieces: [(u64, Result<&[u8], u64>); 3] = [(1, Ok(b"5\r\nabcde\r\n")), (0, Err(3)), (2, Ok(b"xyz\r\n"))];
        assert_eq!(body_end(&stream(&pieces), 0, BodyLength::Chunked), BodyEnd::Unknown);
        assert_eq!(chunked(b"zz\r\n"), BodyEnd::Unknown);
    }

    #[test]
    fn a_length_is_compared_with_what_was_sent() {
        let body = stream(&[(1, Ok(b"ab")), (0, Err(6)), (2, Ok(b"cd"))]);
        assert_eq!(body_end(&body, 0, BodyLength::Length(10)), BodyEnd::At(10));
        assert_eq!(body_end(&body, 0, BodyLength::Length(11)), BodyEnd::CutShort);
        assert_eq!(body_end(&body, 0, BodyLength::Unsaid), BodyEnd::Unknown);
        assert_eq!(body_end(&body, 3, BodyLength::Length(u64::MAX)), BodyEnd::CutShort);
    }
}
