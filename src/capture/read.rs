//! The capture stage as a whole: two passes over the files of a capture.

use std::fmt;

use bytes::Bytes;

use super::chunks::{self, CHUNK, Start};
use super::container::{Damage, first_packet_time};
use super::first_pass::{FirstPass, ScannedChunk};
use super::flow::{StreamIndex, StreamNumbers, Tracker};
use super::flow_filter::FlowFilter;
use super::frame_hints::{FrameHints, Seed};
use super::names::Names;
use super::quality::{self, FileQuality, Peers};
use super::second_pass::{SecondPass, Sightings};
use super::secrets::{KeyLogs, Secrets};
use super::tls::warn_of_unopened;
use super::{CaptureFacts, CapturePartFacts, Interest};
use crate::model::redacted_debug::RedactedInDebug;
use crate::model::time::Timestamp;
use crate::model::warning::{Warning, WarningCode};
use crate::progress::Progress;

/// Times that the files are read for names that answers point to.
const MAX_ROUNDS: usize = 4;

/// One file of a capture.
#[derive(Clone, Copy)]
pub struct CapturePart<'a> {
    /// Index of the input.
    pub input: usize,
    /// The file.
    pub bytes: &'a [u8],
}

impl fmt::Debug for CapturePart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CapturePart").field("input", &self.input).field("bytes", &RedactedInDebug(self.bytes)).finish()
    }
}

/// Reads a capture. The files of one that was rotated are given together, in any order.
pub fn read_capture(
    parts: &[CapturePart<'_>],
    interest: &Interest,
    secrets: &Secrets,
    progress: &Progress,
) -> CaptureFacts {
    read_in_chunks(parts, interest, secrets, progress, CHUNK)
}

/// Reads a capture in chunks of any size, which changes nothing.
pub(super) fn read_in_chunks(
    parts: &[CapturePart<'_>],
    interest: &Interest,
    secrets: &Secrets,
    progress: &Progress,
    chunk: usize,
) -> CaptureFacts {
    let parts = in_order(parts);
    let mut facts = CaptureFacts::default();
    let mut names = Names::new(interest);
    let seed = Seed::default();
    // Reading again is the exception, and nothing that a person waits for by the byte.
    let silent = Progress::default();
    let mut round = 1;
    let (candidates, key_logs, files, peers) = loop {
        facts.parts.clear();
        facts.quality.clear();
        facts.warnings.clear();
        let progress = if round == 1 { progress } else { &silent };
        let (mut pass, files) = first_pass(&parts, &names, interest, &seed, chunk, progress, &mut facts);
        if round < MAX_ROUNDS && pass.learn_names(&mut names) {
            round += 1;
            continue;
        }
        let key_logs = pass.key_logs.clone();
        let peers = std::mem::take(&mut pass.peers);
        facts.contacts = std::mem::take(&mut pass.contacts).finish();
        break (pass.finish(&names, interest), key_logs, files, peers);
    };
    let mut secrets = secrets.clone();
    let mut own = KeyLogs::default();
    for (input, text) in key_logs {
        facts.warnings.extend(own.read(Bytes::copy_from_slice(text), Some(input)));
    }
    secrets.extend(own.finish());
    second_pass(&files, &FlowFilter::new(&candidates, &names, interest), &secrets, &mut facts);
    if candidates.dns_overflow {
        facts.warnings.push(Warning::general(
            WarningCode::DnsLimit,
            "the capture has more DNS queries about MDM servers than are kept; the later ones were not read",
        ));
    }
    facts.dns = candidates.dns;
    facts.dns_queries_missing = candidates.dns_queries_missing;
    note_quality(&mut facts, &peers);
    facts
}

/// Adds what the connections that were followed say of the quality, what was seen of those who matter, and the warnings.
fn note_quality(facts: &mut CaptureFacts, peers: &Peers) {
    for flow in &facts.flows {
        if let Some(quality) = facts.quality.iter_mut().find(|quality| quality.input == flow.first.input) {
            quality.followed.add(flow);
        }
    }
    let flows = facts.flows.iter().flat_map(|flow| [flow.client.ip(), flow.server.ip()]);
    let dns = facts.dns.iter().flat_map(|exchange| [exchange.client.ip(), exchange.resolver.ip()]);
    facts.peers = peers.of(flows.chain(dns));
    let warnings: Vec<Warning> = facts.quality.iter().flat_map(quality::warnings).collect();
    facts.warnings.extend(warnings);
}

/// Sorts files by the time of their first frame; files that begin at the same time by their content, so that the order in which they
/// were given means nothing.
fn in_order<'a>(parts: &[CapturePart<'a>]) -> Vec<CapturePart<'a>> {
    let mut timed: Vec<(Option<Timestamp>, CapturePart)> =
        parts.iter().map(|part| (first_packet_time(part.bytes), *part)).collect();
    timed.sort_by(|(first, left), (second, right)| {
        first
            .cmp(second)
            .then_with(|| left.bytes.len().cmp(&right.bytes.len()))
            .then_with(|| left.bytes.cmp(right.bytes))
    });
    timed.into_iter().map(|(_, part)| part).collect()
}

/// A file as the first pass leaves it for the second.
struct ScannedFile<'a> {
    part: CapturePart<'a>,
    chunks: Vec<ScannedChunk>,
    numbers: StreamNumbers,
}

fn first_pass<'a>(
    parts: &[CapturePart<'a>],
    names: &Names,
    interest: &Interest,
    seed: &Seed,
    chunk: usize,
    progress: &Progress,
    facts: &mut CaptureFacts,
) -> (FirstPass<'a>, Vec<ScannedFile<'a>>) {
    let mut pass = FirstPass::new(interest.beside);
    let mut files = Vec::new();
    for part in parts {
        let mut read = CapturePartFacts { input: part.input, frames: 0, span: None };
        let mut told = FirstDamages { input: part.input, damages: Vec::new() };
        let mut quality = FileQuality::default();
        let mut streams = StreamIndex::default();
        let mut chunks = Vec::new();
        let take = |hints: FrameHints<'a, '_>, start| {
            told.note(&hints);
            let before = read.frames;
            read.frames += u64::from(hints.frames);
            let bloom = pass.take(hints, &mut streams, part.input, before, &mut quality);
            chunks.push(ScannedChunk { start, before, bloom });
        };
        if chunks::read(part.bytes, chunk, progress, || FrameHints::new(names, interest, seed), take) {
            facts.warnings.extend(told.warnings(part.bytes.len()));
        } else {
            facts.warnings.push(Warning::about(
                part.input,
                WarningCode::NotACapture,
                "the file does not begin like a capture; expected pcap or pcapng",
            ));
        }
        read.span = quality.span();
        facts.parts.push(read);
        let (numbers, directions) = streams.finish();
        facts.quality.push(quality.finish(part.input, part.bytes, directions));
        files.push(ScannedFile { part: *part, chunks, numbers });
    }
    (pass, files)
}

fn second_pass(files: &[ScannedFile], filter: &FlowFilter, secrets: &Secrets, facts: &mut CaptureFacts) {
    if filter.is_idle() {
        return;
    }
    let mut tracker = Tracker::new(filter, secrets);
    for file in files {
        let chunks: Vec<&ScannedChunk> = file.chunks.iter().filter(|chunk| filter.looks_into(&chunk.bloom)).collect();
        let starts: Vec<&Start> = chunks.iter().map(|chunk| &chunk.start).collect();
        let mut second_pass = SecondPass::new(&mut tracker, &file.numbers, file.part.input);
        let mut before = chunks.iter().map(|chunk| chunk.before);
        chunks::read_again(
            file.part.bytes,
            &starts,
            || Sightings::new(filter),
            |sightings| {
                second_pass.take(sightings, before.next().unwrap_or_default());
            },
        );
    }
    if tracker.overflow {
        facts.warnings.push(Warning::general(
            WarningCode::FlowLimit,
            "the capture has more connections to MDM servers and proxies than are kept; the later ones were not read",
        ));
    }
    facts.flows = tracker.finish();
    facts.warnings.extend(warn_of_unopened(&facts.flows));
}

/// Gathers what of a file could not be read: the first of each kind.
struct FirstDamages {
    input: usize,
    damages: Vec<Damage>,
}

impl FirstDamages {
    fn note(&mut self, hints: &FrameHints<'_, '_>) {
        for damage in &hints.damages {
            if self.damages.iter().all(|known| std::mem::discriminant(known) != std::mem::discriminant(damage)) {
                self.damages.push(*damage);
            }
        }
    }

    fn warnings(self, length: usize) -> Vec<Warning> {
        let damages = self.damages.into_iter().map(|damage| match damage {
            Damage::Cut(at) => (
                WarningCode::Truncated,
                format!("the capture ends at byte {length} inside a frame that begins at byte {at}; what comes before was read"),
            ),
            Damage::Garbage(at) => (
                WarningCode::Damaged,
                format!("the capture is damaged at byte {at}; reading went on where frames seem to begin again, so frame numbers behind it may be wrong"),
            ),
            Damage::UnknownInterface(at) => (
                WarningCode::UnknownInterface,
                format!("the frame at byte {at} is of an interface that the capture does not describe; such frames were not read"),
            ),
        });
        damages.map(|(code, message)| Warning::about(self.input, code, message)).collect()
    }
}
