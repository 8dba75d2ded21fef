//! Requests and responses of one connection, joined: bodies are stepped over, answers are given to their requests, and a
//! CONNECT that a proxy granted ends the conversation where its tunnel begins.

use super::body::{BodyEnd, body_end};
use super::head::{BodyLength, RequestHead, ResponseHead, begins_request, begins_response};
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
    /// There were credentials for the proxy.
    pub(crate) credentials: bool,
}

struct PendingRequest {
    at: FrameRef,
    head: RequestHead,
    /// Behind the head and the body, when that is known.
    end: Option<u64>,
    /// Bytes and last frame, as far as the end is known.
    extent: (u64, FrameRef),
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
            let credentials = head.credentials;
            conversation.connects.push(Connect { authority: head.connect, request: at, reply, credentials });
        } else {
            conversation.exchanges.push(HttpExchange {
                request: Some(request.at),
                request_end: Some(request.extent.1),
                request_bytes: request.extent.0,
                method: Some(request.head.method),
                target: request.head.target,
                host: request.head.host,
                credentials: request.head.credentials,
                reply: request.reply,
                decrypted,
            });
        }
    }
    for reply in orphans {
        let exchange = HttpExchange {
            request: None,
            request_end: None,
            request_bytes: 0,
            method: None,
            target: None,
            host: None,
            credentials: false,
            reply: Some(reply),
            decrypted,
        };
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
        let body = head.length.map(|length| start + length as u64);
        let end = body.and_then(|body| match head.body {
            BodyLength::Unsaid => Some(body),
            BodyLength::Length(length) => Some(body.saturating_add(length)),
            BodyLength::Chunked => body_end(stream, body, head.body).position(),
        });
        let extent = extent(stream, start, end, at);
        next = match end {
            Some(end) => stream.resume(end),
            None => find(stream, start, begins_request),
        };
        requests.push(PendingRequest { at, head, end, extent, reply: None });
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
        let body = match behind {
            Some(behind) if granted || method == "HEAD" || matches!(head.status, 204 | 304) => BodyEnd::At(behind),
            Some(behind) => body_end(stream, behind, head.body),
            None => BodyEnd::Unknown,
        };
        let end = body.position();
        // Until the connection closes, or until an end that was not captured.
        let until_close = head.length.is_some() && head.body == BodyLength::Unsaid && end.is_none();
        let cut_short = body == BodyEnd::CutShort;
        let known_end = if until_close || cut_short { Some(stream.end()) } else { end };
        let (bytes, last) = extent(stream, start, known_end, at);
        let content_length = match head.body {
            BodyLength::Length(length) => Some(length),
            _ => None,
        };
        let ResponseHead { status, reason, server, content_type, location, .. } = head;
        let (head_whole, whole) = (behind.is_some(), body.is_whole());
        let reply = HttpReply {
            at,
            status,
            head_whole,
            reason,
            server,
            content_type,
            location,
            content_length,
            end: last,
            bytes,
            whole,
        };
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
            None if until_close || cut_short || status == 101 => None,
            None => {
                lost = true;
                find(stream, start, begins_response)
            }
        };
    }
    None
}

/// Returns the bytes and the last frame of a message that begins at a position, whose end may not be known.
fn extent(stream: &ByteStream, start: u64, end: Option<u64>, at: FrameRef) -> (u64, FrameRef) {
    match end.map(|end| end.min(stream.end())).filter(|end| *end > start) {
        Some(end) => (end - start, stream.frame_before(end).unwrap_or(at)),
        None => (0, at),
    }
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
