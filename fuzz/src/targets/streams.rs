//! What TCP carries. The data is what the client sends and, behind a line `---` or else again the same, what the server does.

use std::sync::LazyLock;

use mdmlog::capture::CaptureFacts;
use mdmlog::capture::secrets::Secrets;

use super::seal::sealed;
use super::wire::Wire;

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
pub fn tls_records(data: &[u8]) -> Vec<u8> {
    let (client, server) = halves(data);
    let mut wire = Wire::new(1);
    wire.connection(443, client, server, 100);
    wire.bytes
}

/// Handshake messages without their records.
pub fn tls_handshake(data: &[u8]) -> Vec<u8> {
    let (client, server) = halves(data);
    let mut wire = Wire::new(1);
    wire.connection(443, &in_records(client), &in_records(server), 1000);
    wire.bytes
}

/// The server's certificates, one behind the other, after a whole ClientHello and ServerHello of TLS 1.2.
pub fn certificate(data: &[u8]) -> Vec<u8> {
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
    let server = [&hello(2, &[0xc0, 0x2f, 0], &[])[..], &[11], &long(&long(&list))].concat();
    let mut wire = Wire::new(1);
    wire.connection(443, &in_records(&hello(1, &[0, 2, 0xc0, 0x2f, 1, 0], &[])), &in_records(&server), 1000);
    wire.bytes
}

/// A ClientHello or ServerHello with no session and these suites.
fn hello(kind: u8, suites: &[u8], extensions: &[u8]) -> Vec<u8> {
    let body = [&[3, 3][..], &RANDOM, &[0], suites, extensions].concat();
    [&[kind][..], &long(&body)].concat()
}

/// Bytes behind their length in three bytes, as messages and certificates have it.
pub fn long(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[1..], bytes].concat()
}

const RANDOM: [u8; 32] = [7; 32];

fn in_records(handshake: &[u8]) -> Vec<u8> {
    let record = |piece: &[u8]| [&[22, 3, 3][..], &(piece.len() as u16).to_be_bytes(), piece].concat();
    handshake.chunks(1 << 14).flat_map(record).collect()
}

/// What both sides send in a session whose secrets are known: those of testdata, so that what was little damaged is opened.
/// Two bytes say whose turn it is and how many bytes follow.
pub fn decryption(data: &[u8]) {
    read_known(data);
}

fn read_known(data: &[u8]) -> CaptureFacts {
    static SECRETS: LazyLock<Secrets> =
        LazyLock::new(|| Secrets::parse(include_bytes!("../../../testdata/tls/keys.log"), None).0);
    let mut wire = Wire::new(1);
    let mut next = wire.open(443);
    let mut rest = data;
    while let [high, low, behind @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([high & 0x7f, *low]));
        let (piece, behind) = behind.split_at(behind.len().min(length));
        wire.send(high & 0x80 == 0, 443, &mut next, piece);
        rest = behind;
    }
    wire.read(&SECRETS)
}

/// What both sides send encrypted in a session of TLS 1.3 whose secrets are known: its records, as `seal` takes them.
pub fn decrypted(data: &[u8]) {
    read_sealed(data);
}

fn read_sealed(data: &[u8]) -> CaptureFacts {
    const CLIENT: [[u8; 32]; 2] = [[1; 32], [2; 32]];
    const SERVER: [[u8; 32]; 2] = [[3; 32], [4; 32]];
    static SECRETS: LazyLock<Secrets> = LazyLock::new(|| {
        let labels = ["HANDSHAKE_TRAFFIC_SECRET", "TRAFFIC_SECRET_0"];
        let lines = [("CLIENT", CLIENT), ("SERVER", SERVER)].map(|(side, secrets)| {
            let line = |(label, secret): (&str, &[u8; 32])| {
                format!("{side}_{label} {} {}\n", hex::encode(RANDOM), hex::encode(secret))
            };
            labels.into_iter().zip(&secrets).map(line).collect::<String>()
        });
        Secrets::parse(lines.concat().as_bytes(), None).0
    });
    let (client, server) = halves(data);
    // Both say that they speak TLS 1.3 (RFC 8446 section 4.2.1).
    let hellos = [
        hello(1, &[0, 2, 0x13, 1, 1, 0], &[0, 7, 0, 0x2b, 0, 3, 2, 3, 4]),
        hello(2, &[0x13, 1, 0], &[0, 6, 0, 0x2b, 0, 2, 3, 4]),
    ];
    let [client_hello, server_hello] = hellos.map(|hello| in_records(&hello));
    let mut wire = Wire::new(1);
    let sent = [client_hello, sealed(client, CLIENT)].concat();
    wire.connection(443, &sent, &[server_hello, sealed(server, SERVER)].concat(), 1000);
    wire.read(&SECRETS)
}

/// HTTP in the clear, and behind a CONNECT that was granted.
pub fn http(data: &[u8]) -> Vec<u8> {
    let (client, server) = halves(data);
    let mut wire = Wire::new(1);
    wire.connection(80, client, server, 300);
    let granted = [b"HTTP/1.1 200 Connection established\r\n\r\n", server].concat();
    let asked =
        [b"CONNECT tenant.jamfcloud.com:443 HTTP/1.1\r\nHost: tenant.jamfcloud.com:443\r\n\r\n", client].concat();
    wire.connection(3128, &asked, &granted, 300);
    wire.bytes
}

#[cfg(test)]
#[test]
fn sessions_of_testdata_are_opened() {
    for (number, seed) in super::seeds("decryption").iter().enumerate() {
        let flows = read_known(seed).flows;
        let answered = flows.iter().flat_map(|flow| &flow.http).any(|exchange| exchange.reply.is_some());
        // Some of them end with an alert, as a client without a certificate meets it.
        let refused = flows.iter().filter_map(|flow| flow.tls.as_ref()).any(|tls| !tls.alerts.is_empty());
        assert!(answered || refused, "seed {number}");
    }
}

#[cfg(test)]
#[test]
fn what_is_sealed_is_read_behind_the_encryption() {
    for seed in super::seeds("decrypted") {
        let facts = read_sealed(&seed);
        let [flow] = &facts.flows[..] else { panic!("{facts:?}") };
        let replies = flow.http.iter().filter_map(|exchange| exchange.reply.as_ref());
        let statuses: Vec<_> = replies.map(|reply| reply.status).collect();
        // The second comes under the next secret.
        assert_eq!(statuses, [401, 401]);
        let tls = flow.tls.as_ref().unwrap();
        assert!(tls.certificate.is_some() && tls.alpn.as_deref() == Some("http/1.1") && !tls.alerts.is_empty());
    }
}
