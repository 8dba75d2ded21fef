//! Conversations: streams beside each other, holes, padding, continuations.

use super::conversation::read_http2;
use super::frames::{PREFACE, speaks_http2};
use crate::capture::HttpExchange;
use crate::capture::byte_stream::ByteStream;
use crate::capture::byte_stream::tests::{frame, stream};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn bytes(kind: u8, flags: u8, stream: u8, content: &[u8]) -> Vec<u8> {
    let [_, high, middle, low] = (content.len() as u32).to_be_bytes();
    [&[high, middle, low, kind, flags, 0, 0, 0, stream], content].concat()
}

/// Makes a field that the table takes up, with its name in the clear.
fn field(name: &str, value: &str) -> Vec<u8> {
    let string = |text: &str| [&[text.len() as u8], text.as_bytes()].concat();
    [vec![0x40], string(name), string(value)].concat()
}

fn request(stream: u8, path: &str) -> Vec<u8> {
    // GET, https.
    let block = [vec![0x82, 0x87], field(":path", path), field(":authority", "MDM.example.com:443")].concat();
    bytes(HEADERS, END_STREAM | END_HEADERS, stream, &block)
}

fn answer(stream: u8, status: &str, flags: u8) -> Vec<u8> {
    let block = [field(":status", status), field("content-type", "application/xml")].concat();
    bytes(HEADERS, END_HEADERS | flags, stream, &block)
}

/// Status, and whether the answer is whole.
type Answered = Option<(u16, Option<bool>)>;

fn shown(exchanges: &[HttpExchange]) -> Vec<(Option<&str>, Answered)> {
    let reply = |exchange: &HttpExchange| exchange.reply.as_ref().map(|reply| (reply.status, reply.whole));
    exchanges.iter().map(|exchange| (exchange.target.as_deref(), reply(exchange))).collect()
}

fn client(requests: &[Vec<u8>]) -> Vec<u8> {
    [PREFACE.to_vec(), bytes(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 100]), requests.concat()].concat()
}

#[test]
fn streams_beside_each_other_keep_apart() {
    let asked = client(&[request(1, "/a"), request(3, "/b"), request(5, "/c")]);
    let to_server = stream(&[(1, Ok(&asked))]);
    let first = [bytes(SETTINGS, 0, 0, &[]), answer(3, "404", END_STREAM)].concat();
    let second = [answer(1, "200", 0), bytes(DATA, 0, 1, b"<ise_api>"), bytes(RESET, 0, 5, &[0; 4])].concat();
    let third = bytes(DATA, END_STREAM, 1, b"</ise_api>");
    let to_client = stream(&[(2, Ok(&first)), (3, Ok(&second)), (4, Ok(&third))]);
    assert!(speaks_http2(&to_server, &to_client));
    let exchanges = read_http2(&to_server, &to_client, true);
    assert_eq!(
        shown(&exchanges),
        [(Some("/a"), Some((200, Some(true)))), (Some("/b"), Some((404, Some(true)))), (Some("/c"), None)]
    );
    let reply = exchanges[0].reply.as_ref().unwrap();
    assert_eq!((reply.at, reply.end), (frame(3), frame(4)));
    assert_eq!(reply.content_type.as_deref(), Some("application/xml"));
    assert_eq!((exchanges[0].host.as_deref(), exchanges[0].method.as_deref()), (Some("mdm.example.com"), Some("GET")));
    assert!(exchanges[0].decrypted && exchanges[0].request == Some(frame(1)));
}

#[test]
fn interim_answers_padding_and_continuations_are_read_through() {
    let block = [vec![0x82, 0x87], field(":path", "/long")].concat();
    // Padding of two bytes, a priority of five, and the block in two frames.
    let head = [&[2, 0, 0, 0, 0, 16][..], &block[..4], &[0, 0]].concat();
    let asked = client(&[bytes(HEADERS, 0x29, 1, &head), bytes(CONTINUATION, END_HEADERS, 1, &block[4..])]);
    let answered = [answer(1, "103", 0), answer(1, "401", 0), bytes(DATA, END_STREAM, 1, b"no")].concat();
    let exchanges = read_http2(&stream(&[(1, Ok(&asked))]), &stream(&[(2, Ok(&answered))]), false);
    assert_eq!(shown(&exchanges), [(Some("/long"), Some((401, Some(true))))]);
}

#[test]
fn an_answer_that_the_connection_ends_in_is_not_whole() {
    let answered = [answer(1, "200", 0), bytes(DATA, 0, 1, b"half")].concat();
    let exchanges = read_http2(&stream(&[(1, Ok(&client(&[request(1, "/a")])))]), &stream(&[(2, Ok(&answered))]), true);
    assert_eq!(shown(&exchanges), [(Some("/a"), Some((200, Some(false))))]);
}

#[test]
fn behind_a_hole_what_can_be_known_is_read() {
    let asked = client(&[request(1, "/a"), request(3, "/b")]);
    let second = answer(3, "503", END_STREAM);
    let to_client = stream(&[(2, Err(300)), (4, Ok(&second))]);
    let exchanges = read_http2(&stream(&[(1, Ok(&asked))]), &to_client, true);
    assert_eq!(shown(&exchanges), [(Some("/a"), None), (Some("/b"), Some((503, Some(true))))]);
    // A hole in a body of known length loses nothing.
    let head = [answer(1, "200", 0), vec![0, 2, 0, DATA, END_STREAM, 0, 0, 0, 1], b"begun".to_vec()].concat();
    let to_client = stream(&[(2, Ok(&head)), (0, Err(507)), (5, Ok(&second))]);
    let exchanges = read_http2(&stream(&[(1, Ok(&asked))]), &to_client, true);
    assert_eq!(shown(&exchanges), [(Some("/a"), Some((200, Some(true)))), (Some("/b"), Some((503, Some(true))))]);
}

#[test]
fn a_server_alone_tells_statuses_and_others_are_not_taken_for_it() {
    let answered = [bytes(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 100]), answer(1, "404", END_STREAM)].concat();
    let to_client = stream(&[(2, Ok(&answered))]);
    assert!(speaks_http2(&ByteStream::default(), &to_client));
    assert_eq!(shown(&read_http2(&ByteStream::default(), &to_client, true)), [(None, Some((404, Some(true))))]);
    let plain = stream(&[(1, Ok(b"GET / HTTP/1.1\r\n\r\n"))]);
    assert!(!speaks_http2(&plain, &to_client));
    assert!(!speaks_http2(&ByteStream::default(), &stream(&[(1, Ok(b"HTTP/1.1 200 OK\r\n"))])));
}

#[test]
fn any_cut_ends_without_harm() {
    let asked = client(&[request(1, "/a"), request(3, "/b")]);
    let answered = [answer(1, "200", 0), bytes(DATA, END_STREAM, 1, b"x"), answer(3, "404", END_STREAM)].concat();
    for end in 0..asked.len() {
        read_http2(&stream(&[(1, Ok(&asked[..end]))]), &stream(&[(2, Ok(&answered))]), true);
    }
    for end in 0..answered.len() {
        let exchanges = read_http2(&stream(&[(1, Ok(&asked))]), &stream(&[(2, Ok(&answered[..end]))]), true);
        assert!(
            exchanges
                .iter()
                .filter_map(|exchange| exchange.reply.as_ref())
                .all(|reply| [200, 404].contains(&reply.status))
        );
    }
}
