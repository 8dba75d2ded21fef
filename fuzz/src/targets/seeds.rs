//! First inputs of each target, out of testdata.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::seal::{APPLICATION, UPDATED};
use super::streams::{join, long};

/// Inputs larger than this are left out: small ones are mutated to more effect.
const LARGEST: u64 = 70_000;

/// First inputs of a target.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    match target {
        "log_records" => logs(),
        "log_events" => logs().iter().map(|log| messages(log)).collect(),
        "local_store" | "showtech" | "agent_log" | "system_log" => vec![super::nodes::seed(target)],
        "keylog" => vec![read(&testdata().join("tls/keys.log"))],
        "pcap" => files("capture").into_iter().filter_map(|file| without_magic(&file)).collect(),
        "pcapng" => vec![read(&testdata().join("capture/pcapng-cooked.pcapng")).split_off(4)],
        "packet_layers" => captures().iter().map(|packets| with_lengths(packets)).collect(),
        "defragmentation" => captures().iter().map(|packets| fragments(packets)).collect(),
        "dns" => payloads(17),
        "tcp_reassembly" => captures().iter().map(|packets| segments(packets)).collect(),
        "tls_records" => sessions(),
        "tls_handshake" => sessions().iter().map(|session| join_handshakes(session)).collect(),
        "certificate" => certificates(),
        "decryption" => connections(&little_endian(&files("tls"))).iter().map(|turns| in_turns(turns)).collect(),
        "decrypted" => certificates().iter().map(|chain| answered(chain)).collect(),
        "http" => requests(),
        "tar" => bundles("bundle.tar"),
        "zip" => bundles("bundle.zip").into_iter().map(|mut zip| zip.split_off(4)).collect(),
        "sevenz" => vec![empty_sevenz()],
        "codecs" => bundles("bundle.tar.gz").iter().map(|gzip| [&[0], &gzip[3..]].concat()).collect(),
        "bundle" => [bundles("bundle.tar"), bundles("bundle.zip"), files("log")].concat(),
        "redaction" => vec![originals()],
        "safe_bundle" => bundles("bundle.tar").into_iter().take(4).collect(),
        _ => Vec::new(),
    }
}

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("testdata"))
        .find(|f| f.is_dir())
        .unwrap()
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn files(folder: &str) -> Vec<Vec<u8>> {
    let paths = sorted(&testdata().join(folder)).into_iter();
    paths.filter(|path| path.metadata().is_ok_and(|file| file.len() <= LARGEST)).map(|path| read(&path)).collect()
}

fn bundles(name: &str) -> Vec<Vec<u8>> {
    let paths = sorted(&testdata().join("cases")).into_iter().map(|case| case.join(name));
    paths.filter(|path| path.metadata().is_ok_and(|file| file.len() <= LARGEST)).map(|path| read(&path)).collect()
}

/// Every log of testdata, those in bundles too.
fn logs() -> Vec<Vec<u8>> {
    let bundled = bundles("bundle.tar").into_iter().flat_map(|tar| members(&tar));
    [files("log"), bundled.filter(|file| file.starts_with(b"20")).collect()].concat()
}

fn messages(log: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(log);
    let message = |line: &str| line.split_once("- ").map(|(_, message)| format!("\u{2}{message}\n"));
    text.lines().filter_map(message).collect::<String>().into_bytes()
}

fn without_magic(file: &[u8]) -> Option<Vec<u8>> {
    let choice = match file.get(..2)? {
        [0xd4, 0xc3] => 0,
        [0xa1, 0xb2] => 1,
        [0x4d, 0x3c] => 2,
        _ => return None,
    };
    Some([&[choice], &file[4..]].concat())
}

/// Every capture of testdata, those in bundles too.
fn all_captures() -> Vec<Vec<u8>> {
    let mut all =
        [files("capture"), files("tls"), bundles("bundle.tar").iter().flat_map(|tar| members(tar)).collect()].concat();
    all.sort();
    all.dedup();
    all
}

/// The contents of a tar's members.
fn members(tar: &[u8]) -> Vec<Vec<u8>> {
    let mut tar = tar::Archive::new(tar);
    let content = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
        let mut bytes = Vec::new();
        entry.unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    tar.entries().unwrap().map(content).collect()
}

/// The Ethernet frames of each little-endian pcap of testdata.
fn captures() -> Vec<Vec<Vec<u8>>> {
    little_endian(&all_captures())
}

fn little_endian(files: &[Vec<u8>]) -> Vec<Vec<Vec<u8>>> {
    let little = |file: &&Vec<u8>| matches!(file.get(..2), Some([0xd4, 0xc3] | [0x4d, 0x3c]));
    files.iter().filter(little).map(|file| frames(file)).collect()
}

fn frames(file: &[u8]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let mut rest = &file[24..];
    while let [_, _, _, _, _, _, _, _, a, b, c, d, _, _, _, _, behind @ ..] = rest {
        let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
        let (frame, behind) = behind.split_at(behind.len().min(length));
        frames.push(frame.to_vec());
        rest = behind;
    }
    frames
}

fn with_lengths(frames: &[Vec<u8>]) -> Vec<u8> {
    let framed = |frame: &Vec<u8>| {
        let frame = &frame[..frame.len().min(255)];
        [&[frame.len() as u8], frame].concat()
    };
    [&[0][..], &frames.iter().take(30).flat_map(framed).collect::<Vec<_>>()].concat()
}

/// What IPv4 carries in a frame: protocol and payload.
fn carried(frame: &[u8]) -> Option<(u8, &[u8])> {
    (frame.get(12..15)? == [8, 0, 0x45]).then_some((*frame.get(23)?, frame.get(34..)?))
}

fn fragments(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for (protocol, payload) in frames.iter().filter_map(|frame| carried(frame)).take(20) {
        let from = if protocol == 17 { 0x80 } else { 0 };
        let pieces: Vec<_> = payload[..payload.len().min(400)].chunks(40).collect();
        for (index, piece) in pieces.iter().enumerate() {
            let more = if index + 1 < pieces.len() { 0x20 } else { 0 };
            out.extend([from | more, (index * 5) as u8, piece.len() as u8]);
            out.extend(*piece);
        }
    }
    out
}

fn payloads(protocol: u8) -> Vec<Vec<u8>> {
    let all = captures().concat();
    let payloads = all.iter().filter_map(|frame| carried(frame)).filter(|(carried, _)| *carried == protocol);
    let mut payloads: Vec<_> = payloads.filter_map(|(_, payload)| Some(payload.get(8..)?.to_vec())).collect();
    payloads.sort();
    payloads.dedup();
    payloads.into_iter().step_by(3).collect()
}

/// Payload of a TCP segment, and whether it is of the server.
fn segment(frame: &[u8]) -> Option<(bool, u8, u32, &[u8])> {
    let (6, tcp) = carried(frame)? else { return None };
    let header = usize::from(tcp.get(12)? >> 4) * 4;
    let seq = u32::from_be_bytes(tcp.get(4..8)?.try_into().ok()?);
    let by_server = u16::from_be_bytes(tcp.get(0..2)?.try_into().ok()?) < 10_000;
    Some((by_server, *tcp.get(13)?, seq, tcp.get(header..)?))
}

fn segments(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for (by_server, flags, seq, payload) in frames.iter().filter_map(|frame| segment(frame)).take(60) {
        let payload = &payload[..payload.len().min(255)];
        out.push(u8::from(by_server) << 7 | flags);
        out.extend(seq.to_be_bytes());
        out.push(payload.len() as u8);
        out.extend(payload);
    }
    out
}

/// What a segment carries, and whether it is the server's.
type Turn = (bool, Vec<u8>);

/// The segments of each connection to a server of TLS.
fn connections(captures: &[Vec<Vec<u8>>]) -> Vec<Vec<Turn>> {
    let mut connections: Vec<(u16, Vec<Turn>)> = Vec::new();
    for frames in captures {
        let first = connections.len();
        for (by_server, port, payload) in frames.iter().filter_map(|frame| tls_segment(frame)) {
            let known = connections[first..].iter().position(|(known, _)| *known == port);
            let at = known.map_or(connections.len(), |at| first + at);
            if known.is_none() {
                connections.push((port, Vec::new()));
            }
            connections[at].1.push((by_server, payload.to_vec()));
        }
    }
    connections.into_iter().map(|(_, turns)| turns).collect()
}

/// Both directions of each connection.
fn sessions() -> Vec<Vec<u8>> {
    let side = |turns: &[Turn], server: bool| {
        turns
            .iter()
            .filter(|(by_server, _)| *by_server == server)
            .flat_map(|(_, bytes)| bytes.clone())
            .collect::<Vec<u8>>()
    };
    let mut all: Vec<_> =
        connections(&captures()).iter().map(|turns| join(&side(turns, false), &side(turns, true))).collect();
    all.retain(|session| session.len() < LARGEST as usize);
    all.sort();
    all.dedup();
    all
}

/// Both directions in turns, as the target `decryption` has them.
fn in_turns(turns: &[Turn]) -> Vec<u8> {
    let framed = |(by_server, bytes): &Turn| {
        [&(u16::from(*by_server) << 15 | bytes.len() as u16).to_be_bytes()[..], bytes].concat()
    };
    turns.iter().flat_map(framed).collect()
}

/// Whether it is the server's, the client's port, and the payload.
fn tls_segment(frame: &[u8]) -> Option<(bool, u16, &[u8])> {
    let (by_server, _, _, payload) = segment(frame)?;
    let (_, tcp) = carried(frame)?;
    let [a, b, c, d] = tcp.get(..4)?.try_into().ok()?;
    let ports = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    let (port, server) = if by_server { (ports.1, ports.0) } else { (ports.0, ports.1) };
    (matches!(server, 443 | 4433 | 8443) && !payload.is_empty()).then_some((by_server, port, payload))
}

fn handshakes(records: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = records;
    while let [kind, _, _, a, b, behind @ ..] = rest {
        let (piece, behind) = behind.split_at(behind.len().min(usize::from(u16::from_be_bytes([*a, *b]))));
        if *kind == 22 {
            out.extend(piece);
        }
        rest = behind;
    }
    out
}

fn join_handshakes(session: &[u8]) -> Vec<u8> {
    let (client, server) = super::streams::halves(session);
    join(&handshakes(client), &handshakes(server))
}

/// The chains that servers present, each certificate behind the one before.
fn certificates() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = sessions().iter().filter_map(|session| chain(session)).collect();
    all.sort();
    all.dedup();
    all
}

fn chain(session: &[u8]) -> Option<Vec<u8>> {
    let server = handshakes(super::streams::halves(session).1);
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte));
    let mut rest = &server[..];
    while let [kind, a, b, c, behind @ ..] = rest {
        let body = behind.get(..number(&[*a, *b, *c]))?;
        if *kind == 11 {
            let (mut chain, mut list) = (Vec::new(), body.get(3..)?);
            while let [a, b, c, behind @ ..] = list {
                let length = number(&[*a, *b, *c]);
                chain.extend(behind.get(..length)?);
                list = &behind[length..];
            }
            return Some(chain);
        }
        rest = &behind[body.len()..];
    }
    None
}

/// A session that is answered, as the target `decrypted` has it: finished messages, a chain, request and answer.
fn answered(chain: &[u8]) -> Vec<u8> {
    let record = |kind: u8, content: &[u8]| {
        let piece = |piece: &[u8]| [&[kind, piece.len() as u8][..], piece].concat();
        content.chunks(200).flat_map(piece).collect::<Vec<u8>>()
    };
    let finished = [&[20, 0, 0, 32][..], &[5; 32]].concat();
    let encrypted_extensions =
        [8, 0, 0, 17, 0, 15, 0, 16, 0, 11, 0, 9, 8, b'h', b't', b't', b'p', b'/', b'1', b'.', b'1'];
    let certificate = [&[11][..], &long(&[&[0][..], &long(&[&long(chain)[..], &[0, 0]].concat())].concat())].concat();
    let request = b"GET /ciscoise/mdminfo HTTP/1.1\r\nHost: tenant.jamfcloud.com\r\n\r\n";
    let answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno";
    join(
        &[record(22, &finished), record(APPLICATION | 23, request), record(APPLICATION | 21, &[1, 0])].concat(),
        &[
            record(22, &[&encrypted_extensions[..], &certificate, &finished].concat()),
            record(APPLICATION | 22, &[4, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 1, 1]),
            record(APPLICATION | 23, answer),
            record(APPLICATION | 22, &[24, 0, 0, 1, 0]),
            record(APPLICATION | UPDATED | 23, answer),
        ]
        .concat(),
    )
}

/// Texts of every kind that redaction knows, for each of its fields.
fn originals() -> Vec<u8> {
    let texts = [
        "https://user:pass@mdm.corp.example.com:8443/a/b?token=1#x",
        "support/ise-psc.log.2023-08-15.gz!pan1.corp.example.com/TCPDump.pcap",
        "CN=mdm.corp.example.com,O=Example\\, Ltd.+OU=x;C=US",
        "[2001:db8::7]:443 and 192.0.2.1, *.corp.example.com.",
        "user 'jdoe' (jane.doe@corp.example.com), serial C02XK1ZZJGH5, 0050.56aa.bbcc, 00:50:56:aa:bb:cc",
        "5A4B3C2D-1E0F-4A5B-8C7D-9E8F7A6B5C4D at /v2/networkIntegrationEndpoint/a1b2c3 DEADBEEFDEADBEEF0011",
    ];
    let line = |number: u8| format!("{}{}\n", char::from(number), texts[usize::from(number) % texts.len()]);
    // A line feed ends a line, and can't begin one.
    (0..40).filter(|number| *number != b'\n').map(line).collect::<String>().into_bytes()
}

fn requests() -> Vec<Vec<u8>> {
    let mut all = vec![join(
        b"GET /ciscoise/mdminfo/?ise_api_version=3 HTTP/1.1\r\nHost: tenant.jamfcloud.com\r\nAuthorization: Basic eDp5\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nServer: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    )];
    all.push(join(
        b"CONNECT tenant.jamfcloud.com:443 HTTP/1.1\r\nProxy-Authorization: Basic eDp5\r\n\r\n",
        b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n",
    ));
    all
}

/// An archive of nothing.
fn empty_sevenz() -> Vec<u8> {
    let mut bytes = vec![0, 4];
    bytes.extend([0; 24]);
    bytes
}
