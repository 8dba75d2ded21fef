//! Opens the protected records of one direction, when the secrets are there. A record that does not open leaves the session
//! as it is seen from outside.

use tls_parser::{TlsExtensionType, TlsHandshakeType, TlsRecordType};

use super::certificate::{client_certificate, read_certificate_message};
use super::contents::RecordContent;
use super::handshake::{HandshakeFragment, HandshakeMessage, Joiner};
use super::hello::{extensions, protocols};
use super::key_schedule::{KeySchedule, KeyStage, KeyedHandshake};
pub(crate) use super::opened::Opened;
use super::reader::Reader;
use super::record::TlsRecord;
use super::registry::{AlertDescription, AlertLevel, TlsVersion};
use crate::capture::FlowSide;

/// Handshakes within a session that are read; nobody needs more.
const MAX_HELLOS: usize = 4;

/// The state of a direction.
pub(super) struct RecordDecryptor {
    side: FlowSide,
    version: Option<TlsVersion>,
    /// None when there is nothing to open with.
    schedule: Option<KeySchedule>,
    /// Encrypted handshake messages (TLS 1.3).
    joiner: Joiner<'static>,
    /// The last record stayed closed.
    closed: bool,
    /// The last record was the first of the application's.
    begins_data: bool,
    content: Vec<u8>,
    opened: Opened,
}

impl RecordDecryptor {
    pub(super) fn new(side: FlowSide, handshakes: &[KeyedHandshake<'_>]) -> Self {
        Self {
            side,
            version: handshakes.first().and_then(|first| first.negotiated.version),
            schedule: KeySchedule::new(side, handshakes),
            joiner: Joiner::default(),
            closed: false,
            begins_data: false,
            content: Vec::new(),
            opened: Opened::default(),
        }
    }

    /// Opens the next protected record and tells what it holds; `None` when it stays closed.
    pub(super) fn open(&mut self, record: &TlsRecord) -> Option<RecordContent> {
        let schedule = self.schedule.as_mut()?;
        let before = schedule.stage();
        let tls13 = self.version == Some(TlsVersion::TLS13);
        // What was lost or stays closed may be application data, and where it lay matters to what follows.
        let carries_data =
            if tls13 { before != Some(KeyStage::Handshake) } else { record.kind == TlsRecordType::ApplicationData };
        if before != Some(KeyStage::Handshake) {
            self.opened.skip(record.lost_before);
        }
        self.begins_data = false;
        let Some(opening) = schedule.open(record, &mut self.content) else {
            if carries_data {
                self.opened.skip(schedule.content_at_most(record.length) as u64);
            }
            self.closed = true;
            return None;
        };
        self.opened.any = true;
        if before == Some(KeyStage::Early) && opening.stage != KeyStage::Early && opening.gapless {
            // Nobody ended the early data: the server did not want it, and the client sends it again.
            self.opened.forget();
        }
        let kind = if tls13 { take_type(&mut self.content)? } else { record.kind };
        let content = match kind {
            TlsRecordType::ApplicationData => {
                self.begins_data = tls13 && opening.stage == KeyStage::Application && opening.sequence == 0;
                self.opened.push(&self.content, record.at);
                RecordContent::Data
            }
            TlsRecordType::Alert => match self.content.as_slice() {
                &[level, description] => RecordContent::Alert(Some((AlertLevel(level), AlertDescription(description)))),
                _ => RecordContent::Alert(None),
            },
            TlsRecordType::ChangeCipherSpec if !tls13 => {
                // A handshake within the session comes to its end.
                schedule.advance();
                RecordContent::ChangeCipherSpec
            }
            TlsRecordType::Handshake => self.read_handshake(record, opening.stage, tls13),
            _ => RecordContent::Handshake,
        };
        self.closed = false;
        Some(content)
    }

    /// Returns whether the record that was opened last is the first one under the application's key (TLS 1.3): what came before it
    /// belonged to the handshake.
    pub(super) fn begins_data(&self) -> bool {
        self.begins_data
    }

    pub(super) fn finish(mut self) -> Opened {
        // A chain whose end was not captured begins with the server's own certificate all the same.
        for message in std::mem::take(&mut self.joiner).finish() {
            self.read_message(&message);
        }
        self.opened
    }

    fn read_handshake(&mut self, record: &TlsRecord, stage: KeyStage, tls13: bool) -> RecordContent {
        let mut piece = HandshakeFragment::of(record, &self.content);
        piece.length = piece.bytes.len();
        piece.lost_before |= self.closed;
        self.joiner.push_copied(piece);
        let mut finished = false;
        for message in self.joiner.take_complete() {
            self.read_message(&message);
            let last = tls13
                && match message.kind {
                    TlsHandshakeType::EndOfEarlyData => stage == KeyStage::Early,
                    TlsHandshakeType::Finished => stage == KeyStage::Handshake,
                    TlsHandshakeType::KeyUpdate => stage == KeyStage::Application,
                    _ => false,
                };
            finished |= message.kind == TlsHandshakeType::Finished && (last || !tls13);
            if let Some(schedule) = self.schedule.as_mut().filter(|schedule| last && schedule.stage() == Some(stage)) {
                schedule.advance();
            }
        }
        if finished { RecordContent::Finished } else { RecordContent::Handshake }
    }

    fn read_message(&mut self, message: &HandshakeMessage) {
        let client_certificate = client_certificate(message, self.side, self.version);
        self.opened.client_certificate = client_certificate.or(self.opened.client_certificate);
        let hello = [TlsHandshakeType::ClientHello, TlsHandshakeType::ServerHello].contains(&message.kind);
        if hello && message.body.len() == message.length && self.opened.hellos.len() < MAX_HELLOS {
            self.opened.hellos.push(message.body.to_vec());
        }
        if self.side == FlowSide::Client {
            return;
        }
        if message.kind == TlsHandshakeType::EncryptedExtensions && self.opened.protocol.is_none() {
            let alpn = TlsExtensionType::ApplicationLayerProtocolNegotiation;
            let list = extensions(&mut Reader::new(&message.body));
            let chosen = list.and_then(|mut list| list.find(|(kind, _)| *kind == alpn));
            self.opened.protocol = chosen.and_then(|(_, content)| protocols(content).into_iter().next());
        }
        if self.opened.certificate.is_none() {
            self.opened.certificate = read_certificate_message(message, self.version);
        }
    }
}

/// Takes padding and type off the end of a record's content (RFC 8446 section 5.2).
fn take_type(content: &mut Vec<u8>) -> Option<TlsRecordType> {
    let last = content.iter().rposition(|&byte| byte != 0)?;
    let kind = content.get(last).copied()?;
    content.truncate(last);
    Some(TlsRecordType(kind))
}
