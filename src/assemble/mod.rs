//! Makes the report out of what was joined and decided: the contract with the programs that read it.

mod attempt;
mod circumstances;
mod clock;
mod community_id;
mod dns;
mod event;
mod flow;
mod incident;
mod log_events;
mod next_collection;
mod nodes;
mod nothing;
mod quality;
mod servers;
mod wire_events;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub(crate) use self::circumstances::Circumstances;

use rayon::prelude::*;

use self::next_collection::{Polls, next_collection};

use crate::capture::CaptureFacts;
use crate::classify::Verdict;
use crate::correlate::clock::{KnownClocks, offset_text};
use crate::correlate::{Joined, JoinedAttempt};
use crate::log::LogFacts;
use crate::model::mdm::RequestKind;
use crate::model::member_path;
use crate::model::outcome::{Outcome, OutcomeName};
use crate::model::report::{
    Attempt, Input, InputKind, InputRole, KindCount, Node, OffsetSource, Report, SCHEMA_VERSION, Saw, Summary, Tool,
};
use crate::model::sanitize::without_secrets;
use crate::model::time::Timestamp;
use crate::model::warning::Warning;
use crate::node::Nodes;
use crate::options::Options;

/// Attempts that one thread puts together at a time.
const RUN: usize = 256;

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

/// Puts the report together.
pub fn assemble(
    listed: Vec<Listed>,
    facts: Facts<'_>,
    joined: &Joined<'_>,
    verdicts: &[Verdict],
    options: &Options,
    mut warnings: Vec<Warning>,
) -> Report {
    let Facts { logs, captures, nodes: found, clocks: known } = facts;
    let clocks = clock::clocks(logs, captures, joined, known);
    let nodes = nodes::nodes(found);
    let is_wanted = |joined: &JoinedAttempt<'_>| {
        let kinds = &options.kinds;
        is_within(joined.started(), options)
            && (kinds.is_empty() || kinds.contains(&attempt::kind(joined, &attempt::server(joined))))
    };
    let wanted: Vec<(&JoinedAttempt<'_>, &Verdict)> =
        joined.attempts.iter().zip(verdicts).filter(|(attempt, _)| is_wanted(attempt)).collect();
    let outcomes: Vec<Outcome> = wanted.iter().map(|(_, verdict)| verdict.ruling.outcome).collect();
    let mut attempts: Vec<Attempt> = wanted
        .par_iter()
        .enumerate()
        // Left to itself, the last of a few long runs would keep one thread while the others have nothing to do.
        .with_max_len(RUN)
        .map(|(index, (attempt, verdict))| {
            let node = nodes::of_attempt(attempt, found).and_then(|node| nodes.get(node));
            attempt::attempt(index + 1, attempt, verdict, node)
        })
        .collect();
    let polls = Polls::among(&attempts);
    let of_attempts: Vec<Option<&Node>> =
        wanted.iter().map(|(attempt, _)| nodes.get(nodes::of_attempt(attempt, found)?)).collect();
    let first = attempts.iter().find_map(|attempt| attempt.started_at);
    let log = joined.clocks.first().map_or(0, |clock| clock.log);
    let tells = joined.sources.get(log).is_some_and(|source| *source != OffsetSource::Assumed);
    let utc_offset = first.filter(|_| tells).map(|first| clock::offset_at(log, first, joined, known));
    for (attempt, node) in attempts.iter_mut().zip(&of_attempts) {
        if let Some(lost) = lost_between(attempt, &listed) {
            attempt.diagnosis.remedy.insert(0, lost);
        }
        attempt.next_collection = next_collection(attempt, *node, polls, utc_offset);
    }
    let incidents = incident::incidents(&attempts, &outcomes, &of_attempts);
    let path_of = |input: usize| listed.get(input).map(|listed| listed.path.clone()).unwrap_or_default();
    warnings.extend(clock::warnings(logs, joined, known, path_of));
    warnings.extend(nothing::apart(logs, captures, joined));
    warnings.extend(nothing::contacted(logs, captures, joined.attempts.len()));
    let starts = joined.attempts.iter().filter_map(JoinedAttempt::started);
    let span = starts.clone().min().zip(starts.max());
    warnings.extend(nothing::left_out(joined.attempts.len(), attempts.len(), span, options));
    warnings.extend(logs.iter().flat_map(|log| &log.warnings).cloned());
    warnings.extend(captures.iter().flat_map(|capture| &capture.warnings).cloned());
    for warning in &mut warnings {
        if let Cow::Owned(clean) = without_secrets(&warning.message) {
            warning.message = clean;
        }
    }
    warnings.sort();
    warnings.dedup();
    let summary = Summary {
        attempts: attempts.len(),
        by_outcome: count(&attempts),
        incidents: incidents.len(),
        by_kind: count_kinds(&attempts),
    };
    let servers = servers::states(&attempts, &incidents);
    Report {
        schema_version: SCHEMA_VERSION.to_owned(),
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        redacted: false,
        inputs: inputs(listed, facts, joined, &warnings),
        clock: clocks.first().cloned(),
        clocks,
        summary,
        attempts,
        incidents,
        servers,
        nodes,
        warnings,
    }
}

fn count(attempts: &[Attempt]) -> BTreeMap<OutcomeName, usize> {
    let mut counts = BTreeMap::new();
    for attempt in attempts {
        *counts.entry(attempt.outcome).or_default() += 1;
    }
    counts
}

fn count_kinds(attempts: &[Attempt]) -> BTreeMap<RequestKind, KindCount> {
    let mut counts: BTreeMap<RequestKind, KindCount> = BTreeMap::new();
    for attempt in attempts {
        let count = counts.entry(attempt.kind).or_default();
        count.attempts += 1;
        count.failures += usize::from(attempt.outcome.is_failure());
    }
    counts
}

/// Where the packets of an attempt got lost, when one capture of its path has them and the next has none.
fn lost_between(attempt: &Attempt, listed: &[Listed]) -> Option<String> {
    let vantages = attempt.vantages.as_ref()?;
    let seen = |wanted: Saw| vantages.iter().find(|vantage| vantage.saw == wanted).map(|vantage| vantage.input);
    let name = |input: usize| listed.get(input).map(|listed| member_path::base(&listed.path).to_owned());
    let (here, there) = (name(seen(Saw::Request)?)?, name(seen(Saw::Nothing)?)?);
    Some(format!(
        "Look between the two places of capture: the node's packets are in {here} and never arrived where {there} was captured."
    ))
}

/// Whether an attempt starts in the window that was asked for; one without a time can't be shown to lie outside.
fn is_within(started: Option<Timestamp>, options: &Options) -> bool {
    let Some(started) = started else { return true };
    options.since.is_none_or(|since| started >= since) && options.until.is_none_or(|until| started <= until)
}

fn inputs(listed: Vec<Listed>, facts: Facts<'_>, joined: &Joined<'_>, warnings: &[Warning]) -> Vec<Input> {
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
            input.utc_offset = span.map(|(first, _)| offset_text(clock::offset_at(log, first, joined, clocks)));
            input.utc_offset_source = span.and(joined.sources.get(log).copied());
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
