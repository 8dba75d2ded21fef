//! What TLS says in clear before it encrypts, with other names: the server's in the ClientHello, those of certificates. Records keep
//! their lengths, and what is encrypted stays as it is, since no one can read it without keys, which are left out.

use super::bytes::u16_at;
use super::der;
use crate::redact::StandIns;

/// Length of a record's header (RFC 8446, section 5.1).
const HEADER: usize = 5;

/// Returns whether a record begins here.
pub(super) fn begins_record(bytes: &[u8]) -> bool {
    matches!(bytes, [0x14..=0x17, 3, 0..=4, ..])
}

/// Puts other names into the records that begin here. Returns how far they go, and whether all that follows is encrypted.
pub(super) fn disguise(stream: &mut [u8], from: usize, stand_ins: &StandIns<'_>) -> (usize, bool) {
    // Messages may lie across records: their bytes are known by where they stand.
    let mut places: Vec<usize> = Vec::new();
    let (mut at, mut changed, mut encrypted) = (from, false, false);
    while let Some(record) = stream.get(at..).filter(|rest| begins_record(rest)) {
        let Some(length) = u16_at(record, 3).map(usize::from) else { break };
        let body = record.get(HEADER..).unwrap_or_default();
        match record.first() {
            Some(0x14) => changed = true,
            Some(0x17) => encrypted = true,
            Some(0x16) if !changed || is_hello(body, length) => {
                let start = at + HEADER;
                places.extend(start..(start + length).min(stream.len()));
            }
            Some(0x16) => encrypted = true,
            _ => {}
        }
        at += HEADER + length;
    }
    let mut messages: Vec<u8> = places.iter().filter_map(|place| stream.get(*place).copied()).collect();
    handshake(&mut messages, stand_ins);
    for (place, byte) in places.iter().zip(messages) {
        if let Some(old) = stream.get_mut(*place) {
            *old = byte;
        }
    }
    (at.min(stream.len()), encrypted || changed)
}

/// Returns whether a hello in clear follows a change of the cipher, as after a HelloRetryRequest (RFC 8446, appendix D.4).
fn is_hello(body: &[u8], length: usize) -> bool {
    matches!(body, [1 | 2, 0, ..]) && u16_at(body, 2).is_some_and(|told| usize::from(told) + 4 == length)
}

fn handshake(messages: &mut [u8], stand_ins: &StandIns<'_>) {
    let mut rest = messages;
    while let Some(length) = u24_at(rest, 1) {
        let kind = rest.first().copied().unwrap_or_default();
        let (message, after) = rest.split_at_mut((4 + length).min(rest.len()));
        let body = message.get_mut(4..).unwrap_or_default();
        match kind {
            1 => client_hello(body, stand_ins),
            11 => certificates(body, stand_ins),
            13 => authorities(body, stand_ins),
            // The status of a certificate (RFC 6066, section 8): a type and a response.
            22 => listed(body.get_mut(1..).unwrap_or_default(), stand_ins),
            _ => {}
        }
        rest = after;
    }
}

/// Rewrites the name of the server, which is all that a ClientHello has in clear.
fn client_hello(hello: &mut [u8], stand_ins: &StandIns<'_>) {
    // Version and random; session ID, cipher suites and compression methods with their lengths.
    let session = 35 + hello.get(34).map_or(0, |length| usize::from(*length));
    let suites = session + 2 + u16_at(hello, session).map_or(0, usize::from);
    let mut at = suites + 1 + hello.get(suites).map_or(0, |length| usize::from(*length)) + 2;
    while let (Some(kind), Some(length)) = (u16_at(hello, at), u16_at(hello, at + 2)) {
        let end = (at + 4 + usize::from(length)).min(hello.len());
        if kind == 0
            && let Some(names) = hello.get_mut(at + 4..end)
        {
            server_names(names, stand_ins);
        }
        at += 4 + usize::from(length);
    }
}

/// Rewrites a list of names, each with its type and length (RFC 6066, section 3).
fn server_names(list: &mut [u8], stand_ins: &StandIns<'_>) {
    let mut at = 2;
    while let Some(length) = u16_at(list, at + 1) {
        let end = (at + 3 + usize::from(length)).min(list.len());
        if let Some(name) = list.get_mut(at + 3..end) {
            let text = String::from_utf8_lossy(name);
            let other = stand_ins.host(&text);
            if other.len() == name.len() { name.copy_from_slice(other.as_bytes()) } else { name.fill(b'x') }
        }
        at += 3 + usize::from(length);
    }
}

/// Certificates of TLS 1.2 (RFC 5246, section 7.4.2).
fn certificates(body: &mut [u8], stand_ins: &StandIns<'_>) {
    let mut rest = body.get_mut(3..).unwrap_or_default();
    while let Some(length) = u24_at(rest, 0) {
        let (certificate, after) = rest.split_at_mut((3 + length).min(rest.len()));
        listed(certificate, stand_ins);
        rest = after;
    }
}

/// Rewrites a structure with its length in front.
fn listed(bytes: &mut [u8], stand_ins: &StandIns<'_>) {
    der::disguise(bytes.get_mut(3..).unwrap_or_default(), stand_ins);
}

/// Rewrites the names of authorities in a CertificateRequest of TLS 1.2 (RFC 5246, section 7.4.4).
fn authorities(body: &mut [u8], stand_ins: &StandIns<'_>) {
    let types = 1 + body.first().map_or(0, |length| usize::from(*length));
    let algorithms = types + 2 + u16_at(body, types).map_or(0, usize::from);
    let mut at = algorithms + 2;
    while let Some(length) = u16_at(body, at) {
        let end = (at + 2 + usize::from(length)).min(body.len());
        der::disguise(body.get_mut(at + 2..end).unwrap_or_default(), stand_ins);
        at += 2 + usize::from(length);
    }
}

fn u24_at(bytes: &[u8], at: usize) -> Option<usize> {
    let [a, b, c] = bytes.get(at..)?.first_chunk::<3>()?;
    Some(usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c))
}
