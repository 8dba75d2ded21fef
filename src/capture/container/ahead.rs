//! A look at where the next frames begin, so that they come from memory side by side.
//!
//! Where a frame ends stands in its header, which has to come from memory first: a walk from header to header waits for memory
//! at each frame, and does little else on a capture of long ones.

use std::hint::black_box;

use super::frame::Position;

/// Frames from one look to the next: what is touched of them fits into the cache that is nearest.
const FRAMES: usize = 64;
/// Bytes of a frame, in the middle, below which the processor loads what comes next by itself.
const LEAST: usize = 256;
/// Headers of link, network and transport, and the first bytes behind them, reach into the next line of the cache or the one behind.
const FURTHER: [usize; 2] = [64, 88];

/// Walks from frame to frame, and looks ahead to where the next ones begin: `length` tells how long one is with its header, as far as its
/// header can tell, and `read` reads it and returns where it ends, or where there is none, how to go on. Both are given the reader.
#[inline]
pub(super) fn walk<R>(
    reader: &mut R,
    bytes: &[u8],
    mut at: usize,
    until: usize,
    length: impl Fn(&R, usize) -> Option<usize>,
    mut read: impl FnMut(&mut R, usize) -> Result<usize, Position>,
) -> Position {
    let mut ahead = Ahead::default();
    while at < until {
        for _ in 0..ahead.look(bytes, at, until, |at| length(reader, at)) {
            if at >= until {
                break;
            }
            match read(reader, at) {
                Ok(behind) => at = behind,
                Err(position) => return position,
            }
        }
    }
    Position::At(at)
}

/// Looks ahead from header to header.
#[derive(Clone, Copy, Debug, Default)]
struct Ahead {
    /// The place of the last look, and the frames that were walked since.
    from: usize,
    frames: usize,
    /// The two lengths that were met last, header and all. Most frames of a capture have one of two: full segments and
    /// acknowledgments.
    last: usize,
    other: usize,
}

impl Ahead {
    /// Touches the frames that begin from a place on, where they are long; `length` tells how long one is, with its header.
    /// Returns how many may be walked before the next look, one at the least.
    #[inline]
    fn look(&mut self, bytes: &[u8], at: usize, until: usize, length: impl Fn(usize) -> Option<usize>) -> usize {
        let short = at - self.from < self.frames * LEAST;
        self.from = at;
        self.frames = if short { FRAMES } else { self.touch(bytes, at, until, length).max(1) };
        self.frames
    }

    fn touch(&mut self, bytes: &[u8], mut at: usize, until: usize, length: impl Fn(usize) -> Option<usize>) -> usize {
        let (mut touched, mut frames) = (0, 0);
        while frames < FRAMES
            && at < until
            && let Some(length) = length(at)
        {
            touched ^= FURTHER.iter().filter_map(|further| bytes.get(at + further)).fold(0, |all, byte| all ^ byte);
            at += self.guessed(length);
            frames += 1;
        }
        black_box(touched);
        frames
    }

    /// Returns the length that it is given. A branch for each of the usual ones makes the processor guess which it will be, and go
    /// on to the header behind before it knows.
    #[inline]
    fn guessed(&mut self, length: usize) -> usize {
        // Without the black boxes, both branches would be seen to return what they were given, and be gone.
        if length == self.last {
            black_box(self.last)
        } else if length == self.other {
            black_box(self.other)
        } else {
            (self.last, self.other) = (length, self.last);
            length
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_goes_as_far_as_there_are_frames() {
        let bytes = vec![0; 2000];
        let look = |at, until, length: Option<usize>| Ahead::default().look(&bytes, at, until, |_| length);
        assert_eq!(look(0, 2000, Some(300)), 7);
        assert_eq!(look(0, 900, Some(300)), 3);
        assert_eq!(look(0, 2000, Some(1)), FRAMES);
        assert_eq!(look(100, 2000, None), 1);
    }

    #[test]
    fn short_frames_are_walked_without_a_look() {
        let mut ahead = Ahead::default();
        let bytes = vec![0; 100_000];
        assert_eq!(ahead.look(&bytes, 0, 6400, |_| Some(100)), FRAMES);
        assert_eq!(ahead.look(&bytes, 6400, 100_000, |_| None), FRAMES);
        assert_eq!(ahead.look(&bytes, 6400 + FRAMES * LEAST, 100_000, |_| None), 1);
    }

    #[test]
    fn lengths_come_out_as_they_went_in() {
        let mut ahead = Ahead::default();
        for length in [0, 66, 1514, 66, 1514, 1514, 0, 1514, 66, usize::MAX, 66] {
            assert_eq!(ahead.guessed(length), length);
        }
    }
}
