//! Makes the report out of what was joined and decided: the contract with the programs that read it.

mod attempt;
mod circumstances;
mod clock;
mod community_id;
mod delays;
mod dns;
mod event;
mod flow;
mod incident;
mod inputs;
mod log_events;
mod next_collection;
mod nodes;
mod nothing;
mod outline;
mod quality;
mod servers;
mod wire_events;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub(crate) use self::circumstances::Circumstances;
pub use self::inputs::{Facts, Listed};

use rayon::prelude::*;

use self::next_collection::{Polls, VlanTags, next_collection};
use self::outline::{Outline, by_server};
use crate::classify::Verdict;
use crate::correlate::{Joined, JoinedAttempt};
use crate::model::attempts::Attempts;
use crate::model::mdm::{DeviceCriterion, RequestKind};
use crate::model::member_path;
use crate::model::outcome::{Outcome, OutcomeName};
use crate::model::report::{Attempt, Input, KindCount, Node, OffsetSource, Report, SCHEMA_VERSION, Saw, Summary, Tool};
use crate::model::sanitize::without_secrets;
use crate::model::time::Timestamp;
use crate::model::warning::Warning;
use crate::model::zone_offset::ZoneOffset;
use crate::node::Nodes;
use crate::options::Options;

/// Attempts that one thread puts together at a time.
const RUN: usize = 256;

/// A report put together, but for its attempts, which are made when they are asked for.
#[derive(Debug)]
pub struct Assembled<'a> {
    /// The report without its attempts.
    pub head: Report,
    /// The attempts that are wanted, each with its verdict.
    wanted: Vec<(&'a JoinedAttempt<'a>, &'a Verdict)>,
    found: &'a Nodes,
    polls: Option<Polls>,
    /// The appliance's.
    utc_offset: Option<ZoneOffset>,
    tags: VlanTags,
}

/// Puts the report together.
pub fn assemble<'a>(
    listed: Vec<Listed>,
    facts: Facts<'a>,
    joined: &'a Joined<'a>,
    verdicts: &'a [Verdict],
    options: &Options,
    mut warnings: Vec<Warning>,
) -> Assembled<'a> {
    let Facts { logs, captures, nodes: found, clocks: known } = facts;
    let clocks = clock::clocks(logs, captures, joined, known);
    let is_wanted = |joined: &JoinedAttempt<'_>| {
        let kinds = &options.kinds;
        is_within(joined.started(), options) && (kinds.is_empty() || kinds.contains(&attempt::kind(joined)))
    };
    let wanted: Vec<(&JoinedAttempt<'_>, &Verdict)> =
        joined.attempts.iter().zip(verdicts).filter(|(attempt, _)| is_wanted(attempt)).collect();
    let outlines: Vec<Outline<'_>> =
        wanted.par_iter().map(|(attempt, verdict)| Outline::of(attempt, verdict)).collect();
    let polls = Polls::among(&outlines);
    let first = outlines.iter().find_map(|attempt| attempt.started_at);
    let log = joined.clocks.first().map_or(0, |clock| clock.log);
    let tells = joined.sources.get(log).is_some_and(|source| *source != OffsetSource::Assumed);
    let utc_offset = first.filter(|_| tells).map(|first| clock::offset_at(log, first, joined, known));
    let path_of = |input: usize| listed.get(input).map(|listed| listed.path.clone()).unwrap_or_default();
    warnings.extend(clock::warnings(logs, joined, known, path_of));
    warnings.extend(delays::delays(captures));
    warnings.extend(nothing::apart(logs, captures, joined));
    warnings.extend(nothing::contacted(logs, captures, joined.attempts.len()));
    let starts = joined.attempts.iter().filter_map(JoinedAttempt::started);
    let span = starts.clone().min().zip(starts.max());
    warnings.extend(nothing::left_out(joined.attempts.len(), outlines.len(), span, options));
    warnings.extend(logs.iter().flat_map(|log| &log.warnings).cloned());
    warnings.extend(captures.iter().flat_map(|capture| &capture.warnings).cloned());
    for warning in &mut warnings {
        if let Cow::Owned(clean) = without_secrets(&warning.message) {
            warning.message = clean;
        }
    }
    warnings.sort();
    warnings.dedup();
    let head = Report {
        schema_version: SCHEMA_VERSION.to_owned(),
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        redacted: false,
        inputs: inputs::inputs(listed, facts, joined, &warnings),
        clock: clocks.first().cloned(),
        clocks,
        nodes: nodes::nodes(found),
        warnings,
        ..Report::default()
    };
    let mut assembled = Assembled { head, wanted, found, polls, utc_offset, tags: VlanTags::of(captures) };
    let by_server = by_server(&outlines);
    let incidents = incident::incidents(&by_server, &outlines, &assembled);
    assembled.head.summary = Summary {
        attempts: outlines.len(),
        by_outcome: count(&outlines),
        incidents: incidents.len(),
        by_kind: count_kinds(&outlines),
    };
    assembled.head.servers = servers::states(&by_server, &outlines, &incidents);
    assembled.head.incidents = incidents;
    assembled
}

impl Assembled<'_> {
    /// Makes all attempts, and so the whole report.
    pub fn whole(self) -> Report {
        // Left to itself, the last of a few long runs would keep one thread while the others have nothing to do.
        let attempts = (0..self.wanted.len())
            .into_par_iter()
            .with_max_len(RUN)
            .filter_map(|index| incident::IncidentSource::attempt(&self, index))
            .collect();
        Report { attempts, ..self.head }
    }
}

impl incident::IncidentSource for Assembled<'_> {
    fn attempt(&self, index: usize) -> Option<Attempt> {
        let (joined, verdict) = self.wanted.get(index)?;
        let mut attempt = attempt::attempt(index + 1, joined, verdict, self.node(index));
        let first = self.first_of_all(index, &attempt);
        attempt.diagnosis.remedy.splice(0..0, first);
        attempt.next_collection = next_collection(&attempt, self.node(index), self.polls, self.utc_offset, self.tags);
        Some(attempt)
    }

    fn first_of_all(&self, index: usize, attempt: &Attempt) -> Option<String> {
        let inputs = &self.head.inputs;
        lost_between(attempt, inputs).or_else(|| {
            let (joined, verdict) = self.wanted.get(index)?;
            nodes::shared_dns_trouble(joined, verdict.ruling.outcome, self.found, inputs)
        })
    }

    fn device(&self, index: usize) -> Option<DeviceCriterion> {
        self.wanted.get(index).and_then(|(joined, _)| attempt::query(joined))
    }

    fn node(&self, index: usize) -> Option<&Node> {
        let (joined, _) = self.wanted.get(index)?;
        self.head.nodes.get(nodes::of_attempt(joined, self.found)?)
    }
}

impl Attempts for Assembled<'_> {
    fn count(&self) -> usize {
        self.wanted.len()
    }

    fn attempt(&self, place: usize) -> Option<Cow<'_, Attempt>> {
        incident::IncidentSource::attempt(self, place).map(Cow::Owned)
    }

    fn outcome(&self, place: usize) -> Option<Outcome> {
        self.wanted.get(place).map(|(_, verdict)| verdict.ruling.outcome)
    }

    fn span(&self, place: usize) -> (Option<Timestamp>, Option<Timestamp>) {
        self.wanted.get(place).map(|(joined, _)| attempt::span(joined)).unwrap_or_default()
    }
}

fn count(attempts: &[Outline<'_>]) -> BTreeMap<OutcomeName, usize> {
    let mut counts = BTreeMap::new();
    for attempt in attempts {
        *counts.entry(attempt.name()).or_default() += 1;
    }
    counts
}

fn count_kinds(attempts: &[Outline<'_>]) -> BTreeMap<RequestKind, KindCount> {
    let mut counts: BTreeMap<RequestKind, KindCount> = BTreeMap::new();
    for attempt in attempts {
        let count = counts.entry(attempt.kind).or_default();
        count.attempts += 1;
        count.failures += usize::from(attempt.name().is_failure());
    }
    counts
}

/// Says where the packets of an attempt got lost, when one capture of its path has them and the next has none.
fn lost_between(attempt: &Attempt, inputs: &[Input]) -> Option<String> {
    let vantages = attempt.vantages.as_ref()?;
    let seen = |wanted: Saw| vantages.iter().find(|vantage| vantage.saw == wanted).map(|vantage| vantage.input);
    let name = |input: usize| inputs.get(input).map(|input| member_path::base(&input.path).to_owned());
    let (here, there) = (name(seen(Saw::Request)?)?, name(seen(Saw::Nothing)?)?);
    Some(format!(
        "Look between the two places of capture: the node's packets are in {here} and never arrived where {there} was captured."
    ))
}

/// Returns whether an attempt starts in the window that was asked for; one without a time can't be shown to lie outside.
fn is_within(started: Option<Timestamp>, options: &Options) -> bool {
    let Some(started) = started else { return true };
    options.since.is_none_or(|since| started >= since) && options.until.is_none_or(|until| started <= until)
}
