//! What TCP carries. The data is what the client sends and, behind a line `---` or else again the same, what the server does.

use std::sync::LazyLock;

use mdmlog::capture::http::{peek_connect, peek_http_request};
use mdmlog::capture::secrets::Secrets;
use mdmlog::capture::tls::peek_sni;

use super::wire::{Wire, read};

const BETWEEN: &[u8] = b"\n---\n";

pub fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    match data.windows(BETWEEN.len()).position(|window| window == BETWEEN) {
        Some(at) => (&data[..at], &data[at + BETWEEN.len()..]),
        None => (data, data),
    }
}

/// Puts both directions together as a corpus has them.
pub fn join(client: &[u8], server: &[u8]) -> Vec<u8> {
    [client, BETWEEN, server].concat()
}

/// Records as they are.
pub fn tls_records(data: &[u8]) {
    let _ = peek_sni(data);
    let (client, server) = halves(data);
    let mut wire = Wire::new(1);
    wire.connection(443, client, server, 100);
    wire.read(&Secrets::default());
}

/// Handshake messages without their records.
pub fn tls_handshake(data: &[u8]) {
    let (client, server) = halves(data);
    let mut wire = Wire::new(1);
    wire.connection(443, &in_records(client), &in_records(server), 1000);
    wire.read(&Secrets::default());
}

/// The server's certificates, one behind the other, after a whole ClientHello and ServerHello of TLS 1.2.
pub fn certificate(data: &[u8]) {
    let hello = |kind: u8, suites: &[u8]| {
        let body = [&[3, 3][..], &[7; 32], &[0], suites].concat();
        [&[kind, 0, 0, body.len() as u8][..], &body].concat()
    };
    let long = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[1..], bytes].concat();
    let mut list = Vec::new();
    let mut rest = &data[..data.len().min(60_000)];
    while !rest.is_empty() {
        // As long as its own DER says, if there is as much.
        let length = match rest {
            [0x30, 0x82, high, low, ..] => 4 + usize::from(u16::from_be_bytes([*high, *low])),
            _ => rest.len(),
        };
        let (certificate, behind) = rest.split_at(length.min(rest.len()));
        list.extend(long(certificate));
        rest = behind;
    }
    let server = [&hello(2, &[0xc0, 0x2f, 0])[..], &[11], &long(&long(&list))].concat();
    let mut wire = Wire::new(1);
    wire.connection(443, &in_records(&hello(1, &[0, 2, 0xc0, 0x2f, 1, 0])), &in_records(&server), 1000);
    wire.read(&Secrets::default());
}

fn in_records(handshake: &[u8]) -> Vec<u8> {
    let record = |piece: &[u8]| [&[22, 3, 3][..], &(piece.len() as u16).to_be_bytes(), piece].concat();
    handshake.chunks(1 << 14).flat_map(record).collect()
}

/// The data is a capture whose secrets are known: those of testdata, so that a session that was little damaged is opened.
pub fn decryption(data: &[u8]) {
    static SECRETS: LazyLock<Secrets> =
        LazyLock::new(|| Secrets::parse(include_bytes!("../../../testdata/tls/keys.log"), None).0);
    read(data, &SECRETS);
}

/// HTTP in the clear, and behind a CONNECT that was granted.
pub fn http(data: &[u8]) {
    let _ = (peek_http_request(data), peek_connect(data));
    let (client, server) = halves(data);
    let mut wire = Wire::new(1);
    wire.connection(80, client, server, 300);
    let granted = [b"HTTP/1.1 200 Connection established\r\n\r\n", server].concat();
    let asked =
        [b"CONNECT tenant.jamfcloud.com:443 HTTP/1.1\r\nHost: tenant.jamfcloud.com:443\r\n\r\n", client].concat();
    wire.connection(3128, &asked, &granted, 300);
    wire.read(&Secrets::default());
}
