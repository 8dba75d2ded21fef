//! One TLS session: the handshake in the clear, and behind it who sent how much when. What cannot be told
//! from outside stays untold.

use tls_parser::{TlsHandshakeType, TlsRecordType};

use super::certificate::{client_certificate, read_certificate_message};
use super::contents::{ClassifiedRecord, RecordContent};
use super::handshake::{HandshakeFragment, HandshakeMessage, Joiner};
use super::hello::{ClientHello, ServerHello};
use super::key_schedule::KeyedHandshake;
use super::parameters::NegotiatedParameters;
use super::record::{TlsRecord, read_records};
use super::record_decryptor::{Opened, RecordDecryptor};
use super::registry::{AlertDescription, AlertLevel, TlsVersion};
use super::suites::Suite;
use super::traffic_analysis::TrafficAnalysis;
use crate::capture::byte_stream::ByteStream;
use crate::capture::secrets::Secrets;
use crate::capture::{FlowSide, TlsSession};
use crate::model::report::KeysInVain;

/// Bytes that it takes to see that the server speaks no TLS: as many as a record's header has.
const CLEAR_ANSWER: usize = 5;

/// A session with what was opened of it.
#[derive(Debug, Default)]
pub(crate) struct ReadSession {
    /// The facts for the report.
    pub(crate) facts: TlsSession,
    /// The application data of the client, when secrets opened it.
    pub(crate) to_server: Opened,
    /// The application data of the server.
    pub(crate) to_client: Opened,
}

/// Reads the session that begins at these positions. `start_seen` is false when the capture began in the middle of the
/// connection, `round_trip` is the time from SYN to SYN-ACK in nanoseconds.
pub(crate) fn read_session(
    (to_server, client_start): (&ByteStream, u64),
    (to_client, server_start): (&ByteStream, u64),
    secrets: &Secrets,
    start_seen: bool,
    round_trip: Option<i64>,
) -> Option<ReadSession> {
    let client = read_records(to_server, client_start);
    let server = read_records(to_client, server_start);
    if client.is_empty() && server.is_empty() {
        return None;
    }
    let server_messages = clear_messages(&server, false);
    let version = server_messages.iter().find_map(|message| server_hello(message)?.version());
    let client_messages = clear_messages(&client, version == Some(TlsVersion::TLS13));
    let mut facts = TlsSession::default();
    let hello = client_messages.iter().find_map(|message| Some((message, client_hello(message)?)));
    let client_said = hello.as_ref().map(|(_, hello)| hello);
    if let Some((message, hello)) = &hello {
        facts.client_hello = Some(message.at);
        facts.offered_version = Some(hello.highest_version());
        facts.sni = hello.server_name.clone();
        facts.alpn_offered = hello.protocols.clone();
    }
    if server.is_empty() && facts.client_hello.is_some() && to_client.at(server_start).len() >= CLEAR_ANSWER {
        facts.clear_answer = to_client.frame_at(server_start);
    }
    let hellos = server_messages.iter().filter_map(|message| Some((message, server_hello(message)?)));
    // A HelloRetryRequest is followed by the ServerHello proper, which may not have come.
    let hello = hellos.reduce(|first, next| if first.1.is_retry_request() { next } else { first });
    let negotiated = NegotiatedParameters::of(client_said, hello.as_ref().map(|(_, hello)| hello));
    facts.client_random = negotiated.client_random.try_into().ok();
    facts.version = negotiated.version;
    facts.cipher = negotiated.cipher;
    if let Some((message, hello)) = hello.as_ref().filter(|(_, hello)| !hello.is_retry_request()) {
        facts.server_hello = Some(message.at);
        facts.alpn = hello.protocol.clone();
        let offered = client_said.map_or(&[][..], |hello| hello.session_id);
        facts.resumed = resumed(hello, offered, &server_messages, &server);
    }
    facts.certificate =
        server_messages.iter().find_map(|message| read_certificate_message(message, negotiated.version));

    let sides = open_sides(&client, &server, negotiated, secrets);
    let Sides { client: (to_server, client_records), server: (to_client, server_records), keyed } = sides;
    facts.decrypted = to_server.any || to_client.any;
    if keyed && !facts.decrypted && negotiated.cipher.is_some() {
        let read = negotiated.cipher.and_then(Suite::of).is_some();
        facts.keys_in_vain = Some(if read { KeysInVain::NoRecord } else { KeysInVain::CipherSuite });
    }
    facts.alpn = facts.alpn.or_else(|| to_client.protocol.clone());
    if facts.certificate.is_none() {
        facts.certificate = to_client.certificate.clone();
    }
    let told = |messages: &[HandshakeMessage], side| {
        messages.iter().rev().find_map(|message| client_certificate(message, side, negotiated.version))
    };
    facts.client_certificate = to_server.client_certificate.or_else(|| told(&client_messages, FlowSide::Client));
    let start_seen = start_seen && facts.client_hello.is_some();
    let analysis = TrafficAnalysis { negotiated: &negotiated, start_seen, round_trip };
    analysis.read(client_records, server_records, &mut facts);
    let asked = to_client.client_certificate.or_else(|| told(&server_messages, FlowSide::Server));
    facts.client_certificate = facts.client_certificate.or(asked);
    Some(ReadSession { facts, to_server, to_client })
}

fn client_hello<'m>(message: &'m HandshakeMessage) -> Option<ClientHello<'m>> {
    (message.kind == TlsHandshakeType::ClientHello).then(|| ClientHello::read(&message.body)).flatten()
}

fn server_hello<'m>(message: &'m HandshakeMessage) -> Option<ServerHello<'m>> {
    (message.kind == TlsHandshakeType::ServerHello).then(|| ServerHello::read(&message.body, message.length)).flatten()
}

/// Reads the handshake messages that were sent in the clear. Up to TLS 1.2, ChangeCipherSpec ends them; in TLS 1.3 it says
/// nothing, and what is of type handshake is in the clear.
fn clear_messages<'a>(records: &[TlsRecord<'a>], mut tls13: bool) -> Vec<HandshakeMessage<'a>> {
    let mut joiner = Joiner::default();
    let mut changed = false;
    for record in records {
        if record.kind == TlsRecordType::ChangeCipherSpec {
            changed = true;
            tls13 = tls13
                || joiner.messages().iter().any(|message| {
                    server_hello(message).is_some_and(|hello| hello.version() == Some(TlsVersion::TLS13))
                });
        }
        let second_hello = matches!(record.body, [1, 0, _, _, 3, 3, ..]);
        if record.kind == TlsRecordType::Handshake && (!changed || tls13 || second_hello) {
            joiner.push(HandshakeFragment::of(record, record.body));
        }
    }
    joiner.finish()
}

/// Returns whether the handshake is an abbreviated one (RFC 5246 section 7.3, RFC 5077 section 3, RFC 8446 section 2.2).
fn resumed(hello: &ServerHello, offered: &[u8], messages: &[HandshakeMessage], records: &[TlsRecord]) -> Option<bool> {
    let version = hello.version()?;
    if version == TlsVersion::TLS13 {
        return hello.complete.then_some(hello.pre_shared_key);
    }
    let key_exchange = |message: &HandshakeMessage| {
        let kinds = [TlsHandshakeType::Certificate, TlsHandshakeType::ServerKeyExchange, TlsHandshakeType::ServerDone];
        kinds.contains(&message.kind)
    };
    if messages.iter().any(key_exchange) {
        return Some(false);
    }
    if !offered.is_empty() && hello.session_id == offered {
        return Some(true);
    }
    // A server that accepts a ticket need not echo the session ID: the cipher changes right behind its hello.
    let changed = records.iter().position(|record| record.kind == TlsRecordType::ChangeCipherSpec)?;
    let before = records.get(..=changed)?;
    before.iter().all(|record| record.lost_before == 0 && record.is_complete()).then_some(true)
}

/// Both directions with what was opened of them.
struct Sides {
    client: (Opened, Vec<ClassifiedRecord>),
    server: (Opened, Vec<ClassifiedRecord>),
    /// There are secrets of the session.
    keyed: bool,
}

/// Opens both directions where the secrets allow. A handshake within the session (RFC 5246 section 7.4.1.1) is known only
/// when what comes before it is open, so that both are read once more for each of them.
fn open_sides(
    client: &[TlsRecord],
    server: &[TlsRecord],
    negotiated: NegotiatedParameters<'_>,
    secrets: &Secrets,
) -> Sides {
    let known = |negotiated: &NegotiatedParameters| secrets.of_session(negotiated.client_random, negotiated.session_id);
    let first = known(&negotiated);
    let keyed = first.is_some();
    let first = KeyedHandshake { negotiated, secrets: first.unwrap_or_default() };
    let mut hellos: (Vec<Vec<u8>>, Vec<Vec<u8>>) = Default::default();
    loop {
        let mut handshakes = vec![first.clone()];
        for (client, server) in hellos.0.iter().zip(&hellos.1) {
            let (client, server) = (ClientHello::read(client), ServerHello::read(server, server.len()));
            let negotiated = NegotiatedParameters::of(client.as_ref(), server.as_ref());
            let Some(secrets) = known(&negotiated) else { break };
            handshakes.push(KeyedHandshake { negotiated, secrets });
        }
        let client = read_side(client, FlowSide::Client, &handshakes);
        let server = read_side(server, FlowSide::Server, &handshakes);
        let found = (&client.0.hellos, &server.0.hellos);
        let more = found.0.len().min(found.1.len()) > hellos.0.len().min(hellos.1.len());
        if !more || negotiated.is_tls13() {
            return Sides { client, server, keyed };
        }
        hellos = (found.0.clone(), found.1.clone());
    }
}

/// Tells what each record of a direction holds, opened where the secrets allow.
fn read_side(
    records: &[TlsRecord],
    side: FlowSide,
    handshakes: &[KeyedHandshake<'_>],
) -> (Opened, Vec<ClassifiedRecord>) {
    let mut decryptor = RecordDecryptor::new(side, handshakes);
    let tls13 = handshakes.first().is_some_and(|first| first.negotiated.is_tls13());
    let mut changed = false;
    // A hole may have swallowed the ChangeCipherSpec.
    let mut maybe_changed = false;
    let mut classified: Vec<ClassifiedRecord> = Vec::with_capacity(records.len());
    for record in records {
        maybe_changed |= changed || record.lost_before > 0;
        let protected = record.kind == TlsRecordType::ApplicationData || (maybe_changed && !tls13);
        let opened = if protected { decryptor.open(record) } else { None };
        if decryptor.begins_data() {
            let closed = classified.iter_mut().filter(|record| record.content == RecordContent::Protected);
            closed.for_each(|record| record.content = RecordContent::Handshake);
        }
        let content = match (record.kind, opened) {
            (TlsRecordType::ChangeCipherSpec, _) => {
                changed = true;
                RecordContent::ChangeCipherSpec
            }
            (_, Some(content)) => content,
            (TlsRecordType::Alert, None) => match (record.length, record.body) {
                (2, &[level, description]) => {
                    RecordContent::Alert(Some((AlertLevel(level), AlertDescription(description))))
                }
                _ => RecordContent::Alert(None),
            },
            (TlsRecordType::Handshake, None) if changed && !tls13 => RecordContent::Finished,
            (TlsRecordType::ApplicationData, None) => RecordContent::Protected,
            _ => RecordContent::Handshake,
        };
        classified.push(ClassifiedRecord { side, content, length: record.length, at: record.at, end: record.end });
    }
    (decryptor.finish(), classified)
}
