//! The bytes of one direction as the application parsers see them: pieces with holes between, each byte with the frame
//! that brought it. Reassembled TCP payload and decrypted TLS records both take this shape.

use super::FrameRef;

/// Bytes of one direction; positions count what was sent, whether it was captured or not.
#[derive(Clone, Debug, Default)]
pub(crate) struct ByteStream<'a> {
    /// The pieces that were captured, in order, apart from each other.
    pieces: Vec<(u64, &'a [u8])>,
    /// The position at which the content of each frame begins, in order.
    marks: Vec<(u64, FrameRef)>,
    /// Behind the last byte.
    end: u64,
}

impl<'a> ByteStream<'a> {
    /// Makes a stream from pieces and marks, each in ascending order.
    pub(crate) fn new(pieces: Vec<(u64, &'a [u8])>, marks: Vec<(u64, FrameRef)>, end: u64) -> Self {
        Self { pieces, marks, end }
    }

    /// Returns the position behind the last byte that was sent.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Returns the bytes from a position to the next hole; empty inside a hole.
    pub(crate) fn at(&self, position: u64) -> &'a [u8] {
        let next = self.pieces.partition_point(|(start, _)| *start <= position);
        let piece = next.checked_sub(1).and_then(|index| self.pieces.get(index));
        piece.and_then(|(start, bytes)| bytes.get(usize::try_from(position - start).ok()?..)).unwrap_or_default()
    }

    /// Returns the first position from here on where there are bytes.
    pub(crate) fn resume(&self, position: u64) -> Option<u64> {
        if !self.at(position).is_empty() {
            return Some(position);
        }
        let next = self.pieces.partition_point(|(start, _)| *start <= position);
        self.pieces.get(next).map(|(start, _)| *start)
    }

    /// Returns the frame that brought the byte at a position.
    pub(crate) fn frame_at(&self, position: u64) -> Option<FrameRef> {
        let next = self.marks.partition_point(|(start, _)| *start <= position);
        self.marks.get(next.saturating_sub(1)).map(|(_, frame)| *frame)
    }

    /// Returns the frame that brought the last byte before a position.
    pub(crate) fn frame_before(&self, position: u64) -> Option<FrameRef> {
        self.frame_at(position.saturating_sub(1))
    }

    /// Returns what was sent from a position on, with positions that count from there.
    pub(crate) fn behind(&self, position: u64) -> Self {
        let pieces = self.pieces.iter().filter_map(|(start, bytes)| {
            let skipped = usize::try_from(position.saturating_sub(*start)).ok()?;
            let rest = bytes.get(skipped..).filter(|rest| !rest.is_empty())?;
            Some(((*start).max(position) - position, rest))
        });
        let at = self.marks.partition_point(|(start, _)| *start <= position).saturating_sub(1);
        let marks = self.marks.get(at..).unwrap_or_default();
        let marks = marks.iter().map(|(start, frame)| (start.saturating_sub(position), *frame));
        Self { pieces: pieces.collect(), marks: marks.collect(), end: self.end.saturating_sub(position) }
    }

    /// Returns where the contents of frames begin, from a position on.
    pub(crate) fn starts_from(&self, position: u64) -> impl Iterator<Item = u64> {
        let next = self.marks.partition_point(|(start, _)| *start < position);
        self.marks.get(next..).unwrap_or_default().iter().map(|(start, _)| *start)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    /// Makes a frame with this number, at so many milliseconds.
    pub(crate) fn frame(number: u64) -> FrameRef {
        FrameRef { time: Timestamp::from_nanos(number as i64 * 1_000_000), input: 0, frame: number }
    }

    /// Pieces by frame: `Ok` was captured, `Err` is a hole of that length.
    pub(crate) fn stream(pieces: &[(u64, Result<&[u8], u64>)]) -> ByteStream<'static> {
        let bytes: Vec<u8> = pieces.iter().flat_map(|(_, piece)| piece.unwrap_or_default()).copied().collect();
        let bytes: &'static [u8] = bytes.leak();
        let (mut stream, mut read, mut run) = (ByteStream::default(), 0, 0);
        for (number, piece) in pieces {
            match piece {
                Ok(piece) => {
                    stream.marks.push((stream.end, frame(*number)));
                    read += piece.len();
                    stream.end += piece.len() as u64;
                    let start = stream.end - (read - run) as u64;
                    // Neighbours are one piece, as in a reassembled stream.
                    stream.pieces.retain(|(known, _)| *known != start);
                    stream.pieces.push((start, &bytes[run..read]));
                }
                Err(hole) => {
                    stream.end += hole;
                    run = read;
                }
            }
        }
        stream
    }

    #[test]
    fn what_lies_behind_a_position_counts_from_there() {
        let stream = stream(&[(1, Ok(b"abc")), (0, Err(4)), (5, Ok(b"hi")), (6, Ok(b"jk"))]);
        let behind = stream.behind(8);
        assert_eq!((behind.at(0), behind.end()), (&b"ijk"[..], 3));
        assert_eq!((behind.frame_at(0), behind.frame_at(1)), (Some(frame(5)), Some(frame(6))));
        let behind = stream.behind(5);
        assert_eq!((behind.at(0), behind.resume(0), behind.at(2)), (&b""[..], Some(2), &b"hijk"[..]));
        assert_eq!(stream.behind(0).at(0), b"abc");
        assert_eq!((stream.behind(99).end(), stream.behind(99).at(0)), (0, &b""[..]));
    }

    #[test]
    fn bytes_and_their_frames_are_found_around_a_hole() {
        let stream = stream(&[(1, Ok(b"abc")), (0, Err(4)), (5, Ok(b"hi"))]);
        assert_eq!(
            (stream.at(1), stream.at(3), stream.at(7), stream.at(9)),
            (&b"bc"[..], &b""[..], &b"hi"[..], &b""[..])
        );
        assert_eq!(
            (stream.resume(0), stream.resume(3), stream.resume(8), stream.resume(9)),
            (Some(0), Some(7), Some(8), None)
        );
        assert_eq!((stream.frame_at(2), stream.frame_at(7)), (Some(frame(1)), Some(frame(5))));
        assert_eq!(stream.starts_from(1).collect::<Vec<_>>(), [7]);
        assert_eq!(stream.end(), 9);
    }
}
