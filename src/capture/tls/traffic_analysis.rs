//! Traffic analysis: what order and size tell of records that stay closed: when the handshake was over, which records carry requests and
//! responses, and which ones are more likely alerts or session tickets.

use super::contents::{ClassifiedRecord, RecordContent};
use super::parameters::NegotiatedParameters;
use super::registry::{CipherSuite, TlsVersion};
use crate::capture::{FrameRef, Side, TlsAlert, TlsSession, Turn};

/// Bytes that TLS 1.3 adds to a record's content: the content type and an authentication tag.
const OVERHEAD: usize = 1 + 16;
/// Bytes of padding in every record: most send none, Java sends 16.
const PADDINGS: [usize; 2] = [0, 16];
/// A handshake message's header.
const HEADER: usize = 4;
/// Lengths that a record with one NewSessionTicket has (RFC 8446 section 4.6.1): tickets hold a session or name one.
const TICKET: std::ops::RangeInclusive<usize> = 56..=2048;
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
        if self.is_tls13(&client, &server) {
            self.tell_client_flight(&mut client);
            let finished = client.iter().find(|item| item.content == RecordContent::Finished).map(|item| item.end);
            // Finished may have stayed closed where what follows it was opened.
            let data = client.iter().find(|item| item.content == RecordContent::Data && !self.negotiated.early_data);
            let finished = finished.or(data.map(|item| item.at));
            self.tell_server_flight(&mut server, finished);
            tell_last_alerts(&mut client);
            tell_last_alerts(&mut server);
            facts.established = finished;
        } else {
            let finished = |items: &[ClassifiedRecord]| {
                items.iter().find(|item| item.content == RecordContent::Finished).map(|item| item.end)
            };
            facts.established = finished(&client).zip(finished(&server)).map(|(client, server)| client.max(server));
            for item in client.iter_mut().chain(&mut server) {
                if item.content == RecordContent::Protected {
                    item.content = RecordContent::Data;
                }
            }
        }
        let items = merge(client, server);
        self.read_turns(&items, facts);
        for item in &items {
            if let RecordContent::Alert(code) = item.content {
                facts.alerts.push(TlsAlert { at: item.at, by: item.side, code });
            }
        }
        let data = items.iter().find(|item| item.content == RecordContent::Data);
        facts.established = facts.established.or(data.map(|item| item.at));
    }

    /// Returns whether the session is one of TLS 1.3; where the ServerHello is missing, its habit tells: nothing of type handshake
    /// behind a ChangeCipherSpec.
    fn is_tls13(&self, client: &[ClassifiedRecord], server: &[ClassifiedRecord]) -> bool {
        let changed =
            |items: &[ClassifiedRecord]| items.iter().any(|item| item.content == RecordContent::ChangeCipherSpec);
        let finished = |items: &[ClassifiedRecord]| items.iter().any(|item| item.content == RecordContent::Finished);
        match self.negotiated.version {
            Some(version) => version == TlsVersion::TLS13,
            None => {
                [client, server].iter().any(|items| changed(items) && !finished(items))
                    && [client, server].iter().all(|items| !finished(items))
            }
        }
    }

    /// In the client's first flight behind the ServerHello, Finished has a length that only the hash decides; a certificate
    /// may come before it or share a record with it.
    fn tell_client_flight(&self, items: &mut [ClassifiedRecord]) {
        if items.iter().any(|item| matches!(item.content, RecordContent::Finished | RecordContent::Data))
            || !self.start_seen
        {
            return;
        }
        let length = self.negotiated.cipher.and_then(finished_length);
        let flight: Vec<usize> = positions(items, RecordContent::Protected).take(CLIENT_FLIGHT).collect();
        let has_length =
            |index: &usize| items.get(*index).zip(length).is_some_and(|(item, length)| is_padded(item.length, length));
        let last = flight.iter().position(has_length).unwrap_or(0);
        // A client that dislikes the certificate answers with an alert and nothing more.
        if positions(items, RecordContent::Protected).count() <= LAST_ALERTS
            && flight.iter().all(|&index| items.get(index).is_some_and(|item| is_alert_length(item.length)))
        {
            return;
        }
        for (position, &index) in flight.iter().take(last + 1).enumerate() {
            if let Some(item) = items.get_mut(index) {
                item.content = if position == last { RecordContent::Finished } else { RecordContent::Handshake };
            }
        }
    }

    /// Gives to the handshake what the server sends before the client's Finished.
    fn tell_server_flight(&self, items: &mut [ClassifiedRecord], finished: Option<FrameRef>) {
        if !self.start_seen {
            return;
        }
        let count = positions(items, RecordContent::Protected).count();
        for (position, index) in positions(items, RecordContent::Protected).collect::<Vec<_>>().into_iter().enumerate()
        {
            if let Some(item) = items.get_mut(index)
                && finished.is_none_or(|finished| item.at < finished)
                && (position + 1 < count || !is_alert_length(item.length))
            {
                item.content = RecordContent::Handshake;
            }
        }
    }

    fn read_turns(&self, items: &[ClassifiedRecord], facts: &mut TlsSession) {
        let mut unsaid_tickets = true;
        for (index, item) in items.iter().enumerate() {
            let data = matches!(item.content, RecordContent::Data | RecordContent::Protected);
            let length = item.length as u64;
            match (item.side, facts.turns.last_mut()) {
                _ if !data => {}
                (Side::Client, Some(turn)) if turn.response.is_none() => turn.request_bytes += length,
                (Side::Client, _) => facts.turns.push(Turn {
                    request: item.at,
                    request_bytes: length,
                    response: None,
                    response_bytes: 0,
                    maybe_ticket: false,
                }),
                // Nobody has asked anything yet: tickets, or the rest of something that was not captured.
                (Side::Server, None) => unsaid_tickets = false,
                (Side::Server, Some(turn)) => {
                    let closed = item.content == RecordContent::Protected && unsaid_tickets;
                    if closed && turn.response.is_none() && self.is_ticket(items, index, turn) {
                        continue;
                    }
                    turn.maybe_ticket = closed && turn.response.is_none() && TICKET.contains(&item.length);
                    unsaid_tickets = false;
                    turn.response = Some((turn.response.map_or(item.at, |(first, _)| first), item.end));
                    turn.response_bytes += length;
                }
            }
        }
    }

    /// A server sends tickets as soon as it has the client's Finished, often right before it answers: they come too early
    /// for an answer, or in pairs of the same length.
    fn is_ticket(&self, items: &[ClassifiedRecord], index: usize, turn: &Turn) -> bool {
        let Some(item) = items.get(index).filter(|item| TICKET.contains(&item.length)) else { return false };
        let waited = item.at.time.nanos().saturating_sub(turn.request.time.nanos());
        if self.round_trip.is_some_and(|round_trip| waited < round_trip / 2) {
            return true;
        }
        let same = |other: Option<&ClassifiedRecord>| {
            other.is_some_and(|other| {
                other.side == Side::Server && other.length == item.length && other.content == RecordContent::Protected
            })
        };
        same(items.get(index + 1)) || index.checked_sub(1).is_some_and(|before| same(items.get(before)))
    }
}

/// The last records of a direction that have the length of an alert are alerts: nobody closes with two bytes of data.
fn tell_last_alerts(items: &mut [ClassifiedRecord]) {
    for item in items.iter_mut().rev().take(LAST_ALERTS) {
        if item.content != RecordContent::Protected || !is_alert_length(item.length) {
            return;
        }
        item.content = RecordContent::Alert(None);
    }
}

fn positions(items: &[ClassifiedRecord], content: RecordContent) -> impl Iterator<Item = usize> {
    items.iter().enumerate().filter(move |(_, item)| item.content == content).map(|(index, _)| index)
}

/// Returns whether a record may hold so many bytes, padded as implementations do.
fn is_padded(length: usize, content: usize) -> bool {
    PADDINGS.iter().any(|padding| length == content + OVERHEAD + padding)
}

/// Returns whether a record has the length of an alert.
fn is_alert_length(length: usize) -> bool {
    is_padded(length, 2)
}

/// Returns the length of Finished.
fn finished_length(cipher: CipherSuite) -> Option<usize> {
    match cipher {
        CipherSuite::AES_128_GCM_SHA256 | CipherSuite::CHACHA20_POLY1305_SHA256 | CipherSuite::AES_128_CCM_SHA256 => {
            Some(HEADER + 32)
        }
        CipherSuite::AES_256_GCM_SHA384 => Some(HEADER + 48),
        _ => None,
    }
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
            Some(item) => merged.push(item),
            None => return merged,
        }
    }
}
