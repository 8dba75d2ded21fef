//! Looks in the payload of one segment for the words that a report cites. A segment may hold a part of a message alone, or begin
//! inside of one, and what is encrypted has no words: only a payload that shows by itself to be something else contradicts.

use crate::capture::tls::AlertDescription;

/// Kinds of TLS records (RFC 8446, section 5.1).
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const KINDS: std::ops::RangeInclusive<u8> = 20..=24;
/// The first message of a client (RFC 8446, section 4).
const CLIENT_HELLO: u8 = 1;
/// Longest record, with what encryption adds (RFC 5246, section 6.2.3).
const MAX_RECORD: usize = (1 << 14) + 2048;

/// Returns whether these are the letters of a method of HTTP.
pub(super) fn is_method(word: &[u8]) -> bool {
    (3..=8).contains(&word.len()) && word.iter().all(u8::is_ascii_uppercase)
}

/// Returns whether the payload begins with a request in the clear, and has none for this target.
pub(super) fn other_request(payload: &[u8], target: &str) -> bool {
    let method = payload.iter().position(|byte| *byte == b' ').and_then(|blank| payload.get(..blank));
    // Credentials in a query are not in the report, and neither are bytes that it spells out.
    let path = target.split('?').next().unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b':' | b'-' | b'_' | b'.');
    method.is_some_and(is_method) && path.bytes().all(plain) && !has(payload, path)
}

/// Returns whether the payload has answers in the clear, and none with this status.
pub(super) fn other_answer(payload: &[u8], status: &str) -> bool {
    const VERSION: &[u8] = b"HTTP/1.";
    let mut answers = memchr::memmem::find_iter(payload, VERSION)
        .filter_map(|at| payload.get(at + VERSION.len() + 1..)?.strip_prefix(b" ")?.get(..3))
        .filter(|found| found.iter().all(u8::is_ascii_digit))
        .peekable();
    answers.peek().is_some() && !answers.any(|found| found == status.as_bytes())
}

/// Returns whether the payload is records of TLS with no ClientHello for this name.
pub(super) fn other_hello(payload: &[u8], name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let Some(records) = records(payload).filter(|_| name.bytes().all(plain)) else { return false };
    let mut hellos = records.iter().filter(|(kind, body)| *kind == HANDSHAKE && body.first() == Some(&CLIENT_HELLO));
    // A hello may go on in the next record.
    let says = |body: &[u8]| !is_whole(body) || has(&body.to_ascii_lowercase(), &name.to_ascii_lowercase());
    !hellos.any(|(_, body)| says(body))
}

/// Returns whether the payload is records of TLS in the clear with no alert of this description.
pub(super) fn other_alert(payload: &[u8], name: &str) -> bool {
    let Some(records) = records(payload).filter(|_| name != "encrypted") else { return false };
    // Behind a record of data, everything may be an alert (RFC 8446, section 5.2); one of two bytes is in the clear.
    let may_be = |(kind, body): &(u8, &[u8])| match (*kind, *body) {
        (ALERT, [_, description]) => AlertDescription(*description).name() == name,
        (20 | HANDSHAKE, _) => false,
        _ => true,
    };
    !records.iter().any(may_be)
}

/// Returns a message of DNS that a segment holds whole behind its length (RFC 1035, section 4.2.2), and nothing else.
pub(super) fn dns_message(payload: &[u8]) -> Option<&[u8]> {
    let (length, message) = payload.split_first_chunk::<2>()?;
    (message.len() >= 12 && message.len() == usize::from(u16::from_be_bytes(*length))).then_some(message)
}

/// Returns the records that a payload is made of, from its first byte to its last.
fn records(mut payload: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut records = Vec::new();
    while !payload.is_empty() {
        let (&[kind, major, _, high, low], rest) = payload.split_first_chunk::<5>()?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        if !KINDS.contains(&kind) || major != 3 || !(1..=MAX_RECORD).contains(&length) {
            return None;
        }
        records.push((kind, rest.get(..length)?));
        payload = rest.get(length..)?;
    }
    (!records.is_empty()).then_some(records)
}

/// Returns whether a record holds the whole of the message of the handshake that it begins with.
fn is_whole(body: &[u8]) -> bool {
    let length = body.get(1..).and_then(|rest| rest.first_chunk::<3>());
    length.is_some_and(|&[a, b, c]| body.len() - 4 >= u32::from_be_bytes([0, a, b, c]) as usize)
}

fn has(payload: &[u8], words: &str) -> bool {
    memchr::memmem::find(payload, words.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u8, body: &[u8]) -> Vec<u8> {
        [&[kind, 3, 3, 0, u8::try_from(body.len()).unwrap()], body].concat()
    }

    fn hello(name: &str, cut: usize) -> Vec<u8> {
        let length = u8::try_from(2 + name.len()).unwrap();
        let body = [&[CLIENT_HELLO, 0, 0, length, 3, 3], name.as_bytes()].concat();
        record(HANDSHAKE, &body[..body.len() - cut])
    }

    #[test]
    fn requests_and_answers_in_the_clear_are_held_against_their_words() {
        let request = b"GET /ciscoise/mdminfo/?ise_api_version=3 HTTP/1.1\r\nHost: mdm.example.com\r\n\r\n";
        assert!(!other_request(request, "/ciscoise/mdminfo/?token=***"));
        assert!(other_request(request, "/other/mdminfo/"));
        assert!(!other_request(b"the rest of a request for /other", "/ciscoise"), "it begins before the segment");
        let answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\n500";
        assert!(!other_answer(answer, "404") && other_answer(answer, "500"));
        assert!(!other_answer(b"<html>500</html>", "404"));
    }

    #[test]
    fn hellos_and_alerts_are_held_against_their_records() {
        assert!(!other_hello(&hello("MDM.example.com", 0), "mdm.example.com"));
        assert!(other_hello(&hello("mdm2.example.com", 0), "mdm.example.com"));
        assert!(other_hello(&record(ALERT, &[2, 48]), "mdm.example.com"));
        assert!(!other_hello(&hello("mdm2.example.com", 3), "mdm.example.com"), "the rest is in the next record");
        assert!(!other_hello(&hello("mdm2.example.com", 0)[..9], "mdm.example.com"), "the rest is in the next segment");
        assert!(!other_alert(&record(ALERT, &[2, 48]), "unknown_ca"));
        assert!(other_alert(&record(ALERT, &[2, 40]), "unknown_ca"));
        assert!(other_alert(&hello("mdm.example.com", 0), "unknown_ca"));
        for opaque in [record(23, &[0; 20]), record(ALERT, &[7; 24]), b"no records".to_vec()] {
            assert!(!other_alert(&opaque, "unknown_ca"));
        }
    }

    #[test]
    fn a_message_of_dns_stands_behind_its_length() {
        let message = [&[0, 13][..], &[7; 13]].concat();
        assert_eq!(dns_message(&message), Some(&[7; 13][..]));
        assert_eq!(dns_message(&message[..10]), None);
        assert_eq!(dns_message(&[0, 0]), None);
    }
}
