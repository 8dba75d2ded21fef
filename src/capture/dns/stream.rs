//! DNS over TCP (RFC 7766): messages with their length in front. Answers that don't fit into a datagram come this way, in
//! connections of a few segments; what is longer, such as a zone transfer, is given up.

use std::collections::VecDeque;

use crate::capture::FrameRef;
use crate::capture::packet::{FiveTuple, Segment};
use crate::model::fast_map::FastMap;

/// Directions that are read at a time, segments that wait for one before them, and bytes of each direction.
const MAX_STREAMS: usize = 512;
const MAX_WAITING: usize = 16;
const MAX_BYTES: usize = 68 << 10;

/// Directions of TCP connections from or to port 53.
#[derive(Debug, Default)]
pub(crate) struct DnsStreams {
    streams: FastMap<FiveTuple, DnsStream>,
    /// In order of their beginning, so that the oldest gives way.
    order: VecDeque<FiveTuple>,
}

#[derive(Debug)]
struct DnsStream {
    next: u32,
    buffer: Vec<u8>,
    /// Bytes behind the buffer that were sent and not captured.
    lost: usize,
    /// The frame in which the message in the buffer begins.
    at: Option<FrameRef>,
    waiting: Vec<WaitingSegment>,
}

#[derive(Debug)]
struct WaitingSegment {
    start: u32,
    payload: Vec<u8>,
    sent: u32,
    at: FrameRef,
}

/// A message out of a stream.
#[derive(Debug)]
pub(crate) struct Framed {
    pub(crate) bytes: Vec<u8>,
    pub(crate) sent: u32,
    pub(crate) at: FrameRef,
}

impl DnsStreams {
    /// Takes a segment; returns the messages that it completes.
    pub(crate) fn add(&mut self, tuple: FiveTuple, segment: &Segment, at: FrameRef) -> Vec<Framed> {
        let syn = segment.has(Segment::SYN);
        let next = segment.sequence.wrapping_add(u32::from(syn));
        let fresh = || DnsStream { next, buffer: Vec::new(), lost: 0, at: None, waiting: Vec::new() };
        match self.streams.get_mut(&tuple) {
            // A SYN that comes again changes nothing.
            Some(known) if syn && known.next != next => *known = fresh(),
            Some(_) => {}
            None if syn || segment.sent > 0 => {
                if self.streams.len() >= MAX_STREAMS
                    && let Some(oldest) = self.order.pop_front()
                {
                    self.streams.remove(&oldest);
                }
                self.streams.insert(tuple, fresh());
                self.order.push_back(tuple);
            }
            None => {}
        }
        let mut messages = Vec::new();
        if segment.sent > 0
            && let Some(stream) = self.streams.get_mut(&tuple)
        {
            stream.add(segment, at, &mut messages);
        }
        messages
    }
}

impl DnsStream {
    fn add(&mut self, segment: &Segment, at: FrameRef, messages: &mut Vec<Framed>) {
        if self.waiting.len() >= MAX_WAITING {
            return;
        }
        let Segment { sequence, payload, sent, .. } = *segment;
        self.waiting.push(WaitingSegment { start: sequence, payload: payload.to_vec(), sent, at });
        while let Some(index) = self.waiting.iter().position(|part| self.next.wrapping_sub(part.start) < 1 << 31) {
            let WaitingSegment { start, payload, sent, at } = self.waiting.swap_remove(index);
            let known = self.next.wrapping_sub(start);
            if known >= sent {
                continue;
            }
            self.next = start.wrapping_add(sent);
            let new = payload.get(known as usize..).unwrap_or_default();
            self.at.get_or_insert(at);
            let sent = (sent - known) as usize;
            if self.lost == 0 && self.buffer.len() + new.len() <= MAX_BYTES {
                self.buffer.extend_from_slice(new);
                self.lost = sent.saturating_sub(new.len());
            } else {
                self.lost += sent;
            }
            self.take_messages(at, messages);
        }
    }

    fn take_messages(&mut self, at: FrameRef, messages: &mut Vec<Framed>) {
        while let Some(length) = self.buffer.first_chunk::<2>() {
            let length = usize::from(u16::from_be_bytes(*length));
            if self.buffer.len() + self.lost < length + 2 {
                return;
            }
            let end = self.buffer.len().min(length + 2);
            let bytes = self.buffer.get(2..end).unwrap_or_default().to_vec();
            self.buffer.drain(..end);
            let begun = self.at.take().unwrap_or(at);
            messages.push(Framed { bytes, sent: length as u32, at: begun });
            if self.buffer.is_empty() {
                // What follows a hole begins a message, as far as can be known.
                self.lost = 0;
                return;
            }
            self.at = Some(at);
        }
    }
}
