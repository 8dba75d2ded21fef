//! The record layer (RFC 8446 section 5.1) over one direction: where each record lies, and what of it was captured. A hole
//! inside a record leaves the structure whole; one that swallowed a header makes the reader look for the next header
//! that others follow.

use tls_parser::TlsRecordType;

use crate::capture::FrameRef;
use crate::capture::byte_stream::ByteStream;

/// A protected record may be this long (RFC 5246 section 6.2.3 allows more than RFC 8446).
const MAX_LENGTH: usize = (1 << 14) + 2048;
const HEADER: u64 = 5;
/// Records that must follow a header for it to be believed behind a hole.
const CHAIN: usize = 3;
/// Records that are read of one direction; small ones by the million tell nothing more.
const MAX_RECORDS: usize = 1 << 18;

/// A record, or as much of it as was captured.
#[derive(Clone, Copy, Debug)]
pub(super) struct TlsRecord<'a> {
    pub(super) kind: TlsRecordType,
    pub(super) header: [u8; 5],
    /// The beginning of the content, up to the first hole.
    pub(super) body: &'a [u8],
    /// Length of the content as it was sent.
    pub(super) length: usize,
    /// Frame of the first byte.
    pub(super) at: FrameRef,
    /// Frame of the last byte.
    pub(super) end: FrameRef,
    /// Bytes before this record in which there may have been others.
    pub(super) lost_before: u64,
}

impl TlsRecord<'_> {
    pub(super) fn is_complete(&self) -> bool {
        self.body.len() == self.length
    }
}

struct RecordHeader {
    bytes: [u8; 5],
    length: usize,
}

fn header(stream: &ByteStream, position: u64) -> Option<RecordHeader> {
    let bytes: [u8; 5] = stream.at(position).get(..5)?.try_into().ok()?;
    let [kind, major, minor, high, low] = bytes;
    let length = usize::from(u16::from_be_bytes([high, low]));
    let empty_is_fine = kind == u8::from(TlsRecordType::ApplicationData);
    let plausible = (20..=24).contains(&kind) && major == 3 && minor <= 4 && length <= MAX_LENGTH;
    (plausible && (length > 0 || empty_is_fine)).then_some(RecordHeader { bytes, length })
}

/// Returns whether TLS is spoken from this position on.
pub(crate) fn begins_tls(stream: &ByteStream, position: u64) -> bool {
    header(stream, position).is_some()
}

/// Reads the records of a direction from a position on; none when what is there does not look like TLS.
pub(super) fn read_records<'a>(stream: &ByteStream<'a>, start: u64) -> Vec<TlsRecord<'a>> {
    let mut records = Vec::new();
    let mut position = start;
    let mut lost_before = 0;
    while position < stream.end() && records.len() < MAX_RECORDS {
        let Some(RecordHeader { bytes, length }) = header(stream, position) else {
            let Some(found) = resynchronise(stream, position) else { break };
            lost_before = found - position;
            position = found;
            continue;
        };
        let behind = position + HEADER + length as u64;
        let body = stream.at(position + HEADER);
        let body = body.get(..length).unwrap_or(body);
        let (Some(at), Some(end)) = (stream.frame_at(position), stream.frame_before(behind.min(stream.end()))) else {
            break;
        };
        let kind = TlsRecordType(bytes[0]);
        records.push(TlsRecord { kind, header: bytes, body, length, at, end, lost_before });
        lost_before = 0;
        position = behind;
    }
    records
}

/// Finds the next position that is believed to be the beginning of a record.
fn resynchronise(stream: &ByteStream, from: u64) -> Option<u64> {
    let mut position = stream.resume(from)?;
    loop {
        let bytes = stream.at(position);
        // Content types are few: most positions are passed by their first byte.
        let candidates = bytes.iter().enumerate().filter(|(_, byte)| (20..=24).contains(*byte));
        for (offset, _) in candidates {
            let candidate = position + offset as u64;
            if candidate >= from && believed(stream, candidate) {
                return Some(candidate);
            }
        }
        position = stream.resume(position + bytes.len() as u64)?;
    }
}

/// Returns whether a header is believed: when others follow it, or when its record ends where the text ends.
fn believed(stream: &ByteStream, mut position: u64) -> bool {
    for link in 0..CHAIN {
        let Some(found) = header(stream, position) else {
            // A hole that swallows a later header takes nothing away from those before it.
            return link > 0 && stream.at(position).is_empty() && position <= stream.end();
        };
        position += HEADER + found.length as u64;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::byte_stream::tests::{frame, stream};

    fn record(kind: u8, body: &[u8]) -> Vec<u8> {
        [&[kind, 3, 3][..], &(body.len() as u16).to_be_bytes(), body].concat()
    }

    #[test]
    fn records_are_found_across_frames() {
        let bytes = [record(22, &[1; 100]), record(20, &[1]), record(23, &[])].concat();
        let stream = stream(&[(1, Ok(&bytes[..50])), (2, Ok(&bytes[50..]))]);
        let records = read_records(&stream, 0);
        let seen: Vec<_> =
            records.iter().map(|record| (record.kind.0, record.body.len(), record.at, record.end)).collect();
        assert_eq!(seen, [(22, 100, frame(1), frame(2)), (20, 1, frame(2), frame(2)), (23, 0, frame(2), frame(2))]);
    }

    #[test]
    fn a_hole_inside_a_record_keeps_the_structure() {
        let bytes = [record(23, &[9; 300]), record(21, &[0; 26])].concat();
        let stream = stream(&[(1, Ok(&bytes[..30])), (0, Err(220)), (3, Ok(&bytes[250..]))]);
        let records = read_records(&stream, 0);
        assert_eq!(records.len(), 2);
        assert_eq!((records[0].body.len(), records[0].length, records[0].is_complete()), (25, 300, false));
        assert_eq!((records[1].kind.0, records[1].lost_before, records[1].is_complete()), (21, 0, true));
    }

    #[test]
    fn behind_a_hole_that_swallowed_headers_the_next_records_are_found() {
        let noise = [0x16, 0x03, 0x03, 0x00, 0x05, 0xff];
        let bytes = [&noise[..], &record(23, &[5; 40]), &record(23, &[6; 50]), &record(21, &[7; 26])].concat();
        let stream = stream(&[(0, Err(1000)), (7, Ok(&bytes))]);
        let records = read_records(&stream, 0);
        let seen: Vec<_> = records.iter().map(|record| (record.kind.0, record.length, record.lost_before)).collect();
        assert_eq!(seen, [(23, 40, 1006), (23, 50, 0), (21, 26, 0)]);
    }

    #[test]
    fn what_is_not_tls_has_no_records() {
        assert!(read_records(&stream(&[(1, Ok(&[0x17; 4096]))]), 0).is_empty());
        assert!(read_records(&stream(&[(1, Ok(b"GET / HTTP/1.1\r\n\r\n"))]), 0).is_empty());
        assert!(read_records(&ByteStream::default(), 0).is_empty());
    }
}
