//! HPACK (RFC 7541): the fields of a block of headers, of which those that came before are named by their number. What is
//! missing of a connection is missing in the table of numbers, and fields that can't be known are left out.

use std::collections::VecDeque;

use super::huffman::HUFFMAN;

/// The table that both sides know (appendix A), from number 1 on.
const STATIC: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];
/// Bytes that the table of earlier fields may take, whatever an update says: as much as the default of HTTP/2 and what servers
/// are known to allow.
const MAX_TABLE: usize = 64 << 10;
const DEFAULT_TABLE: usize = 4096;
/// Bytes that a field takes in the table besides its own (section 4.1).
const OVERHEAD: usize = 32;
/// Fields of a block that are read, and bytes of it with what its numbers stand for.
const MAX_FIELDS: usize = 256;
const MAX_BLOCK: usize = 256 << 10;

/// A name and its value.
pub(super) type Field = (Vec<u8>, Vec<u8>);

/// The state of one direction.
#[derive(Debug)]
pub(super) struct Decoder {
    /// Earlier fields, the newest first.
    table: VecDeque<Field>,
    size: usize,
    most: usize,
}

impl Decoder {
    /// Makes the state of a connection that begins.
    pub(super) fn new() -> Self {
        Self { table: VecDeque::new(), size: 0, most: DEFAULT_TABLE }
    }

    /// Takes note of a block that is not there: fields that it may have added can't be told apart from those that were there.
    pub(super) fn lose(&mut self) {
        self.table.clear();
        self.size = 0;
    }

    /// Returns the fields of a block, as far as they can be read.
    pub(super) fn decode(&mut self, block: &[u8]) -> Vec<Field> {
        let mut fields = Vec::new();
        let (mut rest, mut bytes) = (block, 0);
        while let Some(&first) = rest.first().filter(|_| fields.len() < MAX_FIELDS && bytes < MAX_BLOCK) {
            let read = match first {
                0x80.. => self.indexed(&mut rest),
                0x40..=0x7f => self.literal(&mut rest, 6, true),
                0x20..=0x3f => self.resize(&mut rest).map(|()| None),
                _ => self.literal(&mut rest, 4, false),
            };
            match read {
                Some(field) => {
                    bytes += field.as_ref().map_or(0, |(name, value)| name.len() + value.len());
                    fields.extend(field);
                }
                None => {
                    self.lose();
                    break;
                }
            }
        }
        fields
    }

    fn indexed(&self, rest: &mut &[u8]) -> Option<Option<Field>> {
        let index = integer(rest, 7)?;
        Some(self.named(index))
    }

    /// Reads a field whose value stands here, and its name too or the number of that.
    fn literal(&mut self, rest: &mut &[u8], prefix: u32, keep: bool) -> Option<Option<Field>> {
        let name = match integer(rest, prefix)? {
            0 => Some(string(rest)?),
            index => self.named(index).map(|(name, _)| name),
        };
        let value = string(rest)?;
        if keep {
            self.keep((name.clone().unwrap_or_default(), value.clone()));
        }
        Some(name.map(|name| (name, value)))
    }

    fn resize(&mut self, rest: &mut &[u8]) -> Option<()> {
        self.most = integer(rest, 5)?.min(MAX_TABLE);
        self.shrink();
        Some(())
    }

    fn keep(&mut self, field: Field) {
        self.size += field.0.len() + field.1.len() + OVERHEAD;
        self.table.push_front(field);
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.size > self.most {
            let Some((name, value)) = self.table.pop_back() else { break };
            self.size = self.size.saturating_sub(name.len() + value.len() + OVERHEAD);
        }
    }

    /// Returns the field with a number; one without a name stands for one that was lost.
    fn named(&self, index: usize) -> Option<Field> {
        let index = index.checked_sub(1)?;
        match STATIC.get(index) {
            Some((name, value)) => Some((name.as_bytes().to_vec(), value.as_bytes().to_vec())),
            None => self.table.get(index - STATIC.len()).filter(|(name, _)| !name.is_empty()).cloned(),
        }
    }
}

/// Reads a string (section 5.2).
fn string(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let coded = rest.first()? & 0x80 != 0;
    let length = integer(rest, 7)?;
    let (text, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    if coded { HUFFMAN.decode(text) } else { Some(text.to_vec()) }
}

/// Reads a number that begins in the last bits of a byte (section 5.1).
fn integer(rest: &mut &[u8], prefix: u32) -> Option<usize> {
    let (first, mut behind) = rest.split_first()?;
    let most = (1_usize << prefix) - 1;
    let mut value = usize::from(*first) & most;
    if value == most {
        for shift in [0, 7, 14, 21] {
            let (byte, more) = behind.split_first()?;
            behind = more;
            value += usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                *rest = behind;
                return Some(value);
            }
        }
        return None;
    }
    *rest = behind;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(decoder: &mut Decoder, hex: &str) -> Vec<String> {
        let fields = decoder.decode(&hex::decode(hex).unwrap());
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        fields.iter().map(|(name, value)| format!("{}={}", text(name), text(value))).collect()
    }

    #[test]
    fn the_requests_of_the_rfc_are_read_with_and_without_huffman() {
        for blocks in [
            [
                "828684410f7777772e6578616d706c652e636f6d",
                "828684be58086e6f2d6361636865",
                "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
            ],
            [
                "828684418cf1e3c2e5f23a6ba0ab90f4ff",
                "828684be5886a8eb10649cbf",
                "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
            ],
        ] {
            let mut decoder = Decoder::new();
            let of = |decoder: &mut Decoder, block| shown(decoder, block).join(" ");
            assert_eq!(of(&mut decoder, blocks[0]), ":method=GET :scheme=http :path=/ :authority=www.example.com");
            assert!(of(&mut decoder, blocks[1]).ends_with(":authority=www.example.com cache-control=no-cache"));
            assert!(of(&mut decoder, blocks[2]).ends_with("custom-key=custom-value"));
            assert_eq!((decoder.table.len(), decoder.size), (3, 164));
        }
    }

    #[test]
    fn fields_make_room_for_newer_ones() {
        // The responses of appendix C.5, with room for 256 bytes.
        let mut decoder = Decoder { most: 256, ..Decoder::new() };
        let first = shown(
            &mut decoder,
            "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d",
        );
        assert_eq!(first[0], ":status=302");
        assert_eq!(shown(&mut decoder, "4803333037c1c0bf")[0], ":status=307");
        assert_eq!(decoder.size, 222);
    }

    #[test]
    fn behind_a_lost_block_only_what_is_known_is_read() {
        let mut decoder = Decoder::new();
        shown(&mut decoder, "4803343031");
        assert_eq!(shown(&mut decoder, "be"), [":status=401"]);
        decoder.lose();
        // A number of the table that was lost, a field that both sides know, and one that stands there.
        assert_eq!(shown(&mut decoder, "be8d4803353033"), [":status=404", ":status=503"]);
        assert_eq!(shown(&mut decoder, "be"), [":status=503"]);
    }

    #[test]
    fn any_bytes_end_without_harm() {
        let mut decoder = Decoder::new();
        for first in 0..=255_u8 {
            for block in
                [vec![first], vec![first, 0xff, 0xff, 0xff, 0xff, 0xff], vec![first, 0x85, 0xff], vec![first; 99]]
            {
                decoder.decode(&block);
                assert!(decoder.size <= decoder.most.max(MAX_TABLE));
            }
        }
        // A short block that names a long field over and over.
        let mut decoder = Decoder::new();
        let long = [&[0x40, 1, b'x', 0x7f, 0x81, 0x16][..], &[b'y'; 2944]].concat();
        assert_eq!(decoder.decode(&long).len(), 1);
        let fields = decoder.decode(&[0xbe; 60_000]);
        assert!(fields.len() <= MAX_FIELDS);
    }
}
