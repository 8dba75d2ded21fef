//! HTTP/1.x in clear with other names, byte for byte as long as it was: what is needed to tell an answer from another stays, all that
//! may be someone's is replaced.

use crate::redact::StandIns;

/// Headers whose values are words of the protocol and of products, with hosts and addresses among them.
const PLAIN: [&str; 26] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "age",
    "allow",
    "cache-control",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "date",
    "expires",
    "host",
    "keep-alive",
    "location",
    "pragma",
    "proxy-agent",
    "proxy-authenticate",
    "proxy-connection",
    "retry-after",
    "server",
    "transfer-encoding",
    "user-agent",
    "via",
];
/// More than this of a body is not looked at.
const LONGEST_BODY: usize = 1 << 20;

/// Disguises the message that begins here, as far as it is there. Returns where it ends.
pub(super) fn disguise(stream: &mut [u8], from: usize, stand_ins: &StandIns<'_>) -> usize {
    let mut at = from;
    let mut body = BodyFraming::default();
    while let Some(rest) = stream.get(at..).filter(|rest| !rest.is_empty()) {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let line = String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).into_owned();
        let told = if at == from { first_line(&line, stand_ins) } else { header(&line, &mut body, stand_ins) };
        replace(stream, at, end, &told);
        at += end;
        if line.trim().is_empty() {
            break;
        }
    }
    if body.chunked {
        return chunks(stream, at, body.encoded, stand_ins);
    }
    let end = (at + body.length.unwrap_or_default()).min(stream.len());
    text(stream, at, end, body.encoded, stand_ins);
    end
}

/// What the head says of the body.
#[derive(Default)]
struct BodyFraming {
    length: Option<usize>,
    chunked: bool,
    encoded: bool,
}

/// Rewrites `GET /path HTTP/1.1`, or `HTTP/1.1 200 OK`.
fn first_line(line: &str, stand_ins: &StandIns<'_>) -> String {
    let mut words = line.splitn(3, ' ');
    match (words.next(), words.next(), words.next()) {
        (Some(version), Some(status), rest) if version.starts_with("HTTP/") => {
            let reason = rest.map(|reason| format!(" {}", stand_ins.text_of_same_length(reason))).unwrap_or_default();
            format!("{version} {status}{reason}")
        }
        (Some("CONNECT"), Some(authority), Some(version)) => {
            format!("CONNECT {} {version}", server(authority, stand_ins))
        }
        (Some(method), Some(target), Some(version)) => format!("{method} {} {version}", stand_ins.target(target)),
        _ => stand_ins.text_of_same_length(line),
    }
}

fn header(line: &str, body: &mut BodyFraming, stand_ins: &StandIns<'_>) -> String {
    let Some((name, value)) = line.split_once(':') else { return stand_ins.text_of_same_length(line) };
    let lower = name.trim().to_ascii_lowercase();
    let told = value.trim().to_ascii_lowercase();
    match lower.as_str() {
        "content-length" => body.length = told.parse().ok(),
        "transfer-encoding" => body.chunked = told.ends_with("chunked"),
        "content-encoding" => body.encoded = told != "identity",
        _ => {}
    }
    let value = match lower.as_str() {
        "content-length" | "age" if told.bytes().all(|byte| byte.is_ascii_digit()) => value.to_owned(),
        "host" => {
            let bare = value.trim();
            value.replacen(bare, &server(bare, stand_ins), 1)
        }
        plain if PLAIN.contains(&plain) => stand_ins.text_of_same_length(value),
        _ => stand_ins.word(value),
    };
    let name = if PLAIN.contains(&lower.as_str()) { name.to_owned() } else { stand_ins.text_of_same_length(name) };
    format!("{name}:{value}")
}

/// Rewrites host and port.
fn server(authority: &str, stand_ins: &StandIns<'_>) -> String {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{}:{port}", stand_ins.host(host))
        }
        _ => stand_ins.host(authority),
    }
}

/// Rewrites a body in chunks, whose lengths stay (RFC 9112, section 7.1).
fn chunks(stream: &mut [u8], mut at: usize, encoded: bool, stand_ins: &StandIns<'_>) -> usize {
    loop {
        let rest = stream.get(at..).unwrap_or_default();
        let Some(end) = memchr::memchr(b'\n', rest) else { break };
        let size = String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).trim().to_owned();
        let Ok(length) = usize::from_str_radix(&size, 16) else { break };
        let start = at + end + 1;
        let until = (start.saturating_add(length)).min(stream.len());
        text(stream, start, until, encoded, stand_ins);
        at = (until + 2).min(stream.len());
        if length == 0 {
            return at;
        }
    }
    // What is no chunk is taken out.
    stream.get_mut(at..).unwrap_or_default().fill(b'x');
    stream.len()
}

/// Rewrites text word by word; what is none is taken out.
fn text(stream: &mut [u8], from: usize, to: usize, encoded: bool, stand_ins: &StandIns<'_>) {
    let Some(body) = stream.get_mut(from..to) else { return };
    let told = match str::from_utf8(body) {
        Ok(text) if !encoded && text.len() <= LONGEST_BODY => stand_ins.text_of_same_length(text),
        _ => String::new(),
    };
    if told.len() == body.len() {
        body.copy_from_slice(told.as_bytes());
    } else {
        body.fill(b'x');
    }
}

fn replace(stream: &mut [u8], at: usize, length: usize, told: &str) {
    let Some(line) = stream.get_mut(at..at + length) else { return };
    if told.len() == length {
        line.copy_from_slice(told.as_bytes());
    } else {
        // Letters alone: the line must end where it did.
        line.iter_mut().filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()).for_each(|byte| *byte = b'x');
    }
}
