//! Which key and which sequence number a record was protected with. Both follow from the records before it, and where
//! some of those are missing, from trying: a record that opens proves them. What is tried in vain is paid for by what was
//! captured, so that the work stays in proportion to the input.

use std::collections::VecDeque;

use super::keys::{from_master, from_traffic_secret, next_traffic_secret};
use super::parameters::NegotiatedParameters;
use super::protection::Protection;
use super::record::TlsRecord;
use super::registry::TlsVersion;
use super::suites::Suite;
use crate::capture::FlowSide;
use crate::capture::secrets::{Secret, SessionSecrets};

/// The shortest protected record, header and all: many of these may lie in a hole.
const SHORTEST: u64 = 22;
/// Work on vain trials that every direction may do, in bytes.
const FREE: u64 = 128 << 10;
/// Work on vain trials for each byte that was captured.
const PER_BYTE: u64 = 16;
/// Cost of a trial besides the bytes of the record.
const TRIAL: u64 = 64;
/// Records that stayed closed and may not have counted, as something broken looked like them.
const DOUBTFUL: u64 = 4;
/// Bytes that are decrypted of a direction; more is bulk that tells nothing new.
const BULK: u64 = 64 << 20;

/// The purpose of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyStage {
    /// Early data, sent along with the ClientHello (TLS 1.3).
    Early,
    /// The encrypted part of the handshake (TLS 1.3).
    Handshake,
    /// Application data; up to TLS 1.2, all that is protected.
    Application,
}

struct Epoch {
    stage: KeyStage,
    protection: Protection,
    /// The secret that later keys are made of (TLS 1.3).
    secret: Option<Secret>,
}

/// The key and the number by which a record was opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    pub(super) stage: KeyStage,
    pub(super) sequence: u64,
    /// No record of this direction is missing before this one.
    pub(super) gapless: bool,
}

/// A handshake with the secrets that came of it. Behind the first there are others where TLS 1.2 negotiates again.
#[derive(Clone, Debug)]
pub(super) struct KeyedHandshake<'a> {
    pub(super) negotiated: NegotiatedParameters<'a>,
    pub(super) secrets: SessionSecrets,
}

/// The keys of a direction in the order of their use, and where in that order its records are.
pub(super) struct KeySchedule {
    suite: Suite,
    /// From the one in use on.
    epochs: VecDeque<Epoch>,
    /// Sequence number behind the last record that was opened.
    next: u64,
    /// Records since then that stayed closed.
    closed: u64,
    /// At most so many more are missing.
    lost: u64,
    /// At least so many of them, as trials have shown.
    lost_at_least: u64,
    /// Sequence number and explicit nonce of the last record that was opened.
    nonce: Option<(u64, u64)>,
    /// Work on vain trials that is left.
    allowance: u64,
    decrypted: u64,
}

impl KeySchedule {
    /// Makes the schedule of a direction; `None` when the secrets open nothing of it.
    pub(super) fn new(side: FlowSide, handshakes: &[KeyedHandshake<'_>]) -> Option<Self> {
        let (KeyedHandshake { negotiated, secrets }, later) = handshakes.split_first()?;
        let (version, suite) = (negotiated.version?, Suite::of(negotiated.cipher?)?);
        let mut epochs = VecDeque::new();
        if version == TlsVersion::TLS13 {
            let (early, handshake, traffic) = match side {
                FlowSide::Client => (&secrets.client_early, &secrets.client_handshake, &secrets.client_traffic),
                FlowSide::Server => (&None, &secrets.server_handshake, &secrets.server_traffic),
            };
            let early = early.as_ref().filter(|_| negotiated.early_data);
            epochs.extend(early.and_then(|secret| epoch(suite, KeyStage::Early, secret)));
            epochs.extend(handshake.as_ref().and_then(|secret| epoch(suite, KeyStage::Handshake, secret)));
            epochs.extend(traffic.as_ref().and_then(|secret| epoch(suite, KeyStage::Application, secret)));
        } else {
            epochs.push_back(epoch_of_master(side, negotiated, secrets)?);
            epochs.extend(later.iter().map_while(|again| epoch_of_master(side, &again.negotiated, &again.secrets)));
        }
        let mut schedule = Self {
            suite,
            epochs,
            next: 0,
            closed: 0,
            lost: 0,
            lost_at_least: 0,
            nonce: None,
            allowance: FREE,
            decrypted: 0,
        };
        schedule.add_update();
        (!schedule.epochs.is_empty()).then_some(schedule)
    }

    /// Opens the next protected record into `content`.
    pub(super) fn open(&mut self, record: &TlsRecord, content: &mut Vec<u8>) -> Option<Opening> {
        self.lost = self.lost.saturating_add(record.lost_before.div_ceil(SHORTEST));
        self.allowance = self.allowance.saturating_add(PER_BYTE.saturating_mul(record.body.len() as u64));
        let opened = if self.decrypted < BULK { self.find(record, content) } else { None };
        for epoch in &mut self.epochs {
            epoch.protection.pass(record);
        }
        let Some((index, sequence)) = opened else {
            self.closed += 1;
            return None;
        };
        let gapless = self.closed == 0 && self.lost == 0;
        self.epochs.drain(..index);
        self.restart(sequence + 1);
        self.add_update();
        self.decrypted += record.length as u64;
        let epoch = self.epochs.front()?;
        self.nonce = epoch.protection.explicit_nonce(record).map(|nonce| (sequence, nonce));
        Some(Opening { stage: epoch.stage, sequence, gapless })
    }

    /// Goes on to the next record, which has the next key.
    pub(super) fn advance(&mut self) {
        if self.epochs.len() > 1 {
            self.epochs.pop_front();
            self.restart(0);
            self.add_update();
        }
    }

    /// Returns the purpose of the key in use.
    pub(super) fn stage(&self) -> Option<KeyStage> {
        self.epochs.front().map(|epoch| epoch.stage)
    }

    /// Returns how many bytes of content a record of this length can have at most.
    pub(super) fn content_at_most(&self, length: usize) -> usize {
        self.epochs.front().map_or(length, |epoch| epoch.protection.content_at_most(length))
    }

    fn restart(&mut self, next: u64) {
        self.next = next;
        (self.closed, self.lost, self.lost_at_least) = (0, 0, 0);
    }

    /// Keeps the key behind the one in use at hand, as a KeyUpdate may be missing.
    fn add_update(&mut self) {
        let Some(Epoch { stage: KeyStage::Application, secret: Some(secret), .. }) = self.epochs.back() else { return };
        if self.epochs.iter().filter(|epoch| epoch.stage == KeyStage::Application).count() < 2 {
            let next = next_traffic_secret(self.suite, secret);
            self.epochs.extend(next.and_then(|next| epoch(self.suite, KeyStage::Application, &next)));
        }
    }

    /// Finds the key and the sequence number that open a record.
    fn find(&mut self, record: &TlsRecord, content: &mut Vec<u8>) -> Option<(usize, u64)> {
        let cost = TRIAL + record.body.len() as u64;
        for (index, epoch) in self.epochs.iter().enumerate().filter(|(_, epoch)| epoch.protection.can_open(record)) {
            // A key that opened something has opened all before it; with another, earlier records may have had any.
            let begun = index == 0 && self.next > 0;
            let behind = self.next.saturating_add(self.closed);
            let (first, last) = if begun {
                (behind.saturating_add(self.lost_at_least), behind.saturating_add(self.lost))
            } else {
                (0, self.closed.saturating_add(self.lost))
            };
            let counted = self.nonce.zip(epoch.protection.explicit_nonce(record));
            let guess = counted.map(|((sequence, last), nonce)| sequence.wrapping_add(nonce.wrapping_sub(last)));
            let guess = guess.filter(|guess| (first..=last).contains(guess) && *guess != first);
            // What stayed closed may have been no record at all.
            let doubtful = if begun { behind.saturating_sub(DOUBTFUL).max(self.next)..behind } else { 0..0 };
            for sequence in guess.into_iter().chain(first..=last).chain(doubtful) {
                if epoch.protection.open(record, sequence, content) {
                    return Some((index, sequence));
                }
                self.allowance = self.allowance.saturating_sub(cost);
                if self.allowance == 0 {
                    return None;
                }
                if begun && guess != Some(sequence) && sequence >= behind && self.lost_at_least < self.lost {
                    self.lost_at_least += 1;
                }
            }
        }
        None
    }
}

/// Makes the epoch of a handshake up to TLS 1.2.
fn epoch_of_master(side: FlowSide, negotiated: &NegotiatedParameters<'_>, secrets: &SessionSecrets) -> Option<Epoch> {
    let (version, suite) = (negotiated.version?, Suite::of(negotiated.cipher?)?);
    let secrets = (secrets.master.as_ref()?, negotiated.client_random, negotiated.server_random);
    let keys = from_master(suite, version, side, secrets)?;
    let protection = Protection::new(suite, version, negotiated.encrypt_then_mac, keys)?;
    Some(Epoch { stage: KeyStage::Application, protection, secret: None })
}

/// Makes an epoch of TLS 1.3.
fn epoch(suite: Suite, stage: KeyStage, secret: &Secret) -> Option<Epoch> {
    let protection = Protection::new(suite, TlsVersion::TLS13, false, from_traffic_secret(suite, secret)?)?;
    Some(Epoch { stage, protection, secret: Some(secret.clone()) })
}

#[cfg(test)]
mod tests {
    use tls_parser::TlsRecordType;

    use super::super::registry::CipherSuite;
    use super::*;
    use crate::capture::byte_stream::tests::frame;

    #[test]
    fn a_hole_of_any_size_is_searched_within_bounds() {
        let secrets = SessionSecrets { client_traffic: Some(Secret::new(vec![7; 32])), ..SessionSecrets::default() };
        let negotiated = NegotiatedParameters {
            version: Some(TlsVersion::TLS13),
            cipher: Some(CipherSuite::AES_128_GCM_SHA256),
            ..NegotiatedParameters::default()
        };
        let mut schedule = KeySchedule::new(FlowSide::Client, &[KeyedHandshake { negotiated, secrets }]).unwrap();
        let body = [0x5a; 64];
        let (at, header) = (frame(1), [23, 3, 3, 0, 64]);
        let kind = TlsRecordType::ApplicationData;
        let record = TlsRecord { kind, header, body: &body, length: 64, at, end: at, lost_before: u64::MAX / 2 };
        let mut content = Vec::new();
        for number in 0..1000 {
            assert!(schedule.open(&record, &mut content).is_none());
            // Each record adds what its own bytes pay for.
            assert!(number == 0 || schedule.allowance <= 64 * PER_BYTE);
        }
    }

    #[test]
    fn a_suite_that_is_not_read_has_no_keys() {
        let has_keys = |cipher, secrets: &SessionSecrets| {
            let (version, cipher) = (Some(TlsVersion::TLS12), Some(CipherSuite(cipher)));
            let negotiated = NegotiatedParameters { version, cipher, ..NegotiatedParameters::default() };
            let handshake = KeyedHandshake { negotiated, secrets: secrets.clone() };
            KeySchedule::new(FlowSide::Client, &[handshake]).is_some()
        };
        let secrets = SessionSecrets { master: Some(Secret::new(vec![7; 48])), ..SessionSecrets::default() };
        assert!(!has_keys(0x0005, &secrets));
        assert!(has_keys(0x009c, &secrets));
        assert!(!has_keys(0x009c, &SessionSecrets::default()));
    }
}
