//! The frames of attempts out of captures of gigabytes, for the person who wants to see them in Wireshark and for the
//! colleague who is sent them: each frame that the verdict rests on carries a comment that says so.

mod frame;
mod pcapng;
mod safe;
mod secrets;
mod text;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

use bytes::Bytes;

use crate::analysis::{Analyzed, Error, analyzed};
use crate::capture::{RawFrame, Wanted, excerpt};
use crate::model::attempt_choice::AttemptChoice;
use crate::model::redacted_debug::RedactedInDebug;
use crate::model::report::{Attempt, Flow, Report};
use crate::options::Options;
use crate::progress::Stage;
use crate::redact::Disguise;
pub use frame::SliceFrame;
use pcapng::Interface;
pub use safe::{SafeBundle, safe_bundle};

/// The frames of attempts, ready to be written as pcapng.
pub struct Slice {
    /// The report of which the attempts are some.
    pub report: Report,
    /// The attempts.
    pub attempts: Vec<Attempt>,
    /// The frames, in order of time.
    pub frames: Vec<SliceFrame>,
    /// For how many TLS sessions there are secrets in it.
    pub sessions: usize,
    interfaces: Vec<Interface>,
    comment: String,
    key_log: Vec<u8>,
}

impl fmt::Debug for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slice")
            .field("report", &self.report)
            .field("attempts", &self.attempts)
            .field("frames", &self.frames)
            .field("sessions", &self.sessions)
            .field("interfaces", &self.interfaces)
            .field("comment", &self.comment)
            .field("key_log", &RedactedInDebug(&self.key_log))
            .finish()
    }
}

/// Cuts the frames of attempts out of the captures: their DNS exchanges, their connections, and ICMP errors about them.
/// Attempts have the numbers that [`analyze`](crate::analyze) gives them with the same inputs and options. The attempts'
/// TLS secrets, as far as they are known, are put in only on demand: who has them can read what was encrypted.
///
/// # Errors
///
/// As [`analyze`](crate::analyze), [`Error::NoAttempt`] for a number that no attempt has, and [`Error::NotSeen`] when no capture has
/// any of the attempts.
///
/// ```
/// let bundle = "testdata/cases/five-outcomes/bundle.tar".into();
/// let slice = mdmlog::slice(&[bundle], &mdmlog::Options::default(), 5, false)?;
/// assert_eq!(slice.attempts[0].outcome.to_string(), "syn_timeout");
/// let mut pcapng = Vec::new();
/// slice.write(&mut pcapng)?;
/// assert!(slice.frames.iter().any(|frame| frame.comments.iter().any(|comment| comment.contains("never answered"))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn slice(
    inputs: &[PathBuf],
    options: &Options,
    attempts: impl Into<AttemptChoice>,
    with_secrets: bool,
) -> Result<Slice, Error> {
    let analyzed = analyzed(inputs, options)?;
    let attempts = analyzed.attempts(&attempts.into())?;
    let mut wanted = BTreeMap::new();
    attempts.iter().for_each(|attempt| want(attempt, &analyzed, &mut wanted));
    let citing = text::Citing::of(&attempts);
    let size = wanted.keys().filter_map(|input| analyzed.items.get(*input)).map(|item| item.data.len() as u64).sum();
    options.progress.begin(Stage::Captures, size);
    let mut interfaces = Vec::new();
    let mut frames = Vec::new();
    for (&input, wanted) in &wanted {
        let Some(item) = analyzed.items.get(input) else { continue };
        for frame in excerpt(&item.data, wanted, &options.progress) {
            let interface = Interface::of(&frame, &item.path, input);
            let index = interfaces.iter().position(|known| *known == interface).unwrap_or_else(|| {
                interfaces.push(interface);
                interfaces.len() - 1
            });
            frames.push(SliceFrame {
                input,
                frame: frame.number,
                time: frame.time,
                bytes: owned(&item.data, &frame),
                original_length: frame.original_length,
                comments: citing.comments(&item.path, input, frame.number),
                interface: u32::try_from(index).unwrap_or(u32::MAX),
            });
        }
    }
    if frames.is_empty() {
        let none = analyzed.groups.captures.is_empty().then_some("no capture is among the inputs");
        return Err(Analyzed::not_seen(&attempts, "frames", none));
    }
    frames.sort_by_key(|frame| frame.time);
    let (key_log, sessions) = if with_secrets { secrets::of_frames(&analyzed, &frames) } else { Default::default() };
    let comment = text::verdicts(&analyzed.report, &attempts);
    Ok(Slice { report: analyzed.report, attempts, frames, sessions, interfaces, comment, key_log })
}

/// Returns the bytes of a frame without copying them.
fn owned(data: &Bytes, frame: &RawFrame<'_>) -> Bytes {
    if frame.bytes.is_empty() { Bytes::new() } else { data.slice_ref(frame.bytes) }
}

/// Adds what is wanted of each input for an attempt.
fn want(attempt: &Attempt, analyzed: &Analyzed, wanted: &mut BTreeMap<usize, Wanted>) {
    let steps = attempt.steps.iter().map(|step| (step.input, step.frame));
    let evidence = attempt.evidence.iter().map(|evidence| (evidence.input, evidence.frame));
    let lookups = attempt.dns.iter().map(|dns| (dns.input, Some(dns.first_frame)));
    for (input, frame) in steps.chain(evidence).chain(lookups) {
        if let Some(frame) = frame {
            wanted.entry(input).or_default().frames.insert(frame);
        }
    }
    for flow in attempt.flows() {
        for (input, first, last) in stretches(flow, analyzed) {
            wanted.entry(input).or_default().connections.push((flow.client, flow.server, first..=last));
        }
    }
}

/// Returns where a connection lives: in one file, or in all rotated files from its first frame to its last.
fn stretches(flow: &Flow, analyzed: &Analyzed) -> Vec<(usize, u64, u64)> {
    let Some(end) = flow.last_input else { return vec![(flow.input, flow.first_frame, flow.last_frame)] };
    let group = analyzed.groups.captures.iter().find(|group| group.contains(&flow.input));
    let mut parts = group.cloned().unwrap_or_default();
    parts.sort_by_key(|input| (analyzed.report.inputs.get(*input).map(|input| input.first_time), *input));
    let from = parts.iter().position(|input| *input == flow.input);
    let to = parts.iter().position(|input| *input == end);
    let Some(parts) = from.zip(to).and_then(|(from, to)| parts.get(from..=to)) else {
        return vec![(flow.input, flow.first_frame, u64::MAX), (end, 1, flow.last_frame)];
    };
    let stretch = |&input: &usize| {
        let first = if input == flow.input { flow.first_frame } else { 1 };
        let last = if input == end { flow.last_frame } else { u64::MAX };
        (input, first, last)
    };
    parts.iter().map(stretch).collect()
}

impl Slice {
    /// Puts pseudonyms in the place of addresses and names, as [`safe_bundle`] does under the same key, and takes TLS secrets out.
    /// Frames of protocols that are not rewritten are left out.
    pub fn redact(&mut self, key: Option<&[u8]>) {
        self.key_log.clear();
        self.sessions = 0;
        let disguise = Disguise::new(key);
        let report = std::mem::take(&mut self.report);
        let stand_ins = disguise.stand_ins(&report);
        safe::disguise_slice(&mut self.frames, &mut self.interfaces, &mut self.comment, &stand_ins);
        self.report = report;
    }

    /// Writes it as pcapng.
    ///
    /// # Errors
    ///
    /// Those of `out`, and one for a frame or a key log of more than 4 GB, which no block can hold.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        pcapng::section(&mut out, &self.comment)?;
        for interface in &self.interfaces {
            interface.write(&mut out)?;
        }
        if !self.key_log.is_empty() {
            pcapng::secrets(&mut out, &self.key_log)?;
        }
        self.frames.iter().try_for_each(|frame| pcapng::frame(&mut out, frame))
    }
}
