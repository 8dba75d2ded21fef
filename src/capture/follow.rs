//! The second pass over a capture: the packets of those who are worth following, and what counting connections needs of all
//! others.

use std::borrow::Cow;

use super::FrameRef;
use super::container::{Frame, Sink};
use super::flow::{Conversations, Head, Recent, Tracker};
use super::packet::{Body, Ends, Fragments, Glance, Packet, Segment, decode, glance, number};
use super::watch::Watch;
use crate::time::Timestamp;

/// Seeds the hashes of endpoints for one run.
pub(super) type Seed = foldhash::fast::RandomState;

#[derive(Clone, Copy, Debug)]
enum Seen<'a> {
    /// A packet that is not followed, and may begin a connection.
    Head(Head),
    /// A packet that is followed, an ICMP error about one, or a fragment that may be of one.
    Packet(Packet<'a>),
}

/// What a chunk of a file holds of it.
pub(super) struct Sightings<'a, 's> {
    watch: &'s Watch<'s>,
    seed: &'s Seed,
    recent: Recent,
    seen: Vec<(u32, Timestamp, Seen<'a>)>,
    pub(super) frames: u32,
}

impl<'a, 's> Sightings<'a, 's> {
    pub(super) fn new(watch: &'s Watch<'s>, seed: &'s Seed) -> Self {
        Self { watch, seed, recent: Recent::new(), seen: Vec::new(), frames: 0 }
    }

    fn look(&mut self, frame: &Frame<'a>) {
        let Some(packet) = decode(frame.link, frame.bytes, frame.length) else { return };
        match packet.body {
            Body::Tcp(segment) => {
                let ends = ends(&packet, &segment);
                if self.watch.to_server(&ends).is_some() {
                    self.see(frame, Seen::Packet(packet));
                } else {
                    let head = Head::new(self.seed, &ends, segment.flags);
                    self.head(frame, &head, segment.sequence, segment.acknowledgment);
                }
            }
            Body::Icmp(icmp) => {
                if icmp.quote.tcp {
                    self.see(frame, Seen::Packet(packet));
                }
            }
            Body::Fragment(fragment) => {
                let known = self.watch.knows(number(packet.source)) || self.watch.knows(number(packet.destination));
                if fragment.protocol == 6 && known {
                    self.see(frame, Seen::Packet(packet));
                }
            }
            Body::Udp { .. } => {}
        }
    }

    #[inline]
    fn head(&mut self, frame: &Frame<'a>, head: &Head, sequence: u32, acknowledgment: u32) {
        if self.recent.is_news(head) {
            self.see(frame, Seen::Head(head.numbered(sequence, acknowledgment)));
        }
    }

    fn see(&mut self, frame: &Frame<'a>, seen: Seen<'a>) {
        self.seen.push((self.frames, frame.time, seen));
    }
}

fn ends(packet: &Packet, segment: &Segment) -> Ends {
    Ends::new(packet.source, segment.source_port, packet.destination, segment.destination_port)
}

impl<'a> Sink<'a> for Sightings<'a, '_> {
    #[inline]
    fn frame(&mut self, frame: Frame<'a>) {
        self.frames += 1;
        match glance(frame.link, frame.bytes) {
            Glance::Tcp(tcp) if self.watch.to_server(&tcp.ends).is_none() => {
                let head = Head::new(self.seed, &tcp.ends, tcp.flags);
                if self.recent.is_news(&head) {
                    let head = head.numbered(tcp.sequence(), tcp.acknowledgment());
                    self.see(&frame, Seen::Head(head));
                }
            }
            Glance::Tcp(_) | Glance::Look => self.look(&frame),
            Glance::Nothing => {}
        }
    }
}

/// Takes the sightings of a file in its order.
pub(super) struct Follower<'t, 'a, 's> {
    tracker: &'t mut Tracker<'a, 's>,
    conversations: Conversations,
    fragments: Fragments<'a>,
    seed: &'s Seed,
    input: usize,
    /// Frames before the chunk.
    before: u64,
}

impl<'t, 'a, 's> Follower<'t, 'a, 's> {
    /// Begins a file.
    pub(super) fn new(tracker: &'t mut Tracker<'a, 's>, seed: &'s Seed, input: usize) -> Self {
        let (conversations, fragments) = (Conversations::default(), Fragments::default());
        Self { tracker, conversations, fragments, seed, input, before: 0 }
    }

    /// Takes a chunk.
    pub(super) fn take(&mut self, sightings: Sightings<'a, '_>) {
        for (number, time, seen) in sightings.seen {
            let at = FrameRef { time, input: self.input, frame: self.before + u64::from(number) };
            match seen {
                Seen::Head(head) => {
                    self.conversations.observe(&head);
                }
                Seen::Packet(packet) => self.packet(&packet, at),
            }
        }
        self.before += u64::from(sightings.frames);
    }

    fn packet(&mut self, packet: &Packet<'a>, at: FrameRef) {
        match packet.body {
            Body::Tcp(segment) => self.segment(packet, &segment, Cow::Borrowed(segment.payload), at),
            Body::Icmp(icmp) => {
                let (sequence, flags) = icmp.quote.sequence_and_flags();
                let head = Head::new(self.seed, &icmp.quote.ends(), flags).numbered(sequence, 0).quoted();
                let stream = self.conversations.observe(&head);
                self.tracker.icmp(packet.source, packet.ip_id, &icmp, at, stream);
            }
            Body::Fragment(_) => {
                let Some(whole) = self.fragments.add(packet, at.time) else { return };
                let Some(Packet { body: Body::Tcp(segment), .. }) = whole.packet() else { return };
                let payload = Cow::Owned(segment.payload.to_vec());
                self.segment(packet, &Segment { payload: &[], ..segment }, payload, at);
            }
            Body::Udp { .. } => {}
        }
    }

    fn segment(&mut self, packet: &Packet, segment: &Segment<'a>, payload: Cow<'a, [u8]>, at: FrameRef) {
        let head = Head::new(self.seed, &ends(packet, segment), segment.flags);
        let stream = self.conversations.observe(&head.numbered(segment.sequence, segment.acknowledgment));
        self.tracker.segment(packet, segment, payload, at, stream);
    }
}
