//! The application data of a direction that was opened: as much as it takes to read the heads of requests and responses.

use std::ops::Range;

use crate::capture::byte_stream::ByteStream;
use crate::capture::http::{begins_request, begins_response};
use crate::capture::{CertificateFacts, ClientCertificate, FrameRef};

/// Bytes that are kept whatever they are.
const KEPT: usize = 1 << 20;
/// Bytes that are kept at most, when those beyond `KEPT` look like heads.
const MAX_KEPT: usize = 4 << 20;
/// Bytes that are kept of what looks like a head.
const MAX_HEAD: usize = 16 << 10;

/// The application data of a direction, and what its handshake told.
#[derive(Default)]
pub(crate) struct Opened {
    /// A record was opened.
    pub(super) any: bool,
    /// ALPN of EncryptedExtensions (TLS 1.3).
    pub(super) protocol: Option<String>,
    /// The chain (TLS 1.3).
    pub(super) certificate: Option<(FrameRef, Vec<CertificateFacts>)>,
    /// What the handshake shows of a certificate of the client.
    pub(super) client_certificate: Option<ClientCertificate>,
    /// Bodies of the hellos by which the session was negotiated again (TLS 1.2).
    pub(super) hellos: Vec<Vec<u8>>,
    /// Application data.
    bytes: Vec<u8>,
    /// Position, range of `bytes` and frame of each record's content.
    pieces: Vec<(u64, Range<usize>, FrameRef)>,
    /// Behind the last byte that was sent, as far as that is known.
    end: u64,
}

/// Shows how much there is and nothing of what it is.
impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("any", &self.any).field("end", &self.end).finish_non_exhaustive()
    }
}

impl Opened {
    /// Returns the application data.
    pub(crate) fn stream(&self) -> ByteStream<'_> {
        let mut pieces: Vec<(u64, &[u8])> = Vec::new();
        let mut marks = Vec::new();
        let mut joined: Option<(u64, Range<usize>)> = None;
        for (position, range, frame) in &self.pieces {
            marks.push((*position, *frame));
            joined = match joined {
                Some((start, open)) if start + open.len() as u64 == *position && open.end == range.start => {
                    Some((start, open.start..range.end))
                }
                other => {
                    pieces.extend(other.and_then(|(start, range)| Some((start, self.bytes.get(range)?))));
                    Some((*position, range.clone()))
                }
            };
        }
        pieces.extend(joined.and_then(|(start, range)| Some((start, self.bytes.get(range)?))));
        ByteStream::new(pieces, marks, self.end)
    }

    /// Adds the content of the next record.
    pub(super) fn push(&mut self, content: &[u8], at: FrameRef) {
        let room = MAX_KEPT.saturating_sub(self.bytes.len());
        let kept = if self.bytes.len() + content.len() <= KEPT {
            content
        } else if begins_request(content) || begins_response(content) {
            content.get(..MAX_HEAD.min(room)).unwrap_or(content)
        } else {
            &[]
        };
        if !kept.is_empty() && kept.len() <= room {
            let start = self.bytes.len();
            self.bytes.extend_from_slice(kept);
            self.pieces.push((self.end, start..self.bytes.len(), at));
        }
        self.end += content.len() as u64;
    }

    /// Leaves out what was sent and not opened.
    pub(super) fn skip(&mut self, length: u64) {
        self.end = self.end.saturating_add(length);
    }

    /// Takes back all application data.
    pub(super) fn forget(&mut self) {
        self.bytes.clear();
        self.pieces.clear();
        self.end = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::byte_stream::tests::frame;

    #[test]
    fn of_a_large_body_the_beginning_is_kept_and_positions_go_on() {
        let mut opened = Opened::default();
        opened.push(b"HTTP/1.1 200 OK\r\n\r\n", frame(1));
        for number in 0..200 {
            opened.push(&[b'x'; 16 << 10], frame(2 + number));
        }
        opened.push(b"HTTP/1.1 404 Not Found\r\n\r\n", frame(300));
        let end = 19 + 200 * (16 << 10) as u64;
        let stream = opened.stream();
        assert_eq!((stream.end(), stream.at(end)), (end + 26, &b"HTTP/1.1 404 Not Found\r\n\r\n"[..]));
        assert_eq!(stream.frame_at(end), Some(frame(300)));
        assert!(stream.at(0).len() > KEPT - (16 << 10) && opened.bytes.len() <= KEPT);
    }

    #[test]
    fn heads_without_end_are_not_kept_without_end() {
        let mut opened = Opened::default();
        let head = [b"GET / HTTP/1.1\r\n", [b'x'; 16000].as_slice()].concat();
        for number in 0..2000 {
            opened.push(&head, frame(number));
        }
        assert!(opened.bytes.len() <= MAX_KEPT);
        assert_eq!(opened.stream().end(), 2000 * head.len() as u64);
    }
}
