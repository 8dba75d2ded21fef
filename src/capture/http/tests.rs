//! Conversations: requests with their answers, holes, tunnels.

use super::conversation::{HttpConversation, read_conversation};
use crate::capture::HttpExchange;
use crate::capture::byte_stream::ByteStream;
use crate::capture::byte_stream::tests::{frame, stream};

fn statuses(conversation: &HttpConversation) -> Vec<(Option<&str>, Option<u16>)> {
    let status = |exchange: &HttpExchange| exchange.reply.as_ref().map(|reply| reply.status);
    conversation.exchanges.iter().map(|exchange| (exchange.target.as_deref(), status(exchange))).collect()
}

#[test]
fn several_exchanges_on_a_connection_keep_apart() {
    let to_server = stream(&[
        (1, Ok(b"GET /a HTTP/1.1\r\n\r\n")),
        (4, Ok(b"POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nGET\r\n0\r\nX: y\r\n\r\n")),
        (6, Ok(b"HEAD /c HTTP/1.1\r\n\r\nGET /d HTTP/1.1\r\n\r\n")),
    ]);
    let to_client = stream(&[
        (2, Ok(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHTTP/1.1 5")),
        (3, Ok(b"00")),
        (5, Ok(b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n9;x=y\r\nHTTP/1.1 \r\n0\r\n\r\n")),
        (7, Ok(b"HTTP/1.1 204 None\r\nContent-Length: 100\r\n\r\nHTTP/1.0 500 Oops\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")),
    ]);
    let conversation = read_conversation(&to_server, &to_client, false);
    let expected = [(Some("/a"), Some(200)), (Some("/b"), Some(404)), (Some("/c"), Some(204)), (Some("/d"), Some(500))];
    assert_eq!(statuses(&conversation), expected);
    assert_eq!(conversation.exchanges[0].reply.as_ref().unwrap().at, frame(2));
    assert!(conversation.tunnel.is_none());
}

#[test]
fn a_refused_connect_comes_again_and_a_granted_one_ends_the_conversation() {
    let connect: &[u8] = b"CONNECT h.example.com:443 HTTP/1.1\r\n\r\n";
    let again: &[u8] = b"CONNECT h.example.com:443 HTTP/1.1\r\nProxy-Authorization: Basic eA==\r\n\r\n";
    let to_server = stream(&[(1, Ok(connect)), (3, Ok(again)), (5, Ok(b"\x16\x03\x01"))]);
    let refused: &[u8] = b"HTTP/1.1 407 Authenticate\r\nContent-Length: 3\r\n\r\nno!";
    let granted: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";
    let to_client = stream(&[(2, Ok(refused)), (4, Ok(granted)), (6, Ok(b"\x16\x03\x03"))]);
    let conversation = read_conversation(&to_server, &to_client, false);
    let statuses: Vec<_> =
        conversation.connects.iter().map(|connect| connect.reply.as_ref().map(|reply| reply.status)).collect();
    assert_eq!(statuses, [Some(407), Some(200)]);
    assert_eq!(conversation.connects[1].authority, Some(("h.example.com".to_owned(), 443)));
    let client = (connect.len() + again.len()) as u64;
    assert_eq!(conversation.tunnel, Some((client, (refused.len() + granted.len()) as u64)));
    assert!(conversation.exchanges.is_empty());
}

#[test]
fn an_answer_behind_a_hole_goes_to_the_request_before_it() {
    let to_server = stream(&[(1, Ok(b"GET /a HTTP/1.1\r\n\r\n")), (4, Ok(b"GET /b HTTP/1.1\r\n\r\n"))]);
    let to_client = stream(&[(2, Err(500)), (5, Ok(b"HTTP/1.1 401 No\r\n\r\n"))]);
    let conversation = read_conversation(&to_server, &to_client, true);
    assert_eq!(statuses(&conversation), [(Some("/a"), None), (Some("/b"), Some(401))]);
    assert!(conversation.exchanges[1].decrypted);
}

#[test]
fn a_hole_in_a_body_of_known_length_loses_nothing() {
    let to_server = stream(&[(1, Ok(b"GET /a HTTP/1.1\r\n\r\n")), (4, Ok(b"GET /b HTTP/1.1\r\n\r\n"))]);
    let to_client = stream(&[
        (2, Ok(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")),
        (3, Err(900)),
        (5, Ok(b"HTTP/1.1 503 Busy\r\n\r\n")),
    ]);
    let conversation = read_conversation(&to_server, &to_client, false);
    assert_eq!(statuses(&conversation), [(Some("/a"), Some(200)), (Some("/b"), Some(503))]);
}

#[test]
fn an_answer_without_its_request_is_still_an_answer() {
    let to_client = stream(&[(2, Ok(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))]);
    let conversation = read_conversation(&ByteStream::default(), &to_client, false);
    assert_eq!(statuses(&conversation), [(None, Some(200))]);
    assert_eq!(conversation.exchanges[0].request, None);
}

#[test]
fn each_exchange_has_its_own_frames_and_bytes() {
    let to_server = stream(&[
        (1, Ok(b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\na")),
        (2, Ok(b"bc")),
        (5, Ok(b"GET /b HTTP/1.1\r\n\r\n")),
    ]);
    let to_client = stream(&[
        (3, Ok(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")),
        (4, Ok(b"cd")),
        (6, Ok(b"HTTP/1.1 200 OK\r\n\r\nuntil")),
        (7, Ok(b" the close")),
    ]);
    let conversation = read_conversation(&to_server, &to_client, false);
    let seen: Vec<_> = conversation
        .exchanges
        .iter()
        .map(|exchange| {
            let reply = exchange.reply.as_ref().unwrap();
            let asked = (exchange.request, exchange.request_end, exchange.request_bytes);
            (asked, (reply.at, reply.end, reply.bytes, reply.content_length, reply.whole))
        })
        .collect();
    let at = |number| Some(frame(number));
    assert_eq!(
        seen,
        [
            ((at(1), at(2), 42), (frame(3), frame(4), 42, Some(4), Some(true))),
            ((at(5), at(5), 19), (frame(6), frame(7), 34, None, None))
        ]
    );
}

#[test]
fn an_answer_that_ends_too_soon_is_cut_short() {
    let whole = |answer: &'static [u8]| {
        let to_server = stream(&[(1, Ok(b"GET /a HTTP/1.1\r\n\r\n"))]);
        let conversation = read_conversation(&to_server, &stream(&[(2, Ok(answer))]), false);
        conversation.exchanges[0].reply.as_ref().unwrap().whole
    };
    assert_eq!(whole(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc"), Some(false));
    assert_eq!(whole(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\nab"), Some(false));
    assert_eq!(whole(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"), Some(true));
    assert_eq!(whole(b"HTTP/1.1 200 OK\r\nContent-Le"), None);
}

#[test]
fn an_endless_chunk_is_no_trouble() {
    let to_client = stream(&[(2, Ok(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx"))]);
    assert_eq!(statuses(&read_conversation(&ByteStream::default(), &to_client, false)), [(None, Some(200))]);
}
