//! Traffic analysis: what order and size tell of records that stay closed: when the handshake was over, which records carry
//! requests and responses, and which ones are more likely alerts or session tickets.

use super::contents::{ClassifiedRecord, RecordContent};
use super::lengths::RecordLengths;
use super::parameters::NegotiatedParameters;
use super::registry::TlsVersion;
use super::turns::TurnReader;
use crate::capture::{ClientCertificate, FrameRef, TlsAlert, TlsSession};

/// Alerts that a side may send one after the other when it closes: user_canceled, close_notify.
const LAST_ALERTS: usize = 2;
/// Records before and with Finished in a client's flight: Certificate, CertificateVerify, Finished, and one to spare.
const CLIENT_FLIGHT: usize = 4;

/// Reads the order of records.
pub(super) struct TrafficAnalysis<'a> {
    pub(super) negotiated: &'a NegotiatedParameters<'a>,
    /// The handshake can be expected to be there.
    pub(super) start_seen: bool,
    /// Nanoseconds that an answer takes at least.
    pub(super) round_trip: Option<i64>,
}

impl TrafficAnalysis<'_> {
    /// Fills alerts, turns and the end of the handshake.
    pub(super) fn read(
        &self,
        mut client: Vec<ClassifiedRecord>,
        mut server: Vec<ClassifiedRecord>,
        facts: &mut TlsSession,
    ) {
        let lengths = RecordLengths::of(self.negotiated.cipher);
        let finished = |records: &[ClassifiedRecord]| {
            records.iter().find(|record| record.content == RecordContent::Finished).map(|record| record.end)
        };
        let mut turns = TurnReader { lengths, finished: None, round_trip: self.round_trip };
        if self.is_tls13(&client, &server) {
            let certificate = self.tell_client_flight(&mut client, lengths);
            facts.client_certificate = facts.client_certificate.or(certificate);
            // Finished may have stayed closed where what follows it was opened.
            let data =
                client.iter().find(|record| record.content == RecordContent::Data && !self.negotiated.early_data);
            facts.client_finished = finished(&client).or(data.map(|record| record.at));
            self.tell_server_flight(&mut server, facts.client_finished, lengths);
            tell_last_alerts(&mut client, lengths);
            tell_last_alerts(&mut server, lengths);
            facts.established = facts.client_finished;
            turns.finished = facts.client_finished;
        } else {
            facts.client_finished = finished(&client);
            facts.established = facts.client_finished.zip(finished(&server)).map(|(client, server)| client.max(server));
            for record in client.iter_mut().chain(&mut server) {
                if record.content == RecordContent::Protected {
                    record.content = RecordContent::Data;
                }
            }
        }
        let records = merge(client, server);
        facts.turns = turns.read(&records);
        for record in &records {
            if let RecordContent::Alert(code) = record.content {
                facts.alerts.push(TlsAlert { at: record.at, by: record.side, code });
            }
        }
        let data = records.iter().find(|record| record.content == RecordContent::Data);
        facts.established = facts.established.or(data.map(|record| record.at));
    }

    /// Returns whether the session is one of TLS 1.3; where the ServerHello is missing, its habit tells: nothing of type
    /// handshake behind a ChangeCipherSpec.
    fn is_tls13(&self, client: &[ClassifiedRecord], server: &[ClassifiedRecord]) -> bool {
        let has = |records: &[ClassifiedRecord], content| records.iter().any(|record| record.content == content);
        match self.negotiated.version {
            Some(version) => version == TlsVersion::TLS13,
            None => {
                [client, server].iter().any(|records| has(records, RecordContent::ChangeCipherSpec))
                    && [client, server].iter().all(|records| !has(records, RecordContent::Finished))
            }
        }
    }

    /// Finds Finished in the client's first flight behind the ServerHello, by a length that only the hash decides; returns
    /// what certificate came before it. One that shares a record with Finished is not seen.
    fn tell_client_flight(
        &self,
        records: &mut [ClassifiedRecord],
        lengths: RecordLengths,
    ) -> Option<ClientCertificate> {
        let known = |content| matches!(content, RecordContent::Finished | RecordContent::Data);
        if records.iter().any(|record| known(record.content)) || !self.start_seen {
            return None;
        }
        let flight: Vec<usize> = positions(records, RecordContent::Protected).take(CLIENT_FLIGHT).collect();
        let length_of = |index: &usize| records.get(*index).map_or(0, |record| record.length);
        let told = flight.iter().position(|index| lengths.is_finished(length_of(index)));
        let last = told.unwrap_or(0);
        // A client that dislikes the certificate answers with an alert and nothing more.
        if positions(records, RecordContent::Protected).count() <= LAST_ALERTS
            && flight.iter().all(|index| lengths.is_alert(length_of(index)))
        {
            return None;
        }
        let before = flight.iter().take(last).map(length_of).find(|&length| !lengths.is_end_of_early_data(length));
        for (position, &index) in flight.iter().take(last + 1).enumerate() {
            if let Some(record) = records.get_mut(index) {
                record.content = if position == last { RecordContent::Finished } else { RecordContent::Handshake };
            }
        }
        before.map(|length| match lengths.is_empty_certificate(length) {
            true => ClientCertificate::Empty,
            false => ClientCertificate::Presented,
        })
    }

    /// Gives to the handshake what the server sends before the client's Finished.
    fn tell_server_flight(&self, records: &mut [ClassifiedRecord], finished: Option<FrameRef>, lengths: RecordLengths) {
        if !self.start_seen {
            return;
        }
        let protected: Vec<usize> = positions(records, RecordContent::Protected).collect();
        for (position, &index) in protected.iter().enumerate() {
            if let Some(record) = records.get_mut(index)
                && finished.is_none_or(|finished| record.at < finished)
                && (position + 1 < protected.len() || !lengths.is_alert(record.length))
            {
                record.content = RecordContent::Handshake;
            }
        }
    }
}

/// Takes the last records of a direction that have the length of an alert for alerts: nobody closes with two bytes of data.
fn tell_last_alerts(records: &mut [ClassifiedRecord], lengths: RecordLengths) {
    for record in records.iter_mut().rev().take(LAST_ALERTS) {
        if record.content != RecordContent::Protected || !lengths.is_alert(record.length) {
            return;
        }
        record.content = RecordContent::Alert(None);
    }
}

fn positions(records: &[ClassifiedRecord], content: RecordContent) -> impl Iterator<Item = usize> {
    records.iter().enumerate().filter(move |(_, record)| record.content == content).map(|(index, _)| index)
}

/// Merges both directions in the order in which their records began; each keeps its own order, whatever the clock says.
fn merge(client: Vec<ClassifiedRecord>, server: Vec<ClassifiedRecord>) -> Vec<ClassifiedRecord> {
    let mut merged = Vec::with_capacity(client.len() + server.len());
    let (mut client, mut server) = (client.into_iter().peekable(), server.into_iter().peekable());
    loop {
        let next = match (client.peek(), server.peek()) {
            (Some(asked), Some(answered)) if asked.at <= answered.at => client.next(),
            (Some(_), None) => client.next(),
            _ => server.next(),
        };
        match next {
            Some(record) => merged.push(record),
            None => return merged,
        }
    }
}
