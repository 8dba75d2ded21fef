//! What a record holds, as far as decryption, its type or its place among the others can tell.

use super::registry::{AlertDescription, AlertLevel};
use crate::capture::{FlowSide, FrameRef};

/// Kinds of content that a diagnosis tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordContent {
    ChangeCipherSpec,
    /// Level and description; `None` when it is encrypted.
    Alert(Option<(AlertLevel, AlertDescription)>),
    /// A handshake message that is not `Finished`.
    Handshake,
    /// Finished, or the first encrypted handshake message that stands for it.
    Finished,
    /// Application data, known to be that.
    Data,
    /// Application data by its outer type; in TLS 1.3 that may be anything.
    Protected,
}

/// A record with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClassifiedRecord {
    pub(super) side: FlowSide,
    pub(super) content: RecordContent,
    pub(super) length: usize,
    pub(super) at: FrameRef,
    pub(super) end: FrameRef,
}
