//! What was read, file by file.

use super::{clock, quality};
use crate::capture::CaptureFacts;
use crate::correlate::Joined;
use crate::correlate::clock::KnownClocks;
use crate::log::LogFacts;
use crate::model::report::{Input, InputKind, InputRole};
use crate::model::warning::Warning;
use crate::node::Nodes;

/// An input as the report lists it, before anything was read of it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Path as the report shows it.
    pub path: String,
    /// What it is.
    pub kind: InputKind,
    /// Size in bytes.
    pub bytes: u64,
}

/// What was read.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'f> {
    /// The logs.
    pub logs: &'f [LogFacts],
    /// The captures.
    pub captures: &'f [CaptureFacts],
    /// The nodes that wrote them.
    pub nodes: &'f Nodes,
    /// The clocks of the logs, as far as they are known without a capture.
    pub clocks: KnownClocks<'f>,
}

/// Returns the inputs with all that was found of each.
pub(super) fn inputs(listed: Vec<Listed>, facts: Facts<'_>, joined: &Joined<'_>, warnings: &[Warning]) -> Vec<Input> {
    let Facts { logs, captures, nodes, clocks } = facts;
    let mut inputs: Vec<Input> = listed
        .into_iter()
        .map(|listed| Input {
            node: nodes.at(&listed.path).filter(|_| listed.kind.role() == InputRole::Capture),
            path: listed.path,
            kind: listed.kind,
            bytes: listed.bytes,
            records: None,
            first_time: None,
            last_time: None,
            warnings: Vec::new(),
            utc_offset: None,
            utc_offset_source: None,
            zone_changes: Vec::new(),
            quality: None,
            sha256: None,
        })
        .collect();
    for warning in warnings {
        if let Some(input) = warning.input.and_then(|index| inputs.get_mut(index)) {
            input.warnings.push(warning.message.clone());
        }
    }
    for (log, facts) in logs.iter().enumerate() {
        for part in &facts.parts {
            let Some(input) = inputs.get_mut(part.input) else { continue };
            input.records = Some(part.records);
            let span = joined.readings.get(log).and_then(|reading| reading.span(std::slice::from_ref(part)));
            (input.first_time, input.last_time) = span.unzip();
            input.utc_offset = span.map(|(first, _)| clock::offset_at(log, first, joined, clocks).to_string());
            input.utc_offset_source = span.and(joined.sources.get(log).copied());
            input.zone_changes = span.map(|span| clock::changes(log, span, joined, clocks)).unwrap_or_default();
            input.node = nodes.of_log.get(log).copied().flatten();
        }
    }
    for part in captures.iter().flat_map(|capture| &capture.parts) {
        let Some(input) = inputs.get_mut(part.input) else { continue };
        input.records = Some(part.frames);
        (input.first_time, input.last_time) = part.span.unzip();
    }
    for part in &nodes.parts {
        let Some(input) = inputs.get_mut(part.input) else { continue };
        input.records = Some(part.records);
        (input.first_time, input.last_time) = part.span.unzip();
    }
    for (node, told) in nodes.nodes.iter().enumerate() {
        for &input in &told.inputs {
            inputs.get_mut(input).into_iter().for_each(|input| input.node = Some(node));
        }
    }
    for seen in captures.iter().flat_map(|capture| &capture.quality) {
        if let Some(input) = inputs.get_mut(seen.input) {
            input.quality = Some(quality::quality(seen));
        }
    }
    inputs
}
