//! A bundle that may leave the house: the records of the log that are read and the packets of the captures, with pseudonyms for what
//! tells of a customer. Analysing it says what analysing the original says.

mod bytes;
mod capture;
mod der;
mod dns;
mod headers;
mod http;
mod log;
mod streams;
mod tls;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use self::capture::Packets;
use super::frame::SliceFrame;
use super::pcapng::{self, Interface};
use crate::analysis::{Analyzed, Error, analyzed};
use crate::capture::{LinkType, every_frame};
use crate::input::Item;
use crate::model::redacted_debug::Hidden;
use crate::model::report::{InputRole, OffsetSource, Report};
use crate::options::{Hashing, Options};
use crate::redact::{Disguise, StandIns};

/// A bundle without what tells of a customer, ready to be written as tar.
#[derive(Debug)]
pub struct SafeBundle {
    /// The report of the originals.
    pub report: Report,
    /// Names and sizes of the files that it has.
    pub files: Vec<(String, usize)>,
    /// Paths of what was read and is left out.
    pub left_out: Vec<String>,
    /// Frames that are left out, since they are of protocols that are not rewritten.
    pub left_out_frames: u64,
    /// How the logs' clocks are to be read, where a file that is left out told it.
    pub log_timezone: Option<String>,
    contents: Vec<Hidden>,
}

/// Makes a bundle that may leave the house: the records of the MDM component and the packets of captures. Addresses have the
/// pseudonyms of [`redact`](crate::redact::redact) under the same key; names have others of the same length, in packets and records
/// alike. Other files are left out, key logs among them.
///
/// # Errors
///
/// As [`analyze`](crate::analyze).
pub fn safe_bundle(inputs: &[PathBuf], options: &Options, key: Option<&[u8]>) -> Result<SafeBundle, Error> {
    let options = Options { sha256: Hashing::Never, ..options.clone() };
    let analyzed = analyzed(inputs, &options)?;
    let disguise = Disguise::new(key);
    let stand_ins = disguise.stand_ins(&analyzed.report);
    let mut bundle = SafeBundle {
        report: Report::default(),
        files: Vec::new(),
        left_out: Vec::new(),
        left_out_frames: 0,
        log_timezone: zone(&analyzed.report),
        contents: Vec::new(),
    };
    for (group, parts) in analyzed.groups.logs.iter().enumerate() {
        for (part, item) in of_group(&analyzed, parts).into_iter().enumerate() {
            let rotation = if part == 0 { String::new() } else { format!(".{part}") };
            bundle.add(
                format!("log-{}/ise-psc.log{rotation}", group + 1),
                log::disguised(&crate::log::text(&item.data), &stand_ins),
            );
        }
    }
    for (group, parts) in analyzed.groups.captures.iter().enumerate() {
        let items = of_group(&analyzed, parts);
        let mut packets = Packets::new(&stand_ins);
        for item in &items {
            every_frame(&item.data, |frame| packets.see(frame.link_type, frame.bytes));
        }
        packets.seen();
        for (part, item) in items.iter().enumerate() {
            let number = if items.len() > 1 { format!("_{:05}", part + 1) } else { String::new() };
            let name = format!("capture-{}/TCPDump{number}.pcapng", group + 1);
            let (content, left_out) = pcapng_of(item, &name, &packets);
            bundle.left_out_frames += left_out;
            bundle.add(name, content);
        }
    }
    let others = analyzed.items.iter().filter(|item| !matches!(item.kind.role(), InputRole::Log | InputRole::Capture));
    bundle.left_out = others.map(|item| item.path.clone()).collect();
    bundle.report = analyzed.report;
    Ok(bundle)
}

/// Returns the files of a group, the earliest first.
fn of_group<'a>(analyzed: &'a Analyzed, parts: &[usize]) -> Vec<&'a Item> {
    let first = |input: &usize| analyzed.report.inputs.get(*input).and_then(|input| input.first_time);
    let mut parts = parts.to_vec();
    parts.sort_by_key(|input| (first(input).is_none(), first(input), *input));
    parts.iter().filter_map(|input| analyzed.items.get(*input)).collect()
}

/// Returns the zone that another file of the same node states, which the bundle does not have.
fn zone(report: &Report) -> Option<String> {
    let told = |source: Option<OffsetSource>| matches!(source, Some(OffsetSource::Bundle | OffsetSource::Option));
    report.inputs.iter().find(|input| told(input.utc_offset_source)).and_then(|input| input.utc_offset.clone())
}

/// Returns a capture with other frames, and how many of its frames are left out.
fn pcapng_of(item: &Item, name: &str, packets: &Packets<'_>) -> (Vec<u8>, u64) {
    let mut out = Vec::new();
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut left_out = 0;
    // Writing to memory can't fail.
    let _ = pcapng::section(&mut out, "Addresses and names are pseudonyms of mdmlog.");
    every_frame(&item.data, |frame| {
        let Some(bytes) = packets.disguised(frame.link_type, frame.bytes) else {
            left_out += 1;
            return;
        };
        let interface = Interface::of(&frame, name, 0);
        let known = interfaces.iter().position(|known| *known == interface);
        let index = known.unwrap_or_else(|| {
            let _ = interface.write(&mut out);
            interfaces.push(interface);
            interfaces.len() - 1
        });
        let written = SliceFrame {
            input: 0,
            frame: frame.number,
            time: frame.time,
            bytes: bytes.into(),
            original_length: frame.original_length,
            comments: Vec::new(),
            interface: u32::try_from(index).unwrap_or(u32::MAX),
        };
        let _ = pcapng::frame(&mut out, &written);
    });
    (out, left_out)
}

/// Disguises the frames of a slice, and what it says of them.
pub(super) fn disguise_slice(
    frames: &mut Vec<SliceFrame>,
    interfaces: &mut [Interface],
    comment: &mut String,
    stand_ins: &StandIns<'_>,
) {
    let links: Vec<LinkType> = interfaces.iter().map(Interface::link_type).collect();
    let link = |frame: &SliceFrame| links.get(frame.interface as usize).copied();
    let inputs: BTreeSet<usize> = frames.iter().map(|frame| frame.input).collect();
    for input in inputs {
        let mut packets = Packets::new(stand_ins);
        for frame in frames.iter().filter(|frame| frame.input == input) {
            link(frame).into_iter().for_each(|link| packets.see(link, &frame.bytes));
        }
        packets.seen();
        for frame in frames.iter_mut().filter(|frame| frame.input == input) {
            let other = link(frame).and_then(|link| packets.disguised(link, &frame.bytes));
            frame.bytes = other.unwrap_or_default().into();
            frame.comments.iter_mut().for_each(|comment| *comment = stand_ins.text(comment));
        }
    }
    frames.retain(|frame| !frame.bytes.is_empty());
    for (number, interface) in interfaces.iter_mut().enumerate() {
        interface.rename(&format!("capture-{}", number + 1));
    }
    *comment = comment.lines().map(|line| stand_ins.text(line)).collect::<Vec<_>>().join("\n");
}

impl SafeBundle {
    fn add(&mut self, name: String, content: Vec<u8>) {
        self.files.push((name, content.len()));
        self.contents.push(Hidden(content));
    }

    /// Writes it as tar.
    ///
    /// # Errors
    ///
    /// Those of writing.
    pub fn write(&self, out: impl Write) -> io::Result<()> {
        let mut tar = tar::Builder::new(out);
        for ((name, size), content) in self.files.iter().zip(&self.contents) {
            let mut header = tar::Header::new_ustar();
            header.set_size(*size as u64);
            header.set_mode(0o644);
            header.set_mtime(0);
            tar.append_data(&mut header, name, content.0.as_slice())?;
        }
        tar.finish()
    }
}
