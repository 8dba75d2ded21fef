//! The second pass over a capture: the packets of those who are worth following, in the chunks where they may be.

use std::borrow::Cow;

use super::FrameRef;
use super::container::{Frame, Sink};
use super::flow::{StreamNumbers, Tracker};
use super::flow_filter::FlowFilter;
use super::packet::{FastPath, IpFragments, Packet, PacketBody, Segment, decode, fast_path, number};
use crate::model::time::Timestamp;

/// All that a chunk of a file holds of them: packets, ICMP errors about them, and fragments that may be of them.
pub(super) struct Sightings<'a, 's> {
    filter: &'s FlowFilter<'s>,
    seen: Vec<(u32, Timestamp, Packet<'a>)>,
    frames: u32,
}

impl<'a, 's> Sightings<'a, 's> {
    pub(super) fn new(filter: &'s FlowFilter<'s>) -> Self {
        Self { filter, seen: Vec::new(), frames: 0 }
    }

    fn look(&mut self, frame: &Frame<'a>) {
        let Ok(packet) = decode(frame.link, frame.bytes, frame.length) else { return };
        let knows = |address| self.filter.knows(number(address));
        let matters = match packet.body {
            PacketBody::Tcp(segment) => self.filter.to_server(&packet.tuple_of(&segment)).is_some(),
            PacketBody::Icmp(icmp) => icmp.quote.tcp && knows(icmp.quote.destination),
            PacketBody::Fragment(fragment) => {
                fragment.protocol == 6 && (knows(packet.source) || knows(packet.destination))
            }
            PacketBody::Udp { .. } => false,
        };
        if matters {
            self.seen.push((self.frames, frame.time, packet));
        }
    }
}

impl<'a> Sink<'a> for Sightings<'a, '_> {
    #[inline]
    fn frame(&mut self, frame: Frame<'a>) {
        self.frames += 1;
        match fast_path(frame.link, frame.bytes) {
            FastPath::Skip(_) => {}
            FastPath::Tcp(tcp) if self.filter.to_server(&tcp.tuple).is_none() => {}
            FastPath::Tcp(_) | FastPath::Decode => self.look(&frame),
        }
    }
}

/// Takes the sightings of a file in its order.
pub(super) struct SecondPass<'t, 'a, 's> {
    tracker: &'t mut Tracker<'a, 's>,
    numbers: &'t StreamNumbers,
    fragments: IpFragments<'a>,
    input: usize,
}

impl<'t, 'a, 's> SecondPass<'t, 'a, 's> {
    /// Begins a file whose connections have these numbers.
    pub(super) fn new(tracker: &'t mut Tracker<'a, 's>, numbers: &'t StreamNumbers, input: usize) -> Self {
        Self { tracker, numbers, fragments: IpFragments::default(), input }
    }

    /// Takes a chunk, before which there are so many frames.
    pub(super) fn take(&mut self, sightings: Sightings<'a, '_>, before: u64) {
        for (number, time, packet) in sightings.seen {
            let at = FrameRef { time, input: self.input, frame: before + u64::from(number) };
            self.packet(&packet, at);
        }
    }

    fn packet(&mut self, packet: &Packet<'a>, at: FrameRef) {
        match packet.body {
            PacketBody::Tcp(segment) => {
                self.tracker.segment(packet, &segment, Cow::Borrowed(segment.payload), at, self.numbers);
            }
            PacketBody::Icmp(icmp) => self.tracker.icmp(packet.source, packet.ip_id, &icmp, at, self.numbers),
            PacketBody::Fragment(_) => {
                let Some(whole) = self.fragments.add(packet, at.time) else { return };
                let Some(Packet { body: PacketBody::Tcp(segment), .. }) = whole.packet() else { return };
                let payload = Cow::Owned(segment.payload.to_vec());
                self.tracker.segment(packet, &Segment { payload: &[], ..segment }, payload, at, self.numbers);
            }
            PacketBody::Udp { .. } => {}
        }
    }
}
