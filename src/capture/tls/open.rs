//! Opens the protected records of one direction, when the secrets are there.

use super::record::Record;
use super::rhythm::Content;
use super::session::Agreement;
use crate::capture::secrets::SessionSecrets;
use crate::capture::text::Text;
use crate::capture::{CertificateFacts, FrameRef, Side};

/// What was opened of a direction.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    /// Whether any record was.
    pub(super) any: bool,
    /// ALPN of EncryptedExtensions (TLS 1.3).
    pub(super) protocol: Option<String>,
    /// The chain (TLS 1.3).
    pub(super) certificate: Option<(FrameRef, Vec<CertificateFacts>)>,
    /// Application data.
    bytes: Vec<u8>,
    /// Position, range of `bytes` and frame of each record's content.
    pieces: Vec<(u64, std::ops::Range<usize>, FrameRef)>,
    /// Behind the last byte that was sent, as far as that is known.
    end: u64,
}

impl Opened {
    /// The application data.
    pub(crate) fn text(&self) -> Text<'_> {
        let mut pieces: Vec<(u64, &[u8])> = Vec::new();
        let mut marks = Vec::new();
        let mut joined: Option<(u64, std::ops::Range<usize>)> = None;
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
        Text::new(pieces, marks, self.end)
    }
}

/// The state of a direction.
pub(super) struct Opener {
    opened: Opened,
}

impl Opener {
    pub(super) fn new(_side: Side, _agreement: &Agreement, _secrets: &SessionSecrets) -> Self {
        Self { opened: Opened::default() }
    }

    /// What the next protected record holds; `None` when it cannot be opened.
    pub(super) fn open(&mut self, _record: &Record) -> Option<Content> {
        None
    }

    pub(super) fn finish(self) -> Opened {
        self.opened
    }
}
