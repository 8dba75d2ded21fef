//! Requests and responses of one connection of HTTP/2, joined by their streams.

use std::collections::BTreeMap;

use super::frames::{Frames, Http2Frame, Http2FrameKind, PREFACE};
use super::hpack::{Decoder, Field};
use crate::capture::byte_stream::ByteStream;
use crate::capture::http::host_of;
use crate::capture::{FrameRef, HttpExchange, HttpReply};
use crate::model::sanitize;

/// Streams that are read of one connection.
const MAX_STREAMS: usize = 1024;
/// Bytes of a block of headers that is spread over several frames.
const MAX_BLOCK: usize = 64 << 10;

/// What one side sent on a stream.
#[derive(Debug, Default)]
struct Message {
    fields: Vec<Field>,
    first: Option<FrameRef>,
    last: Option<FrameRef>,
    /// Of all frames, headers and content alike.
    bytes: u64,
    /// Whether it came to its end; `None` when that can't be told.
    whole: Option<bool>,
}

impl Message {
    fn field(&self, name: &[u8]) -> Option<&[u8]> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    fn text(&self, name: &[u8]) -> Option<String> {
        self.field(name).map(sanitize::text).filter(|value| !value.is_empty())
    }

    fn status(&self) -> Option<u16> {
        std::str::from_utf8(self.field(b":status")?).ok()?.parse().ok().filter(|status| (100..600).contains(status))
    }
}

/// Reads the conversation; bodies are stepped over.
pub(crate) fn read_http2(to_server: &ByteStream, to_client: &ByteStream, decrypted: bool) -> Vec<HttpExchange> {
    let start = if to_server.at(0).starts_with(PREFACE) { PREFACE.len() as u64 } else { 0 };
    let asked = messages(to_server, start);
    let mut answered = messages(to_client, 0);
    let mut exchanges: Vec<HttpExchange> = asked
        .into_iter()
        .map(|(stream, request)| exchange(Some(request), answered.remove(&stream), decrypted))
        .collect();
    exchanges.extend(answered.into_values().map(|answer| exchange(None, Some(answer), decrypted)));
    exchanges.retain(|exchange| exchange.request.is_some() || exchange.reply.is_some());
    exchanges.sort_by_key(|exchange| exchange.request.or(exchange.reply.as_ref().map(|reply| reply.at)));
    exchanges
}

fn exchange(request: Option<Message>, answer: Option<Message>, decrypted: bool) -> HttpExchange {
    let request = request.unwrap_or_default();
    let authority = request.field(b":authority").or_else(|| request.field(b"host"));
    let host = authority.and_then(|authority| host_of(&String::from_utf8_lossy(authority)));
    HttpExchange {
        request: request.first,
        request_end: request.last,
        request_bytes: request.bytes,
        method: request.text(b":method"),
        target: request.field(b":path").map(sanitize::target),
        host,
        credentials: request.field(b"proxy-authorization").is_some(),
        reply: answer.as_ref().and_then(reply),
        decrypted,
    }
}

fn reply(answer: &Message) -> Option<HttpReply> {
    let status = answer.status()?;
    let length = answer.field(b"content-length").and_then(|length| std::str::from_utf8(length).ok()?.parse().ok());
    Some(HttpReply {
        at: answer.first?,
        status,
        // Headers that are not all there can't be read.
        head_whole: true,
        // HTTP/2 has none (RFC 9113, section 8.3.2).
        reason: String::new(),
        server: answer.text(b"server").or_else(|| answer.text(b"via")),
        content_type: answer.text(b"content-type"),
        location: answer.field(b"location").map(sanitize::location),
        content_length: length,
        end: answer.last?,
        bytes: answer.bytes,
        whole: answer.whole,
    })
}

/// Reads what one side sent, stream by stream.
fn messages(stream: &ByteStream, start: u64) -> BTreeMap<u32, Message> {
    let mut of: BTreeMap<u32, Message> = BTreeMap::new();
    let mut decoder = Decoder::new();
    // A block that goes on in the next frame, and what of it is missing.
    let mut open: Option<(u32, Vec<u8>, bool)> = None;
    let mut lost = false;
    for frame in Frames::of(stream, start) {
        lost |= frame.behind_hole;
        if frame.behind_hole {
            decoder.lose();
            open = None;
        }
        if frame.stream % 2 == 0 || of.len() >= MAX_STREAMS && !of.contains_key(&frame.stream) {
            continue;
        }
        if frame.kind == Http2FrameKind::Other {
            continue;
        }
        let message = of.entry(frame.stream).or_default();
        extend(message, &frame, stream);
        match frame.kind {
            Http2FrameKind::Headers | Http2FrameKind::Continuation => {
                let (id, mut block, mut cut) = open.take().unwrap_or((frame.stream, Vec::new(), false));
                cut |= !frame.is_whole() || block.len() > MAX_BLOCK || id != frame.stream;
                if !cut {
                    block.extend_from_slice(frame.block());
                }
                if !frame.ends_headers() {
                    open = Some((id, block, cut));
                } else if cut {
                    decoder.lose();
                } else {
                    take(message, decoder.decode(&block));
                }
                if frame.kind == Http2FrameKind::Headers && frame.ends_stream() {
                    message.whole = Some(true);
                }
            }
            Http2FrameKind::Data if frame.ends_stream() => message.whole = Some(frame.end <= stream.end()),
            Http2FrameKind::ResetStream => message.whole = message.whole.or(Some(false)),
            Http2FrameKind::Data | Http2FrameKind::Other => {}
        }
    }
    // What did not come to its end by the end of the connection never will, if nothing of it is missing.
    for message in of.values_mut().filter(|_| !lost) {
        message.whole = message.whole.or(Some(false));
    }
    of
}

fn extend(message: &mut Message, frame: &Http2Frame<'_>, stream: &ByteStream) {
    message.first = message.first.or_else(|| stream.frame_at(frame.start));
    message.last = stream.frame_before(frame.end.min(stream.end())).or(message.last);
    message.bytes += frame.end.min(stream.end()).saturating_sub(frame.start);
}

/// Takes the fields of a message; a final response follows those that only announce it, and trailers add nothing.
fn take(message: &mut Message, fields: Vec<Field>) {
    let interim = message.status().is_some_and(|status| status < 200);
    if message.fields.is_empty() || interim {
        message.fields = fields;
    }
}
