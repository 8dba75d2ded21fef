//! Requests and responses of one connection, joined: bodies are stepped over, answers are given to their requests, and a
//! CONNECT that a proxy granted ends the conversation where its tunnel begins.

use super::head::{BodyLength, MAX_HEAD, RequestHead, ResponseHead, begins_request, begins_response};
use crate::capture::byte_stream::ByteStream;
use crate::capture::{FrameRef, HttpExchange, HttpReply};

/// Exchanges that are read of one connection; what a client asks beyond that tells nothing new.
const MAX_EXCHANGES: usize = 1024;

/// Requests and answers of a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct HttpConversation {
    /// Requests with their answers, in order; CONNECT left out.
    pub(crate) exchanges: Vec<HttpExchange>,
    /// CONNECT requests with their answers, in order.
    pub(crate) connects: Vec<Connect>,
    /// Positions at which a tunnel begins, in the client's and the server's direction, when a CONNECT was granted or never answered.
    pub(crate) tunnel: Option<(u64, u64)>,
}

/// A CONNECT request, and what the proxy said.
#[derive(Clone, Debug)]
pub(crate) struct Connect {
    /// Host and port, when they were not cut.
    pub(crate) authority: Option<(String, u16)>,
    pub(crate) request: FrameRef,
    pub(crate) reply: Option<HttpReply>,
}

struct PendingRequest {
    at: FrameRef,
    head: RequestHead,
    /// Behind the head and the body, when that is known.
    end: Option<u64>,
    reply: Option<HttpReply>,
}

/// Returns whether HTTP/1.x is spoken from the first byte that is there, in one direction at least.
pub(crate) fn speaks_http(to_server: &ByteStream, to_client: &ByteStream) -> bool {
    let first =
        |stream: &ByteStream, begins: fn(&[u8]) -> bool| stream.resume(0).is_some_and(|start| begins(stream.at(start)));
    first(to_server, begins_request) || first(to_client, begins_response)
}

/// Reads the conversation.
pub(crate) fn read_conversation(to_server: &ByteStream, to_client: &ByteStream, decrypted: bool) -> HttpConversation {
    let mut requests = read_requests(to_server);
    let mut orphans = Vec::new();
    let granted = read_responses(to_client, &mut requests, &mut orphans);
    let mut conversation = HttpConversation::default();
    if let Some((index, behind)) = granted {
        requests.truncate(index + 1);
        let client = requests.last().and_then(|request| request.end);
        conversation.tunnel = Some((client.unwrap_or(0), behind));
    } else if let Some(last) = requests.last().filter(|last| last.head.method == "CONNECT" && last.reply.is_none()) {
        // The answer was not captured; what follows, if anything does, is inside the tunnel.
        conversation.tunnel = Some((last.end.unwrap_or(0), 0));
    }
    for request in requests {
        if request.head.method == "CONNECT" {
            let PendingRequest { at, head, reply, .. } = request;
            conversation.connects.push(Connect { authority: head.connect, request: at, reply });
        } else {
            conversation.exchanges.push(HttpExchange {
                request: Some(request.at),
                method: Some(request.head.method),
                target: request.head.target,
                host: request.head.host,
                reply: request.reply,
                decrypted,
            });
        }
    }
    for reply in orphans {
        let exchange =
            HttpExchange { request: None, method: None, target: None, host: None, reply: Some(reply), decrypted };
        conversation.exchanges.push(exchange);
    }
    conversation.exchanges.sort_by_key(|exchange| exchange.request.or(exchange.reply.as_ref().map(|reply| reply.at)));
    conversation
}

fn read_requests(stream: &ByteStream) -> Vec<PendingRequest> {
    let mut requests = Vec::new();
    let mut next = stream.resume(0);
    while let Some(start) = next.filter(|_| requests.len() < MAX_EXCHANGES) {
        let bytes = stream.at(start);
        let Some((head, at)) = RequestHead::read(bytes).zip(stream.frame_at(start)) else {
            // Behind a CONNECT comes its tunnel; behind anything else, something that was lost.
            let tunnel = requests
                .last()
                .is_some_and(|last: &PendingRequest| last.head.method == "CONNECT" && last.end.is_some());
            next = if tunnel { None } else { find(stream, start, begins_request) };
            continue;
        };
        let end = head.length.and_then(|length| {
            let body = start + length as u64;
            match head.body {
                BodyLength::Unsaid => Some(body),
                BodyLength::Length(length) => Some(body.saturating_add(length)),
                BodyLength::Chunked => skip_chunks(stream, body),
            }
        });
        next = match end {
            Some(end) => stream.resume(end),
            None => find(stream, start, begins_request),
        };
        requests.push(PendingRequest { at, head, end, reply: None });
    }
    requests
}

/// Gives the responses to their requests; returns the CONNECT that was granted with the position behind the answer.
fn read_responses(
    stream: &ByteStream,
    requests: &mut [PendingRequest],
    orphans: &mut Vec<HttpReply>,
) -> Option<(usize, u64)> {
    let mut next = stream.resume(0);
    let mut lost = next != Some(0);
    let mut answered = 0;
    while let Some(start) = next.filter(|_| answered + orphans.len() < MAX_EXCHANGES) {
        let bytes = stream.at(start);
        let Some((head, at)) =
            begins_response(bytes).then(|| ResponseHead::read(bytes)).flatten().zip(stream.frame_at(start))
        else {
            next = find(stream, start, begins_response);
            lost = true;
            continue;
        };
        let interim = (100..200).contains(&head.status) && head.status != 101;
        let behind = head.length.map(|length| start + length as u64);
        if interim {
            next = behind.map_or_else(|| find(stream, start, begins_response), |behind| stream.resume(behind));
            continue;
        }
        let index = request_of(requests, answered, at, lost);
        let method = index.and_then(|index| requests.get(index)).map_or("", |request| request.head.method.as_str());
        let granted = method == "CONNECT" && (200..300).contains(&head.status);
        let end = match (behind, head.body) {
            _ if granted => behind,
            (Some(behind), _) if method == "HEAD" || matches!(head.status, 204 | 304) => Some(behind),
            (Some(behind), BodyLength::Length(length)) => Some(behind.saturating_add(length)),
            (Some(behind), BodyLength::Chunked) => skip_chunks(stream, behind),
            // Until the connection closes, or until an end that was not captured.
            _ => None,
        };
        let until_close = head.length.is_some() && head.body == BodyLength::Unsaid && end.is_none();
        let ResponseHead { status, reason, server, content_type, location, .. } = head;
        let reply = HttpReply { at, status, reason, server, content_type, location };
        match index.and_then(|index| requests.get_mut(index)) {
            Some(request) => request.reply = Some(reply),
            None => orphans.push(reply),
        }
        if let Some(index) = index {
            answered = index + 1;
            if granted {
                return Some((index, end.unwrap_or(start)));
            }
        }
        next = match end {
            Some(end) => stream.resume(end),
            None if until_close || status == 101 => None,
            None => {
                lost = true;
                find(stream, start, begins_response)
            }
        };
    }
    None
}

/// Finds the request that a response answers: the first that has no answer, or where something was lost, the last that was sent
/// before the response.
fn request_of(requests: &[PendingRequest], answered: usize, at: FrameRef, lost: bool) -> Option<usize> {
    let open = requests.get(answered..).unwrap_or_default();
    let before = open.partition_point(|request| request.at <= at);
    match before {
        0 => None,
        _ if lost => Some(answered + before - 1),
        _ => Some(answered),
    }
}

/// Finds the next frame whose content begins like that, behind a position whose structure was lost.
fn find(stream: &ByteStream, behind: u64, begins: fn(&[u8]) -> bool) -> Option<u64> {
    stream.starts_from(behind + 1).find(|&start| begins(stream.at(start)))
}

/// Returns the position behind the chunks and trailers that begin here (RFC 9112 section 7.1); `None` when a line of the structure is missing.
fn skip_chunks(stream: &ByteStream, mut position: u64) -> Option<u64> {
    loop {
        let bytes = stream.at(position);
        let line = bytes.get(..MAX_HEAD).unwrap_or(bytes);
        let httparse::Status::Complete((length, size)) = httparse::parse_chunk_size(line).ok()? else { return None };
        position += length as u64;
        if size > 0 {
            position = position.checked_add(size)?.checked_add(2)?;
            continue;
        }
        // Trailers end with an empty line.
        loop {
            let bytes = stream.at(position);
            let end = memchr::memchr(b'\n', bytes)?;
            position += end as u64 + 1;
            if matches!(bytes.get(..end)?, b"" | b"\r") {
                return Some(position);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
            (
                7,
                Ok(b"HTTP/1.1 204 None\r\nContent-Length: 100\r\n\r\nHTTP/1.0 500 Oops\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
            ),
        ]);
        let conversation = read_conversation(&to_server, &to_client, false);
        let expected =
            [(Some("/a"), Some(200)), (Some("/b"), Some(404)), (Some("/c"), Some(204)), (Some("/d"), Some(500))];
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
    fn an_endless_chunk_is_no_trouble() {
        let to_client =
            stream(&[(2, Ok(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx"))]);
        assert_eq!(statuses(&read_conversation(&ByteStream::default(), &to_client, false)), [(None, Some(200))]);
    }
}
