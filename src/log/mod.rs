//! `ise-psc.log`: bytes to records, records to MDM events, events to the attempts of the log.

mod ahead;
mod answer;
mod attempt_builder;
mod attempt_state;
mod attempts;
mod body;
mod cause;
mod decode;
mod endpoint;
mod event;
mod exception_patterns;
mod facts;
mod intern;
mod mdm_records;
mod neighbours;
mod quotations;
mod record;
mod records;
mod repeated;
mod scan;
mod shelf;
mod sniff;
mod steps;
mod thread;
mod tries;
mod widths;

use std::borrow::Cow;
use std::fmt;

pub(crate) use ahead::{LOG_PIECES, LogSource};
#[cfg(test)]
pub(crate) use exception_patterns::words as failure_words;
pub use facts::*;
pub(crate) use mdm_records::mdm_records;
pub use records::{RecordRange, ThreadLines, records_of};
pub use sniff::{LogLook, holds_mdm_records, looks_like_guest_log, looks_like_log};

use crate::model::redacted_debug::RedactedInDebug;
use crate::model::sanitize;
use crate::model::warning::{Warning, WarningCode};
use crate::progress::Progress;

/// One file of a node's log (rotated parts of the same log are given together, in any order).
#[derive(Clone, Copy)]
pub struct LogPart<'a> {
    /// Index of the input.
    pub input: usize,
    /// The file.
    pub bytes: &'a [u8],
}

impl fmt::Debug for LogPart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogPart").field("input", &self.input).field("bytes", &RedactedInDebug(self.bytes)).finish()
    }
}

/// Builds the searches that reading a log needs, which would be built when they are first needed.
pub(crate) fn prepare() {
    sanitize::prepare();
    cause::prepare();
}

/// Returns the text of a file as its line numbers count it: UTF-8, or something close to it.
pub fn text(bytes: &[u8]) -> Cow<'_, [u8]> {
    decode::as_utf8(bytes)
}

/// Reads all parts of one node's log.
pub fn read_log(parts: &[LogPart<'_>], progress: &Progress) -> LogFacts {
    let sources: Vec<LogSource<'_>> = parts.iter().map(|part| LogSource::of(*part)).collect();
    read_log_beside(&sources, 0, progress)
}

/// Reads all parts of one node's log, beside which so many other logs are read: all share the room for attempts.
pub(crate) fn read_log_beside(parts: &[LogSource<'_>], beside: usize, progress: &Progress) -> LogFacts {
    read_in_chunks(parts, beside, scan::CHUNK, progress)
}

/// Reads all parts in chunks of about this many bytes beside each other, which makes no difference to what is found.
fn read_in_chunks(parts: &[LogSource<'_>], beside: usize, chunk: usize, progress: &Progress) -> LogFacts {
    let mut texts: Vec<(&LogSource<'_>, Cow<'_, [u8]>)> = parts.iter().map(|part| (part, part.text())).collect();
    // An attempt may begin in one part and end in the next. Excerpts without times come last.
    texts.sort_by_cached_key(|(part, text)| {
        let first = part.first_time(text);
        (first.is_none(), first, part.input)
    });
    let mut attempts = attempts::AttemptCollector::new(beside);
    let mut facts = LogFacts::default();
    let mut events = 0u64;
    for (part, text) in &texts {
        let input = &part.input;
        attempts.begin_part(*input);
        let mut each = |record| {
            events += 1;
            attempts.add(record);
        };
        let before = part.ahead.map(|ahead| ahead.hand_on(&mut each)).unwrap_or_default();
        let totals = scan::scan(text, part.from, before, chunk, progress, each);
        facts.parts.push(LogPartFacts {
            input: *input,
            records: totals.records,
            span: totals.clock.span(),
            steps: totals.clock.steps(totals.records),
            level: totals.level,
            width: totals.widths.cut(),
            lost: 0,
        });
    }
    let found = attempts.finish(facts.level());
    facts.attempts = found.attempts;
    let broken = facts.attempts.iter().filter(|attempt| attempt.trail == Trail::Broken);
    for begin in broken.filter_map(|attempt| attempt.begin) {
        if let Some(part) = facts.parts.iter_mut().find(|part| part.input == begin.input) {
            part.lost += 1;
        }
    }
    if let (0, Some((part, _))) = (events, texts.first()) {
        facts.warnings.push(Warning::about(
            part.input,
            WarningCode::NoMdmRecords,
            "the log has no records of the MDM component (`cisco.cpm.mdm`); set external-mdm to TRACE on the primary \
             administration node, repeat the attempt and collect the log again",
        ));
    }
    facts.warnings.extend(facts.parts.iter().filter_map(level_warning));
    facts.warnings.extend(facts.parts.iter().filter_map(width_warning));
    if let (true, Some((part, _))) = (found.overflowed, texts.first()) {
        let message = "the log has more attempts or threads than a node makes; the later ones are not in the report";
        facts.warnings.push(Warning::about(part.input, WarningCode::TooManyAttempts, message));
    }
    facts
}

/// Warns of a part of a log in which the MDM component said little.
fn level_warning(part: &LogPartFacts) -> Option<Warning> {
    let level = part.level.filter(|level| *level >= Level::Info)?;
    let hidden = match level {
        Level::Info => "the answers, and where a Test Connection begins and ends",
        _ => "what went well, and which request a failure is of",
    };
    let message = format!(
        "the MDM component wrote this log at {} and above, which hides {hidden}; set external-mdm to TRACE on the node and \
         collect the log again",
        level.as_str()
    );
    Some(Warning::about(part.input, WarningCode::LogLevel, message))
}

/// Warns of a part of a log whose lines a screen or a program has cut off.
fn width_warning(part: &LogPartFacts) -> Option<Warning> {
    let message = format!(
        "the lines of this log are cut off at {} bytes, which hides hosts, proxies and reasons; take the log out of a support \
         bundle instead of a screen",
        part.width?
    );
    Some(Warning::about(part.input, WarningCode::LogLinesCut, message))
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
