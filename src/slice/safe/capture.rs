//! Frames with other addresses and names, their lengths as they were and their checksums right.

use super::bytes::{put, put_address, u16_at, u32_at};
use super::dns;
use super::headers::{self, DNS, Layers, TCP, UDP};
use super::streams::{Ends, Streams};
use crate::capture::LinkType;
use crate::redact::StandIns;

/// Flag of the first segment of a direction.
const SYN: u8 = 2;

/// Disguises the frames of one capture: all are to be shown to it once before it can do so.
pub(super) struct Packets<'a> {
    stand_ins: &'a StandIns<'a>,
    streams: Streams,
}

impl<'a> Packets<'a> {
    pub(super) fn new(stand_ins: &'a StandIns<'a>) -> Self {
        Self { stand_ins, streams: Streams::default() }
    }

    /// Looks at a frame.
    pub(super) fn see(&mut self, link: LinkType, frame: &[u8]) {
        if let Some((layers, segment)) = segment(link, frame) {
            let payload = frame.get(segment.payload..layers.end).unwrap_or_default();
            self.streams.add(segment.ends, segment.sequence, segment.is_syn, payload);
        }
    }

    /// Takes note that all frames have been seen.
    pub(super) fn seen(&mut self) {
        self.streams.disguise(self.stand_ins);
    }

    /// Returns what stands for a frame; `None` for one that is left out, since nothing of it that is known to be harmless matters.
    pub(super) fn disguised(&self, link: LinkType, frame: &[u8]) -> Option<Vec<u8>> {
        let layers = Layers::of(link, frame)?;
        let mut out = frame.to_vec();
        // What fills a frame up may be anything.
        out.get_mut(layers.end..).unwrap_or_default().fill(0);
        layers.disguise(link, &mut out, self.stand_ins);
        match layers.protocol {
            TCP => self.tcp(link, frame, &layers, &mut out)?,
            UDP => {
                let ports = (u16_at(frame, layers.transport)?, u16_at(frame, layers.transport + 2)?);
                if ports.0 != DNS && ports.1 != DNS {
                    return None;
                }
                dns::disguise(out.get_mut(layers.transport + 8..layers.end)?, self.stand_ins);
            }
            _ if layers.is_icmp() => self.icmp(&layers, &mut out)?,
            _ => return None,
        }
        layers.check(&mut out);
        Some(out)
    }

    fn tcp(&self, link: LinkType, frame: &[u8], layers: &Layers, out: &mut Vec<u8>) -> Option<()> {
        let Some((_, segment)) = segment(link, frame) else {
            // A header that was cut keeps what is there of its fixed fields.
            return (layers.end > layers.transport + 13).then_some(());
        };
        options(out.get_mut(layers.transport + 20..segment.payload).unwrap_or_default());
        let payload = frame.get(segment.payload..layers.end).unwrap_or_default();
        if payload.is_empty() {
            return Some(());
        }
        let is_zero = payload.iter().all(|byte| *byte == 0);
        let other = if is_zero {
            payload.to_vec()
        } else {
            self.streams.payload(segment.ends, segment.sequence, segment.is_syn, payload, self.stand_ins)
        };
        put(out, segment.payload, &other);
        if other.len() < payload.len() {
            out.truncate(segment.payload + other.len());
        }
        Some(())
    }

    /// Errors quote a packet; what else ICMP carries is taken out.
    fn icmp(&self, layers: &Layers, out: &mut [u8]) -> Option<()> {
        let (kind, body) = (*out.get(layers.transport)?, layers.transport + 8);
        if body > layers.end {
            return None;
        }
        match (layers.v6, kind) {
            (false, 5) => put_address(out, layers.transport + 4, false, self.stand_ins),
            (false, 3 | 4 | 11 | 12) | (true, 1..=4) => {}
            (false, 0 | 8) | (true, 128 | 129) => {
                out.get_mut(body..layers.end)?.fill(0);
                return Some(());
            }
            _ => return None,
        }
        headers::disguise_quote(out, body, layers.end, self.stand_ins);
        Some(())
    }
}

struct SegmentHeader {
    ends: Ends,
    sequence: u32,
    is_syn: bool,
    payload: usize,
}

/// Returns the segment of TCP in a frame.
fn segment(link: LinkType, frame: &[u8]) -> Option<(Layers, SegmentHeader)> {
    let layers = Layers::of(link, frame).filter(|layers| layers.protocol == TCP)?;
    let (from, to) = layers.addresses(frame)?;
    let at = layers.transport;
    let header = usize::from(*frame.get(at + 12)? >> 4) * 4;
    let ends = (from, u16_at(frame, at)?, to, u16_at(frame, at + 2)?);
    let segment = SegmentHeader {
        ends,
        sequence: u32_at(frame, at + 4)?,
        is_syn: frame.get(at + 13)? & SYN != 0,
        payload: at + header.max(20),
    };
    Some((layers, segment))
}

/// Takes out the options of TCP that say more than how to talk: what is none of the usual ones becomes padding.
fn options(options: &mut [u8]) {
    let mut at = 0;
    while let Some(&kind) = options.get(at) {
        let length = match kind {
            0 => return,
            1 => 1,
            _ => usize::from(options.get(at + 1).copied().unwrap_or_default()),
        };
        let end = (at + length.max(1)).min(options.len());
        // Segment size, window scale, SACK, timestamps.
        if !matches!(kind, 1 | 2 | 3 | 4 | 5 | 8) {
            options.get_mut(at..end).unwrap_or_default().fill(1);
        }
        if length == 0 {
            return;
        }
        at = end;
    }
}
